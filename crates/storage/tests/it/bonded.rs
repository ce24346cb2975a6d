//! Account books and bonded stock: deltas, guards, locks.

use tongguan_domain::ids::PartyId;
use tongguan_storage::{
    AccountBook, BondedStock, BondedStockKey, Partition, Remedy, StockDelta, StockMovement,
    StorageError, Tx,
};

use crate::fixture::{Fixture, at};

on_both_engines! {
    registering_again_keeps_what_is_there,
    less_is_never_there_than_is_held,
    a_stock_that_is_not_registered_is_left_out_and_cannot_change,
    a_movement_stands_once,
    writers_that_change_the_same_stock_lose_nothing,
}

fn key(item: &str) -> BondedStockKey {
    (Partition::of_text("L1"), "L1".into(), item.into())
}

fn goods(item: &str, body: u8) -> BondedStock {
    let (bucket, book, item) = key(item);
    let (on_hand, held, moved, moved_at) = (0, 0, 0, at(1));
    BondedStock { bucket, book, item, on_hand, held, moved, moved_at, body: vec![body] }
}

fn by(on_hand: i64, held: i64, moved: i64) -> StockDelta {
    StockDelta { on_hand, held, moved }
}

fn change(tx: &mut Tx<'_>, item: &str, by: StockDelta) -> Result<(), StorageError> {
    tx.change_bonded_stocks(&[(key(item), by)], at(5))
}

fn book() -> AccountBook {
    AccountBook {
        bucket: Partition::of_text("L1"),
        book: "L1".into(),
        holder_id: PartyId(4),
        office: "2916".into(),
        zone: "示例综合保税区".into(),
        valid_from: at(0),
        valid_to: None,
    }
}

fn standing(on: &Fixture) -> Vec<(String, i64, i64, i64, i64)> {
    let stocks = on.read(|view| view.stocks_of_books(&[(Partition::of_text("L1"), "L1".into())]));
    let told = |row: BondedStock| {
        (row.item, row.on_hand, row.held, row.moved, row.moved_at.micros() / 1_000_000)
    };
    stocks.into_iter().map(told).collect()
}

fn registering_again_keeps_what_is_there(on: &Fixture) {
    on.write(|tx| tx.upsert(&[book()]));
    assert_eq!(on.read(|view| view.all_account_books()), [book()]);
    on.write(|tx| tx.register_stocks(&[goods("1", 7), goods("2", 7)]));
    on.write(|tx| change(tx, "1", by(9, 4, 2)));
    on.write(|tx| change(tx, "1", by(0, 1, 0)));
    on.write(|tx| tx.register_stocks(&[goods("1", 8)]));
    assert_eq!(standing(on), [("1".into(), 9, 5, 2, 5), ("2".into(), 0, 0, 0, 1)]);
    let locked = on.write(|tx| tx.lock_bonded_stocks(&[key("2"), key("1")]));
    assert_eq!(locked.iter().map(|row| row.body[0]).collect::<Vec<_>>(), [8, 7]);
}

fn less_is_never_there_than_is_held(on: &Fixture) {
    on.write(|tx| tx.register_stocks(&[goods("1", 7)]));
    on.write(|tx| change(tx, "1", by(9, 4, 1)));
    for wrong in [by(-6, 0, 1), by(0, 6, 0), by(0, -5, 0), by(-10, -4, 1)] {
        let error = on.refused(|tx| change(tx, "1", wrong));
        assert!(matches!(error, StorageError::Constraint { .. }), "{wrong:?}: {error:?}");
        assert_eq!(error.remedy(), Remedy::Bisect);
    }
    assert_eq!(standing(on), [("1".into(), 9, 4, 1, 5)]);
}

fn a_stock_that_is_not_registered_is_left_out_and_cannot_change(on: &Fixture) {
    assert_eq!(on.write(|tx| tx.lock_bonded_stocks(&[key("1")])), []);
    let error = on.refused(|tx| change(tx, "1", by(1, 0, 1)));
    assert!(matches!(error, StorageError::Missing { table: "bonded_stock", missing: 1 }));
}

fn a_movement_stands_once(on: &Fixture) {
    let (bucket, book, item) = key("1");
    let movement = StockMovement {
        bucket,
        book,
        item,
        n: 1,
        kind: 2,
        quantity: 500_000,
        at: at(3),
        document: "QD1".into(),
        declaration_id: None,
        officer: Some("王关员".into()),
        reason: None,
    };
    on.write(|tx| tx.insert(std::slice::from_ref(&movement)));
    let error = on.refused(|tx| tx.insert(std::slice::from_ref(&movement)));
    assert!(matches!(error, StorageError::Constraint { .. }), "{error:?}");
    assert_eq!(on.read(|view| view.stock_movements(&key("1"))), [movement]);
    assert_eq!(on.read(|view| view.stock_movements(&key("2"))), []);
}

fn writers_that_change_the_same_stock_lose_nothing(on: &Fixture) {
    on.write(|tx| tx.register_stocks(&[goods("1", 7)]));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut writer = on.store.writer().unwrap();
                for _ in 0..25 {
                    writer
                        .retried(Default::default(), |tx| {
                            let n = tx.lock_bonded_stocks(&[key("1")])?[0].moved + 1;
                            assert!(n <= 100, "{n}");
                            change(tx, "1", by(2, 1, 1))
                        })
                        .unwrap();
                }
            });
        }
    });
    assert_eq!(standing(on), [("1".into(), 200, 100, 100, 5)]);
}
