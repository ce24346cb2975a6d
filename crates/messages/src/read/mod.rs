//! Reading a message: one walk over the tree, held to the message's table.
//!
//! The reader maps what the root's children hold and nothing else, the signature apart. It reports
//! every structural defect and, for each document, every value that the schema admits but that means
//! nothing. Elements are looked up where the schema puts them first, and a pointer is written out only
//! for a finding, so that a clean message costs little more than its parsing.
//!
//! Two departures from XML Schema: inside a signature, elements of other namespaces are not looked
//! into, and `xsi:type` is refused even where it repeats the type that the schema gives.

mod cells;
mod document;
mod extension;
mod kept;
pub(crate) mod lexical;
mod message;
pub(crate) mod model;
pub(crate) mod number;
pub(crate) mod place;
pub(crate) mod report;
pub(crate) mod row;
pub mod rules;
mod signature_model;

use roxmltree::{Document as Tree, Node};
use tongguan_domain::cancellation::{CancellationRequest, ExportCancellation};
use tongguan_domain::commerce::{
    Collection, DeliveryStatus, ExportOrder, ExportWaybill, Order, Payment, Waybill,
};
use tongguan_domain::consolidation::{ConsolidationRequest, ConsolidationResult};
use tongguan_domain::declaration::{ExportDeclaration, ImportDeclaration};
use tongguan_domain::defect::Defect;
use tongguan_domain::facility::WarehouseEntry;
use tongguan_domain::movement::{ArrivalReport, DepartureReport, MasterBillLink};
use tongguan_domain::returns::{ExportReturnRequest, ReturnRequest, ReturnTally};

pub(crate) use cells::{Cells, built};
pub(crate) use document::Rows;
pub use kept::KeptElement;
pub use report::Profile;
pub(crate) use signature_model::SIGNATURE;

use crate::ceb::{
    Extension, FormatRefusal, MessageType, Subscription, TaxBill, TaxBillNotice, Transfer,
};
use crate::response::{Quote, Response};

/// What a message says.
#[derive(Debug)]
pub struct Reading {
    /// Which message it is.
    pub message: MessageType,
    /// The profile that judged it.
    pub profile: Profile,
    /// The root's number (`guid`), as it was written; 36 characters when the message is valid.
    pub guid: String,
    /// The root's `version`; any is accepted.
    pub version: String,
    /// How many documents the message holds, those beyond the allowed number included.
    pub document_count: usize,
    /// The documents of a request, at most as many as the message may hold.
    pub documents: Vec<ReadDocument>,
    /// The content of a message from customs.
    pub answers: Vec<ReadAnswer>,
    /// Who transfers the message, when it says so in a usable way.
    pub transfer: Option<Transfer>,
    /// Who else listens.
    pub subscriptions: Vec<Subscription>,
    /// Local data beside the standard.
    pub extension: Option<Extension>,
    /// Whether a signature stands at the end. What it is worth is the verifier's business.
    pub signed: bool,
    /// Elements that the standard does not know; the tolerant profile alone keeps them.
    pub kept: Vec<KeptElement>,
    /// Structural defects, in the order of the message; none means valid under the profile.
    pub defects: Vec<Defect>,
    /// Tolerances that were needed, in the order of the message.
    pub warnings: Vec<Defect>,
    /// How many further defects and warnings there are beyond the thousand of each that are listed.
    pub omitted: usize,
}

impl Reading {
    /// Whether the message is valid under its profile.
    pub fn is_valid(&self) -> bool {
        self.defects.is_empty()
    }
}

/// One document of a request.
#[derive(Debug)]
pub struct ReadDocument {
    /// Its position in the message, from 1.
    pub ordinal: usize,
    /// Where it stands.
    pub pointer: String,
    /// What a response to it must quote, as it was written.
    pub quote: Quote,
    /// The document, or the values that cannot be used: all of them, up to a hundred.
    pub outcome: Result<Document, Vec<Defect>>,
}

/// A document that an enterprise sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Document {
    /// CEB213.
    ExportReturn(Box<ExportReturnRequest>),
    /// CEB215.
    ReturnTally(Box<ReturnTally>),
    /// CEB303.
    ExportOrder(Box<ExportOrder>),
    /// CEB311.
    Order(Box<Order>),
    /// CEB403.
    Collection(Box<Collection>),
    /// CEB411.
    Payment(Box<Payment>),
    /// CEB505.
    ExportWaybill(Box<ExportWaybill>),
    /// CEB507.
    Arrival(Box<ArrivalReport>),
    /// CEB509.
    Departure(Box<DepartureReport>),
    /// CEB511.
    Waybill(Box<Waybill>),
    /// CEB513.
    Delivery(Box<DeliveryStatus>),
    /// CEB603.
    ExportDeclaration(Box<ExportDeclaration>),
    /// CEB605.
    ExportCancellation(Box<ExportCancellation>),
    /// CEB607.
    MasterBillLink(Box<MasterBillLink>),
    /// CEB621.
    Declaration(Box<ImportDeclaration>),
    /// CEB623.
    Cancellation(Box<CancellationRequest>),
    /// CEB625.
    Return(Box<ReturnRequest>),
    /// CEB701.
    Consolidation(Box<ConsolidationRequest>),
    /// CEB711.
    WarehouseEntry(Box<WarehouseEntry>),
}

/// One entry of a message from customs.
#[derive(Debug)]
pub struct ReadAnswer {
    /// Its position in the message, from 1.
    pub ordinal: usize,
    /// Where it stands.
    pub pointer: String,
    /// The answer, or the values that cannot be used: all of them, up to a hundred.
    pub outcome: Result<Answer, Vec<Defect>>,
}

/// What customs sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The answer to a document.
    Response(Box<Response>),
    /// CEB792.
    ConsolidationResult(Box<ConsolidationResult>),
    /// CEB816.
    TaxBill(Box<TaxBill>),
    /// CEB818.
    TaxBillNotice(Box<TaxBillNotice>),
    /// CEB900.
    FormatRefusal(Box<FormatRefusal>),
}

/// Reads a message.
///
/// # Errors
/// A defect when the root element is not one of the known messages, so that there is nothing to hold
/// it to.
pub fn read(tree: &Tree<'_>, profile: Profile) -> Result<Reading, Defect> {
    message::read(tree, profile)
}

/// Whether an element is in a namespace.
pub(crate) fn in_namespace(node: Node<'_, '_>, namespace: &str) -> bool {
    node.tag_name().namespace() == Some(namespace)
}
