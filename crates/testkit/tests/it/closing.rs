//! What closes a declaration, and the times that responses carry.

use tongguan_application::clearing::incoming::Incoming;
use tongguan_application::clearing::settings::{OfficeSettings, Settings};
use tongguan_domain::commerce::Action;
use tongguan_testkit::parcels::Parcel;
use tongguan_testkit::world::{Beginning, Sent, World};

use crate::support::*;

const DAY: i64 = 86_400_000;

fn status(world: &World, parcel: &Parcel) -> i32 {
    world.declaration(parcel).unwrap().state.status().number()
}

#[test]
fn a_delivery_closes_a_released_declaration() {
    let parcel = nth(1);
    let mut world = world();
    world.send(&parcel.documents());
    let delivery = parcel.delivery_document();
    let sent = world.send([&delivery]);
    assert_eq!(sent.statuses(&delivery), [2, 120]);
    assert_eq!(sent.statuses(&parcel.lodging()), [899]);
    assert_eq!(sent.last_text(&parcel.lodging()), "结关");
    assert_eq!(status(&world, &parcel), 899);
}

#[test]
fn a_delivery_that_comes_before_the_release_or_before_the_waybill_closes_it_at_once() {
    let parcel = nth(1);
    let [order, payment, waybill, declaration] = parcel.documents();
    let delivery = parcel.delivery_document();
    for documents in [
        [&delivery, &order, &payment, &waybill, &declaration],
        [&declaration, &delivery, &waybill, &payment, &order],
        [&order, &declaration, &waybill, &delivery, &payment],
    ] {
        let mut world = world();
        let mut sent = Sent::default();
        for document in documents {
            sent = world.send([document]);
        }
        assert!(sent.statuses(&declaration).ends_with(&[800, 899]), "{:?}", sent.answers);
        assert_eq!(status(&world, &parcel), 899);
    }
}

#[test]
fn a_delivery_that_was_taken_back_closes_nothing() {
    let parcel = nth(1);
    let delivery = parcel.delivery_document();
    let mut world = world();
    world.send([&delivery]);
    world.send([&asking(Action::Delete, &delivery, 10)]);
    world.send(&parcel.documents());
    assert_eq!(status(&world, &parcel), 800);
}

#[test]
fn a_delivery_that_closed_a_declaration_can_no_longer_be_taken_back() {
    let parcel = nth(1);
    let delivery = parcel.delivery_document();
    let mut world = world();
    world.send(&all_kinds(&parcel));
    let deletion = asking(Action::Delete, &delivery, 10);
    assert_eq!(world.send([&deletion]).statuses(&deletion), [-505_012]);
}

#[test]
fn a_released_declaration_is_closed_after_the_offices_days() {
    let parcel = nth(1);
    let default_office = OfficeSettings { close_after_days: Some(7), ..OfficeSettings::default() };
    let settings = Settings { default_office, ..Settings::default() };
    let mut world = World::with(Beginning { settings, ..Beginning::unsigned() });
    world.send(&parcel.documents());
    let id = world.declaration(&parcel).unwrap().id;
    world.clock.advance_millis(7 * DAY - 2000);
    assert!(world.decide(Incoming::Due(id)).unwrap().answers.is_empty());
    world.clock.advance_millis(1000);
    let sent = world.decide(Incoming::Due(id)).unwrap();
    assert_eq!(sent.statuses(&parcel.lodging()), [899]);
    assert!(world.decide(Incoming::Due(id)).unwrap().answers.is_empty(), "it stays closed");
}

#[test]
fn the_times_of_a_documents_responses_grow_even_when_the_clock_steps_back() {
    let parcel = nth(1);
    let [order, payment, waybill, declaration] = parcel.documents();
    let mut world = world();
    let mut heard = Vec::new();
    let mut hear = |sent: Sent| {
        heard.extend(sent.to(&declaration).into_iter().map(|answer| answer.at.clone()));
        heard.extend(sent.bills.iter().map(|_| String::new()));
    };
    for document in [&declaration, &payment, &waybill, &order] {
        hear(world.send([document]));
        world.clock.advance_millis(-3_600_000);
    }
    hear(world.send([&parcel.delivery_document()]));
    heard.retain(|at| !at.is_empty());
    assert_eq!(heard.len(), 3 + 4 + 1);
    assert!(heard.is_sorted_by(|earlier, later| earlier < later), "{heard:?}");
}

#[test]
fn the_tax_bill_is_later_than_the_release_and_earlier_than_the_closing() {
    let parcel = nth(1);
    let mut world = world();
    let cleared = world.send(&parcel.documents());
    let released = cleared.to(&parcel.lodging()).last().unwrap().at.clone();
    let bill = String::from_utf8(
        cleared.messages.iter().find(|m| m.message == "CEB816").unwrap().xml.clone(),
    )
    .unwrap();
    let issued = bill.split("<returnTime>").nth(1).unwrap()[..17].to_owned();
    world.clock.advance_millis(-DAY);
    let closed = world.send([&parcel.delivery_document()]);
    let closed = closed.to(&parcel.lodging())[0].at.clone();
    assert!(released < issued && issued < closed, "{released} {issued} {closed}");
}

#[test]
fn a_duplicate_that_is_sent_again_after_the_clock_stepped_back_is_answered_later() {
    let parcel = nth(1);
    for document in all_kinds(&parcel) {
        let mut world = world();
        world.send([&document]);
        let duplicate = anew(&document, 10);
        let first = world.send([&duplicate]).answers[0].at.clone();
        world.clock.advance_millis(-3_600_000);
        let second = world.send([&duplicate]).answers[0].at.clone();
        assert!(first < second, "{first} {second}");
    }
}

#[test]
fn a_restart_in_between_changes_nothing() {
    let parcel = nth(1);
    let mut world = world();
    for document in all_kinds(&parcel) {
        world.send([&document]);
        world.restart();
    }
    assert_eq!(status(&world, &parcel), 899);
}
