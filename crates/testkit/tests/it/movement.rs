//! Exported parcels on their way out: linked to master bills, arrived, departed, in any order and in parts.

use tongguan_application::clearing::settings::{OfficeSettings, Settings};
use tongguan_domain::commerce::{Action, Part};
use tongguan_domain::declaration::{ExportState, Ruling};
use tongguan_domain::ids::OfficeCode;
use tongguan_domain::lane::{Hit, Lane, Selectivity, Target};
use tongguan_testkit::exports::{Export, export};
use tongguan_testkit::parcels::Document;
use tongguan_testkit::world::{Beginning, World};

use crate::support::*;

const DAY: i64 = 86_400_000;
const PASSED: &str = "[Code:1800;Desc:逻辑校验通过]";

fn nth_export(n: u64) -> Export {
    export(n, sent_at()).unwrap()
}

/// A link of these parcels to a bill.
fn link(parcels: &[&Export], bill_no: &str) -> Document {
    let mut link = parcels[0].master_bill.clone();
    link.bill_no = bill_no.into();
    link.parcels = parcels.iter().flat_map(|parcel| parcel.master_bill.parcels.clone()).collect();
    (1..).zip(&mut link.parcels).for_each(|(number, parcel)| parcel.number = number);
    Document::MasterBill(Box::new(link))
}

/// An arrival of everything under a bill.
fn whole_bill(parcel: &Export, bill_no: &str) -> Document {
    let mut report = parcel.arrival.clone();
    report.bill_no = Some(bill_no.into());
    report.parcels.clear();
    Document::Arrival(Box::new(report))
}

/// A departure of these parcels.
fn departure(parcels: &[&Export]) -> Document {
    let mut report = parcels[0].departure.clone();
    report.parcels = parcels.iter().flat_map(|parcel| parcel.departure.parcels.clone()).collect();
    (1..).zip(&mut report.parcels).for_each(|(number, parcel)| parcel.number = number);
    Document::Departure(Box::new(report))
}

/// A part of a report that was split.
fn part(document: Document, number: u32, of: u32) -> Document {
    let mut document = document;
    let part = Part::new(number, of).unwrap();
    match &mut document {
        Document::Arrival(report) => report.part = part,
        Document::Departure(report) => report.part = part,
        Document::MasterBill(link) => link.part = part,
        other => panic!("{} is not split", other.message_number()),
    }
    document
}

/// Sends order, waybill and declaration.
fn lodge(world: &mut World, parcels: &[&Export]) {
    for parcel in parcels {
        let [order, waybill, declaration] = parcel.documents();
        let sent = world.send([&order, &waybill, &declaration]);
        assert!(sent.statuses(&declaration).contains(&120));
    }
}

/// Mode of transport, exit office and bill, as consolidation will ask for them.
fn transport(world: &World, parcel: &Export) -> (String, String, Option<String>) {
    let record = world.export(parcel).unwrap();
    let transport = record.transport();
    let bill_no = transport.bill_no.map(str::to_owned);
    (transport.mode.to_owned(), transport.exit_office.to_string(), bill_no)
}

fn said(mode: &str, office: &str, bill_no: Option<&str>) -> (String, String, Option<String>) {
    (mode.to_owned(), office.to_owned(), bill_no.map(str::to_owned))
}

on_both_engines! {
    a_link_says_how_a_parcel_travels_whenever_it_comes,
    an_arrival_without_parcels_is_of_all_under_its_bill,
    the_parts_of_a_report_come_in_any_order,
    what_left_before_its_release_is_closed_by_it,
}

fn a_link_says_how_a_parcel_travels_whenever_it_comes(on: On) {
    let mut world = World::with(on(Beginning::unsigned()));
    for place in 0..=5 {
        let mut parcel = nth_export(place + 1);
        parcel.master_bill.transport_mode = "2".into();
        let linked = parcel.master_bill_document();
        let [order, waybill, declaration] = parcel.documents();
        let rest = [order, waybill, declaration, parcel.arrival_document(), departure(&[&parcel])];
        for (n, document) in (0..).zip(&rest) {
            if n == place {
                assert_eq!(world.send([&linked]).statuses(&linked), [2, 120]);
            }
            world.send([document]);
        }
        if place == 5 {
            assert_eq!(transport(&world, &parcel), said("5", "2916", None));
            assert_eq!(world.send([&linked]).last_text(&linked), PASSED);
        }
        let record = world.export(&parcel).unwrap();
        assert!(matches!(record.state, ExportState::Closed { .. }), "{place}: {:?}", record.state);
        let expected = said("2", "2916", Some("99900000002"));
        assert_eq!(transport(&world, &parcel), expected, "{place}");
    }
}

fn an_arrival_without_parcels_is_of_all_under_its_bill(on: On) {
    let mut world = World::with(on(Beginning::unsigned()));
    let [first, second, third, mut fourth] = [1, 2, 3, 4].map(nth_export);
    fourth.declaration.transport.bill_no = Some("B-1".into());
    lodge(&mut world, &[&first, &second]);
    world.send([&link(&[&first, &third], "B-1"), &link(&[&second], "B-2")]);

    let arrival = whole_bill(&first, "B-1");
    let sent = world.send([&arrival]);
    assert_eq!(sent.last_text(&arrival), format!("{PASSED}; 提运单B-1项下运单2票"));
    assert_eq!(sent.statuses(&first.lodging()), [800], "it was linked and lodged");
    assert_eq!(sent.statuses(&second.lodging()), [0; 0], "it travels under another bill");

    lodge(&mut world, &[&third, &fourth]);
    for parcel in [&third, &fourth] {
        let state = world.export(parcel).unwrap().state;
        assert!(matches!(state, ExportState::Released(_)), "lodged after the arrival: {state:?}");
    }
    let moved = asking(Action::Change, &link(&[&second], "B-1"), 60);
    let sent = world.send([&moved]);
    assert_eq!(sent.statuses(&moved), [2, 120]);
    assert_eq!(sent.statuses(&second.lodging()), [800], "linked after the arrival");
}

fn the_parts_of_a_report_come_in_any_order(on: On) {
    let mut world = World::with(on(Beginning::unsigned()));
    let parcels = [1, 2, 3].map(nth_export);
    lodge(&mut world, &parcels.each_ref());
    let arrival = |n: usize| {
        let mut report = parcels[n - 1].arrival.clone();
        report.reference = parcels[0].arrival.reference.clone();
        part(Document::Arrival(Box::new(report)), u32::try_from(n).unwrap(), 3)
    };
    for (n, parts) in [(3, "1/3"), (1, "2/3"), (2, "3/3")] {
        let report = arrival(n);
        let sent = world.send([&report]);
        assert_eq!(sent.last_text(&report), format!("{PASSED}; 分报文已接收{parts}"));
        assert_eq!(sent.statuses(&parcels[n - 1].lodging()), [800], "acted on as it comes");
        assert_eq!(world.send([&report]).last_text(&report), sent.last_text(&report), "again");
    }
    let other = anew(&with_note(&arrival(2), "别的"), 60);
    let sent = world.send([&other]);
    assert_eq!(sent.statuses(&other), [100]);
    assert_eq!(sent.last_text(&other), "报文序号2已接收，内容不同的分报文不予接收");
}

fn what_left_before_its_release_is_closed_by_it(on: On) {
    let mut world = World::with(on(Beginning::unsigned()));
    let [first, second] = [1, 2].map(nth_export);
    lodge(&mut world, &[&first]);
    let left = departure(&[&first, &second]);
    let sent = world.send([&left]);
    let text = format!("{PASSED}; 未放行的运单：EE000000001CN、EE000000002CN");
    assert_eq!(sent.last_text(&left), text);

    let declaration = first.lodging();
    let sent = world.send([&first.arrival_document()]);
    assert_eq!(sent.statuses(&declaration), [800, 899]);
    let texts: Vec<_> = sent.to(&declaration).iter().map(|told| told.text.clone()).collect();
    assert_eq!(texts, ["[Code:2600;Desc:放行]; 放行前已申报离境", "结关"]);

    let declaration = second.lodging();
    let [order, waybill, _] = second.documents();
    let sent = world.send([&second.arrival_document(), &declaration, &waybill, &order]);
    assert_eq!(sent.statuses(&declaration).last(), Some(&899));
}

#[test]
fn parts_that_count_differently_are_refused() {
    let mut world = world();
    let parcels = [1, 2].map(nth_export);
    let differs =
        |found, expected| format!("报文总数{found}与已接收的分报文不一致，应为{expected}");
    for kind in [
        |parcel: &Export| parcel.arrival_document(),
        |parcel: &Export| parcel.master_bill_document(),
        |parcel: &Export| parcel.departure_document(),
    ] {
        let [one, other] = parcels.each_ref().map(kind);
        let second = part(anew(&one, 1), 2, 3);
        assert_eq!(world.send([&second]).statuses(&second), [2, 120]);
        for (number, of) in [(1, 2), (1, 1)] {
            let first = part(one.clone(), number, of);
            let sent = world.send([&first]);
            assert_eq!(
                (sent.statuses(&first), sent.last_text(&first)),
                (vec![100], differs(of, 3))
            );
        }
        let whole = part(anew(&other, 1), 1, 1);
        assert_eq!(world.send([&whole]).statuses(&whole), [2, 120]);
        let second = part(other, 2, 2);
        assert_eq!(world.send([&second]).last_text(&second), differs(2, 1));
    }
}

#[test]
fn a_link_is_changed_and_deleted_until_its_parcels_have_left() {
    let mut world = world();
    let parcel = nth_export(1);
    let mut other = nth_export(2);
    other.declaration.transport.bill_no = Some("B-9".into());
    lodge(&mut world, &[&parcel, &other]);
    let first = part(link(&[&parcel, &other], "B-1"), 1, 2);
    assert_eq!(world.send([&first]).last_text(&first), format!("{PASSED}; 分报文已接收1/2"));
    assert_eq!(transport(&world, &other).2.as_deref(), Some("B-1"));

    let changed = asking(Action::Change, &part(link(&[&parcel], "B-2"), 1, 2), 60);
    assert_eq!(world.send([&changed]).last_text(&changed), format!("{PASSED}; 分报文已接收1/2"));
    assert_eq!(transport(&world, &parcel).2.as_deref(), Some("B-2"));
    assert_eq!(transport(&world, &other).2.as_deref(), Some("B-9"), "as declared");
    let arrival = whole_bill(&other, "B-9");
    assert_eq!(world.send([&arrival]).statuses(&other.lodging()), [800]);

    let deleted = asking(Action::Delete, &part(link(&[&parcel], "B-2"), 1, 2), 120);
    assert_eq!(world.send([&deleted]).statuses(&deleted), [2]);
    assert_eq!(transport(&world, &parcel).2, None);
    let anew_and_whole = anew(&link(&[&parcel], "B-3"), 180);
    assert_eq!(world.send([&anew_and_whole]).last_text(&anew_and_whole), PASSED);

    world.send([&parcel.arrival_document(), &departure(&[&parcel])]);
    for action in [Action::Change, Action::Delete] {
        let late = asking(action, &link(&[&parcel], "B-4"), 240);
        let sent = world.send([&late]);
        assert_eq!(sent.statuses(&late), [100]);
        assert_eq!(sent.last_text(&late), "该清单总分单的状态不允许变更或删除");
    }
    assert_eq!(transport(&world, &parcel).2.as_deref(), Some("B-3"));
}

#[test]
fn a_link_that_is_only_stored_says_nothing() {
    let mut world = world();
    let parcel = nth_export(1);
    lodge(&mut world, &[&parcel]);
    let linked = link(&[&parcel], "B-1");
    let stored = stored_only(&linked);
    assert_eq!(world.send([&stored]).statuses(&stored), [1]);
    assert_eq!(transport(&world, &parcel).2, None);
    assert_eq!(world.send([&linked]).statuses(&linked), [2, 120]);
    assert_eq!(transport(&world, &parcel).2.as_deref(), Some("B-1"));
    let again = stored_only(&asking(Action::Change, &linked, 60));
    assert_eq!(world.send([&again]).statuses(&again), [1]);
    assert_eq!(transport(&world, &parcel).2, None);
}

#[test]
fn a_declaration_that_takes_its_waybill_late_finds_its_bill_arrived() {
    let mut world = world();
    let (first, mut second) = (nth_export(1), nth_export(2));
    second.declaration.waybill_no = first.declaration.waybill_no.clone();
    second.declaration.transport.bill_no = Some("B-1".into());
    let [order, _, declaration] = second.documents();
    let (holder, stored) = (stored_only(&first.lodging()), stored_only(&declaration));
    world.send([&holder, &order, &first.documents()[1], &stored]);
    world.send([&whole_bill(&first, "B-1")]);
    let deleted = asking(Action::Delete, &holder, 60);
    assert_eq!(world.send([&deleted]).statuses(&deleted), [2]);
    let id = world.export(&second).unwrap().id;
    let sent = world.decide(declare(id)).unwrap();
    assert_eq!(sent.statuses(&declaration), [2, 3, 120, 399, 800]);
}

#[test]
fn of_several_links_the_one_sent_last_counts_until_the_parcel_has_left() {
    let mut world = world();
    let parcel = nth_export(1);
    lodge(&mut world, &[&parcel]);
    let linked = |n: u64, bill_no: &str, seconds| {
        let mut link = nth_export(n).master_bill;
        link.parcels = parcel.master_bill.parcels.clone();
        link.bill_no = bill_no.into();
        anew(&Document::MasterBill(Box::new(link)), seconds)
    };
    let kept = format!("{PASSED}; 已离境或已有更新总分单的运单：EE000000001CN");
    for (n, bill_no, seconds, text, counts) in [
        (11, "B-1", 60, PASSED, "B-1"),
        (12, "B-2", 120, PASSED, "B-2"),
        (13, "B-3", 90, &*kept, "B-2"),
    ] {
        let link = linked(n, bill_no, seconds);
        assert_eq!(world.send([&link]).last_text(&link), text, "{bill_no}");
        assert_eq!(transport(&world, &parcel).2.as_deref(), Some(counts));
    }
    world.send([&parcel.arrival_document(), &parcel.departure_document()]);
    let late = linked(14, "B-4", 240);
    assert_eq!(world.send([&late]).last_text(&late), kept);
    assert_eq!(transport(&world, &parcel).2.as_deref(), Some("B-2"));
}

#[test]
fn a_long_bill_is_linked_in_parts_and_arrives_as_a_whole() {
    let mut world = world();
    let parcels: Vec<_> = (1..=60).map(nth_export).collect();
    for kind in 0..3 {
        let documents = parcels.iter().map(|parcel| parcel.documents()[kind].clone());
        world.send_together(&documents.collect::<Vec<_>>());
    }
    let links = (1..).zip(parcels.chunks(10)).map(|(n, chunk)| {
        let mut link = link(&chunk.iter().collect::<Vec<_>>(), "B-1");
        if let Document::MasterBill(link) = &mut link {
            link.reference = parcels[0].master_bill.reference.clone();
        }
        part(link, n, 6)
    });
    let links: Vec<_> = links.collect();
    let arrival = whole_bill(&parcels[0], "B-1");
    let sent = world.send(links[..3].iter().chain([&arrival]));
    assert_eq!(sent.last_text(&arrival), format!("{PASSED}; 提运单B-1项下运单30票"));
    let sent = world.send(&links[3..]);
    assert_eq!(sent.last_text(&links[5]), format!("{PASSED}; 分报文已接收6/6"));
    for parcel in &parcels {
        let state = world.export(parcel).unwrap().state;
        assert!(matches!(state, ExportState::Released(_)), "{state:?}");
    }
}

#[test]
fn some_parcels_of_a_bill_leave_and_the_others_later() {
    let mut world = world();
    let parcels = [1, 2, 3].map(nth_export);
    let [first, second, third] = &parcels;
    lodge(&mut world, &parcels.each_ref());
    world.send([&link(&parcels.each_ref(), "B-1"), &whole_bill(first, "B-1")]);
    let sent = world.send([&departure(&[first, third])]);
    let left = parcels.each_ref().map(|parcel| sent.statuses(&parcel.lodging()));
    assert_eq!(left, [vec![899], vec![], vec![899]]);
    let later = departure(&[second]);
    let sent = world.send([&later]);
    assert_eq!(
        (sent.last_text(&later), sent.statuses(&second.lodging())),
        (PASSED.into(), vec![899])
    );
}

#[test]
fn a_departure_elsewhere_or_otherwise_is_named_and_kept() {
    let mut world = world();
    let [one, other, third] = [1, 2, 3].map(nth_export);
    for parcel in [&one, &other, &third] {
        lodge(&mut world, &[parcel]);
        world.send([&parcel.arrival_document()]);
    }
    let named = |n| format!("{PASSED}; 离境口岸或运输方式与申报不同的运单：EE00000000{n}CN");
    let elsewhere = |parcel: &Export, office: &str, mode: &str| {
        let mut report = parcel.departure.clone();
        report.office = OfficeCode::parse(office).unwrap();
        report.transport.mode = mode.into();
        Document::Departure(Box::new(report))
    };
    for (parcel, office, mode, text) in [
        (&one, "5141", "5", named(1)),
        (&other, "2916", "4", named(2)),
        (&third, "2916", "5", PASSED.to_owned()),
    ] {
        let left = elsewhere(parcel, office, mode);
        let sent = world.send([&left]);
        assert_eq!((sent.last_text(&left), sent.statuses(&parcel.lodging())), (text, vec![899]));
    }
    assert_eq!(transport(&world, &one), said("5", "5141", None));
    assert_eq!(transport(&world, &other), said("5", "2916", None), "the declaration says how");
    let departed = world.export(&other).unwrap().movement.departed.unwrap();
    assert_eq!(&*departed.transport_mode, "4", "what the report said is kept");
}

#[test]
fn what_an_officer_releases_after_it_left_is_closed_then() {
    let hit = Hit { on: Target::HsPrefix("6214".into()), lane: Lane::Yellow };
    let selectivity = Selectivity { hits: vec![hit], ..Selectivity::default() };
    let office = OfficeSettings { selectivity, ..OfficeSettings::default() };
    let offices = [(OfficeCode::parse("2916").unwrap(), office)].into_iter().collect();
    let settings = Settings { offices, ..Settings::default() };
    let mut world = World::with(Beginning { settings, ..Beginning::unsigned() });
    let parcel = nth_export(1);
    lodge(&mut world, &[&parcel]);
    let declaration = parcel.lodging();
    let sent = world.send([&parcel.arrival_document(), &parcel.departure_document()]);
    assert_eq!(sent.statuses(&declaration), [0; 0]);
    let ruled = world.rule(&parcel, Ruling::Accept).unwrap();
    assert_eq!(ruled.statuses(&declaration), [399, 800, 899]);
}

#[test]
fn reports_about_a_number_that_is_used_again_leave_the_old_parcel_alone() {
    let mut world = world();
    let (old, mut new) = (nth_export(1), nth_export(2));
    lodge(&mut world, &[&old]);
    world.send([&old.master_bill_document(), &old.arrival_document(), &old.departure_document()]);
    world.clock.advance_millis(185 * DAY);
    let number = old.waybill.number.clone();
    new.waybill.number = number.clone();
    new.declaration.waybill_no = number.clone();
    new.master_bill.parcels[0].waybill_no = number.clone();
    new.arrival.parcels[0].waybill_no = number;
    new.master_bill.bill_no = "B-NEW".into();
    let [order, waybill, declaration] = new.documents();
    let waybill = anew(&waybill, 60);
    let reports = [new.master_bill_document(), new.arrival_document()];
    world.send([&reports[0], &reports[1], &order, &declaration]);
    assert_eq!(world.send([&waybill]).statuses(&declaration), [3, 120, 399, 800]);
    assert_eq!(transport(&world, &old).2.as_deref(), Some("99900000002"));
    assert_eq!(transport(&world, &new).2.as_deref(), Some("B-NEW"));
}
