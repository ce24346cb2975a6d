//! What is to be priced, and the checks that make it worth pricing.

use std::collections::HashSet;

use jiff::civil::Date;
use rust_decimal::Decimal;
use tongguan_codelists::entries::{ModeRegime, Unit};
use tongguan_codelists::{HsCode, Pack};

use crate::defect::{Defect, Rule};
use crate::money::{Amount, Money};

/// An order as tax sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basket {
    /// The day of the declaration, which picks the law (关税法 Art 20).
    pub as_of: Date,
    /// 监管方式 (`tradeMode`).
    pub mode: Box<str>,
    /// What the buyer has already used of the year's limit; no concern of general trade.
    pub annual_used: Money,
    /// 运费 (`freight`), of the whole order.
    pub freight: Amount,
    /// 保费 (`insuredFee`), of the whole order.
    pub insurance: Amount,
    /// The lines.
    pub items: Vec<BasketItem>,
}

/// One line of an order. Quantities, weights and volumes are those of the whole line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BasketItem {
    /// 商品序号 (`gnum`).
    pub line: i32,
    /// 商品编码 (`gcode`).
    pub hs: HsCode,
    /// 数量 (`qty`), in `unit`.
    pub quantity: Decimal,
    /// 计量单位 (`unit`).
    pub unit: Box<str>,
    /// 总价 (`totalPrice`), after promotions that are open to everyone, before coupons and points.
    pub total_price: Amount,
    /// The net content in kilograms, without packaging.
    pub net_weight_kg: Option<Decimal>,
    /// The net content in litres.
    pub volume_l: Option<Decimal>,
    /// Rates that replace the pack's, field by field.
    pub rates: Option<RateOverride>,
}

/// Rates that replace the pack's for one line, field by field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RateOverride {
    /// Duty, ad valorem.
    pub duty: Option<Decimal>,
    /// Consumption tax, ad valorem.
    pub ct_rate: Option<Decimal>,
    /// Consumption tax, CNY for each unit of `ct_quantity`.
    pub ct_per_unit: Option<Decimal>,
    /// The quantity that the specific consumption tax counts, of the whole line.
    pub ct_quantity: Option<Decimal>,
    /// Value-added tax.
    pub vat: Option<Decimal>,
}

macro_rules! rules {
    ($($name:ident, $code:literal, $zh:literal, $en:literal;)*) => {
        $(static $name: Rule = Rule { code: $code, official: None, zh: $zh, en: $en };)*
    };
}

rules! {
    NO_ITEMS, "no-items", "没有商品", "there are no items";
    NEGATIVE, "negative", "{found}不能为负数", "{found} is negative";
    NOT_POSITIVE, "not-positive", "{found}应大于零", "{found} is not more than zero";
    TOO_LONG, "too-many-digits", "{found}超过{expected}", "{found} has more than {expected}";
    RATE_TOO_HIGH, "rate-too-high", "税率{found}应小于{expected}", "the rate {found} is not below {expected}";
    UNKNOWN_MODE, "unknown-mode", "监管方式{found}在该日期无效或不征税", "supervision mode {found} is not one that is taxed on that day";
    UNKNOWN_UNIT, "unknown-unit", "计量单位{found}不存在", "there is no unit of measure {found} on that day";
    LINE_TWICE, "line-twice", "商品序号{found}重复", "line {found} appears twice";
}

/// A basket that has been found sound, with what the checks looked up.
pub(super) struct Sound<'b, 'p> {
    pub basket: &'b Basket,
    /// How its mode is taxed.
    pub regime: ModeRegime,
    /// Its items with their units.
    pub items: Vec<(&'b BasketItem, &'p Unit)>,
}

impl Basket {
    /// Checks everything, with pointers such as `/items/0/qty` as in the JSON form.
    pub(super) fn sound<'b, 'p>(&'b self, pack: &'p Pack) -> Result<Sound<'b, 'p>, Vec<Defect>> {
        let mut check = Check { defects: Vec::new() };
        let mode = pack.mode(&self.mode, self.as_of).map(|mode| mode.entry.regime);
        let regime = mode.filter(|regime| *regime != ModeRegime::Other);
        if regime.is_none() {
            check.note(&UNKNOWN_MODE, "/mode", &self.mode);
        }
        if self.annual_used < Money::ZERO {
            check.note(&NEGATIVE, "/annual_used", self.annual_used);
        }
        check.amount("/freight", self.freight.value());
        check.amount("/insurance", self.insurance.value());
        if self.items.is_empty() {
            check.note(&NO_ITEMS, "/items", "");
        }
        let mut lines = HashSet::new();
        let mut items = Vec::with_capacity(self.items.len());
        for (place, item) in self.items.iter().enumerate() {
            if !lines.insert(item.line) {
                check.note(&LINE_TWICE, &format!("/items/{place}/line"), item.line);
            }
            let unit = check.item(pack, self.as_of, place, item);
            items.extend(unit.map(|unit| (item, unit)));
        }
        match regime {
            Some(regime) if check.defects.is_empty() => Ok(Sound { basket: self, regime, items }),
            _ => Err(check.defects),
        }
    }
}

struct Check {
    defects: Vec<Defect>,
}

impl Check {
    fn note(&mut self, rule: &'static Rule, pointer: &str, found: impl std::fmt::Display) {
        self.defects.push(Defect::at(rule, pointer).found(found));
    }

    fn item<'p>(
        &mut self,
        pack: &'p Pack,
        day: Date,
        place: usize,
        item: &BasketItem,
    ) -> Option<&'p Unit> {
        let at = |field: &str| format!("/items/{place}/{field}");
        let unit = pack.unit(&item.unit, day).map(|unit| &unit.entry);
        if unit.is_none() {
            self.note(&UNKNOWN_UNIT, &at("unit"), &item.unit);
        }
        self.positive(&at("qty"), item.quantity);
        self.amount(&at("total_price"), item.total_price.value());
        item.net_weight_kg.iter().for_each(|kg| self.positive(&at("net_weight_kg"), *kg));
        item.volume_l.iter().for_each(|litres| self.positive(&at("volume_l"), *litres));
        item.rates.iter().for_each(|rates| self.rates(&at("rates"), rates));
        unit
    }

    /// `N19,5`: nineteen digits, five of them after the point.
    fn amount(&mut self, pointer: &str, value: Decimal) {
        let value = value.normalize();
        if value < Decimal::ZERO {
            self.note(&NEGATIVE, pointer, value);
        } else if value.scale() > 5 || value.trunc() >= Decimal::from(100_000_000_000_000_i64) {
            let defect = Defect::at(&TOO_LONG, pointer).found(value);
            self.defects.push(defect.expected("14 digits before and 5 after the point"));
        }
    }

    fn positive(&mut self, pointer: &str, value: Decimal) {
        if value.is_zero() {
            self.note(&NOT_POSITIVE, pointer, value);
        } else {
            self.amount(pointer, value);
        }
    }

    fn rate(&mut self, pointer: &str, rate: Option<Decimal>, below: Decimal) {
        let Some(rate) = rate.map(|rate| rate.normalize()) else { return };
        if rate < Decimal::ZERO {
            self.note(&NEGATIVE, pointer, rate);
        } else if rate >= below {
            let defect = Defect::at(&RATE_TOO_HIGH, pointer).found(rate);
            self.defects.push(defect.expected(below));
        } else if rate.scale() > 10 {
            let defect = Defect::at(&TOO_LONG, pointer).found(rate);
            self.defects.push(defect.expected("10 digits after the point"));
        }
    }

    fn rates(&mut self, at: &str, rates: &RateOverride) {
        self.rate(&format!("{at}/duty"), rates.duty, Decimal::ONE_HUNDRED);
        self.rate(&format!("{at}/ct_rate"), rates.ct_rate, Decimal::ONE);
        self.rate(&format!("{at}/vat"), rates.vat, Decimal::ONE);
        rates.ct_per_unit.iter().for_each(|v| self.amount(&format!("{at}/ct_per_unit"), *v));
        rates.ct_quantity.iter().for_each(|v| self.amount(&format!("{at}/ct_qty"), *v));
    }
}

/// What is too large to be added up or taxed, as a defect of the whole basket.
pub(super) fn overflow() -> Vec<Defect> {
    static OVERFLOW: Rule = Rule {
        code: "amount-overflow",
        official: None,
        zh: "金额过大，无法计算",
        en: "the amounts are too large to be added up",
    };
    vec![Defect::at(&OVERFLOW, "")]
}
