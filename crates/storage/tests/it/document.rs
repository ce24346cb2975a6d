//! Documents, what waits for them, declarations, messages.

use tongguan_domain::ids::{DeclarationId, MessageId, OrderNumber, PartyId};
use tongguan_storage::seal::Keyring;
use tongguan_storage::{Declaration, Document, Message, MessageBundle, Partition, Waiting};

use crate::fixture::{Fixture, at, guid};

on_both_engines! {
    documents_of_an_order_lie_side_by_side,
    a_document_is_replaced_whole,
    of_two_in_one_batch_the_later_stands,
    a_key_is_asked_for_twice_and_answered_once,
    what_waits_is_found_by_order_and_by_time,
    a_declaration_comes_back_as_it_was_written,
    a_queue_is_read_in_pages,
    documents_without_an_order_lie_in_the_bucket_of_their_claim,
    a_message_keeps_its_bytes_and_changes_its_state,
    numbers_are_ordered_byte_by_byte,
}

const P: Partition = Partition(7);

fn document(order_no: &str, kind: i64, number: &str) -> Document {
    Document {
        partition: P,
        order_no: order_no.into(),
        kind,
        party_id: PartyId(42),
        number: number.into(),
        guid: guid("4CDE1CFD-EDED-46B1-946C-B8022E42FC94"),
        app_time: at(1),
        content_digest: [1; 16],
        state: 2,
        message_id: MessageId(5),
        ordinal: 0,
        body: vec![0, 159, 146, 150],
    }
}

fn documents_of_an_order_lie_side_by_side(on: &Fixture) {
    let rows = [
        document("A", 1, "A"),
        document("A", 2, "p1"),
        document("A", 3, "w1"),
        document("B", 1, "B"),
    ];
    on.write(|tx| tx.insert(&rows));
    let (a, b, c) = ("A", "B", "C");
    let found = on.read(|view| view.documents_of_orders(&[(P, a)]));
    assert_eq!(found, rows[..3]);
    let found = on.read(|view| view.documents_of_orders(&[(P, c), (P, b), (P, a)]));
    assert_eq!(found, rows, "in order of the keys, absent ones left out");
    assert_eq!(on.read(|view| view.documents_of_orders(&[])), []);
    assert_eq!(on.read(|view| view.documents_of_orders(&[(Partition(8), a)])), []);

    let keys = [(P, a, 3, PartyId(42), "w1"), (P, a, 3, PartyId(43), "w1")];
    assert_eq!(on.read(|view| view.documents(&keys)), rows[2..3]);
    assert_eq!(on.write(|tx| tx.delete_documents(&keys)), 1);
    assert_eq!(on.read(|view| view.documents(&keys)), []);
}

fn documents_without_an_order_lie_in_the_bucket_of_their_claim(on: &Fixture) {
    let lying = |bucket: u8, kind: i64, number: &str| Document {
        partition: Partition(bucket),
        ..document("", kind, number)
    };
    let rows = [lying(1, 3, "w1"), lying(1, 4, "w1"), lying(2, 3, "w2"), document("A", 3, "w1")];
    on.write(|tx| tx.insert(&rows));
    let keys = [
        (Partition(1), "", 3, PartyId(42), "w1"),
        (Partition(1), "", 4, PartyId(42), "w1"),
        (Partition(2), "", 4, PartyId(42), "w2"),
    ];
    assert_eq!(on.read(|view| view.documents(&keys)), rows[..2]);
    assert_eq!(on.write(|tx| tx.delete_documents(&keys[..1])), 1);
    assert_eq!(on.read(|view| view.documents(&keys)), rows[1..2]);
}

fn a_document_is_replaced_whole(on: &Fixture) {
    on.write(|tx| tx.insert(&[document("A", 1, "A")]));
    let later = Document { state: 120, body: vec![], ..document("A", 1, "A") };
    on.write(|tx| tx.upsert(std::slice::from_ref(&later)));
    let a = "A";
    let found = on.read(|view| view.documents_of_orders(&[(P, a)]));
    assert_eq!(found.first(), Some(&later));
    assert_eq!(found.len(), 1);
    let error = on.refused(|tx| tx.insert(std::slice::from_ref(&later)));
    assert!(matches!(error, tongguan_storage::StorageError::Constraint { .. }), "{error:?}");
    assert_eq!(on.write(|tx| tx.insert_absent(&[document("A", 1, "A"), document("A", 2, "A")])), 1);
}

fn of_two_in_one_batch_the_later_stands(on: &Fixture) {
    let first = document("A", 1, "A");
    let second = Document { state: 120, ..document("A", 1, "A") };
    on.write(|tx| tx.upsert(&[first, document("B", 1, "B"), second.clone()]));
    let a = "A";
    assert_eq!(on.read(|view| view.documents_of_orders(&[(P, a)])), [second]);
}

fn a_key_is_asked_for_twice_and_answered_once(on: &Fixture) {
    on.write(|tx| tx.insert(&[document("A", 1, "A")]));
    let a = "A";
    assert_eq!(on.read(|view| view.documents_of_orders(&[(P, a), (P, a)])).len(), 1);
}

fn what_waits_is_found_by_order_and_by_time(on: &Fixture) {
    let waiting = |order_no: &str, id: i64, until: i64| Waiting {
        partition: P,
        order_no: order_no.into(),
        party_id: PartyId(1),
        declaration_id: DeclarationId(id),
        missing: 6,
        expires_at: at(until),
    };
    let rows = [waiting("A", 1, 300), waiting("A", 2, 100), waiting("B", 3, 200)];
    on.write(|tx| tx.insert(&rows));
    let (a, b) = ("A", "B");
    assert_eq!(on.read(|view| view.waiting_for_orders(&[(P, a)])), rows[..2]);
    let due = on.read(|view| view.expired_waiting(&[P], at(200), 10));
    assert_eq!(due, [rows[1].clone(), rows[2].clone()]);
    assert_eq!(on.read(|view| view.expired_waiting(&[P], at(200), 1)), rows[1..2]);
    assert_eq!(on.read(|view| view.expired_waiting(&[Partition(8)], at(200), 10)), []);
    on.write(|tx| tx.upsert(&[Waiting { missing: 2, ..rows[2].clone() }]));
    assert_eq!(on.read(|view| view.waiting_for_orders(&[(P, b)]))[0].missing, 2);
    let gone = [(P, a, PartyId(1), DeclarationId(1)), (P, b, PartyId(9), DeclarationId(3))];
    assert_eq!(on.write(|tx| tx.delete_waiting(&gone)), 1);
}

fn declaration(id: i64) -> Declaration {
    Declaration {
        partition: P,
        declaration_id: DeclarationId(id),
        order_no: OrderNumber::parse("订单-1").unwrap(),
        platform_id: PartyId(1),
        merchant_id: PartyId(2),
        declarant_id: PartyId(3),
        office: "0100".into(),
        pre_no: "B0100".into(),
        invt_no: None,
        reference: Some("ref".into()),
        state: 120,
        queue: None,
        updated_at: at(9),
        body: vec![1, 2, 3],
    }
}

fn a_declaration_comes_back_as_it_was_written(on: &Fixture) {
    on.write(|tx| tx.insert(&[declaration(1), declaration(2)]));
    let changed = Declaration { invt_no: Some("0100".into()), reference: None, ..declaration(2) };
    on.write(|tx| tx.upsert(std::slice::from_ref(&changed)));
    let ids = [(P, DeclarationId(2)), (P, DeclarationId(1)), (P, DeclarationId(3))];
    assert_eq!(on.read(|view| view.declarations(&ids)), [declaration(1), changed]);
    assert_eq!(on.write(|tx| tx.delete_declarations(&ids)), 2);
}

fn a_queue_is_read_in_pages(on: &Fixture) {
    let rows: Vec<_> = (1..=7)
        .map(|id| {
            let queue = [Some(300), None, Some(500)][usize::try_from(id % 3).unwrap()];
            Declaration {
                partition: Partition(u8::try_from(8 - id).unwrap()),
                queue,
                ..declaration(id)
            }
        })
        .collect();
    on.write(|tx| tx.insert(&rows));
    let page = |queue, after| -> Vec<i64> {
        on.read(|view| view.declarations_in_queue(queue, DeclarationId(after), 2))
            .iter()
            .map(|row| row.declaration_id.0)
            .collect()
    };
    assert_eq!(page(300, 0), [3, 6]);
    assert_eq!(page(300, 6), [0_i64; 0]);
    assert_eq!(page(500, 0), [2, 5]);
    assert_eq!(page(500, 2), [5]);
}

fn a_message_keeps_its_bytes_and_changes_its_state(on: &Fixture) {
    let message = |id: i64| Message {
        partition: P,
        message_id: MessageId(id),
        received_at: at(1),
        kind: Some("CEB621".into()),
        guid: None,
        sender: Some("DXPENT0000000001".into()),
        origin: "a.xml".into(),
        digest: [3; 32],
        documents: 100,
        state: 0,
        verdict: None,
        bundle: MessageId(1),
        start: 0,
        length: 200_000,
    };
    let bundle = MessageBundle {
        partition: P,
        message_id: MessageId(1),
        period: "2026-11".into(),
        key_id: Keyring::from_master(&[1; 32]).sealing(),
        body: vec![7; 100_000],
    };
    on.write(|tx| {
        tx.insert(&[message(1), message(2)])?;
        tx.insert(std::slice::from_ref(&bundle))
    });
    on.write(|tx| tx.set_message_states(&[(P, MessageId(2), 5)]));
    let ids = [(P, MessageId(1)), (P, MessageId(2))];
    let decided = Message { state: 5, ..message(2) };
    assert_eq!(on.read(|view| view.messages(&ids)), [message(1), decided]);
    assert_eq!(on.read(|view| view.message_bundles(&ids)), [bundle]);
    let error = on.refused(|tx| tx.set_message_states(&[(P, MessageId(9), 5)]));
    assert!(
        matches!(error, tongguan_storage::StorageError::Missing { table: "message", missing: 1 }),
        "{error:?}"
    );
}

fn numbers_are_ordered_byte_by_byte(on: &Fixture) {
    let numbers = ["A", "Z", "_", "a", "b-1", "b1", "é", "订"];
    let rows: Vec<_> = numbers.iter().rev().map(|number| document("A", 1, number)).collect();
    on.write(|tx| tx.insert(&rows));
    let a = "A";
    let found = on.read(|view| view.documents_of_orders(&[(P, a)]));
    assert!(found.iter().map(|row| &*row.number).eq(numbers));
}
