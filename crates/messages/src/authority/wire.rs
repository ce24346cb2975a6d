//! The structures of RFC 5280 in the form in which they are written.

use der::asn1::{BitString, OctetString, Utf8StringRef};
use der::oid::ObjectIdentifier;
use der::{Any, Decode, Encode, Sequence};
use spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::certificate::Version;
use x509_cert::ext::Extension;
use x509_cert::name::{Name, RdnSequence, RelativeDistinguishedName};
use x509_cert::serial_number::SerialNumber;
use x509_cert::time::{Time, Validity};

/// What an authority signs of a certificate.
#[derive(Sequence)]
pub(super) struct TbsCertificate {
    #[asn1(context_specific = "0")]
    pub(super) version: Version,
    pub(super) serial_number: SerialNumber,
    pub(super) signature: AlgorithmIdentifierOwned,
    pub(super) issuer: Name,
    pub(super) validity: Validity,
    pub(super) subject: Name,
    pub(super) subject_public_key_info: SubjectPublicKeyInfoOwned,
    #[asn1(context_specific = "3")]
    pub(super) extensions: Vec<Extension>,
}

/// A structure with its signature: a certificate or a revocation list.
#[derive(Sequence)]
pub(super) struct Signed {
    pub(super) content: Any,
    pub(super) algorithm: AlgorithmIdentifierOwned,
    pub(super) value: BitString,
}

/// A name of texts in order, one a level.
pub(super) fn name(parts: &[(ObjectIdentifier, &str)]) -> der::Result<Name> {
    let mut sequence = RdnSequence::default();
    for (oid, text) in parts {
        let value = Any::from(Utf8StringRef::new(text)?);
        let mut level = RelativeDistinguishedName::default();
        level.insert(AttributeTypeAndValue { oid: *oid, value })?;
        sequence.push(level);
    }
    Name::from_der(&sequence.to_der()?)
}

pub(super) fn extension(
    id: ObjectIdentifier,
    critical: bool,
    value: &impl Encode,
) -> der::Result<Extension> {
    Ok(Extension { extn_id: id, critical, extn_value: OctetString::new(value.to_der()?)? })
}

/// A time as RFC 5280 §4.1.2.5 writes it: with two digits of the year until 2049.
pub(super) fn time(moment: tongguan_domain::time::Moment) -> der::Result<Time> {
    let seconds = u64::try_from(moment.micros().div_euclid(1_000_000)).unwrap_or_default();
    let instant = der::DateTime::from_unix_duration(std::time::Duration::from_secs(seconds))?;
    if instant.year() < 2050 {
        Ok(Time::UtcTime(der::asn1::UtcTime::from_date_time(instant)?))
    } else {
        Ok(Time::GeneralTime(der::asn1::GeneralizedTime::from_date_time(instant)))
    }
}
