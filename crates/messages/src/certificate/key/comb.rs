//! Points of the SM2 curve times scalars, by the comb method (Lim and Lee, 1994): multiples of a point
//! are computed once, then every product takes a seventh of the doublings. For public values only,
//! because look-ups depend on them.

use std::sync::LazyLock;

use sm2::elliptic_curve::group::Group;
use sm2::elliptic_curve::point::BatchNormalize;
use sm2::{AffinePoint, FieldBytes, ProjectivePoint, Scalar};

/// Sums of P, 2^37·P, 2^74·P …, one for every choice among the seven: the table of the comb method,
/// 9 KiB.
#[derive(Clone)]
pub(super) struct Multiples([AffinePoint; 1 << TEETH]);

const TEETH: usize = 7;
/// Bits between two teeth: seven times 37 covers a scalar.
const SPACING: usize = 37;

/// The multiples of the curve's generator.
pub(super) static GENERATOR: LazyLock<Multiples> =
    LazyLock::new(|| Multiples::of(&ProjectivePoint::GENERATOR));

impl Multiples {
    /// Costs about as much as three verifications.
    pub(super) fn of(point: &ProjectivePoint) -> Self {
        let mut sums = [ProjectivePoint::IDENTITY; 1 << TEETH];
        let mut tooth = *point;
        for bit in 0..TEETH {
            let (known, unknown) = sums.split_at_mut(1 << bit);
            for (sum, with_tooth) in known.iter().zip(unknown) {
                *with_tooth = *sum + tooth;
            }
            for _ in 0..SPACING {
                tooth = tooth.double();
            }
        }
        // The identity has no place among the points to normalise together.
        sums[0] = *point;
        let mut sums = ProjectivePoint::batch_normalize_vartime(&sums);
        sums[0] = AffinePoint::IDENTITY;
        Self(sums)
    }

    /// The sum of the teeth of `scalar` in `row`.
    fn chosen(&self, scalar: &[u8], row: usize) -> AffinePoint {
        let bit_at = |position: usize| {
            let byte = scalar.len().checked_sub(position / 8 + 1).and_then(|at| scalar.get(at));
            byte.is_some_and(|byte| byte >> (position % 8) & 1 == 1)
        };
        let choice: usize =
            (0..TEETH).map(|tooth| usize::from(bit_at(tooth * SPACING + row)) << tooth).sum();
        self.0.get(choice).copied().unwrap_or_default()
    }
}

/// The sum of the points, each times its scalar; the doublings are shared.
pub(super) fn sum_of_products<const N: usize>(
    terms: [(&Multiples, &Scalar); N],
) -> ProjectivePoint {
    let terms = terms.map(|(multiples, scalar)| (multiples, scalar.to_bytes()));
    (0..SPACING).rev().fold(ProjectivePoint::IDENTITY, |sum, row| {
        let add = |sum, (multiples, scalar): &(&Multiples, FieldBytes)| {
            sum + multiples.chosen(scalar, row)
        };
        terms.iter().fold(sum.double(), add)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authority::SeededChance;
    use sm2::elliptic_curve::Generate;

    #[test]
    fn products_are_those_of_the_library() {
        let point = ProjectivePoint::GENERATOR * Scalar::from(7u64);
        let multiples = Multiples::of(&point);
        let mut scalars = vec![Scalar::ZERO, Scalar::ONE, Scalar::ZERO - Scalar::ONE];
        // A single bit in every seventh place meets every tooth and every row.
        let powers = std::iter::successors(Some(Scalar::ONE), |power| Some(power.double()));
        scalars.extend(powers.take(256).step_by(7));
        let chance = &mut SeededChance::new(1);
        scalars.extend((0..20).map(|_| Scalar::generate_from_rng(chance)));
        for (scalar, other) in scalars.iter().zip(scalars.iter().rev()) {
            assert_eq!(sum_of_products([(&multiples, scalar)]), point * scalar);
            assert_eq!(
                sum_of_products([(&GENERATOR, scalar), (&multiples, other)]),
                ProjectivePoint::GENERATOR * scalar + point * other
            );
        }
    }
}
