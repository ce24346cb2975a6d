//! Issuing certificates and revocation lists.

use der::asn1::BitString;
use der::oid::{AssociatedOid, ObjectIdentifier, db::rfc4519};
use der::{Any, Decode, Encode};
use sha1::{Digest, Sha1};
use spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use tongguan_domain::time::Moment;
use x509_cert::certificate::Version;
use x509_cert::crl::{RevokedCert, TbsCertList};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::{
    AuthorityKeyIdentifier, BasicConstraints, CrlNumber, KeyUsage, KeyUsages, SubjectKeyIdentifier,
};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;

use crate::certificate::key::{KeyError, Scheme, SigningKey, sm2_value_to_der};
use crate::certificate::{Certificate, CertificateDefect, RevocationList, algorithm_of};

use super::wire::{self, Signed, TbsCertificate};

/// Whom a certificate is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Organisation (O): the registered name.
    pub organisation: String,
    /// Organisational unit (OU): a customs code or credit code.
    pub code: Option<String>,
    /// Common name (CN).
    pub common_name: String,
}

/// When a certificate is valid, both ends included, to the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// From this instant, the instant of issue.
    pub from: Moment,
    /// Until this instant.
    pub until: Moment,
}

/// Why nothing was issued.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthorityError {
    /// Something given cannot be written in DER.
    #[error("it cannot be written: {0}")]
    Encoding(String),
    /// The key cannot sign.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// What came out cannot be read back.
    #[error(transparent)]
    Certificate(#[from] CertificateDefect),
}

impl From<der::Error> for AuthorityError {
    fn from(error: der::Error) -> Self {
        Self::Encoding(error.to_string())
    }
}

/// A certificate authority: a certificate and its secret key.
#[derive(Debug)]
pub struct Authority {
    certificate: Certificate,
    key: SigningKey,
    scheme: Scheme,
}

impl Authority {
    /// A root that issues itself a certificate, signed by `key`'s own scheme.
    ///
    /// # Errors
    /// [`AuthorityError`].
    pub fn root(
        subject: &Subject,
        key: SigningKey,
        serial: u64,
        validity: Validity,
    ) -> Result<Self, AuthorityError> {
        let scheme = key.scheme();
        let name = name(subject)?;
        let public = key.public_info()?;
        let extensions = authority_extensions(&public, &public)?;
        let certificate =
            Contents { issuer: name.clone(), subject: name, serial, validity, public }
                .signed(extensions, &key, scheme)?;
        Ok(Self { certificate, key, scheme })
    }

    /// The same authority, signing with `scheme` from now on: SHA-1 for old-style certificates.
    #[must_use]
    pub fn signing_with(self, scheme: Scheme) -> Self {
        Self { scheme, ..self }
    }

    /// An authority below this one.
    ///
    /// # Errors
    /// [`AuthorityError`].
    pub fn intermediate(
        &self,
        subject: &Subject,
        key: SigningKey,
        serial: u64,
        validity: Validity,
    ) -> Result<Self, AuthorityError> {
        let public = key.public_info()?;
        let extensions = authority_extensions(&public, &self.key.public_info()?)?;
        let certificate = self.issued(subject, public, serial, validity, extensions)?;
        let scheme = key.scheme();
        Ok(Self { certificate, key, scheme })
    }

    /// A certificate for a party that signs messages.
    ///
    /// # Errors
    /// [`AuthorityError`].
    pub fn issue(
        &self,
        subject: &Subject,
        key: &SigningKey,
        serial: u64,
        validity: Validity,
    ) -> Result<Certificate, AuthorityError> {
        let public = key.public_info()?;
        let usage = KeyUsages::DigitalSignature | KeyUsages::NonRepudiation;
        let mut extensions = key_identifiers(&public, &self.key.public_info()?)?;
        extensions.push(wire::extension(KeyUsage::OID, true, &KeyUsage(usage))?);
        self.issued(subject, public, serial, validity, extensions)
    }

    /// A complete revocation list: the serial numbers revoked, and since when.
    ///
    /// # Errors
    /// [`AuthorityError`].
    pub fn revocation_list(
        &self,
        number: u64,
        this_update: Moment,
        next_update: Moment,
        revoked: &[(u64, Moment)],
    ) -> Result<RevocationList, AuthorityError> {
        let entries = revoked.iter().map(|(serial, since)| {
            Ok(RevokedCert {
                serial_number: SerialNumber::from(*serial),
                revocation_date: wire::time(*since)?,
                crl_entry_extensions: None,
            })
        });
        let entries = entries.collect::<der::Result<Vec<_>>>()?;
        let number = CrlNumber(der::asn1::Uint::new(&number.to_be_bytes())?);
        let list = TbsCertList {
            version: Version::V2,
            signature: algorithm(self.scheme),
            issuer: self.certificate.subject_name().clone(),
            this_update: wire::time(this_update)?,
            next_update: Some(wire::time(next_update)?),
            // An empty list is left out, not written empty (RFC 5280 §5.1.2.6).
            revoked_certificates: (!entries.is_empty()).then_some(entries),
            crl_extensions: Some(vec![wire::extension(CrlNumber::OID, false, &number)?]),
        };
        let der = signed(&list.to_der()?, &self.key, self.scheme)?;
        Ok(RevocationList::from_der(&der)?)
    }

    /// Its certificate.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// Its secret key.
    pub fn key(&self) -> &SigningKey {
        &self.key
    }

    fn issued(
        &self,
        subject: &Subject,
        public: SubjectPublicKeyInfoOwned,
        serial: u64,
        validity: Validity,
        extensions: Vec<Extension>,
    ) -> Result<Certificate, AuthorityError> {
        let issuer = self.certificate.subject_name().clone();
        let subject = name(subject)?;
        Contents { issuer, subject, serial, validity, public }.signed(
            extensions,
            &self.key,
            self.scheme,
        )
    }
}

struct Contents {
    issuer: Name,
    subject: Name,
    serial: u64,
    validity: Validity,
    public: SubjectPublicKeyInfoOwned,
}

impl Contents {
    fn signed(
        self,
        extensions: Vec<Extension>,
        key: &SigningKey,
        scheme: Scheme,
    ) -> Result<Certificate, AuthorityError> {
        let validity = x509_cert::time::Validity::new(
            wire::time(self.validity.from)?,
            wire::time(self.validity.until)?,
        );
        let content = TbsCertificate {
            version: Version::V3,
            serial_number: SerialNumber::from(self.serial),
            signature: algorithm(scheme),
            issuer: self.issuer,
            validity,
            subject: self.subject,
            subject_public_key_info: self.public,
            extensions,
        };
        Ok(Certificate::from_der(&signed(&content.to_der()?, key, scheme)?)?)
    }
}

fn signed(content: &[u8], key: &SigningKey, scheme: Scheme) -> Result<Vec<u8>, AuthorityError> {
    let mut value = key.sign(scheme, content)?;
    if scheme == Scheme::Sm2Sm3 {
        value = sm2_value_to_der(&value)?;
    }
    let signed = Signed {
        content: Any::from_der(content)?,
        algorithm: algorithm(scheme),
        value: BitString::from_bytes(&value)?,
    };
    Ok(signed.to_der()?)
}

/// RFC 4055 wants a NULL parameter for RSA; GM/T 0015 wants none for SM2.
fn algorithm(scheme: Scheme) -> AlgorithmIdentifierOwned {
    let parameters = match scheme {
        Scheme::Sm2Sm3 => None,
        Scheme::RsaSha1 | Scheme::RsaSha256 => Some(Any::null()),
    };
    AlgorithmIdentifierOwned { oid: algorithm_of(scheme), parameters }
}

fn name(subject: &Subject) -> der::Result<Name> {
    let mut parts: Vec<(ObjectIdentifier, &str)> = vec![(rfc4519::C, "CN")];
    parts.push((rfc4519::O, &subject.organisation));
    if let Some(code) = &subject.code {
        parts.push((rfc4519::OU, code));
    }
    parts.push((rfc4519::CN, &subject.common_name));
    wire::name(&parts)
}

fn authority_extensions(
    public: &SubjectPublicKeyInfoOwned,
    issuer: &SubjectPublicKeyInfoOwned,
) -> der::Result<Vec<Extension>> {
    let constraints = BasicConstraints { ca: true, path_len_constraint: None };
    let usage = KeyUsage(KeyUsages::KeyCertSign | KeyUsages::CRLSign);
    let mut extensions = key_identifiers(public, issuer)?;
    extensions.push(wire::extension(BasicConstraints::OID, true, &constraints)?);
    extensions.push(wire::extension(KeyUsage::OID, true, &usage)?);
    Ok(extensions)
}

fn key_identifiers(
    public: &SubjectPublicKeyInfoOwned,
    issuer: &SubjectPublicKeyInfoOwned,
) -> der::Result<Vec<Extension>> {
    let own = SubjectKeyIdentifier(key_identifier(public)?);
    let above = AuthorityKeyIdentifier {
        key_identifier: Some(key_identifier(issuer)?),
        authority_cert_issuer: None,
        authority_cert_serial_number: None,
    };
    Ok(vec![
        wire::extension(SubjectKeyIdentifier::OID, false, &own)?,
        wire::extension(AuthorityKeyIdentifier::OID, false, &above)?,
    ])
}

/// SHA-1 of the key's bits, a mere name (RFC 5280 §4.2.1.2).
fn key_identifier(public: &SubjectPublicKeyInfoOwned) -> der::Result<der::asn1::OctetString> {
    let bits = public.subject_public_key.as_bytes().unwrap_or_default();
    der::asn1::OctetString::new(Sha1::digest(bits).to_vec())
}
