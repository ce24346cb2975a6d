//! What is wrong with a signature.

use tongguan_domain::defect::{Defect, Official, Rule};

use crate::certificate::{CertificateDefect, SIGNATURE_INVALID};

/// Why a message does not count as signed (验签失败).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureDefect {
    /// There is no signature at all.
    #[error("there is no signature")]
    Missing,
    /// There is more than one signature element in the message.
    #[error("there is more than one signature")]
    NotAlone,
    /// The signature is not a child of the root.
    #[error("the signature is not a child of the root")]
    Misplaced,
    /// An element is missing, repeated, out of place, or holds what it must not hold.
    #[error("the signature is malformed at {0}")]
    Malformed(&'static str),
    /// The reference is not to the whole document.
    #[error("the reference is not to the whole document")]
    ReferenceElsewhere,
    /// An algorithm or transform that the profile does not know.
    #[error("unknown algorithm {0}")]
    UnknownAlgorithm(String),
    /// A comment stands inside a value of the message; signatures do not cover comments.
    #[error("a comment stands inside the value of {0}")]
    CommentInValue(String),
    /// The policy does not allow this method with this digest, or not with this certificate.
    #[error("{0} is not allowed with this certificate")]
    NotAllowed(&'static str),
    /// The certificate in the message is not usable.
    #[error("the certificate is not usable: {0}")]
    Certificate(#[from] CertificateDefect),
    /// `KeyName` is not the certificate's serial number.
    #[error("KeyName is not the serial number of the certificate")]
    KeyNameDiffers,
    /// The content is not what was signed (签名与数据不符).
    #[error("the content is not what was signed")]
    ContentChanged,
    /// The signature value is not the certificate's key's over `SignedInfo`.
    #[error("the signature value is wrong")]
    ValueWrong,
}

/// 签名与数据不符: the content was changed after it was signed.
pub static CONTENT_CHANGED: Rule = Rule {
    code: "content-changed",
    official: Some(Official::Exchange(1004)),
    zh: "签名与数据不符",
    en: "the content is not what was signed",
};

impl SignatureDefect {
    /// The rule that was broken.
    pub fn rule(&self) -> &'static Rule {
        match self {
            Self::ContentChanged => &CONTENT_CHANGED,
            Self::Certificate(defect) => defect.rule(),
            _ => &SIGNATURE_INVALID,
        }
    }
}

impl From<&SignatureDefect> for Defect {
    fn from(defect: &SignatureDefect) -> Self {
        Self::at(defect.rule(), "/*/ds:Signature").found(defect)
    }
}
