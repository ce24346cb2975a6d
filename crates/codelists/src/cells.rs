//! Reading the cells of one line: every fault is noted with its place, and reading goes on.

use std::str::FromStr;

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::text::Defect;

/// The cells of one line, by column name.
pub struct Cells<'l> {
    line: u64,
    columns: &'l [String],
    values: Vec<&'l str>,
    defects: &'l mut Vec<Defect>,
}

impl<'l> Cells<'l> {
    pub(crate) fn new(
        line: u64,
        columns: &'l [String],
        values: Vec<&'l str>,
        defects: &'l mut Vec<Defect>,
    ) -> Self {
        Self { line, columns, values, defects }
    }

    /// The trimmed cell, unless it is empty or its column is absent.
    pub fn optional(&self, column: &str) -> Option<&'l str> {
        let place = self.columns.iter().position(|name| name == column)?;
        self.values.get(place).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// The cell, or a defect when it is empty.
    pub fn text(&mut self, column: &'static str) -> Option<Box<str>> {
        let value = self.optional(column);
        if value.is_none() {
            self.note(column, "a value");
        }
        value.map(Box::from)
    }

    /// The cell as read by `read`, or a defect that says what was expected.
    pub fn parsed<T>(
        &mut self,
        column: &'static str,
        expected: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let value = self.optional(column).and_then(read);
        if value.is_none() {
            self.note(column, expected);
        }
        value
    }

    /// The same for a cell that may be empty: `Some(None)` when it is, `None` for a defect.
    pub fn parsed_if_any<T>(
        &mut self,
        column: &'static str,
        expected: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<Option<T>> {
        match self.optional(column) {
            None => Some(None),
            Some(_) => self.parsed(column, expected, read).map(Some),
        }
    }

    /// Notes that the cell of `column` is wrong.
    pub fn note(&mut self, column: &str, expected: &str) {
        let found = self.optional(column).unwrap_or_default();
        self.defects.push(Defect::new(self.line, column, found, expected));
    }
}

/// Reads a decimal that is not negative, of at most 19 digits.
pub(crate) fn decimal(text: &str) -> Option<Decimal> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if !plain || text.bytes().filter(u8::is_ascii_digit).count() > 19 {
        return None;
    }
    Decimal::from_str(text).ok()
}

/// Reads a day written as `2026-01-31`, and in no other of the forms of ISO 8601.
pub(crate) fn day(text: &str) -> Option<Date> {
    text.parse::<Date>().ok().filter(|day| day.to_string() == text)
}

/// Reads a share: from 0 up to, and not including, 1.
pub(crate) fn share(text: &str) -> Option<Decimal> {
    decimal(text).filter(|share| *share < Decimal::ONE)
}
