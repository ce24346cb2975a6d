//! Allowances and guarantees: deltas, guards, locks.

use tongguan_domain::ids::PartyId;
use tongguan_domain::money::Money;
use tongguan_storage::{
    Allowance, AllowanceKey, Delta, Guarantee, Partition, Remedy, StorageError,
};

use crate::fixture::{Fixture, at};

on_both_engines! {
    an_allowance_begins_empty_and_takes_deltas,
    deltas_of_one_key_are_added_up,
    a_balance_never_falls_below_nothing,
    a_delta_without_a_balance_is_refused,
    a_guarantee_never_holds_more_than_was_granted,
    granting_again_keeps_what_is_queued_and_held,
    writers_that_change_the_same_balances_lose_nothing,
}

fn person(n: u8) -> AllowanceKey {
    (Partition(n), [n; 16], 2026)
}

fn by(waiting: i64, taken: i64) -> Delta {
    Delta { waiting: Money::from_fen(waiting), taken: Money::from_fen(taken) }
}

fn sums(rows: &[Allowance]) -> Vec<(i64, i64)> {
    rows.iter().map(|row| (row.reserved.fen(), row.used.fen())).collect()
}

fn an_allowance_begins_empty_and_takes_deltas(on: &Fixture) {
    let keys = [person(2), person(1)];
    assert_eq!(on.read(|view| view.allowances(&keys)), []);
    let empty = on.write(|tx| tx.lock_allowances(&keys));
    assert_eq!(empty.iter().map(|row| row.person[0]).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(sums(&empty), [(0, 0), (0, 0)]);
    on.write(|tx| tx.change_allowances(&[(person(1), by(500, 0)), (person(2), by(7, 1))]));
    on.write(|tx| tx.change_allowances(&[(person(1), by(-500, 500))]));
    assert_eq!(sums(&on.read(|view| view.allowances(&keys))), [(0, 500), (7, 1)]);
}

fn deltas_of_one_key_are_added_up(on: &Fixture) {
    on.write(|tx| tx.lock_allowances(&[person(1)]));
    on.write(|tx| tx.change_allowances(&[(person(1), by(-5, 1)), (person(1), by(9, 1))]));
    assert_eq!(sums(&on.read(|view| view.allowances(&[person(1)]))), [(4, 2)]);
}

fn a_balance_never_falls_below_nothing(on: &Fixture) {
    on.write(|tx| {
        tx.lock_allowances(&[person(1), person(2)])?;
        tx.change_allowances(&[(person(1), by(10, 0))])
    });
    let error =
        on.refused(|tx| tx.change_allowances(&[(person(1), by(5, 0)), (person(2), by(-1, 0))]));
    assert!(matches!(error, StorageError::Constraint { .. }), "{error:?}");
    assert_eq!(error.remedy(), Remedy::Bisect);
    assert_eq!(sums(&on.read(|view| view.allowances(&[person(1)]))), [(10, 0)], "rolled back");
}

fn a_delta_without_a_balance_is_refused(on: &Fixture) {
    let error = on.refused(|tx| tx.change_allowances(&[(person(1), by(5, 0))]));
    assert!(matches!(error, StorageError::Missing { table: "allowance", missing: 1 }), "{error:?}");
}

fn guarantee(granted: i64) -> Guarantee {
    let party_id = PartyId(4);
    Guarantee {
        bucket: Partition::of_party(party_id),
        party_id,
        granted: Money::from_fen(granted),
        queued: Money::ZERO,
        held: Money::ZERO,
        valid_from: at(0),
        valid_to: None,
        reference: None,
    }
}

fn a_guarantee_never_holds_more_than_was_granted(on: &Fixture) {
    on.write(|tx| tx.grant(&[guarantee(100)]));
    let key = (guarantee(0).bucket, PartyId(4));
    let locked = on.write(|tx| {
        tx.change_guarantees(&[(key, by(600, 60))])?;
        tx.lock_guarantees(&[key, (Partition(0), PartyId(99))])
    });
    let standing =
        Guarantee { queued: Money::from_fen(600), held: Money::from_fen(60), ..guarantee(100) };
    assert_eq!(locked, [standing]);
    for refused in [by(0, 41), by(-601, 0), by(0, -61), by(-41, 41)] {
        let error = on.refused(|tx| tx.change_guarantees(&[(key, refused)]));
        assert!(matches!(error, StorageError::Constraint { .. }), "{error:?}");
    }
}

fn granting_again_keeps_what_is_queued_and_held(on: &Fixture) {
    on.write(|tx| tx.grant(&[guarantee(100)]));
    let key = (guarantee(0).bucket, PartyId(4));
    on.write(|tx| tx.change_guarantees(&[(key, by(7, 60))]));
    let renewed =
        Guarantee { valid_to: Some(at(9)), reference: Some("B1".into()), ..guarantee(80) };
    on.write(|tx| tx.grant(std::slice::from_ref(&renewed)));
    let found = on.read(|view| view.guarantees(&[key]));
    let kept = Guarantee { queued: Money::from_fen(7), held: Money::from_fen(60), ..renewed };
    assert_eq!(found, [kept]);
    let error = on.refused(|tx| tx.grant(&[guarantee(59)]));
    assert!(matches!(error, StorageError::Constraint { .. }), "{error:?}");
    assert_eq!(on.read(|view| view.all_guarantees()), found);
}

fn writers_that_change_the_same_balances_lose_nothing(on: &Fixture) {
    let keys: Vec<_> = (0..4).map(person).collect();
    let work = |reverse: bool| {
        let mut writer = on.store.writer().unwrap();
        let mut keys = keys.clone();
        if reverse {
            keys.reverse();
        }
        for _ in 0..50 {
            writer
                .retried(Default::default(), |tx| {
                    let standing = tx.lock_allowances(&keys)?;
                    let deltas: Vec<_> = standing
                        .iter()
                        .map(|row| ((row.bucket, row.person, row.year), by(1, 2)))
                        .collect();
                    tx.change_allowances(&deltas)
                })
                .unwrap();
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(|| work(true));
        work(false);
    });
    assert_eq!(sums(&on.read(|view| view.allowances(&keys))), [(100, 200); 4]);
}
