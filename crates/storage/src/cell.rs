//! Cells: the three portable column types, and which Rust types are kept in them.
//!
//! `BIGINT`, `TEXT` and bytes are all that SQLite's strict tables and every database of the
//! PostgreSQL family have alike. Times are microseconds, money is fen, days are microseconds of their
//! midnight in China, booleans are 0 and 1.

use tongguan_domain::access::SignIn;
use tongguan_domain::filing::FilingId;
use tongguan_domain::ids::{
    DeclarationId, DxpId, Guid, MessageId, OrderNumber, PartyId, PlaceCode, ReturnId,
};
use tongguan_domain::money::Money;
use tongguan_domain::party::PartyCode;
use tongguan_domain::quantity::Quantity;
use tongguan_domain::time::Moment;

use crate::seal::KeyId;

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// A 64-bit integer.
    Integer,
    /// UTF-8, compared byte by byte on both engines.
    Text,
    /// Bytes.
    Bytes,
}

/// One value of one column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cell<'a> {
    /// Absent.
    Null,
    /// An integer.
    Integer(i64),
    /// A text.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
}

/// A type that can be written to a column.
pub trait ToCell {
    /// The column's type.
    const TYPE: ColumnType;
    /// The value.
    fn cell(&self) -> Cell<'_>;
}

/// A type that can be read back from the column it was written to.
pub trait Column: ToCell + Sized {
    /// `None` when the value is not one that [`ToCell::cell`] writes.
    fn read(cell: Cell<'_>) -> Option<Self>;
}

impl<T: ToCell> ToCell for &T {
    const TYPE: ColumnType = T::TYPE;
    fn cell(&self) -> Cell<'_> {
        (**self).cell()
    }
}

impl<T: ToCell> ToCell for Option<T> {
    const TYPE: ColumnType = T::TYPE;
    fn cell(&self) -> Cell<'_> {
        self.as_ref().map_or(Cell::Null, T::cell)
    }
}

impl<T: Column> Column for Option<T> {
    fn read(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Null => Some(None),
            present => T::read(present).map(Some),
        }
    }
}

impl ToCell for str {
    const TYPE: ColumnType = ColumnType::Text;
    fn cell(&self) -> Cell<'_> {
        Cell::Text(self)
    }
}

impl ToCell for &str {
    const TYPE: ColumnType = ColumnType::Text;
    fn cell(&self) -> Cell<'_> {
        Cell::Text(self)
    }
}

macro_rules! integers {
    ($($type:ty: $to:expr, $from:expr;)+) => {$(
        impl ToCell for $type {
            const TYPE: ColumnType = ColumnType::Integer;
            fn cell(&self) -> Cell<'_> {
                let to: fn(&$type) -> i64 = $to;
                Cell::Integer(to(self))
            }
        }
        impl Column for $type {
            fn read(cell: Cell<'_>) -> Option<Self> {
                let from: fn(i64) -> Option<$type> = $from;
                match cell {
                    Cell::Integer(value) => from(value),
                    _ => None,
                }
            }
        }
    )+};
}

integers! {
    i64: |value| *value, Some;
    i32: |value| i64::from(*value), |value| value.try_into().ok();
    u8: |value| i64::from(*value), |value| value.try_into().ok();
    bool: |value| i64::from(*value), |value| match value { 0 => Some(false), 1 => Some(true), _ => None };
    PartyId: |id| id.0, |value| Some(Self(value));
    DeclarationId: |id| id.0, |value| Some(Self(value));
    ReturnId: |id| id.0, |value| Some(Self(value));
    MessageId: |id| id.0, |value| Some(Self(value));
    FilingId: |id| id.0, |value| Some(Self(value));
    Money: |money| money.fen(), |value| Some(Self::from_fen(value));
    Quantity: |quantity| quantity.trillionths(), Quantity::from_trillionths;
    Moment: |moment| moment.micros(), |value| Some(Self::from_micros(value));
    KeyId: |id| id.number(), Self::numbered;
}

macro_rules! texts {
    ($($type:ty: $from:expr;)+) => {$(
        impl ToCell for $type {
            const TYPE: ColumnType = ColumnType::Text;
            fn cell(&self) -> Cell<'_> {
                Cell::Text(AsText::text(self))
            }
        }
        impl Column for $type {
            fn read(cell: Cell<'_>) -> Option<Self> {
                let from: fn(&str) -> Option<$type> = $from;
                match cell {
                    Cell::Text(text) => from(text),
                    _ => None,
                }
            }
        }
    )+};
}

/// The text inside an identifier.
trait AsText {
    fn text(&self) -> &str;
}

impl AsText for String {
    fn text(&self) -> &str {
        self
    }
}

impl AsText for Box<str> {
    fn text(&self) -> &str {
        self
    }
}

macro_rules! as_text {
    ($($type:ty),+) => {$(
        impl AsText for $type {
            fn text(&self) -> &str {
                self.as_str()
            }
        }
    )+};
}

as_text!(OrderNumber, DxpId, Guid, PartyCode, PlaceCode, SignIn);

texts! {
    String: |text| Some(text.to_owned());
    Box<str>: |text| Some(text.into());
    OrderNumber: |text| Self::parse(text).ok();
    DxpId: |text| Self::parse(text).ok();
    Guid: |text| Self::parse(text).ok();
    PartyCode: |text| Self::parse(text).ok();
    PlaceCode: |text| Self::parse(text).ok();
    SignIn: |text| Self::parse(text).ok();
}

impl ToCell for Vec<u8> {
    const TYPE: ColumnType = ColumnType::Bytes;
    fn cell(&self) -> Cell<'_> {
        Cell::Bytes(self)
    }
}

impl Column for Vec<u8> {
    fn read(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Bytes(bytes) => Some(bytes.to_vec()),
            _ => None,
        }
    }
}

impl<const N: usize> ToCell for [u8; N] {
    const TYPE: ColumnType = ColumnType::Bytes;
    fn cell(&self) -> Cell<'_> {
        Cell::Bytes(self)
    }
}

impl<const N: usize> Column for [u8; N] {
    fn read(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Bytes(bytes) => bytes.try_into().ok(),
            _ => None,
        }
    }
}

/// Several columns side by side: a key, or what a statement takes for each row.
pub trait Cells {
    /// The columns' types.
    const TYPES: &'static [ColumnType];
    /// Appends one cell for each column.
    fn push<'a>(&'a self, to: &mut Vec<Cell<'a>>);
}

macro_rules! tuples {
    ($(($($name:ident),+))+) => {$(
        impl<$($name: ToCell),+> Cells for ($($name,)+) {
            const TYPES: &'static [ColumnType] = &[$($name::TYPE),+];
            #[expect(non_snake_case, reason = "the type parameters' names serve for the members")]
            fn push<'a>(&'a self, to: &mut Vec<Cell<'a>>) {
                let ($($name,)+) = self;
                $(to.push($name.cell());)+
            }
        }
    )+};
}

tuples! {
    (A)
    (A, B)
    (A, B, C)
    (A, B, C, D)
    (A, B, C, D, E)
    (A, B, C, D, E, F)
    (A, B, C, D, E, F, G)
}
