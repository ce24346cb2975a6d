//! What must agree in a store at any time: balances with postings, reservations and queues.
//!
//! Quantities are no money and have no postings: their account is what the declarations say that they
//! hold and have used.

use std::collections::{BTreeMap, BTreeSet};

use tongguan_application::bonded::report;
use tongguan_application::clearing::outcome::Account;
use tongguan_application::clearing::record::{DeclarationRecord, DocumentKey, Facts};
use tongguan_application::clearing::rows;
use tongguan_domain::allowance::{AllowanceKey, QuantityAllowance, QuantityKey};
use tongguan_domain::bonded::StockKey;
use tongguan_domain::declaration::ImportState;
use tongguan_domain::mark::Mark;
use tongguan_domain::money::Money;
use tongguan_storage::{Partition, StorageError, View};

/// Years in which a test may lodge.
const YEARS: std::ops::RangeInclusive<i16> = 2020..=2040;

/// Asserts that the allowances of `persons`, all quantity allowances and all guarantees say what the
/// postings and the declarations under `keys` say.
///
/// # Errors
/// [`StorageError`].
///
/// # Panics
/// When they do not.
pub fn balances(
    view: &mut View<'_>,
    keys: &BTreeSet<DocumentKey>,
    persons: &BTreeSet<Mark>,
) -> Result<(), StorageError> {
    let posted = posted(view)?;
    let mut reserved = BTreeMap::<AllowanceKey, i64>::new();
    let mut quantities = BTreeMap::<QuantityKey, QuantityAllowance>::new();
    let mut queued = BTreeMap::<i64, i64>::new();
    for key in keys {
        let Some(declaration) = declaration(view, key)? else { continue };
        if let Some(reservation) = declaration.state.reservation() {
            *reserved.entry(reservation.key).or_default() += reservation.amount.fen();
        }
        count(&mut quantities, &declaration.state);
        if let ImportState::AwaitingGuarantee(entered) = &declaration.state {
            let tax = entered.lodged.tax.as_ref().map_or(Money::ZERO, |tax| tax.total);
            *queued.entry(declaration.facts.guarantor.0).or_default() += tax.fen();
        }
    }
    for person in persons {
        for year in YEARS {
            let key = AllowanceKey { person: *person, year };
            let row = (rows::allowance_bucket(key), person.to_bytes(), i64::from(year));
            let stored = view.allowances(&[row])?.pop();
            let (held, used) =
                stored.map_or((0, 0), |stored| (stored.reserved.fen(), stored.used.fen()));
            let expected = reserved.get(&key).copied().unwrap_or_default();
            assert_eq!(held, expected, "what is reserved of {key:?}");
            let account = Account::AllowanceUsed(key);
            let name = rows::account_name(account);
            let expected = posted.get(&name).copied().unwrap_or_default();
            assert_eq!(used, expected, "what is used of {key:?}");
        }
    }
    quantities.retain(|_, account| *account != QuantityAllowance::default());
    assert_eq!(stored_quantities(view)?, quantities, "what is taken of limited lines");
    for guarantee in view.all_guarantees()? {
        let party = guarantee.party_id;
        let account = Account::GuaranteeHeld(party);
        let expected = posted.get(&rows::account_name(account)).copied().unwrap_or_default();
        assert_eq!(guarantee.held.fen(), expected, "what is held of guarantee {party}");
        let expected = queued.get(&party.0).copied().unwrap_or_default();
        assert_eq!(guarantee.queued.fen(), expected, "what queues for guarantee {party}");
    }
    Ok(())
}

/// Adds what a declaration holds and has used of lines whose quantity is limited.
#[expect(clippy::expect_used, reason = "a test cannot go on when a sum does not fit")]
fn count(accounts: &mut BTreeMap<QuantityKey, QuantityAllowance>, state: &ImportState) {
    let held = state.reservation();
    for (key, quantity) in held.into_iter().flat_map(|of| of.quantities.iter().map(|q| (of.key, q)))
    {
        let account = accounts.entry(quantity.key(key)).or_default();
        *account = account.reserve(quantity.amount).expect("a sum");
    }
    let (ImportState::Released(release) | ImportState::Closed(release)) = state else { return };
    for quantity in &release.used.quantities {
        let account = accounts.entry(quantity.key(release.used.key)).or_default();
        *account = account.spend(quantity.amount).expect("a sum");
    }
}

/// Every quantity allowance of which something is taken.
#[expect(clippy::expect_used, reason = "a test cannot go on when a row does not decode")]
fn stored_quantities(
    view: &mut View<'_>,
) -> Result<BTreeMap<QuantityKey, QuantityAllowance>, StorageError> {
    let rows = view.all_quantity_allowances()?;
    let accounts = rows.iter().map(|row| rows::read_quantity(row).expect("a quantity row"));
    Ok(accounts.filter(|(_, account)| *account != QuantityAllowance::default()).collect())
}

/// The declaration that stands under a key, if any.
///
/// # Errors
/// [`StorageError`].
#[expect(clippy::expect_used, reason = "a test cannot go on when a row does not decode")]
pub fn declaration(
    view: &mut View<'_>,
    key: &DocumentKey,
) -> Result<Option<DeclarationRecord>, StorageError> {
    let DocumentKey { dossier, kind, party, number } = key;
    let row = (dossier.partition, &*dossier.order_no, kind.code(), *party, &**number);
    let Some(document) = view.documents(&[row])?.pop() else { return Ok(None) };
    let document = rows::read_document(document).expect("a document row");
    let Some(Facts::Declaration(id)) = document.facts.as_deref() else { return Ok(None) };
    let row = view.declarations(&[(dossier.partition, *id)])?.pop();
    Ok(row.map(|row| rows::read_declaration(row).expect("a declaration row")))
}

/// Asserts that the postings balance to nothing; debits minus credits by account.
fn posted(view: &mut View<'_>) -> Result<BTreeMap<String, i64>, StorageError> {
    let sums = view.account_sums()?;
    let net: BTreeMap<String, i64> = sums
        .into_iter()
        .map(|(account, debit, credit)| (account, debit.fen() - credit.fen()))
        .collect();
    assert_eq!(net.values().sum::<i64>(), 0, "the postings do not balance");
    Ok(net)
}

/// Asserts that every bonded stock is what its movements say, and that what is held of it is what the
/// declarations under `keys` hold that are entered and not released.
///
/// # Errors
/// [`StorageError`].
///
/// # Panics
/// When it is not.
#[expect(clippy::expect_used, reason = "a test cannot go on when a book is not explained")]
pub fn stocks(view: &mut View<'_>, keys: &BTreeSet<DocumentKey>) -> Result<(), StorageError> {
    let mut held = BTreeMap::<StockKey, i64>::new();
    for key in keys {
        let Some(declaration) = declaration(view, key)? else { continue };
        for drawn in declaration.stock {
            if declaration.state.reservation().is_some() {
                *held.entry(drawn.key).or_default() += drawn.quantity.parts();
            }
        }
    }
    for book in view.all_account_books()? {
        let book = rows::read_book(book).expect("a book").number;
        for of in report(view, &book, None, (None, None)).expect("every unit is explained") {
            let key = StockKey { book: book.clone(), item: of.item };
            let expected = held.get(&key).copied().unwrap_or_default();
            assert_eq!(of.now.held().parts(), expected, "what is held of {key:?}");
        }
    }
    Ok(())
}

/// Asserts that nothing is held.
///
/// # Errors
/// [`StorageError`].
///
/// # Panics
/// When something is.
pub fn nothing_held(view: &mut View<'_>) -> Result<(), StorageError> {
    let held = view.held((Partition(0), 0), 10)?;
    assert!(held.is_empty(), "held: {held:?}");
    Ok(())
}
