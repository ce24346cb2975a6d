//! Exported parcels, from their documents to their departure.

use tongguan_application::clearing::decide::Undecidable;
use tongguan_application::clearing::incoming::Incoming;
use tongguan_application::clearing::settings::{OfficeSettings, Settings};
use tongguan_domain::commerce::Action;
use tongguan_domain::declaration::Ruling;
use tongguan_domain::ids::{FunctionalReference, OfficeCode, PartyId};
use tongguan_domain::lane::{Hit, Lane, Selectivity, Target};
use tongguan_testkit::exports::{Export, export};
use tongguan_testkit::parcels::Document;
use tongguan_testkit::world::{Beginning, World};

use crate::support::*;

const DAY: i64 = 86_400_000;

fn nth_export(n: u64) -> Export {
    export(n, sent_at()).unwrap()
}

/// A world whose office 2916 is set up so.
fn world_with(office: OfficeSettings) -> World {
    let offices = [(OfficeCode::parse("2916").unwrap(), office)].into_iter().collect();
    let delegates = charged_by(&[PartyId(4)]);
    let settings = Settings { offices, delegates, ..Settings::default() };
    World::with(Beginning { settings, ..Beginning::unsigned() })
}

/// An office that sends every parcel of these goods down a lane.
fn hits(lane: Lane) -> OfficeSettings {
    let hit = Hit { on: Target::HsPrefix("6214".into()), lane };
    let selectivity = Selectivity { hits: vec![hit], ..Selectivity::default() };
    OfficeSettings { selectivity, ..OfficeSettings::default() }
}

on_both_engines! {
    a_signed_parcel_leaves_the_country,
    documents_and_arrival_come_in_any_order,
    documents_and_arrival_come_together_in_any_order,
    a_declaration_again_gets_the_responses_to_what_moved_it_last,
    a_duplicate_beside_a_departure_is_answered_at_a_time_of_its_own,
}

fn a_signed_parcel_leaves_the_country(on: fn(Beginning) -> Beginning) {
    let mut world = World::with(on(Beginning::default()));
    let parcel = nth_export(1);
    let [order, waybill, declaration] = parcel.documents();
    let sent = world.send([&order, &waybill, &declaration]);
    assert_eq!(sent.statuses(&order), [2, 120]);
    assert_eq!(sent.statuses(&waybill), [2, 120]);
    assert_eq!(sent.statuses(&declaration), [2, 3, 120, 399]);
    let answers = sent.to(&declaration);
    assert_eq!(answers[0].declaration_no.as_deref(), Some(""), "604 demands the element");
    let number = answers[3].declaration_no.clone().unwrap();
    assert!(number.starts_with("29162026E"), "{number}");

    let arrival = parcel.arrival_document();
    let sent = world.send([&arrival]);
    assert_eq!(sent.statuses(&arrival), [2, 120]);
    assert_eq!(sent.statuses(&declaration), [800]);
    assert_eq!(sent.last_text(&declaration), "[Code:2600;Desc:放行]");

    let departure = parcel.departure_document();
    let sent = world.send([&departure]);
    assert_eq!(sent.statuses(&departure), [2, 120]);
    assert_eq!(sent.statuses(&declaration), [899]);
    assert_eq!(sent.to(&declaration)[0].declaration_no.as_ref(), Some(&number));
}

fn documents_and_arrival_come_in_any_order(on: fn(Beginning) -> Beginning) {
    let mut world = World::with(on(Beginning::unsigned()));
    for (n, order) in (1..).zip(permutations()) {
        let parcel = nth_export(n);
        let [ordered, waybill, declaration] = parcel.documents();
        let documents = [ordered, waybill, declaration.clone(), parcel.arrival_document()];
        let mut last = Vec::new();
        for place in order {
            let told = world.send([&documents[place]]).statuses(&declaration);
            if !told.is_empty() {
                last = told;
            }
        }
        assert_eq!(last.last(), Some(&800), "{order:?}");
        let sent = world.send([&parcel.departure_document()]);
        assert_eq!(sent.statuses(&declaration), [899], "{order:?}");
    }
}

/// What one batch loads for a document must do for an arrival beside it, and the other way round.
fn documents_and_arrival_come_together_in_any_order(on: fn(Beginning) -> Beginning) {
    let mut world = World::with(on(Beginning::unsigned()));
    let splits = permutations().into_iter().flat_map(|order| [(order, 1), (order, 2), (order, 3)]);
    for (n, (order, split)) in (1..).zip(splits) {
        let parcel = nth_export(n);
        let [ordered, waybill, declaration] = parcel.documents();
        let documents = [ordered, waybill, declaration.clone(), parcel.arrival_document()];
        let (first, second) = order.split_at(split);
        world.send(first.iter().map(|place| &documents[*place]));
        let sent = world.send(second.iter().map(|place| &documents[*place]));
        assert_eq!(sent.statuses(&declaration).last(), Some(&800), "{order:?} at {split}");
        let sent = world.send([&parcel.departure_document()]);
        assert_eq!(sent.statuses(&declaration), [899], "{order:?} at {split}");
    }
}

/// Arrival and departure do not touch the declaration's document, and yet are what it was told last.
fn a_declaration_again_gets_the_responses_to_what_moved_it_last(on: fn(Beginning) -> Beginning) {
    let mut world = World::with(on(Beginning::unsigned()));
    let parcel = nth_export(1);
    let declaration = parcel.lodging();
    world.send(&parcel.documents());
    let movements = [(parcel.arrival_document(), 800), (parcel.departure_document(), 899)];
    for (movement, told) in movements {
        let moved = world.send([&movement]);
        assert_eq!(moved.statuses(&declaration), [told]);
        let again = world.send([&declaration]);
        assert_eq!(again.to(&declaration), moved.to(&declaration));
    }
}

/// Senders keep the response with the largest time.
fn a_duplicate_beside_a_departure_is_answered_at_a_time_of_its_own(on: fn(Beginning) -> Beginning) {
    for duplicate_first in [true, false] {
        let mut world = World::with(on(Beginning::unsigned()));
        let parcel = nth_export(1);
        let (declaration, duplicate) = (parcel.lodging(), anew(&parcel.lodging(), 10));
        world.send(&parcel.documents());
        world.send([&parcel.arrival_document()]);
        let departure = parcel.departure_document();
        let sent = match duplicate_first {
            true => world.send([&duplicate, &departure]),
            false => world.send([&departure, &duplicate]),
        };
        let (refused, closed) = (&sent.to(&duplicate)[0].at, &sent.to(&declaration)[0].at);
        assert_eq!(refused < closed, duplicate_first, "{refused} {closed}");
        assert_ne!(refused, closed);
        let last = anew(&declaration, 20);
        let sent_last = world.send([&last]);
        let later = &sent_last.to(&last)[0].at;
        assert!(later > refused && later > closed, "{later} {refused} {closed}");
    }
}

/// Officers see since when a declaration stands where it stands.
#[test]
fn a_refused_duplicate_does_not_make_a_declaration_look_new() {
    let mut world = world_with(hits(Lane::Yellow));
    let parcel = nth_export(1);
    world.send(&parcel.documents());
    let since = world.export(&parcel).unwrap().since;
    world.clock.advance_millis(DAY);
    let duplicate = anew(&parcel.lodging(), 10);
    assert_eq!(world.send([&duplicate]).statuses(&duplicate), [100]);
    assert_eq!(world.export(&parcel).unwrap().since, since);
    world.rule(&parcel, Ruling::Examine).unwrap();
    assert!(world.export(&parcel).unwrap().since > since);
}

/// Every order of four things.
fn permutations() -> Vec<[usize; 4]> {
    let mut all = Vec::new();
    for a in 0..4 {
        for b in (0..4).filter(|b| *b != a) {
            for c in (0..4).filter(|c| *c != a && *c != b) {
                all.push([a, b, c, 6 - a - b - c]);
            }
        }
    }
    all
}

#[test]
fn a_declaration_that_waits_is_told_what_does_not_exist() {
    let mut world = world();
    let [order, waybill, declaration] = nth_export(1).documents();
    let sent = world.send([&declaration]);
    assert_eq!(sent.statuses(&declaration), [2]);
    let accepted = "清单新增申报成功[电商企业编码：330196E005订单编号：TGE000000000001]";
    let subject = "对应电商企业为[330196E005]订单号为[TGE000000000001]";
    let text = format!("{accepted}; {subject}订单信息、运单信息不存在");
    assert_eq!(sent.last_text(&declaration), text);
    let sent = world.send([&order]);
    assert_eq!(sent.last_text(&declaration), format!("{accepted}; {subject}运单信息不存在"));
    assert_eq!(world.send([&waybill]).statuses(&declaration), [3, 120, 399]);
}

#[test]
fn a_declaration_whose_documents_never_come_is_given_up() {
    let mut world = world();
    let parcel = nth_export(1);
    let declaration = parcel.lodging();
    world.send([&declaration]);
    world.clock.advance_millis(31 * DAY);
    let id = world.export(&parcel).unwrap().id;
    let sent = world.decide(Incoming::Due(id)).unwrap();
    assert_eq!(sent.statuses(&declaration), [100]);
    assert!(sent.last_text(&declaration).starts_with("等待单证超时"));
    let again = anew(&declaration, 60);
    assert_eq!(world.send([&again]).statuses(&again), [2], "the order may be declared anew");
}

#[test]
fn documents_that_differ_are_refused_with_what_differs() {
    let mut world = world();
    let mut parcel = nth_export(1);
    parcel.waybill.packages = 3;
    let [order, waybill, declaration] = parcel.documents();
    let sent = world.send([&order, &waybill, &declaration]);
    assert_eq!(sent.statuses(&declaration), [2, 3, 100]);
    assert_eq!(sent.last_text(&declaration), "清单件数1与运单件数3不一致");
}

#[test]
fn goods_with_export_duty_are_sent_to_a_formal_declaration() {
    let mut world = world();
    let mut parcel = nth_export(1);
    parcel.declaration.items[0].hs_code = "4103901100".into();
    let declaration = parcel.lodging();
    let sent = world.send([&declaration]);
    assert_eq!(sent.statuses(&declaration), [100]);
    let text = "商品4103901100应征出口关税，不适用清单申报，请办理报关单申报";
    assert_eq!(sent.last_text(&declaration), text);
    assert!(sent.to(&declaration)[0].provisional_no.is_some());
}

#[test]
fn an_officer_verifies_a_licence_before_the_goods_are_released() {
    let mut world = world();
    let mut parcel = nth_export(1);
    parcel.declaration.items[0].hs_code = "8711100010".into();
    parcel.declaration.licence = Some("L-2026-1".into());
    let [order, waybill, declaration] = parcel.documents();
    let documents = [&order, &waybill, &parcel.arrival_document(), &declaration];
    let sent = world.send(documents);
    assert_eq!(sent.statuses(&declaration), [2, 3, 120, 300]);
    assert!(sent.last_text(&declaration).contains("许可证件号"));
    assert_eq!(world.rule(&parcel, Ruling::Accept).unwrap().statuses(&declaration), [399, 800]);
}

#[test]
fn an_examination_waits_for_its_finding() {
    let mut world = world_with(hits(Lane::Red));
    let parcel = nth_export(1);
    let [order, waybill, declaration] = parcel.documents();
    let sent = world.send([&order, &waybill, &declaration]);
    assert_eq!(sent.statuses(&declaration), [2, 3, 120, 500]);
    assert_eq!(world.send([&parcel.arrival_document()]).statuses(&declaration), [0; 0]);
    let refused = world.rule(&parcel, Ruling::ShipBack).unwrap_err();
    assert!(matches!(refused, Undecidable::NotAllowed(_)), "{refused}");
    assert_eq!(world.rule(&parcel, Ruling::Accept).unwrap().statuses(&declaration), [399, 800]);
}

#[test]
fn a_refused_declaration_frees_its_waybill() {
    let mut world = world_with(hits(Lane::Yellow));
    let parcel = nth_export(1);
    let [order, waybill, declaration] = parcel.documents();
    world.send([&order, &waybill, &declaration]);
    let mut other = nth_export(2);
    other.declaration.waybill_no = parcel.declaration.waybill_no.clone();
    let lodging = other.lodging();
    let sent = world.send([&lodging]);
    assert_eq!(sent.statuses(&lodging), [100]);
    assert_eq!(sent.last_text(&lodging), "运单[EE000000001CN]已被其它清单使用");
    assert_eq!(world.rule(&parcel, Ruling::Refuse).unwrap().statuses(&declaration), [100]);
    let again = anew(&lodging, 60);
    let sent = world.send([&other.documents()[0], &again]);
    assert_eq!(sent.statuses(&again).last(), Some(&300));
}

#[test]
fn what_is_only_stored_is_declared_when_its_waybill_comes() {
    let office = OfficeSettings { declare_on_waybill: true, ..OfficeSettings::default() };
    let mut world = world_with(office);
    let [order, waybill, declaration] = nth_export(1).documents();
    let stored = stored_only(&declaration);
    assert_eq!(world.send([&order, &stored]).statuses(&stored), [1]);
    assert_eq!(world.send([&waybill]).statuses(&stored), [2, 3, 120, 399]);
}

#[test]
fn a_departure_names_what_was_not_released() {
    let mut world = world();
    let (parcel, other) = (nth_export(1), nth_export(2));
    let [order, waybill, declaration] = parcel.documents();
    world.send([&order, &waybill, &declaration, &parcel.arrival_document()]);
    let mut report = parcel.departure.clone();
    report.parcels.extend(other.departure.parcels.iter().cloned());
    report.parcels[1].number = 2;
    let departure = Document::Departure(Box::new(report));
    let sent = world.send([&departure]);
    assert_eq!(sent.statuses(&departure), [2, 120]);
    let text = "[Code:1800;Desc:逻辑校验通过]; 未放行的运单：EE000000002CN";
    assert_eq!(sent.last_text(&departure), text);
    assert_eq!(sent.statuses(&declaration), [899]);
}

#[test]
fn a_second_flight_of_a_waybill_changes_nothing() {
    let mut world = world();
    let parcel = nth_export(1);
    let [order, waybill, declaration] = parcel.documents();
    world.send([&order, &waybill, &declaration, &parcel.arrival_document()]);
    let departure = parcel.departure_document();
    assert_eq!(world.send([&departure]).statuses(&declaration), [899]);
    let mut second = parcel.departure.clone();
    second.reference = FunctionalReference::parse("DEP-2").unwrap();
    let second = anew(&Document::Departure(Box::new(second)), 60);
    let sent = world.send([&second]);
    assert_eq!(sent.last_text(&second), "[Code:1800;Desc:逻辑校验通过]");
    assert_eq!(sent.statuses(&declaration), [0; 0]);
}

#[test]
fn a_carrier_may_use_a_number_again_after_six_months() {
    let mut world = world();
    let (parcel, mut other) = (nth_export(1), nth_export(2));
    (other.waybill.number, other.declaration.waybill_no) =
        (parcel.waybill.number.clone(), parcel.declaration.waybill_no.clone());
    let [order, waybill, declaration] = parcel.documents();
    world.send([&order, &waybill, &declaration, &parcel.arrival_document()]);
    assert_eq!(world.send([&parcel.departure_document()]).statuses(&declaration), [899]);
    let [order, waybill, declaration] = other.documents();
    let waybill = anew(&waybill, 60);
    assert_eq!(world.send([&waybill]).statuses(&waybill), [100], "it is in use");
    world.clock.advance_millis(185 * DAY);
    let waybill = anew(&waybill, 61);
    let sent = world.send([&order, &waybill, &declaration]);
    assert_eq!(sent.statuses(&waybill), [2, 120]);
    assert_eq!(sent.statuses(&declaration), [2, 3, 120, 399], "the old arrival is not the new one");
}

#[test]
fn the_same_document_again_changes_nothing() {
    let mut world = world();
    let parcel = nth_export(1);
    let [order, waybill, declaration] = parcel.documents();
    let arrival = parcel.arrival_document();
    let all = [&order, &waybill, &declaration, &arrival];
    world.send(all);
    for document in all {
        let sent = world.send([document]);
        let first = sent.statuses(document);
        assert!(first.contains(&120) || first == [800], "{first:?}");
        let copy = anew(document, 60);
        let refused = world.send([&copy]);
        assert_eq!(refused.statuses(&copy), [100], "of the same key and another number");
        let text = refused.last_text(&copy);
        assert!(text.starts_with("已存在相同编号的"), "{text}");
    }
}

#[test]
fn a_change_is_possible_until_the_declaration_is_entered() {
    let mut world = world();
    let parcel = nth_export(1);
    let [order, waybill, declaration] = parcel.documents();
    world.send([&declaration]);
    let changed = with_note(&asking(Action::Change, &declaration, 60), "改");
    assert_eq!(world.send([&changed]).statuses(&changed), [2]);
    assert_eq!(world.send([&order, &waybill]).statuses(&changed).last(), Some(&399));
    let late = with_note(&asking(Action::Change, &declaration, 120), "再改");
    let sent = world.send([&late]);
    assert_eq!(sent.statuses(&late), [100]);
    assert_eq!(sent.last_text(&late), "该出口清单的状态不允许变更或删除");
}

#[test]
fn a_deleted_declaration_makes_room_for_another() {
    let mut world = world();
    let declaration = nth_export(1).lodging();
    world.send([&declaration]);
    let deletion = asking(Action::Delete, &declaration, 60);
    let sent = world.send([&deletion]);
    assert_eq!(sent.statuses(&deletion), [2]);
    assert!(sent.last_text(&deletion).starts_with("清单删除申报成功"));
    let again = anew(&declaration, 120);
    assert_eq!(world.send([&again]).statuses(&again), [2]);
}

#[test]
fn a_foreign_platform_need_not_be_registered() {
    let mut world = world();
    let mut parcel = nth_export(1);
    for platform in [&mut parcel.order.platform, &mut parcel.declaration.platform] {
        platform.code = tongguan_domain::party::PartyCode::parse("无").unwrap();
    }
    let [order, waybill, declaration] = parcel.documents();
    let sent = world.send([&order, &waybill, &declaration]);
    assert_eq!(sent.statuses(&declaration), [2, 3, 120, 399]);
}

#[test]
fn an_import_and_an_export_may_bear_the_same_order_number() {
    let mut world = world();
    let import = nth(1);
    let mut parcel = nth_export(1);
    let order_no = import.declaration.order_no.clone();
    (parcel.order.order_no, parcel.declaration.order_no) = (order_no.clone(), order_no);
    let [order, waybill, declaration] = parcel.documents();
    let [a, b, c, d] = import.documents();
    let sent = world.send([&a, &order, &b, &waybill, &c, &declaration, &d]);
    assert_eq!(sent.statuses(&d).last(), Some(&800));
    assert_eq!(sent.statuses(&declaration).last(), Some(&399));
}
