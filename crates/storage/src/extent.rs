//! How large a database is: for benchmarks, and for whoever plans disks.

use std::fs;
use std::path::Path;

use crate::driver::Access;
use crate::error::StorageError;
use crate::store::Store;
use crate::tx::View;

impl Store {
    /// The bytes that the database takes on the disk: on SQLite the file and its log, on PostgreSQL what the
    /// server counts of this database, without its log.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn bytes(&self) -> Result<u64, StorageError> {
        let Some(file) = self.file() else {
            let text = "SELECT pg_database_size(current_database())";
            let bytes = self.read(|view| view.single_of::<i64>(text, &[]))?;
            return Ok(bytes.unwrap_or(0).unsigned_abs());
        };
        // The last connection that is closed removes the log.
        let bytes_of = |path: &Path| fs::metadata(path).map_or(0, |found| found.len());
        Ok(bytes_of(file) + bytes_of(&file.with_extension("db-wal")))
    }

    /// How many tax bills there are: one of each import that was released. Reads the whole table, for as long as
    /// that takes.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn tax_bills(&self) -> Result<u64, StorageError> {
        let mut link = self.scanning_link()?;
        let mut view = View::begin(&mut link, Access::Read)?;
        let bills = view.single_of::<i64>("SELECT COUNT(*) FROM tax_bill", &[])?;
        Ok(bills.unwrap_or(0).unsigned_abs())
    }
}
