//! Checks of a waybill.

use super::*;
use crate::commerce::Waybill;

/// Every finding in `waybill`, with pointers below `pointer` (the document's element).
pub fn check_waybill(waybill: &Waybill, pointer: &str) -> Vec<Defect> {
    let mut findings = Findings::below(pointer);
    let head = |name: &str| format!("LogisticsHead/{name}");
    for (name, amount) in [("freight", waybill.freight), ("insuredFee", waybill.insurance)] {
        let amount = amount.unwrap_or(Amount::ZERO);
        findings.require(!amount.is_negative(), &WAYBILL_NEGATIVE, &head(name), amount);
    }
    let currency = &*waybill.currency;
    findings.require(currency == CNY, &WAYBILL_CURRENCY, &head("currency"), currency);
    let weight = waybill.gross_weight_kg;
    findings.require(weight > Decimal::ZERO, &WAYBILL_WEIGHT, &head("weight"), weight);
    let packages = waybill.packages;
    findings.require(packages == 1, &WAYBILL_PACKAGES, &head("packNo"), packages);
    findings.defects
}
