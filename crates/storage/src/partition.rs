//! Partitions: the unit of lease and distribution, with the sequence that fences its writer.

use std::collections::BTreeSet;

use aws_lc_rs::digest;
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

/// A condition that a row lies in one of `partitions`. Written out, because an array cannot be bound
/// on SQLite; nothing at all for all of them.
pub(crate) fn in_any_of(partitions: &[Partition]) -> String {
    let distinct: BTreeSet<_> = partitions.iter().map(|partition| partition.0).collect();
    if distinct.len() == 256 {
        return "0 = 0".to_owned();
    }
    let list: Vec<_> = distinct.iter().map(ToString::to_string).collect();
    // An empty list is no SQL.
    if list.is_empty() { "0 = 1".to_owned() } else { format!("partition IN ({})", list.join(", ")) }
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lease {
    /// Which.
    pub partition: Partition,
    /// Grows by one with every taking; a write under an older one is refused.
    pub epoch: i64,
}

/// Partitions that a writer has taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leased {
    /// The partitions, in order.
    pub leases: Vec<Lease>,
    /// The least sequence number that the writer may use in any of them.
    ///
    /// A writer counts all that it writes with one counter, whatever the partition: so numbers ascend
    /// in every partition, and in a single file over all of them, where the rows of a batch then lie
    /// side by side. A writer that takes more partitions goes on from the greater number.
    pub next_seq: i64,
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

impl PartitionRow {
    /// Whether `owner` may take it; its own it may take at any time.
    pub fn may_be_taken(&self, owner: &str, take_over: TakeOver) -> bool {
        match (&self.owner, take_over) {
            (None, _) | (_, TakeOver::All) => true,
            (Some(other), TakeOver::Lapsed(now)) => other == owner || self.lease_until < now,
        }
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
    /// Takes those of `among` that may be taken, for `owner` and until `until`; its own may be taken
    /// at any time, after a commit whose result it does not know. The new epoch fences whoever had
    /// them. No two processes may have one name. On SQLite one writer takes all: followers rely on one counter there.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn lease(
        &mut self,
        owner: &str,
        among: &[Partition],
        take_over: TakeOver,
        until: Moment,
    ) -> Result<Leased, StorageError> {
        // Locked in order first, so that two writers that start together do not deadlock.
        let keys: Vec<_> = among.iter().map(|partition| (*partition,)).collect();
        let free: Vec<_> = self
            .lock::<PartitionRow, _>(&keys)?
            .into_iter()
            .filter(|row| row.may_be_taken(owner, take_over))
            .collect();
        let leases: Vec<_> = free
            .iter()
            .map(|row| Lease { partition: row.partition, epoch: row.epoch + 1 })
            .collect();
        let taking: Vec<_> =
            leases.iter().map(|lease| (lease.partition, owner, lease.epoch, until)).collect();
        let taken = self.each(
            "UPDATE partition SET owner = k.owner, epoch = k.epoch, lease_until = k.until \
             FROM {rows} WHERE partition.partition = k.partition",
            &["partition", "owner", "epoch", "until"],
            &taking,
        )?;
        self.all_there("partition", leases.len(), taken)?;
        // Of all partitions: in a single file numbers ascend over all of them.
        let next_seq = self.partitions()?.iter().map(|row| row.next_seq).max().unwrap_or(1);
        Ok(Leased { leases, next_seq })
    }

    /// Records that a batch has used the numbers below `next_seq`, renews the leases, and proves that
    /// they still hold: one statement fences and hands out numbers. `leases` are those of the
    /// partitions that the batch wrote to, and of others that are to be renewed.
    ///
    /// # Errors
    /// [`StorageError::Fenced`] names the partitions that another writer has; roll back.
    pub fn advance(
        &mut self,
        leases: &[Lease],
        next_seq: i64,
        lease_until: Moment,
    ) -> Result<(), StorageError> {
        let rows: Vec<_> = leases
            .iter()
            .map(|lease| (lease.partition, lease.epoch, next_seq, lease_until))
            .collect();
        let advanced = self.each(
            "UPDATE partition SET next_seq = k.next_seq, lease_until = k.until FROM {rows} \
             WHERE partition.partition = k.partition AND partition.epoch = k.epoch",
            &["partition", "epoch", "next_seq", "until"],
            &rows,
        )?;
        if usize::try_from(advanced) == Ok(leases.len()) {
            return Ok(());
        }
        let keys: Vec<_> = leases.iter().map(|lease| (lease.partition,)).collect();
        let lost = self
            .load::<PartitionRow, _>(&keys)?
            .into_iter()
            .map(|row| Lease { partition: row.partition, epoch: row.epoch })
            .filter(|standing| !leases.contains(standing))
            .map(|standing| standing.partition)
            .collect();
        Err(StorageError::Fenced(lost))
    }

    /// Gives partitions back, so that another writer need not wait for the lease to end.
    ///
    /// # Errors
    /// [`StorageError`]; a partition that is no longer held under that epoch is left alone.
    pub fn release(&mut self, leases: &[Lease]) -> Result<(), StorageError> {
        let rows: Vec<_> = leases.iter().map(|lease| (lease.partition, lease.epoch)).collect();
        self.each(
            "UPDATE partition SET owner = NULL FROM {rows} \
             WHERE partition.partition = k.partition AND partition.epoch = k.epoch",
            &["partition", "epoch"],
            &rows,
        )
        .map(drop)
    }
}
