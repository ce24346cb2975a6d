//! Returns of imported goods: one narrow row each, found by declaration, while open, and when late.

use tongguan_domain::ids::{DeclarationId, OrderNumber, PartyId, ReturnId};
use tongguan_domain::time::Moment;

use crate::cell::ToCell;
use crate::error::StorageError;
use crate::partition::Partition;
use crate::row::Replaceable;
use crate::tx::View;

row! {
    /// A return of imported goods (退货申请单; CEB625) and where it stands.
    pub struct ImportReturn in "import_return", key 3 {
        /// The declaration's partition.
        partition: Partition,
        /// The declaration whose goods come back.
        declaration_id: DeclarationId,
        /// Its id.
        return_id: ReturnId,
        /// 订单编号.
        order_no: OrderNumber,
        /// 申报企业.
        declarant_id: PartyId,
        /// The number of the request: the declarant's own, or its guid.
        number: String,
        /// 申报地海关, four digits.
        office: String,
        /// 预录入编号 (`preNo`).
        pre_no: String,
        /// The official status: 120, 300, 800 …
        state: i64,
        /// Whether something has still to happen, so that the index of open returns holds nothing else.
        open: bool,
        /// From when on its goods are too late, while they are waited for.
        late_from: Option<Moment>,
        /// When it last changed.
        updated_at: Moment,
        /// What later decisions need of it, in a stored form ([`crate::stored`]).
        body: Vec<u8>,
    }
}

impl Replaceable for ImportReturn {}

impl View<'_> {
    /// The returns of these declarations, in order of declaration and return.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn returns_of(
        &mut self,
        declarations: &[(Partition, DeclarationId)],
    ) -> Result<Vec<ImportReturn>, StorageError> {
        self.load(declarations)
    }

    /// A page of the returns that are open, behind `after`, the oldest first.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn open_returns(
        &mut self,
        after: ReturnId,
        limit: i64,
    ) -> Result<Vec<ImportReturn>, StorageError> {
        self.select(
            "WHERE open = 1 AND return_id > $1 ORDER BY return_id LIMIT $2",
            &[after.cell(), limit.cell()],
        )
    }

    /// The returns whose requests have that number, the oldest first: several declarants may use one.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn returns_numbered(
        &mut self,
        number: &str,
        limit: i64,
    ) -> Result<Vec<ImportReturn>, StorageError> {
        self.select("WHERE number = $1 ORDER BY return_id LIMIT $2", &[number.cell(), limit.cell()])
    }

    /// The returns whose goods are too late at `now`, the longest overdue first.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn late_returns(
        &mut self,
        now: Moment,
        limit: i64,
    ) -> Result<Vec<ImportReturn>, StorageError> {
        self.select(
            "WHERE late_from <= $1 ORDER BY late_from, return_id LIMIT $2",
            &[now.cell(), limit.cell()],
        )
    }
}
