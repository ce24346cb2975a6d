//! A certificate that somebody files: read, judged, and held against who files it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tongguan_domain::defect::{Defect, Rule};
use tongguan_domain::filing::FiledCertificate;
use tongguan_domain::filing::rules::{UNFIT, UNREADABLE};
use tongguan_domain::party::PartyCode;
use tongguan_domain::time::Moment;
use tongguan_messages::certificate::key::PublicKey;
use tongguan_messages::certificate::{Certificate, CertificateDefect, TrustStore, judge};

/// What people want to know of a certificate. It holds no personal data: of its subject the organisation alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateFacts {
    /// `SM2` or `RSA`.
    pub key: &'static str,
    /// Its serial number, in hexadecimal.
    pub serial: String,
    /// The organisation that it is made out to.
    pub organisation: Option<String>,
    /// Whether that is who files it.
    pub made_out_to: MadeOutTo,
    /// Whether it is trusted now.
    pub trust: TrustNote,
}

/// To whom a certificate is made out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MadeOutTo {
    /// It names a code of the party.
    Code(PartyCode),
    /// It names the party.
    Name,
    /// It names neither.
    SomebodyElse,
}

/// Whether signatures with a certificate count now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrustNote {
    /// They do.
    Trusted,
    /// They do not, and why, in Chinese and English.
    NotTrusted(String, String),
}

/// Reads a certificate in PEM, in DER, or in DER written in base64. It may be one that no authority issued
/// that is trusted here, or that is not valid yet: an officer sees that.
///
/// # Errors
/// What is wrong: it cannot be read, has expired, was revoked, or is not for signing.
pub fn read_certificate(
    given: &[u8],
    trust: &TrustStore,
    now: Moment,
) -> Result<FiledCertificate, Defect> {
    let certificate = parse(given).map_err(|why| told(&UNREADABLE, &why))?;
    if let Err(
        why @ (CertificateDefect::Expired(_)
        | CertificateDefect::Revoked(_)
        | CertificateDefect::NotForSigning),
    ) = judge(&certificate, trust, now)
    {
        return Err(told(&UNFIT, &why));
    }
    Ok(FiledCertificate {
        digest: *certificate.digest(),
        der: certificate.der().into(),
        valid_from: certificate.valid_from(),
        valid_to: certificate.valid_until(),
    })
}

impl CertificateFacts {
    /// Of a certificate that was filed by a party of this name and these codes; nothing where what is kept does
    /// not read any more.
    pub fn of(
        filed: &FiledCertificate,
        name: &str,
        codes: &[PartyCode],
        trust: &TrustStore,
        now: Moment,
    ) -> Option<Self> {
        let certificate = Certificate::from_der(&filed.der).ok()?;
        let texts = certificate.subject_texts();
        let named = |code: &&PartyCode| texts.iter().any(|text| text.trim() == code.as_str());
        let made_out_to = match codes.iter().find(named) {
            Some(code) => MadeOutTo::Code(code.clone()),
            None if texts.iter().any(|text| text.trim() == name) => MadeOutTo::Name,
            None => MadeOutTo::SomebodyElse,
        };
        Some(Self {
            key: match certificate.key() {
                PublicKey::Sm2(_) => "SM2",
                PublicKey::Rsa(_) => "RSA",
            },
            serial: certificate.serial(),
            organisation: certificate.organisation(),
            made_out_to,
            trust: match judge(&certificate, trust, now) {
                Ok(_) => TrustNote::Trusted,
                Err(why) => TrustNote::NotTrusted(chinese(&why), why.to_string()),
            },
        })
    }
}

fn parse(given: &[u8]) -> Result<Certificate, CertificateDefect> {
    let Ok(text) = str::from_utf8(given) else { return Certificate::from_der(given) };
    match text.matches("-----BEGIN CERTIFICATE-----").count() {
        0 => {}
        1 => return Certificate::from_pem(text),
        n => return Err(CertificateDefect::Unreadable(format!("{n} certificates at once"))),
    }
    let packed: String = text.split_whitespace().collect();
    match STANDARD.decode(&packed) {
        Ok(der) => Certificate::from_der(&der),
        Err(_) => Err(CertificateDefect::Unreadable("neither PEM nor base64".to_owned())),
    }
}

fn told(rule: &'static Rule, why: &CertificateDefect) -> Defect {
    Defect::at(rule, "certificate").with("zh", chinese(why)).with("en", why)
}

fn chinese(why: &CertificateDefect) -> String {
    match why {
        CertificateDefect::Unreadable(_) => "不是一份X.509证书".to_owned(),
        CertificateDefect::UnsupportedKey => "密钥既不是SM2也不是RSA".to_owned(),
        CertificateDefect::UnsupportedAlgorithm => "签名算法不受支持".to_owned(),
        CertificateDefect::SelfSignature => "自签名不正确".to_owned(),
        CertificateDefect::CriticalExtension(_) => "含有无法识别的关键扩展".to_owned(),
        CertificateDefect::NotYetValid(at) => format!("{at}起才有效"),
        CertificateDefect::Expired(at) => format!("已于{at}过期"),
        CertificateDefect::NotForSigning => "密钥用途不允许签名".to_owned(),
        CertificateDefect::UnknownIssuer => "签发机构不受信任".to_owned(),
        CertificateDefect::Revoked(at) => format!("已于{at}被吊销"),
        CertificateDefect::UnknownListIssuer => "吊销列表的签发机构不受信任".to_owned(),
    }
}
