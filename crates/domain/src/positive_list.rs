//! The positive list (跨境电子商务零售进口商品清单): which goods may be imported at retail, and on which
//! conditions.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;
use tongguan_codelists::entries::Control;
use tongguan_codelists::{HsCode, HsLine, Pack};

use crate::allowance::LimitedQuantity;
use crate::defect::{Defect, Rule};
use crate::facts::{ItemFacts, Mode};
use crate::quantity::{Measure, Quantity};

/// The code is not on the list.
pub static NOT_LISTED: Rule = Rule {
    code: "positive-list-missing",
    official: None,
    zh: "商品编码{found}不在跨境电子商务零售进口商品清单内",
    en: "tariff code {found} is not on the positive list",
};
/// The list admits the code under another supervision mode only.
pub static OTHER_MODE: Rule = Rule {
    code: "positive-list-mode",
    official: None,
    zh: "商品编码{found}仅限以贸易方式{expected}进口",
    en: "tariff code {found} may be imported under mode {expected} only",
};
/// The list admits the code for goods of certain names only.
pub static OTHER_NAME: Rule = Rule {
    code: "positive-list-name",
    official: None,
    zh: "清单仅限{expected}，申报名称为{found}",
    en: "the list admits {expected} only, declared is {found}",
};
/// More than a person may import of it in a year, with what was taken of the year before.
pub static OVER_QUANTITY: Rule = Rule {
    code: "positive-list-quantity",
    official: None,
    zh: "税号{line}商品数量{found}超过清单规定的每人每年{expected}，{year}年已计入{taken}",
    en: "{found} of tariff line {line} is more than is left of the {expected} that a person may import \
         in a year: {taken} was taken of {year} before",
};
/// By itself more than a person may import of it in a year.
pub static OVER_QUANTITY_ALONE: Rule = Rule {
    code: "positive-list-quantity-alone",
    official: None,
    zh: "商品数量{found}超过清单规定的每人每年{expected}",
    en: "{found} is more than the {expected} that a person may import in a year",
};

/// The quantity that the list limits cannot be told from the quantities declared.
pub static UNKNOWN_QUANTITY: Rule = Rule {
    code: "positive-list-quantity-unknown",
    official: None,
    zh: "商品编码{found}限每人每年{expected}，申报的计量单位无法准确换算",
    en: "tariff code {found} is limited to {expected} a person and year, and none of its quantities \
         converts into that exactly",
};

/// What the list says of one declaration's goods.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// Why goods may not be imported.
    pub defects: Vec<Defect>,
    /// Whether a remark has to be read by a person.
    pub needs_review: bool,
    /// What the goods take of lines whose quantity is limited for a person and year; each within its
    /// limit unless there are defects.
    pub quantities: Vec<LimitedQuantity>,
}

/// Holds the goods against the list as of `day`. Quantities are those of this declaration: what the year
/// has left is for [`over_quantity`]. Goods that the list excludes by a class that no document names
/// (濒危 …) are found by examination, not here.
pub fn check(pack: &Pack, mode: Mode, day: Date, items: &[ItemFacts], pointer: &str) -> Listing {
    let mut listing = Listing::default();
    let mut sums = Sums::default();
    for (item, position) in items.iter().zip(1..) {
        let at = |rule, name: &str| {
            Defect::at(rule, format!("{pointer}/InventoryList[{position}]/{name}"))
        };
        let Ok(hs) = item.hs_code.parse::<HsCode>() else { continue };
        let mut listed = false;
        let mut limited = BTreeMap::new();
        for row in pack.positive(hs, day) {
            listed = true;
            match &row.entry.control {
                Control::None | Control::Exclude(_) => {}
                Control::Mode(only) if **only == *mode.to_wire() => {}
                Control::Mode(only) => {
                    listing.defects.push(at(&OTHER_MODE, "gcode").found(hs).expected(only));
                }
                Control::Name(words) if words.iter().any(|word| item.name.contains(&**word)) => {}
                Control::Name(words) => {
                    let defect = at(&OTHER_NAME, "gname").found(&item.name);
                    listing.defects.push(defect.expected(words.join("、")));
                }
                Control::Quantity { limit, unit } => {
                    let Some(quantity) = limited_quantity(pack, day, item, hs, (*limit, unit))
                    else {
                        let name = pack.unit(unit, day).map_or("", |row| &*row.entry.zh);
                        let defect = at(&UNKNOWN_QUANTITY, "unit1").found(hs);
                        listing.defects.push(defect.expected(format!("{limit}{name}")));
                        continue;
                    };
                    strictest(&mut limited, quantity);
                }
                Control::Manual => listing.needs_review = true,
            }
        }
        if !listed {
            listing.defects.push(at(&NOT_LISTED, "gcode").found(hs));
        }
        let over = limited.into_values().filter_map(|quantity| sums.add(quantity));
        listing.defects.extend(over.map(|over| {
            let defect = at(&OVER_QUANTITY_ALONE, "qty").found(over.shown(over.amount));
            defect.expected(over.shown(over.limit))
        }));
    }
    listing.quantities = sums.0.into_values().collect();
    listing
}

/// The defect of a declaration whose goods want more than their buyer's year has left, of which `taken`
/// was taken before.
pub fn over_quantity(
    items: &[ItemFacts],
    wanted: &LimitedQuantity,
    year: i16,
    taken: Quantity,
) -> Defect {
    let line = wanted.line.to_string();
    let position = items.iter().position(|item| item.hs_code.starts_with(&line)).unwrap_or(0) + 1;
    Defect::at(&OVER_QUANTITY, format!("InventoryList[{position}]/qty"))
        .found(wanted.shown(wanted.amount))
        .expected(wanted.shown(wanted.limit))
        .with("line", line)
        .with("year", year)
        .with("taken", wanted.shown(taken))
}

/// What the goods of a declaration come to, by line and measure: rows that limit the same line in the
/// same measure are one account.
#[derive(Default)]
struct Sums(BTreeMap<(HsLine, Measure), LimitedQuantity>);

impl Sums {
    /// Adds the quantity of one item; the sum, if it is above the limit.
    fn add(&mut self, quantity: LimitedQuantity) -> Option<LimitedQuantity> {
        let nothing = LimitedQuantity { amount: Quantity::ZERO, ..quantity };
        let sum = self.0.entry((quantity.line, quantity.measure)).or_insert(nothing);
        sum.amount = sum.amount.checked_add(quantity.amount).unwrap_or(Quantity::MAX);
        (sum.amount > sum.limit).then_some(*sum)
    }
}

/// Keeps the stricter of two limits on one item's quantity.
fn strictest(limited: &mut BTreeMap<Measure, LimitedQuantity>, quantity: LimitedQuantity) {
    let known = limited.entry(quantity.measure).or_insert(quantity);
    known.limit = known.limit.min(quantity.limit);
}

/// How much of `limit`, a number of a unit, an item takes: from the first of its quantities that measures
/// the same. `None` where none does, or where it is not exact.
fn limited_quantity(
    pack: &Pack,
    day: Date,
    item: &ItemFacts,
    hs: HsCode,
    limit: (Decimal, &str),
) -> Option<LimitedQuantity> {
    let measured = |unit: &str| Measure::of(pack.unit(unit, day)?.entry.dimension);
    let (limit, unit) = limit;
    let (measure, factor) = measured(unit)?;
    let limit = Quantity::exact(limit, factor)?;
    let second = item.second.as_ref().map(|(unit, quantity)| (&**unit, *quantity));
    let declared = [
        Some((&*item.statutory_unit, item.statutory_quantity)),
        second,
        Some((&*item.unit, item.quantity)),
    ];
    let (quantity, factor) = declared.into_iter().flatten().find_map(|(unit, quantity)| {
        let (of, factor) = measured(unit)?;
        (of == measure).then_some((quantity, factor))
    })?;
    let amount = Quantity::exact(quantity, factor)?;
    Some(LimitedQuantity { line: hs.line(), measure, amount, limit })
}

#[cfg(test)]
mod tests;
