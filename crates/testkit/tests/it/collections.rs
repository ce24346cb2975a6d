//! Collections for export orders, which a list needs by the law of its day.

use tongguan_application::clearing::settings::Settings;
use tongguan_domain::commerce::Action;
use tongguan_domain::money::Amount;
use tongguan_testkit::exports::export;
use tongguan_testkit::parcels::Document;
use tongguan_testkit::world::{Beginning, World};

use crate::support::*;

/// A world whose law demands a collection behind each export list.
fn demanding() -> World {
    let rows = "id,parameter,value,valid_from,source\n\
                collected,export-collection,yes,2026-03-01,a notice\n";
    let settings = Settings { law: law_with(rows), ..Settings::default() };
    World::with(Beginning { settings, ..Beginning::unsigned() })
}

on_both_engines! {
    a_collection_is_answered_and_changed_and_deleted,
}

fn a_collection_is_answered_and_changed_and_deleted(on: fn(Beginning) -> Beginning) {
    let mut world = World::with(on(Beginning::default()));
    let collection = export(1, sent_at()).unwrap().collection_document();
    assert_eq!(world.send([&collection]).statuses(&collection), [2, 120]);
    assert_eq!(world.send([&collection]).statuses(&collection), [2, 120], "the same again");
    let again = anew(&collection, 5);
    assert_eq!(world.send([&again]).statuses(&again), [100]);
    let changed = with_note(&asking(Action::Change, &collection, 10), "changed");
    assert_eq!(world.send([&changed]).statuses(&changed), [2, 120]);
    let deleted = asking(Action::Delete, &collection, 20);
    assert_eq!(world.send([&deleted]).statuses(&deleted), [2, 120]);
    let deleted = asking(Action::Delete, &collection, 30);
    assert_eq!(world.send([&deleted]).statuses(&deleted), [100]);
}

#[test]
fn without_the_demand_a_list_does_not_wait_for_a_collection() {
    let mut world = world();
    let parcel = export(1, sent_at()).unwrap();
    let documents = parcel.documents();
    let sent = world.send(&documents);
    assert_eq!(sent.statuses(&documents[2]), [2, 3, 120, 399]);
    let late = parcel.collection_document();
    assert_eq!(world.send([&late]).statuses(&late), [2, 120]);
}

#[test]
fn where_the_law_demands_one_a_list_waits_for_it() {
    let mut world = demanding();
    let parcel = export(1, sent_at()).unwrap();
    let documents = parcel.documents();
    let sent = world.send(&documents);
    assert_eq!(sent.statuses(&documents[2]), [2]);
    assert!(sent.last_text(&documents[2]).ends_with("收款单信息不存在"));
    let collection = parcel.collection_document();
    let sent = world.send([&collection]);
    assert_eq!(sent.statuses(&collection), [2, 120]);
    assert_eq!(sent.statuses(&documents[2]), [3, 120, 399]);
    let changed = with_note(&asking(Action::Change, &collection, 10), "too late");
    assert_eq!(world.send([&changed]).statuses(&changed), [100], "a list rests on it");
}

#[test]
fn a_collection_may_be_abroad_or_in_cash_but_never_of_nothing() {
    let mut world = world();
    let parcel = export(1, sent_at()).unwrap();
    let mut cash = parcel.collection.clone();
    (cash.institution, cash.transaction) = (None, None);
    cash.institution_name = "现金支付".into();
    let cash = Document::Collection(Box::new(cash));
    assert_eq!(world.send([&cash]).statuses(&cash), [2, 120]);
    let mut nothing = export(2, sent_at()).unwrap().collection;
    nothing.amount = Amount::new(0.into());
    nothing.currency = "000".into();
    let nothing = Document::Collection(Box::new(nothing));
    let sent = world.send([&nothing]);
    assert_eq!(sent.statuses(&nothing), [100]);
    let text = "收款金额应大于0，实为0; 币制000不在币制代码表内";
    assert_eq!(sent.last_text(&nothing), text);
}
