//! Refusals by slots of time, and what lies unfetched in mailboxes.

use tongguan_domain::ids::MessageId;
use tongguan_storage::{Partition, RefusalRow, RefusalSum, Response, UnfetchedMail, WebhookRow};

use crate::fixture::{Fixture, at, mailbox};

on_both_engines! {
    refusals_add_up_and_the_most_frequent_of_late_come_first,
    what_is_too_old_is_forgotten,
    what_nobody_has_fetched_is_found_by_its_mailbox,
    what_was_pushed_or_read_is_fetched_whichever_went_further,
}

fn refused(slot: i64, message: i64, code: &str, count: i64) -> RefusalRow {
    RefusalRow { slot: at(slot), message, code: code.to_owned(), count }
}

fn sum(message: i64, code: &str, lately: i64, count: i64) -> RefusalSum {
    RefusalSum { message, code: code.to_owned(), lately, count }
}

fn refusals_add_up_and_the_most_frequent_of_late_come_first(on: &Fixture) {
    on.write(|tx| {
        tx.add_refusals(&[refused(0, 621, "a", 50), refused(600, 621, "a", 1)], at(0))?;
        tx.add_refusals(&[refused(600, 621, "a", 2), refused(600, 603, "b", 4)], at(0))?;
        tx.add_refusals(&[refused(0, 603, "a", 9)], at(0))
    });
    let all = [sum(603, "b", 4, 4), sum(621, "a", 3, 53), sum(603, "a", 0, 9)];
    assert_eq!(on.read(|view| view.refusals(at(0), at(600), 10)), all);
    assert_eq!(on.read(|view| view.refusals(at(0), at(600), 2)), all[..2]);
    assert_eq!(on.read(|view| view.refusals(at(601), at(601), 2)), []);
}

fn what_is_too_old_is_forgotten(on: &Fixture) {
    on.write(|tx| tx.add_refusals(&[refused(0, 621, "a", 1), refused(600, 621, "a", 1)], at(0)));
    on.write(|tx| tx.add_refusals(&[refused(1_200, 621, "a", 1)], at(600)));
    assert_eq!(on.read(|view| view.refusals(at(0), at(0), 9)), [sum(621, "a", 2, 2)]);
}

/// A response of a place, decided as many seconds after the beginning as its number says.
fn response(seq: i64) -> Response {
    Response {
        partition: Partition(1),
        seq,
        response_id: seq,
        mailbox: None,
        kind: 1,
        message_id: MessageId(1),
        ordinal: 0,
        recorded_at: at(seq),
        body: vec![1],
    }
}

/// Three mailboxes, into which two responses each were put.
fn delivered(on: &Fixture) {
    on.write(|tx| {
        tx.insert(&(1..=6).map(response).collect::<Vec<_>>())?;
        for (name, first) in [("ONE", 1), ("THREE", 3), ("TWO", 5)] {
            tx.deliver(&mailbox(name), &[(Partition(1), first), (Partition(1), first + 1)])?;
        }
        Ok(())
    });
}

fn waits(name: &str, count: i64, first: i64) -> UnfetchedMail {
    UnfetchedMail { mailbox: mailbox(name), count, first_at: Some(at(first)) }
}

fn what_nobody_has_fetched_is_found_by_its_mailbox(on: &Fixture) {
    assert_eq!(on.read(|view| view.unfetched(9)), []);
    delivered(on);
    let all = [waits("ONE", 2, 1), waits("THREE", 2, 3), waits("TWO", 2, 5)];
    assert_eq!(on.read(|view| view.unfetched(9)), all);
    assert_eq!(on.read(|view| view.unfetched(2)), all[..2]);
    on.write(|tx| tx.read_mail(&mailbox("ONE"), 2, at(9)));
    on.write(|tx| tx.read_mail(&mailbox("TWO"), 1, at(9)));
    assert_eq!(on.read(|view| view.unfetched(9)), [waits("THREE", 2, 3), waits("TWO", 1, 6)]);
    // Whose response is not stored any more has none to tell its time.
    on.write(|tx| tx.deliver(&mailbox("ZERO"), &[(Partition(2), 1)]));
    let gone = UnfetchedMail { first_at: None, ..waits("ZERO", 1, 0) };
    assert_eq!(on.read(|view| view.unfetched(9)).last(), Some(&gone));
}

fn what_was_pushed_or_read_is_fetched_whichever_went_further(on: &Fixture) {
    delivered(on);
    let pushed = |number, name, n| WebhookRow { n, ..crate::webhook::webhook(number, name) };
    on.write(|tx| tx.insert(&[pushed(1, "ONE", 2), pushed(2, "TWO", 0), pushed(3, "THREE", 1)]));
    on.write(|tx| tx.read_mail(&mailbox("TWO"), 2, at(9)));
    assert_eq!(on.read(|view| view.unfetched(9)), [waits("THREE", 1, 4)]);
}
