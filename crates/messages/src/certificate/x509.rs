//! One certificate.

use std::fmt;

use der::asn1::AnyRef;
use der::oid::ObjectIdentifier;
use der::oid::db::rfc4519;
use der::{Decode, Encode, Reader, SliceReader, Tag, Tagged};
use sha2::{Digest, Sha256};
use tongguan_domain::time::Moment;
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage, KeyUsages};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::time::Time;

use super::defect::CertificateDefect;
use super::key::{PublicKey, Scheme};
use super::pem::{der_of_pem, pem_of_der};

/// An X.509 version 3 certificate (数字证书) with an SM2 or RSA key.
#[derive(Clone)]
pub struct Certificate {
    der: Box<[u8]>,
    digest: [u8; 32],
    inner: x509_cert::Certificate,
    key: PublicKey,
    scheme: Scheme,
    issuer: Box<[u8]>,
    subject: Box<[u8]>,
}

/// Extensions that may be marked critical: those that are checked here, and those that restrict
/// nothing that matters here (extended key usage, subject alternative name, certificate policies).
const UNDERSTOOD: [&str; 5] = ["2.5.29.19", "2.5.29.15", "2.5.29.37", "2.5.29.17", "2.5.29.32"];

impl Certificate {
    /// Parses DER. A certificate that names itself as its issuer, by name or by key, must carry its own
    /// signature.
    ///
    /// # Errors
    /// `Unreadable`, `UnsupportedKey`, `UnsupportedAlgorithm`, `CriticalExtension`, `SelfSignature`.
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateDefect> {
        let inner = x509_cert::Certificate::from_der(der).map_err(unreadable)?;
        let tbs = inner.tbs_certificate();
        if tbs.signature() != inner.signature_algorithm() {
            return Err(CertificateDefect::UnsupportedAlgorithm);
        }
        let scheme = scheme_of(inner.signature_algorithm().oid)?;
        let key = PublicKey::from_spki(tbs.subject_public_key_info())
            .map_err(|_| CertificateDefect::UnsupportedKey)?;
        refuse_unknown_critical(tbs.extensions().map_or(&[], Vec::as_slice), &UNDERSTOOD)?;
        let certificate = Self {
            der: der.into(),
            digest: Sha256::digest(der).into(),
            issuer: tbs.issuer().to_der().map_err(unreadable)?.into(),
            subject: tbs.subject().to_der().map_err(unreadable)?.into(),
            key,
            scheme,
            inner,
        };
        if certificate.is_self_issued() && !certificate.is_issued_by(&certificate)? {
            return Err(CertificateDefect::SelfSignature);
        }
        Ok(certificate)
    }

    /// Parses the first certificate of a PEM text.
    ///
    /// # Errors
    /// As [`Self::from_der`].
    pub fn from_pem(pem: &str) -> Result<Self, CertificateDefect> {
        Self::from_der(&der_of_pem(pem, "CERTIFICATE")?)
    }

    /// The bytes as received.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The certificate in PEM.
    pub fn to_pem(&self) -> String {
        pem_of_der(&self.der, "CERTIFICATE")
    }

    /// SHA-256 of the bytes: the key of caches and of the registry.
    pub fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// The public key.
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    /// The serial number in lower-case hexadecimal, two digits a byte: the `KeyName` of signatures.
    pub fn serial(&self) -> String {
        hexadecimal(self.serial_bytes())
    }

    /// The instant from which it is valid, taken as the instant of issue.
    pub fn valid_from(&self) -> Moment {
        moment(self.inner.tbs_certificate().validity().not_before)
    }

    /// The last instant at which it is valid.
    pub fn valid_until(&self) -> Moment {
        moment(self.inner.tbs_certificate().validity().not_after)
    }

    /// Common name (CN) of the subject.
    pub fn common_name(&self) -> Option<String> {
        self.subject_text(rfc4519::CN)
    }

    /// Organisation (O) of the subject.
    pub fn organisation(&self) -> Option<String> {
        self.subject_text(rfc4519::O)
    }

    /// Every text of the subject, in order: a customs code or credit code may be any of them. Personal
    /// data.
    pub fn subject_texts(&self) -> Vec<String> {
        self.subject_name()
            .iter()
            .filter_map(|part| text_of(part.value.tag(), part.value.value()))
            .collect()
    }

    /// Whether it may issue certificates: basic constraints say so, and key usage where present.
    pub fn is_authority(&self) -> bool {
        self.constraints().is_some_and(|constraints| constraints.ca)
            && self.usage_allows(KeyUsages::KeyCertSign)
    }

    pub(super) fn may_sign_lists(&self) -> bool {
        self.usage_allows(KeyUsages::CRLSign)
    }

    pub(super) fn may_sign_messages(&self) -> bool {
        self.usage_allows(KeyUsages::DigitalSignature)
            || self.usage_allows(KeyUsages::NonRepudiation)
    }

    /// How many authorities may stand between this one and a signer.
    pub(super) fn path_length(&self) -> usize {
        self.constraints()
            .and_then(|constraints| constraints.path_len_constraint)
            .map_or(usize::MAX, usize::from)
    }

    pub(super) fn serial_bytes(&self) -> &[u8] {
        serial_of(self.inner.tbs_certificate().serial_number())
    }

    pub(super) fn issuer(&self) -> &[u8] {
        &self.issuer
    }

    pub(super) fn subject(&self) -> &[u8] {
        &self.subject
    }

    pub(crate) fn subject_name(&self) -> &Name {
        self.inner.tbs_certificate().subject()
    }

    pub(super) fn is_self_issued(&self) -> bool {
        self.issuer == self.subject || self.names_its_own_key()
    }

    /// Whether `issuer`'s key signed this certificate.
    pub(super) fn is_issued_by(&self, issuer: &Self) -> Result<bool, CertificateDefect> {
        let signed = signed_part(&self.der)?;
        let value = self.inner.signature().as_bytes().unwrap_or_default();
        Ok(issuer.key.verify(self.scheme, signed, value))
    }

    fn constraints(&self) -> Option<BasicConstraints> {
        self.inner.tbs_certificate().get_extension().ok().flatten().map(|(_, value)| value)
    }

    fn usage_allows(&self, usage: KeyUsages) -> bool {
        match self.inner.tbs_certificate().get_extension::<KeyUsage>() {
            Ok(found) => found.is_none_or(|(_, allowed)| allowed.0.contains(usage)),
            Err(_) => false,
        }
    }

    fn names_its_own_key(&self) -> bool {
        use x509_cert::ext::pkix::{AuthorityKeyIdentifier, SubjectKeyIdentifier};
        let tbs = self.inner.tbs_certificate();
        let own = tbs.get_extension::<SubjectKeyIdentifier>().ok().flatten();
        let issuer = tbs.get_extension::<AuthorityKeyIdentifier>().ok().flatten();
        match (own, issuer.and_then(|(_, issuer)| issuer.key_identifier)) {
            (Some((_, own)), Some(issuer)) => own.0 == issuer,
            _ => false,
        }
    }

    fn subject_text(&self, attribute: ObjectIdentifier) -> Option<String> {
        self.subject_name()
            .iter()
            .find(|part| part.oid == attribute)
            .and_then(|part| text_of(part.value.tag(), part.value.value()))
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({})", self.serial())
    }
}

/// Equal when the bytes are.
impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Certificate {}

pub(super) fn unreadable(error: der::Error) -> CertificateDefect {
    CertificateDefect::Unreadable(error.to_string())
}

/// The scheme that a signature algorithm identifier names.
pub(super) fn scheme_of(algorithm: ObjectIdentifier) -> Result<Scheme, CertificateDefect> {
    [Scheme::Sm2Sm3, Scheme::RsaSha256, Scheme::RsaSha1]
        .into_iter()
        .find(|scheme| algorithm_of(*scheme) == algorithm)
        .ok_or(CertificateDefect::UnsupportedAlgorithm)
}

/// The identifier of a scheme in certificates: GM/T 0006, RFC 8017.
pub(crate) const fn algorithm_of(scheme: Scheme) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(match scheme {
        Scheme::Sm2Sm3 => "1.2.156.10197.1.501",
        Scheme::RsaSha1 => "1.2.840.113549.1.1.5",
        Scheme::RsaSha256 => "1.2.840.113549.1.1.11",
    })
}

/// The first element of the outer sequence, exactly as received: what was signed.
pub(super) fn signed_part(der: &[u8]) -> Result<&[u8], CertificateDefect> {
    let outer = AnyRef::from_der(der).map_err(unreadable)?;
    SliceReader::new(outer.value()).and_then(|mut reader| reader.tlv_bytes()).map_err(unreadable)
}

pub(super) fn refuse_unknown_critical(
    extensions: &[x509_cert::ext::Extension],
    understood: &[&str],
) -> Result<(), CertificateDefect> {
    for extension in extensions {
        let id = extension.extn_id.to_string();
        if extension.critical && !understood.contains(&id.as_str()) {
            return Err(CertificateDefect::CriticalExtension(id));
        }
    }
    Ok(())
}

pub(super) fn moment(time: Time) -> Moment {
    let micros = time.to_unix_duration().as_micros();
    Moment::from_micros(i64::try_from(micros).unwrap_or(i64::MAX))
}

/// The bytes of a serial number without the zero that DER puts before a high first bit.
pub(super) fn serial_of(serial: &SerialNumber) -> &[u8] {
    match serial.as_bytes() {
        [0, rest @ ..] if !rest.is_empty() => rest,
        bytes => bytes,
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    use fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn text_of(tag: Tag, value: &[u8]) -> Option<String> {
    match tag {
        Tag::Utf8String | Tag::PrintableString | Tag::Ia5String | Tag::NumericString => {
            str::from_utf8(value).ok().map(str::to_owned)
        }
        Tag::TeletexString => Some(value.iter().copied().map(char::from).collect()),
        Tag::BmpString => {
            let units = value.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            char::decode_utf16(units).collect::<Result<_, _>>().ok()
        }
        _ => None,
    }
}
