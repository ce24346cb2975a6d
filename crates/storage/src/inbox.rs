//! The inbox: what was received and is not decided yet; and what was set aside for an operator.

use tongguan_domain::ids::MessageId;
use tongguan_domain::time::Moment;

use crate::cell::ToCell;
use crate::error::StorageError;
use crate::partition::{Partition, in_any_of};
use crate::tx::{Tx, View};

row! {
    /// Something to be decided by its partition's writer, in order of `seq`.
    pub struct Inbox in "inbox", key 2 {
        /// The partition that decides.
        partition: Partition,
        /// The order: a storage id, so that whoever receives can add one without asking the owner.
        seq: i64,
        /// What it is, by the application's numbering.
        kind: i64,
        /// The message.
        message_id: MessageId,
        /// Which document of the message, from 0.
        ordinal: i64,
        /// Not to be decided before.
        not_before: Moment,
        /// What the message itself does not say; mostly empty.
        payload: Vec<u8>,
    }
}

row! {
    /// A document that could not be decided: a defect of ours, kept for an operator.
    pub struct Held in "held", key 2 {
        /// The partition.
        partition: Partition,
        /// Its place in the inbox.
        seq: i64,
        /// The message.
        message_id: MessageId,
        /// Which document of the message, from 0.
        ordinal: i64,
        /// When it was set aside.
        at: Moment,
        /// Why.
        reason: String,
    }
}

impl View<'_> {
    /// What waits in `partitions` behind the place `after` and is ready at `now`, at most `limit`, in
    /// order of `seq`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn inbox(
        &mut self,
        partitions: &[Partition],
        after: i64,
        now: Moment,
        limit: i64,
    ) -> Result<Vec<Inbox>, StorageError> {
        let ours = in_any_of(partitions);
        self.select(
            &format!("WHERE {ours} AND seq > $1 AND not_before <= $2 ORDER BY seq LIMIT $3"),
            &[after.cell(), now.cell(), limit.cell()],
        )
    }

    /// Whether anything waits anywhere.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn inbox_is_empty(&mut self) -> Result<bool, StorageError> {
        Ok(self.select::<Inbox>("LIMIT 1", &[])?.is_empty())
    }

    /// What was set aside, at most `limit` behind `after`, in order of partition and place.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn held(&mut self, after: (Partition, i64), limit: i64) -> Result<Vec<Held>, StorageError> {
        self.select(
            "WHERE (partition, seq) > ($1, $2) ORDER BY partition, seq LIMIT $3",
            &[after.0.cell(), after.1.cell(), limit.cell()],
        )
    }
}

impl Tx<'_> {
    /// Takes what was decided out of the inbox.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn delete_inbox(&mut self, keys: &[(Partition, i64)]) -> Result<(), StorageError> {
        self.delete::<Inbox, _>(keys).map(drop)
    }

    /// Takes what an operator has dealt with off the shelf.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn delete_held(&mut self, keys: &[(Partition, i64)]) -> Result<(), StorageError> {
        self.delete::<Held, _>(keys).map(drop)
    }
}
