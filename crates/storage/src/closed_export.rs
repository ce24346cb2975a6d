//! Export declarations whose goods left the country: one narrow row each, by merchant and time.
//!
//! It is written with the departure, and what is written of a departure never differs, so it may be
//! written again.

use tongguan_domain::ids::{DeclarationId, PartyId};
use tongguan_domain::time::Moment;

use crate::cell::ToCell;
use crate::error::StorageError;
use crate::partition::Partition;
use crate::tx::{Tx, View};

row! {
    /// A closed export declaration (已结关清单), and what became of it.
    pub struct ClosedExport in "closed_export", key 4 {
        /// The bucket of the merchant.
        bucket: Partition,
        /// 电商企业.
        merchant_id: PartyId,
        /// 离境时间.
        departed_at: Moment,
        /// The declaration.
        declaration_id: DeclarationId,
        /// 申报地海关, four digits.
        office: String,
        /// Whether it was declared in simplified form (简化申报).
        simplified: bool,
        /// Whether all of its goods came back.
        returned: bool,
        /// How many returns of its goods are complete, so that whoever merges it sees one more.
        returns: i64,
        /// 报关单编号: the formal declaration that it is part of, once it is.
        entry_id: Option<String>,
    }
}

/// The key of a [`ClosedExport`].
pub type ClosedExportKey = (Partition, PartyId, Moment, DeclarationId);

impl ClosedExport {
    /// Its key.
    pub const fn key(&self) -> ClosedExportKey {
        (self.bucket, self.merchant_id, self.departed_at, self.declaration_id)
    }
}

/// Which departures are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Departures<'d> {
    /// Whose.
    pub merchant: PartyId,
    /// At which office they were declared; at any when absent.
    pub office: Option<&'d str>,
    /// From then on.
    pub from: Moment,
    /// Until then, itself not included.
    pub until: Moment,
    /// What is kept of them.
    pub kept: Kept,
}

/// Which of the departures are meant by what became of them. Goods that came back never are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// Those that may still be consolidated.
    ForConsolidation,
    /// Those that only the statistics count.
    ForStatistics,
}

impl View<'_> {
    /// The departures of a merchant behind `after`, in order of time and id, at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn departures(
        &mut self,
        which: Departures<'_>,
        after: Option<(Moment, DeclarationId)>,
        limit: i64,
    ) -> Result<Vec<ClosedExport>, StorageError> {
        let before = which.from.micros().saturating_sub(1);
        let after = after.unwrap_or((Moment::from_micros(before), DeclarationId(i64::MAX)));
        let kept = match which.kept {
            Kept::ForConsolidation => "simplified = 0 AND entry_id IS NULL",
            Kept::ForStatistics => "simplified = 1",
        };
        let tail = format!(
            "WHERE bucket = $1 AND merchant_id = $2 AND departed_at < $3 \
             AND departed_at >= $4 AND (departed_at > $4 OR declaration_id > $5) \
             AND ($6 = '' OR office = $6) AND returned = 0 AND {kept} \
             ORDER BY departed_at, declaration_id LIMIT $7"
        );
        let bucket = Partition::of_party(which.merchant);
        let values = [
            bucket.cell(),
            which.merchant.cell(),
            which.until.cell(),
            after.0.cell(),
            after.1.cell(),
            which.office.unwrap_or_default().cell(),
            limit.cell(),
        ];
        self.select(&tail, &values)
    }

    /// The closed exports of these keys, in order of the keys; absent ones are left out.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn closed_exports(
        &mut self,
        keys: &[ClosedExportKey],
    ) -> Result<Vec<ClosedExport>, StorageError> {
        self.load(keys)
    }
}

impl Tx<'_> {
    /// Makes closed exports part of formal declarations, each named by its number. They were merged when so
    /// many returns of each were complete.
    ///
    /// # Errors
    /// [`StorageError::Missing`] when one is not there, part of another already, or more of it came back;
    /// roll back.
    pub fn mark_consolidated(
        &mut self,
        marks: &[(ClosedExportKey, i64, &str)],
    ) -> Result<(), StorageError> {
        let rows: Vec<_> = marks
            .iter()
            .map(|((bucket, merchant, at, id), returns, entry_id)| {
                (*bucket, *merchant, *at, *id, *returns, *entry_id)
            })
            .collect();
        let marked = self.each(
            "UPDATE closed_export SET entry_id = k.entry_id FROM {rows} \
             WHERE closed_export.bucket = k.bucket AND closed_export.merchant_id = k.merchant_id \
             AND closed_export.departed_at = k.departed_at \
             AND closed_export.declaration_id = k.declaration_id \
             AND closed_export.entry_id IS NULL AND closed_export.returned = 0 \
             AND closed_export.returns = k.returns",
            &["bucket", "merchant_id", "departed_at", "declaration_id", "returns", "entry_id"],
            &rows,
        )?;
        self.all_there("closed_export", rows.len(), marked)
    }

    /// Says of closed exports how many returns of their goods are complete, and whether all came back.
    ///
    /// # Errors
    /// [`StorageError::Missing`] when one is not there; roll back.
    pub fn mark_returned(
        &mut self,
        marks: &[(ClosedExportKey, i64, bool)],
    ) -> Result<(), StorageError> {
        let rows: Vec<_> = marks
            .iter()
            .map(|((bucket, merchant, at, id), returns, whole)| {
                (*bucket, *merchant, *at, *id, *returns, *whole)
            })
            .collect();
        let marked = self.each(
            "UPDATE closed_export SET returned = k.returned, returns = k.returns FROM {rows} \
             WHERE closed_export.bucket = k.bucket AND closed_export.merchant_id = k.merchant_id \
             AND closed_export.departed_at = k.departed_at \
             AND closed_export.declaration_id = k.declaration_id",
            &["bucket", "merchant_id", "departed_at", "declaration_id", "returns", "returned"],
            &rows,
        )?;
        self.all_there("closed_export", rows.len(), marked)
    }
}
