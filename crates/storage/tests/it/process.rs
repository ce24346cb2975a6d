//! Places of processes: taken, renewed, lost; and what a lost one can no longer write.

use tongguan_storage::{Arrival, PLACES, Partitions, Place, StorageError, TakeOver, Tx};

use crate::fixture::{Engine, Fixture, at};

on_both_engines! {
    a_place_is_taken_and_given_back,
    a_lease_keeps_others_out_until_it_ends,
    whoever_bears_the_name_takes_its_own_place_and_fences_its_older_self,
    a_process_that_was_removed_leaves_no_trace,
    whoever_renews_in_time_is_not_removed,
    a_place_goes_on_where_it_stood_and_behind_every_other,
    the_sole_process_takes_everything,
    so_many_have_a_place_at_a_time,
    leases_are_judged_by_one_clock,
}

fn who(name: &str) -> Arrival {
    Arrival { name: name.into(), kind: 1, address: Some("host:80".into()), at: at(1) }
}

/// Takes a place at one second until another one.
fn take(on: &Fixture, name: &str, now: i64, until: i64) -> Option<Place> {
    on.write(|tx| tx.take_place(&who(name), TakeOver::Lapsed(at(now)), at(until)))
}

fn names(on: &Fixture) -> Vec<(u8, String)> {
    let rows = on.read(|view| view.processes()).into_iter();
    rows.map(|row| (row.number, row.name.unwrap())).collect()
}

fn a_place_is_taken_and_given_back(on: &Fixture) {
    assert_eq!(names(on), []);
    let place = take(on, "a", 10, 20).unwrap();
    assert_eq!((place.number, place.epoch, place.floor_ms, place.batch), (0, 1, 0, 0));
    let row = on.read(|view| view.processes()).remove(0);
    assert_eq!(
        (row.address.as_deref(), row.started_at, row.lease_until),
        (Some("host:80"), at(1), at(20))
    );
    on.write(|tx| tx.leave(&place));
    assert_eq!(names(on), []);
    assert!(matches!(on.refused(|tx| tx.renew(&place, at(30))), StorageError::Fenced));
    // Giving back what was lost takes it from nobody.
    let next = take(on, "b", 11, 21).unwrap();
    on.write(|tx| tx.leave(&place));
    on.write(|tx| tx.renew(&next, at(30)));
}

fn a_lease_keeps_others_out_until_it_ends(on: &Fixture) {
    let first = take(on, "a", 10, 20).unwrap();
    let beside = take(on, "b", 20, 30);
    match on.engine {
        Engine::Sqlite => {
            assert_eq!(beside, None, "a lease holds to its last moment");
            let later = take(on, "b", 21, 30).unwrap();
            assert_eq!((later.number, names(on).len()), (first.number, 1));
        }
        Engine::Postgres => assert_eq!(beside.unwrap().number, 1),
    }
}

fn whoever_bears_the_name_takes_its_own_place_and_fences_its_older_self(on: &Fixture) {
    let older = take(on, "a", 10, 20).unwrap();
    let again = take(on, "a", 11, 21).unwrap();
    assert_eq!(again.number, older.number);
    assert!(matches!(on.refused(|tx| tx.renew(&older, at(30))), StorageError::Fenced));
    on.write(|tx| tx.renew(&again, at(30)));
}

fn a_process_that_was_removed_leaves_no_trace(on: &Fixture) {
    let place = take(on, "a", 10, 20).unwrap();
    let gone = on.write(|tx| tx.remove_lapsed(at(21)));
    assert_eq!(gone.into_iter().filter_map(|row| row.name).collect::<Vec<_>>(), ["a"]);
    let error = on.refused(|tx: &mut Tx<'_>| {
        tx.advance(&Partitions::ALL, 99)?;
        tx.renew_with(&place, at(30), 5, 1)
    });
    assert!(matches!(error, StorageError::Fenced), "{error:?}");
    assert_eq!(on.read(|view| view.next_seq()), 1, "rolled back");
}

fn whoever_renews_in_time_is_not_removed(on: &Fixture) {
    let place = take(on, "a", 10, 20).unwrap();
    on.write(|tx| tx.renew(&place, at(30)));
    assert_eq!(on.write(|tx| tx.remove_lapsed(at(25))), []);
    on.write(|tx| tx.renew_with(&place, at(40), 7, 1));
    assert_eq!(on.write(|tx| tx.remove_lapsed(at(40))), []);
    assert_eq!(names(on).len(), 1);
}

fn a_place_goes_on_where_it_stood_and_behind_every_other(on: &Fixture) {
    let first = take(on, "a", 10, 20).unwrap();
    on.write(|tx| tx.renew_with(&first, at(20), 700, 3));
    on.write(|tx| tx.leave(&first));
    let second = take(on, "b", 11, 21).unwrap();
    assert_eq!((second.floor_ms, second.batch), (700, 3));
    if on.engine == Engine::Postgres {
        let beside = take(on, "c", 12, 22).unwrap();
        assert_eq!((beside.number, beside.floor_ms, beside.batch), (1, 700, 0));
    }
}

fn the_sole_process_takes_everything(on: &Fixture) {
    take(on, "a", 10, 20).unwrap();
    let taken = on.write(|tx| tx.take_place(&who("b"), TakeOver::All, at(30))).unwrap();
    assert_eq!(taken.floor_ms, 0);
    if on.engine == Engine::Sqlite {
        assert_eq!(names(on), [(taken.number, "b".to_owned())]);
    }
}

fn so_many_have_a_place_at_a_time(on: &Fixture) {
    if on.engine == Engine::Sqlite {
        // A file has one process, whatever places there are.
        return a_lease_keeps_others_out_until_it_ends(on);
    }
    for n in 0..PLACES {
        assert_eq!(take(on, &format!("p{n}"), 10, 20).unwrap().number, n);
    }
    assert_eq!(take(on, "one more", 20, 30), None);
    assert_eq!(take(on, "p7", 20, 30).unwrap().number, 7);
    assert_eq!(take(on, "one more", 21, 30).unwrap().number, 0);
}

fn leases_are_judged_by_one_clock(on: &Fixture) {
    let clock = on.read(|view| view.shared_clock(at(5)));
    let later = on.read(|view| view.shared_clock(at(5)));
    match on.engine {
        Engine::Sqlite => assert_eq!((clock, later), (at(5), at(5))),
        Engine::Postgres => {
            assert!(clock > at(1_700_000_000) && later > clock, "the server's own clock");
        }
    }
}
