//! Witness for others (为他方见证): signs the heads of another authority's log, each because it goes on from the one that
//! was seen before, and never two histories of one log.

use std::collections::BTreeMap;
use std::sync::Arc;

use tongguan_domain::time::Moment;
use tongguan_storage::{AttestedLogRow, Backoff, StorageError, Store};
use tongguan_transparency::hash::Hash;
use tongguan_transparency::note::{Signer, Verifier};
use tongguan_transparency::witness::{AddCheckpoint, Seen, Unwitnessed};

use super::{Log, LogError, from_row, row_number};
use crate::ports::Clock;

/// Signs for others, and keeps what it saw last of each.
pub struct Attestor {
    store: Store,
    signer: Arc<Signer>,
    logs: BTreeMap<String, Verifier>,
    clock: Arc<dyn Clock>,
}

/// Why a head was not signed.
#[derive(Debug, thiserror::Error)]
pub enum NotAttested {
    /// Nobody has asked that this log be witnessed here.
    #[error("no log of that name is witnessed here")]
    UnknownLog,
    /// What it asks, or the head, is not in order.
    #[error(transparent)]
    Unwitnessed(#[from] Unwitnessed),
    /// What was seen could not be kept: nothing was signed.
    #[error("what was seen could not be kept")]
    Log(#[from] LogError),
}

impl From<StorageError> for NotAttested {
    fn from(error: StorageError) -> Self {
        Self::Log(error.into())
    }
}

impl tongguan_storage::OfTransaction for NotAttested {
    fn of_database(&self) -> Option<&StorageError> {
        match self {
            Self::Log(LogError::Storage(error)) => Some(error),
            _ => None,
        }
    }
}

impl Attestor {
    /// By the key that goes with a log of its own, for the logs whose keys these are, each of another name.
    pub fn new(
        store: &Store,
        own: &Log,
        logs: impl IntoIterator<Item = Verifier>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let logs = logs.into_iter().map(|log| (log.name().to_owned(), log)).collect();
        Self { store: store.clone(), signer: Arc::clone(&own.witness), logs, clock }
    }

    /// Its key, as others write it down.
    pub fn key(&self) -> &Verifier {
        self.signer.verifier()
    }

    /// Takes up a request (C2SP tlog-witness `add-checkpoint`); gives the line of its signature. What it saw is kept
    /// for good before it signs, so that it cannot be made to sign two histories, not even by its own crash.
    ///
    /// # Errors
    /// [`NotAttested`].
    pub fn add_checkpoint(&self, request: &str) -> Result<String, NotAttested> {
        let asked = AddCheckpoint::parse(request)?;
        let origin = asked.checkpoint()?.origin;
        let log = self.logs.get(&origin).ok_or(NotAttested::UnknownLog)?;
        let now = self.clock.now();
        let head = self.store.small_writer()?.retried(Backoff::default(), |tx| {
            let standing = tx.lock_attested_log(nothing_of(&origin, now))?;
            let head = asked.admitted(log, Some(seen_in(&standing)))?;
            tx.see_attested_log(&AttestedLogRow {
                origin: origin.clone(),
                size: row_number(head.checkpoint.size),
                root: head.checkpoint.root.0.to_vec(),
                seen_at: now,
            })?;
            Ok::<_, NotAttested>(head)
        })?;
        let seconds = u64::try_from(now.micros() / 1_000_000).unwrap_or_default();
        Ok(head.cosign(&self.signer, seconds).to_string())
    }
}

/// Of a log of which nothing was seen yet.
fn nothing_of(origin: &str, now: Moment) -> AttestedLogRow {
    let root = Hash::of_nothing().0.to_vec();
    AttestedLogRow { origin: origin.to_owned(), size: 0, root, seen_at: now }
}

fn seen_in(row: &AttestedLogRow) -> Seen {
    // A root that is none is that of no head: nothing goes on from it.
    let root = row.root.as_slice().try_into().map_or(Hash([0; 32]), Hash);
    Seen { size: from_row(row.size), root }
}
