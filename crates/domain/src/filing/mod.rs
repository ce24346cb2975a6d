//! Filings (备案): what an enterprise tells customs of itself, of the certificates that it signs with and of its
//! goods, until an officer approves it and it is registered.
//!
//! [`Matter`] is what is filed, [`FilingState`] where the filing stands. A change is a filing of its own beside
//! the standing one, which it replaces when it is approved.

pub mod declared;
mod enterprise;
mod goods;
pub mod rules;
mod state;
mod texts;

use std::fmt;

pub use self::enterprise::{FiledEnterprise, read_enterprise};
pub use self::goods::{FIELDS, FiledGoods, GoodsReader, Price};
pub use self::state::{
    Act, Answer, Approval, FilingState, NotAllowed, Officer, Review, Taken, Taking,
};
pub use self::texts::Texts;

use crate::time::Moment;

/// The number of a filing (备案申请编号): they are counted as they come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FilingId(pub i64);

impl fmt::Display for FilingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What is filed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Matter {
    /// The enterprise itself (企业备案).
    Enterprise(FiledEnterprise),
    /// A certificate that it signs with (证书备案).
    Certificate(FiledCertificate),
    /// Goods (商品备案).
    Goods(Box<FiledGoods>),
}

/// A certificate that was filed: it could be read, and its key is one of SM2 or RSA.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FiledCertificate {
    /// SHA-256 of `der`.
    pub digest: [u8; 32],
    /// The certificate.
    pub der: Box<[u8]>,
    /// From when it is valid.
    pub valid_from: Moment,
    /// The last moment at which it is valid.
    pub valid_to: Moment,
}

/// The kinds of filing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FilingKind {
    /// 企业备案.
    Enterprise,
    /// 证书备案.
    Certificate,
    /// 商品备案.
    Goods,
}

impl FilingKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Enterprise, Self::Certificate, Self::Goods];

    /// Its name in addresses, rows and answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Enterprise => "enterprise",
            Self::Certificate => "certificate",
            Self::Goods => "goods",
        }
    }

    /// Its name for people, in Chinese and English.
    pub const fn title(self) -> (&'static str, &'static str) {
        match self {
            Self::Enterprise => ("企业", "Enterprise"),
            Self::Certificate => ("证书", "Certificate"),
            Self::Goods => ("商品", "Goods"),
        }
    }

    /// The kind of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl Matter {
    /// Its kind.
    pub const fn kind(&self) -> FilingKind {
        match self {
            Self::Enterprise(_) => FilingKind::Enterprise,
            Self::Certificate(_) => FilingKind::Certificate,
            Self::Goods(_) => FilingKind::Goods,
        }
    }

    /// What two filings of an enterprise have in common of which one replaces the other: the item number of
    /// goods, the digest of a certificate; an enterprise is one.
    pub fn subject(&self) -> String {
        match self {
            Self::Enterprise(_) => String::new(),
            Self::Certificate(certificate) => {
                certificate.digest.iter().map(|byte| format!("{byte:02x}")).collect()
            }
            Self::Goods(goods) => goods.item_no.to_string(),
        }
    }

    /// The tariff code that is proposed, of goods.
    pub fn proposed_code(&self) -> Option<&str> {
        match self {
            Self::Goods(goods) => Some(&goods.goods.hs_code),
            Self::Enterprise(_) | Self::Certificate(_) => None,
        }
    }
}

/// Where a filing stands, as one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FilingStatus {
    /// 待审.
    Filed,
    /// 审核中: an officer has taken it up.
    TakenUp,
    /// 退回补正.
    Returned,
    /// 不予备案.
    Refused,
    /// 已撤回, by who filed it.
    Withdrawn,
    /// 已备案.
    Approved,
    /// 已到期.
    Expired,
    /// 已暂停.
    Suspended,
    /// 已终止.
    Ended,
    /// 已变更: a later filing stands in its place.
    Replaced,
}

impl FilingStatus {
    /// Every status.
    pub const ALL: [Self; 10] = [
        Self::Filed,
        Self::TakenUp,
        Self::Returned,
        Self::Refused,
        Self::Withdrawn,
        Self::Approved,
        Self::Expired,
        Self::Suspended,
        Self::Ended,
        Self::Replaced,
    ];

    /// Its name in addresses, rows and answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Filed => "filed",
            Self::TakenUp => "taken-up",
            Self::Returned => "returned",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
            Self::Approved => "approved",
            Self::Expired => "expired",
            Self::Suspended => "suspended",
            Self::Ended => "ended",
            Self::Replaced => "replaced",
        }
    }

    /// Its name for people, in Chinese and English.
    pub const fn title(self) -> (&'static str, &'static str) {
        match self {
            Self::Filed => ("待审核", "Filed"),
            Self::TakenUp => ("审核中", "Under review"),
            Self::Returned => ("退回补正", "Returned for correction"),
            Self::Refused => ("不予备案", "Refused"),
            Self::Withdrawn => ("已撤回", "Withdrawn"),
            Self::Approved => ("已备案", "Approved"),
            Self::Expired => ("已到期", "Expired"),
            Self::Suspended => ("已暂停", "Suspended"),
            Self::Ended => ("已终止", "Ended"),
            Self::Replaced => ("已变更", "Replaced"),
        }
    }

    /// The status of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}
