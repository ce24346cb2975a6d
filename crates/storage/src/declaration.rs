//! Declarations: one narrow row each, found by id, by what a person must decide, and by what is due.

use tongguan_domain::ids::{DeclarationId, OrderNumber, PartyId};
use tongguan_domain::time::Moment;

use crate::cell::ToCell;
use crate::error::StorageError;
use crate::partition::Partition;
use crate::row::Replaceable;
use crate::tx::{Tx, View};

row! {
    /// A declaration (申报清单) and where it stands.
    pub struct Declaration in "declaration", key 2 {
        /// The order's partition.
        partition: Partition,
        /// Its id.
        declaration_id: DeclarationId,
        /// 订单编号.
        order_no: OrderNumber,
        /// 电商平台.
        platform_id: PartyId,
        /// 电商企业.
        merchant_id: PartyId,
        /// 申报企业.
        declarant_id: PartyId,
        /// 申报地海关, four digits.
        office: String,
        /// 预录入编号 (`preNo`).
        pre_no: String,
        /// 清单编号 (`invtNo`), once given.
        invt_no: Option<String>,
        /// 企业内部编号 (`copNo`).
        reference: Option<String>,
        /// The official status: 1, 2, 3, 100, 120, 300 …
        state: i64,
        /// The queue it stands in while a person must decide, such as 300 or 500; absent otherwise, so
        /// that the queue's index holds nothing else.
        queue: Option<i64>,
        /// When it last changed.
        updated_at: Moment,
        /// What later decisions need of it, in a stored form ([`crate::stored`]).
        body: Vec<u8>,
    }
}

impl Replaceable for Declaration {}

impl View<'_> {
    /// The declarations of these ids, in order of the ids; absent ones are left out.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn declarations(
        &mut self,
        ids: &[(Partition, DeclarationId)],
    ) -> Result<Vec<Declaration>, StorageError> {
        self.load(ids)
    }

    /// A page of a queue behind `after`, the oldest declaration first.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn declarations_in_queue(
        &mut self,
        queue: i64,
        after: DeclarationId,
        limit: i64,
    ) -> Result<Vec<Declaration>, StorageError> {
        self.select(
            "WHERE queue = $1 AND declaration_id > $2 ORDER BY declaration_id LIMIT $3",
            &[queue.cell(), after.cell(), limit.cell()],
        )
    }

    /// The declaration of a partition that was first seen with an id in `from..before` and bears this
    /// number, as 预录入编号 or 清单编号. Reads every declaration of that range: no index is kept over
    /// numbers, which clearing never looks up.
    ///
    /// # Errors
    /// [`StorageError`]; [`StorageError::TooSlow`] when the range is too wide for a reader.
    pub fn declaration_numbered(
        &mut self,
        partition: Partition,
        number: &str,
        from: DeclarationId,
        before: DeclarationId,
    ) -> Result<Option<Declaration>, StorageError> {
        let found = self.select(
            "WHERE partition = $1 AND declaration_id >= $2 AND declaration_id < $3 \
             AND (pre_no = $4 OR invt_no = $4) LIMIT 1",
            &[partition.cell(), from.cell(), before.cell(), number.cell()],
        )?;
        Ok(found.into_iter().next())
    }
}

impl Tx<'_> {
    /// Takes declarations away (a deletion that was granted); gives how many were there.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn delete_declarations(
        &mut self,
        ids: &[(Partition, DeclarationId)],
    ) -> Result<u64, StorageError> {
        self.delete::<Declaration, _>(ids)
    }
}
