//! The outbox and mailboxes.

use tongguan_domain::ids::MessageId;
use tongguan_storage::{Partition, Response, StorageError};

use crate::fixture::{Fixture, at, mailbox};

on_both_engines! {
    responses_are_found_by_their_places,
    a_mailbox_is_numbered_without_gaps,
    a_delivery_that_fails_leaves_no_gap,
    what_was_first_sent_stays,
    what_was_read_stays_read,
}

fn response(partition: u8, seq: i64) -> Response {
    Response {
        partition: Partition(partition),
        seq,
        response_id: seq * 100,
        mailbox: Some(mailbox("DXPENT0000000001")),
        kind: 622,
        message_id: MessageId(1),
        ordinal: 0,
        recorded_at: at(1),
        body: vec![1],
    }
}

fn responses_are_found_by_their_places(on: &Fixture) {
    let unasked = Response { mailbox: None, ..response(1, 5) };
    on.write(|tx| tx.insert(&[response(1, 9), unasked.clone(), response(2, 1)]));
    let places = [(Partition(2), 1), (Partition(1), 5), (Partition(3), 1)];
    assert_eq!(on.read(|view| view.responses(&places)), [unasked, response(2, 1)]);
}

fn a_mailbox_is_numbered_without_gaps(on: &Fixture) {
    let (one, two) = (mailbox("ONE"), mailbox("TWO"));
    on.write(|tx| tx.deliver(&one, &[(Partition(1), 5), (Partition(2), 6)]));
    on.write(|tx| {
        tx.deliver(&two, &[(Partition(1), 7)])?;
        tx.deliver(&one, &[])?;
        tx.deliver(&one, &[(Partition(1), 8)])
    });
    let found = on.read(|view| view.mail_after(&one, 0, 10));
    let places: Vec<_> = found.iter().map(|mail| (mail.n, mail.partition.0, mail.seq)).collect();
    assert_eq!(places, [(1, 1, 5), (2, 2, 6), (3, 1, 8)]);
    assert_eq!(on.read(|view| view.mail_after(&one, 2, 10)), found[2..]);
    assert_eq!(on.read(|view| view.mail_after(&two, 0, 10))[0].n, 1);
}

fn a_delivery_that_fails_leaves_no_gap(on: &Fixture) {
    let one = mailbox("ONE");
    on.refused(|tx| {
        tx.deliver(&one, &[(Partition(1), 5)])?;
        Err::<(), _>(StorageError::Doomed)
    });
    on.write(|tx| tx.deliver(&one, &[(Partition(1), 5)]));
    assert_eq!(on.read(|view| view.mail_after(&one, 0, 10))[0].n, 1);
}

fn what_was_first_sent_stays(on: &Fixture) {
    let one = mailbox("ONE");
    on.write(|tx| tx.deliver(&one, &[(Partition(1), 5)]));
    on.write(|tx| tx.record_sending(&[(&one, 1, [1; 32], 7, at(1))]));
    on.write(|tx| tx.record_sending(&[(&one, 1, [2; 32], 8, at(2))]));
    let mail = on.read(|view| view.mail_after(&one, 0, 1)).remove(0);
    assert_eq!(
        (mail.sent_digest, mail.renderer, mail.sent_at),
        (Some([1; 32]), Some(7), Some(at(1)))
    );
}

fn what_was_read_stays_read(on: &Fixture) {
    let (one, two) = (mailbox("ONE"), mailbox("TWO"));
    assert_eq!(on.read(|view| view.mail_read(&[&one])), []);
    on.write(|tx| tx.read_mail(&one, 5, at(1)));
    on.write(|tx| tx.read_mail(&two, 1, at(2)));
    on.write(|tx| tx.read_mail(&one, 3, at(3)));
    let read = on.read(|view| view.mail_read(&[&one, &two]));
    let read: Vec<_> = read.iter().map(|read| (read.dxp_id.as_str(), read.n, read.at)).collect();
    assert_eq!(read, [("ONE", 5, at(1)), ("TWO", 1, at(2))]);
}
