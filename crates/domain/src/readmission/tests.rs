//! Requests against what was exported: each rule is broken once, and quantities never exceed.

use std::collections::HashSet;

use jiff::civil::{Date, date};
use proptest::prelude::*;
use rust_decimal::Decimal;
use tongguan_codelists::Pack;

use super::rules::*;
use super::*;
use crate::check::export::{Law, check_export_return, check_return_tally, return_rules};
use crate::declaration::{ExportRelease, ExportState};
use crate::defect::{Defect, Rule};
use crate::facts::{
    ExportFacts, ExportMode, ExportParties, ExportReturnFacts, ExportReturnItemFacts, TallyFacts,
};
use crate::ids::{DeclarationNumber, OfficeCode, PartyId};
use crate::returns::{ExportReturnRequest, ReturnTransport};
use crate::tests::export::{export_parcel, export_return, return_tally};
use crate::time::Moment;

const TODAY: Date = date(2026, 9, 20);

fn parties() -> [PartyId; 3] {
    [PartyId(2), PartyId(3), PartyId(4)]
}

/// What was exported on 2026-09-02: two shirts.
fn exported() -> (ExportFacts, ExportState) {
    let parcel = export_parcel();
    let [merchant, carrier, declarant] = parties();
    let parties = ExportParties { platform: None, merchant, carrier, declarant };
    let facts = ExportFacts::of(&parcel.declaration, ExportMode::Retail, parties);
    let left = Moment::parse_wire("20260902120000").unwrap();
    let release = ExportRelease {
        number: DeclarationNumber::parse("29922026E000000001").unwrap(),
        arrived_at: left,
        released_at: left,
    };
    (facts, ExportState::Closed { release, departed_at: left })
}

fn facts() -> ExportReturnFacts {
    ExportReturnFacts::of(&export_return(), "9661", parties())
}

fn judged_on(
    day: Date,
    request: &ExportReturnFacts,
    exported: &(ExportFacts, ExportState),
    before: &ReturnedByLine,
) -> Vec<Defect> {
    let pack = Pack::builtin();
    let goods = ExportedGoods::of(&exported.0, &exported.1).unwrap();
    judge(request, &goods, before, Law { pack: &pack, day })
}

fn judged(request: &ExportReturnFacts) -> Vec<Defect> {
    judged_on(TODAY, request, &exported(), &ReturnedByLine::default())
}

#[test]
fn a_request_in_order_has_no_finding() {
    assert_eq!(judged(&facts()), []);
    let pack = Pack::builtin();
    let law = Law { pack: &pack, day: TODAY };
    assert_eq!(check_export_return(&export_return(), law, ""), []);
    assert_eq!(check_return_tally(&return_tally(), law, ""), []);
    let (_, state) = exported();
    assert!(ExportedGoods::of(&exported().0, &ExportState::Refused).is_none(), "{state:?}");
}

/// A rule, the change that breaks it, and where that is found.
type Case = (&'static Rule, fn(&mut ExportReturnFacts), &'static str);

const CASES: &[Case] = &[
    (&MERCHANT_DIFFERS, |r| r.merchant = PartyId(9), "InvtRefundHead/ebcCode"),
    (&MODE_DIFFERS, |r| r.mode = "1261".into(), "InvtRefundHead/tradeMode"),
    (&LINE_UNKNOWN, |r| r.items[0].number = 2, "InvtRefundList[1]/gnum"),
    (&GOODS_DIFFER, |r| r.items[0].hs_code = "6109100022".into(), "InvtRefundList[1]/gcode"),
    (&GOODS_DIFFER, |r| r.items[0].name = "帽".into(), "InvtRefundList[1]/gname"),
    (&GOODS_DIFFER, |r| r.items[0].unit = "012".into(), "InvtRefundList[1]/unit"),
    (&GOODS_DIFFER, |r| r.items[0].statutory_unit = "012".into(), "InvtRefundList[1]/unit1"),
    (&GOODS_DIFFER, |r| r.items[0].second = None, "InvtRefundList[1]/unit2"),
    (&EXCEEDS, |r| r.items[0].quantity = Decimal::new(201, 2), "InvtRefundList[1]/qty"),
    (&EXCEEDS, |r| r.items[0].statutory_quantity = Decimal::from(3), "InvtRefundList[1]/qty1"),
    (
        &EXCEEDS,
        |r| r.items[0].second = Some(("035".into(), Decimal::new(51, 2))),
        "InvtRefundList[1]/qty2",
    ),
];

#[test]
fn each_rule_is_broken_by_the_smallest_change() {
    for (rule, change, pointer) in CASES {
        let mut request = facts();
        change(&mut request);
        let found: Vec<_> =
            judged(&request).into_iter().map(|defect| (defect.rule.code, defect.pointer)).collect();
        assert_eq!(found, [(rule.code, (*pointer).to_owned())]);
    }
}

#[test]
fn goods_come_back_within_a_year_in_their_district_and_under_their_mode() {
    let before = ReturnedByLine::default();
    let codes = |day, request: &ExportReturnFacts, exported: &(ExportFacts, ExportState)| {
        let defects = judged_on(day, request, exported, &before);
        defects.into_iter().map(|defect| defect.rule.code).collect::<Vec<_>>()
    };
    let request = facts();
    assert_eq!(codes(date(2027, 9, 2), &request, &exported()), [""; 0]);
    assert_eq!(codes(date(2027, 9, 3), &request, &exported()), [LATE.code]);
    let elsewhere = ExportReturnFacts { office: OfficeCode::parse("5301").unwrap(), ..facts() };
    assert_eq!(codes(TODAY, &elsewhere, &exported()), [""; 0], "nationwide since 2026-04-01");
    let (mut zone, state) = exported();
    zone.mode = ExportMode::Zone;
    let from_zone = ExportReturnFacts { mode: "1261".into(), ..elsewhere };
    assert_eq!(codes(TODAY, &from_zone, &(zone, state)), [DISTRICT.code]);
    let (mut business, state) = exported();
    business.mode = ExportMode::Business;
    assert_eq!(codes(TODAY, &request, &(business, state)), [MODE_NOT_BY_LIST.code]);
}

#[test]
fn a_request_by_itself_says_how_its_goods_come_in() {
    let pack = Pack::builtin();
    let law = Law { pack: &pack, day: TODAY };
    let found = |change: fn(&mut ExportReturnRequest)| {
        let mut request = export_return();
        change(&mut request);
        let defects = check_export_return(&request, law, "/I");
        defects.iter().map(|it| format!("{} {}", it.rule.code, it.pointer)).collect::<Vec<_>>()
    };
    let head = "/I/InvtRefundHead";
    let line = "/I/InvtRefundList[1]";
    assert_eq!(
        found(|r| r.direction = "E".into()),
        [format!("export-return-direction {head}/ieFlag")]
    );
    assert_eq!(found(|r| r.mode = None), [format!("export-return-mode-missing {head}/tradeMode")]);
    assert_eq!(
        found(|r| r.departure_country = "142".into()),
        [format!("export-return-from-china {head}/country")]
    );
    assert_eq!(
        found(|r| r.departure_country = "000".into()),
        [format!("export-unknown-code {head}/country")]
    );
    assert_eq!(
        found(|r| r.transport.mode = "Q".into()),
        [format!("export-unknown-code {head}/trafMode")]
    );
    assert_eq!(
        found(|r| r.items.push(r.items[0].clone())),
        ["export-line-repeated /I/InvtRefundList[2]/gnum"]
    );
    assert_eq!(
        found(|r| r.items[0].hs_code = "61".into()),
        [format!("export-hs-code {line}/gcode")]
    );
    assert_eq!(
        found(|r| r.items[0].unit = "000".into()),
        [format!("export-unknown-code {line}/unit")]
    );
    assert_eq!(
        found(|r| r.items[0].quantity = Decimal::TWO),
        [format!("export-same-unit {line}/qty1")]
    );
    assert_eq!(
        found(|r| r.items[0].second_quantity = Some(Decimal::ZERO)),
        [format!("export-second-unit {line}/qty2")]
    );
}

#[test]
fn a_tally_by_itself_says_how_its_goods_came_in() {
    let pack = Pack::builtin();
    let law = Law { pack: &pack, day: TODAY };
    let mut tally = return_tally();
    tally.direction = "E".into();
    tally.transport.mode = "Q".into();
    let found: Vec<_> = check_return_tally(&tally, law, "/D")
        .iter()
        .map(|defect| (defect.rule.code, defect.pointer.clone()))
        .collect();
    let expected = [
        (return_rules::DIRECTION.code, "/D/ieFlag".to_owned()),
        ("export-unknown-code", "/D/trafMode".to_owned()),
    ];
    assert_eq!(found, expected);
}

#[test]
fn every_rule_has_a_code_of_its_own() {
    let all = || ALL.iter().chain(return_rules::ALL);
    let codes: HashSet<_> = all().map(|rule| rule.code).collect();
    assert_eq!(codes.len(), all().count());
}

#[test]
fn what_differs_between_request_and_tally_is_named() {
    let tally = TallyFacts::of(&return_tally(), PartyId(3), PartyId(3));
    assert_eq!(discrepancies(&facts(), &tally), []);
    let silent = TallyFacts { declaration_no: None, ..tally.clone() };
    assert_eq!(discrepancies(&facts(), &silent), [], "a facility need not know the declaration");
    let other = TallyFacts {
        declaration_no: DeclarationNumber::parse("X").ok(),
        office: OfficeCode::parse("2916").unwrap(),
        transport: ReturnTransport {
            bill_no: "B".into(),
            mode: "2".into(),
            vehicle: "V".into(),
            voyage: "N".into(),
        },
        ..tally
    };
    let all_but_late = &Discrepancy::ALL[..Discrepancy::ALL.len() - 1];
    assert_eq!(discrepancies(&facts(), &other), all_but_late);
    assert!(!is_late(TODAY, Some(TODAY)));
    assert!(is_late(TODAY, TODAY.yesterday().ok()));
    assert!(is_late(TODAY, None));
}

#[test]
fn goods_are_free_of_import_taxes_for_six_months_unless_they_are_food() {
    let pack = Pack::builtin();
    let (exported, state) = exported();
    let goods = ExportedGoods::of(&exported, &state).unwrap();
    let mut items = facts().items;
    let until = date(2027, 3, 2);
    let row: Box<str> = "CN-EXP-RELIEF-3".into();
    let granted = |except| Relief::Granted { until, row: row.clone(), except };
    assert_eq!(Relief::of(&goods, &items, until, &pack), granted(Vec::new()));
    let late = Relief::of(&goods, &items, until.tomorrow().unwrap(), &pack);
    assert_eq!(late, Relief::Late { until, row: row.clone() });
    items[0].hs_code = "2106909090".into();
    assert_eq!(Relief::of(&goods, &items, until, &pack), granted(vec![1]), "RET-X2");
    let before = date(2023, 1, 1);
    let old = ExportedGoods { released_on: before, left_on: before, ..goods };
    assert_eq!(Relief::of(&old, &items, before, &pack), Relief::NoNotice);
    let released_on = date(2026, 9, 1);
    let zone = ExportedGoods { mode: ExportMode::Zone, released_on, ..goods };
    let relief = Relief::of(&zone, &facts().items, date(2027, 3, 2), &pack);
    assert_eq!(relief, Relief::Late { until: date(2027, 3, 1), row }, "from leaving the zone");
}

fn part(of: &ExportReturnItemFacts, hundredths: i64) -> ExportReturnItemFacts {
    let quantity = Decimal::new(hundredths, 2);
    ExportReturnItemFacts {
        quantity,
        statutory_quantity: quantity,
        second: Some(("035".into(), quantity / Decimal::from(4))),
        ..of.clone()
    }
}

proptest! {
    /// Over any number of requests no more comes back than was exported, in any unit; and whatever is left
    /// may still come back.
    #[test]
    fn never_more_comes_back_than_was_exported(parts in prop::collection::vec(1_i64..250, 1..12)) {
        let exported = exported();
        let mut admitted = Vec::<ExportReturnItemFacts>::new();
        for hundredths in parts {
            let mut request = facts();
            request.items = vec![part(&request.items[0], hundredths)];
            let before = ReturnedByLine::of(&admitted);
            let left = Decimal::TWO - before.line(1).declared;
            let defects = judged_on(TODAY, &request, &exported, &before);
            prop_assert_eq!(defects.is_empty(), Decimal::new(hundredths, 2) <= left);
            if defects.is_empty() {
                admitted.extend(request.items);
            }
        }
        let sum = ReturnedByLine::of(&admitted).line(1);
        prop_assert!(sum.declared <= Decimal::TWO && sum.statutory <= Decimal::TWO);
        prop_assert!(sum.second <= Decimal::new(5, 1));
    }
}
