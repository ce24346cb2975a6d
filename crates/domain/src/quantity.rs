//! Quantities that are accounted for: exact, never below nothing.
//!
//! A document declares a quantity in a unit of its own. An account needs one unit for all of them, and
//! no rounding, because a gram too much is refused. It is the base unit of what is measured (kilogram,
//! litre, piece, sheet) and not the unit that the law happens to name: the way into a base unit is a
//! product, and products of decimals are exact, while the way into a pound is a division.

use std::fmt;

use rust_decimal::Decimal;
use tongguan_codelists::entries::Dimension;

/// What is counted, and so in which base unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measure {
    /// Kilograms (千克).
    Mass,
    /// Litres (升).
    Volume,
    /// Pieces (件).
    Piece,
    /// Pieces of goods that are sold by the sheet (张).
    Sheet,
}

impl Measure {
    /// What a unit of that dimension measures and how many base units it holds, if it can be counted.
    pub const fn of(dimension: Dimension) -> Option<(Self, Decimal)> {
        match dimension {
            Dimension::Mass(kg) => Some((Self::Mass, kg)),
            Dimension::Volume(l) => Some((Self::Volume, l)),
            Dimension::Piece(pieces) => Some((Self::Piece, pieces)),
            Dimension::Sheet(sheets) => Some((Self::Sheet, sheets)),
            Dimension::Other => None,
        }
    }

    /// The Chinese name of its base unit.
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Mass => "千克",
            Self::Volume => "升",
            Self::Piece => "件",
            Self::Sheet => "张",
        }
    }
}

/// A sum of quantities left what can be kept, or fell below nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a quantity is too large to be accounted for, or below nothing")]
pub struct QuantityOutOfRange;

/// So many trillionths of a base unit, none or more.
///
/// Twelve places are those of the ounce, the finest of the customs units; what is left of 64 bits
/// reaches to nine million kilograms, and nobody buys as much in a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Quantity(i64);

impl Quantity {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// As much as can be kept.
    pub const MAX: Self = Self(i64::MAX);

    /// How many decimals of a base unit are kept.
    pub const SCALE: u32 = 12;

    /// `quantity` of a unit that holds `factor` base units; `None` where that is not exactly a number of
    /// trillionths, below nothing, or too large.
    pub fn exact(quantity: Decimal, factor: Decimal) -> Option<Self> {
        // In whole numbers, because a product of decimals is rounded where it has too many digits.
        let (quantity, factor) = (quantity.normalize(), factor.normalize());
        let digits = quantity.mantissa().checked_mul(factor.mantissa())?;
        let scale = quantity.scale() + factor.scale();
        let ten_to = |places: u32| 10_i128.checked_pow(places);
        let trillionths = match Self::SCALE.checked_sub(scale) {
            Some(places) => digits.checked_mul(ten_to(places)?)?,
            None => {
                let finer = ten_to(scale - Self::SCALE)?;
                (digits % finer == 0).then_some(digits / finer)?
            }
        };
        Self::from_trillionths(i64::try_from(trillionths).ok()?)
    }

    /// From trillionths of the base unit; `None` below nothing.
    pub const fn from_trillionths(trillionths: i64) -> Option<Self> {
        if trillionths < 0 { None } else { Some(Self(trillionths)) }
    }

    /// Trillionths of the base unit.
    pub const fn trillionths(self) -> i64 {
        self.0
    }

    /// The sum, unless it does not fit.
    ///
    /// # Errors
    /// [`QuantityOutOfRange`].
    pub fn checked_add(self, other: Self) -> Result<Self, QuantityOutOfRange> {
        self.0.checked_add(other.0).map(Self).ok_or(QuantityOutOfRange)
    }

    /// The difference, unless it is below nothing.
    ///
    /// # Errors
    /// [`QuantityOutOfRange`].
    pub fn checked_sub(self, other: Self) -> Result<Self, QuantityOutOfRange> {
        Self::from_trillionths(self.0.saturating_sub(other.0)).ok_or(QuantityOutOfRange)
    }
}

impl fmt::Display for Quantity {
    /// Base units without trailing zeros: `1.5`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Decimal::new(self.0, Self::SCALE).normalize().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::decimal;

    fn exact(quantity: &str, factor: &str) -> Option<String> {
        Quantity::exact(decimal(quantity), decimal(factor)).map(|quantity| quantity.to_string())
    }

    #[test]
    fn what_the_units_of_customs_hold_is_exact() {
        for (quantity, factor, base) in [
            ("2", "1", "2"),
            ("2.00000", "1.0", "2"),
            ("0.00001", "0.001", "0.00000001"),
            ("1", "0.028349523125", "0.028349523125"),
            ("3.5", "0.45359237", "1.587573295"),
            ("0.00001", "1016.0469088", "0.010160469088"),
            ("9223372.036854775807", "1", "9223372.036854775807"),
            ("0", "1", "0"),
        ] {
            assert_eq!(exact(quantity, factor).as_deref(), Some(base), "{quantity} × {factor}");
        }
    }

    #[test]
    fn what_is_not_exact_or_does_not_fit_is_refused() {
        for (quantity, factor) in [
            ("0.5", "0.028349523125"),
            ("9223372.036854775808", "1"),
            ("99999999999999.99999", "100000000"),
            ("79228162514264337593543950335", "79228162514264337593543950335"),
            ("0.0000000000000000000000000001", "0.0000000000000000000000000001"),
            ("-1", "1"),
        ] {
            assert_eq!(exact(quantity, factor), None, "{quantity} × {factor}");
        }
    }

    #[test]
    fn a_difference_is_never_below_nothing() {
        let [one, two] = [1, 2].map(|n| Quantity::from_trillionths(n).unwrap());
        assert_eq!(two.checked_sub(one), Ok(one));
        assert_eq!(one.checked_sub(two), Err(QuantityOutOfRange));
        assert_eq!(Quantity::from_trillionths(-1), None);
        let most = Quantity::from_trillionths(i64::MAX).unwrap();
        assert_eq!(most.checked_add(one), Err(QuantityOutOfRange));
    }
}
