//! A test enterprise: who belongs to it, and what it was given.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::civil::date;
use tongguan_domain::ids::{AccountBookNumber, DxpId, IdError, OfficeCode, OrderNumber, PlaceCode};
use tongguan_domain::money::Money;
use tongguan_domain::party::{NamedParty, PartyCode, Role, Standing};
use tongguan_domain::time::Moment;
use tongguan_messages::authority::{Authority, SeededChance, Subject, Validity};
use tongguan_messages::certificate::Certificate;
use tongguan_messages::certificate::key::{KeyError, SigningKey};
use tongguan_messages::signature::{SignError, Style, sign};
use tongguan_storage::Writer;

use super::SandboxError;
use super::cause;
use super::parcel::Ready;
use super::people::{Employee, Post};
use super::premises;
use crate::access::{self, NewKey, Scopes};
use crate::registry::{Entry, Grant};

/// How long an access key is good, in days.
const DAYS: i64 = 365;

/// A test enterprise: the parties of a parcel, an office, and people on both sides.
pub struct Enterprise {
    pub(super) number: u64,
    pub(super) members: Vec<Member>,
    /// The office that clears its parcels, and nobody else's.
    pub office: OfficeCode,
    /// Who signs in, in the order of [`Post::ALL`].
    pub people: Vec<Employee>,
    /// The password of all of them.
    pub password: String,
    pub(super) sent: Mutex<Vec<OrderNumber>>,
    pub(super) first: Mutex<Option<Ready>>,
}

/// The parties of a parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// 电商平台, which is also the guarantor.
    Platform,
    /// 电商企业.
    Merchant,
    /// 支付企业.
    Institution,
    /// 物流企业, which also declares (申报企业) and runs a supervised place (监管场所经营人).
    Carrier,
}

/// A party of a test enterprise, with its secrets.
pub struct Member {
    /// What it is.
    pub kind: Kind,
    /// Its code and name.
    pub party: NamedParty,
    /// Where its responses are fetched.
    pub mailbox: DxpId,
    /// The key that opens the mailbox.
    pub access_key: String,
    pub(super) key_number: String,
    certificate: Certificate,
    key: SigningKey,
}

/// With what a certificate is issued.
pub(super) struct Issue<'s> {
    pub(super) authority: &'s Authority,
    pub(super) serial: u64,
    pub(super) validity: Validity,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Platform, Self::Merchant, Self::Institution, Self::Carrier];

    /// Its name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Platform => "platform",
            Self::Merchant => "merchant",
            Self::Institution => "payment-institution",
            Self::Carrier => "carrier-and-declarant",
        }
    }

    /// Its name for people, in Chinese and English.
    pub const fn title(self) -> (&'static str, &'static str) {
        match self {
            Self::Platform => ("电商平台", "platform and guarantor"),
            Self::Merchant => ("电商企业", "merchant"),
            Self::Institution => ("支付企业", "payment institution"),
            Self::Carrier => {
                ("物流企业和申报企业", "carrier and declarant, with a supervised place")
            }
        }
    }

    const fn roles(self) -> &'static [Role] {
        match self {
            Self::Platform => &[Role::Platform, Role::Guarantor],
            Self::Merchant => &[Role::Merchant],
            Self::Institution => &[Role::PaymentInstitution],
            Self::Carrier => &[Role::Carrier, Role::Declarant, Role::FacilityOperator],
        }
    }

    /// The one of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The customs code of that party of the enterprise of that number.
    fn code(self, number: u64) -> String {
        let letter = match self {
            Self::Platform => "6P",
            Self::Merchant => "6M",
            Self::Institution => "6Y",
            Self::Carrier => "8W",
        };
        format!("9901S{letter}{number:03}")
    }
}

/// The number of the enterprise to which a code belongs.
pub(super) fn number_of(code: &str) -> Option<u64> {
    code.strip_prefix("9901S")?.get(2..)?.parse().ok()
}

impl Member {
    pub(super) fn new(
        kind: Kind,
        number: u64,
        issue: &Issue<'_>,
        chance: &mut SeededChance,
        writer: &mut Writer,
        now: Moment,
    ) -> Result<Self, SandboxError> {
        let name = format!("沙箱{}{number}号", kind.title().0);
        let code = kind.code(number);
        let mailbox = DxpId::parse(&format!("DXPSBX{code}"))?;
        let subject = Subject {
            organisation: name.clone(),
            code: Some(code.clone()),
            common_name: name.clone(),
        };
        let key = SigningKey::generate_sm2(chance);
        let certificate = issue.authority.issue(&subject, &key, issue.serial, issue.validity)?;
        let new = NewKey {
            mailbox: &mailbox,
            purpose: "sandbox",
            scopes: &Scopes::default(),
            expires_at: now.plus_days(DAYS),
        };
        let (given, access_key) = access::issue(writer, new, &cause(), now)?;
        let party = NamedParty { code: PartyCode::parse(&code)?, name };
        Ok(Self { kind, party, mailbox, access_key, key_number: given.number, certificate, key })
    }

    /// Its certificate, as PEM.
    pub fn certificate_pem(&self) -> String {
        self.certificate.to_pem()
    }

    /// Its secret key, as PEM.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn key_pem(&self) -> Result<String, KeyError> {
        self.key.to_pem()
    }

    /// Signs a message that somebody wrote: for whoever has no program for that.
    ///
    /// # Errors
    /// [`SignError`].
    pub fn sign(&self, message: &str) -> Result<String, SignError> {
        sign(message, &self.key, &self.certificate, Style::SM2)
    }
}

impl Enterprise {
    /// The name with which somebody signs in.
    pub fn person(&self, post: Post) -> &str {
        let person = self.people.iter().find(|person| person.post == post);
        person.map_or("", |person| person.sign_in.as_str())
    }

    /// Its parties, one of each [`Kind`].
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// The party of a kind.
    pub fn member(&self, kind: Kind) -> &Member {
        // One of each kind was made, in this order.
        &self.members[kind as usize]
    }

    /// Its supervised place.
    ///
    /// # Errors
    /// None for any enterprise.
    pub fn place(&self) -> Result<PlaceCode, IdError> {
        premises::place_code(self.office)
    }

    /// Its account book of bonded goods.
    ///
    /// # Errors
    /// None for any enterprise.
    pub fn book(&self) -> Result<AccountBookNumber, IdError> {
        premises::book_number(self.office)
    }

    /// The orders of the parcels that were made for it, the first one first.
    pub fn sent(&self) -> Vec<OrderNumber> {
        self.orders().clone()
    }

    pub(super) fn orders(&self) -> MutexGuard<'_, Vec<OrderNumber>> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn entries(&self, standing: Standing) -> impl Iterator<Item = Entry> {
        let since = Some(date(2020, 1, 1));
        (1..).zip(&self.members).map(move |(line, member)| Entry {
            line,
            name: member.party.name.clone(),
            codes: vec![member.party.code.clone()],
            roles: member.kind.roles().iter().copied().collect(),
            standing,
            valid_from: since,
            valid_to: None,
            mailbox: Some(member.mailbox.clone()),
            payment_url: None,
            delegates: None,
            certificates: Some(vec![member.certificate.clone()]),
            grant: (member.kind == Kind::Platform).then(|| Grant {
                granted: Money::from_fen(100_000_000),
                valid_from: since,
                valid_to: None,
                reference: Some(format!("SBX-{:03}", self.number)),
            }),
        })
    }
}
