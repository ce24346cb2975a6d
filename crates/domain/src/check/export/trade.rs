//! Checks of export orders and waybills.

use rust_decimal::Decimal;

use super::Law;
use super::rules::{
    AMOUNT, CURRENCY, LINE_GAP, LINE_QUANTITY, LINE_REPEATED, LINE_TOTAL, NEGATIVE, PACKAGES,
    WEIGHT,
};
use crate::check::{Findings, is_line_total};
use crate::commerce::{Collection, ExportOrder, ExportWaybill};
use crate::defect::Defect;

/// Every finding in `order`, with pointers below `pointer` (the document's element).
pub fn check_export_order(order: &ExportOrder, law: Law<'_>, pointer: &str) -> Vec<Defect> {
    let mut findings = Findings::below(pointer);
    for (name, amount) in [("goodsValue", order.goods_value), ("freight", order.freight)] {
        let path = format!("OrderHead/{name}");
        findings.require(!amount.is_negative(), &NEGATIVE, &path, amount);
    }
    require_currency(&mut findings, law, "OrderHead/currency", &order.currency);
    findings.require_line_numbers(
        order.lines.iter().map(|line| line.number),
        "OrderList",
        &LINE_REPEATED,
        &LINE_GAP,
    );
    for (line, position) in order.lines.iter().zip(1..) {
        let path = |name: &str| format!("OrderList[{position}]/{name}");
        let positive = line.quantity > Decimal::ZERO;
        findings.require(positive, &LINE_QUANTITY, &path("qty"), line.quantity);
        findings.require(!line.price.is_negative(), &NEGATIVE, &path("price"), line.price);
        let right = is_line_total(line.price, line.quantity, line.total_price);
        findings.require(right, &LINE_TOTAL, &path("totalPrice"), line.total_price);
        require_currency(&mut findings, law, &path("currency"), &line.currency);
    }
    findings.defects
}

/// Every finding in `collection`, with pointers below `pointer` (the document's element).
pub fn check_collection(collection: &Collection, law: Law<'_>, pointer: &str) -> Vec<Defect> {
    let mut findings = Findings::below(pointer);
    let amount = collection.amount;
    findings.require(amount.is_positive(), &AMOUNT, "charge", amount);
    require_currency(&mut findings, law, "currency", &collection.currency);
    findings.defects
}

/// Every finding in `waybill`, with pointers below `pointer` (the document's element).
pub fn check_export_waybill(waybill: &ExportWaybill, law: Law<'_>, pointer: &str) -> Vec<Defect> {
    let mut findings = Findings::below(pointer);
    for (name, amount) in [("freight", waybill.freight), ("insuredFee", waybill.insurance)] {
        findings.require(!amount.is_negative(), &NEGATIVE, name, amount);
    }
    require_currency(&mut findings, law, "currency", &waybill.currency);
    let weight = waybill.gross_weight_kg;
    findings.require(weight > Decimal::ZERO, &WEIGHT, "grossWeight", weight);
    findings.require(waybill.packages > 0, &PACKAGES, "packNo", waybill.packages);
    findings.defects
}

/// The currency must be in its table.
pub(super) fn require_currency(findings: &mut Findings<'_>, law: Law<'_>, path: &str, code: &str) {
    let known = law.pack.currency(code, law.day).is_some();
    findings.require(known, &CURRENCY, path, code);
}
