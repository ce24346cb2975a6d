//! How much of a line of the positive list a person may import in a year (每人每年限量), and the account
//! that keeps it.
//!
//! It moves with the allowance in money, for the same person and year: reserved when a declaration is
//! lodged, used at release, given back on refusal, deletion or expiry. The account belongs to the tariff
//! line and not to the row of the list that limits it, so that a row that succeeds another goes on with
//! what was taken under it.

use tongguan_codelists::HsLine;

use super::AllowanceKey;
use crate::quantity::{Measure, Quantity, QuantityOutOfRange};

/// Whose account, of which year and which goods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QuantityKey {
    /// The person and the year.
    pub of: AllowanceKey,
    /// The line of the positive list (税则号列).
    pub line: HsLine,
    /// What is counted. A list that changes from kilograms to pieces begins anew.
    pub measure: Measure,
}

/// What a declaration takes of one line whose quantity is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitedQuantity {
    /// The line of the positive list.
    pub line: HsLine,
    /// What is counted.
    pub measure: Measure,
    /// How much, of all its goods of that line together.
    pub amount: Quantity,
    /// The limit that applies to it: needed again when it is released in another year.
    pub limit: Quantity,
}

impl LimitedQuantity {
    /// The account that it is taken from.
    pub const fn key(&self, of: AllowanceKey) -> QuantityKey {
        QuantityKey { of, line: self.line, measure: self.measure }
    }

    /// A quantity of these goods with its unit, as it is told to people: `1.5千克`.
    pub fn shown(&self, quantity: Quantity) -> String {
        format!("{quantity}{}", self.measure.unit())
    }
}

/// What a person has reserved and used of one line in one year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QuantityAllowance {
    /// Held for declarations that are lodged and not yet released.
    pub reserved: Quantity,
    /// Taken by released declarations.
    pub used: Quantity,
}

impl QuantityAllowance {
    /// Everything taken so far: what the limit is compared with.
    ///
    /// # Errors
    /// [`QuantityOutOfRange`].
    pub fn taken(self) -> Result<Quantity, QuantityOutOfRange> {
        self.reserved.checked_add(self.used)
    }

    /// Whether `wanted` is within its limit besides what was taken.
    ///
    /// # Errors
    /// [`QuantityOutOfRange`].
    pub fn has_room_for(self, wanted: &LimitedQuantity) -> Result<bool, QuantityOutOfRange> {
        // The limit may have been lowered below what was taken; the sum of both may not fit.
        let left = wanted.limit.checked_sub(self.taken()?);
        Ok(left.is_ok_and(|left| wanted.amount <= left))
    }

    /// Holds `amount` for a lodged declaration.
    ///
    /// # Errors
    /// [`QuantityOutOfRange`].
    pub fn reserve(self, amount: Quantity) -> Result<Self, QuantityOutOfRange> {
        Ok(Self { reserved: self.reserved.checked_add(amount)?, ..self })
    }

    /// Gives back what a refused, deleted or expired declaration held.
    ///
    /// # Errors
    /// [`QuantityOutOfRange`] when less was held.
    pub fn give_back(self, amount: Quantity) -> Result<Self, QuantityOutOfRange> {
        Ok(Self { reserved: self.reserved.checked_sub(amount)?, ..self })
    }

    /// Takes `amount` for a released declaration.
    ///
    /// # Errors
    /// [`QuantityOutOfRange`].
    pub fn spend(self, amount: Quantity) -> Result<Self, QuantityOutOfRange> {
        Ok(Self { used: self.used.checked_add(amount)?, ..self })
    }

    /// Gives back what a released declaration used whose goods went back.
    ///
    /// # Errors
    /// [`QuantityOutOfRange`] when less was used.
    pub fn restore(self, amount: Quantity) -> Result<Self, QuantityOutOfRange> {
        Ok(Self { used: self.used.checked_sub(amount)?, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn grams(n: i64) -> Quantity {
        Quantity::from_trillionths(n * 1_000_000_000).unwrap()
    }

    fn sugar(amount: i64) -> LimitedQuantity {
        LimitedQuantity {
            line: "17019910".parse().unwrap(),
            measure: Measure::Mass,
            amount: grams(amount),
            limit: grams(2000),
        }
    }

    #[test]
    fn exactly_the_limit_is_within_it_and_a_gram_more_is_not() {
        for (reserved, used, wanted, fits) in [
            (0, 0, 2000, true),
            (0, 0, 2001, false),
            (500, 500, 1000, true),
            (500, 500, 1001, false),
            (0, 2000, 1, false),
            // The limit was lowered.
            (0, 3000, 1, false),
        ] {
            let account = QuantityAllowance { reserved: grams(reserved), used: grams(used) };
            let row = format!("{reserved} + {used} + {wanted}");
            assert_eq!(account.has_room_for(&sugar(wanted)), Ok(fits), "{row}");
        }
    }

    #[test]
    fn a_limit_as_large_as_can_be_is_no_error() {
        let most = Quantity::from_trillionths(i64::MAX).unwrap();
        let account = QuantityAllowance { reserved: Quantity::ZERO, used: most };
        let wanted = LimitedQuantity { amount: most, limit: most, ..sugar(1) };
        assert_eq!(account.has_room_for(&wanted), Ok(false));
    }

    /// What happens to one declaration after it was lodged.
    #[derive(Debug, Clone, Copy, PartialEq)]
    enum End {
        Waits,
        GivenBack,
        Released,
    }

    proptest! {
        #[test]
        fn the_account_is_the_sum_of_what_is_held_and_used_and_stays_within_the_limit(
            lodged in proptest::collection::vec(
                (0..1500_i64, prop::sample::select(&[End::Waits, End::GivenBack, End::Released][..])),
                0..20,
            )
        ) {
            let mut account = QuantityAllowance::default();
            let (mut held, mut used) = (0, 0);
            for (amount, end) in lodged {
                let wanted = sugar(amount);
                let fits = account.has_room_for(&wanted).unwrap();
                prop_assert_eq!(fits, held + used + amount <= 2000);
                if !fits {
                    continue;
                }
                account = account.reserve(wanted.amount).unwrap();
                match end {
                    End::Waits => held += amount,
                    End::GivenBack => account = account.give_back(wanted.amount).unwrap(),
                    End::Released => {
                        account = account.give_back(wanted.amount).unwrap();
                        account = account.spend(wanted.amount).unwrap();
                        used += amount;
                    }
                }
                prop_assert_eq!((account.reserved, account.used), (grams(held), grams(used)));
                prop_assert!(account.taken().unwrap() <= wanted.limit);
            }
            prop_assert!(account.give_back(grams(held + 1)).is_err(), "more than is held");
        }
    }
}
