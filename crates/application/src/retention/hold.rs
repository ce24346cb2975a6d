//! Holds (法定保全): of a declaration that a case, an appeal or an enquiry needs, nothing is erased until it is lifted.

use std::ops::Range;

use tongguan_domain::ids::DeclarationId;
use tongguan_domain::month::Month;
use tongguan_domain::time::Moment;
use tongguan_storage::{LegalHoldRow, Register, StorageError, Store, Writer};

use super::settled::months_between;
use super::{PART, RetentionError};
use crate::history::{Cause, ChangeKind, Entry, Field, Subject, change};
use crate::numbering::made_at;
use crate::review::{AnyDeclaration, AnyRow, BadReason, ReviewError, documents, reason};

/// A hold.
pub type Hold = LegalHoldRow;

/// A hold is not set or lifted; nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum HoldError {
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The declaration.
    #[error(transparent)]
    Review(#[from] ReviewError),
    /// Why is not said.
    #[error(transparent)]
    Reason(#[from] BadReason),
    /// There is no such declaration.
    #[error("there is no declaration {0}")]
    NoDeclaration(DeclarationId),
    /// It is held already.
    #[error("declaration {declaration} is held already, by hold {n}")]
    Held {
        /// The declaration.
        declaration: DeclarationId,
        /// The hold.
        n: i64,
    },
    /// No such hold is open.
    #[error("there is no open hold {0}: see `tongguan retention holds`")]
    NoHold(i64),
}

/// Which months a hold keeps.
pub(super) struct Held {
    /// Its number.
    pub(super) n: i64,
    /// From the first document of its declaration to its last change.
    pub(super) months: Range<Month>,
}

/// All holds, those that were lifted too, in order.
///
/// # Errors
/// [`StorageError`].
pub fn holds(store: &Store) -> Result<Vec<Hold>, StorageError> {
    store.read(|view| view.legal_holds())
}

/// Holds a declaration; gives the number of the hold. Who erases and who holds come one after the other, so what is
/// held is there.
///
/// # Errors
/// [`HoldError`].
pub fn hold(
    writer: &mut Writer,
    declaration: DeclarationId,
    (why, who): (&str, &str),
    cause: &Cause,
    now: Moment,
) -> Result<i64, HoldError> {
    let why = reason(why)?;
    change(writer, Register::Service, cause, now, |tx| {
        if AnyDeclaration::of_id(tx, declaration)?.is_none() {
            return Err(HoldError::NoDeclaration(declaration));
        }
        if let Some(open) = tx.legal_hold_of(declaration)? {
            return Err(HoldError::Held { declaration, n: open.n });
        }
        let n = tx.legal_holds()?.last().map_or(1, |last| last.n + 1);
        tx.put_legal_hold(Hold {
            n,
            declaration_id: declaration,
            reason: why.clone(),
            set_by: who.to_owned(),
            set_at: now,
            lifted_by: None,
            lifted_at: None,
            lifted_for: None,
        })?;
        let fields = [("declaration", declaration.to_string()), ("reason", why.clone())];
        Ok((n, vec![told(n, ChangeKind::Added, fields)]))
    })
}

/// Lifts a hold.
///
/// # Errors
/// [`HoldError`].
pub fn lift(
    writer: &mut Writer,
    n: i64,
    (why, who): (&str, &str),
    cause: &Cause,
    now: Moment,
) -> Result<Hold, HoldError> {
    let why = reason(why)?;
    change(writer, Register::Service, cause, now, |tx| {
        let all = tx.legal_holds()?;
        let open = all.into_iter().find(|hold| hold.n == n && hold.is_open());
        let lifted = Hold {
            lifted_by: Some(who.to_owned()),
            lifted_at: Some(now),
            lifted_for: Some(why.clone()),
            ..open.ok_or(HoldError::NoHold(n))?
        };
        tx.put_legal_hold(lifted.clone())?;
        let fields = [("declaration", lifted.declaration_id.to_string()), ("reason", why.clone())];
        Ok((lifted, vec![told(n, ChangeKind::Ended, fields)]))
    })
}

/// The months of open holds.
pub(super) fn held_months(store: &Store) -> Result<Vec<Held>, RetentionError> {
    let mut held = Vec::new();
    for hold in holds(store)?.into_iter().filter(Hold::is_open) {
        let id = hold.declaration_id;
        let documents = documents(store, id)?.unwrap_or_default();
        let first = documents.iter().map(|document| made_at(document.source.message.0)).min();
        let last = store.read(|view| AnyRow::of_id(view, id))?.map(|row| row.updated_at());
        let seen = made_at(id.0);
        let (first, last) = (first.unwrap_or(seen).min(seen), last.unwrap_or(seen).max(seen));
        held.push(Held { n: hold.n, months: months_between(first, last) });
    }
    Ok(held)
}

fn told<const N: usize>(n: i64, change: ChangeKind, fields: [(&str, String); N]) -> Entry {
    let changed = |(name, value): (&str, String)| match change {
        ChangeKind::Ended => Field::changed(name, value, String::new()),
        _ => Field::changed(name, String::new(), value),
    };
    let subject = Subject::Service(format!("{PART}, hold {n}"));
    Entry { subject, change, fields: fields.into_iter().filter_map(changed).collect() }
}
