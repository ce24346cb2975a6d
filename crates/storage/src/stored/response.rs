//! The body of a response's row: a whole run of statuses, and what they quote.

use serde::{Deserialize, Serialize};

use super::{StoredError, decode, encode, versioned};

const FORM: &str = "response";

/// The form that is written now.
pub type StoredResponse = StoredResponseV1;

/// The responses of one decision to one document, first form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredResponseV1 {
    /// To whom, and what is quoted.
    pub answer: StoredAnswerV1,
    /// 预录入编号 and, once given, 清单编号.
    pub numbers: Option<(String, Option<String>)>,
    /// Status, time in microseconds since 1970, text.
    pub run: Vec<(i32, i64, String)>,
    /// The declaration whose tax bill goes with it.
    pub bill: Option<i64>,
}

/// To whom responses go, and the strings that they quote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredAnswerV1 {
    /// The sender's mailbox.
    pub mailbox: String,
    /// Mailboxes that subscribed to responses.
    pub subscribers: Vec<String>,
    /// What is quoted.
    pub quote: StoredQuoteV1,
}

/// What a response quotes, exactly as the sender wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum StoredQuoteV1 {
    /// `guid`, `ebpCode`, `ebcCode`, `orderNo`.
    Order([Box<str>; 4]),
    /// `guid`, `payCode`, `payTransactionId`.
    Payment([Box<str>; 3]),
    /// `guid`, `logisticsCode`, `logisticsNo`.
    Waybill([Box<str>; 3]),
    /// `guid`, `logisticsCode`, `logisticsNo`, `logisticsStatus`.
    Delivery([Box<str>; 4]),
    /// `guid`, `customsCode`, `ebpCode`, `ebcCode`, `agentCode`, `orderNo`, `logisticsNo`,
    /// `logisticsCode`, `assureCode`; then `copNo`, where given.
    Declaration([Box<str>; 9], Option<Box<str>>),
}

impl StoredResponse {
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
            (1, fields) => decode::<StoredResponseV1>(FORM, fields),
            (version, _) => Err(StoredError::UnknownVersion { form: FORM, version }),
        }
    }
}
