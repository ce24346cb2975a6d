//! Claims: where a number that does not know its order meets the parcel that uses it.

use tongguan_domain::ids::{DeclarationId, PartyId};
use tongguan_domain::time::Moment;

use crate::cell::ToCell;
use crate::error::StorageError;
use crate::partition::Partition;
use crate::row::Replaceable;
use crate::tx::{Tx, View};

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

impl View<'_> {
    /// The claims of these keys, in order of the keys, unlocked; absent ones are left out.
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

    /// The claims of parcels that entered a supervised place and that no declaration names, by bill; at
    /// most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn undeclared_parcels(&mut self, limit: i64) -> Result<Vec<Claim>, StorageError> {
        let tail = "WHERE entered_bill IS NOT NULL AND declaration_id IS NULL \
                    ORDER BY entered_bill, kind, party_id, number LIMIT $1";
        self.select(tail, &[limit.cell()])
    }
}

impl Tx<'_> {
    /// Takes the claims that nobody has, and gives all of them as they now stand: one's own, or the
    /// first comer's. In order of the keys, locked until the end of the transaction.
    ///
    /// Lock order: claims, then allowances, then guarantees.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn claim(&mut self, claims: &[Claim]) -> Result<Vec<Claim>, StorageError> {
        self.lock_or_insert(claims)
    }

    /// Gives claims up; gives how many were there.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn delete_claims(&mut self, keys: &[ClaimKey<'_>]) -> Result<u64, StorageError> {
        self.delete::<Claim, _>(keys)
    }
}
