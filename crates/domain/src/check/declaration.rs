//! Checks of an import declaration.

use super::*;
use crate::declaration::{GoodsItem, ImportDeclaration};
use crate::facts::Mode;
use crate::official;

/// The official code tables, as far as a declaration's codes are looked up in them.
pub trait CodeBook {
    /// Whether the country or area (国家地区) exists.
    fn has_country(&self, code: &str) -> bool;
    /// Whether the unit of measure (计量单位) exists.
    fn has_unit(&self, code: &str) -> bool;
    /// Whether the mode of transport (运输方式) exists.
    fn has_transport_mode(&self, code: &str) -> bool;
}

/// Every finding in `declaration`, with pointers below `pointer` (the document's element).
pub fn check_declaration(
    declaration: &ImportDeclaration,
    codes: &impl CodeBook,
    pointer: &str,
) -> Vec<Defect> {
    let mut findings = Findings::below(pointer);
    check_head(declaration, codes, &mut findings);
    check_weights(declaration, &mut findings);
    let bonded = Mode::from_wire(&declaration.mode).map(Mode::is_bonded);
    check_travel(declaration, bonded, &mut findings);
    findings.require_line_numbers(
        declaration.items.iter().map(|item| item.number),
        "InventoryList",
        &official::declaration::LINE_REPEATED,
        &DECLARATION_LINE_GAP,
    );
    for (item, position) in declaration.items.iter().zip(1..) {
        let base = format!("{pointer}/InventoryList[{position}]");
        findings.defects.extend(check_item(item, codes, bonded, &base));
    }
    findings.defects
}

fn check_head(declaration: &ImportDeclaration, codes: &impl CodeBook, findings: &mut Findings) {
    let head = |name: &str| format!("InventoryHead/{name}");
    let direction = &*declaration.direction;
    findings.require(direction == "I", &DECLARATION_DIRECTION, &head("ieFlag"), direction);
    let id_type = &*declaration.buyer.id_type;
    let card = id_type == RESIDENT_CARD;
    findings.require(card, &DECLARATION_BUYER_ID_TYPE, &head("buyerIdType"), id_type);
    if card && !declaration.buyer.has_valid_number() {
        let defect = findings.at(&DECLARATION_BUYER_ID, &head("buyerIdNumber"));
        findings.defects.push(defect);
    }
    let mode = &*declaration.mode;
    findings.require(Mode::from_wire(mode).is_some(), &DECLARATION_MODE, &head("tradeMode"), mode);
    let traffic = &*declaration.transport.mode;
    if !codes.has_transport_mode(traffic) {
        let defect = findings.at(&DECLARATION_CODE, &head("trafMode"));
        findings.defects.push(defect.found(traffic).expected("运输方式"));
    }
    let country = &*declaration.departure_country;
    if !codes.has_country(country) {
        let defect = findings.at(&DECLARATION_CODE, &head("country"));
        findings.defects.push(defect.found(country).expected("国家（地区）"));
    }
    for (name, amount) in [("freight", declaration.freight), ("insuredFee", declaration.insurance)]
    {
        findings.require(!amount.is_negative(), &DECLARATION_NEGATIVE, &head(name), amount);
    }
    let currency = &*declaration.currency;
    findings.require(currency == CNY, &DECLARATION_CURRENCY, &head("currency"), currency);
    let packages = declaration.packages;
    findings.require(packages == 1, &DECLARATION_PACKAGES, &head("packNo"), packages);
}

fn check_weights(declaration: &ImportDeclaration, findings: &mut Findings) {
    let (gross, net) = (declaration.gross_weight_kg, declaration.net_weight_kg);
    for (name, weight) in [("grossWeight", gross), ("netWeight", net)] {
        let path = format!("InventoryHead/{name}");
        findings.require(weight > Decimal::ZERO, &DECLARATION_WEIGHT, &path, weight);
    }
    if net > gross {
        let defect = findings.at(&DECLARATION_NET_WEIGHT, "InventoryHead/netWeight");
        findings.defects.push(defect.found(net).expected(gross));
    }
}

/// Direct purchase says how the goods travel; bonded import says which stock they leave.
fn check_travel(declaration: &ImportDeclaration, bonded: Option<bool>, findings: &mut Findings) {
    match bonded {
        Some(true) => {
            let stock = &declaration.bonded;
            for (name, present) in [
                ("emsNo", stock.account_book.is_some()),
                ("areaCode", stock.warehouse.is_some()),
                ("areaName", stock.warehouse_name.is_some()),
            ] {
                findings.require(
                    present,
                    &DECLARATION_BONDED,
                    &format!("InventoryHead/{name}"),
                    "",
                );
            }
            let country = &*declaration.departure_country;
            let path = "InventoryHead/country";
            findings.require(country == "142", &DECLARATION_BONDED_COUNTRY, path, country);
        }
        Some(false) => {
            let transport = &declaration.transport;
            for (name, present) in [
                ("trafNo", transport.vehicle.is_some()),
                ("voyageNo", transport.voyage.is_some()),
                ("billNo", transport.bill_no.is_some()),
            ] {
                let path = format!("InventoryHead/{name}");
                findings.require(present, &DECLARATION_TRANSPORT, &path, "");
            }
        }
        None => {}
    }
}

fn check_item(
    item: &GoodsItem,
    codes: &impl CodeBook,
    bonded: Option<bool>,
    base: &str,
) -> Vec<Defect> {
    let mut findings = Findings::below(base);
    if bonded == Some(true) && item.account_item.is_none() {
        findings.require(false, &DECLARATION_ACCOUNT_ITEM, "itemRecordNo", "");
    }
    let hs = &*item.hs_code;
    let ten_digits = hs.len() == 10 && hs.bytes().all(|b| b.is_ascii_digit());
    findings.require(ten_digits, &DECLARATION_HS, "gcode", hs);
    if !codes.has_country(&item.origin) {
        let defect = findings.at(&DECLARATION_CODE, "country");
        findings.defects.push(defect.found(&item.origin).expected("国家（地区）"));
    }
    findings.require(&*item.currency == CNY, &DECLARATION_CURRENCY, "currency", &item.currency);
    check_quantities(item, codes, &mut findings);
    for (name, amount) in [("price", item.price), ("totalPrice", item.total_price)] {
        findings.require(amount.is_positive(), &DECLARATION_PRICE, name, amount);
    }
    let right = is_line_total(item.price, item.quantity, item.total_price);
    findings.require(right, &DECLARATION_LINE_TOTAL, "totalPrice", item.total_price);
    findings.defects
}

fn check_quantities(item: &GoodsItem, codes: &impl CodeBook, findings: &mut Findings) {
    let units = [
        ("unit", Some(&item.unit)),
        ("unit1", Some(&item.statutory_unit)),
        ("unit2", item.second_unit.as_ref()),
    ];
    for (name, unit) in units {
        if let Some(unit) = unit.filter(|unit| !codes.has_unit(unit)) {
            let defect = findings.at(&DECLARATION_CODE, name);
            findings.defects.push(defect.found(unit).expected("计量单位"));
        }
    }
    for (name, quantity) in [("qty", item.quantity), ("qty1", item.statutory_quantity)] {
        findings.require(quantity > Decimal::ZERO, &DECLARATION_QUANTITY, name, quantity);
    }
    if item.unit == item.statutory_unit && item.quantity != item.statutory_quantity {
        let defect = findings.at(&DECLARATION_SAME_UNIT, "qty1");
        findings.defects.push(defect.found(item.quantity).expected(item.statutory_quantity));
    }
    let together = match item.second_quantity {
        Some(quantity) => item.second_unit.is_some() && quantity > Decimal::ZERO,
        None => item.second_unit.is_none(),
    };
    if !together {
        findings.require(false, &DECLARATION_SECOND_UNIT, "qty2", "");
    }
}
