//! Allowances, in money and in quantities, and guarantees: deltas, guards, locks.

use tongguan_domain::ids::PartyId;
use tongguan_domain::money::Money;
use tongguan_domain::quantity::Quantity;
use tongguan_storage::{
    Allowance, AllowanceKey, Delta, Guarantee, Partition, QuantityAllowance, QuantityAllowanceKey,
    Remedy, StorageError, Tx,
};

use crate::fixture::{Fixture, at, guarantee};

on_both_engines! {
    an_allowance_is_opened_with_what_is_taken_first_and_takes_deltas,
    deltas_of_one_key_are_added_up,
    a_balance_never_falls_below_nothing,
    a_delta_without_a_balance_is_refused,
    of_two_who_open_an_allowance_one_begins_anew,
    quantities_are_kept_by_person_year_line_and_measure,
    a_quantity_never_falls_below_nothing,
    a_guarantee_never_holds_more_than_was_granted,
    granting_again_keeps_what_is_queued_and_held,
    writers_that_change_the_same_balances_lose_nothing,
    writers_that_change_the_same_quantities_lose_nothing,
}

fn person(n: u8) -> AllowanceKey {
    (Partition(n), [n; 16], 2026)
}

fn opened(n: u8, reserved: i64, used: i64) -> Allowance {
    let (bucket, person, year) = person(n);
    let (reserved, used) = (Money::from_fen(reserved), Money::from_fen(used));
    Allowance { bucket, person, year, reserved, used }
}

fn opened_goods(key: &QuantityAllowanceKey, reserved: i64) -> QuantityAllowance {
    let (bucket, person, year, line, measure) = key.clone();
    let reserved = Quantity::from_trillionths(reserved).unwrap();
    let used = Quantity::ZERO;
    QuantityAllowance { bucket, person, year, line, measure, reserved, used }
}

fn by(waiting: i64, taken: i64) -> Delta {
    Delta { waiting, taken }
}

fn sums(rows: &[Allowance]) -> Vec<(i64, i64)> {
    rows.iter().map(|row| (row.reserved.fen(), row.used.fen())).collect()
}

fn an_allowance_is_opened_with_what_is_taken_first_and_takes_deltas(on: &Fixture) {
    let keys = [person(2), person(1)];
    assert_eq!(on.read(|view| view.allowances(&keys)), []);
    assert_eq!(on.write(|tx| tx.lock_allowances(&keys)), []);
    on.write(|tx| tx.open_allowances(&[opened(1, 500, 0), opened(2, 7, 1)]));
    let standing = on.write(|tx| tx.lock_allowances(&keys));
    assert_eq!(standing.iter().map(|row| row.person[0]).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(sums(&standing), [(500, 0), (7, 1)]);
    on.write(|tx| tx.change_allowances(&[(person(1), by(-500, 500))]));
    assert_eq!(sums(&on.read(|view| view.allowances(&keys))), [(0, 500), (7, 1)]);
}

fn deltas_of_one_key_are_added_up(on: &Fixture) {
    on.write(|tx| tx.open_allowances(&[opened(1, 0, 0)]));
    on.write(|tx| tx.change_allowances(&[(person(1), by(-5, 1)), (person(1), by(9, 1))]));
    assert_eq!(sums(&on.read(|view| view.allowances(&[person(1)]))), [(4, 2)]);
}

fn a_balance_never_falls_below_nothing(on: &Fixture) {
    on.write(|tx| tx.open_allowances(&[opened(1, 10, 0), opened(2, 0, 0)]));
    let error = on.refused(|tx| tx.open_allowances(&[opened(3, -1, 0)]));
    assert!(matches!(error, StorageError::Constraint { .. }), "{error:?}");
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

/// Of two who looked for it in vain the second begins anew; whatever it makes of the error, nothing of it stays.
fn of_two_who_open_an_allowance_one_begins_anew(on: &Fixture) {
    on.write(|tx| tx.open_allowances(&[opened(1, 5, 0)]));
    let twice = [opened(1, 7, 0), opened(2, 7, 0)];
    let error = on.refused(|tx| tx.open_allowances(&twice));
    assert!(matches!(error, StorageError::WrittenMeanwhile { table: "allowance" }), "{error:?}");
    assert_eq!(error.remedy(), Remedy::Retry);
    let error = on.refused(|tx| {
        assert!(tx.open_allowances(&twice).is_err());
        Ok(())
    });
    assert!(matches!(error, StorageError::Doomed), "{error:?}");
    assert_eq!(sums(&on.read(|view| view.allowances(&[person(1), person(2)]))), [(5, 0)]);
}

/// Person `n`, a line and a measure, in 2026.
fn goods(n: u8, line: &str, measure: i64) -> QuantityAllowanceKey {
    (Partition(n), [n; 16], 2026, line.to_owned(), measure)
}

fn quantities(rows: &[QuantityAllowance]) -> Vec<(i64, i64)> {
    rows.iter().map(|row| (row.reserved.trillionths(), row.used.trillionths())).collect()
}

fn quantities_are_kept_by_person_year_line_and_measure(on: &Fixture) {
    let sugar = goods(1, "17019910", 1);
    let mut next_year = sugar.clone();
    next_year.2 += 1;
    let keys = [
        sugar.clone(),
        goods(1, "10063020", 1),
        goods(1, "17019910", 2),
        next_year,
        goods(2, "17019910", 1),
    ];
    assert_eq!(on.read(|view| view.quantity_allowances(&keys)), []);
    assert_eq!(on.write(|tx| tx.lock_quantity_allowances(&keys)), []);
    let opened: Vec<_> = keys.iter().map(|key| opened_goods(key, 0)).collect();
    on.write(|tx| tx.open_quantity_allowances(&opened));
    let empty = on.write(|tx| tx.lock_quantity_allowances(&keys));
    assert_eq!(quantities(&empty), [(0, 0); 5]);
    let lines: Vec<_> = empty.iter().map(|row| (&*row.line, row.measure, row.year)).collect();
    let expected = [
        ("10063020", 1, 2026),
        ("17019910", 1, 2026),
        ("17019910", 2, 2026),
        ("17019910", 1, 2027),
        ("17019910", 1, 2026),
    ];
    assert_eq!(lines, expected);
    on.write(|tx| {
        let most = i64::MAX - 1;
        let changes = [(sugar.clone(), by(-5, most)), (sugar.clone(), by(9, 1))];
        tx.change_quantity_allowances(&changes)
    });
    let standing = on.read(|view| view.all_quantity_allowances());
    assert_eq!(quantities(&standing), [(0, 0), (4, i64::MAX), (0, 0), (0, 0), (0, 0)]);
    assert_eq!(on.read(|view| view.quantity_allowances(&[sugar])), standing[1..2]);
    assert_eq!(on.write(|tx| tx.lock_quantity_allowances(&keys)), standing);
}

fn a_quantity_never_falls_below_nothing(on: &Fixture) {
    let (rice, sugar) = (goods(1, "10063020", 1), goods(1, "17019910", 1));
    on.write(|tx| tx.open_quantity_allowances(&[opened_goods(&rice, 10), opened_goods(&sugar, 0)]));
    for wrong in [by(-1, 0), by(0, -1)] {
        let changes = [(rice.clone(), by(5, 0)), (sugar.clone(), wrong)];
        let error = on.refused(|tx| tx.change_quantity_allowances(&changes));
        assert!(matches!(error, StorageError::Constraint { .. }), "{error:?}");
        assert_eq!(error.remedy(), Remedy::Bisect);
    }
    let kept = on.read(|view| view.quantity_allowances(&[rice, sugar]));
    assert_eq!(quantities(&kept), [(10, 0), (0, 0)], "rolled back");
    let nobody = [(goods(2, "17019910", 1), by(1, 0))];
    let error = on.refused(|tx| tx.change_quantity_allowances(&nobody));
    let table = "quantity_allowance";
    assert!(
        matches!(error, StorageError::Missing { table: of, missing: 1 } if of == table),
        "{error:?}"
    );
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
    two_writers(on, &keys, |tx, keys| {
        let standing = tx.lock_allowances(keys)?;
        let deltas: Vec<_> =
            standing.iter().map(|row| ((row.bucket, row.person, row.year), by(1, 2))).collect();
        let unused = keys.iter().filter(|key| deltas.iter().all(|(found, _)| found != *key));
        let mut opened: Vec<_> = unused.map(|key| opened(key.1[0], 1, 2)).collect();
        opened.sort_by_key(|row| row.person);
        tx.change_allowances(&deltas)?;
        tx.open_allowances(&opened)
    });
    assert_eq!(sums(&on.read(|view| view.allowances(&keys))), [(100, 200); 4]);
}

fn writers_that_change_the_same_quantities_lose_nothing(on: &Fixture) {
    let keys: Vec<_> =
        ["10063020", "17019910"].iter().flat_map(|l| [1, 2].map(|n| goods(n, l, 1))).collect();
    two_writers(on, &keys, |tx, keys| {
        if tx.lock_quantity_allowances(keys)?.is_empty() {
            let mut opened: Vec<_> = keys.iter().map(|key| opened_goods(key, 0)).collect();
            opened.sort_by(|a, b| a.line.cmp(&b.line).then(a.person.cmp(&b.person)));
            tx.open_quantity_allowances(&opened)?;
        }
        let deltas: Vec<_> = keys.iter().map(|key| (key.clone(), by(1, 2))).collect();
        tx.change_quantity_allowances(&deltas)
    });
    assert_eq!(quantities(&on.read(|view| view.all_quantity_allowances())), [(100, 200); 4]);
}

/// Two writers change the balances of `keys` fifty times each, one naming them in reverse.
fn two_writers<K: Clone + Sync>(
    on: &Fixture,
    keys: &[K],
    change: impl Fn(&mut Tx<'_>, &[K]) -> Result<(), StorageError> + Sync,
) {
    let work = |reverse: bool| {
        let mut writer = on.store.writer().unwrap();
        let mut keys = keys.to_vec();
        if reverse {
            keys.reverse();
        }
        for _ in 0..50 {
            writer.retried(Default::default(), |tx| change(tx, &keys)).unwrap();
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(|| work(true));
        work(false);
    });
}
