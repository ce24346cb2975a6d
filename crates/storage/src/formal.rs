//! Formal declarations that export declarations were consolidated into, and summaries of the others.

use tongguan_domain::ids::PartyId;
use tongguan_domain::time::Moment;

use crate::cell::ToCell;
use crate::error::StorageError;
use crate::partition::Partition;
use crate::row::Replaceable;
use crate::tx::View;

row! {
    /// A formal declaration (报关单). Never changed.
    pub struct FormalRow in "formal_declaration", key 2 {
        /// The bucket of the merchant, which its number names.
        bucket: Partition,
        /// 报关单编号, 18 digits.
        entry_id: String,
        /// 收发货人: the merchant.
        merchant_id: PartyId,
        /// When it was made.
        made_at: Moment,
        /// What it says, in a stored form ([`crate::stored::formal`]).
        body: Vec<u8>,
    }
}

row! {
    /// What a merchant's simplified declarations of a month come to.
    pub struct ExportSummaryRow in "export_summary", key 3 {
        /// The bucket of the merchant.
        bucket: Partition,
        /// 电商企业.
        merchant_id: PartyId,
        /// The month: `2026-09`.
        month: String,
        /// When it was summed up.
        made_at: Moment,
        /// The sums, in a stored form ([`crate::stored::summary`]).
        body: Vec<u8>,
    }
}

impl Replaceable for ExportSummaryRow {}

impl View<'_> {
    /// The formal declarations of these numbers, in order of the keys; absent ones are left out.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn formal_declarations(
        &mut self,
        keys: &[(Partition, &str)],
    ) -> Result<Vec<FormalRow>, StorageError> {
        self.load(keys)
    }

    /// The formal declaration of that number, and those that were made together with it and have greater
    /// ones: a declaration whose lines went into several names the first.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn formal_declarations_with(
        &mut self,
        bucket: Partition,
        first: &str,
    ) -> Result<Vec<FormalRow>, StorageError> {
        let Some(row) = self.formal_declarations(&[(bucket, first)])?.pop() else {
            return Ok(Vec::new());
        };
        self.select(
            "WHERE bucket = $1 AND entry_id >= $2 AND made_at = $3 ORDER BY entry_id",
            &[bucket.cell(), first.cell(), row.made_at.cell()],
        )
    }

    /// Those of a merchant before a number, the greatest number first, at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn formal_declarations_of(
        &mut self,
        merchant: PartyId,
        before: &str,
        limit: i64,
    ) -> Result<Vec<FormalRow>, StorageError> {
        let bucket = Partition::of_party(merchant);
        self.select(
            "WHERE bucket = $1 AND merchant_id = $2 AND entry_id < $3 ORDER BY entry_id DESC LIMIT $4",
            &[bucket.cell(), merchant.cell(), before.cell(), limit.cell()],
        )
    }

    /// Those whose numbers lie in a range, the greatest first, at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn formal_declarations_between(
        &mut self,
        from: &str,
        before: &str,
        limit: i64,
    ) -> Result<Vec<FormalRow>, StorageError> {
        self.select(
            "WHERE entry_id >= $1 AND entry_id < $2 ORDER BY entry_id DESC LIMIT $3",
            &[from.cell(), before.cell(), limit.cell()],
        )
    }

    /// All of them, in order of their numbers. For benchmarks and checks.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn all_formal_declarations(&mut self) -> Result<Vec<FormalRow>, StorageError> {
        self.select("ORDER BY entry_id", &[])
    }

    /// The summaries of these merchants and months; absent ones are left out.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn export_summaries(
        &mut self,
        keys: &[(Partition, PartyId, &str)],
    ) -> Result<Vec<ExportSummaryRow>, StorageError> {
        self.load(keys)
    }
}
