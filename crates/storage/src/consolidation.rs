//! Requests to consolidate export declarations, and the numbers that their parts name.

use tongguan_domain::ids::PartyId;
use tongguan_domain::time::Moment;

use crate::cell::ToCell;
use crate::error::StorageError;
use crate::partition::Partition;
use crate::row::Replaceable;
use crate::tx::View;

row! {
    /// A request to consolidate (汇总申请单).
    pub struct Consolidation in "consolidation", key 3 {
        /// The bucket of the declarant.
        bucket: Partition,
        /// 申报企业: whose reference it is.
        party_id: PartyId,
        /// 企业内部编号 (`copNo`).
        reference: String,
        /// 汇总申请编号 (`sumNo`).
        sum_no: String,
        /// 1 while there is something to merge; absent otherwise, so that the index holds nothing else.
        open: Option<i64>,
        /// When its first part came.
        accepted_at: Moment,
        /// The rest, in a stored form ([`crate::stored::consolidation`]).
        body: Vec<u8>,
    }
}

impl Replaceable for Consolidation {}

row! {
    /// The export declarations that a part of a request names.
    pub struct ConsolidationPart in "consolidation_part", key 4 {
        /// The bucket of the declarant.
        bucket: Partition,
        /// 申报企业.
        party_id: PartyId,
        /// 企业内部编号 (`copNo`).
        reference: String,
        /// 报文序号 (`msgSeqNo`), from 1.
        part: i64,
        /// Their numbers, in a stored form.
        body: Vec<u8>,
    }
}

impl View<'_> {
    /// The requests of these keys, in order of the keys; absent ones are left out.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn consolidations(
        &mut self,
        keys: &[(Partition, PartyId, &str)],
    ) -> Result<Vec<Consolidation>, StorageError> {
        self.load(keys)
    }

    /// The parts of a request, in their order.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn consolidation_parts(
        &mut self,
        key: (Partition, PartyId, &str),
    ) -> Result<Vec<ConsolidationPart>, StorageError> {
        self.load(&[key])
    }

    /// The requests of a declarant before a number (汇总申请编号), the newest first, at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn consolidations_of(
        &mut self,
        party: PartyId,
        before: &str,
        limit: i64,
    ) -> Result<Vec<Consolidation>, StorageError> {
        let bucket = Partition::of_party(party);
        self.select(
            "WHERE bucket = $1 AND party_id = $2 AND sum_no < $3 ORDER BY sum_no DESC LIMIT $4",
            &[bucket.cell(), party.cell(), before.cell(), limit.cell()],
        )
    }

    /// The request of a number, which names its bucket.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn consolidation_numbered(
        &mut self,
        bucket: Partition,
        number: &str,
    ) -> Result<Option<Consolidation>, StorageError> {
        let values = [bucket.cell(), number.cell()];
        Ok(self.select("WHERE bucket = $1 AND sum_no = $2", &values)?.pop())
    }

    /// Requests that are to be merged, the oldest first, at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn open_consolidations(&mut self, limit: i64) -> Result<Vec<Consolidation>, StorageError> {
        self.select("WHERE open IS NOT NULL ORDER BY accepted_at, sum_no LIMIT $1", &[limit.cell()])
    }
}
