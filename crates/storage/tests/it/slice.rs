//! Slices of guarantees: what is set aside, held from it and taken back. On PostgreSQL, where several processes decide.

use std::collections::BTreeMap;
use std::sync::mpsc::channel;

use tongguan_domain::money::Money;
use tongguan_storage::{Delta, GuaranteeKey, HeldFrom, StorageError, Taken, Tx};

use crate::fixture::{Fixture, guarantee};

fn key() -> GuaranteeKey {
    guarantee(0).key()
}

fn fen(fen: i64) -> Money {
    Money::from_fen(fen)
}

fn grant(tx: &mut Tx<'_>, granted: i64) -> Result<(), StorageError> {
    tx.grant(&[guarantee(granted)])
}

/// What `place` may hold from.
fn take(tx: &mut Tx<'_>, place: u8, from: HeldFrom) -> Result<(HeldFrom, i64), StorageError> {
    let taken = tx.take_guarantees(&BTreeMap::from([(key(), from)]), place)?;
    let [Taken { guarantee, from }] = &taken[..] else { panic!("{taken:?}") };
    Ok((*from, guarantee.granted.fen() - guarantee.held.fen()))
}

/// Sets aside for `place`, as a process does that has found nothing there.
fn set_aside(tx: &mut Tx<'_>, place: u8, free: i64) -> Result<(), StorageError> {
    take(tx, place, HeldFrom::Rest)?;
    tx.set_aside(place, &[(key(), fen(free))])
}

fn held(on: &Fixture) -> i64 {
    let [one] = &on.read(|view| view.all_guarantees())[..] else { panic!("one guarantee") };
    one.held.fen()
}

#[test]
fn what_is_set_aside_is_no_others_and_not_held() {
    let Some(on) = Fixture::postgres() else { return };
    on.write(|tx| grant(tx, 100));
    assert_eq!(on.write(|tx| take(tx, 1, HeldFrom::Slice)), (HeldFrom::Whole, 100), "no slice");
    on.write(|tx| set_aside(tx, 1, 30));
    on.write(|tx| set_aside(tx, 2, 20));
    assert_eq!(held(&on), 0);
    for (place, from, expected) in [
        (1, HeldFrom::Slice, (HeldFrom::Slice, 30)),
        (2, HeldFrom::Slice, (HeldFrom::Slice, 20)),
        (3, HeldFrom::Slice, (HeldFrom::Rest, 50)),
        (2, HeldFrom::Rest, (HeldFrom::Rest, 70)),
        (2, HeldFrom::Slice, (HeldFrom::Rest, 70)),
        (2, HeldFrom::Whole, (HeldFrom::Whole, 100)),
        (1, HeldFrom::Slice, (HeldFrom::Whole, 100)),
    ] {
        assert_eq!(on.write(|tx| take(tx, place, from)), expected, "{place} {from:?}");
    }
    let error = on.refused(|tx| set_aside(tx, 1, 101));
    assert!(matches!(error, StorageError::Constraint { .. }), "{error:?}");
}

#[test]
fn what_is_held_from_a_slice_is_held() {
    let Some(on) = Fixture::postgres() else { return };
    on.write(|tx| grant(tx, 100));
    on.write(|tx| set_aside(tx, 1, 30));
    on.write(|tx| tx.hold_of_slices(1, &[(key(), fen(25))]));
    assert_eq!(held(&on), 25);
    let error = on.refused(|tx| tx.hold_of_slices(1, &[(key(), fen(6))]));
    assert!(matches!(error, StorageError::Constraint { .. }), "{error:?}");
    let error = on.refused(|tx| tx.hold_of_slices(2, &[(key(), fen(1))]));
    assert!(matches!(error, StorageError::Missing { .. }), "{error:?}");
    on.write(|tx| tx.hold_of_slices(1, &[(key(), fen(-5))]));
    assert_eq!(held(&on), 20);
    on.write(|tx| tx.change_guarantees(&[(key(), Delta { waiting: 0, taken: 7 })]));
    assert_eq!(on.write(|tx| tx.lock_guarantees(&[key()]))[0].held, fen(27));
    assert_eq!(held(&on), 27);
}

/// A smaller sum may be granted than what is set aside, though not than what is held.
#[test]
fn granting_takes_back_what_was_set_aside() {
    let Some(on) = Fixture::postgres() else { return };
    on.write(|tx| grant(tx, 100));
    on.write(|tx| set_aside(tx, 1, 90));
    on.write(|tx| tx.hold_of_slices(1, &[(key(), fen(25))]));
    on.write(|tx| grant(tx, 26));
    assert_eq!(on.write(|tx| take(tx, 1, HeldFrom::Slice)), (HeldFrom::Whole, 1));
    let error = on.refused(|tx| grant(tx, 24));
    assert!(matches!(error, StorageError::Constraint { .. }), "{error:?}");
}

#[test]
fn a_slice_that_is_taken_back_meanwhile_has_nothing_left() {
    let Some(on) = Fixture::postgres() else { return };
    on.write(|tx| grant(tx, 100));
    on.write(|tx| set_aside(tx, 1, 30));
    let (locked, was_locked) = channel();
    let waits = "SELECT CAST(COUNT(*) AS TEXT) FROM pg_stat_activity \
                 WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let found = std::thread::scope(|scope| {
        let on = &on;
        let waiting = scope.spawn(move || {
            was_locked.recv().unwrap();
            on.write(|tx| take(tx, 1, HeldFrom::Slice))
        });
        on.write(|tx| {
            tx.lock_guarantees(&[key()])?;
            locked.send(()).unwrap();
            while on.raw(waits).unwrap() != ["1"] {
                std::thread::yield_now();
            }
            Ok(())
        });
        waiting.join().unwrap()
    });
    assert_eq!(found, (HeldFrom::Slice, 0));
    assert_eq!(on.write(|tx| take(tx, 1, HeldFrom::Slice)), (HeldFrom::Whole, 100));
}

/// Four processes hold one by one, each from what it needs; one of them takes everything back again and again.
#[test]
fn processes_that_hold_side_by_side_lose_nothing() {
    const EACH: i64 = 40;
    let Some(on) = Fixture::postgres() else { return };
    on.write(|tx| grant(tx, 3 * EACH));
    let hold = |place: u8| {
        let mut writer = on.store.writer().unwrap();
        let mut once = |from| {
            writer.retried(Default::default(), |tx| {
                let (from, free) = take(tx, place, from)?;
                match (from, free) {
                    (_, ..=0) => return Ok(false),
                    (HeldFrom::Slice, _) => tx.hold_of_slices(place, &[(key(), fen(1))])?,
                    (HeldFrom::Rest | HeldFrom::Whole, _) => {
                        tx.change_guarantees(&[(key(), Delta { waiting: 0, taken: 1 })])?;
                        tx.set_aside(place, &[(key(), fen((free - 1) / 8))])?;
                    }
                }
                Ok::<_, StorageError>(true)
            })
        };
        let held = (0..EACH).filter(|n| {
            let first = if place == 0 && n % 4 == 0 { HeldFrom::Whole } else { HeldFrom::Slice };
            let steps = [first, HeldFrom::Rest, HeldFrom::Whole];
            steps.into_iter().any(|from| once(from).unwrap())
        });
        held.count()
    };
    let held_by_all: usize = std::thread::scope(|scope| {
        let hold = &hold;
        let all: Vec<_> = (0..4).map(|place| scope.spawn(move || hold(place))).collect();
        all.into_iter().map(|one| one.join().unwrap()).sum()
    });
    assert_eq!(held_by_all, 120, "as many as there was a guarantee for, and nobody refused before");
    assert_eq!(held(&on), 120);
}

#[test]
fn a_file_has_one_process_and_no_slices() {
    let on = Fixture::sqlite();
    on.write(|tx| grant(tx, 100));
    assert_eq!(on.write(|tx| take(tx, 1, HeldFrom::Slice)), (HeldFrom::Whole, 100));
}
