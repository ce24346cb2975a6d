//! Revocation lists (证书吊销列表, CRL).

use std::collections::HashMap;

use der::{Decode, Encode};
use sha2::{Digest, Sha256};
use tongguan_domain::time::Moment;
use x509_cert::crl::CertificateList;

use super::defect::CertificateDefect;
use super::key::Scheme;
use super::pem::{der_of_pem, pem_of_der};
use super::x509::{
    Certificate, moment, refuse_unknown_critical, scheme_of, serial_of, signed_part, unreadable,
};

/// One complete revocation list of one authority (RFC 5280 §5).
#[derive(Debug, Clone)]
pub struct RevocationList {
    der: Box<[u8]>,
    digest: [u8; 32],
    issuer: Box<[u8]>,
    scheme: Scheme,
    value: Box<[u8]>,
    this_update: Moment,
    next_update: Option<Moment>,
    revoked: HashMap<Box<[u8]>, Moment>,
}

/// Extensions that may be marked critical: the list's number. Lists of a part of the certificates,
/// or of changes only, mark theirs critical, and are refused by that.
const UNDERSTOOD: [&str; 1] = ["2.5.29.20"];

impl RevocationList {
    /// Parses DER. The signature is checked when the list enters a [`super::TrustStore`].
    ///
    /// # Errors
    /// `Unreadable`, `UnsupportedAlgorithm`, `CriticalExtension`.
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateDefect> {
        let list = CertificateList::from_der(der).map_err(unreadable)?;
        let tbs = list.tbs_cert_list;
        if tbs.signature != list.signature_algorithm {
            return Err(CertificateDefect::UnsupportedAlgorithm);
        }
        refuse_unknown_critical(tbs.crl_extensions.as_deref().unwrap_or_default(), &UNDERSTOOD)?;
        let entries = tbs.revoked_certificates.unwrap_or_default();
        for entry in &entries {
            let extensions = entry.crl_entry_extensions.as_deref().unwrap_or_default();
            refuse_unknown_critical(extensions, &[])?;
        }
        let revoked = entries
            .iter()
            .map(|entry| (serial_of(&entry.serial_number).into(), moment(entry.revocation_date)));
        Ok(Self {
            der: der.into(),
            digest: Sha256::digest(der).into(),
            issuer: tbs.issuer.to_der().map_err(unreadable)?.into(),
            scheme: scheme_of(list.signature_algorithm.oid)?,
            value: list.signature.as_bytes().unwrap_or_default().into(),
            this_update: moment(tbs.this_update),
            next_update: tbs.next_update.map(moment),
            revoked: revoked.collect(),
        })
    }

    /// Parses the first list of a PEM text.
    ///
    /// # Errors
    /// As [`Self::from_der`].
    pub fn from_pem(pem: &str) -> Result<Self, CertificateDefect> {
        Self::from_der(&der_of_pem(pem, "X509 CRL")?)
    }

    /// The list in PEM.
    pub fn to_pem(&self) -> String {
        pem_of_der(&self.der, "X509 CRL")
    }

    /// When it was issued.
    pub fn this_update(&self) -> Moment {
        self.this_update
    }

    /// When the next one is due at the latest; `None` where the list does not say.
    pub fn next_update(&self) -> Option<Moment> {
        self.next_update
    }

    pub(super) fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    pub(super) fn is_issued_by(&self, authority: &Certificate) -> bool {
        *self.issuer == *authority.subject()
            && authority.may_sign_lists()
            && signed_part(&self.der)
                .is_ok_and(|signed| authority.key().verify(self.scheme, signed, &self.value))
    }

    /// When `certificate` was revoked.
    pub(super) fn revoked_at(&self, certificate: &Certificate) -> Option<Moment> {
        self.revoked.get(certificate.serial_bytes()).copied()
    }
}
