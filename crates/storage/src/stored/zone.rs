//! What is kept of messages of bonded zones, and what is answered to them, as it is stored.

use serde::{Deserialize, Serialize};

use super::{StoredError, decode, encode, versioned};

/// Element and text, in order.
pub type StoredElements = Vec<(Box<str>, Box<str>)>;

/// What is kept of the message that lodged a bonded list or gate pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredLodgedV1 {
    /// 预录入统一编号.
    pub provisional_no: String,
    /// 企业内部编号.
    pub reference: String,
    /// The enterprise in the zone.
    pub holder: i64,
    /// To whom answers go.
    pub mailbox: Option<String>,
    /// The message, and the document's place in it.
    pub source: (i64, u16),
    /// The digest of what it declares.
    pub content: [u8; 16],
    /// The fingerprints of the messages that were acted on under the enterprise's number, in order.
    pub messages: Vec<[u8; 16]>,
    /// What every answer repeats of it.
    pub standing: StoredElements,
    /// Whether a formal declaration follows from it, and that one's number once it was given.
    pub formal: Option<Option<Box<str>>>,
    /// How many of its steps were told.
    pub told: u32,
}

const PASS: &str = "gate pass";

/// The form of a gate pass that is written now.
pub type StoredGatePass = StoredGatePassV1;

/// A gate pass (核放单), first form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredGatePassV1 {
    /// The lists that it names: account book, number.
    pub lists: Vec<(String, String)>,
    /// Who let its vehicle through or gave it up, and why, where an officer did.
    pub by: Option<(Box<str>, Box<str>)>,
    /// What is kept of the message that lodged it.
    pub lodged: StoredLodgedV1,
}

const EVENT: &str = "event of a bonded zone";
/// The version of events that is written now; it stands in the row as well.
pub const EVENT_VERSION: u8 = 1;

/// The form of an event that is written now.
pub type StoredZoneEvent = StoredZoneEventV1;

/// What an officer did with a bonded list or gate pass, first form. Its encoding is canonical: one value has
/// one encoding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredZoneEventV1 {
    /// What was done, by the application's numbering.
    pub step: i64,
    /// Where it stands since, by the application's numbering.
    pub state: i64,
    /// Who did it.
    pub officer: Box<str>,
    /// Why.
    pub reason: Box<str>,
}

const ANSWER: &str = "answer of a bonded zone";

/// The form of an answer that is written now.
pub type StoredZoneAnswer = StoredZoneAnswerV1;

/// An answer of a bonded zone, first form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum StoredZoneAnswerV1 {
    /// A technical receipt.
    Receipt {
        /// 预录入统一编号.
        provisional_no: Option<String>,
        /// 企业内部编号, as it was written.
        reference: Box<str>,
        /// 响应信息.
        text: String,
        /// Whether the request was taken in.
        taken: bool,
    },
    /// What came of a document.
    Review {
        /// The message that tells it.
        message: String,
        /// 预录入统一编号.
        provisional_no: String,
        /// The number that customs gave.
        number: Option<Box<str>>,
        /// 申报类型, as on the wire.
        action: String,
        /// 处理结果: its place among the results.
        result: u8,
        /// 处理日期, in microseconds since 1970.
        at: i64,
        /// Why.
        notes: Vec<Box<str>>,
        /// What it repeats of the document.
        standing: StoredElements,
    },
    /// That a formal declaration was made.
    Formal {
        /// 预录入统一编号 of the list.
        provisional_no: String,
        /// 清单编号.
        number: Box<str>,
        /// 报关单统一编号.
        formal_no: Box<str>,
        /// 生成日期, in microseconds since 1970.
        at: i64,
    },
}

impl StoredGatePass {
    /// The bytes for `body`.
    ///
    /// # Errors
    /// See [`encode`].
    pub fn encode(&self) -> Result<Vec<u8>, StoredError> {
        encode(PASS, 1, self)
    }

    /// From a `body` of any version.
    ///
    /// # Errors
    /// [`StoredError`].
    pub fn decode(body: &[u8]) -> Result<Self, StoredError> {
        match versioned(PASS, body)? {
            (1, fields) => decode::<StoredGatePassV1>(PASS, fields),
            (version, _) => Err(StoredError::UnknownVersion { form: PASS, version }),
        }
    }
}

impl StoredZoneEvent {
    /// The bytes for `body`.
    ///
    /// # Errors
    /// See [`encode`].
    pub fn encode(&self) -> Result<Vec<u8>, StoredError> {
        encode(EVENT, EVENT_VERSION, self)
    }

    /// From a `body` of any version.
    ///
    /// # Errors
    /// [`StoredError`].
    pub fn decode(body: &[u8]) -> Result<Self, StoredError> {
        match versioned(EVENT, body)? {
            (1, fields) => decode::<StoredZoneEventV1>(EVENT, fields),
            (version, _) => Err(StoredError::UnknownVersion { form: EVENT, version }),
        }
    }
}

impl StoredZoneAnswer {
    /// The bytes for `body`.
    ///
    /// # Errors
    /// See [`encode`].
    pub fn encode(&self) -> Result<Vec<u8>, StoredError> {
        encode(ANSWER, 1, self)
    }

    /// From a `body` of any version.
    ///
    /// # Errors
    /// [`StoredError`].
    pub fn decode(body: &[u8]) -> Result<Self, StoredError> {
        match versioned(ANSWER, body)? {
            (1, fields) => decode::<StoredZoneAnswerV1>(ANSWER, fields),
            (version, _) => Err(StoredError::UnknownVersion { form: ANSWER, version }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stored::golden::keeps;

    fn lodged() -> StoredLodgedV1 {
        StoredLodgedV1 {
            provisional_no: "P".into(),
            reference: "R".into(),
            holder: 4,
            mailbox: Some("M".into()),
            source: (7, 1),
            content: [3; 16],
            messages: vec![[5; 16]],
            standing: vec![("a".into(), "b".into())],
            formal: Some(None),
            told: 2,
        }
    }

    #[test]
    fn an_event_is_kept() {
        let event =
            StoredZoneEventV1 { step: 1, state: 2, officer: "O".into(), reason: "W".into() };
        keeps("01 02 04 014f 0157", &event, StoredZoneEvent::encode, StoredZoneEvent::decode);
    }

    #[test]
    fn passes_and_answers_are_kept() {
        let pass = StoredGatePassV1 {
            lists: vec![("B".into(), "N".into())],
            by: Some(("O".into(), "W".into())),
            lodged: lodged(),
        };
        let (content, message) = ("03".repeat(16), "05".repeat(16));
        let bytes = format!(
            "01 01 0142 014e 01014f0157 0150 0152 08 01014d 0e01 {content} 01{message} 01 0161 0162 0100 02"
        );
        keeps(&bytes, &pass, StoredGatePass::encode, StoredGatePass::decode);
        let answer = StoredZoneAnswerV1::Receipt {
            provisional_no: None,
            reference: "R".into(),
            text: "T".into(),
            taken: true,
        };
        let (encode, decode) = (StoredZoneAnswer::encode, StoredZoneAnswer::decode);
        keeps("01 00 00 0152 0154 01", &answer, encode, decode);
        let answer = StoredZoneAnswerV1::Review {
            message: "M".into(),
            provisional_no: "P".into(),
            number: Some("N".into()),
            action: "1".into(),
            result: 2,
            at: 1,
            notes: vec!["n".into()],
            standing: Vec::new(),
        };
        keeps("01 01 014d 0150 01014e 0131 02 02 01016e 00", &answer, encode, decode);
        let answer = StoredZoneAnswerV1::Formal {
            provisional_no: "P".into(),
            number: "N".into(),
            formal_no: "F".into(),
            at: 1,
        };
        keeps("01 02 0150 014e 0146 02", &answer, encode, decode);
    }
}
