//! What was received and not decided, and what was set aside.

use tongguan_domain::ids::MessageId;
use tongguan_storage::{Held, Inbox, Partition};

use crate::fixture::{Fixture, at};

on_both_engines! {
    the_inbox_is_read_in_order_and_emptied,
    what_is_not_ready_is_passed_over,
    what_was_set_aside_is_listed_across_partitions,
}

fn inbox(partition: u8, seq: i64, not_before: i64) -> Inbox {
    Inbox {
        partition: Partition(partition),
        seq,
        kind: 1,
        message_id: MessageId(seq),
        ordinal: 3,
        not_before: at(not_before),
        payload: vec![],
    }
}

fn the_inbox_is_read_in_order_and_emptied(on: &Fixture) {
    assert!(on.read(|view| view.inbox_is_empty()));
    let rows = [inbox(1, 30, 0), inbox(1, 10, 0), inbox(2, 20, 0), inbox(1, 20, 0)];
    on.write(|tx| tx.insert(&rows));
    assert!(!on.read(|view| view.inbox_is_empty()));
    let one = Partition(1);
    let found = on.read(|view| view.inbox(&[one], 0, at(0), 2));
    assert_eq!(found, [inbox(1, 10, 0), inbox(1, 20, 0)]);
    assert_eq!(on.read(|view| view.inbox(&[one], 20, at(0), 2)), [inbox(1, 30, 0)]);
    let all: Vec<_> = Partition::all().collect();
    let places = |partitions: &[Partition]| -> Vec<_> {
        let found = on.read(|view| view.inbox(partitions, 0, at(0), 9));
        found.iter().map(|row| row.seq).collect()
    };
    assert_eq!(places(&all), [10, 20, 20, 30]);
    assert_eq!(places(&[Partition(2), one, one]), [10, 20, 20, 30]);
    assert_eq!(places(&[]), [0_i64; 0]);
    on.write(|tx| tx.delete_inbox(&[(one, 10), (one, 20), (one, 30), (Partition(2), 20)]));
    assert!(on.read(|view| view.inbox_is_empty()));
}

fn what_is_not_ready_is_passed_over(on: &Fixture) {
    on.write(|tx| tx.insert(&[inbox(1, 10, 100), inbox(1, 20, 50)]));
    let ready = |now| on.read(|view| view.inbox(&[Partition(1)], 0, at(now), 10)).len();
    assert_eq!([ready(49), ready(50), ready(100)], [0, 1, 2]);
}

fn what_was_set_aside_is_listed_across_partitions(on: &Fixture) {
    let held = |partition: u8, seq: i64| Held {
        partition: Partition(partition),
        seq,
        message_id: MessageId(seq),
        ordinal: 0,
        at: at(1),
        reason: "panicked".into(),
    };
    on.write(|tx| tx.insert(&[held(2, 1), held(1, 9), held(1, 2)]));
    let found = on.read(|view| view.held((Partition(0), 0), 2));
    assert_eq!(found, [held(1, 2), held(1, 9)]);
    assert_eq!(on.read(|view| view.held((Partition(1), 9), 2)), [held(2, 1)]);
    on.write(|tx| tx.delete_held(&[(Partition(1), 2)]));
    assert_eq!(on.read(|view| view.held((Partition(0), 0), 9)).len(), 2);
}
