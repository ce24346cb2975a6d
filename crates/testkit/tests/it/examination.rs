//! Examination before loading (先查验后装运): where an office wants it, what was selected is examined at the
//! supervised place and leaves only afterwards.

use tongguan_application::clearing::decide::Undecidable;
use tongguan_application::clearing::settings::{OfficeSettings, Settings};
use tongguan_domain::declaration::{ExportState, Ruling};
use tongguan_domain::ids::FunctionalReference;
use tongguan_domain::lane::{Hit, Lane, Selectivity, Target};
use tongguan_testkit::exports::{Export, export};
use tongguan_testkit::parcels::Document;
use tongguan_testkit::world::{Beginning, World};

use crate::support::*;

fn nth_export(n: u64) -> Export {
    export(n, sent_at()).unwrap()
}

/// Offices that send every parcel of these goods down a lane.
fn beginning(lane: Lane, examine_before_loading: bool) -> Beginning {
    let hit = Hit { on: Target::HsPrefix("6214".into()), lane };
    let selectivity = Selectivity { hits: vec![hit], ..Selectivity::default() };
    let default_office =
        OfficeSettings { selectivity, examine_before_loading, ..OfficeSettings::default() };
    let settings = Settings { default_office, ..Settings::default() };
    Beginning { settings, ..Beginning::unsigned() }
}

/// Another report of the same departure.
fn departure_again(parcel: &Export) -> Document {
    let mut report = parcel.departure.clone();
    report.reference = FunctionalReference::parse("DEP-2").unwrap();
    anew(&Document::Departure(Box::new(report)), 60)
}

on_both_engines! {
    what_is_reported_as_gone_before_its_examination_is_not_gone,
    without_the_setting_it_closes_with_the_finding,
}

fn what_is_reported_as_gone_before_its_examination_is_not_gone(on: On) {
    for departs_at in 0..=3 {
        let mut world = World::with(on(beginning(Lane::Red, true)));
        let parcel = nth_export(1);
        let [order, waybill, declaration] = parcel.documents();
        let departure = parcel.departure_document();
        let mut documents = vec![&order, &waybill, &declaration];
        documents.insert(departs_at, &departure);
        let mut last = String::new();
        for document in documents {
            let sent = world.send([document]);
            if !sent.statuses(&declaration).is_empty() {
                last = sent.last_text(&declaration).to_owned();
            }
        }
        let told = "查验; 先查验后装运，查验前的离境申报无效";
        assert_eq!(last, if departs_at < 3 { told } else { "查验" }, "{departs_at}");
        world.send([&parcel.arrival_document()]);
        let released = world.rule(&parcel, Ruling::Accept).unwrap();
        assert_eq!(released.statuses(&declaration), [399, 800], "{departs_at}");
        let again = departure_again(&parcel);
        let sent = world.send([&again]);
        assert_eq!(sent.last_text(&again), "[Code:1800;Desc:逻辑校验通过]");
        assert_eq!(sent.statuses(&declaration), [899], "{departs_at}");
    }
}

fn without_the_setting_it_closes_with_the_finding(on: On) {
    let mut world = World::with(on(beginning(Lane::Red, false)));
    let parcel = nth_export(1);
    let [order, waybill, declaration] = parcel.documents();
    let departure = parcel.departure_document();
    let sent = world.send([&order, &waybill, &declaration, &departure]);
    let text = "[Code:1800;Desc:逻辑校验通过]; 未放行的运单：EE000000001CN";
    assert_eq!(sent.last_text(&departure), text);
    let sent = world.rule(&parcel, Ruling::Accept).unwrap();
    assert_eq!(sent.statuses(&declaration), [399], "examined wherever it is");
    let sent = world.send([&parcel.arrival_document()]);
    assert_eq!(sent.statuses(&declaration), [800, 899]);
}

#[test]
fn the_carrier_is_told_what_may_not_be_loaded_yet() {
    let mut world = World::with(beginning(Lane::Red, true));
    let parcel = nth_export(1);
    let [order, waybill, declaration] = parcel.documents();
    world.send([&order, &waybill, &declaration, &parcel.arrival_document()]);
    let departure = parcel.departure_document();
    let sent = world.send([&departure]);
    let text = "[Code:1800;Desc:逻辑校验通过]; 未放行的运单：EE000000001CN; \
                未查验、不准装运的运单：EE000000001CN";
    assert_eq!(sent.last_text(&departure), text);
    assert_eq!(sent.statuses(&declaration), [0; 0]);
    assert!(world.export(&parcel).unwrap().movement.departed.is_none());
}

#[test]
fn it_is_examined_at_the_supervised_place() {
    let mut world = World::with(beginning(Lane::Red, true));
    let parcel = nth_export(1);
    let [order, waybill, declaration] = parcel.documents();
    world.send([&order, &waybill, &declaration]);
    let refused = world.rule(&parcel, Ruling::Accept).unwrap_err();
    assert!(matches!(refused, Undecidable::ExaminedBeforeArrival(_)), "{refused}");
    assert_eq!(world.send([&parcel.arrival_document()]).statuses(&declaration), [0; 0]);
    assert_eq!(world.rule(&parcel, Ruling::Accept).unwrap().statuses(&declaration), [399, 800]);
}

#[test]
fn what_is_not_selected_goes_on_as_everywhere() {
    let mut world = World::with(beginning(Lane::Green, true));
    let parcel = nth_export(1);
    let [order, waybill, declaration] = parcel.documents();
    let departure = parcel.departure_document();
    let sent = world.send([&departure, &order, &waybill, &declaration]);
    assert_eq!(sent.statuses(&declaration), [2, 3, 120, 399]);
    assert_eq!(world.send([&parcel.arrival_document()]).statuses(&declaration), [800, 899]);
}

#[test]
fn an_officer_who_has_reviewed_goods_examined_holds_them_back_too() {
    let mut world = World::with(beginning(Lane::Yellow, true));
    let parcel = nth_export(1);
    let [order, waybill, declaration] = parcel.documents();
    let departure = parcel.departure_document();
    world.send([&order, &waybill, &declaration, &departure]);
    let sent = world.rule(&parcel, Ruling::Examine).unwrap();
    assert_eq!(sent.last_text(&declaration), "查验; 先查验后装运，查验前的离境申报无效");
    let arrival = parcel.arrival_document();
    world.send([&arrival]);
    let sent = world.rule(&parcel, Ruling::Accept).unwrap();
    assert_eq!(sent.statuses(&declaration), [399, 800]);
    assert!(matches!(world.export(&parcel).unwrap().state, ExportState::Released(_)));
}
