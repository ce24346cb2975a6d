//! The outbox and mailboxes.

use tongguan_domain::ids::MessageId;
use tongguan_storage::{Partition, Response, SentMessage, StorageError};

use crate::fixture::{Fixture, at, mailbox};

on_both_engines! {
    responses_are_found_by_their_places,
    a_mailbox_is_numbered_without_gaps,
    a_delivery_that_fails_leaves_no_gap,
    what_was_first_sent_stays,
    what_was_read_stays_read,
    a_response_is_found_among_the_places_of_a_mailbox,
    what_a_mailbox_sent_is_listed_by_its_own_numbers,
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

fn a_response_is_found_among_the_places_of_a_mailbox(on: &Fixture) {
    let one = mailbox("ONE");
    let places: Vec<_> = (1..=5).map(|seq| (Partition(1), seq)).collect();
    on.write(|tx| tx.deliver(&one, &places));
    on.write(|tx| tx.deliver(&one, &[(Partition(1), 2)]));
    let found = |from, until| {
        let mail = on.read(|view| view.mail_of(&one, (from, until), (Partition(1), 2)));
        mail.into_iter().map(|mail| mail.n).collect::<Vec<_>>()
    };
    assert_eq!(found(1, 100), [2, 6], "as often as it was delivered");
    assert_eq!(found(3, 6), [] as [i64; 0], "not beyond where it is looked for");
}

fn what_a_mailbox_sent_is_listed_by_its_own_numbers(on: &Fixture) {
    let (one, two) = (mailbox("ONE"), mailbox("TWO"));
    let sent = |dxp_id: &tongguan_domain::ids::DxpId, id| SentMessage {
        dxp_id: dxp_id.clone(),
        message_id: MessageId(id),
    };
    on.write(|tx| tx.note_sent(&[sent(&one, 1), sent(&one, 2), sent(&two, 3)]));
    on.write(|tx| tx.note_sent(&[sent(&one, 2), sent(&one, 4)]));
    let listed = |from, before, limit| {
        let range = (MessageId(from), MessageId(before));
        let rows = on.read(|view| view.sent_between(&one, range, limit));
        rows.into_iter().map(|row| row.message_id.0).collect::<Vec<_>>()
    };
    assert_eq!(listed(0, i64::MAX, 9), [4, 2, 1], "the newest first, each once");
    assert_eq!(listed(2, 4, 9), [2]);
    assert_eq!(listed(0, i64::MAX, 1), [4]);
    let known = on.read(|view| view.sent_of(&one, &[MessageId(3), MessageId(4)]));
    assert_eq!(known, [sent(&one, 4)], "what another sent is not its own");
}
