//! What was held of guarantees and given back: a list that is kept beside clearing, from its postings.
//!
//! A posting names its accounts and has no index by them, because every release would pay for it. [`Movements`]
//! follows the postings under a cursor of its own, as the lists of parcels follow the events (decision 23).

use std::collections::HashMap;

use tongguan_domain::ids::PartyId;
use tongguan_domain::money::Money;
use tongguan_storage::stored::event::{StoredCauseV1, StoredEntryV1, StoredEvent, StoredSubjectV1};
use tongguan_storage::{
    Backoff, GuaranteeMovement, MovementPlace, Partition, Posting, StorageError, Store, View,
    Writer,
};

use crate::clearing::rows::{GuaranteeAccount, guarantee_account};
use crate::following::{TakenUp, Unread, everything};
use crate::numbering::partition_of;
use crate::parcels::ParcelsError;

/// The name under which the movements follow the postings.
pub const MOVEMENTS: &str = "guarantees";
/// Postings read at a time, as few as the lists of parcels read events.
const PAGE: i64 = 256;

/// Keeps the movements of guarantees.
pub struct Movements {
    store: Store,
    writer: Writer,
}

/// Something that was held or given back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    /// Where it stands in the list.
    pub place: MovementPlace,
    /// Which.
    pub kind: MovementKind,
    /// How much.
    pub amount: Money,
    /// 清单编号 of the declaration, or 预录入编号 before it has one.
    pub number: String,
    /// What led to it, where the audit says it.
    pub cause: Option<MovementCause>,
}

/// Which way the money went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MovementKind {
    /// Held for goods that were released (占用).
    Held,
    /// Given back for goods that went back (恢复).
    GivenBack,
}

/// What led to a movement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MovementCause {
    /// A document that came.
    Document,
    /// An officer, or two with ` + ` between them.
    Officer(String),
    /// A command of an enterprise.
    Command,
    /// Time.
    Time,
    /// The guarantee was raised or reinstated, and released what queued.
    Guarantee,
}

impl MovementKind {
    const fn numbered(number: i64) -> Self {
        if number == 2 { Self::GivenBack } else { Self::Held }
    }

    const fn number(self) -> i64 {
        match self {
            Self::Held => 1,
            Self::GivenBack => 2,
        }
    }
}

impl Movements {
    /// Goes on where the last one stopped.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn open(store: &Store) -> Result<Self, StorageError> {
        Ok(Self { store: store.clone(), writer: store.writer()? })
    }

    /// Takes up some of what was posted since. Where another process does the same, one of them does each part.
    ///
    /// # Errors
    /// [`ParcelsError`]; what was taken up before stays so.
    pub fn take_up_some(&mut self) -> Result<TakenUp, ParcelsError> {
        let unread = self.store.read(|view| Unread::<Posting>::by(view, MOVEMENTS, PAGE))?;
        if unread.steps.is_empty() {
            return Ok(unread.when(Ok(()))?);
        }
        let rows: Vec<_> = unread.rows.iter().filter_map(moved).collect();
        let written = self.writer.retried(Backoff::default(), |tx| {
            tx.move_cursors(MOVEMENTS, &unread.steps)?;
            tx.insert_absent(&rows).map(drop)
        });
        Ok(unread.when(written)?)
    }

    /// Takes up everything that was posted since; gives how many postings that were.
    ///
    /// # Errors
    /// [`ParcelsError`]; what was taken up before stays so.
    pub fn take_up(&mut self) -> Result<usize, ParcelsError> {
        everything(|| self.take_up_some())
    }

    /// Forgets the list, to be made anew from the first posting on. Whoever follows beside it starts anew too.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn forget(&mut self) -> Result<(), StorageError> {
        self.writer.retried(Backoff::default(), |tx| tx.forget_guarantee_movements(MOVEMENTS))
    }
}

/// What was held of a guarantee and given back, the newest first, at most `limit`, behind `before`.
///
/// # Errors
/// [`ParcelsError`].
pub fn movements(
    view: &mut View<'_>,
    party: PartyId,
    before: Option<MovementPlace>,
    limit: i64,
) -> Result<Vec<Movement>, ParcelsError> {
    let rows = view.guarantee_movements(party, before, limit)?;
    let keys: Vec<_> =
        rows.iter().map(|row| (partition_of(row.declaration_id.0), row.declaration_id)).collect();
    let mut numbers = HashMap::new();
    for row in view.declarations(&keys)? {
        numbers.insert(row.declaration_id, row.invt_no.unwrap_or(row.pre_no));
    }
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        let declaration = row.declaration_id;
        all.push(Movement {
            place: MovementPlace { at: row.at, seq: row.seq, declaration },
            kind: MovementKind::numbered(row.kind),
            amount: row.amount,
            number: numbers.get(&declaration).cloned().unwrap_or_default(),
            cause: cause(view, &row)?,
        });
    }
    Ok(all)
}

/// The movement that a posting is, where it is one of a guarantee.
fn moved(posting: &Posting) -> Option<GuaranteeMovement> {
    // The other account is the rest of the same guarantee.
    let (party, kind) = match guarantee_account(&posting.debit)? {
        GuaranteeAccount::Held(party) => (party, MovementKind::Held),
        GuaranteeAccount::Free(party) => (party, MovementKind::GivenBack),
    };
    Some(GuaranteeMovement {
        bucket: Partition::of_party(party),
        party_id: party,
        at: posting.at,
        seq: posting.seq,
        declaration_id: posting.declaration_id,
        kind: kind.number(),
        amount: posting.amount,
    })
}

/// What the audit says of it: the event of its batch follows the postings in the same partition.
fn cause(
    view: &mut View<'_>,
    row: &GuaranteeMovement,
) -> Result<Option<MovementCause>, ParcelsError> {
    let partition = partition_of(row.declaration_id.0);
    let Some(event) = view.events_from(partition, row.seq, 1)?.pop() else { return Ok(None) };
    let of = StoredSubjectV1::Declaration(row.declaration_id.0);
    let entries = StoredEvent::decode(&event.body)?.entries;
    Ok(entries.iter().rev().find(|entry| entry.subject == of).map(because))
}

fn because(entry: &StoredEntryV1) -> MovementCause {
    match &entry.cause {
        StoredCauseV1::Document(..) | StoredCauseV1::Delegated(..) => MovementCause::Document,
        StoredCauseV1::Ruling(officer, _) => MovementCause::Officer(officer.clone()),
        StoredCauseV1::Command | StoredCauseV1::Signed(..) => MovementCause::Command,
        StoredCauseV1::Time => MovementCause::Time,
        StoredCauseV1::Guarantee => MovementCause::Guarantee,
    }
}
