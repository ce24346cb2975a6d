//! What is kept of bonded lists and gate passes.

use tongguan_domain::bonded::list::{BondedList, BondedListState, BondedListStep};
use tongguan_domain::bonded::pass::GatePassState;
use tongguan_domain::bonded::review::Carried;
use tongguan_domain::ids::{
    AccountBookNumber, BondedListNumber, DxpId, GatePassNumber, PartyId, ZoneProvisionalNumber,
    ZoneReference,
};
use tongguan_domain::time::Moment;

use crate::clearing::record::Source;

/// Which bonded list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListKey {
    /// 账册编号.
    pub book: AccountBookNumber,
    /// 核注清单编号.
    pub number: BondedListNumber,
}

/// A bonded list as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListRecord {
    /// What it says.
    pub list: BondedList,
    /// Where it stands.
    pub state: BondedListState,
    /// 核放单编号, once it has passed the gate.
    pub gate_pass: Option<GatePassNumber>,
    /// The gate passes that name it and were not given up: one that takes it whole, or several vehicles.
    pub named_by: Vec<NamedBy>,
    /// What was done with it, in order.
    pub steps: Vec<(BondedListState, Moment, By)>,
    /// What is kept of the message that lodged it; nothing of one that was lodged by command.
    pub lodged: Option<Lodged>,
}

impl ListRecord {
    /// Its key.
    pub fn key(&self) -> ListKey {
        ListKey { book: self.list.book.clone(), number: self.list.number.clone() }
    }
}

/// A gate pass that names a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedBy {
    /// Its number.
    pub pass: GatePassNumber,
    /// How much of which goods its vehicle carries; nothing where it takes the list whole.
    pub carried: Carried,
    /// Whether its vehicle passed the gate.
    pub passed: bool,
}

/// Who does something with a list, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    /// Who.
    pub officer: Box<str>,
    /// Why.
    pub reason: Box<str>,
}

/// What is kept of the message that lodged a list or gate pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lodged {
    /// 预录入统一编号.
    pub provisional_no: ZoneProvisionalNumber,
    /// 企业内部编号.
    pub reference: ZoneReference,
    /// The enterprise in the zone.
    pub holder: PartyId,
    /// To whom answers go, where that is known.
    pub mailbox: Option<DxpId>,
    /// The message.
    pub source: Source,
    /// The digest of what it declares.
    pub content: [u8; 16],
    /// The fingerprints of the messages that were acted on under the enterprise's number, in order: those of
    /// its earlier attempts as well.
    pub messages: Vec<[u8; 16]>,
    /// What every answer repeats of it.
    pub standing: Vec<(Box<str>, Box<str>)>,
    /// Whether a formal declaration (报关单) follows from it, and that one's number once it was given.
    pub formal: Option<Option<Box<str>>>,
    /// How many of its steps were told.
    pub told: usize,
}

/// A gate pass as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassRecord {
    /// 核放单编号.
    pub number: GatePassNumber,
    /// Where it stands.
    pub state: GatePassState,
    /// Since when.
    pub since: Moment,
    /// The officer who let its vehicle through or gave it up; nobody where none did.
    pub by: Option<By>,
    /// The lists that it names.
    pub lists: Vec<ListKey>,
    /// What is kept of the message that lodged it.
    pub lodged: Lodged,
}

/// Which kind of document an enterprise's own number names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ZoneKind {
    /// 核注清单.
    List = 1,
    /// 核放单.
    Pass = 2,
}

/// An enterprise's own number for a list or gate pass.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReferenceKey {
    /// Of which kind of document.
    pub kind: ZoneKind,
    /// The enterprise in the zone.
    pub holder: PartyId,
    /// 企业内部编号.
    pub reference: ZoneReference,
}

/// What an enterprise's own number names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Referenced {
    /// A bonded list.
    List(ListKey),
    /// A gate pass.
    Pass(GatePassNumber),
}

impl Referenced {
    /// Which kind of document it is.
    pub const fn kind(&self) -> ZoneKind {
        match self {
            Self::List(_) => ZoneKind::List,
            Self::Pass(_) => ZoneKind::Pass,
        }
    }
}

/// An audit event: what an officer did with a bonded list or gate pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneEvent {
    /// With which.
    pub of: Referenced,
    /// Its place among the events about this one, from 1.
    pub n: i64,
    /// When.
    pub at: Moment,
    /// What was done.
    pub done: ZoneDone,
    /// Who did it, and why.
    pub by: By,
}

/// What an officer did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ZoneDone {
    /// Lodged a list that came on paper.
    Lodged,
    /// Took a step with a list, which stands there since.
    Stepped(BondedListStep, BondedListState),
    /// Let the vehicle of a gate pass through, or gave the pass up: it stands there since.
    Pass(GatePassState),
}
