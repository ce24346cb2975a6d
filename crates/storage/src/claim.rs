//! Claims: where a number that does not know its order meets the parcel that uses it.

use tongguan_domain::ids::{DeclarationId, PartyId};
use tongguan_domain::time::Moment;

use crate::cell::ToCell;
use crate::error::StorageError;
use crate::partition::Partition;
use crate::row::Replaceable;
use crate::tx::View;

row! {
    /// Who uses a waybill number or a payment transaction. The first comer inserts, the second gets
    /// the first's pointer: rendezvous, uniqueness and locator in one row.
    pub struct Claim in "claim", key 4 {
        /// [`Partition::of_claim`] of the other three.
        bucket: Partition,
        /// Waybill or payment transaction, by the application's numbering.
        kind: i64,
        /// The carrier or payment institution.
        party_id: PartyId,
        /// The number.
        number: String,
        /// The partition of the order that uses it; absent while only parked documents know it.
        partition: Option<Partition>,
        /// The order that uses it.
        order_no: Option<String>,
        /// The declaration that uses it.
        declaration_id: Option<DeclarationId>,
        /// When it was taken.
        claimed_at: Moment,
        /// Whether documents without an order lie in its bucket.
        parked: bool,
        /// When the parcel came to the supervised place (运抵, 入库).
        arrived_at: Option<Moment>,
        /// How the quarantine of that parcel stands, if it was selected: 1 due, 2 passed, 3 failed.
        quarantine: Option<i64>,
        /// The master bill that the parcel travels under (提运单号), once known.
        bill_no: Option<String>,
        /// What else met there, in a stored form ([`crate::stored`]).
        body: Option<Vec<u8>>,
        /// The office of the place that the parcel of an import entered (入库).
        entered_office: Option<String>,
        /// The master bill under which it entered.
        entered_bill: Option<String>,
    }
}

impl Replaceable for Claim {
    const INDEXED: &[&str] = &["claimed_at", "quarantine", "bill_no", "entered_bill"];
}

/// The key of a claim: bucket, kind, party, number.
pub type ClaimKey<'k> = (Partition, i64, PartyId, &'k str);

/// How many parcels of a master bill came, and how they differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BillTally {
    /// Whose waybills name it.
    pub waybills: i64,
    /// Of those, what did not enter under it (短少).
    pub short: i64,
    /// What entered under it.
    pub entered: i64,
    /// Of that, what no waybill of it names (溢出).
    pub over: i64,
    /// Of what entered, what no declaration names.
    pub undeclared: i64,
    /// When something entered last.
    pub last_entered_at: Option<Moment>,
}

impl View<'_> {
    /// The claims of these keys, in order of the keys, unlocked; absent ones are left out. Whoever decides by them
    /// locks them ([`crate::Tx::lock_claims`]), or the buckets that they lie in.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn claims(&mut self, keys: &[ClaimKey<'_>]) -> Result<Vec<Claim>, StorageError> {
        self.load(keys)
    }

    /// The claims of parcels that quarantine has to look at, the oldest first, at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn claims_in_quarantine(&mut self, limit: i64) -> Result<Vec<Claim>, StorageError> {
        // As the partial index has it.
        self.select("WHERE quarantine = 1 ORDER BY claimed_at, number LIMIT $1", &[limit.cell()])
    }

    /// One party's claims of a kind whose parcels travel under a bill, in order of their numbers.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn claims_under_bill(
        &mut self,
        kind: i64,
        party: PartyId,
        bill_no: &str,
    ) -> Result<Vec<Claim>, StorageError> {
        self.select(
            "WHERE bill_no = $1 AND party_id = $2 AND kind = $3 ORDER BY number",
            &[bill_no.cell(), party.cell(), kind.cell()],
        )
    }

    /// The claims of waybills that travel under a master bill, or whose parcels entered under it, in order
    /// of the key.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn claims_of_bill(&mut self, bill_no: &str) -> Result<Vec<Claim>, StorageError> {
        let tail =
            "WHERE bill_no = $1 OR entered_bill = $1 ORDER BY bucket, kind, party_id, number";
        self.select(tail, &[bill_no.cell()])
    }

    /// The master bills under which something entered at a place of that office, or at any, behind `after`, in order,
    /// at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn entered_bills(
        &mut self,
        office: Option<&str>,
        after: &str,
        limit: i64,
    ) -> Result<Vec<String>, StorageError> {
        let text = "SELECT DISTINCT entered_bill FROM claim WHERE entered_bill > $1 \
                    AND ($2 = '' OR entered_office = $2) ORDER BY entered_bill LIMIT $3";
        let of = office.unwrap_or_default();
        let mut bills = Vec::new();
        self.query(text, &[after.cell(), of.cell(), limit.cell()], &mut |view| {
            bills.push(view.columns("claim").next("entered_bill")?);
            Ok(())
        })?;
        Ok(bills)
    }

    /// How the claims of a kind stand that travel under a master bill, or whose parcels entered under it.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn tally_of_bill(&mut self, kind: i64, bill_no: &str) -> Result<BillTally, StorageError> {
        let counted = |condition: &str| {
            format!("CAST(COALESCE(SUM(CASE WHEN {condition} THEN 1 ELSE 0 END), 0) AS BIGINT)")
        };
        let text = format!(
            "SELECT {}, {}, {}, {}, {}, MAX(CASE WHEN entered_bill = $1 THEN arrived_at END) FROM claim \
             WHERE (bill_no = $1 OR entered_bill = $1) AND kind = $2",
            counted("bill_no = $1"),
            counted("bill_no = $1 AND COALESCE(entered_bill, '') <> $1"),
            counted("entered_bill = $1"),
            counted("entered_bill = $1 AND COALESCE(bill_no, '') <> $1"),
            counted("entered_bill = $1 AND declaration_id IS NULL"),
        );
        let mut tally = BillTally::default();
        self.query(&text, &[bill_no.cell(), kind.cell()], &mut |view| {
            let mut columns = view.columns("claim");
            tally = BillTally {
                waybills: columns.next("waybills")?,
                short: columns.next("short")?,
                entered: columns.next("entered")?,
                over: columns.next("over")?,
                undeclared: columns.next("undeclared")?,
                last_entered_at: columns.next("last_entered_at")?,
            };
            Ok(())
        })?;
        Ok(tally)
    }

    /// The claims of parcels that entered a supervised place of that office, or of any, and that no declaration names,
    /// by bill; at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn undeclared_parcels(
        &mut self,
        office: Option<&str>,
        limit: i64,
    ) -> Result<Vec<Claim>, StorageError> {
        let tail = "WHERE entered_bill IS NOT NULL AND declaration_id IS NULL \
                    AND ($1 = '' OR entered_office = $1) \
                    ORDER BY entered_bill, kind, party_id, number LIMIT $2";
        self.select(tail, &[office.unwrap_or_default().cell(), limit.cell()])
    }
}
