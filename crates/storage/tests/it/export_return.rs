//! Returns of exported goods, and the parcels in which they come back.

use tongguan_domain::ids::{DeclarationId, PartyId};
use tongguan_storage::{ExportReturn, Partition, ReturnParcel};

use crate::fixture::{Fixture, at};

on_both_engines! {
    all_returns_of_a_declaration_are_found_in_order,
    what_waits_for_an_officer_is_found_page_by_page,
    a_parcel_is_there_for_whoever_comes_second,
}

fn returned(declaration: i64, n: i64, queue: Option<i64>) -> ExportReturn {
    ExportReturn {
        partition: Partition(7),
        declaration_id: DeclarationId(declaration),
        n,
        merchant_id: PartyId(1),
        declarant_id: PartyId(2),
        office: "2924".into(),
        pre_no: "B20261122000000007".into(),
        invt_no: "29242026E000000007".into(),
        reference: "R".into(),
        state: 120,
        queue,
        updated_at: at(1),
        body: vec![1],
    }
}

fn all_returns_of_a_declaration_are_found_in_order(on: &Fixture) {
    on.write(|tx| tx.upsert(&[returned(2, 2, None), returned(1, 1, None), returned(2, 1, None)]));
    let of = |declaration| [(Partition(7), DeclarationId(declaration))];
    let found = on.read(|view| view.export_returns(&of(2)));
    assert_eq!(found, [returned(2, 1, None), returned(2, 2, None)]);
    let later = ExportReturn { state: 800, ..returned(2, 1, None) };
    on.write(|tx| tx.upsert(std::slice::from_ref(&later)));
    let keys = [of(1)[0], of(2)[0], of(3)[0]];
    let all = [returned(1, 1, None), later, returned(2, 2, None)];
    assert_eq!(on.read(|view| view.export_returns(&keys)), all);
}

fn what_waits_for_an_officer_is_found_page_by_page(on: &Fixture) {
    let queued = [returned(1, 1, Some(500)), returned(1, 3, Some(500)), returned(2, 1, Some(500))];
    on.write(|tx| tx.upsert(&queued));
    on.write(|tx| tx.upsert(&[returned(1, 2, None), returned(3, 1, None)]));
    let page = |after: (i64, i64), limit| {
        let after = (DeclarationId(after.0), after.1);
        on.read(|view| view.export_returns_in_queue(500, after, limit))
    };
    assert_eq!(page((0, 0), 9), queued);
    assert_eq!(page((1, 1), 1), [queued[1].clone()]);
    assert_eq!(page((2, 1), 9), []);
}

fn a_parcel_is_there_for_whoever_comes_second(on: &Fixture) {
    let parcel = |number: &str, body: u8| ReturnParcel {
        bucket: Partition(3),
        carrier_id: PartyId(5),
        waybill_no: number.into(),
        body: vec![body],
    };
    assert_eq!(on.write(|tx| tx.return_parcels(&[parcel("w", 1)])), [parcel("w", 1)]);
    on.write(|tx| tx.upsert(&[parcel("w", 2)]));
    let stands = on.write(|tx| tx.return_parcels(&[parcel("w", 9), parcel("x", 9)]));
    assert_eq!(stands, [parcel("w", 2), parcel("x", 9)]);
}
