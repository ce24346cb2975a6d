//! Serial numbers, reserved in blocks: one row a partition and series, no shared counter.

use crate::error::StorageError;
use crate::partition::Partition;
use crate::tx::Tx;

row! {
    /// Where a series stands in one partition.
    pub struct Serial in "serial", key 2 {
        /// The partition.
        partition: Partition,
        /// The series, such as `preno:0100:2026`.
        series: String,
        /// The first number not handed out yet; the first of a new series is 1.
        next: i64,
    }
}

/// A block of numbers wanted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SerialBlock {
    /// The partition.
    pub partition: Partition,
    /// The series.
    pub series: String,
    /// How many numbers.
    pub count: i64,
}

impl Tx<'_> {
    /// Reserves the blocks and gives the first number of each, in the order asked for. Numbers that a
    /// crash keeps from being used are lost: series are unique, not gapless.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn reserve(&mut self, blocks: &[SerialBlock]) -> Result<Vec<i64>, StorageError> {
        let fresh: Vec<_> = blocks
            .iter()
            .map(|block| Serial {
                partition: block.partition,
                series: block.series.clone(),
                next: 1,
            })
            .collect();
        let mut standing = self.lock_or_insert(&fresh)?;
        let mut first = Vec::with_capacity(blocks.len());
        for block in blocks {
            let serial = standing
                .iter_mut()
                .find(|row| row.partition == block.partition && row.series == block.series)
                .ok_or(StorageError::Missing { table: "serial", missing: 1 })?;
            first.push(serial.next);
            serial.next = serial.next.saturating_add(block.count);
        }
        let rows: Vec<_> =
            standing.iter().map(|row| (row.partition, &row.series, row.next)).collect();
        let moved = self.each(
            "UPDATE serial SET next = k.next FROM {rows} \
             WHERE serial.partition = k.partition AND serial.series = k.series",
            &["partition", "series", "next"],
            &rows,
        )?;
        self.all_there("serial", rows.len(), moved)?;
        Ok(first)
    }
}
