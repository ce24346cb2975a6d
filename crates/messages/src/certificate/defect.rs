//! What is wrong with a certificate.

use tongguan_domain::defect::{Official, Rule};
use tongguan_domain::time::Moment;

/// Why a certificate does not let its holder sign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateDefect {
    /// Not an X.509 certificate or revocation list in DER or PEM.
    #[error("not an X.509 structure: {0}")]
    Unreadable(String),
    /// The key is neither SM2 nor RSA.
    #[error("the key is neither SM2 nor RSA")]
    UnsupportedKey,
    /// Signed by its issuer with an algorithm that is not supported, or one that the two places of
    /// the structure name differently.
    #[error("signed with an unsupported algorithm")]
    UnsupportedAlgorithm,
    /// It names itself as its issuer but its own signature on it is wrong.
    #[error("its own signature on itself is wrong")]
    SelfSignature,
    /// An extension marked critical that is not understood.
    #[error("it has a critical extension {0} that is not understood")]
    CriticalExtension(String),
    /// Its validity has not begun.
    #[error("not valid before {0}")]
    NotYetValid(Moment),
    /// Its validity has ended.
    #[error("not valid after {0}")]
    Expired(Moment),
    /// Its key usage does not allow signatures.
    #[error("its key may not be used for signatures")]
    NotForSigning,
    /// No configured authority issued it.
    #[error("no trusted authority issued it")]
    UnknownIssuer,
    /// The authority that issued it has revoked it.
    #[error("revoked at {0}")]
    Revoked(Moment),
    /// No configured authority signed this revocation list.
    #[error("no trusted authority signed the revocation list")]
    UnknownListIssuer,
}

/// 数字签名无效: the signature or its certificate does not count.
pub static SIGNATURE_INVALID: Rule = Rule {
    code: "signature-invalid",
    official: Some(Official::Exchange(1001)),
    zh: "数字签名无效：{found}",
    en: "the signature is invalid: {found}",
};

/// 数字签名过期: the certificate is outside its validity.
pub static SIGNATURE_EXPIRED: Rule = Rule {
    code: "signature-expired",
    official: Some(Official::Exchange(1002)),
    zh: "数字签名过期：{found}",
    en: "the signature has expired: {found}",
};

impl CertificateDefect {
    /// The rule that was broken.
    pub fn rule(&self) -> &'static Rule {
        match self {
            Self::NotYetValid(_) | Self::Expired(_) => &SIGNATURE_EXPIRED,
            _ => &SIGNATURE_INVALID,
        }
    }
}
