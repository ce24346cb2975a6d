//! What a client of TLS shows.

use der::Decode as _;
use sha2::{Digest as _, Sha256};
use tongguan_domain::time::Moment;

use super::defect::CertificateDefect;
use super::pem::der_of_pem;
use super::x509::{moment, unreadable};

/// A certificate that a client of TLS shows (客户端证书), with a key of whatever kind. It is known by its bytes
/// alone: TLS has checked whose signature it bears, and that its key is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientCertificate {
    digest: [u8; 32],
    valid_until: Moment,
}

impl ClientCertificate {
    /// Parses the first certificate of a PEM text.
    ///
    /// # Errors
    /// `Unreadable`.
    pub fn from_pem(pem: &str) -> Result<Self, CertificateDefect> {
        let der = der_of_pem(pem, "CERTIFICATE")?;
        let inner = x509_cert::Certificate::from_der(&der).map_err(unreadable)?;
        let valid_until = moment(inner.tbs_certificate().validity().not_after);
        Ok(Self { digest: Sha256::digest(&der).into(), valid_until })
    }

    /// SHA-256 of the bytes.
    pub const fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// The last instant at which it is valid.
    pub const fn valid_until(&self) -> Moment {
        self.valid_until
    }
}
