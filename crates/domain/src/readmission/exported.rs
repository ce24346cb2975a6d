//! The exported goods of which some come back.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::declaration::ExportState;
use crate::facts::{ExportFacts, ExportItemFacts, ExportMode, ExportReturnItemFacts};
use crate::ids::{OfficeCode, PartyId};

/// A closed export declaration (结关), as far as a return looks at it.
#[derive(Debug, Clone, Copy)]
pub struct ExportedGoods<'e> {
    /// 电商企业.
    pub merchant: PartyId,
    /// 监管方式.
    pub mode: ExportMode,
    /// 申报地海关.
    pub office: OfficeCode,
    /// When they were released, by China's day.
    pub released_on: Date,
    /// When they left the country, by China's day.
    pub left_on: Date,
    /// The goods.
    pub items: &'e [ExportItemFacts],
}

impl<'e> ExportedGoods<'e> {
    /// The goods of a declaration, once they have left.
    pub fn of(facts: &'e ExportFacts, state: &ExportState) -> Option<Self> {
        let ExportState::Closed { release, departed_at } = state else { return None };
        Some(Self {
            merchant: facts.parties.merchant,
            mode: facts.mode,
            office: facts.office,
            released_on: release.released_at.china_day(),
            left_on: departed_at.china_day(),
            items: &facts.items,
        })
    }

    /// The line of that number.
    pub fn item(&self, number: i32) -> Option<&'e ExportItemFacts> {
        self.items.iter().find(|item| item.number == number)
    }
}

/// How much of a line comes back, or came back: in its declared, first and second statutory unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReturnedQuantity {
    /// 数量.
    pub declared: Decimal,
    /// 法定数量.
    pub statutory: Decimal,
    /// 第二数量; nothing where the line has no second unit.
    pub second: Decimal,
}

/// How much of each line of one declaration came back, by line number.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReturnedByLine(BTreeMap<i32, ReturnedQuantity>);

impl ReturnedByLine {
    /// The sum of the lines of several returns.
    pub fn of<'i>(items: impl IntoIterator<Item = &'i ExportReturnItemFacts>) -> Self {
        let mut sum = Self::default();
        for item in items {
            let line = sum.0.entry(item.number).or_default();
            // At most nineteen digits each, and no more than was declared: the sums do not overflow.
            line.declared += item.quantity;
            line.statutory += item.statutory_quantity;
            line.second += item.second.as_ref().map_or(Decimal::ZERO, |(_, quantity)| *quantity);
        }
        sum
    }

    /// How much of a line.
    pub fn line(&self, number: i32) -> ReturnedQuantity {
        self.0.get(&number).copied().unwrap_or_default()
    }

    /// Every line of which something came back, in order of the numbers.
    pub fn lines(&self) -> impl Iterator<Item = (i32, ReturnedQuantity)> {
        self.0.iter().map(|(number, quantity)| (*number, *quantity))
    }

    /// Whether nothing came back.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
