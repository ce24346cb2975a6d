//! A file of registered goods, in CSV: one line a kind of goods.

use rust_decimal::Decimal;
use tongguan_domain::bonded::item::{BondedItem, Conversion, PriceRange};
use tongguan_domain::ids::AccountItemNumber;
use tongguan_domain::money::Amount;

use super::register::ITEM_FIELDS;

/// The column of the item's number; the others are those of a change.
const NUMBER: &str = "item";

/// A line of a file is no registered goods.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, {column}: `{found}` is not {expected}")]
pub struct BadLine {
    /// Which line, from 1.
    pub line: u64,
    /// Which column.
    pub column: String,
    /// What stands there.
    pub found: String,
    /// What should.
    pub expected: &'static str,
}

/// The goods of a file.
///
/// # Errors
/// Every line that is none.
pub fn read(text: &str) -> Result<Vec<(AccountItemNumber, BondedItem)>, Vec<BadLine>> {
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = ::csv::ReaderBuilder::new().from_reader(text.as_bytes());
    let unreadable = |error: &::csv::Error| BadLine {
        line: error.position().map_or(1, ::csv::Position::line),
        column: "line".to_owned(),
        found: error.to_string(),
        expected: "a line of CSV with as many fields as the first",
    };
    let columns = reader.headers().map_err(|error| vec![unreadable(&error)])?.clone();
    let known = |name: &str| name == NUMBER || ITEM_FIELDS.contains(&name);
    let (mut goods, mut bad) = (Vec::new(), Vec::new());
    bad.extend(columns.iter().filter(|name| !known(name)).map(|name| BadLine {
        line: 1,
        column: name.to_owned(),
        found: name.to_owned(),
        expected: "the name of a column",
    }));
    for record in reader.records() {
        match record {
            Ok(record) => {
                let line = record.position().map_or(1, ::csv::Position::line);
                match (Line { line, columns: &columns, record: &record }).goods() {
                    Ok(one) => goods.push(one),
                    Err(wrong) => bad.push(wrong),
                }
            }
            Err(error) => bad.push(unreadable(&error)),
        }
    }
    if bad.is_empty() { Ok(goods) } else { Err(bad) }
}

struct Line<'l> {
    line: u64,
    columns: &'l ::csv::StringRecord,
    record: &'l ::csv::StringRecord,
}

impl Line<'_> {
    fn goods(&self) -> Result<(AccountItemNumber, BondedItem), BadLine> {
        let number = AccountItemNumber::parse(self.text(NUMBER))
            .map_err(|_| self.bad(NUMBER, "a number of 1 to 30 characters"))?;
        let statutory = self.conversion("statutory_unit", "statutory_factor")?;
        let item = BondedItem {
            hs_code: self.digits("hs_code", 10, "an HS code of ten digits")?,
            name: self.filled("name")?,
            unit: self.digits("unit", 3, "a unit of three digits")?,
            statutory: statutory
                .ok_or_else(|| self.bad("statutory_unit", "a unit of three digits"))?,
            second: self.conversion("second_unit", "second_factor")?,
            prices: self.prices()?,
        };
        Ok((number, item))
    }

    fn conversion(&self, unit: &str, factor: &str) -> Result<Option<Conversion>, BadLine> {
        if self.text(unit).is_empty() && self.text(factor).is_empty() {
            return Ok(None);
        }
        let unit = self.digits(unit, 3, "a unit of three digits")?;
        let expected = "a number above 0";
        let number = self.decimal(factor, expected)?.filter(|number| *number > Decimal::ZERO);
        let factor = number.ok_or_else(|| self.bad(factor, expected))?;
        Ok(Some(Conversion { unit, factor }))
    }

    fn prices(&self) -> Result<Option<PriceRange>, BadLine> {
        let [lowest, highest] = ["lowest_price", "highest_price"];
        let expected = "a price, or empty in both columns";
        match (self.decimal(lowest, expected)?, self.decimal(highest, expected)?) {
            (None, None) => Ok(None),
            (Some(low), Some(high)) if Decimal::ZERO <= low && low <= high => {
                Ok(Some(PriceRange { lowest: Amount::new(low), highest: Amount::new(high) }))
            }
            _ => Err(self.bad(highest, "a price at or above the lowest")),
        }
    }

    fn decimal(&self, column: &str, expected: &'static str) -> Result<Option<Decimal>, BadLine> {
        match self.text(column) {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| self.bad(column, expected)),
        }
    }

    fn digits(
        &self,
        column: &str,
        length: usize,
        expected: &'static str,
    ) -> Result<Box<str>, BadLine> {
        let text = self.text(column);
        let fits = text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
        if fits { Ok(text.into()) } else { Err(self.bad(column, expected)) }
    }

    fn filled(&self, column: &str) -> Result<Box<str>, BadLine> {
        match self.text(column) {
            "" => Err(self.bad(column, "filled")),
            text => Ok(text.into()),
        }
    }

    fn text(&self, column: &str) -> &str {
        let place = self.columns.iter().position(|name| name == column);
        place.and_then(|place| self.record.get(place)).unwrap_or_default().trim()
    }

    fn bad(&self, column: &str, expected: &'static str) -> BadLine {
        let found = self.text(column).to_owned();
        BadLine { line: self.line, column: column.to_owned(), found, expected }
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
        let goods = read(&text).unwrap();
        let (number, item) = &goods[0];
        assert_eq!((number.as_str(), &*item.unit), ("7", "122"));
        assert_eq!(item.statutory.factor.to_string(), "0.7");
        assert!(item.second.is_none() && item.prices.is_some());
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
        let told = read(&text).unwrap_err();
        let told: Vec<_> = told.iter().map(|bad| (bad.line, bad.column.as_str())).collect();
        let expected: Vec<_> = (2..).zip(lines).map(|(line, (_, column))| (line, column)).collect();
        assert_eq!(told, expected);
        assert_eq!(read("item,colour\n").unwrap_err()[0].column, "colour");
    }
}
