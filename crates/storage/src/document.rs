//! Documents: the last accepted state of each order, payment, waybill and delivery, by natural key.

use tongguan_domain::ids::{DeclarationId, Guid, MessageId, PartyId};
use tongguan_domain::time::Moment;

use crate::cell::ToCell;
use crate::error::StorageError;
use crate::partition::{Partition, in_any_of};
use crate::row::Replaceable;
use crate::tx::{Tx, View};

row! {
    /// A document of trade (单证) as it stands, under its business key.
    pub struct Document in "document", key 5 {
        /// The order's partition.
        partition: Partition,
        /// 订单编号, by which all documents of a parcel lie side by side; empty for a document that
        /// knows no order and lies in the bucket of its claim (513, a 511 without orderNo).
        order_no: String,
        /// Order, payment, waybill …, by the application's numbering.
        kind: i64,
        /// The party that gave the number: platform, payment institution, carrier.
        party_id: PartyId,
        /// Its number with that party.
        number: String,
        /// The guid of the copy that stands.
        guid: Guid,
        /// 报送时间 of the copy that stands (`appTime`).
        app_time: Moment,
        /// A digest of the domain content without guid and time.
        content_digest: [u8; 16],
        /// Stored, sent or used, by the application's numbering.
        state: i64,
        /// The message that brought it.
        message_id: MessageId,
        /// Which document of the message, from 0.
        ordinal: i64,
        /// What matching needs of it, in a stored form ([`crate::stored`]).
        body: Vec<u8>,
    }
}

row! {
    /// A declaration that waits for documents (待三单). Only what waits has a row.
    pub struct Waiting in "waiting", key 4 {
        /// The order's partition.
        partition: Partition,
        /// 订单编号.
        order_no: String,
        /// Whose order number it is: the platform of an import, the merchant of an export.
        party_id: PartyId,
        /// The declaration.
        declaration_id: DeclarationId,
        /// What it waits for, as bits of the application.
        missing: i64,
        /// When it waits no longer.
        expires_at: Moment,
    }
}

impl Replaceable for Document {}
impl Replaceable for Waiting {}

/// The exact key of a document: partition, order, kind, party, number.
pub type DocumentKey<'k> = (Partition, &'k str, i64, PartyId, &'k str);

/// The exact key of a waiting row: partition, order, party, declaration.
pub type WaitingKey<'k> = (Partition, &'k str, PartyId, DeclarationId);

impl View<'_> {
    /// All documents of these orders, whatever party gave them, in order of their keys.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn documents_of_orders(
        &mut self,
        orders: &[(Partition, &str)],
    ) -> Result<Vec<Document>, StorageError> {
        self.load(orders)
    }

    /// The documents of these keys, in order of the keys; absent ones are left out.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn documents(&mut self, keys: &[DocumentKey<'_>]) -> Result<Vec<Document>, StorageError> {
        self.load(keys)
    }

    /// The documents that wait for an officer, the oldest first.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn pending_documents(&mut self) -> Result<Vec<Document>, StorageError> {
        // The state as the partial index has it.
        self.select("WHERE state = 5 ORDER BY app_time, number", &[])
    }

    /// All that waits for documents of these orders, in order of the keys.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn waiting_for_orders(
        &mut self,
        orders: &[(Partition, &str)],
    ) -> Result<Vec<Waiting>, StorageError> {
        self.load(orders)
    }

    /// What has waited in `partitions` until `now`, the longest first, at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn expired_waiting(
        &mut self,
        partitions: &[Partition],
        now: Moment,
        limit: i64,
    ) -> Result<Vec<Waiting>, StorageError> {
        let ours = in_any_of(partitions);
        self.select(
            &format!("WHERE {ours} AND expires_at <= $1 ORDER BY expires_at LIMIT $2"),
            &[now.cell(), limit.cell()],
        )
    }
}

impl Tx<'_> {
    /// Takes documents away (a deletion that was granted); gives how many were there.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn delete_documents(&mut self, keys: &[DocumentKey<'_>]) -> Result<u64, StorageError> {
        self.delete::<Document, _>(keys)
    }

    /// Ends the waiting of declarations; gives how many did wait.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn delete_waiting(&mut self, keys: &[WaitingKey<'_>]) -> Result<u64, StorageError> {
        self.delete::<Waiting, _>(keys)
    }
}
