//! Partitions: the unit of lease and distribution, with the sequence that fences its writer.

use ring::digest;
use tongguan_domain::ids::{OrderNumber, PartyId};
use tongguan_domain::time::Moment;

use crate::cell::{Cell, Column, ColumnType, ToCell};
use crate::error::StorageError;
use crate::tx::{Tx, View};

/// One of the 256 parts that everything is divided into, for ever.
///
/// What a document belongs to follows from its order number, so that all that may ever meet meets in
/// one partition; claims are spread over the same 256 by their own key ([`Partition::of_claim`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Partition(pub u8);

impl Partition {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..=u8::MAX).map(Self)
    }

    /// The partition of an order: the first byte of the SHA-256 of its number.
    pub fn of_order(order_no: &OrderNumber) -> Self {
        Self::of(&[order_no.as_str().as_bytes()])
    }

    /// The bucket of a text alone, such as a mailbox or a message without orders.
    pub fn of_text(text: &str) -> Self {
        Self::of(&[text.as_bytes()])
    }

    /// The bucket of what is known by kind, party and number.
    pub fn of_claim(kind: i64, party: PartyId, number: &str) -> Self {
        Self::of(&[&kind.to_be_bytes(), &party.0.to_be_bytes(), number.as_bytes()])
    }

    /// The bucket of what is known by a party alone.
    pub fn of_party(party: PartyId) -> Self {
        Self::of(&[&party.0.to_be_bytes()])
    }

    /// The bucket of a person's fingerprint.
    pub const fn of_person(person: &[u8; 16]) -> Self {
        Self(person[0])
    }

    fn of(parts: &[&[u8]]) -> Self {
        let mut hash = digest::Context::new(&digest::SHA256);
        for part in parts {
            hash.update(part);
        }
        Self(hash.finish().as_ref().first().copied().unwrap_or_default())
    }
}

impl ToCell for Partition {
    const TYPE: ColumnType = ColumnType::Integer;
    fn cell(&self) -> Cell<'_> {
        Cell::Integer(i64::from(self.0))
    }
}

impl Column for Partition {
    fn read(cell: Cell<'_>) -> Option<Self> {
        u8::read(cell).map(Self)
    }
}

/// A partition held by a writer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// Which.
    pub partition: Partition,
    /// Grows by one with every taking; a write under an older one is refused.
    pub epoch: i64,
    /// The first sequence number not used yet.
    pub next_seq: i64,
}

/// How far a batch has come in one partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Advance {
    /// Which.
    pub partition: Partition,
    /// The epoch under which the batch was decided.
    pub epoch: i64,
    /// The first sequence number not used after the batch.
    pub next_seq: i64,
    /// The lease, renewed.
    pub lease_until: Moment,
}

/// Which partitions may be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakeOver {
    /// Free ones, and those whose lease ended before this moment of [`View::shared_clock`].
    Lapsed(Moment),
    /// All: for the only process there is ([`crate::Store::is_sole_process`]), after its own crash.
    All,
}

row! {
    /// A partition as it stands.
    pub struct PartitionRow in "partition", key 1 {
        /// Which.
        partition: Partition,
        /// Who writes to it.
        owner: Option<String>,
        /// Grows by one with every taking.
        epoch: i64,
        /// Until when the owner may write without renewing.
        lease_until: Moment,
        /// The first sequence number not used yet.
        next_seq: i64,
    }
}

impl View<'_> {
    /// The clock by which leases are judged: the database's where several machines share it, `local`
    /// where there is one machine (SQLite).
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn shared_clock(&mut self, local: Moment) -> Result<Moment, StorageError> {
        Ok(self.database_clock()?.unwrap_or(local))
    }

    /// All partitions as they stand, in order.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn partitions(&mut self) -> Result<Vec<PartitionRow>, StorageError> {
        self.select("ORDER BY partition", &[])
    }
}

impl Tx<'_> {
    /// Takes those of `among` that may be taken, for `owner` and until `until`. The new epoch fences
    /// whoever had them.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn lease(
        &mut self,
        owner: &str,
        among: &[Partition],
        take_over: TakeOver,
        until: Moment,
    ) -> Result<Vec<Lease>, StorageError> {
        let before = match take_over {
            TakeOver::Lapsed(now) => now.micros(),
            TakeOver::All => i64::MAX,
        };
        // Locked in order first, so that two writers that start together do not deadlock.
        let keys: Vec<_> = among.iter().map(|partition| (*partition,)).collect();
        let free: Vec<_> = self
            .lock::<PartitionRow, _>(&keys)?
            .into_iter()
            .filter(|row| row.owner.is_none() || row.lease_until.micros() < before)
            .map(|row| (row.partition, owner, row.epoch + 1, until))
            .collect();
        let taken = self.each(
            "UPDATE partition SET owner = k.owner, epoch = k.epoch, lease_until = k.until \
             FROM {rows} WHERE partition.partition = k.partition",
            &["partition", "owner", "epoch", "until"],
            &free,
        )?;
        self.all_there("partition", free.len(), taken)?;
        let keys: Vec<_> = free.iter().map(|free| (free.0,)).collect();
        let rows = self.load::<PartitionRow, _>(&keys)?;
        Ok(rows
            .into_iter()
            .map(|row| Lease { partition: row.partition, epoch: row.epoch, next_seq: row.next_seq })
            .collect())
    }

    /// Records how far a batch has come, renews the leases, and proves that they still hold: the one
    /// statement that fences and hands out sequence numbers.
    ///
    /// # Errors
    /// [`StorageError::Fenced`] names the partitions that another writer has; roll back.
    pub fn advance(&mut self, batch: &[Advance]) -> Result<(), StorageError> {
        let rows: Vec<_> = batch
            .iter()
            .map(|step| (step.partition, step.epoch, step.next_seq, step.lease_until))
            .collect();
        let advanced = self.each(
            "UPDATE partition SET next_seq = k.next_seq, lease_until = k.until FROM {rows} \
             WHERE partition.partition = k.partition AND partition.epoch = k.epoch",
            &["partition", "epoch", "next_seq", "until"],
            &rows,
        )?;
        if usize::try_from(advanced) == Ok(batch.len()) {
            return Ok(());
        }
        let keys: Vec<_> = batch.iter().map(|step| (step.partition,)).collect();
        let lost = self
            .load::<PartitionRow, _>(&keys)?
            .into_iter()
            .filter(|row| {
                !batch.iter().any(|step| step.partition == row.partition && step.epoch == row.epoch)
            })
            .map(|row| row.partition)
            .collect();
        Err(StorageError::Fenced(lost))
    }

    /// Gives partitions back, so that another writer need not wait for the lease to end.
    ///
    /// # Errors
    /// [`StorageError`]; a partition that is no longer held under that epoch is left alone.
    pub fn release(&mut self, leases: &[(Partition, i64)]) -> Result<(), StorageError> {
        self.each(
            "UPDATE partition SET owner = NULL FROM {rows} \
             WHERE partition.partition = k.partition AND partition.epoch = k.epoch",
            &["partition", "epoch"],
            leases,
        )
        .map(drop)
    }
}
