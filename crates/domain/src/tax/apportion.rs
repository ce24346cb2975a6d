//! Sharing freight and insurance out over the items of an order.

use crate::money::Money;

/// Shares `total` by value: half-up to 分, the remainder on the last line.
///
/// Rounding up can leave the last line less than nothing; it then gets nothing, and what is missing
/// is taken from the largest share (of equal ones the first), and on to the next where that is not
/// enough. The shares always add up to `total`, and none is negative. Without any value to go by,
/// the last line bears everything. Neither `total` nor a value may be negative.
pub fn apportion(total: Money, values: &[Money]) -> Vec<Money> {
    let sum: i128 = values.iter().map(|value| i128::from(value.fen())).sum();
    let Some((_, all_but_last)) = values.split_last() else { return Vec::new() };
    let mut shares: Vec<i64> =
        all_but_last.iter().map(|value| half_up_share(total, *value, sum)).collect();
    let given: i128 = shares.iter().map(|share| i128::from(*share)).sum();
    let remainder = i128::from(total.fen()) - given;
    match i64::try_from(remainder) {
        Ok(remainder) if remainder >= 0 => shares.push(remainder),
        _ => {
            take_back(&mut shares, -remainder);
            shares.push(0);
        }
    }
    shares.into_iter().map(Money::from_fen).collect()
}

fn half_up_share(total: Money, value: Money, sum: i128) -> i64 {
    if sum == 0 {
        return 0;
    }
    let exact_twice = 2 * i128::from(total.fen()) * i128::from(value.fen());
    // A share is at most half a fen above the total, so it fits.
    i64::try_from((exact_twice + sum) / (2 * sum)).unwrap_or(total.fen())
}

fn take_back(shares: &mut [i64], mut missing: i128) {
    let mut largest_first: Vec<&mut i64> = shares.iter_mut().collect();
    // The sort is stable: of equal shares the first gives.
    largest_first.sort_by(|a, b| b.cmp(a));
    for share in largest_first {
        let taken = i128::from(*share).min(missing);
        *share = i64::try_from(i128::from(*share) - taken).unwrap_or(0);
        missing -= taken;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shared(total: i64, values: &[i64]) -> Vec<i64> {
        let values: Vec<Money> = values.iter().copied().map(Money::from_fen).collect();
        apportion(Money::from_fen(total), &values).into_iter().map(Money::fen).collect()
    }

    #[test]
    fn the_last_line_bears_the_remainder() {
        assert_eq!(shared(2800, &[19900, 8990, 4550]), [1666, 753, 381]);
        assert_eq!(shared(100, &[1, 1, 1]), [33, 33, 34]);
        assert_eq!(shared(0, &[5, 7]), [0, 0]);
        assert_eq!(shared(500, &[5]), [500]);
    }

    #[test]
    fn the_last_line_is_never_below_zero() {
        assert_eq!(shared(5, &[1000, 1000, 1000, 1]), [1, 2, 2, 0]);
        assert_eq!(shared(8, &[1000, 3000, 1000, 1]), [2, 4, 2, 0]);
    }

    #[test]
    fn what_the_largest_cannot_give_comes_from_the_next() {
        // Each of 99 equal lines would be rounded up to 0.01 of a freight of 0.50.
        let shares = shared(50, &[1000; 99]);
        assert_eq!(shares.iter().sum::<i64>(), 50);
        assert_eq!(shares.iter().filter(|share| **share == 0).count(), 49);
    }

    #[test]
    fn without_value_the_last_line_bears_it_all() {
        assert_eq!(shared(100, &[0, 0]), [0, 100]);
        assert_eq!(shared(100, &[]), Vec::<i64>::new());
    }

    proptest! {
        #[test]
        fn shares_add_up_and_are_never_negative(
            total in 0..i64::MAX / 4,
            values in prop::collection::vec(0..i64::MAX / 256, 1..120),
        ) {
            let shares = shared(total, &values);
            prop_assert!(shares.iter().all(|share| *share >= 0));
            prop_assert_eq!(shares.iter().map(|s| i128::from(*s)).sum::<i128>(), i128::from(total));
        }

        #[test]
        fn a_share_is_within_a_fen_for_each_line_of_its_exact_value(
            total in 0..1_000_000_i64,
            values in prop::collection::vec(0..1_000_000_i64, 1..100),
        ) {
            let sum: i64 = values.iter().sum();
            prop_assume!(sum > 0);
            let lines = i64::try_from(values.len()).unwrap();
            for (share, value) in shared(total, &values).into_iter().zip(&values) {
                prop_assert!((share * sum - total * value).abs() <= lines * sum);
            }
        }
    }
}
