//! What a decision brings forth: responses, postings, audit entries.

use std::sync::Arc;

use tongguan_domain::allowance::AllowanceKey;
use tongguan_domain::bonded::StockKey;
use tongguan_domain::bonded::movement::MovementKind;
use tongguan_domain::bonded::stock::StockQuantity;
use tongguan_domain::ids::{
    DeclarationId, DeclarationNumber, MessageId, OfficeCode, OrderNumber, PartyId,
    ProvisionalNumber,
};
use tongguan_domain::money::Money;
use tongguan_domain::readmission::ExportReturnId;
use tongguan_domain::status::ReturnStatus;
use tongguan_domain::tax_bill::TaxDue;
use tongguan_domain::time::Moment;
use tongguan_messages::ceb::{MessageType, TaxBillStatus};
use tongguan_storage::Partition;

use super::record::{AnswerTo, DocumentKey, Source};
use super::zone::ReferenceKey;
use crate::registry::Signed;

/// The responses of one decision to one document: one row, whose XML is rendered at delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The partition in whose sequence it stands.
    pub partition: Partition,
    /// The document it answers, where that has a key.
    pub document: Option<DocumentKey>,
    /// Where that document came from.
    pub source: Source,
    /// To whom, and what is quoted.
    pub answer: Arc<AnswerTo>,
    /// The numbers of a declaration.
    pub numbers: Option<DeclarationNumbers>,
    /// The run of statuses, strictly increasing in time.
    pub run: Vec<Step>,
    /// The tax bills that go with a release or a return (816, 818).
    pub bills: Vec<Bill>,
}

/// Responses that are sent once more because the same document came again.
///
/// Named by the document: the responses may stem from this very batch and have no number yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeat {
    /// Whose newest responses.
    pub document: DocumentKey,
    /// Where those stood before this batch.
    pub response_seq: i64,
    /// The document that came again.
    pub source: Source,
}

/// The numbers of a declaration that every response about it quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclarationNumbers {
    /// 预录入编号.
    pub provisional: ProvisionalNumber,
    /// 清单编号, once customs has given it.
    pub declaration: Option<DeclarationNumber>,
}

/// One status of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// 回执状态.
    pub status: ReturnStatus,
    /// 回执时间, to the millisecond.
    pub at: Moment,
    /// 回执信息.
    pub text: String,
}

/// A tax bill (电子税单).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bill {
    /// The declaration it belongs to.
    pub declaration: DeclarationId,
    /// Its place among the declaration's bills, from 1.
    pub n: u32,
    /// 电子税单编号: the declaration's number, `_` and a counter.
    pub number: String,
    /// 税单状态: issued (816), or an earlier one cancelled (818).
    pub status: TaxBillStatus,
    /// When it was made.
    pub at: Moment,
    /// What is owed.
    pub tax: TaxDue,
}

/// A movement between two accounts; balanced because it names both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    /// The declaration it follows from.
    pub declaration: DeclarationId,
    /// Where the amount goes.
    pub debit: Account,
    /// Where it comes from.
    pub credit: Account,
    /// How much; more than nothing.
    pub amount: Money,
}

/// An account of the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Account {
    /// What a person has used of a year's allowance.
    AllowanceUsed(AllowanceKey),
    /// What a person has left of a year's allowance.
    AllowanceFree(AllowanceKey),
    /// What is held against a guarantee.
    GuaranteeHeld(PartyId),
    /// What is left of a guarantee.
    GuaranteeFree(PartyId),
}

/// A movement of bonded stock that follows from a declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockMove {
    /// Of which stock.
    pub key: StockKey,
    /// Its place among the stock's movements.
    pub n: i64,
    /// Why.
    pub kind: MovementKind,
    /// How much.
    pub quantity: StockQuantity,
    /// The number of the document that it follows from.
    pub document: Box<str>,
    /// The declaration that draws or gives back.
    pub declaration: DeclarationId,
}

/// That a platform is to be asked for the payment evidence of a declaration, because chance chose it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceDrawn {
    /// The declaration.
    pub declaration: DeclarationId,
    /// 申报地海关.
    pub office: OfficeCode,
    /// 电商平台.
    pub platform: PartyId,
    /// 订单编号.
    pub order_no: OrderNumber,
    /// How many minutes the platform has.
    pub minutes: i64,
}

/// An audit entry: which document or declaration was decided, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The partition in whose event it stands.
    pub partition: Partition,
    /// What was decided.
    pub subject: Subject,
    /// Who asked for it.
    pub cause: Cause,
    /// The statuses it was given.
    pub statuses: Vec<ReturnStatus>,
}

/// An audit entry as it was noted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noted {
    /// The entry.
    pub entry: Entry,
    /// The status before, of what somebody decided about.
    pub before: Option<ReturnStatus>,
}

/// What an audit entry is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A document under its key.
    Document(DocumentKey),
    /// A document of that message that has no usable key.
    Unkeyed(MessageType),
    /// A declaration.
    Declaration(DeclarationId),
    /// An export declaration.
    Export(DeclarationId),
    /// A return of exported goods.
    ExportReturn(ExportReturnId),
    /// A bonded list or gate pass that came by message; it has no statuses.
    Zone(ReferenceKey, ZoneVerdict),
    /// A message that is relayed.
    Relayed(MessageId),
}

/// What became of a bonded list or gate pass that came by message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ZoneVerdict {
    /// Not taken in.
    TurnedAway,
    /// Taken in, and refused for what its account book or its lists say.
    Refused,
    /// Put before an officer.
    ForAnOfficer,
    /// Found in order.
    Approved,
    /// Withdrawn or given up, as it asks.
    Ended,
}

/// What led to a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// A document of a message.
    Document(Source),
    /// An officer's ruling, with reason.
    Ruling {
        /// Who ruled.
        officer: String,
        /// Why.
        reason: String,
    },
    /// A command of the operator.
    Command,
    /// A command that was signed.
    Signed(Signed),
    /// A document, upon which a stored declaration was declared under a delegate's certificate.
    Delegated {
        /// SHA-256 of the certificate.
        certificate: [u8; 32],
        /// The document.
        source: Source,
    },
    /// Time passed.
    Time,
    /// A guarantee was topped up.
    Guarantee,
}

impl Cause {
    /// A document, and the delegate's certificate under which it led to more than it asked for.
    pub fn of(source: Source, certificate: Option<[u8; 32]>) -> Self {
        match certificate {
            Some(certificate) => Self::Delegated { certificate, source },
            None => Self::Document(source),
        }
    }
}
