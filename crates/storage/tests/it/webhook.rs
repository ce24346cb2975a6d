//! Webhooks.

use tongguan_storage::{DeadLetterRow, Partition, WebhookRow};

use crate::fixture::{Fixture, at, mailbox};

on_both_engines! {
    a_webhook_reads_back_as_it_was_written_and_goes_with_its_dead_letters,
    those_are_due_that_have_mail_and_need_not_wait,
    whoever_died_holds_nothing_after_a_new_start,
}

pub fn webhook(number: i64, owner: &str) -> WebhookRow {
    WebhookRow {
        number,
        mailbox: mailbox(owner),
        url: "https://example.com/in".to_owned(),
        message_types: "CEB622,CEB816".to_owned(),
        secret: vec![1, 2],
        earlier_secret: None,
        earlier_until: None,
        created_at: at(1),
        paused_at: None,
        gone_at: None,
        n: 0,
        attempts: 0,
        failing_since: None,
        next_attempt_at: None,
        failure: None,
        holder: None,
        held_until: None,
    }
}

fn dead(webhook: i64, n: i64) -> DeadLetterRow {
    DeadLetterRow {
        webhook,
        n,
        attempts: 10,
        failing_since: at(1),
        given_up_at: at(9),
        failure: "answered 500".to_owned(),
    }
}

fn a_webhook_reads_back_as_it_was_written_and_goes_with_its_dead_letters(on: &Fixture) {
    let full = WebhookRow {
        earlier_secret: Some(vec![3]),
        earlier_until: Some(at(5)),
        paused_at: Some(at(6)),
        gone_at: Some(at(7)),
        failing_since: Some(at(8)),
        next_attempt_at: Some(at(9)),
        failure: Some("answered 500".to_owned()),
        holder: Some(-4),
        held_until: Some(at(10)),
        ..webhook(7, "ONE")
    };
    on.write(|tx| tx.insert(&[full.clone(), webhook(8, "TWO"), webhook(9, "ONE")]));
    assert_eq!(on.read(|view| view.webhook(7)), Some(full.clone()));
    let own = on.read(|view| view.webhooks(Some(&mailbox("ONE"))));
    assert_eq!(own, [full, webhook(9, "ONE")]);
    assert_eq!(on.read(|view| view.webhooks(None)).len(), 3);

    on.write(|tx| tx.insert(&[dead(7, 2), dead(7, 1), dead(8, 1)]));
    assert_eq!(on.read(|view| view.dead_letters(7)), [dead(7, 1), dead(7, 2)]);
    on.write(|tx| tx.remove_dead_letter(7, 1));
    assert_eq!(on.read(|view| view.dead_letters(7)), [dead(7, 2)]);
    on.write(|tx| tx.remove_webhook(7));
    assert_eq!(on.read(|view| view.webhook(7)), None);
    assert_eq!(on.read(|view| view.dead_letters(7)), []);
    assert_eq!(on.read(|view| view.dead_letters(8)), [dead(8, 1)]);
}

fn those_are_due_that_have_mail_and_need_not_wait(on: &Fixture) {
    assert_eq!(on.read(|view| view.last_mail(&mailbox("ONE"))), 0);
    on.write(|tx| tx.deliver(&mailbox("ONE"), &[(Partition(1), 1), (Partition(1), 2)]));
    assert_eq!(on.read(|view| view.last_mail(&mailbox("ONE"))), 2);
    let rows = [
        WebhookRow { attempts: 1, next_attempt_at: Some(at(10)), ..webhook(1, "ONE") },
        WebhookRow { n: 1, ..webhook(2, "ONE") },
        WebhookRow { n: 2, ..webhook(3, "ONE") },
        WebhookRow { paused_at: Some(at(1)), ..webhook(4, "ONE") },
        WebhookRow { gone_at: Some(at(1)), ..webhook(5, "ONE") },
        WebhookRow { holder: Some(1), held_until: Some(at(20)), ..webhook(6, "ONE") },
        webhook(7, "EMPTY"),
    ];
    on.write(|tx| tx.insert(&rows));
    let due = |now| {
        let due = on.read(|view| view.due_webhooks(at(now)));
        due.into_iter().map(|row| row.number).collect::<Vec<_>>()
    };
    assert_eq!(due(9), [2]);
    assert_eq!(due(10), [2, 1], "those that did well come first");
    assert_eq!(due(20), [2, 6, 1]);
}

fn whoever_died_holds_nothing_after_a_new_start(on: &Fixture) {
    let held = WebhookRow { holder: Some(1), held_until: Some(at(20)), ..webhook(1, "ONE") };
    on.write(|tx| tx.insert(&[held, webhook(2, "ONE")]));
    on.write(|tx| tx.free_webhooks());
    assert_eq!(on.write(|tx| tx.lock_webhook(1)), Some(webhook(1, "ONE")));
    assert_eq!(on.write(|tx| tx.lock_webhook(3)), None);
}
