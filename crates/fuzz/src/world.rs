//! Authorities and parties that sign; the same in every run, so that a finding can be run again. Those
//! of the golden files are others, and strangers here.

use std::sync::LazyLock;

use tongguan_domain::time::Moment;
use tongguan_messages::authority::{Authority, SeededChance, Subject, Validity};
use tongguan_messages::certificate::key::{Scheme, SigningKey};
use tongguan_messages::certificate::{Certificate, RevocationList, TrustStore};
use tongguan_messages::signature::{Style, sign};

/// Who is trusted, and who signs.
pub(crate) struct World {
    pub(crate) roots: [Authority; 2],
    pub(crate) intermediate: Authority,
    pub(crate) revocations: RevocationList,
    pub(crate) store: TrustStore,
    parties: [(SigningKey, Certificate); 3],
}

pub(crate) static WORLD: LazyLock<World> = LazyLock::new(World::new);

impl World {
    fn new() -> Self {
        let sm2 = |seed| SigningKey::generate_sm2(&mut SeededChance::new(seed));
        let rsa = |seed| SigningKey::generate_rsa(&mut SeededChance::new(seed), 2048).unwrap();
        let root = Authority::root(&subject("测试根"), sm2(101), 1, years(2020, 2040)).unwrap();
        let rsa_root =
            Authority::root(&subject("测试RSA根"), rsa(102), 2, years(2015, 2040)).unwrap();
        let intermediate =
            root.intermediate(&subject("测试中级"), sm2(103), 3, years(2020, 2040)).unwrap();
        let signer = |authority: &Authority, key: SigningKey, serial, from| {
            let subject = Subject { code: Some("1100000001".into()), ..subject("测试企业") };
            let certificate = authority.issue(&subject, &key, serial, years(from, 2034)).unwrap();
            (key, certificate)
        };
        let parties = [
            signer(&intermediate, sm2(104), 0x0300_0000_000c_de6f, 2024),
            signer(&rsa_root, rsa(105), 0x0169_1fe9, 2020),
            signer(&rsa_root, rsa(105), 0x0169_1fea, 2024),
        ];
        let revocations =
            root.revocation_list(1, year(2025), year(2027), &[(0x77, year(2025))]).unwrap();
        let store = TrustStore::new(
            vec![root.certificate().clone(), rsa_root.certificate().clone()],
            vec![intermediate.certificate().clone()],
            vec![revocations.clone()],
        );
        Self { store: store.unwrap(), roots: [root, rsa_root], intermediate, revocations, parties }
    }

    /// The certificates of everybody.
    pub(crate) fn certificates(&self) -> Vec<&Certificate> {
        let authorities = self.roots.iter().chain([&self.intermediate]).map(Authority::certificate);
        authorities.chain(self.parties.iter().map(|(_, certificate)| certificate)).collect()
    }

    /// `message`, signed by the party that the style is for; nothing when it cannot be signed.
    pub(crate) fn signed(&self, message: &str, style: Style) -> Option<String> {
        let [sm2, old_rsa, new_rsa] = &self.parties;
        let (key, certificate) = match style.method.scheme() {
            Scheme::Sm2Sm3 => sm2,
            Scheme::RsaSha1 => old_rsa,
            Scheme::RsaSha256 => new_rsa,
        };
        sign(message, key, certificate, style).ok()
    }
}

/// The instant at which messages are received.
pub(crate) fn receipt() -> Moment {
    year(2026)
}

fn subject(name: &str) -> Subject {
    Subject { organisation: name.into(), code: None, common_name: format!("{name}证书") }
}

fn years(from: i16, until: i16) -> Validity {
    Validity { from: year(from), until: year(until) }
}

fn year(year: i16) -> Moment {
    Moment::start_of(jiff::civil::date(year, 1, 1))
}
