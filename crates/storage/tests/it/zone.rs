//! Gate passes, enterprises' own numbers and news.

use tongguan_domain::ids::PartyId;
use tongguan_storage::{
    BondedList, GatePass, Partition, ZoneEventRow, ZoneNewsRow, ZoneReferenceRow,
};

use crate::fixture::{Fixture, at};

on_both_engines! {
    lists_are_found_by_number_and_passes_and_references_by_key,
    news_stands_once_until_it_was_told,
    events_of_one_list_are_given_in_order_and_none_of_another,
}

const HOLDER: PartyId = PartyId(4);

fn list(book: &str, number: &str) -> BondedList {
    BondedList {
        bucket: Partition::of_text(book),
        book: book.into(),
        number: number.into(),
        state: 1,
        gate_pass: None,
        updated_at: at(1),
        body: vec![1],
    }
}

fn lists_are_found_by_number_and_passes_and_references_by_key(on: &Fixture) {
    let bucket = Partition::of_text("Z1");
    let pass = GatePass { bucket, number: "Z1".into(), state: 1, updated_at: at(1), body: vec![2] };
    let home = Partition::of_party(HOLDER);
    let reference = ZoneReferenceRow {
        bucket: home,
        kind: 2,
        holder_id: HOLDER,
        reference: "R".into(),
        book: None,
        number: "Z1".into(),
    };
    let lists = [list("B1", "QD1"), list("B2", "QD1"), list("B2", "QD2")];
    on.write(|tx| {
        tx.upsert(&lists)?;
        tx.upsert(std::slice::from_ref(&pass))?;
        tx.upsert(std::slice::from_ref(&reference))
    });
    let passes = on.write(|tx| tx.lock_gate_passes(&[(bucket, "Z1"), (bucket, "Z2")]));
    assert_eq!(passes, std::slice::from_ref(&pass));
    assert_eq!(on.read(|view| view.gate_passes(&[(bucket, "Z2"), (bucket, "Z1")])), [pass]);
    let key = (Partition::of_text("B2"), "B2".to_owned(), "QD2".to_owned());
    assert_eq!(on.write(|tx| tx.lock_bonded_lists(&[key])), lists[2..]);
    let mut numbered = on.read(|view| view.bonded_lists_numbered(&[("QD1",)]));
    numbered.sort_by(|a, b| a.book.cmp(&b.book));
    assert_eq!(numbered, lists[..2]);
    let keys = [(1, "R"), (2, "R"), (2, "S")].map(|(kind, text)| (home, kind, HOLDER, text));
    assert_eq!(on.read(|view| view.zone_references(&keys)), [reference]);
}

fn news_stands_once_until_it_was_told(on: &Fixture) {
    let news = |number: &str| ZoneNewsRow {
        bucket: Partition::of_party(HOLDER),
        kind: 1,
        number: number.into(),
        holder_id: HOLDER,
        book: Some("B1".into()),
    };
    for number in ["QD1", "QD1", "QD2"] {
        on.write(|tx| tx.insert_absent(&[news(number)]));
    }
    let all = |limit| on.read(|view| view.zone_news(limit));
    assert_eq!((all(9), all(1)), (vec![news("QD1"), news("QD2")], vec![news("QD1")]));
    let key = (Partition::of_party(HOLDER), 1, "QD1".to_owned());
    assert_eq!(on.write(|tx| tx.delete_zone_news(&[key])), 1);
    assert_eq!(all(9), [news("QD2")]);
}

fn events_of_one_list_are_given_in_order_and_none_of_another(on: &Fixture) {
    let bucket = Partition::of_text("B1");
    let event = |kind: i64, number: &str, n: i64| ZoneEventRow {
        bucket,
        kind,
        book: "B1".into(),
        number: number.into(),
        n,
        at: at(n),
        version: 1,
        body: vec![1],
    };
    let events = [(1, "QD1", 2), (1, "QD1", 1), (1, "QD10", 1), (2, "QD1", 1)];
    let events = events.map(|(kind, number, n)| event(kind, number, n));
    on.write(|tx| tx.insert(&events));
    let given = on.read(|view| view.zone_events(&[(bucket, 1, "B1", "QD1")]));
    assert_eq!(given, [events[1].clone(), events[0].clone()]);
}
