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
    /// The tax bills that go with it: the declaration, and which of its bills.
    pub bills: Vec<(i64, u32)>,
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
    /// What a tax bill quotes beside that: `orderNo`, `logisticsNo`, `logisticsCode`, `assureCode`.
    pub billing: Option<[Box<str>; 4]>,
}

/// What a response quotes, exactly as the sender wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredQuoteV1 {
    /// The number of the message that answers: 622.
    pub answered_by: u16,
    /// A text for each element that it quotes, in order; empty for numbers that stand in the body.
    pub texts: Vec<Box<str>>,
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

    /// Whether a `body` may name tax bills; where not, it need not be decoded to look for them, and most name none.
    pub fn may_name_bills(body: &[u8]) -> bool {
        match versioned(FORM, body) {
            // They come last: an empty list ends with its length, and any other with which bill of its declaration the
            // last one is. These count from 1, and no number but 0 ends with a byte of 0.
            Ok((1, fields)) => fields.last() != Some(&0),
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stored::golden::keeps;

    fn quote(answered_by: u16, texts: &[&str]) -> StoredQuoteV1 {
        StoredQuoteV1 { answered_by, texts: texts.iter().map(|&text| text.into()).collect() }
    }

    #[test]
    fn what_a_response_quotes_is_kept() {
        let response = StoredResponse {
            answer: StoredAnswerV1 {
                mailbox: "M".into(),
                subscribers: vec![],
                quote: quote(312, &["b", "", "d"]),
                billing: None,
            },
            numbers: None,
            run: vec![],
            bills: vec![],
        };
        keeps(
            "01014d00b80203016200016400000000",
            &response,
            StoredResponse::encode,
            StoredResponse::decode,
        );
    }

    #[test]
    fn who_names_no_bills_is_told_without_decoding() {
        let response = |bills: &[u32]| StoredResponse {
            answer: StoredAnswerV1 {
                mailbox: "M".into(),
                subscribers: vec![],
                quote: quote(622, &["b"]),
                billing: None,
            },
            numbers: None,
            run: vec![(800, 0, String::new())],
            bills: bills.iter().map(|n| (256, *n)).collect(),
        };
        for bills in [&[][..], &[1], &[128], &[256], &[1, 16_384], &[u32::MAX]] {
            let body = response(bills).encode().unwrap();
            assert_eq!(StoredResponse::may_name_bills(&body), !bills.is_empty(), "{bills:?}");
        }
        assert!(StoredResponse::may_name_bills(&[]), "what does not decode is for the decoder");
        assert!(StoredResponse::may_name_bills(&[99, 0]));
    }

    #[test]
    fn a_whole_run_of_statuses_is_kept() {
        let response = StoredResponse {
            answer: StoredAnswerV1 {
                mailbox: "M".into(),
                subscribers: vec!["S".into()],
                quote: quote(622, &["b", "c"]),
                billing: Some(["O", "W", "C", "S"].map(Box::from)),
            },
            numbers: Some(("B0100".into(), Some("0100".into()))),
            run: vec![(2, 1_000_000, "申报".into()), (-301_011, 1_001_000, "x".into())],
            bills: vec![(77, 1)],
        };
        keeps(
            "01014d010153ee04020162016301014f01570143015301054230313030010430313030020480
            897a06e794b3e68aa5a5df24d0987a0178019a0101",
            &response,
            StoredResponse::encode,
            StoredResponse::decode,
        );
    }
}
