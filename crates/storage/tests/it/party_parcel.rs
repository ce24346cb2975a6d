//! Lists of parcels by party.

use tongguan_domain::ids::{DeclarationId, OrderNumber, PartyId};
use tongguan_storage::{Event, NumberOf, ParcelsOf, Partition, PartyParcel, PartyRequest};

use crate::fixture::{Fixture, at};

on_both_engines! {
    a_party_finds_its_own_parcels_newest_first_and_by_status,
    a_number_is_found_by_its_beginning,
    what_was_asked_is_listed_by_kind_newest_first,
    what_is_forgotten_is_followed_anew,
}

fn parcel(party: i64, id: i64, state: i64, direction: i64) -> PartyParcel {
    PartyParcel {
        bucket: Partition::of_party(PartyId(party)),
        party_id: PartyId(party),
        declaration_id: DeclarationId(id),
        direction,
        office: "2916".into(),
        state,
        merchant_id: PartyId(5),
        order_no: OrderNumber::parse(&format!("O{id}")).unwrap(),
        waybill_no: format!("W%{id}"),
        pre_no: format!("B{id}"),
        invt_no: None,
        changed_at: at(id),
    }
}

const fn all_of(party: i64) -> ParcelsOf<'static> {
    ParcelsOf {
        party: PartyId(party),
        office: None,
        state: None,
        direction: None,
        from: DeclarationId(0),
        before: DeclarationId(i64::MAX),
    }
}

fn ids(rows: &[PartyParcel]) -> Vec<i64> {
    rows.iter().map(|row| row.declaration_id.0).collect()
}

fn a_party_finds_its_own_parcels_newest_first_and_by_status(on: &Fixture) {
    let rows = [
        parcel(1, 10, 800, 1),
        parcel(1, 11, 100, 2),
        parcel(1, 12, 800, 2),
        parcel(2, 10, 800, 1),
    ];
    on.write(|tx| tx.upsert(&rows));
    let list = |wanted: ParcelsOf<'_>| ids(&on.read(|view| view.parcels_of(&wanted, 10)));
    assert_eq!(list(all_of(1)), [12, 11, 10]);
    assert_eq!(list(all_of(2)), [10]);
    assert_eq!(list(all_of(3)), [] as [i64; 0]);
    let released = ParcelsOf { state: Some(800), ..all_of(1) };
    assert_eq!(list(released), [12, 10]);
    assert_eq!(list(ParcelsOf { direction: Some(2), ..released }), [12]);
    assert_eq!(list(ParcelsOf { office: Some("2916"), ..released }), [12, 10]);
    assert_eq!(list(ParcelsOf { office: Some("0100"), ..all_of(1) }), [] as [i64; 0]);
    assert_eq!(list(ParcelsOf { before: DeclarationId(12), ..all_of(1) }), [11, 10]);
    assert_eq!(list(ParcelsOf { from: DeclarationId(11), ..all_of(1) }), [12, 11]);
    assert_eq!(ids(&on.read(|view| view.parcels_of(&all_of(1), 2))), [12, 11]);
    assert_eq!(on.read(|view| view.count_parcels_of(&released, 10)), 2);
    assert_eq!(on.read(|view| view.count_parcels_of(&released, 1)), 1);
    let first = on.read(|view| view.first_parcel_of(&all_of(1)));
    assert_eq!(first.map(|row| row.declaration_id), Some(DeclarationId(10)));

    // Moved on: it stands where it stood, at another status.
    on.write(|tx| tx.upsert(&[parcel(1, 10, 899, 1)]));
    assert_eq!(list(released), [12]);
    assert_eq!(list(ParcelsOf { state: Some(899), ..all_of(1) }), [10]);
    // A change may bring another waybill.
    let moved = PartyParcel { waybill_no: "X".into(), ..parcel(1, 10, 899, 1) };
    on.write(|tx| tx.upsert(std::slice::from_ref(&moved)));
    let found = on.read(|view| view.parcels_numbered(PartyId(1), NumberOf::Waybill, "X", 9));
    assert_eq!(found, [moved]);
}

fn a_number_is_found_by_its_beginning(on: &Fixture) {
    let rows = [parcel(1, 10, 1, 1), parcel(1, 11, 1, 1), parcel(1, 20, 1, 1), parcel(2, 12, 1, 1)];
    on.write(|tx| tx.upsert(&rows));
    let find = |of, beginning: &str, limit| {
        ids(&on.read(|view| view.parcels_numbered(PartyId(1), of, beginning, limit)))
    };
    assert_eq!(find(NumberOf::Order, "O1", 9), [10, 11]);
    assert_eq!(find(NumberOf::Order, "O", 2), [10, 11]);
    assert_eq!(find(NumberOf::Waybill, "W%2", 9), [20]);
    // What a pattern would mean is text here.
    assert_eq!(find(NumberOf::Waybill, "%", 9), [] as [i64; 0]);
    assert_eq!(find(NumberOf::Order, "P", 9), [] as [i64; 0]);
}

fn request(party: i64, kind: i64, id: i64, n: i64) -> PartyRequest {
    PartyRequest {
        bucket: Partition::of_party(PartyId(party)),
        party_id: PartyId(party),
        kind,
        declaration_id: DeclarationId(id),
        n,
    }
}

fn what_was_asked_is_listed_by_kind_newest_first(on: &Fixture) {
    let rows = [
        request(1, 2, 10, 1),
        request(1, 2, 10, 2),
        request(1, 2, 11, 1),
        request(1, 3, 12, 0),
        request(2, 2, 10, 1),
    ];
    on.write(|tx| tx.insert(&rows));
    let list = |kind, (id, n): (i64, i64), limit| {
        let found =
            on.read(|view| view.requests_of(PartyId(1), kind, (DeclarationId(id), n), limit));
        found.iter().map(|row| (row.declaration_id.0, row.n)).collect::<Vec<_>>()
    };
    let all = (i64::MAX, i64::MAX);
    assert_eq!(list(2, all, 9), [(11, 1), (10, 2), (10, 1)]);
    assert_eq!(list(2, (10, 2), 9), [(10, 1)], "behind one of several about a declaration");
    assert_eq!(list(2, all, 1), [(11, 1)]);
    assert_eq!(list(3, all, 9), [(12, 0)]);
    assert_eq!(list(1, all, 9), []);
    on.write(|tx| tx.forget_parcels("parcels"));
    assert_eq!(list(2, all, 9), []);
}

fn what_is_forgotten_is_followed_anew(on: &Fixture) {
    let event = Event { partition: Partition(7), seq: 1, at: at(1), version: 1, body: vec![1] };
    on.write(|tx| tx.insert(std::slice::from_ref(&event)));
    on.write(|tx| tx.move_cursors("parcels", &[(Partition(7), 0, 1)]));
    on.write(|tx| tx.upsert(&[parcel(1, 10, 1, 1)]));
    assert_eq!(on.read(|view| view.unread::<Event>("parcels", 9)), []);
    on.write(|tx| tx.forget_parcels("parcels"));
    assert_eq!(on.read(|view| view.unread::<Event>("parcels", 9)), [event]);
    assert_eq!(on.read(|view| view.parcels_of(&all_of(1), 9)), []);
}
