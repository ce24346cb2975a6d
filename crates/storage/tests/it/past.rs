//! What buyers, merchants and addresses have been in before.

use tongguan_domain::ids::DeclarationId;
use tongguan_domain::money::Money;
use tongguan_storage::{ExaminationFinding, Partition, PastCount, PastDeclaration, PastOf};

use crate::fixture::Fixture;

on_both_engines! {
    what_lies_under_a_mark_is_counted_by_outcome,
    the_newest_are_listed_and_the_first_is_found,
    others_beside_a_mark_are_counted_once,
}

fn row(kind: i64, whose: u8, id: i64, outcome: i64, other: Option<u8>) -> PastDeclaration {
    PastDeclaration {
        bucket: Partition(whose),
        kind,
        whose: vec![whose; 16],
        declaration_id: DeclarationId(id),
        outcome,
        dutiable: (kind != 2).then_some(Money::from_fen(id)),
        other: other.map(|other| vec![other; 16]),
    }
}

fn of(kind: i64, whose: u8) -> PastOf {
    PastOf { bucket: Partition(whose), kind, whose: vec![whose; 16], but: None }
}

fn what_lies_under_a_mark_is_counted_by_outcome(on: &Fixture) {
    let rows = [
        row(1, 7, 10, 2, None),
        row(1, 7, 11, 3, None),
        row(1, 7, 12, 2, None),
        row(3, 7, 13, 2, None),
        row(1, 8, 14, 2, None),
        row(2, 9, 15, 2, None),
    ];
    on.write(|tx| tx.upsert(&rows));
    let finding = |id| ExaminationFinding { declaration_id: DeclarationId(id) };
    on.write(|tx| tx.insert_absent(&[finding(12), finding(14)]).map(drop));
    on.write(|tx| tx.insert_absent(&[finding(12)]).map(drop));
    let counts = |of: &PastOf, from, most| {
        let counts = on.read(|view| view.past_counts(of, DeclarationId(from), most));
        let told = |it: &PastCount| (it.outcome, it.count, it.found, it.dutiable.fen());
        counts.iter().map(told).collect::<Vec<_>>()
    };
    assert_eq!(counts(&of(1, 7), 0, 9), [(2, 2, 1, 22), (3, 1, 0, 11)]);
    assert_eq!(counts(&of(1, 7), 11, 9), [(2, 1, 1, 12), (3, 1, 0, 11)]);
    assert_eq!(counts(&of(1, 7), 0, 1), [(2, 1, 1, 12)], "the newest");
    let but = PastOf { but: Some(DeclarationId(12)), ..of(1, 7) };
    assert_eq!(counts(&but, 0, 9), [(2, 1, 0, 10), (3, 1, 0, 11)]);
    assert_eq!(counts(&of(2, 9), 0, 9), [(2, 1, 0, 0)], "an export has no such value");
    assert_eq!(counts(&of(3, 9), 0, 9), []);
    // Moved on: it counts once, and what was found stays found.
    on.write(|tx| tx.upsert(&[row(1, 7, 12, 4, None)]));
    assert_eq!(counts(&of(1, 7), 0, 9), [(2, 1, 0, 10), (3, 1, 0, 11), (4, 1, 1, 12)]);
    on.write(|tx| tx.forget_parcels("parcels"));
    assert_eq!(counts(&of(1, 7), 0, 9), []);
    on.write(|tx| tx.upsert(&rows));
    assert_eq!(counts(&of(1, 8), 0, 9), [(2, 1, 0, 14)], "what was found is forgotten too");
}

fn the_newest_are_listed_and_the_first_is_found(on: &Fixture) {
    let rows = [row(1, 7, 10, 2, None), row(1, 7, 11, 3, None), row(1, 7, 12, 2, None)];
    on.write(|tx| tx.upsert(&rows));
    let ids = |of: &PastOf, most| {
        let rows = on.read(|view| view.past_declarations(of, most));
        rows.iter().map(|row| row.declaration_id.0).collect::<Vec<_>>()
    };
    let first = |of: &PastOf| {
        on.read(|view| view.first_past_declaration(of)).map(|row| row.declaration_id.0)
    };
    assert_eq!(ids(&of(1, 7), 9), [12, 11, 10]);
    assert_eq!(ids(&of(1, 7), 2), [12, 11]);
    assert_eq!((first(&of(1, 7)), first(&of(1, 8))), (Some(10), None));
    let but = |id| PastOf { but: Some(DeclarationId(id)), ..of(1, 7) };
    assert_eq!((ids(&but(12), 9), first(&but(10))), (vec![11, 10], Some(11)));
}

fn others_beside_a_mark_are_counted_once(on: &Fixture) {
    let rows = [
        row(3, 7, 10, 2, Some(1)),
        row(3, 7, 11, 3, Some(1)),
        row(3, 7, 12, 2, Some(2)),
        row(3, 7, 13, 2, None),
    ];
    on.write(|tx| tx.upsert(&rows));
    let others =
        |from, most| on.read(|view| view.past_others(&of(3, 7), DeclarationId(from), most));
    assert_eq!((others(0, 9), others(12, 9), others(0, 3)), (2, 1, 2));
    assert_eq!(others(0, 2), 1, "of the newest");
    assert_eq!(others(14, 9), 0);
}
