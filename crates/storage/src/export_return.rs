//! Returns of exported goods: one narrow row each behind their export declaration's id; and the parcels in
//! which they come back, where requests and tallies meet.

use tongguan_domain::ids::{DeclarationId, PartyId};
use tongguan_domain::time::Moment;

use crate::cell::ToCell;
use crate::error::StorageError;
use crate::partition::Partition;
use crate::row::Replaceable;
use crate::tx::{Tx, View};

row! {
    /// A return of exported goods (出口退货) and where it stands.
    pub struct ExportReturn in "export_return", key 3 {
        /// The partition of the export declaration.
        partition: Partition,
        /// The export declaration.
        declaration_id: DeclarationId,
        /// The how manieth return of it, from 1.
        n: i64,
        /// 电商企业.
        merchant_id: PartyId,
        /// 申报企业.
        declarant_id: PartyId,
        /// 申报地海关, four digits.
        office: String,
        /// 预录入编号 (`preNo`).
        pre_no: String,
        /// 清单编号 (`invtNo`) of the export declaration.
        invt_no: String,
        /// 企业内部编号 (`coElNo`).
        reference: String,
        /// The official status: 1, 100, 120, 500, 800.
        state: i64,
        /// The queue it stands in while an officer must decide; absent otherwise, so that the queue's
        /// index holds nothing else.
        queue: Option<i64>,
        /// When it last changed.
        updated_at: Moment,
        /// What later decisions need of it, in a stored form ([`crate::stored`]).
        body: Vec<u8>,
    }
}

impl Replaceable for ExportReturn {}

row! {
    /// A parcel in which exported goods come back: what was asked for and what was tallied under one
    /// waybill number, until each has found the other.
    pub struct ReturnParcel in "return_parcel", key 3 {
        /// [`Partition::of_claim`] of carrier and number, under the kind of tallies.
        bucket: Partition,
        /// 物流企业.
        carrier_id: PartyId,
        /// 物流运单编号.
        waybill_no: String,
        /// Who waits, in a stored form ([`crate::stored`]).
        body: Vec<u8>,
    }
}

impl Replaceable for ReturnParcel {}

impl View<'_> {
    /// All returns of these export declarations, in order of the declarations and, of one, in that of
    /// the requests. A consolidation reads what came back of its declarations by this.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn export_returns(
        &mut self,
        declarations: &[(Partition, DeclarationId)],
    ) -> Result<Vec<ExportReturn>, StorageError> {
        self.load(declarations)
    }

    /// A page of a queue behind a return, in order of the declarations.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn export_returns_in_queue(
        &mut self,
        queue: i64,
        (declaration, n): (DeclarationId, i64),
        limit: i64,
    ) -> Result<Vec<ExportReturn>, StorageError> {
        self.select(
            "WHERE queue = $1 AND (declaration_id > $2 OR (declaration_id = $2 AND n > $3)) \
             ORDER BY declaration_id, n LIMIT $4",
            &[queue.cell(), declaration.cell(), n.cell(), limit.cell()],
        )
    }
}

impl Tx<'_> {
    /// The parcels of these keys as they stand, in order of the keys, locked until the end of the
    /// transaction; those that were not there are `parcels` themselves.
    ///
    /// Lock order: claims, then these, then allowances.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn return_parcels(
        &mut self,
        parcels: &[ReturnParcel],
    ) -> Result<Vec<ReturnParcel>, StorageError> {
        self.lock_or_insert(parcels)
    }
}
