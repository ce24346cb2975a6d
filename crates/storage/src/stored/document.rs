//! The body of a document's row.

use serde::{Deserialize, Serialize};

use super::facts::{StoredDeliveryV1, StoredOrderV1, StoredPaymentV1, StoredWaybillV1};
use super::{StoredError, decode, encode, versioned};

const FORM: &str = "document";

/// The form that is written now.
pub type StoredDocument = StoredDocumentV1;

/// What a document's row keeps beside its columns, first form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredDocumentV1 {
    /// Where its newest responses are in its partition's sequence.
    pub response_seq: i64,
    /// The time of its newest response, in microseconds since 1970.
    pub replied_at: i64,
    /// What matching needs; absent for a refused document.
    pub facts: Option<StoredFactsV1>,
}

/// What matching needs of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum StoredFactsV1 {
    /// Of an order.
    Order(StoredOrderV1),
    /// Of a payment.
    Payment(StoredPaymentV1),
    /// Of a waybill.
    Waybill(StoredWaybillV1),
    /// Of a delivery.
    Delivery(StoredDeliveryV1),
    /// The id of the declaration whose row holds the rest.
    Declaration(i64),
}

impl StoredDocument {
    /// The bytes for `body`.
    ///
    /// # Errors
    /// See [`encode`].
    pub fn encode(&self) -> Result<Vec<u8>, StoredError> {
        encode(FORM, 1, self)
    }

    /// From a `body` of any version.
    ///
    /// # Errors
    /// [`StoredError`].
    pub fn decode(body: &[u8]) -> Result<Self, StoredError> {
        match versioned(FORM, body)? {
            (1, fields) => decode::<StoredDocumentV1>(FORM, fields),
            (version, _) => Err(StoredError::UnknownVersion { form: FORM, version }),
        }
    }
}
