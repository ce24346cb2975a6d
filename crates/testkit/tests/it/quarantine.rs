//! Quarantine (检疫) of exported parcels before they enter the supervised place.

use tongguan_application::clearing::decide::Undecidable;
use tongguan_application::clearing::incoming::{Incoming, QuarantineCommand};
use tongguan_application::clearing::settings::{OfficeSettings, Settings};
use tongguan_domain::declaration::{GoodsSeen, Ruling};
use tongguan_domain::ids::FunctionalReference;
use tongguan_domain::quarantine::Finding;
use tongguan_testkit::exports::{Export, export};
use tongguan_testkit::parcels::Document;
use tongguan_testkit::world::{Beginning, Sent, World};

use crate::support::*;

/// A world whose offices look at every exported parcel.
fn beginning() -> Beginning {
    let default_office =
        OfficeSettings { quarantine_per_10_000: 10_000, ..OfficeSettings::default() };
    let settings = Settings { default_office, ..Settings::default() };
    Beginning { settings, ..Beginning::unsigned() }
}

fn nth_export(n: u64) -> Export {
    export(n, sent_at()).unwrap()
}

fn register(world: &mut World, parcel: &Export, finding: Finding) -> Result<Sent, Undecidable> {
    world.decide(Incoming::Quarantine(QuarantineCommand {
        declaration: world.export(parcel).unwrap().id,
        finding,
        officer: "王关员".into(),
        reason: "现场检疫".into(),
    }))
}

fn code(refused: Result<Sent, Undecidable>) -> &'static str {
    match refused.unwrap_err() {
        Undecidable::Quarantine(why) => why.code(),
        other => panic!("{other}"),
    }
}

/// Another report of the same arrival.
fn arrival_again(parcel: &Export) -> Document {
    let mut report = parcel.arrival.clone();
    report.reference = FunctionalReference::parse("ARR-2").unwrap();
    anew(&Document::Arrival(Box::new(report)), 60)
}

on_both_engines! {
    what_passes_is_admitted_when_it_arrives,
    what_fails_is_not_admitted,
}

fn what_passes_is_admitted_when_it_arrives(on: On) {
    let mut world = World::with(on(beginning()));
    let parcel = nth_export(1);
    let [order, waybill, declaration] = parcel.documents();
    let sent = world.send([&order, &waybill, &declaration]);
    assert_eq!(sent.statuses(&declaration), [2, 3, 120, 399, 399]);
    assert_eq!(sent.last_text(&declaration), "入场前须经检疫");

    let early = parcel.arrival_document();
    let sent = world.send([&early]);
    assert_eq!(sent.statuses(&declaration), [0; 0]);
    let text = "[Code:1800;Desc:逻辑校验通过]; 未经检疫合格、不准入场的运单：EE000000001CN";
    assert_eq!(sent.last_text(&early), text);

    let sent = register(&mut world, &parcel, Finding::Passed).unwrap();
    assert_eq!(sent.last_text(&declaration), "检疫合格，准予入场，现场检疫");
    assert_eq!(sent.statuses(&declaration), [399], "it was not admitted when it came");
    let again = arrival_again(&parcel);
    let sent = world.send([&again]);
    assert_eq!(sent.last_text(&again), "[Code:1800;Desc:逻辑校验通过]");
    assert_eq!(sent.statuses(&declaration), [800]);
}

fn what_fails_is_not_admitted(on: On) {
    let mut world = World::with(on(beginning()));
    let parcel = nth_export(1);
    let [order, waybill, declaration] = parcel.documents();
    world.send([&order, &waybill, &declaration]);
    let sent = register(&mut world, &parcel, Finding::Failed).unwrap();
    assert_eq!(sent.last_text(&declaration), "检疫不合格，不准入场，现场检疫");
    let arrival = parcel.arrival_document();
    let sent = world.send([&arrival]);
    assert!(sent.last_text(&arrival).contains("不准入场的运单：EE000000001CN"));
    assert_eq!(sent.statuses(&declaration), [0; 0]);
    assert_eq!(code(register(&mut world, &parcel, Finding::Passed)), "quarantine-registered");
}

#[test]
fn what_had_arrived_before_it_was_selected_is_released_when_it_passes() {
    let mut world = World::with(beginning());
    let parcel = nth_export(1);
    let [order, waybill, declaration] = parcel.documents();
    let sent = world.send([&parcel.arrival_document(), &order, &waybill, &declaration]);
    assert_eq!(sent.statuses(&declaration), [2, 3, 120, 399, 399]);
    let sent = register(&mut world, &parcel, Finding::Passed).unwrap();
    assert_eq!(sent.statuses(&declaration), [399, 800]);
    assert_eq!(code(register(&mut world, &parcel, Finding::Failed)), "quarantine-too-late");
}

#[test]
fn a_rule_intercepts_goods_whatever_the_rate_says() {
    let mut world = world();
    let (mut plant, scarf) = (nth_export(1), nth_export(2));
    plant.declaration.items[0].hs_code = "0602909999".into();
    for (parcel, intercepted) in [(&plant, true), (&scarf, false)] {
        let [order, waybill, declaration] = parcel.documents();
        let sent = world.send([&order, &waybill, &declaration]);
        assert_eq!(sent.statuses(&declaration).len() == 5, intercepted);
    }
    assert_eq!(code(register(&mut world, &scarf, Finding::Passed)), "quarantine-not-selected");
}

#[test]
fn what_is_refused_is_not_looked_at_any_more() {
    let mut world = World::with(beginning());
    let parcel = nth_export(1);
    let [order, waybill, declaration] = parcel.documents();
    world.send([&order, &waybill, &declaration]);
    world.rule(&parcel, Ruling::Refuse).unwrap();
    assert_eq!(code(register(&mut world, &parcel, Finding::Passed)), "quarantine-too-late");
    let due = world.store.read(|view| view.claims_in_quarantine(9)).unwrap();
    assert_eq!(due, []);
}

#[test]
fn what_was_found_for_one_declaration_does_not_count_for_the_next() {
    let mut world = World::with(beginning());
    let parcel = nth_export(1);
    let [order, waybill, declaration] = parcel.documents();
    world.send([&order, &waybill, &declaration]);
    register(&mut world, &parcel, Finding::Passed).unwrap();
    assert_eq!(world.send([&parcel.arrival_document()]).statuses(&declaration), [800]);
    world.rule(&parcel, Ruling::Withdraw(GoodsSeen::OnSite)).unwrap();
    let again = anew(&declaration, 60);
    assert_eq!(world.send([&again]).last_text(&again), "入场前须经检疫");
}
