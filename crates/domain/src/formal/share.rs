//! Sharing a declaration's masses out over the formal declarations that its lines go into.

use rust_decimal::Decimal;

use super::ClosedLine;

/// By what the lines of one declaration bear its masses, which are declared for all of them together.
///
/// An inference, for no source says it. Value is known of every line, but amounts of several currencies
/// are no sum, and an exchange rate has no say in what goods weigh; so such a list goes by what its lines
/// have in common, and at last by nothing but their number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// Its lines are of one currency: by value.
    Value,
    /// They are not, and are of one first statutory unit: by quantity in it.
    Statutory,
    /// Neither: every line alike, and what is left of one by its declared quantity.
    Line,
}

impl Basis {
    /// Of the lines of a declaration.
    pub fn of(lines: &[ClosedLine]) -> Self {
        let Some((first, others)) = lines.split_first() else { return Self::Value };
        if others.iter().all(|line| line.goods.currency == first.goods.currency) {
            Self::Value
        } else if others.iter().all(|line| line.statutory.unit == first.statutory.unit) {
            Self::Statutory
        } else {
            Self::Line
        }
    }

    /// What a line bears, in proportion to the others.
    pub fn weight(self, line: &ClosedLine) -> Decimal {
        match self {
            Self::Value => line.value.value(),
            Self::Statutory => line.statutory.quantity,
            Self::Line => Decimal::ONE,
        }
    }

    /// What is left of a line bears, where `before` was all of it.
    pub fn weight_left(self, line: &ClosedLine, before: &ClosedLine) -> Decimal {
        match self {
            Self::Value | Self::Statutory => self.weight(line),
            Self::Line => {
                let part = line.declared.quantity.checked_div(before.declared.quantity);
                part.unwrap_or(Decimal::ONE)
            }
        }
    }
}

/// The places after the point of the standard's masses (`N19,5`): ten milligrams.
const PLACES: u32 = 5;

/// Shares `total` in the proportion of `weights`, each share rounded down to ten milligrams and the
/// remainder on the last. The shares add up to `total` exactly; without any weight to go by the last
/// one bears everything.
pub fn share(total: Decimal, weights: &[Decimal]) -> Vec<Decimal> {
    let Some((_, all_but_last)) = weights.split_last() else { return Vec::new() };
    let sum: Decimal = weights.iter().sum();
    let mut shares: Vec<Decimal> = all_but_last
        .iter()
        .map(|weight| part(total, *weight, sum).unwrap_or_default().min(total))
        .collect();
    let mut left = total;
    for share in &mut shares {
        *share = (*share).min(left);
        left -= *share;
    }
    shares.push(left);
    shares
}

/// `None` where the numbers leave no room for the calculation: then the last share bears it.
fn part(total: Decimal, weight: Decimal, sum: Decimal) -> Option<Decimal> {
    let ratio = weight.checked_div(sum)?;
    Some(total.checked_mul(ratio)?.trunc_with_scale(PLACES))
}
