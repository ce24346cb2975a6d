//! Whether exported goods may come back as it is asked: judged against what was exported, what came back
//! before, and the law of the day.

use rust_decimal::Decimal;
use tongguan_codelists::entries::Flow;

use super::exported::{ExportedGoods, ReturnedByLine};
use super::rules::{
    DISTRICT, EXCEEDS, GOODS_DIFFER, LATE, LINE_UNKNOWN, MERCHANT_DIFFERS, MODE_DIFFERS,
    MODE_NOT_BY_LIST,
};
use crate::check::export::Law;
use crate::defect::{Defect, Rule};
use crate::facts::{ExportItemFacts, ExportReturnFacts, ExportReturnItemFacts};
use crate::ids::OfficeCode;

/// Every reason for which goods may not come back so; `before` is what other requests hold of the same
/// declaration. Pointers are below the document's element.
pub fn judge(
    request: &ExportReturnFacts,
    goods: &ExportedGoods<'_>,
    before: &ReturnedByLine,
    law: Law<'_>,
) -> Vec<Defect> {
    let mut defects = judge_head(request, goods, law);
    for (item, position) in request.items.iter().zip(1..) {
        let at = |name: &str| format!("InvtRefundList[{position}]/{name}");
        match goods.item(item.number) {
            None => defects.push(Defect::at(&LINE_UNKNOWN, at("gnum")).found(item.number)),
            Some(exported) => {
                defects.extend(compare(item, exported, &at));
                defects.extend(measure(item, exported, before, &at));
            }
        }
    }
    defects
}

/// The last day on which the goods may be back; none where law let none come back.
pub fn deadline(goods: &ExportedGoods<'_>, law: Law<'_>) -> Option<jiff::civil::Date> {
    law.pack.export_return_deadline(goods.released_on)
}

/// The district (直属海关) of an office: the first two digits of its code.
fn district(office: OfficeCode) -> String {
    office.to_string().chars().take(2).collect()
}

fn judge_head(request: &ExportReturnFacts, goods: &ExportedGoods<'_>, law: Law<'_>) -> Vec<Defect> {
    let at = |rule: &'static Rule, name: &str| Defect::at(rule, format!("InvtRefundHead/{name}"));
    let mut defects = Vec::new();
    if request.merchant != goods.merchant {
        defects.push(at(&MERCHANT_DIFFERS, "ebcCode"));
    }
    let mode = goods.mode.to_wire();
    match law.pack.return_mode(mode, law.day) {
        None => defects.push(at(&MODE_NOT_BY_LIST, "tradeMode").found(mode)),
        Some(row) if row.entry.returned != request.mode => {
            let defect = at(&MODE_DIFFERS, "tradeMode").found(&request.mode);
            defects.push(defect.expected(&row.entry.returned));
        }
        Some(_) => {}
    }
    match deadline(goods, law) {
        Some(last) if law.day <= last => {}
        last => {
            let last = last.map(|day| day.to_string()).unwrap_or_default();
            defects.push(at(&LATE, "appTime").found(law.day).expected(last));
        }
    }
    let (from, to) = (district(goods.office), district(request.office));
    if !law.pack.may_return_across(Flow::Export, mode, &from, &to, law.day) {
        defects.push(at(&DISTRICT, "customsCode").found(request.office).expected(goods.office));
    }
    defects
}

/// The goods are those that were declared.
fn compare(
    item: &ExportReturnItemFacts,
    exported: &ExportItemFacts,
    at: &dyn Fn(&str) -> String,
) -> Vec<Defect> {
    let second = |second: &Option<(Box<str>, Decimal)>| {
        second.as_ref().map_or_else(Box::default, |(unit, _)| unit.clone())
    };
    let fields = [
        ("gcode", &item.hs_code, &exported.hs_code),
        ("gname", &item.name, &exported.name),
        ("unit", &item.unit, &exported.unit),
        ("unit1", &item.statutory_unit, &exported.statutory_unit),
        ("unit2", &second(&item.second), &second(&exported.second)),
    ];
    fields
        .into_iter()
        .filter(|(_, returned, declared)| returned != declared)
        .map(|(name, returned, declared)| {
            let defect = Defect::at(&GOODS_DIFFER, at(name)).with("line", item.number);
            defect.found(returned).expected(declared)
        })
        .collect()
}

/// No more comes back than was declared, less what came back before.
fn measure(
    item: &ExportReturnItemFacts,
    exported: &ExportItemFacts,
    before: &ReturnedByLine,
    at: &dyn Fn(&str) -> String,
) -> Vec<Defect> {
    let amount = |second: &Option<(Box<str>, Decimal)>| {
        second.as_ref().map_or(Decimal::ZERO, |(_, quantity)| *quantity)
    };
    let before = before.line(item.number);
    let quantities = [
        ("qty", item.quantity, exported.quantity, before.declared),
        ("qty1", item.statutory_quantity, exported.statutory_quantity, before.statutory),
        ("qty2", amount(&item.second), amount(&exported.second), before.second),
    ];
    quantities
        .into_iter()
        .filter(|(_, asked, declared, returned)| *asked > *declared - *returned)
        .map(|(name, asked, declared, returned)| {
            let defect = Defect::at(&EXCEEDS, at(name)).with("line", item.number);
            defect.found(asked).expected((declared - returned).normalize())
        })
        .collect()
}
