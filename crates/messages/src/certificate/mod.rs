//! X.509 certificates of signers (数字证书) and the authorities that issued them.
//!
//! A [`Certificate`] is parsed once and holds its key ready for verification; callers keep it, and
//! the [`Verdict`] on it, under its [digest](Certificate::digest). Which party a certificate belongs
//! to is decided elsewhere: by its digest in the registry, or by a code among
//! [its subject's texts](Certificate::subject_texts).
//!
//! Subjects and private extensions hold personal data, so `Debug` shows only the serial number.

mod client;
mod defect;
pub mod key;
mod pem;
mod revocation;
mod trust;
mod x509;

pub use client::ClientCertificate;
pub use defect::{CertificateDefect, SIGNATURE_EXPIRED, SIGNATURE_INVALID};
pub use revocation::RevocationList;
pub use trust::{Revocation, TrustStore, Verdict, judge};
pub use x509::Certificate;
pub(crate) use x509::algorithm_of;
