//! What is kept in the open of payment evidence: what was compared, and what was found. No person.

use serde::{Deserialize, Serialize};

use super::decimal::StoredDecimal;
use super::{StoredError, decode, encode, versioned};

const FORM: &str = "comparison of payment evidence";

/// The form that is written now.
pub type StoredEvidence = StoredEvidenceV1;

/// What came of a demand, first form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredEvidenceV1 {
    /// What was handed over, as far as it names nobody; absent where nothing was.
    pub facts: Option<StoredEvidenceFactsV1>,
    /// What was found.
    pub findings: Vec<StoredFindingV1>,
}

/// What a platform handed over, without persons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredEvidenceFactsV1 {
    /// 电商平台代码.
    pub platform: String,
    /// 支付企业代码.
    pub institution: String,
    /// 交易流水号.
    pub transaction: String,
    /// 交易金额.
    pub amount: StoredDecimal,
    /// 币制.
    pub currency: String,
    /// 验核机构, the wire's digit.
    pub verified_by: String,
    /// 交易成功时间, in microseconds since 1970.
    pub traded_at: i64,
    /// How many orders the payment was for.
    pub orders: u32,
    /// The goods of the order that was asked about: name and links.
    pub goods: Vec<(String, Vec<String>)>,
    /// What was said of the payer: 0 nothing, 1 the same, 2 another.
    pub payer: u8,
    /// Whether white space was left out before the signature fitted.
    pub compacted: bool,
    /// 支付时间 of the payment document that was compared with, in microseconds since 1970.
    pub paid_at: Option<i64>,
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredFindingV1 {
    /// The rule's code.
    pub code: String,
    /// Where.
    pub pointer: String,
    /// What stands there.
    pub found: Option<String>,
    /// What should.
    pub expected: Option<String>,
    /// Further values that the rule's texts name.
    pub details: Vec<(String, String)>,
}

impl StoredEvidence {
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
            (1, fields) => decode::<StoredEvidenceV1>(FORM, fields),
            (version, _) => Err(StoredError::UnknownVersion { form: FORM, version }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stored::golden::keeps;
    use rust_decimal::Decimal;

    #[test]
    fn a_comparison_is_kept() {
        let finding = StoredFindingV1 {
            code: "c".to_owned(),
            pointer: "/p".to_owned(),
            found: Some("f".to_owned()),
            expected: None,
            details: vec![("line".to_owned(), "1".to_owned())],
        };
        let facts = StoredEvidenceFactsV1 {
            platform: "P".to_owned(),
            institution: "I".to_owned(),
            transaction: "T".to_owned(),
            amount: Decimal::new(990, 1).into(),
            currency: "142".to_owned(),
            verified_by: "2".to_owned(),
            traded_at: 7,
            orders: 1,
            goods: vec![("G".to_owned(), vec!["http://a".to_owned()])],
            payer: 1,
            compacted: false,
            paid_at: Some(8),
        };
        keeps(
            "01 01 0150 0149 0154 bc0f01 03313432 0132 0e 01 01 0147 01 08687474703a2f2f61 01 00 0110
            01 0163 022f70 010166 00 01 046c696e65 0131",
            &StoredEvidence { facts: Some(facts), findings: vec![finding] },
            StoredEvidence::encode,
            StoredEvidence::decode,
        );
    }
}
