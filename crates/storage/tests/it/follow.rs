//! Followers of a log.

use tongguan_storage::{Cursor, Event, Partition, Remedy, StorageError};

use crate::fixture::{Fixture, at};

on_both_engines! {
    a_follower_reads_everything_once_in_commit_order,
    a_log_without_news_costs_nothing_to_ask,
    a_cursor_moves_for_one_follower_at_a_time,
}

fn event(partition: u8, seq: i64) -> Event {
    Event { partition: Partition(partition), seq, at: at(seq), version: 1, body: vec![1] }
}

fn a_follower_reads_everything_once_in_commit_order(on: &Fixture) {
    // Numbers of one writer: ascending over all partitions, not every number used.
    let partitions = [7, 9, 7, 200, 9, 9, 7, 0, 255, 7];
    let mut written = Vec::new();
    let mut read: Vec<Event> = Vec::new();
    for (seq, partition) in (1..).zip(partitions) {
        on.write(|tx| tx.insert(&[event(partition, 10 * seq), event(partition, 10 * seq + 1)]));
        written.extend([event(partition, 10 * seq), event(partition, 10 * seq + 1)]);
        // Falls behind, three rows at a time.
        read.extend(follow(on, 1));
    }
    while read.len() < written.len() {
        read.extend(follow(on, 3));
    }
    assert_eq!(read, written);
    assert_eq!(follow(on, 3), []);
    assert_eq!(on.read(|view| view.unread::<Event>("other", 100)), written);
}

fn follow(on: &Fixture, limit: i64) -> Vec<Event> {
    on.write(|tx| {
        let rows = tx.unread::<Event>("statistics", limit)?;
        let cursors = tx.cursors("statistics")?;
        let from = |partition| {
            cursors
                .iter()
                .find(|cursor| cursor.partition == partition)
                .map_or(0, |cursor| cursor.seq)
        };
        let mut steps: Vec<(Partition, i64, i64)> = Vec::new();
        for row in &rows {
            steps.retain(|step| step.0 != row.partition);
            steps.push((row.partition, from(row.partition), row.seq));
        }
        tx.move_cursors("statistics", &steps)?;
        Ok(rows)
    })
}

fn a_log_without_news_costs_nothing_to_ask(on: &Fixture) {
    assert_eq!(on.read(|view| view.unread::<Event>("statistics", 10)), []);
    assert_eq!(on.read(|view| view.cursors("statistics")), []);
}

fn a_cursor_moves_for_one_follower_at_a_time(on: &Fixture) {
    let cursor = |partition: u8, seq: i64| Cursor {
        consumer: "statistics".into(),
        partition: Partition(partition),
        seq,
    };
    on.write(|tx| tx.move_cursors("statistics", &[(Partition(2), 0, 5), (Partition(1), 0, 7)]));
    on.write(|tx| tx.move_cursors("statistics", &[(Partition(1), 7, 9)]));
    let error = on.refused(|tx| {
        tx.move_cursors("statistics", &[(Partition(2), 5, 6), (Partition(1), 7, 10)])
    });
    assert!(matches!(&error, StorageError::CursorMoved { consumer } if consumer == "statistics"));
    assert_eq!(error.remedy(), Remedy::Drop);
    assert_eq!(on.read(|view| view.cursors("statistics")), [cursor(1, 9), cursor(2, 5)]);
    assert_eq!(on.read(|view| view.cursors("other")), []);
}
