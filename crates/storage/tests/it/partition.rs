//! Leases, fencing, sequences and serials.

use tongguan_storage::{Lease, Partition, SerialBlock, StorageError, TakeOver};

use crate::fixture::{Fixture, at};

const TWO: [Partition; 2] = [Partition(3), Partition(200)];

on_both_engines! {
    all_partitions_are_there_and_free,
    a_lease_keeps_others_out_until_it_lapses,
    an_advance_renews_the_lease_and_keeps_the_sequence,
    an_owner_may_take_its_own_again_and_fences_its_older_self,
    a_writer_that_was_taken_over_is_fenced_and_leaves_no_trace,
    a_released_partition_is_free_at_once,
    the_sole_process_takes_all,
    serials_are_handed_out_in_blocks,
    two_writers_never_get_the_same_serial,
    leases_are_judged_by_one_clock,
}

fn all_partitions_are_there_and_free(on: &Fixture) {
    let rows = on.read(|view| view.partitions());
    assert!(rows.iter().map(|row| row.partition).eq(Partition::all()));
    assert!(rows.iter().all(|row| row.owner.is_none() && row.next_seq == 1));
}

fn held(epoch: i64) -> Vec<Lease> {
    TWO.map(|partition| Lease { partition, epoch }).to_vec()
}

fn a_lease_keeps_others_out_until_it_lapses(on: &Fixture) {
    let ours = on.write(|tx| tx.lease("a", &TWO, TakeOver::Lapsed(at(10)), at(20)));
    assert_eq!((ours.leases, ours.next_seq), (held(1), 1));

    let early = on.write(|tx| tx.lease("b", &TWO, TakeOver::Lapsed(at(20)), at(30)));
    assert_eq!(early.leases, [], "a lease holds to its last moment");

    let late = on.write(|tx| tx.lease("b", &TWO, TakeOver::Lapsed(at(21)), at(30)));
    assert_eq!(late.leases, held(2));
}

fn an_advance_renews_the_lease_and_keeps_the_sequence(on: &Fixture) {
    on.write(|tx| tx.lease("a", &TWO, TakeOver::Lapsed(at(10)), at(20)));
    on.write(|tx| tx.advance(&held(1)[..1], 17, at(30)));
    on.write(|tx| tx.advance(&held(1)[1..], 19, at(30)));
    let early = on.write(|tx| tx.lease("b", &TWO, TakeOver::Lapsed(at(25)), at(40)));
    assert_eq!(early.leases, []);
    let taken = on.write(|tx| tx.lease("b", &TWO, TakeOver::Lapsed(at(31)), at(40)));
    assert_eq!(taken.next_seq, 19, "above all that was used in any of them");
}

fn an_owner_may_take_its_own_again_and_fences_its_older_self(on: &Fixture) {
    on.write(|tx| tx.lease("a", &TWO, TakeOver::Lapsed(at(10)), at(20)));
    let again = on.write(|tx| tx.lease("a", &TWO, TakeOver::Lapsed(at(11)), at(21)));
    assert_eq!(again.leases, held(2));
    let error = on.refused(|tx| tx.advance(&held(1), 99, at(30)));
    assert!(matches!(&error, StorageError::Fenced(lost) if lost == &TWO), "{error:?}");
    on.write(|tx| tx.advance(&held(2), 99, at(30)));
}

fn a_writer_that_was_taken_over_is_fenced_and_leaves_no_trace(on: &Fixture) {
    on.write(|tx| tx.lease("a", &TWO, TakeOver::Lapsed(at(10)), at(20)));
    on.write(|tx| tx.lease("b", &TWO[1..], TakeOver::Lapsed(at(21)), at(40)));
    let error = on.refused(|tx| tx.advance(&held(1), 99, at(30)));
    assert!(matches!(&error, StorageError::Fenced(lost) if lost == &TWO[1..]), "{error:?}");
    let rows = on.read(|view| view.partitions());
    assert!(rows.iter().all(|row| row.next_seq == 1), "the other partition was rolled back");
}

fn a_released_partition_is_free_at_once(on: &Fixture) {
    on.write(|tx| tx.lease("a", &TWO, TakeOver::Lapsed(at(10)), at(20)));
    on.write(|tx| tx.release(&[held(1)[0], held(7)[1]]));
    let free = on.write(|tx| tx.lease("b", &TWO, TakeOver::Lapsed(at(11)), at(20)));
    assert_eq!(free.leases, held(2)[..1]);
}

fn the_sole_process_takes_all(on: &Fixture) {
    on.write(|tx| tx.lease("a", &TWO, TakeOver::Lapsed(at(10)), at(20)));
    let taken = on.write(|tx| tx.lease("a", &TWO, TakeOver::All, at(20)));
    assert_eq!(taken.leases, held(2));
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

fn leases_are_judged_by_one_clock(on: &Fixture) {
    let clock = on.read(|view| view.shared_clock(at(5)));
    let later = on.read(|view| view.shared_clock(at(5)));
    match on.engine {
        crate::fixture::Engine::Sqlite => assert_eq!((clock, later), (at(5), at(5))),
        crate::fixture::Engine::Postgres => {
            assert!(clock > at(1_700_000_000) && later > clock, "the server's own clock");
        }
    }
}
