//! What columns hold, and as which types of Parquet: few, and such that every engine reads them alike.

use std::sync::Arc;

use parquet::basic::{LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::errors::ParquetError;
use parquet::schema::types::{Type, TypePtr};
use rust_decimal::Decimal;

/// Digits of an exact number, before and behind the point.
pub const PRECISION: i32 = 38;
/// Digits behind the point of an exact number.
pub const SCALE: u32 = 10;
/// No exact number reaches it: ten to the power of [`PRECISION`].
const LIMIT: i128 = 10_i128.pow(38);
/// Bytes of an exact number.
pub(crate) const WIDTH: i32 = 16;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Words, codes, numbers that are names: UTF-8.
    Text,
    /// Whole numbers: 64 bits.
    Whole,
    /// Days: since 1970, 32 bits.
    Day,
    /// Instants: microseconds since 1970 UTC.
    Instant,
    /// Money: `DECIMAL(18, 2)`, whole fen in 64 bits.
    Money,
    /// Quantities and declared amounts: `DECIMAL(38, 10)` in 16 bytes, exact.
    Exact,
}

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name, which stays.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether it may hold nothing.
    pub is_optional: bool,
}

/// A table: what its files are called, and their columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Grows when columns are added; none is ever taken away or given another meaning.
    pub version: u32,
    /// Its columns.
    pub columns: &'static [Column],
}

/// What stands in one column of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Nothing.
    Absent,
    /// Words.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// Days since 1970.
    Day(i32),
    /// Microseconds since 1970 UTC.
    Instant(i64),
    /// Fen.
    Fen(i64),
    /// Ten-thousand-millionths ([`SCALE`]).
    Exact(i128),
}

/// One row: a value for each column, in order.
pub type Row = Vec<Value>;

impl Column {
    /// A column that always holds something.
    pub const fn of(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, is_optional: false }
    }

    /// A column that may hold nothing.
    pub const fn maybe(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, is_optional: true }
    }

    fn parquet(&self) -> Result<TypePtr, ParquetError> {
        let (physical, logical) = match self.kind {
            Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Kind::Whole => (Physical::INT64, None),
            Kind::Day => (Physical::INT32, Some(LogicalType::Date)),
            Kind::Instant => {
                (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::MICROS)))
            }
            Kind::Money => (Physical::INT64, Some(LogicalType::decimal(2, 18))),
            Kind::Exact => {
                let scale = i32::try_from(SCALE).unwrap_or_default();
                (Physical::FIXED_LEN_BYTE_ARRAY, Some(LogicalType::decimal(scale, PRECISION)))
            }
        };
        let (precision, scale) = match self.kind {
            Kind::Money => (18, 2),
            Kind::Exact => (PRECISION, i32::try_from(SCALE).unwrap_or_default()),
            _ => (-1, -1),
        };
        let repetition = if self.is_optional { Repetition::OPTIONAL } else { Repetition::REQUIRED };
        let column = Type::primitive_type_builder(self.name, physical)
            .with_repetition(repetition)
            .with_logical_type(logical)
            .with_length(if self.kind == Kind::Exact { WIDTH } else { -1 })
            .with_precision(precision)
            .with_scale(scale);
        column.build().map(Arc::new)
    }
}

impl Table {
    /// As Parquet has it.
    pub(crate) fn parquet(&self) -> Result<TypePtr, ParquetError> {
        let columns = self.columns.iter().map(Column::parquet).collect::<Result<_, _>>()?;
        Type::group_type_builder(self.name).with_fields(columns).build().map(Arc::new)
    }

    /// The file that it lies in.
    pub fn file(&self) -> String {
        format!("{}.parquet", self.name)
    }

    /// Where a column stands.
    pub fn place(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|it| it.name == column)
    }
}

impl Value {
    /// An exact number; nothing where it has more digits than a column holds, for it is never rounded.
    pub fn exact(number: Decimal) -> Option<Self> {
        let number = number.normalize();
        let behind = SCALE.checked_sub(number.scale())?;
        let scaled = number.mantissa().checked_mul(10_i128.checked_pow(behind)?)?;
        (scaled.unsigned_abs() < LIMIT.unsigned_abs()).then_some(Self::Exact(scaled))
    }

    /// Words, where there are some.
    pub fn maybe(text: Option<&str>) -> Self {
        text.map_or(Self::Absent, |text| Self::Text(text.to_owned()))
    }

    /// The words, of a column of words.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, of a column of whole numbers, instants or money.
    pub const fn number(&self) -> Option<i64> {
        match self {
            Self::Whole(number) | Self::Instant(number) | Self::Fen(number) => Some(*number),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_does_not_fit_is_refused_and_never_rounded() {
        let decimal = |text: &str| text.parse::<Decimal>().unwrap();
        assert_eq!(Value::exact(decimal("1.5")), Some(Value::Exact(15_000_000_000)));
        assert_eq!(Value::exact(decimal("-0.0000000001")), Some(Value::Exact(-1)));
        assert_eq!(Value::exact(decimal("1.500000000000000")), Some(Value::Exact(15_000_000_000)));
        assert_eq!(Value::exact(decimal("0.00000000001")), None);
        let largest = decimal("9999999999999999999999999999");
        assert_eq!(Value::exact(largest), Some(Value::Exact(largest.mantissa() * 10_i128.pow(10))));
        assert_eq!(Value::exact(Decimal::MAX), None);
    }
}
