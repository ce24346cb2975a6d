//! Closed exports, and the requests to consolidate them.

use tongguan_domain::ids::{DeclarationId, PartyId};
use tongguan_storage::{
    ClosedExport, Consolidation, ConsolidationPart, Departures, Kept, Partition, StorageError,
};

use crate::fixture::{Fixture, at};

on_both_engines! {
    departures_are_read_page_by_page_in_order_of_time,
    a_departure_is_consolidated_once,
    goods_that_came_back_are_left_out,
    a_departure_that_is_written_again_stays_as_it_is,
    open_requests_are_found,
}

const MERCHANT: PartyId = PartyId(5);

fn closed(seconds: i64, id: i64) -> ClosedExport {
    ClosedExport {
        bucket: Partition::of_party(MERCHANT),
        merchant_id: MERCHANT,
        departed_at: at(seconds),
        declaration_id: DeclarationId(id),
        office: "2916".into(),
        simplified: false,
        returned: false,
        returns: 0,
        entry_id: None,
    }
}

fn which(kept: Kept) -> Departures<'static> {
    Departures { merchant: MERCHANT, office: Some("2916"), from: at(10), until: at(20), kept }
}

fn departures_are_read_page_by_page_in_order_of_time(on: &Fixture) {
    let other = PartyId(6);
    let rows = [
        closed(9, 1),
        closed(10, 9),
        closed(10, 3),
        closed(15, 2),
        ClosedExport { office: "2917".into(), ..closed(16, 4) },
        ClosedExport { simplified: true, ..closed(17, 5) },
        closed(20, 6),
        ClosedExport { merchant_id: other, bucket: Partition::of_party(other), ..closed(15, 7) },
    ];
    on.write(|tx| tx.insert(&rows));
    let read = |which, after, limit| {
        let rows = on.read(|view| view.departures(which, after, limit));
        rows.iter().map(|row| row.declaration_id.0).collect::<Vec<_>>()
    };
    let consolidated = which(Kept::ForConsolidation);
    assert_eq!(read(consolidated, None, 9), [3, 9, 2]);
    assert_eq!(read(consolidated, None, 2), [3, 9]);
    assert_eq!(read(consolidated, Some((at(10), DeclarationId(3))), 9), [9, 2]);
    assert_eq!(read(consolidated, Some((at(15), DeclarationId(2))), 9), [0_i64; 0]);
    assert_eq!(read(Departures { office: None, ..consolidated }, None, 9), [3, 9, 2, 4]);
    assert_eq!(read(which(Kept::ForStatistics), None, 9), [5]);
}

fn a_departure_is_consolidated_once(on: &Fixture) {
    let rows = [closed(10, 1), closed(11, 2)];
    on.write(|tx| tx.insert(&rows));
    on.write(|tx| tx.mark_consolidated(&[(rows[0].key(), 0, "E1")]));
    let marked = ClosedExport { entry_id: Some("E1".into()), ..rows[0].clone() };
    let standing = on.read(|view| view.closed_exports(&[rows[0].key()]));
    assert_eq!(standing, std::slice::from_ref(&marked));
    let again = on
        .refused(|tx| tx.mark_consolidated(&[(rows[0].key(), 0, "E2"), (rows[1].key(), 0, "E2")]));
    assert!(matches!(again, StorageError::Missing { missing: 1, .. }), "{again:?}");
    let keys = [rows[0].key(), rows[1].key()];
    assert_eq!(on.read(|view| view.closed_exports(&keys)), [marked, rows[1].clone()]);
    let left = on.read(|view| view.departures(which(Kept::ForConsolidation), None, 9));
    assert_eq!(left, [rows[1].clone()]);
}

fn goods_that_came_back_are_left_out(on: &Fixture) {
    let rows = [closed(10, 1), closed(11, 2)];
    on.write(|tx| tx.insert(&rows));
    on.write(|tx| tx.mark_returned(&[(rows[0].key(), 1, true)]));
    let left = on.read(|view| view.departures(which(Kept::ForConsolidation), None, 9));
    assert_eq!(left, [rows[1].clone()]);
    on.write(|tx| tx.mark_returned(&[(rows[1].key(), 1, false)]));
    let stale = on.refused(|tx| tx.mark_consolidated(&[(rows[1].key(), 0, "E")]));
    assert!(matches!(stale, StorageError::Missing { .. }), "a part came back since: {stale:?}");
    on.write(|tx| tx.mark_consolidated(&[(rows[1].key(), 1, "E")]));
    let refused = on.refused(|tx| tx.mark_consolidated(&[(rows[0].key(), 1, "E")]));
    assert!(matches!(refused, StorageError::Missing { .. }), "{refused:?}");
    let absent = on.refused(|tx| tx.mark_returned(&[(closed(12, 3).key(), 1, true)]));
    assert!(matches!(absent, StorageError::Missing { .. }), "{absent:?}");
}

fn a_departure_that_is_written_again_stays_as_it_is(on: &Fixture) {
    let row = closed(10, 1);
    on.write(|tx| tx.insert_absent(std::slice::from_ref(&row)));
    on.write(|tx| tx.mark_consolidated(&[(row.key(), 0, "E")]));
    on.write(|tx| tx.insert_absent(std::slice::from_ref(&row)));
    let marked = ClosedExport { entry_id: Some("E".into()), ..row.clone() };
    assert_eq!(on.read(|view| view.closed_exports(&[row.key()])), [marked]);
}

fn open_requests_are_found(on: &Fixture) {
    let request = |reference: &str, open, second| Consolidation {
        bucket: Partition::of_party(MERCHANT),
        party_id: MERCHANT,
        reference: reference.into(),
        sum_no: format!("S{reference}"),
        open,
        accepted_at: at(second),
        body: vec![1],
    };
    let rows = [request("A", Some(1), 3), request("B", None, 1), request("C", Some(1), 2)];
    on.write(|tx| tx.upsert(&rows));
    let open = on.read(|view| view.open_consolidations(9));
    assert_eq!(open, [rows[2].clone(), rows[0].clone()]);
    on.write(|tx| tx.upsert(&[request("C", None, 2)]));
    assert_eq!(on.read(|view| view.open_consolidations(9)), [rows[0].clone()]);
    let part = |part| ConsolidationPart {
        bucket: Partition::of_party(MERCHANT),
        party_id: MERCHANT,
        reference: "A".into(),
        part,
        body: vec![u8::try_from(part).unwrap()],
    };
    on.write(|tx| tx.insert(&[part(2), part(1)]));
    let key = (Partition::of_party(MERCHANT), MERCHANT, "A");
    assert_eq!(on.read(|view| view.consolidation_parts(key)), [part(1), part(2)]);
    assert_eq!(on.read(|view| view.consolidations(&[key])), [rows[0].clone()]);
}
