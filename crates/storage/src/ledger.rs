//! The ledger and the log: tax bills, postings and audit events, written once and never changed.

use tongguan_domain::ids::DeclarationId;
use tongguan_domain::money::Money;
use tongguan_domain::time::Moment;

use crate::cell::ToCell as _;
use crate::error::StorageError;
use crate::follow::Followed;
use crate::partition::Partition;
use crate::tx::View;

row! {
    /// An electronic tax bill (电子税单; CEB816).
    pub struct TaxBill in "tax_bill", key 3 {
        /// The declaration's partition.
        partition: Partition,
        /// The declaration.
        declaration_id: DeclarationId,
        /// Which bill of the declaration, from 1.
        n: i64,
        /// 税单编号 (`taxNo`).
        tax_no: String,
        /// 1 generated, 2 summarised, 3 when the row says that the bill of that number is void (`status`).
        status: i64,
        /// 关税 (`customsTax`).
        duty: Money,
        /// 消费税 (`consumptionTax`).
        consumption_tax: Money,
        /// 增值税 (`valueAddedTax`).
        vat: Money,
        /// 出税时间 (`returnTime`).
        at: Moment,
        /// The rest, in a stored form.
        body: Vec<u8>,
    }
}

row! {
    /// One posting (分录): an amount from one account to another, so that the sum is always nothing.
    pub struct Posting in "posting", key 3 {
        /// The declaration's partition.
        partition: Partition,
        /// The place of the decision in commit order.
        seq: i64,
        /// Which posting of the decision, from 0.
        n: i64,
        /// When.
        at: Moment,
        /// The account that is debited.
        debit: String,
        /// The account that is credited.
        credit: String,
        /// How much, above nothing.
        amount: Money,
        /// The declaration it is for.
        declaration_id: DeclarationId,
    }
}

row! {
    /// An audit event: canonical, versioned, numbered by its partition.
    pub struct Event in "event", key 2 {
        /// The partition.
        partition: Partition,
        /// Its place in commit order.
        seq: i64,
        /// When.
        at: Moment,
        /// The version of the encoding.
        version: i64,
        /// The event, canonically encoded.
        body: Vec<u8>,
    }
}

impl Followed for Posting {
    fn place(&self) -> (Partition, i64) {
        (self.partition, self.seq)
    }
}

impl Followed for Event {
    fn place(&self) -> (Partition, i64) {
        (self.partition, self.seq)
    }
}

impl View<'_> {
    /// The bills of these declarations, in order of declaration and number.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn tax_bills(
        &mut self,
        declarations: &[(Partition, DeclarationId)],
    ) -> Result<Vec<TaxBill>, StorageError> {
        self.load(declarations)
    }

    /// The audit events of a partition from place `from` on, in commit order, at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn events_from(
        &mut self,
        partition: Partition,
        from: i64,
        limit: i64,
    ) -> Result<Vec<Event>, StorageError> {
        self.select(
            "WHERE partition = $1 AND seq >= $2 ORDER BY seq LIMIT $3",
            &[partition.cell(), from.cell(), limit.cell()],
        )
    }

    /// The postings of these decisions, in order.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn postings(&mut self, places: &[(Partition, i64)]) -> Result<Vec<Posting>, StorageError> {
        self.load(places)
    }

    /// Every account with what was debited and what was credited to it: for audits and tests, reads
    /// the whole table.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn account_sums(&mut self) -> Result<Vec<(String, Money, Money)>, StorageError> {
        let mut sums = Vec::new();
        self.query(
            "SELECT account, CAST(SUM(debit) AS BIGINT), CAST(SUM(credit) AS BIGINT) FROM (\
             SELECT debit AS account, amount AS debit, 0 AS credit FROM posting UNION ALL \
             SELECT credit AS account, 0 AS debit, amount AS credit FROM posting) AS side \
             GROUP BY account ORDER BY account",
            &[],
            &mut |view| {
                let mut columns = view.columns("posting");
                sums.push((
                    columns.next("account")?,
                    columns.next("debit")?,
                    columns.next("credit")?,
                ));
                Ok(())
            },
        )?;
        Ok(sums)
    }
}
