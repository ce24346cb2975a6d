//! The positive list (跨境电子商务零售进口商品清单): which goods may be imported at retail, and on which
//! conditions.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;
use tongguan_codelists::entries::{Control, Dimension};
use tongguan_codelists::{HsCode, Pack};

use crate::defect::{Defect, Rule};
use crate::facts::{ItemFacts, Mode};

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
/// More than a person may import of it.
pub static OVER_QUANTITY: Rule = Rule {
    code: "positive-list-quantity",
    official: None,
    zh: "商品数量{found}超过清单规定的每人每年{expected}",
    en: "{found} is more than the {expected} that a person may import in a year",
};

/// The quantity that the list limits cannot be told from the units declared.
pub static UNKNOWN_QUANTITY: Rule = Rule {
    code: "positive-list-quantity-unknown",
    official: None,
    zh: "商品编码{found}限每人每年{expected}，申报的计量单位无法换算",
    en: "tariff code {found} is limited to {expected} a person and year, and its quantities are in \
         other units",
};

/// What the list says of one declaration's goods.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// Why goods may not be imported.
    pub defects: Vec<Defect>,
    /// Whether a remark has to be read by a person.
    pub needs_review: bool,
}

/// Holds the goods against the list as of `day`. Quantities are those of this declaration; goods that
/// the list excludes by a class that no document names (濒危 …) are found by examination, not here.
pub fn check(pack: &Pack, mode: Mode, day: Date, items: &[ItemFacts], pointer: &str) -> Listing {
    let mut listing = Listing::default();
    let mut sums = BTreeMap::new();
    for (item, position) in items.iter().zip(1..) {
        let at = |rule, name: &str| {
            Defect::at(rule, format!("{pointer}/InventoryList[{position}]/{name}"))
        };
        let Ok(hs) = item.hs_code.parse::<HsCode>() else { continue };
        let mut listed = false;
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
                    let name = pack.unit(unit, day).map_or("", |row| &*row.entry.zh);
                    let allowed = format!("{limit}{name}");
                    let Some(quantity) = quantity_in(pack, day, item, unit) else {
                        let defect = at(&UNKNOWN_QUANTITY, "unit1").found(hs);
                        listing.defects.push(defect.expected(allowed));
                        continue;
                    };
                    // Lines under one row of the list count together.
                    let sum: &mut Decimal = sums.entry(&row.id).or_default();
                    *sum = sum.saturating_add(quantity);
                    if *sum > *limit {
                        let defect = at(&OVER_QUANTITY, "qty").found(sum.normalize());
                        listing.defects.push(defect.expected(allowed));
                    }
                }
                Control::Manual => listing.needs_review = true,
            }
        }
        if !listed {
            listing.defects.push(at(&NOT_LISTED, "gcode").found(hs));
        }
    }
    listing
}

/// How much of `unit` an item holds, from whichever of its quantities is of the same dimension.
fn quantity_in(pack: &Pack, day: Date, item: &ItemFacts, unit: &str) -> Option<Decimal> {
    let dimension = |code: &str| pack.unit(code, day).map(|row| row.entry.dimension);
    let wanted = dimension(unit)?;
    let second = item.second.as_ref().map(|(unit, quantity)| (&**unit, *quantity));
    [
        Some((&*item.statutory_unit, item.statutory_quantity)),
        second,
        Some((&*item.unit, item.quantity)),
    ]
    .into_iter()
    .flatten()
    .find_map(|(unit, quantity)| match (dimension(unit)?, wanted) {
        (Dimension::Mass(from), Dimension::Mass(to))
        | (Dimension::Volume(from), Dimension::Volume(to))
        | (Dimension::Piece(from), Dimension::Piece(to))
        | (Dimension::Sheet(from), Dimension::Sheet(to)) => {
            quantity.checked_mul(from)?.checked_div(to)
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests;
