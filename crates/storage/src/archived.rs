//! Months that stand in an archive, and the declarations that go there.

use std::ops::Range;

use tongguan_domain::time::Moment;

use crate::cell::ToCell as _;
use crate::declaration::Declaration;
use crate::error::StorageError;
use crate::export::Export;
use crate::retention::every_partition;
use crate::row::{Replaceable, Row};
use crate::tx::{Tx, View};

row! {
    /// A month that stands as files in an archive, too (归档月份).
    pub struct ArchivedMonthRow in "archived_month", key 1 {
        /// The month in China: `2023-05`.
        period: String,
        /// Where its archive lies, as whoever wrote it said.
        location: String,
        /// SHA-256 of its manifest.
        manifest: Vec<u8>,
        /// How many declarations are in it.
        parcels: i64,
        /// When its files were read back.
        archived_at: Moment,
    }
}

impl Replaceable for ArchivedMonthRow {}

impl View<'_> {
    /// The months that stand in an archive, in order.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn archived_months(&mut self) -> Result<Vec<ArchivedMonthRow>, StorageError> {
        self.select("ORDER BY period", &[])
    }

    /// The month of that name, where it stands in an archive.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn archived_month(
        &mut self,
        period: &str,
    ) -> Result<Option<ArchivedMonthRow>, StorageError> {
        Ok(self.load(&[(period,)])?.pop())
    }

    /// The import declarations whose ids lie in a range, in order, at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn imports_within(
        &mut self,
        ids: &Range<i64>,
        limit: i64,
    ) -> Result<Vec<Declaration>, StorageError> {
        self.within(ids, limit)
    }

    /// The export declarations whose ids lie in a range, in order, at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn exports_within(
        &mut self,
        ids: &Range<i64>,
        limit: i64,
    ) -> Result<Vec<Export>, StorageError> {
        self.within(ids, limit)
    }

    fn within<R: Row>(&mut self, ids: &Range<i64>, limit: i64) -> Result<Vec<R>, StorageError> {
        let every = every_partition();
        self.select(
            &format!(
                "WHERE {every} AND declaration_id >= $1 AND declaration_id < $2 \
                 ORDER BY declaration_id LIMIT $3"
            ),
            &[ids.start.cell(), ids.end.cell(), limit.cell()],
        )
    }
}

impl Tx<'_> {
    /// Writes that a month stands in an archive.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn put_archived_month(&mut self, month: ArchivedMonthRow) -> Result<(), StorageError> {
        self.upsert(&[month])
    }
}
