//! Loading what parcels share: allowances, quantity allowances, guarantees, bonded stock.

use std::collections::BTreeSet;

use tongguan_domain::allowance::{Allowance, AllowanceKey, LimitedQuantity, QuantityKey};
use tongguan_domain::declaration::ImportState;
use tongguan_domain::mark::Mark;
use tongguan_domain::time::Moment;
use tongguan_storage::{Partition, Tx};

use crate::clearing::batch::BatchError;
use crate::clearing::holding::Holding;
use crate::clearing::record::DeclarationRecord;
use crate::clearing::rows;
use crate::clearing::working_set::WorkingSet;
use crate::guarantees;

use super::named::Named;

/// What deciding about a declaration may take of its buyer's accounts or give back to them; nothing where
/// it can touch neither those nor the guarantor's.
pub(super) fn takes(declaration: &DeclarationRecord) -> Option<(AllowanceKey, &[LimitedQuantity])> {
    if let ImportState::Stored(assessed) = &declaration.state {
        let person = declaration.facts.buyer.person;
        return Some((AllowanceKey { person, year: PRESENT }, &assessed.quantities));
    }
    let reservation = declaration.state.reservation()?;
    Some((reservation.key, &reservation.quantities))
}

/// What a released declaration used of its buyer's accounts, which a return gives back.
pub(super) const fn used(
    declaration: &DeclarationRecord,
) -> Option<(AllowanceKey, &[LimitedQuantity])> {
    match &declaration.state {
        ImportState::Released(release) | ImportState::Closed(release) => {
            Some((release.used.key, release.used.quantities.as_slice()))
        }
        _ => None,
    }
}

/// The year of a key that stands for the present one alone.
pub(super) const PRESENT: i16 = 0;

/// What is needed of a person: the present year, and the year of a reservation.
pub(super) fn years(key: AllowanceKey, at: Moment) -> impl Iterator<Item = AllowanceKey> {
    let year = at.china_day().year();
    [AllowanceKey { year, ..key }, key].into_iter().filter(|key| key.year != PRESENT)
}

pub(super) fn load_allowances(
    tx: &mut Tx<'_>,
    set: &mut WorkingSet,
    named: &Named,
    at: Moment,
) -> Result<(), BatchError> {
    let keys: BTreeSet<_> =
        named.persons.iter().flat_map(|key| years(*key, at)).map(rows::allowance_key).collect();
    let keys: Vec<(Partition, [u8; 16], i64)> = keys.into_iter().collect();
    for row in tx.lock_allowances(&keys)? {
        let year = i16::try_from(row.year).unwrap_or_default();
        let key = AllowanceKey { person: Mark::from_bytes(row.person), year };
        set.put_allowance(key, Allowance { reserved: row.reserved, used: row.used });
    }
    Ok(())
}

/// Of each limited line too, which few parcels have: without one there is nothing to load.
pub(super) fn load_quantities(
    tx: &mut Tx<'_>,
    set: &mut WorkingSet,
    named: &Named,
    at: Moment,
) -> Result<(), BatchError> {
    let keys: BTreeSet<_> = named
        .quantities
        .iter()
        .flat_map(|key| years(key.of, at).map(|of| QuantityKey { of, ..*key }))
        .collect();
    let keys: Vec<_> = keys.iter().map(rows::quantity_key).collect();
    for row in tx.lock_quantity_allowances(&keys)? {
        let (key, quantity) = rows::read_quantity(&row)?;
        set.put_quantity(key, quantity);
    }
    Ok(())
}

pub(super) fn load_guarantees(
    tx: &mut Tx<'_>,
    set: &mut WorkingSet,
    named: &Named,
    holding: &Holding,
) -> Result<(), BatchError> {
    let wanted = named.guarantors.iter().map(|id| {
        let key = (Partition::of_party(*id), *id);
        (key, holding.from(*id))
    });
    for taken in tx.take_guarantees(&wanted.collect(), holding.place())? {
        let party = taken.guarantee.party_id;
        set.put_guarantee(party, guarantees::balance(&taken.guarantee), taken.from);
    }
    Ok(())
}

/// Of bonded goods alone, and only where their account book is kept here.
pub(super) fn load_stocks(
    tx: &mut Tx<'_>,
    set: &mut WorkingSet,
    named: &Named,
) -> Result<(), BatchError> {
    if named.stocks.is_empty() {
        return Ok(());
    }
    let books: BTreeSet<_> = named.stocks.iter().map(|key| rows::book_key(&key.book)).collect();
    for row in tx.account_books(&Vec::from_iter(books))? {
        set.put_account_book(rows::read_book(row)?);
    }
    let keys: Vec<_> = named.stocks.iter().map(rows::stock_key).collect();
    for row in tx.lock_bonded_stocks(&keys)? {
        let (key, stock) = rows::read_stock(row)?;
        set.put_stock(key, stock);
    }
    Ok(())
}
