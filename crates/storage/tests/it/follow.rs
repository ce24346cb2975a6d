//! Followers of a log.

use std::collections::BTreeSet;
use std::sync::Barrier;

use tongguan_storage::{Backoff, Cursor, Event, Partition, Remedy, StorageError, Tx};

use crate::fixture::{Engine, Fixture, at};

on_both_engines! {
    a_follower_reads_everything_once_in_commit_order,
    a_page_is_full_whatever_partition_has_the_most,
    a_log_without_news_costs_nothing_to_ask,
    a_cursor_moves_for_one_follower_at_a_time,
    heirs_go_on_where_the_one_farthest_behind_stood,
    an_heir_reads_what_somebody_has_not_read,
    who_was_forgotten_goes_nowhere,
    sharing_out_at_once_forgets_nothing,
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
        let some = follow(on, 3);
        assert!(some.is_sorted_by_key(|event| event.seq));
        // Fewer only where there are no more.
        assert_eq!(some.len(), 3.min(written.len() - read.len()));
        read.extend(some);
    }
    for partition in Partition::all() {
        let of = |log: &[Event]| -> Vec<_> {
            log.iter().filter(|event| event.partition == partition).cloned().collect()
        };
        assert_eq!(of(&read), of(&written));
    }
    if on.engine == Engine::Sqlite {
        assert_eq!(read, written, "one writer numbers the whole file");
    }
    assert_eq!(follow(on, 3), []);
    assert_eq!(on.read(|view| view.unread::<Event>("other", 100)), written);
}

/// A share of each partition is no page: what is left is in one of them.
fn a_page_is_full_whatever_partition_has_the_most(on: &Fixture) {
    let even: Vec<_> = Partition::all().map(|of| event(of.0, 1)).collect();
    let uneven: Vec<_> = (2..1_500).map(|seq| event(77, seq)).collect();
    on.write(|tx| tx.insert(&even));
    on.write(|tx| tx.insert(&uneven));
    let mut read = Vec::new();
    loop {
        let some = follow(on, 300);
        read.extend(some.iter().map(|event| (event.partition, event.seq)));
        if some.len() < 300 {
            break;
        }
    }
    let mut written: Vec<_> =
        even.iter().chain(&uneven).map(|event| (event.partition, event.seq)).collect();
    read.sort_unstable();
    written.sort_unstable();
    assert_eq!(read, written);
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

fn hand_over(on: &Fixture, heirs: &[&str]) -> Vec<Cursor> {
    on.write(|tx| tx.hand_over("sum", heirs))
}

fn stands_at(cursors: &[Cursor], consumer: &str, partition: u8) -> Option<i64> {
    let is_it =
        |cursor: &&Cursor| cursor.consumer == consumer && cursor.partition == Partition(partition);
    cursors.iter().find(is_it).map(|cursor| cursor.seq)
}

fn heirs_go_on_where_the_one_farthest_behind_stood(on: &Fixture) {
    // Not of the family, though named alike.
    on.write(|tx| tx.move_cursors("sum", &[(Partition(1), 0, 1)]));
    on.write(|tx| tx.move_cursors("sums/x", &[(Partition(1), 0, 2)]));

    let first = hand_over(on, &["sum/a", "sum/b"]);
    assert_eq!(first.len(), 2 * 256);
    assert!(first.iter().all(|cursor| cursor.seq == 0));
    on.write(|tx| tx.move_cursors("sum/a", &[(Partition(1), 0, 30), (Partition(2), 0, 20)]));
    on.write(|tx| tx.move_cursors("sum/b", &[(Partition(1), 0, 10)]));

    let second = hand_over(on, &["sum/b", "sum/c"]);
    assert_eq!(second.len(), 2 * 256);
    for (consumer, partition, seq) in
        [("sum/b", 1, Some(10)), ("sum/c", 1, Some(10)), ("sum/c", 2, Some(0)), ("sum/a", 1, None)]
    {
        assert_eq!(stands_at(&second, consumer, partition), seq, "{consumer} {partition}");
    }
    assert_eq!(hand_over(on, &["sum/b", "sum/c"]), second, "again changes nothing");
    assert_eq!(on.read(|view| view.cursors_of_family("sum")), second);
    assert_eq!(stands_at(&on.read(|view| view.cursors("sum")), "sum", 1), Some(1));
    assert_eq!(stands_at(&on.read(|view| view.cursors("sums/x")), "sums/x", 1), Some(2));
}

fn an_heir_reads_what_somebody_has_not_read(on: &Fixture) {
    let log: Vec<_> = (1..).zip([7, 9, 7, 9, 7]).map(|(seq, of)| event(of, seq)).collect();
    on.write(|tx| tx.insert(&log));
    hand_over(on, &["sum/fast", "sum/slow"]);
    on.write(|tx| tx.move_cursors("sum/fast", &[(Partition(7), 0, 5), (Partition(9), 0, 4)]));
    on.write(|tx| tx.move_cursors("sum/slow", &[(Partition(7), 0, 3), (Partition(9), 0, 2)]));
    hand_over(on, &["sum/heir"]);
    assert_eq!(on.read(|view| view.unread::<Event>("sum/heir", 10)), log[3..]);
}

fn who_was_forgotten_goes_nowhere(on: &Fixture) {
    hand_over(on, &["sum/a"]);
    on.write(|tx| tx.move_cursors("sum/a", &[(Partition(1), 0, 5)]));
    hand_over(on, &["sum/b"]);
    let error = on.refused(|tx| tx.move_cursors("sum/a", &[(Partition(1), 5, 6)]));
    assert!(matches!(error, StorageError::CursorMoved { .. }));
}

fn sharing_out_at_once_forgets_nothing(on: &Fixture) {
    hand_over(on, &["sum/begin"]);
    let all: Vec<_> = Partition::all().map(|partition| (partition, 0, 10)).collect();
    on.write(|tx| tx.move_cursors("sum/begin", &all));
    let names = ["sum/a", "sum/b", "sum/c"];
    let begin = Barrier::new(names.len());
    std::thread::scope(|scope| {
        for name in names {
            let begin = &begin;
            scope.spawn(move || {
                let mut writer = on.store.writer().unwrap();
                begin.wait();
                for _ in 0..20 {
                    let heirs = |tx: &mut Tx<'_>| tx.hand_over("sum", &[name]);
                    let cursors = writer.retried(Backoff::default(), heirs).unwrap();
                    assert!(cursors.iter().all(|cursor| cursor.seq == 10), "it began anew");
                    assert_eq!(cursors.len(), 256);
                }
            });
        }
    });
    let left = on.read(|view| view.cursors_of_family("sum"));
    let left: BTreeSet<_> = left.iter().map(|cursor| cursor.consumer.as_str()).collect();
    assert_eq!(left.len(), 1, "{left:?}");
}
