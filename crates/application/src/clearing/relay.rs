//! What is relayed (转发): messages that are checked here and decided by another window, upstream.
//!
//! A message is the unit: its signature covers all of it, so it goes upstream whole or not at all. Which
//! messages go is what offices have [settled](super::settings::Relaying).

use std::collections::BTreeSet;
use std::sync::Arc;

use tongguan_domain::commerce::Stage;
use tongguan_domain::defect::Defect;
use tongguan_domain::ids::{DxpId, MessageId, OfficeCode, PartyId, ProvisionalNumber};
use tongguan_domain::time::Moment;
use tongguan_messages::ceb::MessageType;
use tongguan_messages::response::{Quote, Quoted};
use tongguan_storage::Partition;

use super::batch::Delivery;
use super::incoming::{Filed, FiledFacts, Incoming, Submitted};
use super::record::AnswerTo;
use super::settings::Settings;

/// A message that is relayed, as it came in.
#[derive(Debug, Clone)]
pub struct RelayedMessage {
    /// The message.
    pub message: MessageId,
    /// Its type.
    pub kind: MessageType,
    /// Its documents.
    pub documents: Vec<Submitted>,
    /// Whether some of its documents are for offices that decide here.
    pub is_mixed: bool,
}

impl RelayedMessage {
    /// What `delivery` is, where any of its documents is for upstream.
    pub fn of(delivery: &Delivery, settings: &Settings) -> Option<Self> {
        let kind = MessageType::from_code(delivery.message.kind.as_deref()?)?;
        let documents: Vec<_> = delivery
            .incoming
            .iter()
            .map(|incoming| match incoming {
                Incoming::Document(submitted) => Some(submitted),
                _ => None,
            })
            .collect::<Option<_>>()?;
        let is_relayed = |document: &&Submitted| {
            let office = document.office();
            let office = office.map_or(&settings.default_office, |office| settings.office(office));
            office.relay.covers(kind)
        };
        let relayed = documents.iter().filter(|document| is_relayed(document)).count();
        (relayed > 0).then(|| Self {
            message: delivery.message.message_id,
            kind,
            is_mixed: relayed < documents.len(),
            documents: documents.into_iter().cloned().collect(),
        })
    }

    /// Where it lies.
    pub fn partition(&self) -> Partition {
        crate::numbering::partition_of(self.message.0)
    }

    /// How many of its documents are answered with a provisional number.
    pub fn numbered(&self) -> i64 {
        let has_one = |it: &&Submitted| it.answer.quote.has(Quoted::PROVISIONAL_NO);
        i64::try_from(self.documents.iter().filter(has_one).count()).unwrap_or(i64::MAX)
    }
}

impl Submitted {
    /// Everything that is wrong with it by itself.
    pub fn defects(&self) -> &[Defect] {
        match &self.filed {
            Filed::TurnedAway { defects, .. } => defects,
            Filed::Document(filed) => filed.verdict.as_ref().err().map_or(&[], Vec::as_slice),
        }
    }

    /// The office that it names. The responses to an export and to what is asked about it quote none, so their
    /// facts are asked.
    fn office(&self) -> Option<OfficeCode> {
        let quoted = OfficeCode::parse(self.answer.quote.get(Quoted::OFFICE)).ok();
        quoted.or_else(|| match self.facts()? {
            FiledFacts::Export(lodging) => Some(lodging.facts.office),
            FiledFacts::ExportCancellation(facts) => Some(facts.office),
            FiledFacts::ExportReturn(asked) => Some(asked.facts.office),
            FiledFacts::ReturnTally(found) => Some(found.facts.office),
            _ => None,
        })
    }

    fn facts(&self) -> Option<&FiledFacts> {
        match &self.filed {
            Filed::Document(filed) => filed.verdict.as_ref().ok(),
            Filed::TurnedAway { .. } => None,
        }
    }

    /// Whether it is only to be stored, and declared later.
    pub fn is_stored_only(&self) -> bool {
        matches!(&self.filed, Filed::Document(filed) if filed.filing.stage == Stage::Stored)
    }
}

/// A message to upstream, as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelayRecord {
    /// The message.
    pub message: MessageId,
    /// Its place in the order of sending; 0 until it is written.
    pub seq: i64,
    /// Its type.
    pub kind: MessageType,
    /// Where it stands.
    pub state: RelayState,
    /// When it was taken in.
    pub taken_at: Moment,
    /// Since when it is to be sent.
    pub due_since: Moment,
    /// How often it was tried in vain.
    pub attempts: i64,
    /// The numbers that its documents name: what names one of them too is sent in order with it.
    pub names: BTreeSet<String>,
    /// Its documents.
    pub documents: Vec<RelayedDocument>,
}

/// Where a message to upstream stands; the number is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RelayState {
    /// It is to be sent. [1]
    Waiting,
    /// Upstream has taken it. [2]
    Sent(Moment),
    /// It was tried for too long, or upstream does not want it: an operator looks at it. [3]
    GivenUp {
        /// When.
        at: Moment,
        /// What went wrong last.
        why: String,
    },
    /// It was given up, and an operator left it at that. [4]
    Dismissed {
        /// When it was given up.
        at: Moment,
        /// What went wrong last.
        why: String,
    },
}

impl RelayState {
    /// The stored number of [`Self::Waiting`].
    pub const WAITING: i64 = 1;
    /// The stored number of [`Self::Sent`].
    pub const SENT: i64 = 2;
    /// The stored number of [`Self::GivenUp`].
    pub const GIVEN_UP: i64 = 3;
    /// The stored number of [`Self::Dismissed`].
    pub const DISMISSED: i64 = 4;

    /// The stored number.
    pub const fn code(&self) -> i64 {
        match self {
            Self::Waiting => Self::WAITING,
            Self::Sent(_) => Self::SENT,
            Self::GivenUp { .. } => Self::GIVEN_UP,
            Self::Dismissed { .. } => Self::DISMISSED,
        }
    }
}

/// A document of a message to upstream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelayedDocument {
    /// Which of the message.
    pub ordinal: u16,
    /// To whom it is answered.
    pub answer: Arc<AnswerTo>,
    /// 预录入编号 that it was given here.
    pub provisional: Option<ProvisionalNumber>,
    /// When it was answered here last.
    pub replied_at: Moment,
}

impl RelayedDocument {
    /// The mailboxes that its answers go to.
    pub fn mailboxes(&self) -> Vec<DxpId> {
        let mut mailboxes = vec![self.answer.mailbox.clone()];
        for subscriber in &self.answer.subscribers {
            if !mailboxes.contains(subscriber) {
                mailboxes.push(subscriber.clone());
            }
        }
        mailboxes
    }

    /// The numbers that it names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let quote = &self.answer.quote;
        let order = self.answer.billing.as_ref().map(|billing| &*billing.order_no);
        [quote.get(Quoted::ORDER_NO), quote.name(), quote.get(Quoted::DECLARATION_NO)]
            .into_iter()
            .chain(order)
            .filter(|name| !name.is_empty())
    }

    /// Whether an answer that quotes this may be about it: what both name is the same.
    pub fn is_answered_by(&self, quote: &Quote) -> bool {
        let own = &self.answer.quote;
        let same = |element| {
            let (own, said) = (own.get(element).trim(), quote.get(element).trim());
            own.is_empty() || said.is_empty() || own == said
        };
        own.answered_by() == quote.answered_by()
            && [Quoted::PLATFORM, Quoted::MERCHANT, Quoted::DECLARANT, Quoted::ORDER_NO]
                .into_iter()
                .chain([Quoted::REFERENCE])
                .all(same)
    }
}

/// A declaration that was taken in for upstream, as its parties and its office find it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedRelay {
    /// The message.
    pub message: MessageId,
    /// Which document of it.
    pub ordinal: u16,
    /// Its type.
    pub kind: MessageType,
    /// Its platform, merchant and declarant.
    pub parties: BTreeSet<PartyId>,
    /// 申报地海关.
    pub office: OfficeCode,
    /// 订单编号.
    pub order_no: Box<str>,
    /// 物流运单编号.
    pub waybill_no: Box<str>,
    /// 企业内部编号; empty where it has none.
    pub reference: Box<str>,
    /// 预录入编号 that it was given here; empty where it has none.
    pub provisional_no: Box<str>,
    /// When it was taken in.
    pub taken_at: Moment,
}

/// What upstream has said of a document, without its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeardOf {
    /// The message that was sent.
    pub message: MessageId,
    /// Which document of it.
    pub ordinal: u16,
    /// The message from upstream, and the place in it.
    pub from: (MessageId, u16),
    /// Its type.
    pub kind: Option<MessageType>,
    /// 回执状态, where it says one.
    pub status: Option<i32>,
    /// 清单编号, where it gives one.
    pub number: Option<Box<str>>,
    /// When it was said.
    pub at: Moment,
}

impl ListedRelay {
    /// As its facts say; nothing of what is no declaration.
    pub fn of(
        relayed: &RelayedMessage,
        submitted: &Submitted,
        document: &RelayedDocument,
        taken_at: Moment,
    ) -> Option<Self> {
        let (parties, office, order_no, waybill_no) = match submitted.facts()? {
            FiledFacts::Declaration(lodging) => {
                let facts = &lodging.facts;
                let parties = BTreeSet::from([facts.platform, facts.merchant, facts.declarant]);
                (parties, facts.office, facts.order_no.as_str(), facts.waybill_no.as_str())
            }
            FiledFacts::Export(lodging) => {
                let facts = &lodging.facts;
                let (platform, own) = (facts.parties.platform, &facts.parties);
                let parties = platform.into_iter().chain([own.merchant, own.declarant]).collect();
                (parties, facts.office, facts.order_no.as_str(), facts.waybill_no.as_str())
            }
            _ => return None,
        };
        Some(Self {
            message: relayed.message,
            ordinal: document.ordinal,
            kind: relayed.kind,
            parties,
            office,
            order_no: order_no.into(),
            waybill_no: waybill_no.into(),
            reference: document.answer.quote.get(Quoted::REFERENCE).into(),
            provisional_no: document
                .provisional
                .as_ref()
                .map(|number| number.as_str().into())
                .unwrap_or_default(),
            taken_at,
        })
    }

    /// The numbers by which it is found.
    pub fn numbers(&self) -> impl Iterator<Item = Handle> {
        let of = [&self.order_no, &self.waybill_no, &self.reference, &self.provisional_no];
        of.into_iter().filter(|number| !number.trim().is_empty()).map(|it| Handle::own(it))
    }
}

/// What happened to a message to upstream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelayStep {
    /// The message.
    pub message: MessageId,
    /// What happened.
    pub act: RelayAct,
}

/// What happens to a message to upstream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RelayAct {
    /// Upstream has taken it; the sending began then. What upstream decides about it bears a later time.
    Sent(Moment),
    /// It is not tried any more, and why.
    GiveUp(String),
    /// It was given up and is tried again; who wants that.
    Retry(String),
    /// It was given up and is left at that; who wants that.
    Dismiss(String),
}

/// A message that came from upstream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FromUpstream {
    /// The message.
    pub message: MessageId,
    /// Its type, where it could be read.
    pub kind: Option<MessageType>,
    /// The place where it stood upstream, with its own number: what is fetched again is not passed on again.
    pub place: String,
    /// What it says.
    pub answers: Vec<UpstreamAnswer>,
    /// Why it, or a part of it, answers nothing.
    pub unusable: Option<String>,
}

/// What upstream says of one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpstreamAnswer {
    /// Its place in the message, from 1.
    pub ordinal: u16,
    /// By which number it names the document.
    pub names: Handle,
    /// What it quotes of the document, where it is a response to one.
    pub quote: Option<Quote>,
    /// The numbers that it gives the document.
    pub gives: Vec<Handle>,
    /// What it says.
    pub said: Said,
    /// 回执状态, where it says one.
    pub status: Option<i32>,
    /// When it was said.
    pub at: Moment,
}

impl UpstreamAnswer {
    /// 清单编号, where it gives or names one.
    pub fn number(&self) -> Option<&str> {
        let number = self.quote.as_ref()?.get(Quoted::DECLARATION_NO).trim();
        (!number.is_empty()).then_some(number)
    }
}

/// What an answer says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// A status of the document, or something else about it, such as a tax bill.
    Something,
    /// That the message could not be read (900).
    Unreadable {
        /// The negative status.
        status: i32,
        /// Why.
        text: String,
    },
}

/// A number by which documents and messages are found, with its kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Handle(Box<str>);

impl Handle {
    /// A document's own number (`guid`).
    pub fn guid(guid: &str) -> Self {
        Self(format!("g{}", guid.trim().to_ascii_uppercase()).into())
    }

    /// A number that a document has of its own: of its order, its waybill, its sender's, or given here.
    pub fn own(number: &str) -> Self {
        Self(format!("p{}", number.trim()).into())
    }

    /// A number that upstream gave a document of those that `answered_by` answers.
    pub fn given(answered_by: MessageType, number: &str) -> Self {
        Self(format!("n{}:{}", answered_by.number(), number.trim()).into())
    }

    /// The number of an envelope that was sent upstream.
    pub fn envelope(number: &str) -> Self {
        Self(format!("m{number}").into())
    }

    /// The place where a message stood upstream.
    pub fn answer(place: &str) -> Self {
        Self(format!("u{place}").into())
    }

    /// From its stored form.
    pub fn stored(text: &str) -> Self {
        Self(text.into())
    }

    /// Its stored form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where it lies.
    pub fn bucket(&self) -> Partition {
        Partition::of_text(&self.0)
    }
}

/// The number that a message has upstream (`CopMsgId`).
pub fn upstream_number(message: MessageId) -> String {
    format!("TG{}", message.0)
}

/// What is passed on of a message from upstream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassedOn {
    /// The partition in whose sequence it stands: that of the message that is answered.
    pub partition: Partition,
    /// The message from upstream.
    pub from: MessageId,
    /// To whom.
    pub mailboxes: Vec<DxpId>,
    /// The number that names it.
    pub key: String,
    /// The time of its last status.
    pub at: Moment,
    /// Which documents of it; nothing for the whole message.
    pub part: Option<Vec<u16>>,
}

/// A format refusal from upstream, as the sender of the message is told it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedUpstream {
    /// The message that upstream could not read.
    pub message: MessageId,
    /// Whom to tell.
    pub mailbox: DxpId,
    /// Its type.
    pub kind: MessageType,
    /// The negative status.
    pub status: i32,
    /// Why.
    pub text: String,
}

/// Something from upstream that answers nothing of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stray {
    /// The message from upstream.
    pub message: MessageId,
    /// Its type, where it could be read.
    pub kind: Option<MessageType>,
    /// What is wrong with it.
    pub why: String,
}
