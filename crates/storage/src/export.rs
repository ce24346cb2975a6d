//! Export declarations: one narrow row each, found by id, by number, and by what a person must decide.

use tongguan_domain::ids::{DeclarationId, OrderNumber, PartyId};
use tongguan_domain::time::Moment;

use crate::cell::{Cell, ToCell};
use crate::error::StorageError;
use crate::partition::Partition;
use crate::row::Replaceable;
use crate::tx::View;

row! {
    /// An export declaration (出口申报清单) and where it stands.
    pub struct Export in "export_declaration", key 2 {
        /// The order's partition.
        partition: Partition,
        /// Its id.
        declaration_id: DeclarationId,
        /// 订单编号.
        order_no: OrderNumber,
        /// 电商企业: whose order number it is.
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
        reference: String,
        /// The official status: 1, 2, 100, 300 …
        state: i64,
        /// The queue it stands in while a person must decide, such as 300 or 500; absent otherwise, so
        /// that the queue's index holds nothing else.
        queue: Option<i64>,
        /// When it was released, while its goods have not left; absent otherwise, so that the index of
        /// those holds nothing else.
        released_at: Option<Moment>,
        /// When something was last decided about it.
        updated_at: Moment,
        /// What later decisions need of it, in a stored form ([`crate::stored`]).
        body: Vec<u8>,
    }
}

impl Replaceable for Export {
    const INDEXED: &[&str] = &["invt_no", "queue"];
}

impl View<'_> {
    /// The export declarations of these ids, in order of the ids; absent ones are left out.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn exports(
        &mut self,
        ids: &[(Partition, DeclarationId)],
    ) -> Result<Vec<Export>, StorageError> {
        self.load(ids)
    }

    /// A page of those that were released by a moment and have not left, behind `after`, the longest
    /// first.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn exports_not_departed(
        &mut self,
        released_by: Moment,
        after: (Moment, DeclarationId),
        limit: i64,
    ) -> Result<Vec<Export>, StorageError> {
        let (released_at, id) = after;
        self.select(
            "WHERE released_at <= $1 AND (released_at, declaration_id) > ($2, $3) \
             ORDER BY released_at, declaration_id LIMIT $4",
            &[released_by.cell(), released_at.cell(), id.cell(), limit.cell()],
        )
    }

    /// The export declarations of these 清单编号, in the partitions that the numbers name, in order of
    /// the ids; absent ones are left out.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn exports_numbered(
        &mut self,
        numbers: &[(Partition, &str)],
    ) -> Result<Vec<Export>, StorageError> {
        let mut found: Vec<Export> = self.select_each(
            "FROM {rows} JOIN export_declaration \
             ON export_declaration.invt_no = k.invt_no AND export_declaration.partition = k.partition",
            &["partition", "invt_no"],
            numbers,
        )?;
        found.sort_by_key(|export| export.declaration_id);
        Ok(found)
    }

    /// How many export declarations stand in a state. Reads all of them: for summaries.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn exports_in_state(&mut self, state: i64) -> Result<i64, StorageError> {
        let mut count = 0;
        let text = "SELECT COUNT(*) FROM export_declaration WHERE state = $1";
        self.query(text, &[Cell::Integer(state)], &mut |view| {
            count = view.columns("export_declaration").next("count")?;
            Ok(())
        })?;
        Ok(count)
    }

    /// A page of a queue behind `after`, the oldest declaration first.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn exports_in_queue(
        &mut self,
        queue: i64,
        after: DeclarationId,
        limit: i64,
    ) -> Result<Vec<Export>, StorageError> {
        self.select(
            "WHERE queue = $1 AND declaration_id > $2 ORDER BY declaration_id LIMIT $3",
            &[queue.cell(), after.cell(), limit.cell()],
        )
    }

    /// The export declaration of a partition that was first seen with an id in `from..before` and bears
    /// this 预录入编号. Reads every export of that range: no index is kept over these numbers.
    ///
    /// # Errors
    /// [`StorageError`]; [`StorageError::TooSlow`] when the range is too wide for a reader.
    pub fn export_with_provisional_no(
        &mut self,
        partition: Partition,
        number: &str,
        from: DeclarationId,
        before: DeclarationId,
    ) -> Result<Option<Export>, StorageError> {
        let found = self.select(
            "WHERE partition = $1 AND declaration_id >= $2 AND declaration_id < $3 \
             AND pre_no = $4 LIMIT 1",
            &[partition.cell(), from.cell(), before.cell(), number.cell()],
        )?;
        Ok(found.into_iter().next())
    }
}
