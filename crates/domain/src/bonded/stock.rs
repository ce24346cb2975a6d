//! Stock: how much there is of a registered kind of goods, and how much of that is spoken for.
//!
//! A declaration holds what it will draw from the moment at which it is entered (预核扣) to its release, which
//! draws it (核扣), or to its end, which gives it back. What is held cannot be drawn, written off or counted
//! away by anybody else, so a declaration that was entered never finds the shelf empty.

use std::fmt;

use rust_decimal::Decimal;

/// So many hundred-thousandths of an item's unit, none or more: the five decimals of the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct StockQuantity(i64);

/// The stock does not allow it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StockRefused {
    /// More is asked for than there is and nobody holds.
    #[error("{wanted} is more than the {available} that is there and not held")]
    Short {
        /// What was asked for.
        wanted: StockQuantity,
        /// What is there and not held.
        available: StockQuantity,
    },
    /// More would be given back than was taken.
    #[error("more would be given back than was taken")]
    NotTaken,
    /// A sum would leave the range of 92 trillion units.
    #[error("a stock would overflow")]
    Overflow,
}

impl StockQuantity {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// As much as can be kept.
    pub const MAX: Self = Self(i64::MAX);

    /// How many decimals of a unit are kept.
    pub const SCALE: u32 = 5;

    /// A quantity of units; `None` where it is below nothing, too large, or finer than five decimals.
    pub fn of(units: Decimal) -> Option<Self> {
        let units = units.normalize();
        let places = Self::SCALE.checked_sub(units.scale())?;
        let parts = units.mantissa().checked_mul(10_i128.checked_pow(places)?)?;
        Self::from_parts(i64::try_from(parts).ok()?)
    }

    /// From hundred-thousandths; `None` below nothing.
    pub const fn from_parts(parts: i64) -> Option<Self> {
        if parts < 0 { None } else { Some(Self(parts)) }
    }

    /// Hundred-thousandths of a unit.
    pub const fn parts(self) -> i64 {
        self.0
    }

    /// The sum.
    ///
    /// # Errors
    /// [`StockRefused::Overflow`].
    pub fn plus(self, other: Self) -> Result<Self, StockRefused> {
        self.0.checked_add(other.0).map(Self).ok_or(StockRefused::Overflow)
    }

    /// The difference.
    ///
    /// # Errors
    /// [`StockRefused::Short`] where it is below nothing.
    pub fn minus(self, other: Self) -> Result<Self, StockRefused> {
        let short = StockRefused::Short { wanted: other, available: self };
        self.0.checked_sub(other.0).and_then(Self::from_parts).ok_or(short)
    }
}

impl fmt::Display for StockQuantity {
    /// Units without trailing zeros: `1.5`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Decimal::new(self.0, Self::SCALE).normalize().fmt(f)
    }
}

/// The account of one stock. What is held is never more than what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stock {
    on_hand: StockQuantity,
    held: StockQuantity,
}

impl Stock {
    /// A stock as it was kept; `None` where more is held than is there.
    pub fn kept(on_hand: StockQuantity, held: StockQuantity) -> Option<Self> {
        (held <= on_hand).then_some(Self { on_hand, held })
    }

    /// What is there.
    pub const fn on_hand(self) -> StockQuantity {
        self.on_hand
    }

    /// What of that declarations hold that are not released yet.
    pub const fn held(self) -> StockQuantity {
        self.held
    }

    /// What is there and not held.
    pub const fn available(self) -> StockQuantity {
        StockQuantity(self.on_hand.0 - self.held.0)
    }

    /// Holds `quantity` for a declaration (预核扣).
    ///
    /// # Errors
    /// [`StockRefused::Short`].
    pub fn hold(self, quantity: StockQuantity) -> Result<Self, StockRefused> {
        self.available().minus(quantity)?;
        Ok(Self { held: self.held.plus(quantity)?, ..self })
    }

    /// Lets go of what was held: its declaration came to its end.
    ///
    /// # Errors
    /// [`StockRefused::NotTaken`].
    pub fn let_go(self, quantity: StockQuantity) -> Result<Self, StockRefused> {
        let held = self.held.minus(quantity).map_err(|_| StockRefused::NotTaken)?;
        Ok(Self { held, ..self })
    }

    /// Draws what was held: its declaration is released (核扣).
    ///
    /// # Errors
    /// [`StockRefused::NotTaken`].
    pub fn draw(self, quantity: StockQuantity) -> Result<Self, StockRefused> {
        let let_go = self.let_go(quantity)?;
        Ok(Self { on_hand: let_go.on_hand.minus(quantity)?, ..let_go })
    }

    /// Adds what came in or came back.
    ///
    /// # Errors
    /// [`StockRefused::Overflow`].
    pub fn take_in(self, quantity: StockQuantity) -> Result<Self, StockRefused> {
        Ok(Self { on_hand: self.on_hand.plus(quantity)?, ..self })
    }

    /// Takes out what nobody holds: destroyed, shipped abroad, found missing.
    ///
    /// # Errors
    /// [`StockRefused::Short`].
    pub fn take_out(self, quantity: StockQuantity) -> Result<Self, StockRefused> {
        self.available().minus(quantity)?;
        Ok(Self { on_hand: self.on_hand.minus(quantity)?, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::decimal;

    fn units(text: &str) -> StockQuantity {
        StockQuantity::of(decimal(text)).unwrap()
    }

    fn stock(on_hand: &str, held: &str) -> Stock {
        Stock::kept(units(on_hand), units(held)).unwrap()
    }

    #[test]
    fn a_quantity_is_exact_to_five_decimals() {
        for (text, parts) in [("0", 0), ("1.50000", 150_000), ("0.00001", 1), ("3", 300_000)] {
            assert_eq!(units(text).parts(), parts);
        }
        for text in ["0.000001", "-1", "92233720368547.75808", "79228162514264337593543950335"] {
            assert_eq!(StockQuantity::of(decimal(text)), None, "{text}");
        }
        assert_eq!(units("12.50").to_string(), "12.5");
    }

    #[test]
    fn what_is_held_is_nobody_elses() {
        let standing = stock("10", "7");
        let short = StockRefused::Short { wanted: units("4"), available: units("3") };
        assert_eq!(standing.hold(units("4")), Err(short));
        assert_eq!(standing.take_out(units("4")), Err(short));
        assert_eq!(standing.hold(units("3")), Ok(stock("10", "10")));
        assert_eq!(standing.draw(units("7")), Ok(stock("3", "0")));
        assert_eq!(standing.let_go(units("7")), Ok(stock("10", "0")));
        assert_eq!(standing.take_out(units("3")), Ok(stock("7", "7")));
    }

    #[test]
    fn nothing_is_drawn_or_let_go_that_was_not_held() {
        let standing = stock("10", "7");
        assert_eq!(standing.draw(units("8")), Err(StockRefused::NotTaken));
        assert_eq!(standing.let_go(units("8")), Err(StockRefused::NotTaken));
        assert_eq!(Stock::kept(units("1"), units("2")), None);
        let most = Stock::kept(StockQuantity(i64::MAX), StockQuantity::ZERO).unwrap();
        assert_eq!(most.take_in(units("0.00001")), Err(StockRefused::Overflow));
    }
}
