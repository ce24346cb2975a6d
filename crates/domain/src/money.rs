//! Money, exact: amounts as documents declare them, and minor units as the ledger keeps them.
//!
//! An [`Amount`] is what somebody wrote (19 digits, five of them after the point). [`Money`] is what
//! Tongguan assesses, reserves and posts: whole fen (分). The way from one to the other is always
//! named, because rounding is a rule of law: half-up to 分, per item, per tax, once.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Sub};

use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};

/// An amount as declared (`N19,5`): exact, in the currency that the document names beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Amount(Decimal);

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// Takes a decimal as it is; scale does not matter to comparison.
    pub const fn new(value: Decimal) -> Self {
        Self(value)
    }

    /// The exact value.
    pub const fn value(self) -> Decimal {
        self.0
    }

    /// Whether it is more than nothing.
    pub fn is_positive(self) -> bool {
        self.0 > Decimal::ZERO
    }

    /// Whether it is less than nothing.
    pub fn is_negative(self) -> bool {
        self.0 < Decimal::ZERO
    }
}

impl Add for Amount {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Amount {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.normalize().fmt(f)
    }
}

/// An amount is too large to be kept in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the amount is too large to be accounted for")]
pub struct MoneyOverflow;

/// Renminbi in whole fen (分).
///
/// Retail import declares, taxes and guarantees in renminbi alone (币制 142), so the currency is
/// part of the type and not of the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Money(i64);

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// From whole fen.
    pub const fn from_fen(fen: i64) -> Self {
        Self(fen)
    }

    /// Rounds half-up to 分 (四舍五入): the one rounding of import tax.
    ///
    /// # Errors
    /// [`MoneyOverflow`] beyond 92 quadrillion yuan.
    pub fn round_half_up(value: Decimal) -> Result<Self, MoneyOverflow> {
        value
            .round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
            .checked_mul(Decimal::ONE_HUNDRED)
            .and_then(|fen| fen.to_i64())
            .map(Self)
            .ok_or(MoneyOverflow)
    }

    /// Whole fen.
    pub const fn fen(self) -> i64 {
        self.0
    }

    /// In yuan, with two decimals.
    pub fn to_decimal(self) -> Decimal {
        Decimal::new(self.0, 2)
    }

    /// The sum, unless it does not fit.
    ///
    /// # Errors
    /// [`MoneyOverflow`].
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyOverflow> {
        self.0.checked_add(other.0).map(Self).ok_or(MoneyOverflow)
    }

    /// The difference, unless it does not fit.
    ///
    /// # Errors
    /// [`MoneyOverflow`].
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyOverflow> {
        self.0.checked_sub(other.0).map(Self).ok_or(MoneyOverflow)
    }
}

impl fmt::Display for Money {
    /// Yuan with two decimals: `37.31`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_decimal().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rounded(text: &str) -> String {
        Money::round_half_up(text.parse().unwrap()).unwrap().to_string()
    }

    #[test]
    fn a_tie_goes_up() {
        assert_eq!(rounded("1.365"), "1.37");
        assert_eq!(rounded("0.455"), "0.46");
        assert_eq!(rounded("0.4549999"), "0.45");
        assert_eq!(rounded("5000"), "5000.00");
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert_eq!(Money::round_half_up(Decimal::MAX), Err(MoneyOverflow));
        assert_eq!(Money::from_fen(i64::MAX).checked_add(Money::from_fen(1)), Err(MoneyOverflow));
    }

    #[test]
    fn declared_amounts_compare_by_value() {
        let parse = |text: &str| Amount::new(text.parse().unwrap());
        assert_eq!(parse("100"), parse("100.00000"));
        assert_eq!(parse("99.90000").to_string(), "99.9");
    }
}
