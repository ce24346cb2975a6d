//! Registered goods (备案料件): what a line of an account book holds.

use rust_decimal::Decimal;

use super::stock::StockQuantity;
use crate::defect::{Defect, Rule};
use crate::facts::ItemFacts;
use crate::money::Amount;

/// A registered kind of goods of an account book (料件).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BondedItem {
    /// 商品编码, ten digits.
    pub hs_code: Box<str>,
    /// 商品名称.
    pub name: Box<str>,
    /// 申报计量单位: the unit in which the stock is kept.
    pub unit: Box<str>,
    /// 法定计量单位.
    pub statutory: Conversion,
    /// 第二法定计量单位.
    pub second: Option<Conversion>,
    /// What a unit may cost, in the declaration's currency.
    pub prices: Option<PriceRange>,
}

/// How many of another unit one unit of the stock is (换算比例).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversion {
    /// The other unit.
    pub unit: Box<str>,
    /// How many of it, more than nothing.
    pub factor: Decimal,
}

/// What a unit may cost (备案价格区间), both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PriceRange {
    /// At least.
    pub lowest: Amount,
    /// At most.
    pub highest: Amount,
}

impl BondedItem {
    /// How much of the stock a declared line takes.
    ///
    /// # Errors
    /// Every way in which the line is other than what was registered, with pointers below `pointer`.
    pub fn taken_by(&self, line: &ItemFacts, pointer: &str) -> Result<StockQuantity, Vec<Defect>> {
        let mut defects = Vec::new();
        let mut differs = |name: &str, found: String, expected: String| {
            let defect = Defect::at(&ITEM_DIFFERS, format!("{pointer}/{name}"));
            defects.push(defect.found(found).expected(expected));
        };
        if line.hs_code != self.hs_code {
            differs("gcode", line.hs_code.to_string(), self.hs_code.to_string());
        }
        let taken = self.in_own_unit(line);
        if taken.is_none() {
            differs("unit", counted(line.quantity, &line.unit), format!("单位{}", self.unit));
        }
        if let Some(taken) = taken {
            let declared = [
                (
                    "qty1",
                    Some((&line.statutory_unit, line.statutory_quantity)),
                    Some(&self.statutory),
                ),
                ("qty2", line.second.as_ref().map(|(unit, of)| (unit, *of)), self.second.as_ref()),
            ];
            for (name, declared, registered) in declared {
                let Some((conversion, (unit, quantity))) = registered.zip(declared) else {
                    continue;
                };
                let expected = taken.checked_mul(conversion.factor).unwrap_or(Decimal::MAX);
                if *unit != conversion.unit || quantity != expected.round_dp(StockQuantity::SCALE) {
                    let expected = counted(expected.normalize(), &conversion.unit);
                    differs(name, counted(quantity, unit), expected);
                }
            }
        }
        match taken.and_then(StockQuantity::of).filter(|_| defects.is_empty()) {
            Some(quantity) => Ok(quantity),
            None => Err(defects),
        }
    }

    /// Whether a line's price lies outside of what was registered, so that an officer has to look.
    pub fn is_priced_otherwise(&self, line: &ItemFacts) -> bool {
        self.prices.is_some_and(|PriceRange { lowest, highest }| {
            line.price < lowest || highest < line.price
        })
    }

    /// The line's quantity in the stock's unit; `None` in a unit that was not registered, or where it is
    /// finer than a stock is kept.
    pub fn in_own_unit(&self, line: &ItemFacts) -> Option<Decimal> {
        self.converted(&line.unit, line.quantity).map(|(quantity, _)| quantity)
    }

    /// The same of a quantity in a unit, as a stock keeps it.
    pub fn kept_as(&self, unit: &str, quantity: Decimal) -> Option<StockQuantity> {
        self.converted(unit, quantity).map(|(_, kept)| kept)
    }

    fn converted(&self, unit: &str, quantity: Decimal) -> Option<(Decimal, StockQuantity)> {
        if *unit == *self.unit {
            return Some((quantity, StockQuantity::of(quantity)?));
        }
        let other = [Some(&self.statutory), self.second.as_ref()].into_iter().flatten();
        let conversion = other.into_iter().find(|conversion| *conversion.unit == *unit)?;
        let own = quantity.checked_div(conversion.factor)?;
        let is_exact = own.checked_mul(conversion.factor) == Some(quantity);
        Some((own, StockQuantity::of(own).filter(|_| is_exact)?))
    }
}

/// A quantity and the code of its unit (计量单位), both digits, so that they can be told apart.
pub(super) fn counted(quantity: Decimal, unit: &str) -> String {
    format!("{quantity}单位{unit}")
}

/// A declared line is other than the goods that its account book registered.
pub static ITEM_DIFFERS: Rule = Rule {
    code: "bonded-item-differs",
    official: None,
    zh: "商品与账册备案不符：{found}，备案为{expected}",
    en: "the goods are not those of the account book: {found} instead of {expected}",
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::decimal;

    fn amount(text: &str) -> Amount {
        Amount::new(decimal(text))
    }

    /// Tins of 700 g, counted by the tin.
    fn tins() -> BondedItem {
        BondedItem {
            hs_code: "1901101090".into(),
            name: "奶粉".into(),
            unit: "122".into(),
            statutory: Conversion { unit: "035".into(), factor: decimal("0.7") },
            second: None,
            prices: Some(PriceRange { lowest: amount("80"), highest: amount("120.00") }),
        }
    }

    fn line(quantity: (&str, &str), statutory: (&str, &str)) -> ItemFacts {
        ItemFacts {
            number: 1,
            account_item: None,
            item_no: None,
            hs_code: "1901101090".into(),
            name: "奶粉".into(),
            item_name: None,
            unit: quantity.1.into(),
            quantity: decimal(quantity.0),
            statutory_unit: statutory.1.into(),
            statutory_quantity: decimal(statutory.0),
            second: None,
            price: amount("99.5"),
            total_price: amount("199"),
        }
    }

    #[test]
    fn a_line_takes_what_its_unit_converts_to_exactly() {
        for (quantity, statutory, taken) in [
            (("2", "122"), ("1.4", "035"), Some("2")),
            (("2.00000", "122"), ("1.40000", "035"), Some("2")),
            (("1.4", "035"), ("1.4", "035"), Some("2")),
            (("1", "035"), ("1", "035"), None),
            (("2", "122"), ("1.5", "035"), None),
            (("2", "122"), ("1400", "036"), None),
            (("2", "007"), ("1.4", "035"), None),
            (("0.000001", "122"), ("0.0000007", "035"), None),
        ] {
            let found = tins().taken_by(&line(quantity, statutory), "").ok();
            assert_eq!(
                found.map(|of| of.to_string()).as_deref(),
                taken,
                "{quantity:?} {statutory:?}"
            );
        }
    }

    #[test]
    fn every_difference_is_named() {
        let mut other = line(("2", "122"), ("1.5", "035"));
        other.hs_code = "2202990000".into();
        let told = tins().taken_by(&other, "/L").unwrap_err();
        let told: Vec<_> = told.iter().map(|defect| defect.pointer.as_str()).collect();
        assert_eq!(told, ["/L/gcode", "/L/qty1"]);
    }

    #[test]
    fn a_price_outside_of_its_range_is_for_an_officer() {
        let mut line = line(("2", "122"), ("1.4", "035"));
        for (price, otherwise) in [("79.99", true), ("80", false), ("120", false), ("120.01", true)]
        {
            line.price = amount(price);
            assert_eq!(tins().is_priced_otherwise(&line), otherwise, "{price}");
        }
        assert!(!BondedItem { prices: None, ..tins() }.is_priced_otherwise(&line));
    }
}
