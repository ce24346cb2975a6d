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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stored::golden::keeps;

    fn texts<const N: usize>(from: u8) -> [Box<str>; N] {
        let mut next = from;
        [(); N].map(|()| {
            next += 1;
            char::from(next).to_string().into()
        })
    }

    #[test]
    fn what_each_kind_of_document_quotes_is_kept() {
        let kinds = [
            ("01014d00000162016301640165000000", StoredQuoteV1::Order(texts(b'a'))),
            ("01014d0001016201630164000000", StoredQuoteV1::Payment(texts(b'a'))),
            ("01014d0002016201630164000000", StoredQuoteV1::Waybill(texts(b'a'))),
            ("01014d00030162016301640165000000", StoredQuoteV1::Delivery(texts(b'a'))),
            (
                "01014d000401620163016401650166016701680169016a00000000",
                StoredQuoteV1::Declaration(texts(b'a'), None),
            ),
        ];
        for (written, quote) in kinds {
            let answer = StoredAnswerV1 { mailbox: "M".into(), subscribers: vec![], quote };
            let response = StoredResponse { answer, numbers: None, run: vec![], bill: None };
            keeps(written, &response, StoredResponse::encode, StoredResponse::decode);
        }
    }

    #[test]
    fn a_whole_run_of_statuses_is_kept() {
        let response = StoredResponse {
            answer: StoredAnswerV1 {
                mailbox: "M".into(),
                subscribers: vec!["S".into()],
                quote: StoredQuoteV1::Declaration(texts(b'a'), Some("R".into())),
            },
            numbers: Some(("B0100".into(), Some("0100".into()))),
            run: vec![(2, 1_000_000, "申报".into()), (-301_011, 1_001_000, "x".into())],
            bill: Some(77),
        };
        keeps(
            "01014d0101530401620163016401650166016701680169016a01015201054230313030010430
            313030020480897a06e794b3e68aa5a5df24d0987a0178019a01",
            &response,
            StoredResponse::encode,
            StoredResponse::decode,
        );
    }
}
