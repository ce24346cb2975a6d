//! Each rule is broken once, by the smallest change that breaks it.

use std::collections::HashSet;

use jiff::civil::date;

use super::rules::*;
use super::*;
use crate::declaration::StatisticsFlag;
use crate::defect::{Defect, Rule};
use crate::tests::export::{ExportParcel, export_parcel};
use crate::tests::{decimal, yuan};

fn findings(parcel: &ExportParcel) -> Vec<Defect> {
    let pack = Pack::builtin();
    let law = Law { pack: &pack, day: date(2026, 9, 1) };
    let mut findings = check_export_order(&parcel.order, law, "/Order[1]");
    findings.extend(check_collection(&parcel.collection, law, "/Receipts[1]"));
    findings.extend(check_export_waybill(&parcel.waybill, law, "/Logistics[1]"));
    findings.extend(check_export(&parcel.declaration, law, "/Inventory[1]"));
    findings.extend(check_arrival(&parcel.arrival, "/Arrival[1]"));
    findings.extend(check_master_bill(&parcel.master_bill, law, "/WayBill[1]"));
    findings.extend(check_departure(&parcel.departure, "/Departure[1]"));
    findings
}

/// A rule, the change that breaks it, and where that is found.
type Case = (&'static Rule, fn(&mut ExportParcel), &'static str);

const TRADE: &[Case] = &[
    (&CURRENCY, |p| p.order.currency = "000".into(), "/Order[1]/OrderHead/currency"),
    (&NEGATIVE, |p| p.order.freight = yuan("-1"), "/Order[1]/OrderHead/freight"),
    (
        &LINE_QUANTITY,
        |p| {
            p.order.lines[0].quantity = decimal("0");
            p.order.lines[0].total_price = yuan("0");
        },
        "/Order[1]/OrderList[1]/qty",
    ),
    (
        &LINE_TOTAL,
        |p| p.order.lines[0].total_price = yuan("398.01"),
        "/Order[1]/OrderList[1]/totalPrice",
    ),
    (&LINE_GAP, |p| p.order.lines[0].number = 2, "/Order[1]/OrderList[1]/gnum"),
    (
        &LINE_REPEATED,
        |p| p.order.lines.push(p.order.lines[0].clone()),
        "/Order[1]/OrderList[2]/gnum",
    ),
    (&CURRENCY, |p| p.collection.currency = "000".into(), "/Receipts[1]/currency"),
    (&AMOUNT, |p| p.collection.amount = yuan("0"), "/Receipts[1]/charge"),
    (&CURRENCY, |p| p.waybill.currency = "000".into(), "/Logistics[1]/currency"),
    (&NEGATIVE, |p| p.waybill.insurance = yuan("-1"), "/Logistics[1]/insuredFee"),
    (&WEIGHT, |p| p.waybill.gross_weight_kg = decimal("0"), "/Logistics[1]/grossWeight"),
    (&PACKAGES, |p| p.waybill.packages = 0, "/Logistics[1]/packNo"),
];

const HEAD: &[Case] = &[
    (&DIRECTION, |p| p.declaration.direction = "I".into(), "/Inventory[1]/InventoryHead/ieFlag"),
    (&MODE, |p| p.declaration.mode = "1239".into(), "/Inventory[1]/InventoryHead/tradeMode"),
    (&CODE, |p| p.declaration.transport.mode = "Q".into(), "/Inventory[1]/InventoryHead/trafMode"),
    (
        &CODE,
        |p| p.declaration.destination_country = "000".into(),
        "/Inventory[1]/InventoryHead/country",
    ),
    (
        &NEGATIVE,
        |p| p.declaration.freight.amount = yuan("-1"),
        "/Inventory[1]/InventoryHead/freight",
    ),
    (
        &CURRENCY,
        |p| p.declaration.insurance.currency = "000".into(),
        "/Inventory[1]/InventoryHead/iCurrency",
    ),
    (&PACKAGES, |p| p.declaration.packages = 0, "/Inventory[1]/InventoryHead/packNo"),
    (
        &NET_WEIGHT,
        |p| p.declaration.net_weight_kg = decimal("0.7"),
        "/Inventory[1]/InventoryHead/netWeight",
    ),
    (
        &SIMPLIFIED_LICENCE,
        |p| {
            p.declaration.statistics = StatisticsFlag::Simplified;
            p.declaration.licence = Some("L-1".into());
        },
        "/Inventory[1]/InventoryHead/licenseNo",
    ),
    (
        &LIST_LIMIT,
        |p| {
            p.declaration.mode = "9710".into();
            let item = &mut p.declaration.items[0];
            (item.price, item.total_price) = (yuan("2500.01"), yuan("5000.02"));
        },
        "/Inventory[1]/InventoryList",
    ),
];

const MOVEMENT: &[Case] = &[
    (&DIRECTION, |p| p.arrival.direction = "I".into(), "/Arrival[1]/ArrivalHead/ieFlag"),
    (&WHOLE_BILL, |p| p.arrival.parcels.clear(), "/Arrival[1]/ArrivalHead/billNo"),
    (&CODE, |p| p.master_bill.transport_mode = "Q".into(), "/WayBill[1]/WayBillHead/trafMode"),
    (
        &WEIGHT,
        |p| p.master_bill.gross_weight_kg = decimal("0"),
        "/WayBill[1]/WayBillHead/grossWeight",
    ),
    (&LINE_GAP, |p| p.master_bill.parcels[0].number = 2, "/WayBill[1]/WayBillList[1]/gnum"),
    (
        &PARCEL_REPEATED,
        |p| {
            p.master_bill.parcels.push(p.master_bill.parcels[0].clone());
            p.master_bill.parcels[1].number = 2;
        },
        "/WayBill[1]/WayBillList[2]/logisticsNo",
    ),
    (&LINE_GAP, |p| p.departure.parcels[0].number = 2, "/Departure[1]/DepartureList[1]/gnum"),
    (
        &PARCEL_REPEATED,
        |p| {
            p.departure.parcels.push(p.departure.parcels[0].clone());
            p.departure.parcels[1].number = 2;
        },
        "/Departure[1]/DepartureList[2]/logisticsNo",
    ),
];

const LINES: &[Case] = &[
    (&HS, |p| p.declaration.items[0].hs_code = "61091000".into(), "gcode"),
    (&CODE, |p| p.declaration.items[0].destination_country = "000".into(), "country"),
    (&CODE, |p| p.declaration.items[0].second_unit = Some("999".into()), "unit2"),
    (&CURRENCY, |p| p.declaration.items[0].currency = "000".into(), "currency"),
    (
        &LINE_QUANTITY,
        |p| {
            p.declaration.items[0].statutory_unit = "035".into();
            p.declaration.items[0].statutory_quantity = decimal("0");
        },
        "qty1",
    ),
    (&SAME_UNIT, |p| p.declaration.items[0].statutory_quantity = decimal("3"), "qty1"),
    (&SECOND_UNIT, |p| p.declaration.items[0].second_unit = None, "qty2"),
    (
        &PRICE,
        |p| {
            let item = &mut p.declaration.items[0];
            (item.price, item.total_price) = (yuan("0.001"), yuan("0"));
        },
        "totalPrice",
    ),
    (&LINE_TOTAL, |p| p.declaration.items[0].total_price = yuan("400"), "totalPrice"),
    (&DUTY, |p| p.declaration.items[0].hs_code = "4103901100".into(), "gcode"),
    (&LICENCE_MISSING, |p| p.declaration.items[0].hs_code = "8711100010".into(), "gcode"),
    (
        &SIMPLIFIED,
        |p| {
            p.declaration.statistics = StatisticsFlag::Simplified;
            p.declaration.items[0].hs_code = "8711000000".into();
        },
        "gcode",
    ),
];

#[test]
fn a_parcel_in_order_has_no_finding() {
    assert_eq!(findings(&export_parcel()), []);
    let mut simplified = export_parcel();
    simplified.declaration.statistics = StatisticsFlag::Simplified;
    simplified.declaration.items[0].hs_code = "6109000000".into();
    assert_eq!(findings(&simplified), [], "the heading is enough");
    let mut licensed = export_parcel();
    licensed.declaration.items[0].hs_code = "8711100010".into();
    licensed.declaration.licence = Some("L-1".into());
    assert_eq!(findings(&licensed), []);
    let mut foreign = export_parcel();
    foreign.declaration.mode = "9710".into();
    let item = &mut foreign.declaration.items[0];
    (item.currency, item.price, item.total_price) = ("502".into(), yuan("9000"), yuan("18000"));
    assert_eq!(findings(&foreign), [], "the limit is in renminbi");
    let mut whole_bill = export_parcel();
    whole_bill.arrival.parcels.clear();
    whole_bill.arrival.bill_no = Some("B-1".into());
    assert_eq!(findings(&whole_bill), [], "all parcels of the bill");
}

#[test]
fn each_rule_is_broken_by_the_smallest_change() {
    let lines = LINES.iter().map(|(rule, change, name)| {
        (*rule, *change, format!("/Inventory[1]/InventoryList[1]/{name}"))
    });
    let others = [TRADE, HEAD, MOVEMENT].concat();
    let others = others.into_iter().map(|(rule, change, at)| (rule, change, at.to_owned()));
    for (rule, change, pointer) in others.chain(lines) {
        let mut parcel = export_parcel();
        change(&mut parcel);
        let found: Vec<_> = findings(&parcel)
            .into_iter()
            .map(|defect| (defect.rule.code, defect.pointer))
            .collect();
        assert_eq!(found, [(rule.code, pointer)]);
    }
}

#[test]
fn a_zone_needs_its_book_on_every_line() {
    let mut parcel = export_parcel();
    parcel.declaration.mode = "1210".into();
    let found: Vec<_> = findings(&parcel).into_iter().map(|defect| defect.rule.code).collect();
    assert_eq!(found, [ZONE.code, ZONE.code, ZONE.code, ACCOUNT_ITEM.code]);
}

#[test]
fn every_rule_has_a_code_of_its_own_and_a_test() {
    let codes: HashSet<_> = ALL.iter().map(|rule| rule.code).collect();
    assert_eq!(codes.len(), ALL.len());
    let mut broken: HashSet<_> =
        [TRADE, HEAD, MOVEMENT, LINES].concat().iter().map(|(rule, ..)| rule.code).collect();
    broken.extend([ZONE.code, ACCOUNT_ITEM.code]);
    assert_eq!(broken, codes);
}
