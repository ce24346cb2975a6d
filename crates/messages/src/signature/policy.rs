//! Which algorithms count, for which certificates: dated data.

use std::borrow::Cow;

use jiff::civil::{Date, date};
use tongguan_domain::time::Moment;

use crate::certificate::Certificate;
use crate::certificate::key::Scheme;

use super::algorithm::DigestMethod;
use super::defect::SignatureDefect;

/// The combinations that count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    rows: Cow<'static, [Allowed]>,
}

/// One combination that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowed {
    /// How `SignedInfo` is signed.
    pub scheme: Scheme,
    /// How the content is digested.
    pub digest: DigestMethod,
    /// Only with certificates issued before this day in China; with any when absent.
    pub issued_before: Option<Date>,
    /// Where the row comes from.
    pub source: &'static str,
}

/// The Chinese profile.
static CHINA: [Allowed; 3] = [
    Allowed {
        scheme: Scheme::Sm2Sm3,
        digest: DigestMethod::Sm3,
        issued_before: None,
        source: "CEB 202205, chapter 6",
    },
    Allowed {
        scheme: Scheme::Sm2Sm3,
        digest: DigestMethod::Sha1,
        issued_before: None,
        source: "messages that the unified system accepts (2023)",
    },
    Allowed {
        scheme: Scheme::RsaSha1,
        digest: DigestMethod::Sha1,
        issued_before: Some(date(2022, 7, 1)),
        source: "notice of 2022-05-17: certificates issued from 2022-07-01 use the new rule",
    },
];

/// An extension that no Chinese rule asks for.
pub(super) const RSA_SHA256: Allowed = Allowed {
    scheme: Scheme::RsaSha256,
    digest: DigestMethod::Sha256,
    issued_before: None,
    source: "extension",
};

impl Policy {
    /// The profile of the Chinese customs: SM2, and RSA with SHA-1 for old certificates.
    pub const fn china() -> Self {
        Self { rows: Cow::Borrowed(&CHINA) }
    }

    /// The same, and RSA with SHA-256 beside it.
    #[must_use]
    pub fn with_rsa_sha256(mut self) -> Self {
        self.rows.to_mut().push(RSA_SHA256);
        self
    }

    /// The rows.
    pub fn rows(&self) -> &[Allowed] {
        &self.rows
    }

    pub(super) fn check(
        &self,
        scheme: Scheme,
        digest: DigestMethod,
        certificate: &Certificate,
    ) -> Result<(), SignatureDefect> {
        let issued = certificate.valid_from();
        let counts = |row: &Allowed| {
            row.scheme == scheme
                && row.digest == digest
                && row.issued_before.is_none_or(|day| issued < Moment::start_of(day))
        };
        if self.rows.iter().any(counts) {
            Ok(())
        } else {
            Err(SignatureDefect::NotAllowed(scheme.name()))
        }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self::china()
    }
}
