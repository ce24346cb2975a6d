//! The cast: made-up enterprises with certificates of a made-up authority.
//!
//! The same seed gives the same keys. The enterprises are those of [`tongguan_messages::sample`], so a
//! sample message can be signed by whoever must sign it.

use std::sync::Arc;

use jiff::civil::date;
use tongguan_domain::ids::{DxpId, IdError, PartyId};
use tongguan_domain::party::{Party, PartyCode, Role, Standing};
use tongguan_domain::registry::Registry;
use tongguan_domain::time::Moment;
use tongguan_messages::authority::{Authority, AuthorityError, SeededChance, Subject, Validity};
use tongguan_messages::certificate::key::SigningKey;
use tongguan_messages::certificate::{Certificate, CertificateDefect, TrustStore};
use tongguan_messages::signature::{SignError, Style, sign};

/// The cast could not be made; a test makes sure that it can.
#[derive(Debug, thiserror::Error)]
pub enum CastError {
    /// A certificate could not be issued.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// A made-up code is none.
    #[error(transparent)]
    Id(#[from] IdError),
    /// The authority is not trusted.
    #[error(transparent)]
    Trust(#[from] CertificateDefect),
    /// A key could not be made.
    #[error(transparent)]
    Key(#[from] tongguan_messages::certificate::key::KeyError),
}

/// How the cast signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signing {
    /// SM2 with SM3, as the standard prefers.
    Sm2,
    /// RSA with SHA-1, with certificates from before 2022-07-01.
    Rsa,
    /// Not at all.
    None,
}

/// One enterprise that can sign.
#[derive(Debug)]
pub struct Actor {
    /// Its registration.
    pub party: Party,
    /// Its certificate.
    pub certificate: Certificate,
    key: SigningKey,
    style: Option<Style>,
}

/// Everybody who sends messages about a parcel.
#[derive(Debug)]
pub struct Cast {
    /// The platform, which is also the guarantor.
    pub platform: Actor,
    /// The merchant.
    pub merchant: Actor,
    /// The payment institution.
    pub institution: Actor,
    /// The carrier, which is also the declarant and runs the supervised place.
    pub carrier: Actor,
    /// The merchant who exports.
    pub exporter: Actor,
    authority: Authority,
}

/// A made-up enterprise before it has a key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Enterprise {
    pub roles: &'static [Role],
    /// Its codes, the customs code first.
    pub codes: &'static [&'static str],
    pub name: &'static str,
    pub mailbox: &'static str,
}

/// The enterprises of the samples.
const ENTERPRISES: [Enterprise; 5] = [
    Enterprise {
        roles: &[Role::Platform, Role::Guarantor],
        codes: &["330196P001"],
        name: "示例跨境电商平台有限公司",
        mailbox: "DXPENT0000000001",
    },
    Enterprise {
        roles: &[Role::Merchant],
        codes: &["330196M002"],
        name: "示例进口贸易有限公司",
        mailbox: "DXPENT0000000002",
    },
    Enterprise {
        roles: &[Role::PaymentInstitution],
        codes: &["3301960Y03"],
        name: "示例支付有限公司",
        mailbox: "DXPENT0000000003",
    },
    Enterprise {
        roles: &[Role::Carrier, Role::Declarant, Role::FacilityOperator],
        codes: &["330198W004"],
        name: "示例国际速递有限公司",
        mailbox: "DXPENT0000000004",
    },
    Enterprise {
        roles: &[Role::Merchant],
        codes: &["330196E005"],
        name: "示例出口贸易有限公司",
        mailbox: "DXPENT0000000005",
    },
];

impl Cast {
    /// The cast of a seed.
    ///
    /// # Errors
    /// [`CastError`].
    pub fn new(seed: u64, signing: Signing) -> Result<Self, CastError> {
        let mut chance = SeededChance::new(seed);
        let authority = root(&mut chance, signing)?;
        let mut actors = Vec::with_capacity(ENTERPRISES.len());
        for (number, enterprise) in (1..).zip(ENTERPRISES) {
            actors.push(actor(&authority, &mut chance, number, enterprise, signing)?);
        }
        let [platform, merchant, institution, carrier, exporter]: [Actor; 5] =
            actors.try_into().unwrap_or_else(|_| unreachable!("five enterprises"));
        Ok(Self { platform, merchant, institution, carrier, exporter, authority })
    }

    /// Everybody.
    pub fn actors(&self) -> [&Actor; 5] {
        [&self.platform, &self.merchant, &self.institution, &self.carrier, &self.exporter]
    }

    /// The registry in which they all are.
    pub fn registry(&self) -> Registry {
        Registry::new(
            self.actors().map(|actor| actor.party.clone()),
            self.actors().map(|actor| (*actor.certificate.digest(), actor.party.id)),
        )
    }

    /// The trust in their authority.
    ///
    /// # Errors
    /// [`CastError::Trust`].
    pub fn trust(&self) -> Result<Arc<TrustStore>, CastError> {
        let roots = vec![self.authority.certificate().clone()];
        Ok(Arc::new(TrustStore::new(roots, Vec::new(), Vec::new())?))
    }

    /// The authority that issued their certificates.
    pub fn authority(&self) -> &Authority {
        &self.authority
    }
}

impl Actor {
    /// Signs a message; without a signature if the cast does not sign.
    ///
    /// # Errors
    /// [`SignError`].
    pub fn sign(&self, message: &str) -> Result<String, SignError> {
        match self.style {
            Some(style) => sign(message, &self.key, &self.certificate, style),
            None => Ok(message.to_owned()),
        }
    }

    /// Its mailbox.
    pub fn mailbox(&self) -> &str {
        self.party.mailbox.as_ref().map(DxpId::as_str).unwrap_or_default()
    }

    /// Its secret key.
    pub fn key(&self) -> &SigningKey {
        &self.key
    }
}

fn validity(signing: Signing) -> Validity {
    // Certificates issued from 2022-07-01 must use SM2.
    let from = if signing == Signing::Rsa { date(2022, 1, 1) } else { date(2024, 1, 1) };
    Validity { from: Moment::start_of(from), until: Moment::start_of(date(2044, 1, 1)) }
}

/// The made-up authority.
pub(crate) fn root(chance: &mut SeededChance, signing: Signing) -> Result<Authority, CastError> {
    let subject = Subject {
        organisation: "通关示例".into(),
        code: None,
        common_name: "通关示例根证书".into(),
    };
    Ok(Authority::root(&subject, key(chance, signing)?, 1, validity(signing))?)
}

fn key(chance: &mut SeededChance, signing: Signing) -> Result<SigningKey, CastError> {
    Ok(match signing {
        Signing::Sm2 | Signing::None => SigningKey::generate_sm2(chance),
        Signing::Rsa => SigningKey::generate_rsa(chance, 2048)?,
    })
}

/// An enterprise with a key and a certificate of `authority`.
pub(crate) fn actor(
    authority: &Authority,
    chance: &mut SeededChance,
    number: i64,
    enterprise: Enterprise,
    signing: Signing,
) -> Result<Actor, CastError> {
    let Enterprise { roles, codes, name, mailbox } = enterprise;
    let key = key(chance, signing)?;
    let subject = Subject {
        organisation: name.into(),
        code: codes.first().map(|code| (*code).into()),
        common_name: name.into(),
    };
    let serial = 0x0300_0000_0000_0000 + u64::try_from(number).unwrap_or_default();
    let certificate = authority.issue(&subject, &key, serial, validity(signing))?;
    let party = Party {
        id: PartyId(number),
        name: name.into(),
        codes: codes.iter().map(|code| PartyCode::parse(code)).collect::<Result<_, _>>()?,
        roles: roles.iter().copied().collect(),
        standing: Standing::Active,
        valid_from: date(2020, 1, 1),
        valid_to: None,
        mailbox: Some(DxpId::parse(mailbox)?),
    };
    let style = match signing {
        Signing::Sm2 => Some(Style::SM2),
        Signing::Rsa => Some(Style::RSA_SHA1),
        Signing::None => None,
    };
    Ok(Actor { party, certificate, key, style })
}
