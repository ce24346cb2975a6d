//! A file of registered goods, in CSV: one line a kind of goods.

use std::fmt;

use rust_decimal::Decimal;
use tongguan_domain::bonded::item::{BondedItem, Conversion, PriceRange};
use tongguan_domain::ids::AccountItemNumber;
use tongguan_domain::money::Amount;

use super::register::{ITEM_FIELDS, item_texts};
use crate::filing::goods_file::{decoded, line};

/// The column of the item's number; the others are those of a change.
const NUMBER: &str = "item";

/// What should stand somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// A text file that can be read.
    Text,
    /// A line with as many fields as the first.
    Csv,
    /// The name of a column.
    Column,
    /// 备案料号.
    Number,
    /// 商品编码.
    HsCode,
    /// A name.
    Name,
    /// 计量单位.
    Unit,
    /// How many of another unit one is.
    Factor,
    /// A price, or no price at all.
    Price,
    /// No price below the lowest.
    HighestPrice,
}

/// What describes goods is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{column}: `{found}` is not {expected}")]
pub struct BadField {
    /// Which column.
    pub column: String,
    /// What stands there.
    pub found: String,
    /// What should.
    pub expected: Expected,
}

/// A line of a file is no registered goods.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, {bad}")]
pub struct BadLine {
    /// Which line, from 1.
    pub line: u64,
    /// What is wrong there.
    pub bad: BadField,
}

/// The columns of a file, in order.
pub fn columns() -> impl Iterator<Item = &'static str> {
    std::iter::once(NUMBER).chain(ITEM_FIELDS)
}

/// Goods as texts, in the order of the columns.
pub fn texts(number: &AccountItemNumber, item: &BondedItem) -> Vec<String> {
    std::iter::once(number.to_string()).chain(item_texts(item)).collect()
}

/// The goods that texts describe, by the name of their column.
///
/// # Errors
/// The first text that is not what it must be.
pub fn item<'t>(
    text: impl Fn(&str) -> &'t str,
) -> Result<(AccountItemNumber, BondedItem), BadField> {
    Texts { text }.item()
}

/// The goods of a file, in UTF-8 or GB18030.
///
/// # Errors
/// Every line that is none.
pub fn read(bytes: &[u8]) -> Result<Vec<(AccountItemNumber, BondedItem)>, Vec<BadLine>> {
    let bad = |line, column: &str, found: String, expected| BadLine {
        line,
        bad: BadField { column: column.to_owned(), found, expected },
    };
    let text = decoded(bytes).ok_or_else(|| vec![bad(1, "line", String::new(), Expected::Text)])?;
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = ::csv::ReaderBuilder::new().from_reader(text.as_bytes());
    let unreadable = |error: &::csv::Error| {
        let line = error.position().map_or(1, ::csv::Position::line);
        bad(line, "line", error.to_string(), Expected::Csv)
    };
    let header = reader.headers().map_err(|error| vec![unreadable(&error)])?.clone();
    let unknown = header.iter().filter(|name| !columns().any(|known| known == *name));
    let mut wrong: Vec<_> =
        unknown.map(|name| bad(1, name, name.to_owned(), Expected::Column)).collect();
    let mut goods = Vec::new();
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                wrong.push(unreadable(&error));
                continue;
            }
        };
        let line = record.position().map_or(1, |at| line(text, at));
        let line = u64::try_from(line).unwrap_or(u64::MAX);
        let of_column = |column: &str| {
            let place = header.iter().position(|name| name == column);
            place.and_then(|place| record.get(place)).unwrap_or_default()
        };
        match item(of_column) {
            Ok(one) => goods.push(one),
            Err(bad) => wrong.push(BadLine { line, bad }),
        }
    }
    if wrong.is_empty() { Ok(goods) } else { Err(wrong) }
}

struct Texts<F> {
    text: F,
}

impl<'t, F: Fn(&str) -> &'t str> Texts<F> {
    fn item(&self) -> Result<(AccountItemNumber, BondedItem), BadField> {
        let number = AccountItemNumber::parse(self.text(NUMBER))
            .map_err(|_| self.bad(NUMBER, Expected::Number))?;
        let statutory = self.conversion("statutory_unit", "statutory_factor")?;
        let item = BondedItem {
            hs_code: self.digits("hs_code", 10, Expected::HsCode)?,
            name: self.filled("name")?,
            unit: self.digits("unit", 3, Expected::Unit)?,
            statutory: statutory.ok_or_else(|| self.bad("statutory_unit", Expected::Unit))?,
            second: self.conversion("second_unit", "second_factor")?,
            prices: self.prices()?,
        };
        Ok((number, item))
    }

    fn conversion(&self, unit: &str, factor: &str) -> Result<Option<Conversion>, BadField> {
        if self.text(unit).is_empty() && self.text(factor).is_empty() {
            return Ok(None);
        }
        let unit = self.digits(unit, 3, Expected::Unit)?;
        let number = self.decimal(factor, Expected::Factor)?;
        let number = number.filter(|number| *number > Decimal::ZERO);
        let factor = number.ok_or_else(|| self.bad(factor, Expected::Factor))?;
        Ok(Some(Conversion { unit, factor }))
    }

    fn prices(&self) -> Result<Option<PriceRange>, BadField> {
        let [lowest, highest] = ["lowest_price", "highest_price"];
        match (self.decimal(lowest, Expected::Price)?, self.decimal(highest, Expected::Price)?) {
            (None, None) => Ok(None),
            (Some(low), Some(high)) if Decimal::ZERO <= low && low <= high => {
                Ok(Some(PriceRange { lowest: Amount::new(low), highest: Amount::new(high) }))
            }
            _ => Err(self.bad(highest, Expected::HighestPrice)),
        }
    }

    fn decimal(&self, column: &str, expected: Expected) -> Result<Option<Decimal>, BadField> {
        match self.text(column) {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| self.bad(column, expected)),
        }
    }

    fn digits(
        &self,
        column: &str,
        length: usize,
        expected: Expected,
    ) -> Result<Box<str>, BadField> {
        let text = self.text(column);
        let fits = text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
        if fits { Ok(text.into()) } else { Err(self.bad(column, expected)) }
    }

    fn filled(&self, column: &str) -> Result<Box<str>, BadField> {
        match self.text(column) {
            "" => Err(self.bad(column, Expected::Name)),
            text => Ok(text.into()),
        }
    }

    fn text(&self, column: &str) -> &'t str {
        (self.text)(column).trim()
    }

    fn bad(&self, column: &str, expected: Expected) -> BadField {
        let found = self.text(column).to_owned();
        BadField { column: column.to_owned(), found, expected }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "a text in UTF-8 or GB18030",
            Self::Csv => "a line of CSV with as many fields as the first",
            Self::Column => "the name of a column",
            Self::Number => "a number of 1 to 30 characters",
            Self::HsCode => "an HS code of ten digits",
            Self::Name => "filled",
            Self::Unit => "a unit of three digits",
            Self::Factor => "a number above 0",
            Self::Price => "a price, or empty in both columns",
            Self::HighestPrice => "a price at or above the lowest",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "item,hs_code,name,unit,statutory_unit,statutory_factor,second_unit,\
                        second_factor,lowest_price,highest_price\n";

    #[test]
    fn a_line_is_a_kind_of_goods() {
        let text = format!("\u{feff}{HEAD}7,1901101090,奶粉,122,035,0.7,,,80,120\n");
        let goods = read(text.as_bytes()).unwrap();
        let (number, item) = &goods[0];
        assert_eq!((number.as_str(), &*item.unit), ("7", "122"));
        assert_eq!(item.statutory.factor.to_string(), "0.7");
        assert!(item.second.is_none() && item.prices.is_some());
    }

    #[test]
    fn a_file_of_a_chinese_spreadsheet_is_read_too() {
        let text = format!("{HEAD}7,1901101090,奶粉,122,035,0.7,,,,\n");
        let (bytes, ..) = encoding_rs::GB18030.encode(&text);
        assert_eq!(&*read(&bytes).unwrap()[0].1.name, "奶粉");
        assert_eq!(read(b"item\n\0").unwrap_err()[0].bad.expected, Expected::Text);
    }

    #[test]
    fn every_line_that_is_none_is_named() {
        let lines = [
            (",1901101090,奶粉,122,035,0.7,,,,", "item"),
            ("7,190110109,奶粉,122,035,0.7,,,,", "hs_code"),
            ("7,1901101090,,122,035,0.7,,,,", "name"),
            ("7,1901101090,奶粉,罐,035,0.7,,,,", "unit"),
            ("7,1901101090,奶粉,122,035,0,,,,", "statutory_factor"),
            ("7,1901101090,奶粉,122,,,,,,", "statutory_unit"),
            ("7,1901101090,奶粉,122,035,0.7,122,,,", "second_factor"),
            ("7,1901101090,奶粉,122,035,0.7,,,120,80", "highest_price"),
            ("7,1901101090,奶粉,122,035,0.7,,,80,", "highest_price"),
        ];
        let text = lines.iter().fold(HEAD.to_owned(), |text, (line, _)| text + line + "\n");
        let told = read(text.as_bytes()).unwrap_err();
        let told: Vec<_> = told.iter().map(|bad| (bad.line, bad.bad.column.as_str())).collect();
        let expected: Vec<_> = (2..).zip(lines).map(|(line, (_, column))| (line, column)).collect();
        assert_eq!(told, expected);
        // Lines are counted as a reader counts them, also where they end as on Windows.
        let of_windows = read(text.replace('\n', "\r\n").as_bytes()).unwrap_err();
        assert_eq!(of_windows.iter().map(|bad| bad.line).max(), told.last().map(|(line, _)| *line));
        assert_eq!(read(b"item,colour\n").unwrap_err()[0].bad.column, "colour");
    }
}
