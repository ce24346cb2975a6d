//! 退关: released goods that are taken back before they have left.

use tongguan_application::clearing::decide::Undecidable;
use tongguan_application::clearing::incoming::Incoming;
use tongguan_domain::declaration::{ExportState, GoodsSeen, Ruling};
use tongguan_testkit::exports::{Export, export};
use tongguan_testkit::world::{Beginning, World};

use crate::support::*;

const ON_SITE: Ruling = Ruling::Withdraw(GoodsSeen::OnSite);

fn nth_export(n: u64) -> Export {
    export(n, sent_at()).unwrap()
}

/// Sends everything up to the release of a parcel.
fn release(world: &mut World, parcel: &Export) {
    let [order, waybill, declaration] = parcel.documents();
    let sent = world.send([&order, &waybill, &declaration, &parcel.arrival_document()]);
    assert_eq!(sent.statuses(&declaration).last(), Some(&800));
}

on_both_engines! {
    released_goods_are_taken_back_and_their_waybill_is_free,
}

fn released_goods_are_taken_back_and_their_waybill_is_free(on: fn(Beginning) -> Beginning) {
    let mut world = World::with(on(Beginning::unsigned()));
    let parcel = nth_export(1);
    release(&mut world, &parcel);
    let declaration = world.export(&parcel).unwrap().id;
    let (officer, reason) = ("王关员".to_owned(), "买方取消订单".to_owned());
    let ruling = Incoming::Ruling {
        declaration,
        ruling: ON_SITE,
        officer,
        reason,
        reassessed: None,
        only_at: None,
    };
    let sent = world.decide(ruling).unwrap();
    let lodging = parcel.lodging();
    assert_eq!(sent.statuses(&lodging), [100]);
    assert_eq!(sent.last_text(&lodging), "退关，货物在监管场所内核查无误，买方取消订单");
    let number = sent.to(&lodging)[0].declaration_no.clone().unwrap();
    assert!(number.starts_with("29162026E"), "{number}");
    assert!(matches!(world.export(&parcel).unwrap().state, ExportState::Withdrawn(_)));

    let departure = parcel.departure_document();
    let sent = world.send([&departure]);
    assert_eq!(sent.statuses(&lodging), [0; 0]);
    assert!(sent.last_text(&departure).contains("未放行的运单：EE000000001CN"));

    let mut other = nth_export(2);
    other.declaration.waybill_no = parcel.declaration.waybill_no.clone();
    let [order, _, lodging] = other.documents();
    let sent = world.send([&order, &lodging]);
    assert_eq!(sent.statuses(&lodging), [2, 3, 120, 399], "the old arrival is not the new one");
}

#[test]
fn only_what_was_released_and_has_not_left_is_taken_back() {
    let mut world = world();
    let parcel = nth_export(1);
    let [order, waybill, declaration] = parcel.documents();
    let refused = |world: &mut World, status: u16| {
        let state = world.export(&parcel).unwrap().state;
        let why = world.rule(&parcel, ON_SITE).unwrap_err();
        assert!(matches!(why, Undecidable::StepRefused(_)), "{why}");
        assert!(why.to_string().contains(&format!("at status {status} cannot be")), "{why}");
        assert_eq!(world.export(&parcel).unwrap().state, state, "nothing has changed");
        why.to_string()
    };
    world.send([&declaration]);
    refused(&mut world, 2);
    world.send([&order, &waybill]);
    assert!(refused(&mut world, 399).contains("CEB605"));
    world.send([&parcel.arrival_document(), &parcel.departure_document()]);
    assert!(refused(&mut world, 899).contains("CEB213"));
}

#[test]
fn nothing_is_taken_back_twice() {
    let mut world = world();
    let parcel = nth_export(1);
    release(&mut world, &parcel);
    world.rule(&parcel, ON_SITE).unwrap();
    let why = world.rule(&parcel, ON_SITE).unwrap_err();
    assert!(why.to_string().contains("it has ended already"), "{why}");
    let again = anew(&parcel.lodging(), 60);
    assert_eq!(world.send([&again]).statuses(&again), [2, 3, 120, 399], "the order is free too");
}

#[test]
fn an_import_cannot_be_taken_back_so() {
    let mut world = world();
    let parcel = nth(1);
    world.send(&parcel.documents());
    let declaration = world.declaration(&parcel).unwrap().id;
    let (officer, reason) = ("王关员".to_owned(), String::new());
    let ruling = Incoming::Ruling {
        declaration,
        ruling: ON_SITE,
        officer,
        reason,
        reassessed: None,
        only_at: None,
    };
    let why = world.decide(ruling).unwrap_err();
    assert_eq!(why.to_string(), "a declaration at status 800 cannot be withdrawn");
}
