//! Balances: what stands in them, what was posted, and what declarations hold.

use std::collections::BTreeMap;

use tongguan_domain::allowance::{AllowanceKey, QuantityKey};
use tongguan_domain::bonded::StockKey;
use tongguan_domain::declaration::ImportState;
use tongguan_domain::ids::PartyId;
use tongguan_storage::{FIRST_ALLOWANCE, FIRST_ID, FIRST_POSTING, Store};

use super::{Disagreement, Looked, PAGE, Reconciled, ReconciliationError};
use crate::bonded::{ReportError, report};
use crate::clearing::outcome::Account;
use crate::clearing::record::DeclarationRecord;
use crate::clearing::rows;
use crate::numbering::partition_of;

/// What balances should be, in their least units, in which no sum is too great. What is nothing is left out.
#[derive(Default)]
struct Followed {
    /// By account, debits less credits.
    posted: BTreeMap<String, i128>,
    reserved: BTreeMap<AllowanceKey, i128>,
    /// Held, and used.
    quantities: BTreeMap<QuantityKey, (i128, i128)>,
    queued: BTreeMap<PartyId, i128>,
    stock: BTreeMap<StockKey, i128>,
}

/// Holds balances to what follows.
///
/// # Errors
/// [`ReconciliationError`].
pub(super) fn look(
    store: &Store,
    done: &mut Reconciled,
    tell: &mut dyn FnMut(Looked),
) -> Result<(), ReconciliationError> {
    let mut followed = Followed::default();
    postings(store, &mut followed, done, tell)?;
    declarations(store, &mut followed, done, tell)?;
    allowances(store, &mut followed, done)?;
    quantities(store, &mut followed, done)?;
    guarantees(store, &mut followed, done)?;
    stocks(store, &mut followed, done)?;
    followed.nowhere(done);
    Ok(())
}

fn postings(
    store: &Store,
    followed: &mut Followed,
    done: &mut Reconciled,
    tell: &mut dyn FnMut(Looked),
) -> Result<(), ReconciliationError> {
    let mut after = FIRST_POSTING;
    loop {
        let page = store.read(|view| view.postings_behind(after, PAGE))?;
        let Some(last) = page.last() else { return Ok(()) };
        after = (last.partition, last.seq, last.n);
        done.postings += page.len() as u64;
        for posting in page {
            let fen = i128::from(posting.amount.fen());
            *followed.posted.entry(posting.debit).or_default() += fen;
            *followed.posted.entry(posting.credit).or_default() -= fen;
        }
        tell(Looked::Postings(done.postings));
    }
}

fn declarations(
    store: &Store,
    followed: &mut Followed,
    done: &mut Reconciled,
    tell: &mut dyn FnMut(Looked),
) -> Result<(), ReconciliationError> {
    let mut after = FIRST_ID;
    loop {
        let page = store.read(|view| view.declarations_behind(after, PAGE))?;
        let Some(last) = page.last() else { return Ok(()) };
        after = (last.partition, last.declaration_id.0);
        done.declarations += page.len() as u64;
        for row in page {
            if row.partition != partition_of(row.declaration_id.0) {
                done.note(Disagreement::Misplaced(row.declaration_id.0));
            }
            followed.count(&rows::read_declaration(row)?);
        }
        tell(Looked::Declarations(done.declarations));
    }
}

fn allowances(
    store: &Store,
    followed: &mut Followed,
    done: &mut Reconciled,
) -> Result<(), ReconciliationError> {
    let mut after = FIRST_ALLOWANCE;
    loop {
        let page = store.read(|view| view.allowances_behind(after, PAGE))?;
        let Some(last) = page.last() else { return Ok(()) };
        after = (last.bucket, last.person, last.year);
        done.balances += page.len() as u64;
        for row in page {
            let key = rows::read_allowance_key(&row)?;
            let reserved = followed.reserved.remove(&key).unwrap_or_default();
            let used = Account::AllowanceUsed(key);
            done.hold(
                || format!("{}, held", rows::account_name(used)),
                row.reserved.fen(),
                reserved,
            );
            let posted = followed.posted(used);
            done.hold(|| rows::account_name(used), row.used.fen(), posted);
        }
    }
}

fn quantities(
    store: &Store,
    followed: &mut Followed,
    done: &mut Reconciled,
) -> Result<(), ReconciliationError> {
    for row in store.read(|view| view.all_quantity_allowances())? {
        let (key, account) = rows::read_quantity(&row)?;
        let (held, used) = followed.quantities.remove(&key).unwrap_or_default();
        done.balances += 1;
        done.hold(|| format!("{}, held", limited(&key)), account.reserved.trillionths(), held);
        done.hold(|| limited(&key), account.used.trillionths(), used);
    }
    Ok(())
}

fn guarantees(
    store: &Store,
    followed: &mut Followed,
    done: &mut Reconciled,
) -> Result<(), ReconciliationError> {
    for row in store.read(|view| view.all_guarantees())? {
        let held = Account::GuaranteeHeld(row.party_id);
        let queued = followed.queued.remove(&row.party_id).unwrap_or_default();
        done.balances += 1;
        done.hold(|| format!("{}, queued", rows::account_name(held)), row.queued.fen(), queued);
        let posted = followed.posted(held);
        done.hold(|| rows::account_name(held), row.held.fen(), posted);
    }
    Ok(())
}

fn stocks(
    store: &Store,
    followed: &mut Followed,
    done: &mut Reconciled,
) -> Result<(), ReconciliationError> {
    for book in store.read(|view| view.all_account_books())? {
        let book = rows::read_book(book)?.number;
        let items = match store.read(|view| report(view, &book, None, (None, None))) {
            Ok(items) => items,
            Err(ReportError::Storage(error)) => return Err(error.into()),
            Err(ReportError::Row(error)) => return Err(error.into()),
            Err(error) => {
                done.note(Disagreement::Stock(error.to_string()));
                // Of its items it is not known what should be held.
                followed.stock.retain(|key, _| key.book != book);
                continue;
            }
        };
        for of in items {
            let key = StockKey { book: book.clone(), item: of.item };
            let held = followed.stock.remove(&key).unwrap_or_default();
            done.balances += 1;
            done.hold(|| format!("{}, held", bonded(&key)), of.now.held().parts(), held);
        }
    }
    Ok(())
}

impl Followed {
    /// What a declaration holds, and has used of what no posting counts.
    fn count(&mut self, declaration: &DeclarationRecord) {
        if let Some(held) = declaration.state.reservation() {
            *self.reserved.entry(held.key).or_default() += i128::from(held.amount.fen());
            for quantity in &held.quantities {
                self.quantities.entry(quantity.key(held.key)).or_default().0 +=
                    i128::from(quantity.amount.trillionths());
            }
            for drawn in &declaration.stock {
                *self.stock.entry(drawn.key.clone()).or_default() +=
                    i128::from(drawn.quantity.parts());
            }
        }
        match &declaration.state {
            ImportState::AwaitingGuarantee(entered) => {
                let tax = entered.lodged.tax.as_ref().map_or(0, |tax| tax.total.fen());
                *self.queued.entry(declaration.facts.guarantor).or_default() += i128::from(tax);
            }
            ImportState::Released(release) | ImportState::Closed(release) => {
                for quantity in &release.used.quantities {
                    self.quantities.entry(quantity.key(release.used.key)).or_default().1 +=
                        i128::from(quantity.amount.trillionths());
                }
            }
            _ => {}
        }
    }

    /// What is posted to an account; it is not asked for again.
    fn posted(&mut self, account: Account) -> i128 {
        self.posted.remove(&rows::account_name(account)).unwrap_or_default()
    }

    /// What should stand somewhere and has no row. Accounts of what is free are the other side of those that were
    /// looked at.
    fn nowhere(self, done: &mut Reconciled) {
        for (account, follows) in self.posted {
            if !account.ends_with("/free") {
                done.hold(|| account, 0, follows);
            }
        }
        for (key, follows) in self.reserved {
            let account = Account::AllowanceUsed(key);
            done.hold(|| format!("{}, held", rows::account_name(account)), 0, follows);
        }
        for (key, (held, used)) in self.quantities {
            done.hold(|| format!("{}, held", limited(&key)), 0, held);
            done.hold(|| limited(&key), 0, used);
        }
        for (party, follows) in self.queued {
            let account = Account::GuaranteeHeld(party);
            done.hold(|| format!("{}, queued", rows::account_name(account)), 0, follows);
        }
        for (key, follows) in self.stock {
            done.hold(|| format!("{}, held", bonded(&key)), 0, follows);
        }
    }
}

/// What a line's quantity allowance is called: by the mark of the person, never his number.
fn limited(key: &QuantityKey) -> String {
    format!("{}/{}", rows::account_name(Account::AllowanceUsed(key.of)), key.line)
}

fn bonded(key: &StockKey) -> String {
    format!("stock/{}/{}", key.book, key.item)
}
