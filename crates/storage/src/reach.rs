//! What a transaction reaches: the partitions by whose rows it decides, so that it can be held to those that it locked.

use crate::cell::Cell;
use crate::dialect::Dialect;
use crate::driver::Grid;
use crate::faults;
use crate::partition::{Partition, Partitions};
use crate::row::Table;
#[cfg(doc)]
use crate::tx::Tx;
use crate::tx::View;

/// Tables that begin with a partition or bucket and are no matter of it: their rows are locked one by one, or written
/// once under a key that nobody else makes.
const OF_NO_PARTITION: [&str; 23] = [
    "account_book",
    "allowance",
    "bonded_list",
    "bonded_stock",
    "closed_export",
    "consolidation_part",
    "evidence_demand",
    "evidence_upload",
    "export_summary",
    "formal_declaration",
    "gate_pass",
    "guarantee",
    "guarantee_movement",
    "guarantee_slice",
    "message",
    "message_bundle",
    "partition",
    "quantity_allowance",
    "return_parcel",
    "serial",
    "stock_movement",
    "zone_event",
    "zone_news",
];

impl View<'_> {
    /// The partitions of which rows were read without a lock, looked for in vain or written so far, of the tables
    /// whose rows a partition keeps together: whoever decides by them must have locked these partitions before
    /// ([`Tx::lock_partitions`]). Rows that were found by something else than their key do not count, and neither do
    /// claims that were locked by themselves ([`Tx::lock_claims`]). On SQLite, where nobody else writes meanwhile,
    /// there are none.
    pub const fn reached(&self) -> Partitions {
        self.reached
    }

    /// Counts a partition among those that were reached: that of something which was looked for by another way.
    pub fn reach(&mut self, partition: Partition) {
        if self.dialect() == Dialect::Postgres || faults::shares_file() {
            self.reached.insert(partition);
        }
    }

    pub(crate) fn reach_of(&mut self, table: &Table, grid: &Grid<'_>) {
        let is_kept = !OF_NO_PARTITION.contains(&table.name);
        if is_kept && table.columns.first().is_some_and(|column| leads(column)) {
            self.reach_all(grid);
        }
    }

    fn reach_all(&mut self, grid: &Grid<'_>) {
        for row in grid.rows() {
            if let Some(Cell::Integer(number)) = row.first()
                && let Ok(number) = u8::try_from(*number)
            {
                self.reach(Partition(number));
            }
        }
    }
}

/// Whether a key that begins with this column names a partition or bucket.
pub(crate) fn leads(column: &str) -> bool {
    matches!(column, "partition" | "bucket")
}
