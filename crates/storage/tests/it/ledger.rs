//! Bills and postings.

use tongguan_domain::ids::DeclarationId;
use tongguan_domain::money::Money;
use tongguan_storage::{Partition, Posting, StorageError, TaxBill};

use crate::fixture::{Fixture, at};

on_both_engines! {
    bills_are_found_by_declaration,
    a_posting_is_above_nothing_and_written_once,
    accounts_add_up,
}

const P: Partition = Partition(1);

fn bills_are_found_by_declaration(on: &Fixture) {
    let bill = |declaration: i64, n: i64| TaxBill {
        partition: P,
        declaration_id: DeclarationId(declaration),
        n,
        tax_no: format!("T{n}"),
        status: 1,
        duty: Money::ZERO,
        consumption_tax: Money::from_fen(12),
        vat: Money::from_fen(34),
        at: at(1),
        body: vec![],
    };
    on.write(|tx| tx.insert(&[bill(2, 1), bill(1, 2), bill(1, 1)]));
    let found = on.read(|view| view.tax_bills(&[(P, DeclarationId(1)), (P, DeclarationId(3))]));
    assert_eq!(found, [bill(1, 1), bill(1, 2)]);
    assert_eq!(on.store.tax_bills().unwrap(), 3);
    assert!(on.store.bytes().unwrap() > 100_000, "{:?}", on.store.bytes());
}

fn posting(seq: i64, n: i64, debit: &str, credit: &str, fen: i64) -> Posting {
    Posting {
        partition: P,
        seq,
        n,
        at: at(1),
        debit: debit.into(),
        credit: credit.into(),
        amount: Money::from_fen(fen),
        declaration_id: DeclarationId(1),
    }
}

fn a_posting_is_above_nothing_and_written_once(on: &Fixture) {
    for fen in [0, -1] {
        let error = on.refused(|tx| tx.insert(&[posting(1, 0, "a", "b", fen)]));
        assert!(matches!(error, StorageError::Constraint { .. }), "{error:?}");
    }
    on.write(|tx| tx.insert(&[posting(1, 0, "a", "b", 5)]));
    let error =
        on.refused(|tx| tx.insert(&[posting(2, 0, "a", "b", 5), posting(1, 0, "a", "b", 5)]));
    assert!(matches!(error, StorageError::Constraint { .. }), "{error:?}");
    assert_eq!(on.read(|view| view.postings(&[(P, 1), (P, 2)])), [posting(1, 0, "a", "b", 5)]);
}

fn accounts_add_up(on: &Fixture) {
    assert_eq!(on.read(|view| view.account_sums()), []);
    on.write(|tx| {
        tx.insert(&[posting(1, 0, "tax", "held", 50), posting(1, 1, "held", "paid", 20)])
    });
    let sums = on.read(|view| view.account_sums());
    let sums: Vec<_> = sums.iter().map(|(name, d, c)| (&**name, d.fen(), c.fen())).collect();
    assert_eq!(sums, [("held", 20, 50), ("paid", 0, 20), ("tax", 50, 0)]);
}
