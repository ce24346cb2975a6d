//! Registered parties (注册登记企业) and the codes that documents know them by.
//!
//! A party is registered once and used in every role and message. Documents name it by its customs
//! code (10) or its unified social credit code (18); both lead to one [`PartyId`] before any key is
//! built.

use std::fmt;

use crate::ids::{DxpId, IdError, PartyId};
use jiff::civil::Date;

/// A code that a document names a party by (企业代码; `ebpCode`, `ebcCode`, `agentCode` …).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartyCode(Box<str>);

impl PartyCode {
    /// Reads 1 to 18 characters. An unregistered platform is named by an id that the port publishes,
    /// so other forms than the two checked ones exist; [`Self::kind`] tells them apart.
    ///
    /// # Errors
    /// [`IdError::Empty`] or [`IdError::TooLong`].
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let text = text.trim();
        let length = text.chars().count();
        match length {
            0 => Err(IdError::Empty { kind: "PartyCode" }),
            1..=18 => Ok(Self(text.to_ascii_uppercase().into())),
            _ => Err(IdError::TooLong { kind: "PartyCode", length, limit: 18 }),
        }
    }

    /// The code, in upper case.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What kind of code it is, its check digit included.
    pub fn kind(&self) -> CodeKind {
        if is_credit_code(&self.0) {
            CodeKind::CreditCode
        } else if is_customs_code(&self.0) {
            CodeKind::CustomsCode
        } else {
            CodeKind::Other
        }
    }
}

impl fmt::Display for PartyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for PartyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PartyCode({})", self.0)
    }
}

/// The kinds of party code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeKind {
    /// Customs registration code (海关注册编码): 10 characters, the first five digits.
    CustomsCode,
    /// Unified social credit code (统一社会信用代码): 18 characters with a check character (GB 32100).
    CreditCode,
    /// Anything else, such as the id that the port publishes for an unregistered platform.
    Other,
}

/// What a party is registered to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// E-commerce platform (电商平台; `ebp`).
    Platform,
    /// E-commerce enterprise (电商企业; `ebc`).
    Merchant,
    /// Payment institution (支付企业; `pay`).
    PaymentInstitution,
    /// Carrier (物流企业; `logistics`).
    Carrier,
    /// Declarant (申报企业; `agent`).
    Declarant,
    /// Operator of a supervised place (监管作业场所经营人; `operator`).
    FacilityOperator,
    /// Tax guarantor (担保企业; `assure`).
    Guarantor,
}

impl Role {
    /// Every role, in the order of the registry file's documentation.
    pub const ALL: [Self; 7] = [
        Self::Platform,
        Self::Merchant,
        Self::PaymentInstitution,
        Self::Carrier,
        Self::Declarant,
        Self::FacilityOperator,
        Self::Guarantor,
    ];

    /// The name in files and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Platform => "platform",
            Self::Merchant => "merchant",
            Self::PaymentInstitution => "payment-institution",
            Self::Carrier => "carrier",
            Self::Declarant => "declarant",
            Self::FacilityOperator => "facility-operator",
            Self::Guarantor => "guarantor",
        }
    }

    /// The role in Chinese, as responses call it.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Platform => "电商平台",
            Self::Merchant => "电商企业",
            Self::PaymentInstitution => "支付企业",
            Self::Carrier => "物流企业",
            Self::Declarant => "申报企业",
            Self::FacilityOperator => "监管场所经营人",
            Self::Guarantor => "担保企业",
        }
    }

    /// The role of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// A set of roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Roles(u8);

impl Roles {
    /// The same set with `role`.
    #[must_use]
    pub const fn with(self, role: Role) -> Self {
        Self(self.0 | 1 << role as u8)
    }

    /// Whether `role` is in it.
    pub const fn contains(self, role: Role) -> bool {
        self.0 & (1 << role as u8) != 0
    }

    /// As bits, the first role lowest; the form that is stored.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// From bits; unknown ones are dropped.
    pub const fn from_bits(bits: u8) -> Self {
        Self(bits & 0x7f)
    }

    /// The roles in it.
    pub fn iter(self) -> impl Iterator<Item = Role> {
        Role::ALL.into_iter().filter(move |role| self.contains(*role))
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        roles.into_iter().fold(Self::default(), Self::with)
    }
}

/// Whether a registered party may act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// In good standing.
    Active,
    /// Suspended by customs (暂停): its new documents are refused.
    Suspended,
}

/// A registered party (企业).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// Its id in this registry.
    pub id: PartyId,
    /// The registered name.
    pub name: String,
    /// The codes that documents may name it by, the customs code first.
    pub codes: Vec<PartyCode>,
    /// What it is registered to do.
    pub roles: Roles,
    /// Whether it may act.
    pub standing: Standing,
    /// First day of the registration.
    pub valid_from: Date,
    /// Last day of the registration; open-ended when absent.
    pub valid_to: Option<Date>,
    /// The mailbox for its responses.
    pub mailbox: Option<DxpId>,
}

impl Party {
    /// Whether it may act in `role` on `day`.
    pub fn may_act(&self, role: Role, day: Date) -> bool {
        self.roles.contains(role) && self.is_active_on(day)
    }

    /// Whether it may act at all on `day`.
    pub fn is_active_on(&self, day: Date) -> bool {
        self.standing == Standing::Active
            && self.valid_from <= day
            && self.valid_to.is_none_or(|last| day <= last)
    }
}

/// How a document names a party: a code, and the name beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedParty {
    /// The code (`…Code`).
    pub code: PartyCode,
    /// The name written beside it (`…Name`).
    pub name: String,
}

/// GB 32100: 17 characters weighted by powers of 3 modulo 31, then a check character.
fn is_credit_code(text: &str) -> bool {
    const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
    if text.len() != 18 {
        return false;
    }
    let Some(values) = text
        .bytes()
        .map(|b| ALPHABET.iter().position(|&letter| letter == b))
        .collect::<Option<Vec<_>>>()
    else {
        return false;
    };
    let sum: usize = values.iter().zip(WEIGHTS).map(|(value, weight)| value * weight).sum();
    values.last() == Some(&((31 - sum % 31) % 31))
}

/// Four digits of place, one of zone type, then the enterprise type and a serial that may hold
/// letters (seen: `46121601BC`, `330766K00Q`).
fn is_customs_code(text: &str) -> bool {
    text.len() == 10
        && text.bytes().take(4).all(|b| b.is_ascii_digit())
        && text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> CodeKind {
        PartyCode::parse(text).unwrap().kind()
    }

    #[test]
    fn codes_are_told_apart() {
        assert_eq!(kind("91350100M000100Y43"), CodeKind::CreditCode);
        assert_eq!(kind("91350100M000100Y44"), CodeKind::Other, "wrong check character");
        assert_eq!(kind("46121601BC"), CodeKind::CustomsCode);
        assert_eq!(kind("6104w60029"), CodeKind::CustomsCode, "case is folded");
        assert_eq!(kind("P1"), CodeKind::Other);
        assert!(PartyCode::parse("1234567890123456789").is_err());
    }

    #[test]
    fn a_party_acts_in_its_roles_while_registered_and_not_suspended() {
        let day = jiff::civil::date;
        let party = Party {
            id: PartyId(1),
            name: "测试".into(),
            codes: vec![],
            roles: [Role::Carrier].into_iter().collect(),
            standing: Standing::Active,
            valid_from: day(2026, 1, 1),
            valid_to: Some(day(2026, 12, 31)),
            mailbox: None,
        };
        assert!(party.may_act(Role::Carrier, day(2026, 12, 31)));
        assert!(!party.may_act(Role::Carrier, day(2027, 1, 1)));
        assert!(!party.may_act(Role::Merchant, day(2026, 6, 1)));
        let suspended = Party { standing: Standing::Suspended, ..party };
        assert!(!suspended.may_act(Role::Carrier, day(2026, 6, 1)));
    }
}
