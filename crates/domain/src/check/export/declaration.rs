//! Checks of an export declaration.

use rust_decimal::Decimal;
use tongguan_codelists::entries::{ExportMeasure, ParameterKind};

use super::Law;
use super::rules::{
    ACCOUNT_ITEM, CODE, DIRECTION, DUTY, HS, LICENCE_MISSING, LINE_GAP, LINE_QUANTITY,
    LINE_REPEATED, LINE_TOTAL, LIST_LIMIT, MODE, NEGATIVE, NET_WEIGHT, PACKAGES, PRICE, SAME_UNIT,
    SECOND_UNIT, SIMPLIFIED, SIMPLIFIED_LICENCE, WEIGHT, ZONE,
};
use super::trade::require_currency;
use crate::check::{CNY, Findings, is_line_total};
use crate::declaration::{ExportDeclaration, ExportItem, StatisticsFlag};
use crate::defect::Defect;
use crate::facts::ExportMode;
use crate::money::Amount;

/// The digits of a heading, the only ones of the tariff that a simplified declaration needs.
const HEADING: usize = 4;

/// Every finding in `declaration`, with pointers below `pointer` (the document's element).
pub fn check_export(declaration: &ExportDeclaration, law: Law<'_>, pointer: &str) -> Vec<Defect> {
    let mut findings = Findings::below(pointer);
    let mode = ExportMode::from_wire(&declaration.mode);
    check_head(declaration, law, &mut findings);
    check_weights(declaration, &mut findings);
    if mode == Some(ExportMode::Zone) {
        check_zone(declaration, &mut findings);
    }
    findings.require_line_numbers(
        declaration.items.iter().map(|item| item.number),
        "InventoryList",
        &LINE_REPEATED,
        &LINE_GAP,
    );
    for (item, position) in declaration.items.iter().zip(1..) {
        let base = format!("{pointer}/InventoryList[{position}]");
        let mut of_line = Findings::below(&base);
        check_item(item, law, &mut of_line);
        check_measures(declaration, item, law, &mut of_line);
        findings.defects.extend(of_line.defects);
    }
    if matches!(mode, Some(ExportMode::Business | ExportMode::OverseasWarehouse)) {
        check_limit(declaration, law, &mut findings);
    }
    findings.defects
}

fn check_head(declaration: &ExportDeclaration, law: Law<'_>, findings: &mut Findings<'_>) {
    let head = |name: &str| format!("InventoryHead/{name}");
    let direction = &*declaration.direction;
    findings.require(direction == "E", &DIRECTION, &head("ieFlag"), direction);
    let mode = &*declaration.mode;
    findings.require(ExportMode::from_wire(mode).is_some(), &MODE, &head("tradeMode"), mode);
    let (transport, country) = (&*declaration.transport.mode, &*declaration.destination_country);
    for (name, code, is_known, table) in [
        ("trafMode", transport, law.pack.transport(transport, law.day).is_some(), "运输方式"),
        ("country", country, law.pack.country(country, law.day).is_some(), "国家（地区）"),
    ] {
        if !is_known {
            let defect = findings.at(&CODE, &head(name));
            findings.defects.push(defect.found(code).expected(table));
        }
    }
    for (name, currency, charge) in [
        ("freight", "fCurrency", &declaration.freight),
        ("insuredFee", "iCurrency", &declaration.insurance),
    ] {
        let amount = charge.amount;
        findings.require(!amount.is_negative(), &NEGATIVE, &head(name), amount);
        require_currency(findings, law, &head(currency), &charge.currency);
    }
    findings.require(declaration.packages > 0, &PACKAGES, &head("packNo"), declaration.packages);
    if declaration.statistics == StatisticsFlag::Simplified && declaration.licence.is_some() {
        findings.require(false, &SIMPLIFIED_LICENCE, &head("licenseNo"), "");
    }
}

fn check_weights(declaration: &ExportDeclaration, findings: &mut Findings<'_>) {
    let (gross, net) = (declaration.gross_weight_kg, declaration.net_weight_kg);
    for (name, weight) in [("grossWeight", gross), ("netWeight", net)] {
        let path = format!("InventoryHead/{name}");
        findings.require(weight > Decimal::ZERO, &WEIGHT, &path, weight);
    }
    if net > gross {
        let defect = findings.at(&NET_WEIGHT, "InventoryHead/netWeight");
        findings.defects.push(defect.found(net).expected(gross));
    }
}

fn check_zone(declaration: &ExportDeclaration, findings: &mut Findings<'_>) {
    let stock = &declaration.bonded;
    for (name, present) in [
        ("emsNo", stock.account_book.is_some()),
        ("iacCode", stock.warehouse.is_some()),
        ("iacName", stock.warehouse_name.is_some()),
    ] {
        findings.require(present, &ZONE, &format!("InventoryHead/{name}"), "");
    }
    for (item, position) in declaration.items.iter().zip(1..) {
        let path = format!("InventoryList[{position}]/itemRecordNo");
        findings.require(item.account_item.is_some(), &ACCOUNT_ITEM, &path, "");
    }
}

fn check_item(item: &ExportItem, law: Law<'_>, findings: &mut Findings<'_>) {
    let hs = &*item.hs_code;
    let ten_digits = hs.len() == 10 && hs.bytes().all(|byte| byte.is_ascii_digit());
    findings.require(ten_digits, &HS, "gcode", hs);
    let destination = &*item.destination_country;
    let units = [
        ("unit", Some(&item.unit)),
        ("unit1", Some(&item.statutory_unit)),
        ("unit2", item.second_unit.as_ref()),
    ];
    if law.pack.country(destination, law.day).is_none() {
        let defect = findings.at(&CODE, "country");
        findings.defects.push(defect.found(destination).expected("国家（地区）"));
    }
    for (name, unit) in units {
        if let Some(unit) = unit.filter(|unit| law.pack.unit(unit, law.day).is_none()) {
            let defect = findings.at(&CODE, name);
            findings.defects.push(defect.found(unit).expected("计量单位"));
        }
    }
    require_currency(findings, law, "currency", &item.currency);
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
    for (name, amount) in [("price", item.price), ("totalPrice", item.total_price)] {
        findings.require(amount.is_positive(), &PRICE, name, amount);
    }
    let right = is_line_total(item.price, item.quantity, item.total_price);
    findings.require(right, &LINE_TOTAL, "totalPrice", item.total_price);
}

/// Goods that pay duty do not leave by list; goods that need a licence name it, and neither is declared
/// in simplified form, of which only the heading is known.
fn check_measures(
    declaration: &ExportDeclaration,
    item: &ExportItem,
    law: Law<'_>,
    findings: &mut Findings<'_>,
) {
    let simplified = declaration.statistics == StatisticsFlag::Simplified;
    let digits = match simplified {
        true => item.hs_code.get(..HEADING).unwrap_or_default(),
        false => &item.hs_code,
    };
    let needs = |measure| law.pack.needs_to_be_exported(digits, measure, law.day);
    let (duty, licence) = (needs(ExportMeasure::Duty), needs(ExportMeasure::Licence));
    if simplified {
        findings.require(!duty && !licence, &SIMPLIFIED, "gcode", &item.hs_code);
        return;
    }
    findings.require(!duty, &DUTY, "gcode", &item.hs_code);
    let named = declaration.licence.is_some();
    findings.require(!licence || named, &LICENCE_MISSING, "gcode", &item.hs_code);
}

/// The limit is in renminbi: what is priced in other currencies is for an officer to judge.
fn check_limit(declaration: &ExportDeclaration, law: Law<'_>, findings: &mut Findings<'_>) {
    let Some(limit) = law.pack.number(ParameterKind::ExportListLimit, law.day) else { return };
    if declaration.items.iter().any(|item| &*item.currency != CNY) {
        return;
    }
    let value: Amount = declaration.items.iter().map(|item| item.total_price).sum();
    if value > Amount::new(limit) {
        let defect = findings.at(&LIST_LIMIT, "InventoryList");
        findings.defects.push(defect.found(value).expected(Amount::new(limit)));
    }
}
