//! Partitions: who may decide about them, their sequences, and serials.

use tongguan_domain::ids::{DeclarationId, MessageId, PartyId};
use tongguan_storage::{Backoff, Event, Partition, Partitions, SerialBlock, Tx};

use crate::fixture::{Engine, Fixture, at};

on_both_engines! {
    all_partitions_are_there,
    numbers_go_on_behind_the_greatest_of_those_locked,
    whoever_locks_partitions_keeps_others_out_of_them,
    what_a_transaction_reaches_is_known,
    serials_are_handed_out_in_blocks,
    two_writers_never_get_the_same_serial,
}

fn all_partitions_are_there(on: &Fixture) {
    let rows = on.read(|view| view.partitions());
    assert!(rows.iter().map(|row| row.partition).eq(Partition::all()));
    assert!(rows.iter().all(|row| row.next_seq == 1));
}

fn some(partitions: &[u8]) -> Partitions {
    partitions.iter().map(|partition| Partition(*partition)).collect()
}

fn numbers_go_on_behind_the_greatest_of_those_locked(on: &Fixture) {
    on.write(|tx| tx.advance(&some(&[3]), 17));
    on.write(|tx| tx.advance(&some(&[200, 3]), 19));
    on.write(|tx| tx.advance(&some(&[4]), 99));
    assert_eq!(on.write(|tx| tx.lock_partitions(&some(&[2, 3]))), 19);
    assert_eq!(on.write(|tx| tx.lock_partitions(&some(&[2]))), 1);
    assert_eq!(on.read(|view| view.next_seq()), 99);
}

/// Each reads a number and writes the next one, which only those can do in turn who keep each other out.
fn whoever_locks_partitions_keeps_others_out_of_them(on: &Fixture) {
    let count = |partitions: [u8; 2]| {
        let mut writer = on.store.writer().unwrap();
        for _ in 0..50 {
            let step = |tx: &mut Tx<'_>| {
                let next = tx.lock_partitions(&some(&partitions))?;
                tx.advance(&some(&[7]), next + 1)
            };
            writer.retried(Backoff::default(), step).unwrap();
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(|| count([7, 3]));
        scope.spawn(|| count([7, 200]));
    });
    let row = on.read(|view| view.partitions()).into_iter().find(|row| row.partition.0 == 7);
    assert_eq!(row.unwrap().next_seq, 101);
}

fn what_a_transaction_reaches_is_known(on: &Fixture) {
    let event = |partition| Event {
        partition: Partition(partition),
        seq: 1,
        at: at(1),
        version: 1,
        body: vec![1],
    };
    let reached = on.write(|tx| {
        tx.declarations(&[(Partition(5), DeclarationId(1))])?;
        tx.claims(&[(Partition(6), 1, PartyId(1), "absent")])?;
        tx.lock_claims(&[(Partition(7), 1, PartyId(1), "absent")])?;
        tx.write_claims(&[])?;
        tx.insert(&[event(9)])?;
        tx.lock_guarantees(&[(Partition(10), PartyId(1))])?;
        tx.messages(&[(Partition(11), MessageId(1))])?;
        Ok(tx.reached())
    });
    match on.engine {
        Engine::Sqlite => assert!(reached.is_empty(), "one writer at a time"),
        Engine::Postgres => assert_eq!(reached, some(&[5, 6, 9])),
    }
}

fn block(partition: u8, series: &str, count: i64) -> SerialBlock {
    SerialBlock { partition: Partition(partition), series: series.into(), count }
}

fn serials_are_handed_out_in_blocks(on: &Fixture) {
    let blocks = [block(1, "preno", 10), block(0, "preno", 5), block(1, "preno", 2)];
    assert_eq!(on.write(|tx| tx.reserve(&blocks)), [1, 1, 11]);
    assert_eq!(on.write(|tx| tx.reserve(&blocks)), [13, 6, 23]);
    assert_eq!(on.write(|tx| tx.reserve(&[block(1, "invtno", 1)])), [1]);
    assert_eq!(on.write(|tx| tx.reserve(&[])), [0_i64; 0]);
}

fn two_writers_never_get_the_same_serial(on: &Fixture) {
    let take = || {
        let mut writer = on.store.writer().unwrap();
        (0..20)
            .flat_map(|_| {
                let blocks = [block(9, "b", 1), block(9, "a", 1)];
                writer.retried(Default::default(), |tx| tx.reserve(&blocks)).unwrap()
            })
            .collect::<Vec<_>>()
    };
    let mut all = std::thread::scope(|scope| {
        let other = scope.spawn(take);
        let mut all = take();
        all.extend(other.join().unwrap());
        all
    });
    all.sort_unstable();
    assert!(all.into_iter().eq((1..=40).flat_map(|n| [n, n])));
}
