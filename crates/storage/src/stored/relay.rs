//! What is kept of messages that are sent upstream, and of answers from there, as it is stored.

use serde::{Deserialize, Serialize};

use super::response::StoredAnswerV1;
use super::{StoredError, decode, encode, versioned};

const ORDER: &str = "order of sending";

/// The form that is written now.
pub type StoredSendingOrder = StoredSendingOrderV1;

/// What a message to upstream must be sent in order with, first form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredSendingOrderV1 {
    /// The numbers that its documents name: order numbers, references, declaration numbers.
    pub names: Vec<String>,
}

impl StoredSendingOrder {
    /// The bytes for `body`.
    ///
    /// # Errors
    /// See [`encode`].
    pub fn encode(&self) -> Result<Vec<u8>, StoredError> {
        encode(ORDER, 1, self)
    }

    /// From a `body` of any version.
    ///
    /// # Errors
    /// [`StoredError`].
    pub fn decode(body: &[u8]) -> Result<Self, StoredError> {
        match versioned(ORDER, body)? {
            (1, fields) => decode::<StoredSendingOrderV1>(ORDER, fields),
            (version, _) => Err(StoredError::UnknownVersion { form: ORDER, version }),
        }
    }
}

const DOCUMENT: &str = "relayed document";

/// The form of a relayed document that is written now.
pub type StoredRelayedDocument = StoredRelayedDocumentV1;

/// A document that was sent upstream, first form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredRelayedDocumentV1 {
    /// To whom it is answered, and what is quoted.
    pub answer: StoredAnswerV1,
    /// 预录入编号 that it was given here.
    pub provisional: Option<String>,
    /// When it was answered here last, in microseconds since 1970.
    pub replied_at: i64,
}

impl StoredRelayedDocument {
    /// The bytes for `body`.
    ///
    /// # Errors
    /// See [`encode`].
    pub fn encode(&self) -> Result<Vec<u8>, StoredError> {
        encode(DOCUMENT, 1, self)
    }

    /// From a `body` of any version.
    ///
    /// # Errors
    /// [`StoredError`].
    pub fn decode(body: &[u8]) -> Result<Self, StoredError> {
        match versioned(DOCUMENT, body)? {
            (1, fields) => decode::<StoredRelayedDocumentV1>(DOCUMENT, fields),
            (version, _) => Err(StoredError::UnknownVersion { form: DOCUMENT, version }),
        }
    }
}

const PASSED_ON: &str = "answer passed on";

/// The form of an answer that is passed on, as it is written now.
pub type StoredPassedOn = StoredPassedOnV1;

/// A message from upstream that is passed on, whole or in part, first form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredPassedOnV1 {
    /// To whom.
    pub mailboxes: Vec<String>,
    /// The number that names it.
    pub key: String,
    /// The time of its last status, in microseconds since 1970.
    pub at: i64,
    /// Which documents of it, from 1; nothing for the whole message, byte for byte.
    pub part: Option<Vec<u16>>,
}

impl StoredPassedOn {
    /// The bytes for `body`.
    ///
    /// # Errors
    /// See [`encode`].
    pub fn encode(&self) -> Result<Vec<u8>, StoredError> {
        encode(PASSED_ON, 1, self)
    }

    /// From a `body` of any version.
    ///
    /// # Errors
    /// [`StoredError`].
    pub fn decode(body: &[u8]) -> Result<Self, StoredError> {
        match versioned(PASSED_ON, body)? {
            (1, fields) => decode::<StoredPassedOnV1>(PASSED_ON, fields),
            (version, _) => Err(StoredError::UnknownVersion { form: PASSED_ON, version }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stored::golden::keeps;
    use crate::stored::response::StoredQuoteV1;

    #[test]
    fn the_order_of_sending_is_kept() {
        let order = StoredSendingOrder { names: vec!["O1".into(), "B".into()] };
        keeps("0102024f310142", &order, StoredSendingOrder::encode, StoredSendingOrder::decode);
    }

    #[test]
    fn a_relayed_document_is_kept() {
        let document = StoredRelayedDocument {
            answer: StoredAnswerV1 {
                mailbox: "M".into(),
                subscribers: vec!["S".into()],
                quote: StoredQuoteV1 { answered_by: 312, texts: vec!["b".into()] },
                billing: None,
            },
            provisional: Some("B1".into()),
            replied_at: 1,
        };
        keeps(
            "01014d010153b802010162000102423102",
            &document,
            StoredRelayedDocument::encode,
            StoredRelayedDocument::decode,
        );
    }

    #[test]
    fn what_is_passed_on_is_kept() {
        let passed = StoredPassedOn {
            mailboxes: vec!["M".into()],
            key: "O1".into(),
            at: 1,
            part: Some(vec![2, 3]),
        };
        keeps("0101014d024f310201020203", &passed, StoredPassedOn::encode, StoredPassedOn::decode);
    }
}
