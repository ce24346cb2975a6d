//! A follower of the outbox: reads in commit order, renders, and remembers how far it has come.

use std::collections::BTreeMap;
use std::sync::Arc;

use tongguan_storage::seal::Keyring;
use tongguan_storage::{Backoff, Partition, StorageError, Store, Writer};

use crate::originals::Archive;

use super::{RenderError, Rendered, pending, render};

/// Rows read at a time.
const PAGE: i64 = 2_000;

/// Delivery stopped.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// The outbox could not be read, or the cursor not moved.
    #[error("the stored responses could not be read")]
    Storage(#[from] StorageError),
    /// A response could not be rendered.
    #[error("a stored response could not be written out")]
    Render(#[from] RenderError),
}

/// A message with a name of its own: the same each time it is rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispatch {
    /// The message.
    pub rendered: Rendered,
    /// Where it stands in the outbox: makes its name unique.
    pub place: (Partition, i64),
}

/// What is to be delivered next, and how far that reaches.
#[derive(Debug, Default)]
pub struct Round {
    /// The messages, in commit order within each partition.
    pub dispatches: Vec<Dispatch>,
    places: BTreeMap<Partition, i64>,
}

impl Round {
    /// Whether the outbox holds nothing further. A round may hold no message and still be one, when
    /// what was read needs no sending.
    pub fn is_end(&self) -> bool {
        self.places.is_empty()
    }
}

/// Follows the outbox under a name.
pub struct Follower {
    consumer: &'static str,
    store: Store,
    writer: Writer,
    archive: Archive,
    /// How far it has come; `None` when that is not known, because a step's result was lost.
    cursors: Option<BTreeMap<Partition, i64>>,
    with_parcel_numbers: bool,
}

impl Follower {
    /// Goes on where the follower of that name stopped. `with_parcel_numbers` adds order and waybill
    /// number to tax bills, as real systems do though the schema has no place for them.
    ///
    /// # Errors
    /// [`FollowError::Storage`].
    pub fn open(
        consumer: &'static str,
        store: &Store,
        keyring: Arc<Keyring>,
        with_parcel_numbers: bool,
    ) -> Result<Self, FollowError> {
        Ok(Self {
            consumer,
            store: store.clone(),
            writer: store.small_writer()?,
            archive: Archive::new(store.clone(), keyring),
            cursors: Some(cursors(store, consumer)?),
            with_parcel_numbers,
        })
    }

    /// The next round. It is given again until it is acknowledged.
    ///
    /// # Errors
    /// [`FollowError`].
    pub fn next_round(&mut self) -> Result<Round, FollowError> {
        if self.cursors.is_none() {
            self.cursors = Some(cursors(&self.store, self.consumer)?);
        }
        let pending = pending(&self.store, self.consumer, PAGE)?;
        let mut dispatches = Vec::with_capacity(pending.rows.len());
        for outgoing in &pending.rows {
            let with_numbers = self.with_parcel_numbers;
            let place = (outgoing.response.partition, outgoing.response.seq);
            let messages =
                render(outgoing, with_numbers, &mut |message| self.archive.original(message))?;
            dispatches.extend(messages.into_iter().map(|rendered| Dispatch { rendered, place }));
        }
        Ok(Round { dispatches, places: pending.places })
    }

    /// Records that a round was delivered.
    ///
    /// # Errors
    /// [`FollowError::Storage`]; then the round is given again, unless it was recorded after all.
    pub fn acknowledge(&mut self, round: &Round) -> Result<(), FollowError> {
        // Put back when it is known how far they were moved.
        let mut cursors = self.cursors.take().unwrap_or_default();
        let from = |partition| cursors.get(partition).copied().unwrap_or(0);
        let steps: Vec<_> =
            round.places.iter().map(|(partition, to)| (*partition, from(partition), *to)).collect();
        let consumer = self.consumer;
        self.writer.retried(Backoff::default(), |tx| tx.move_cursors(consumer, &steps))?;
        cursors.extend(&round.places);
        self.cursors = Some(cursors);
        Ok(())
    }
}

fn cursors(store: &Store, consumer: &str) -> Result<BTreeMap<Partition, i64>, StorageError> {
    let cursors = store.read(|view| view.cursors(consumer))?;
    Ok(cursors.into_iter().map(|cursor| (cursor.partition, cursor.seq)).collect())
}
