//! Following what was decided, and making leaves of it beside clearing.

use std::sync::Arc;

use tongguan_domain::time::Moment;
use tongguan_storage::seal::Keyring;
use tongguan_storage::{Backoff, LogHeadRow, StorageError, Store, Writer};
use tongguan_transparency::checkpoint::SignedHead;
use tongguan_transparency::proof::root;

use super::append::{Grown, Pending};
use super::salts::AllSalts;
use super::tiles::Tiles;
use super::{Log, LogError, from_row, row_number};
use crate::following::{TakenUp, everything};

/// A head is signed so long after the one before, in microseconds, at the earliest.
const SIGNED_EVERY: i64 = 1_000_000;

/// Appends leaves and signs heads. Of several processes one does each part: what another one has written meanwhile
/// is not written again, and the order of leaves is what was committed first.
pub struct Logger {
    store: Store,
    writer: Writer,
    salts: AllSalts,
    log: Log,
}

impl Logger {
    /// Goes on where the last one stopped.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn open(store: &Store, keyring: Arc<Keyring>, log: Log) -> Result<Self, StorageError> {
        let writer = store.small_writer()?;
        Ok(Self { store: store.clone(), writer, salts: AllSalts::new(keyring), log })
    }

    /// Makes leaves of some of what was decided since, and signs a head where the tree has grown and the last one was
    /// signed a second ago or more.
    ///
    /// # Errors
    /// [`LogError`]; what was appended before stays so.
    pub fn take_up_some(&mut self, now: Moment) -> Result<TakenUp, LogError> {
        let pending = self.store.read(Pending::read)?;
        let taken_up = TakenUp { events: pending.len(), is_behind: pending.is_behind };
        if pending.len() > 0 {
            self.salts.prepare(&mut self.writer, pending.salted())?;
            self.append(pending)?;
        }
        self.sign(now, SIGNED_EVERY)?;
        Ok(taken_up)
    }

    /// Makes leaves of everything that was decided since, and signs the head; gives how many leaves that were.
    ///
    /// # Errors
    /// [`LogError`]; what was appended before stays so.
    pub fn take_up(&mut self, now: Moment) -> Result<usize, LogError> {
        let taken_up = everything(|| self.take_up_some(now))?;
        self.sign(now, 0)?;
        Ok(taken_up)
    }

    fn append(&mut self, pending: Pending) -> Result<(), LogError> {
        let steps = pending.steps.clone();
        let Grown { from, to, tiles, runs } = pending.appended(&self.salts)?;
        let written = self.writer.retried(Backoff::default(), |tx| {
            // First what only one can do: whoever loses it has appended nothing.
            tx.grow_log(from, to)?;
            for (consumer, steps) in &steps {
                tx.move_cursors(consumer, steps)?;
            }
            tx.insert(&runs)?;
            tx.upsert(&tiles)
        });
        match written {
            Ok(()) | Err(StorageError::CursorMoved { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Signs the head, unless it is signed, or one was signed less than so many microseconds ago.
    fn sign(&mut self, now: Moment, every: i64) -> Result<(), LogError> {
        let head = self.store.read(|view| {
            let size = view.verifiable_log()?.map_or(0, |log| from_row(log.size));
            let last = view.log_heads()?.into_iter().next();
            let is_early = |last: &LogHeadRow| {
                // A clock that was put back must not keep heads back.
                (0..every).contains(&(now.micros() - last.signed_at.micros()))
            };
            if last.is_some_and(|last| from_row(last.size) >= size || is_early(&last)) {
                return Ok::<_, LogError>(None);
            }
            let mut tiles = Tiles::default();
            let root = root(size, &mut |node| tiles.node(view, node))?;
            Ok(Some(SignedHead::sign(&self.log.signer, size, root)))
        })?;
        let Some(head) = head else { return Ok(()) };
        let size = row_number(head.checkpoint.size);
        let row = LogHeadRow { size, signed_at: now, cosigned: false, note: head.note.to_string() };
        Ok(self.writer.retried(Backoff::default(), |tx| {
            tx.insert_absent(std::slice::from_ref(&row))?;
            tx.forget_heads_before(size)
        })?)
    }
}
