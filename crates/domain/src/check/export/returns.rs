//! Checks of requests to return exported goods, and of tallies.

use std::collections::HashSet;

use rust_decimal::Decimal;

use super::Law;
use super::return_rules::{DIRECTION, FROM_CHINA, MODE_MISSING};
use super::rules::{CODE, HS, LINE_QUANTITY, LINE_REPEATED, SAME_UNIT, SECOND_UNIT};
use crate::check::Findings;
use crate::defect::Defect;
use crate::returns::{ExportReturnItem, ExportReturnRequest, ReturnTally};

/// China (中国), as a country of departure.
const CHINA: &str = "142";

/// Every finding in a request, with pointers below `pointer` (the document's element).
pub fn check_export_return(
    request: &ExportReturnRequest,
    law: Law<'_>,
    pointer: &str,
) -> Vec<Defect> {
    let mut findings = Findings::below(pointer);
    let head = |name: &str| format!("InvtRefundHead/{name}");
    let direction = &*request.direction;
    findings.require(direction == "I", &DIRECTION, &head("ieFlag"), direction);
    findings.require(request.mode.is_some(), &MODE_MISSING, &head("tradeMode"), "");
    require_transport(&request.transport.mode, law, &head("trafMode"), &mut findings);
    let country = &*request.departure_country;
    if law.pack.country(country, law.day).is_none() {
        let defect = findings.at(&CODE, &head("country"));
        findings.defects.push(defect.found(country).expected("国家（地区）"));
    }
    findings.require(country != CHINA, &FROM_CHINA, &head("country"), country);
    let mut seen = HashSet::new();
    for (item, position) in request.items.iter().zip(1..) {
        let path = format!("InvtRefundList[{position}]/gnum");
        findings.require(seen.insert(item.number), &LINE_REPEATED, &path, item.number);
        let base = format!("{pointer}/InvtRefundList[{position}]");
        let mut of_line = Findings::below(&base);
        check_item(item, law, &mut of_line);
        findings.defects.extend(of_line.defects);
    }
    findings.defects
}

/// Every finding in a tally, with pointers below `pointer` (the document's element).
pub fn check_return_tally(tally: &ReturnTally, law: Law<'_>, pointer: &str) -> Vec<Defect> {
    let mut findings = Findings::below(pointer);
    let direction = &*tally.direction;
    findings.require(direction == "I", &DIRECTION, "ieFlag", direction);
    require_transport(&tally.transport.mode, law, "trafMode", &mut findings);
    findings.defects
}

fn require_transport(mode: &str, law: Law<'_>, path: &str, findings: &mut Findings<'_>) {
    if law.pack.transport(mode, law.day).is_none() {
        let defect = findings.at(&CODE, path);
        findings.defects.push(defect.found(mode).expected("运输方式"));
    }
}

fn check_item(item: &ExportReturnItem, law: Law<'_>, findings: &mut Findings<'_>) {
    let hs = &*item.hs_code;
    let ten_digits = hs.len() == 10 && hs.bytes().all(|byte| byte.is_ascii_digit());
    findings.require(ten_digits, &HS, "gcode", hs);
    let units = [
        ("unit", Some(&item.unit)),
        ("unit1", Some(&item.statutory_unit)),
        ("unit2", item.second_unit.as_ref()),
    ];
    for (name, unit) in units {
        if let Some(unit) = unit.filter(|unit| law.pack.unit(unit, law.day).is_none()) {
            let defect = findings.at(&CODE, name);
            findings.defects.push(defect.found(unit).expected("计量单位"));
        }
    }
    for (name, quantity) in [("qty", item.quantity), ("qty1", item.statutory_quantity)] {
        findings.require(quantity > Decimal::ZERO, &LINE_QUANTITY, name, quantity);
    }
    if item.unit == item.statutory_unit && item.quantity != item.statutory_quantity {
        let defect = findings.at(&SAME_UNIT, "qty1");
        findings.defects.push(defect.found(item.quantity).expected(item.statutory_quantity));
    }
    let together = match item.second_quantity {
        Some(quantity) => item.second_unit.is_some() && quantity > Decimal::ZERO,
        None => item.second_unit.is_none(),
    };
    findings.require(together, &SECOND_UNIT, "qty2", "");
}
