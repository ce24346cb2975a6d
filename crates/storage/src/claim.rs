//! Claims: where a number that does not know its order meets the parcel that uses it.

use tongguan_domain::ids::{DeclarationId, MessageId, OrderNumber, PartyId};
use tongguan_domain::time::Moment;

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
        order_no: Option<OrderNumber>,
        /// The declaration that uses it.
        declaration_id: Option<DeclarationId>,
        /// When it was taken.
        claimed_at: Moment,
        /// How many documents are parked under it.
        parked: i64,
    }
}

row! {
    /// A document that knows no order and waits under its claim (513, 505, a 511 without orderNo).
    pub struct Parked in "parked", key 6 {
        /// The claim's bucket.
        bucket: Partition,
        /// The claim's kind.
        kind: i64,
        /// The carrier or payment institution.
        party_id: PartyId,
        /// The number.
        number: String,
        /// The message.
        message_id: MessageId,
        /// Which document of the message, from 0.
        ordinal: i64,
        /// When it was parked.
        parked_at: Moment,
        /// What is needed of it, in a stored form.
        body: Vec<u8>,
    }
}

impl Replaceable for Claim {}
impl Replaceable for Parked {}

/// The key of a claim: bucket, kind, party, number.
pub type ClaimKey<'k> = (Partition, i64, PartyId, &'k str);

/// The key of a parked document: its claim's, then message and ordinal.
pub type ParkedKey<'k> = (Partition, i64, PartyId, &'k str, MessageId, i64);

impl View<'_> {
    /// The claims of these keys, in order of the keys, unlocked; absent ones are left out.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn claims(&mut self, keys: &[ClaimKey<'_>]) -> Result<Vec<Claim>, StorageError> {
        self.load(keys)
    }

    /// All documents parked under these claims, in order of their keys.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn parked(&mut self, claims: &[ClaimKey<'_>]) -> Result<Vec<Parked>, StorageError> {
        self.load(claims)
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

    /// Takes documents out of the parking; gives how many were there.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn delete_parked(&mut self, keys: &[ParkedKey<'_>]) -> Result<u64, StorageError> {
        self.delete::<Parked, _>(keys)
    }
}
