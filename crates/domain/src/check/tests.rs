//! Each rule of the single-document checks is broken once, by the smallest change that breaks it.

use super::*;
use crate::official;
use crate::tests::{Parcel, decimal, parcel, yuan};

/// The codes that these tests know.
struct Codes;

impl CodeBook for Codes {
    fn has_country(&self, code: &str) -> bool {
        ["142", "601"].contains(&code)
    }
    fn has_unit(&self, code: &str) -> bool {
        ["007", "011", "035"].contains(&code)
    }
    fn has_transport_mode(&self, code: &str) -> bool {
        code == "5"
    }
}

fn findings(parcel: &Parcel) -> Vec<Defect> {
    let mut findings = check_order(&parcel.order, "/Order[1]");
    findings.extend(check_payment(&parcel.payment, "/Payment[1]"));
    findings.extend(check_waybill(&parcel.waybill, "/Logistics[1]"));
    findings.extend(check_delivery(&parcel.delivery, "/LogisticsStatus[1]"));
    findings.extend(check_declaration(&parcel.declaration, &Codes, "/Inventory[1]"));
    findings
}

/// A rule, the change that breaks it, and where that is found.
type Case = (&'static Rule, fn(&mut Parcel), &'static str);

const INVALID: &str = "990000190001010017";

const TRADE: &[Case] = &[
    (&ORDER_TYPE, |p| p.order.order_type = "E".into(), "/Order[1]/OrderHead/orderType"),
    (&ORDER_CURRENCY, |p| p.order.currency = "502".into(), "/Order[1]/OrderHead/currency"),
    (
        &ORDER_BUYER_ID_TYPE,
        |p| p.order.buyer.id_type = "2".into(),
        "/Order[1]/OrderHead/buyerIdType",
    ),
    (
        &ORDER_BUYER_ID,
        |p| p.order.buyer.number = INVALID.into(),
        "/Order[1]/OrderHead/buyerIdNumber",
    ),
    (&ORDER_PAID_SUM, |p| p.order.paid = yuan("448.23"), "/Order[1]/OrderHead/acturalPaid"),
    (
        &ORDER_NEGATIVE,
        |p| {
            p.order.discount = yuan("-10");
            p.order.paid = yuan("468.22");
        },
        "/Order[1]/OrderHead/discount",
    ),
    (
        &ORDER_LINE_QUANTITY,
        |p| {
            p.order.lines[1].quantity = decimal("0");
            p.order.lines[1].total_price = yuan("0");
        },
        "/Order[1]/OrderList[2]/qty",
    ),
    (
        &ORDER_LINE_TOTAL,
        |p| p.order.lines[0].total_price = yuan("300.01"),
        "/Order[1]/OrderList[1]/totalPrice",
    ),
    (&ORDER_LINE_GAP, |p| p.order.lines[1].number = 3, "/Order[1]/OrderList[2]/gnum"),
    (
        &official::order::LINE_REPEATED,
        |p| p.order.lines[1].number = 1,
        "/Order[1]/OrderList[2]/gnum",
    ),
    (&PAYMENT_CURRENCY, |p| p.payment.currency = "502".into(), "/Payment[1]/PaymentHead/currency"),
    (
        &PAYMENT_PAYER_ID_TYPE,
        |p| p.payment.payer.id_type = "2".into(),
        "/Payment[1]/PaymentHead/payerIdType",
    ),
    (
        &PAYMENT_PAYER_ID,
        |p| p.payment.payer.number = INVALID.into(),
        "/Payment[1]/PaymentHead/payerIdNumber",
    ),
    (&PAYMENT_AMOUNT, |p| p.payment.amount = yuan("-1"), "/Payment[1]/PaymentHead/amountPaid"),
    (
        &WAYBILL_CURRENCY,
        |p| p.waybill.currency = "502".into(),
        "/Logistics[1]/LogisticsHead/currency",
    ),
    (&WAYBILL_PACKAGES, |p| p.waybill.packages = 2, "/Logistics[1]/LogisticsHead/packNo"),
    (
        &WAYBILL_WEIGHT,
        |p| p.waybill.gross_weight_kg = decimal("0"),
        "/Logistics[1]/LogisticsHead/weight",
    ),
    (
        &WAYBILL_NEGATIVE,
        |p| p.waybill.insurance = Some(yuan("-1")),
        "/Logistics[1]/LogisticsHead/insuredFee",
    ),
    (&DELIVERY_STATUS, |p| p.delivery.status = "R".into(), "/LogisticsStatus[1]/logisticsStatus"),
];

const DECLARATION_HEAD: &[Case] = &[
    (&DECLARATION_DIRECTION, |p| p.declaration.direction = "E".into(), "ieFlag"),
    (&DECLARATION_MODE, |p| p.declaration.mode = "0110".into(), "tradeMode"),
    (&DECLARATION_CURRENCY, |p| p.declaration.currency = "502".into(), "currency"),
    (&DECLARATION_BUYER_ID_TYPE, |p| p.declaration.buyer.id_type = "2".into(), "buyerIdType"),
    (&DECLARATION_BUYER_ID, |p| p.declaration.buyer.number = INVALID.into(), "buyerIdNumber"),
    (&DECLARATION_PACKAGES, |p| p.declaration.packages = 2, "packNo"),
    (&DECLARATION_WEIGHT, |p| p.declaration.net_weight_kg = decimal("0"), "netWeight"),
    (&DECLARATION_NET_WEIGHT, |p| p.declaration.net_weight_kg = decimal("3.4"), "netWeight"),
    (&DECLARATION_NEGATIVE, |p| p.declaration.insurance = yuan("-1"), "insuredFee"),
    (&DECLARATION_TRANSPORT, |p| p.declaration.transport.voyage = None, "voyageNo"),
    (
        &DECLARATION_BONDED,
        |p| {
            bond(p);
            p.declaration.bonded.account_book = None;
        },
        "emsNo",
    ),
    (
        &DECLARATION_BONDED_COUNTRY,
        |p| {
            bond(p);
            p.declaration.departure_country = "601".into();
        },
        "country",
    ),
    (&DECLARATION_CODE, |p| p.declaration.departure_country = "999".into(), "country"),
];

const DECLARATION_LINES: &[Case] = &[
    (
        &DECLARATION_ACCOUNT_ITEM,
        |p| {
            bond(p);
            p.declaration.items[1].account_item = None;
        },
        "itemRecordNo",
    ),
    (&DECLARATION_HS, |p| p.declaration.items[1].hs_code = "96190011".into(), "gcode"),
    (
        &DECLARATION_PRICE,
        |p| {
            p.declaration.items[1].price = yuan("0");
            p.declaration.items[1].total_price = yuan("0");
        },
        "price",
    ),
    (&DECLARATION_QUANTITY, |p| p.declaration.items[1].statutory_quantity = decimal("0"), "qty1"),
    (&DECLARATION_LINE_TOTAL, |p| p.declaration.items[1].total_price = yuan("99.99"), "totalPrice"),
    (&DECLARATION_SAME_UNIT, |p| p.declaration.items[1].statutory_unit = "007".into(), "qty1"),
    (&DECLARATION_SECOND_UNIT, |p| p.declaration.items[1].second_unit = Some("011".into()), "qty2"),
    (&DECLARATION_LINE_GAP, |p| p.declaration.items[1].number = 3, "gnum"),
    (&official::declaration::LINE_REPEATED, |p| p.declaration.items[1].number = 1, "gnum"),
];

/// Makes the parcel a bonded one that is in order.
fn bond(parcel: &mut Parcel) {
    let declaration = &mut parcel.declaration;
    declaration.mode = "1210".into();
    declaration.departure_country = "142".into();
    declaration.bonded.account_book = Some("T1".into());
    declaration.bonded.warehouse = Some(declaration.guarantor.clone());
    declaration.bonded.warehouse_name = Some("仓".into());
    for item in &mut declaration.items {
        item.account_item = Some("1".into());
    }
}

/// The same with the whole pointer.
type Pointed = (&'static Rule, fn(&mut Parcel), String);

fn cases() -> Vec<Pointed> {
    let under = |cases: &'static [Case], base: &'static str| {
        cases.iter().map(move |(rule, spoil, path)| (*rule, *spoil, format!("{base}{path}")))
    };
    under(TRADE, "")
        .chain(under(DECLARATION_HEAD, "/Inventory[1]/InventoryHead/"))
        .chain(under(DECLARATION_LINES, "/Inventory[1]/InventoryList[2]/"))
        .collect()
}

#[test]
fn a_parcel_in_order_has_no_findings_direct_or_bonded() {
    let mut parcel = parcel();
    assert_eq!(findings(&parcel), []);
    bond(&mut parcel);
    assert_eq!(findings(&parcel), []);
}

#[test]
fn each_rule_is_found_where_it_is_broken_and_nothing_else() {
    for (rule, spoil, pointer) in cases() {
        let mut parcel = parcel();
        spoil(&mut parcel);
        let found: Vec<_> = findings(&parcel)
            .into_iter()
            .map(|defect| (defect.rule.code, defect.pointer))
            .filter(|found| *found != (DECLARATION_PRICE.code, sibling(&pointer)))
            .collect();
        assert_eq!(found, [(rule.code, pointer)]);
    }
}

/// A price of nothing has a total of nothing, which is found beside it.
fn sibling(pointer: &str) -> String {
    pointer.replace("/price", "/totalPrice")
}

#[test]
fn every_rule_has_exactly_one_case() {
    let mut cases: Vec<_> = cases().into_iter().map(|(rule, ..)| rule.code).collect();
    // Those of warehouse entries, which are of no parcel, stand beside their check.
    let of_parcels = |code: &&str| !code.starts_with("warehouse-entry-");
    let mut rules: Vec<_> = ALL.iter().map(|rule| rule.code).filter(of_parcels).collect();
    rules.push(official::order::LINE_REPEATED.code);
    rules.push(official::declaration::LINE_REPEATED.code);
    cases.sort_unstable();
    rules.sort_unstable();
    assert_eq!(cases, rules);
}

#[test]
fn a_gift_in_an_order_may_cost_nothing() {
    let mut parcel = parcel();
    parcel.order.lines[1].price = yuan("0");
    parcel.order.lines[1].total_price = yuan("0");
    assert_eq!(check_order(&parcel.order, ""), []);
}

#[test]
fn totals_are_compared_in_fen() {
    let mut parcel = parcel();
    let line = &mut parcel.order.lines[0];
    (line.quantity, line.price) = (decimal("3"), yuan("33.33333"));
    for (total, right) in [("100", true), ("99.99999", true), ("99.99", false)] {
        parcel.order.lines[0].total_price = yuan(total);
        assert_eq!(check_order(&parcel.order, "").is_empty(), right, "{total}");
    }
}

#[test]
fn every_unknown_code_is_found_with_the_table_that_lacks_it() {
    let mut parcel = parcel();
    let declaration = &mut parcel.declaration;
    declaration.transport.mode = "Z".into();
    declaration.departure_country = "000".into();
    declaration.items[0].origin = "001".into();
    declaration.items[0].unit = "999".into();
    let findings = check_declaration(declaration, &Codes, "");
    let found: Vec<_> = findings
        .iter()
        .map(|d| (d.rule.code, d.found.as_deref().unwrap(), d.expected.as_deref().unwrap()))
        .collect();
    let code = DECLARATION_CODE.code;
    let expected = [
        (code, "Z", "运输方式"),
        (code, "000", "国家（地区）"),
        (code, "001", "国家（地区）"),
        (code, "999", "计量单位"),
    ];
    assert_eq!(found, expected);
}

#[test]
fn all_findings_of_a_document_come_at_once_in_its_order() {
    let mut parcel = parcel();
    for (_, spoil, _) in cases().iter().filter(|(rule, ..)| rule.code.starts_with("waybill")) {
        spoil(&mut parcel);
    }
    let found: Vec<_> =
        check_waybill(&parcel.waybill, "").iter().map(|defect| defect.rule.code).collect();
    let expected = [&WAYBILL_NEGATIVE, &WAYBILL_CURRENCY, &WAYBILL_WEIGHT, &WAYBILL_PACKAGES];
    assert_eq!(found, expected.map(|rule| rule.code));
}
