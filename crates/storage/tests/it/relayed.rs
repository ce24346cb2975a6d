//! What is relayed, as its readers find it, and what upstream has said of it.

use tongguan_domain::ids::MessageId;
use tongguan_storage::{Partition, RelayAnswerRow, RelayedParcelRow};

use crate::fixture::{Fixture, at};

on_both_engines! {
    what_is_relayed_is_listed_for_each_reader_what_came_last_first,
    what_upstream_has_said_is_found_by_the_document,
}

fn parcel(reader: &str, message: i64, ordinal: i64) -> RelayedParcelRow {
    RelayedParcelRow {
        bucket: Partition::of_text(reader),
        reader: reader.to_owned(),
        message_id: MessageId(message),
        ordinal,
        kind: "CEB621".to_owned(),
        office: "2916".to_owned(),
        order_no: format!("O{message}-{ordinal}"),
        waybill_no: "W".to_owned(),
        reference: String::new(),
        pre_no: "B".to_owned(),
        taken_at: at(message),
    }
}

fn what_is_relayed_is_listed_for_each_reader_what_came_last_first(on: &Fixture) {
    let rows = [
        parcel("p7", 1, 1),
        parcel("p7", 1, 2),
        parcel("p7", 2, 1),
        parcel("o2916", 1, 1),
        parcel("p71", 3, 1),
    ];
    on.write(|tx| tx.insert_absent(&rows));
    on.write(|tx| tx.insert_absent(&rows));
    let list = |reader: &str, before, limit| {
        let rows = on.read(|view| view.relayed_parcels(reader, before, limit));
        rows.into_iter().map(|row| (row.message_id.0, row.ordinal)).collect::<Vec<_>>()
    };
    let last = (MessageId(i64::MAX), 0);
    assert_eq!(list("p7", last, 9), [(2, 1), (1, 2), (1, 1)]);
    assert_eq!(list("p7", last, 2), [(2, 1), (1, 2)]);
    assert_eq!(list("p7", (MessageId(1), 2), 9), [(1, 1)]);
    assert_eq!(list("o2916", last, 9), [(1, 1)]);
    assert_eq!(list("p9", last, 9), []);
    let places = [(MessageId(1), 2), (MessageId(3), 1)];
    let found = on.read(|view| view.relayed_parcels_at("p7", &places));
    assert_eq!(found, [parcel("p7", 1, 2)], "what is another's is not there");
}

fn what_upstream_has_said_is_found_by_the_document(on: &Fixture) {
    let answer = |ordinal, n| RelayAnswerRow {
        partition: Partition(3),
        message_id: MessageId(1),
        ordinal,
        answer_id: MessageId(9),
        n,
        kind: "CEB622".to_owned(),
        status: (n == 1).then_some(-1200),
        number: None,
        at: at(n),
    };
    let rows = [answer(1, 1), answer(1, 2), answer(2, 3)];
    on.write(|tx| tx.upsert(&rows));
    on.write(|tx| tx.upsert(&rows));
    let said =
        |ordinal| on.read(|view| view.relay_answers(&[(Partition(3), MessageId(1), ordinal)]));
    assert_eq!(said(1), rows[..2]);
    assert_eq!(said(2), rows[2..]);
    assert_eq!(said(3), []);
}
