//! Made-up traffic: many parcels, varied, with a share of every kind of fault.
//!
//! The same seed gives the same parcels in the same order of arrival. Every parcel knows what must
//! become of it, so that a run can be checked against its traffic.
//!
//! | module | what it holds |
//! |---|---|
//! | [`crew`] | who acts: several enterprises of each role |
//! | [`goods`] | what is bought |
//! | [`fault`] | what can be wrong, and what it must lead to |
//! | [`build`], `spoil` | documents that agree, and their fault |
//! | [`post`] | signed messages in mixed order of arrival |
//! | [`exports`] | a day of exports, from lodging to departure and back |

pub mod build;
mod buyers;
pub mod crew;
pub(crate) mod dice;
pub mod exports;
pub mod fault;
pub mod goods;
mod plan;
pub mod post;
mod spoil;
#[cfg(test)]
mod tests;

use tongguan_domain::commerce::{Order, Payment, Waybill};
use tongguan_domain::declaration::{Detention, ImportDeclaration, Ruling};
use tongguan_domain::ids::OfficeCode;

use crate::parcels::Parcel;
use crew::Team;
use fault::{Answered, Expected, Fault};

pub use buyers::person;
pub use dice::Dice;
pub use plan::{generate, generate_from_purchases};

/// The office where every declaration is reviewed (300): its setting `yellow_per_10_000` is 10000.
pub const REVIEWING_OFFICE: &str = "2998";
/// The office where every declaration is examined (500): its setting `red_per_10_000` is 10000.
pub const EXAMINING_OFFICE: &str = "2999";
/// The office where quarantine looks at every exported parcel: its setting `quarantine_per_10_000` is
/// 10000.
pub const QUARANTINE_OFFICE: &str = "2997";
/// The other offices.
pub const OFFICES: [&str; 4] = ["2900", "3100", "4600", "5100"];

/// One parcel of made-up traffic.
#[derive(Debug, Clone)]
pub struct TrafficParcel {
    /// Who acts for it.
    pub team: Team,
    /// Its documents, with the fault in them.
    pub documents: Parcel,
    /// A second document that is the fault.
    pub extra: Option<Extra>,
    /// What is wrong with it.
    pub fault: Option<Fault>,
    /// How customs treats it.
    pub handling: Handling,
    /// Whether its delivery is reported.
    pub delivered: bool,
    /// Whether what becomes of it is known beforehand; not so for orders from outside.
    pub foretold: bool,
}

/// A second document of a parcel.
#[derive(Debug, Clone)]
pub enum Extra {
    /// 订单.
    Order(Box<Order>),
    /// 支付单.
    Payment(Box<Payment>),
    /// 运单.
    Waybill(Box<Waybill>),
    /// 清单.
    Declaration(Box<ImportDeclaration>),
}

/// How customs treats a parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handling {
    /// Without a person.
    Straight,
    /// Documents are reviewed, with this ruling; without one it is left to whoever looks next.
    Reviewed(Option<Ruling>),
    /// Goods are examined, likewise.
    Examined(Option<Ruling>),
}

/// Turns some of the parcels with which nothing is wrong over to the office that reviews everything, whatever the
/// seed has made of it: two are left in review, one under examination, and one that was detained, so that its
/// officers find something of each kind.
pub fn leave_to_officers(parcels: &mut [TrafficParcel]) {
    let wanted = [
        Handling::Reviewed(None),
        Handling::Reviewed(None),
        Handling::Reviewed(Some(Ruling::Examine)),
        Handling::Reviewed(Some(Ruling::Detain(Detention::Investigation))),
    ];
    let is_plain = |parcel: &&mut TrafficParcel| {
        let TrafficParcel { fault, handling, delivered, foretold, .. } = &**parcel;
        fault.is_none() && *handling == Handling::Straight && !delivered && *foretold
    };
    let Ok(office) = OfficeCode::parse(REVIEWING_OFFICE) else { return };
    for (parcel, handling) in parcels.iter_mut().rev().filter(is_plain).zip(wanted) {
        let declaration = &mut parcel.documents.declaration;
        (declaration.office, declaration.port, parcel.handling) = (office, office, handling);
    }
}

impl Handling {
    /// Every treatment by a person.
    pub const BY_PERSONS: [Self; 8] = [
        Self::Reviewed(Some(Ruling::Accept)),
        Self::Examined(Some(Ruling::Accept)),
        Self::Reviewed(None),
        Self::Reviewed(Some(Ruling::Refuse)),
        Self::Examined(Some(Ruling::Detain(Detention::Investigation))),
        Self::Examined(Some(Ruling::Suspend)),
        Self::Examined(Some(Ruling::ShipBack)),
        Self::Examined(None),
    ];

    /// What an officer rules, if anything.
    pub const fn ruling(self) -> Option<Ruling> {
        match self {
            Self::Straight => None,
            Self::Reviewed(ruling) | Self::Examined(ruling) => ruling,
        }
    }

    const fn status(self) -> (i32, &'static str) {
        match self {
            Self::Straight => (800, "放行"),
            Self::Reviewed(None) => (300, "人工审核"),
            Self::Examined(None) | Self::Reviewed(Some(Ruling::Examine)) => (500, "查验"),
            Self::Reviewed(Some(ruling)) | Self::Examined(Some(ruling)) => match ruling {
                Ruling::Accept => (800, "放行"),
                Ruling::Refuse => (100, "退单"),
                Ruling::Withdraw(_) => (100, "退关"),
                Ruling::Examine => (500, "查验"),
                Ruling::Detain(by) => (by.status().number(), "扣留"),
                Ruling::Suspend => (600, "挂起"),
                Ruling::ShipBack => (700, "退运"),
            },
        }
    }
}

impl TrafficParcel {
    /// What must become of it; `None` where that is not known beforehand.
    pub fn expected(&self) -> Option<Expected> {
        if !self.foretold {
            return None;
        }
        Some(match self.fault {
            Some(fault) => fault.expected(),
            None => {
                let (status, says) = match self.handling.status() {
                    (800, _) if self.delivered => (899, "结关"),
                    status => status,
                };
                let declaration = Some(status);
                Expected { answered: Answered::Declaration, status, says, declaration }
            }
        })
    }

    /// The name of what it shows: of its fault, or of its handling.
    pub fn story(&self) -> &'static str {
        match (self.fault, self.handling) {
            (Some(fault), _) => fault.name(),
            (None, Handling::Reviewed(_)) => "reviewed",
            (None, Handling::Examined(_)) => "examined",
            (None, Handling::Straight) if !self.foretold => "order",
            (None, Handling::Straight) if self.delivered => "delivered",
            (None, Handling::Straight) => "straight",
        }
    }
}

/// Numbers that no parcel has.
mod numbers {
    /// Kind of the guid of a second document.
    pub const EXTRA: u64 = 999;
    /// The first person who buys once; those before buy often.
    pub const FIRST_ONCE: u64 = 90_000;
    /// The first person who buys nothing.
    pub const FIRST_STRANGER: u64 = 800_000_000;
}
