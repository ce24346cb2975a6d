//! Authorities, parties and messages that the tests share; the same in every run.

use std::path::PathBuf;
use std::sync::LazyLock;

use tongguan_domain::time::Moment;
use tongguan_messages::authority::{Authority, SeededChance, Subject, Validity};
use tongguan_messages::certificate::Certificate;
use tongguan_messages::certificate::key::{Scheme, SigningKey};
use tongguan_messages::signature::{Policy, SignatureDefect, Verified, verify};
use tongguan_messages::xml::{Limits, Source};

use crate::tools::left_out;

/// A party that signs.
pub struct Party {
    pub key: SigningKey,
    pub certificate: Certificate,
}

pub static SM2_ROOT: LazyLock<Authority> = LazyLock::new(|| {
    let key = SigningKey::generate_sm2(&mut SeededChance::new(1));
    Authority::root(&subject("测试根", None), key, 0x01, years(2020, 2040)).unwrap()
});

pub static RSA_ROOT: LazyLock<Authority> = LazyLock::new(|| {
    let key = SigningKey::generate_rsa(&mut SeededChance::new(2), 2048).unwrap();
    Authority::root(&subject("测试RSA根", None), key, 0x02, years(2015, 2040)).unwrap()
});

/// Signs with SM2; its certificate is of 2024.
pub static SM2_PARTY: LazyLock<Party> = LazyLock::new(|| {
    let key = SigningKey::generate_sm2(&mut SeededChance::new(3));
    let subject = subject("测试企业", Some("1100000001"));
    let certificate =
        SM2_ROOT.issue(&subject, &key, 0x0300_0000_000c_de6f, years(2024, 2034)).unwrap();
    Party { key, certificate }
});

/// Signs with RSA; its certificate is of 2020, before the new rule.
pub static OLD_RSA_PARTY: LazyLock<Party> = LazyLock::new(|| rsa_party(0x0169_1fe9, 2020));

/// Signs with RSA; its certificate is of 2024, under the new rule.
pub static NEW_RSA_PARTY: LazyLock<Party> = LazyLock::new(|| rsa_party(0x0169_1fea, 2024));

fn rsa_party(serial: u64, from: i16) -> Party {
    let key = SigningKey::generate_rsa(&mut SeededChance::new(4), 2048).unwrap();
    let subject = subject("测试旧企业", Some("91350100M000100Y43"));
    let certificate = RSA_ROOT.issue(&subject, &key, serial, years(from, 2034)).unwrap();
    Party { key, certificate }
}

pub fn subject(name: &str, code: Option<&str>) -> Subject {
    Subject {
        organisation: name.into(),
        code: code.map(Into::into),
        common_name: format!("{name}证书"),
    }
}

/// From the start of one year to the start of another, in China.
pub fn years(from: i16, until: i16) -> Validity {
    Validity { from: year(from), until: year(until) }
}

pub fn year(year: i16) -> Moment {
    Moment::start_of(jiff::civil::date(year, 1, 1))
}

/// A small message, not signed.
pub const MESSAGE: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
<ceb:CEB411Message guid=\"7F3A\" version=\"1.0\" xmlns:ceb=\"http://www.chinaport.gov.cn/ceb\" \
xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\n\
  <ceb:Payment><ceb:PaymentHead>\n\
    <ceb:payName>测试&amp;支付</ceb:payName>\n\
    <ceb:amountPaid>100.00</ceb:amountPaid><ceb:note/>\n\
  </ceb:PaymentHead></ceb:Payment>\n\
</ceb:CEB411Message>\n";

/// What a verifier says of `message` under the policy with RSA-SHA256.
pub fn verified(message: &str) -> Result<Verified, SignatureDefect> {
    let source = Source::read(message.as_bytes(), &Limits::default()).unwrap();
    let tree = source.tree().unwrap();
    verify(&tree, &Policy::china().with_rsa_sha256(), None).map(|(verified, _)| verified)
}

/// The scheme's own party: old RSA for SHA-1, new for SHA-256.
pub fn party_for(scheme: Scheme) -> &'static Party {
    match scheme {
        Scheme::Sm2Sm3 => &SM2_PARTY,
        Scheme::RsaSha1 => &OLD_RSA_PARTY,
        Scheme::RsaSha256 => &NEW_RSA_PARTY,
    }
}

/// The directory of reference data outside the repository; when absent, says loudly that `comparison`
/// was left out.
pub fn reference(comparison: &str) -> Option<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "tests are told where the reference data is")]
    let configured = std::env::var("TONGGUAN_REFERENCE").ok().map(PathBuf::from);
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let directory = configured.unwrap_or_else(beside);
    if directory.is_dir() {
        return Some(directory);
    }
    left_out(comparison, "no reference data");
    None
}
