//! Partitions: the unit of order and distribution. Whoever decides about one locks its row, which hands out the
//! sequence numbers.

use std::collections::BTreeSet;
use std::fmt;

use aws_lc_rs::digest;
use tongguan_domain::ids::{OrderNumber, PartyId};

use crate::cell::{Cell, Column, ColumnType, ToCell};
use crate::error::StorageError;
use crate::faults;
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

/// Some of the partitions.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Partitions([u64; 4]);

impl Partitions {
    /// All of them.
    pub const ALL: Self = Self([u64::MAX; 4]);

    /// Adds one.
    pub fn insert(&mut self, partition: Partition) {
        let (word, bit) = place(partition);
        if let Some(word) = self.0.get_mut(word) {
            *word |= bit;
        }
    }

    /// Whether it is among them.
    pub fn has(&self, partition: Partition) -> bool {
        let (word, bit) = place(partition);
        self.0.get(word).is_some_and(|word| word & bit != 0)
    }

    /// Those that are not among `others`.
    #[must_use]
    pub fn without(&self, others: &Self) -> Self {
        Self(std::array::from_fn(|n| {
            let of = |set: &Self| set.0.get(n).copied().unwrap_or_default();
            of(self) & !of(others)
        }))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0 == [0; 4]
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// In order.
    pub fn iter(&self) -> impl Iterator<Item = Partition> {
        Partition::all().filter(|partition| self.has(*partition))
    }
}

impl FromIterator<Partition> for Partitions {
    fn from_iter<I: IntoIterator<Item = Partition>>(partitions: I) -> Self {
        let mut some = Self::default();
        some.extend(partitions);
        some
    }
}

impl Extend<Partition> for Partitions {
    fn extend<I: IntoIterator<Item = Partition>>(&mut self, partitions: I) {
        partitions.into_iter().for_each(|partition| self.insert(partition));
    }
}

impl fmt::Debug for Partitions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(|partition| partition.0)).finish()
    }
}

/// Which word of a set, and which bit of it.
fn place(partition: Partition) -> (usize, u64) {
    (usize::from(partition.0 >> 6), 1 << (partition.0 & 63))
}

row! {
    /// A partition as it stands.
    pub struct PartitionRow in "partition", key 1 {
        /// Which.
        partition: Partition,
        /// The first sequence number not used yet.
        next_seq: i64,
    }
}

impl View<'_> {
    /// All partitions as they stand, in order.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn partitions(&mut self) -> Result<Vec<PartitionRow>, StorageError> {
        self.select("ORDER BY partition", &[])
    }

    /// The first sequence number that no partition has used.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn next_seq(&mut self) -> Result<i64, StorageError> {
        Ok(self.partitions()?.iter().map(|row| row.next_seq).max().unwrap_or(1))
    }
}

impl Tx<'_> {
    /// Keeps these partitions from everybody else until the end of the transaction, and gives the least sequence
    /// number that may be used in all of them. Before anything else is locked: in order of the partitions, so
    /// that no two wait for each other.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn lock_partitions(&mut self, among: &Partitions) -> Result<i64, StorageError> {
        let keys: Vec<_> = among.iter().map(|partition| (partition,)).collect();
        let rows = self.lock::<PartitionRow, _>(&keys)?;
        if faults::shares_file() {
            // In a file numbers ascend over all partitions ([`View::unread`]).
            return self.next_seq();
        }
        Ok(rows.iter().map(|row| row.next_seq).max().unwrap_or(1))
    }

    /// Records that a batch has used the numbers below `next_seq` in these partitions.
    ///
    /// A writer counts all that it writes with one counter, whatever the partition: so numbers ascend in every
    /// partition in the order of the commits, and in a single file over all of them, where the rows of a batch
    /// then lie side by side.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn advance(&mut self, used: &Partitions, next_seq: i64) -> Result<(), StorageError> {
        let rows: Vec<_> = used.iter().map(|partition| (partition, next_seq)).collect();
        let advanced = self.each(
            "UPDATE partition SET next_seq = k.next_seq FROM {rows} \
             WHERE partition.partition = k.partition",
            &["partition", "next_seq"],
            &rows,
        )?;
        self.all_there("partition", rows.len(), advanced)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_into_it() {
        let some: Partitions = [0, 63, 64, 255].map(Partition).into_iter().collect();
        assert_eq!(some.len(), 4);
        assert!(some.iter().eq([0, 63, 64, 255].map(Partition)));
        assert!(some.has(Partition(64)) && !some.has(Partition(65)));
        assert_eq!(Partitions::ALL.len(), 256);
        assert!(some.without(&Partitions::ALL).is_empty());
        let left = some.without(&[Partition(0), Partition(1)].into_iter().collect());
        assert!(left.iter().eq([63, 64, 255].map(Partition)));
    }
}
