//! Export declarations.

use tongguan_domain::ids::{DeclarationId, OrderNumber, PartyId};
use tongguan_storage::{Export, Partition};

use crate::fixture::{Fixture, at};

on_both_engines! {
    an_export_is_found_by_its_number_once_it_has_one,
    a_queue_of_exports_is_read_page_by_page, an_export_is_found_by_the_number_of_its_day, what_has_not_left_is_listed_the_longest_first,
}

const P: Partition = Partition(7);

fn export(id: i64, number: Option<&str>) -> Export {
    Export {
        partition: P,
        declaration_id: DeclarationId(id),
        order_no: OrderNumber::parse("A").unwrap(),
        merchant_id: PartyId(1),
        declarant_id: PartyId(2),
        office: "2924".into(),
        pre_no: "B20261122000000007".into(),
        invt_no: number.map(Into::into),
        reference: "R".into(),
        state: 120,
        queue: None,
        released_at: None,
        updated_at: at(1),
        body: vec![1],
    }
}

fn an_export_is_found_by_its_number_once_it_has_one(on: &Fixture) {
    let (first, second) = ("29242026E000000007", "29242026E000000263");
    on.write(|tx| tx.insert(&[export(1, None), export(2, Some(second)), export(3, None)]));
    let numbers = [(P, first), (P, second), (P, second), (Partition(8), second)];
    assert_eq!(on.read(|view| view.exports_numbered(&numbers)), [export(2, Some(second))]);
    on.write(|tx| tx.upsert(&[export(1, Some(first))]));
    let both = [export(1, Some(first)), export(2, Some(second))];
    assert_eq!(on.read(|view| view.exports_numbered(&numbers)), both);
    assert_eq!(on.read(|view| view.exports_numbered(&[])), []);
}

fn an_export_is_found_by_the_number_of_its_day(on: &Fixture) {
    on.write(|tx| tx.insert(&[export(1, None), export(5, None)]));
    let find = |partition, number: &str, from, before| {
        let range = (DeclarationId(from), DeclarationId(before));
        on.read(|view| view.export_with_provisional_no(partition, number, range.0, range.1))
    };
    let number = "B20261122000000007";
    assert_eq!(find(P, number, 2, 6), Some(export(5, None)));
    assert_eq!(find(P, number, 2, 5), None);
    assert_eq!(find(P, "B20261122000000263", 1, 6), None);
    assert_eq!(find(Partition(8), number, 1, 6), None);
}

fn a_queue_of_exports_is_read_page_by_page(on: &Fixture) {
    let queued = |id, queue| Export { queue, ..export(id, None) };
    let (first, second) = (queued(1, Some(300)), queued(4, Some(300)));
    let rows = [first.clone(), queued(2, Some(500)), queued(3, None), second.clone()];
    on.write(|tx| tx.insert(&rows));
    let page = |after| on.read(|view| view.exports_in_queue(300, DeclarationId(after), 1));
    assert_eq!((page(0), page(1), page(4)), (vec![first], vec![second], vec![]));
    let lengths = on.read(|view| view.queue_lengths());
    let lengths: Vec<_> = lengths.iter().map(|of| (of.queue, of.length, of.first.0)).collect();
    assert_eq!(lengths, [(300, 2, 1), (500, 1, 2)]);
}

fn what_has_not_left_is_listed_the_longest_first(on: &Fixture) {
    let released = |id, second| Export { released_at: Some(at(second)), ..export(id, None) };
    let all = [released(1, 5), released(2, 3), released(3, 3), export(4, None), released(5, 9)];
    on.write(|tx| tx.insert(&all));
    let page = |by, after, limit| on.read(|view| view.exports_not_departed(at(by), after, limit));
    let first = (at(0), DeclarationId(0));
    assert_eq!(page(5, first, 9), [released(2, 3), released(3, 3), released(1, 5)]);
    assert_eq!(page(5, first, 1), [released(2, 3)]);
    assert_eq!(page(5, (at(3), DeclarationId(2)), 9), [released(3, 3), released(1, 5)]);
    on.write(|tx| tx.upsert(&[export(3, None)]));
    assert_eq!(page(9, (at(3), DeclarationId(2)), 9), [released(1, 5), released(5, 9)]);
}
