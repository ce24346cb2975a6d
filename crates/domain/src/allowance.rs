//! The yearly allowance of a person (个人年度交易限值) and the account that keeps it.
//!
//! Reserved when a declaration is lodged, used at release, given back on refusal, deletion or expiry.
//! The key is the person (kind and number of the identity document) and the calendar year in China;
//! the amount is the dutiable value, not the tax. Goods whose quantity the positive list limits are
//! accounted for by quantity besides.

mod quantity;

pub use quantity::{LimitedQuantity, QuantityAllowance, QuantityKey};

use crate::mark::Mark;
use crate::money::{Money, MoneyOverflow};

/// Whose allowance, and of which year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AllowanceKey {
    /// The person.
    pub person: Mark,
    /// The calendar year in China.
    pub year: i16,
}

/// What a person has reserved and used in one year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Allowance {
    /// Held for declarations that are lodged and not yet released.
    pub reserved: Money,
    /// Taken by released declarations.
    pub used: Money,
}

impl Allowance {
    /// Everything taken so far: what the yearly limit is compared with.
    ///
    /// # Errors
    /// [`MoneyOverflow`].
    pub fn taken(self) -> Result<Money, MoneyOverflow> {
        self.reserved.checked_add(self.used)
    }

    /// Holds `amount` for a lodged declaration.
    ///
    /// # Errors
    /// [`MoneyOverflow`].
    pub fn reserve(self, amount: Money) -> Result<Self, MoneyOverflow> {
        Ok(Self { reserved: self.reserved.checked_add(amount)?, ..self })
    }

    /// Gives back what a refused, deleted or expired declaration held.
    ///
    /// # Errors
    /// [`MoneyOverflow`].
    pub fn give_back(self, amount: Money) -> Result<Self, MoneyOverflow> {
        Ok(Self { reserved: self.reserved.checked_sub(amount)?, ..self })
    }

    /// Takes `amount` for a released declaration.
    ///
    /// # Errors
    /// [`MoneyOverflow`].
    pub fn spend(self, amount: Money) -> Result<Self, MoneyOverflow> {
        Ok(Self { used: self.used.checked_add(amount)?, ..self })
    }

    /// Gives back what a released declaration used whose goods went back.
    ///
    /// # Errors
    /// [`MoneyOverflow`].
    pub fn restore(self, amount: Money) -> Result<Self, MoneyOverflow> {
        Ok(Self { used: self.used.checked_sub(amount)?, ..self })
    }
}
