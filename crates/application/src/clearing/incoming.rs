//! What the writer receives: documents that were verified, parsed and judged by themselves.
//!
//! Everything that costs time and needs no lock has been done on the worker threads: signature,
//! structure, parties, single-document checks, identity, tax. What is left depends on what else is
//! stored.

use std::sync::Arc;

use tongguan_codelists::Pack;
use tongguan_domain::commerce::{Filing, Part};
use tongguan_domain::declaration::{Assessed, Ruling};
use tongguan_domain::defect::Defect;
use tongguan_domain::facts::{
    ArrivalFacts, CollectionFacts, DeclarationFacts, DeliveryFacts, DepartureFacts,
    ExportCancellationFacts, ExportFacts, ExportOrderFacts, ExportReturnFacts, ExportWaybillFacts,
    MasterBillFacts, OrderFacts, ParcelFacts, PaymentFacts, ReturnFacts, TallyFacts,
    WarehouseEntryFacts, WaybillFacts,
};
use tongguan_domain::ids::{
    DeclarationId, DeclarationNumber, OfficeCode, OrderNumber, ReturnId, SealNumber, VehiclePlate,
};
use tongguan_domain::quarantine::Finding;
use tongguan_domain::readmission::ExportReturnId;
use tongguan_domain::status::ReturnStatus;
use tongguan_domain::tax_bill::TaxDue;
use tongguan_domain::transit::Sighting;
use tongguan_messages::ceb::MessageType;
use tongguan_storage::Partition;

use super::consolidation::{Consolidating, RequestKey, Terms};
use super::record::{AnswerTo, DocumentKey, Source};
use super::relay::{FromUpstream, RelayStep, RelayedMessage};
use super::zone::{ZoneNews, ZoneSubmitted};
use crate::registry::Signed;

/// One thing to decide.
#[derive(Debug, Clone)]
pub enum Incoming {
    /// A document of a message.
    Document(Submitted),
    /// An officer's ruling on a declaration.
    Ruling {
        /// Which declaration.
        declaration: DeclarationId,
        /// What was ruled.
        ruling: Ruling,
        /// Who ruled.
        officer: String,
        /// Why.
        reason: String,
        /// The tax, assessed again because the declaration had none.
        reassessed: Option<TaxDue>,
        /// The status at which the officer saw it: at another one the ruling is refused.
        only_at: Option<ReturnStatus>,
    },
    /// An officer seals released goods, or looks at sealed ones.
    Transit(TransitCommand),
    /// An officer registers what quarantine found.
    Quarantine(QuarantineCommand),
    /// A stored declaration is to be declared now.
    Declare {
        /// Which.
        declaration: DeclarationId,
        /// By whose signature.
        signed: Signed,
    },
    /// An officer decides about a request to cancel a declaration.
    Cancellation(CancellationCommand),
    /// Time has come for a declaration: expiry or closing.
    Due(DeclarationId),
    /// Something happened to a return of imported goods.
    Return(ReturnCommand),
    /// The queue before a guarantee is to be tried, the declarations in order.
    GuaranteeChanged(Vec<DeclarationId>),
    /// An officer's ruling on a return of exported goods.
    ExportReturnRuling {
        /// Which return.
        id: ExportReturnId,
        /// What was ruled.
        ruling: ExportReturnRuling,
        /// Who ruled.
        officer: String,
        /// Why.
        reason: String,
    },
    /// Returned goods are exchanged: the order that stands for them.
    Exchange {
        /// Which return.
        id: ExportReturnId,
        /// The new order.
        order_no: OrderNumber,
    },
    /// A bonded list or gate pass of a message.
    Zone(Box<ZoneSubmitted>),
    /// A bonded list or gate pass was changed by command, and its enterprise has to be told.
    ZoneNews(ZoneNews),
    /// Declarations are to be consolidated, or a portion of them was merged.
    Consolidate(Box<Consolidating>),
    /// A message that is decided upstream.
    Relayed(Box<RelayedMessage>),
    /// What became of sending a message upstream.
    RelayStep(RelayStep),
    /// A message from upstream.
    FromUpstream(Box<FromUpstream>),
}

impl Incoming {
    /// How many parcels it names: what it costs to decide. A report may name hundreds, anything else is
    /// about one.
    pub fn parcels(&self) -> usize {
        let Self::Document(Submitted { filed: Filed::Document(filed), .. }) = self else {
            return 1;
        };
        let named = match &filed.verdict {
            Ok(FiledFacts::Arrival(facts)) => facts.waybills.len(),
            Ok(FiledFacts::Departure(facts)) => facts.waybills.len(),
            Ok(FiledFacts::MasterBill(facts)) => facts.waybills.len() + facts.returned.len(),
            Ok(FiledFacts::WarehouseEntry(facts)) => facts.waybills.len(),
            _ => 1,
        };
        named.max(1)
    }
}

/// What an officer decides about a request to cancel a declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancellationCommand {
    /// The request.
    pub request: DocumentKey,
    /// Whether the declaration is cancelled.
    pub approves: bool,
    /// Who.
    pub officer: String,
    /// Why.
    pub reason: String,
}

/// What an officer rules on a return of exported goods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportReturnRuling {
    /// The goods are let in although they came otherwise than it was asked.
    Accept,
    /// They are not.
    Refuse,
}

/// What an officer does about the transit (转关) of one declaration's goods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransitCommand {
    /// Whose goods.
    pub declaration: DeclarationId,
    /// What is done.
    pub act: TransitAct,
    /// The office that the officer is of.
    pub office: OfficeCode,
    /// Who.
    pub officer: String,
}

/// What is done about a transit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransitAct {
    /// The goods are sealed (施封).
    Seal {
        /// With which seal.
        seal: SealNumber,
        /// On which vehicle.
        vehicle: VehiclePlate,
    },
    /// Seal and vehicle are checked at the port.
    Check(Sighting),
}

/// What quarantine (检疫) found of one declaration's parcel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuarantineCommand {
    /// Whose parcel.
    pub declaration: DeclarationId,
    /// What was found.
    pub finding: Finding,
    /// Who found it.
    pub officer: String,
    /// Why, in words that the declarant reads.
    pub reason: String,
}

/// What is to be decided about a return.
#[derive(Debug, Clone)]
pub struct ReturnCommand {
    /// The declaration whose goods come back.
    pub declaration: DeclarationId,
    /// Which return.
    pub id: ReturnId,
    /// What happened.
    pub event: ReturnEvent,
}

/// What happens to a return after it was asked for.
#[derive(Debug, Clone)]
pub enum ReturnEvent {
    /// A facility records that the goods are back.
    Back {
        /// In how many pieces.
        packages: u32,
        /// What is damaged.
        damage: Option<Box<str>>,
        /// Who recorded it.
        recorder: String,
    },
    /// An officer has examined them.
    Examined {
        /// Whether they are in order, and why not.
        finding: Result<(), String>,
        /// Who examined them.
        officer: String,
    },
    /// Time has come for it.
    Due,
}

/// A document as it was submitted.
#[derive(Debug, Clone)]
pub struct Submitted {
    /// Where it came from.
    pub source: Source,
    /// To whom its responses go.
    pub answer: Arc<AnswerTo>,
    /// What it is.
    pub filed: Filed,
}

impl Submitted {
    /// The request to consolidate that it is a part of.
    pub fn consolidates(&self) -> Option<&RequestKey> {
        match &self.filed {
            Filed::Document(filed) => match &filed.verdict {
                Ok(FiledFacts::Consolidation(requested)) => Some(&requested.key),
                _ => None,
            },
            Filed::TurnedAway { .. } => None,
        }
    }

    /// The office at which it declares an export.
    pub fn exported_at(&self) -> Option<OfficeCode> {
        match &self.filed {
            Filed::Document(filed) => match &filed.verdict {
                Ok(FiledFacts::Export(lodging)) => Some(lodging.facts.office),
                _ => None,
            },
            Filed::TurnedAway { .. } => None,
        }
    }
}

/// What a submitted document is.
#[derive(Debug, Clone)]
pub enum Filed {
    /// Its signature or its key is not good: it is answered, and nothing is stored under any key.
    TurnedAway {
        /// The message that brought it.
        message: MessageType,
        /// In whose sequence the answer stands.
        partition: Partition,
        /// Why.
        defects: Vec<Defect>,
    },
    /// A document with a business key.
    Document(Box<FiledDocument>),
}

/// A document with a business key.
#[derive(Debug, Clone)]
pub struct FiledDocument {
    /// The key.
    pub key: DocumentKey,
    /// What a refusal calls it: the sender's reference, or the guid.
    pub name: String,
    /// Number, action, time, stage.
    pub filing: Filing,
    /// Digest of its content without guid and time.
    pub content: [u8; 16],
    /// What is kept of it, or why it is refused.
    pub verdict: Result<FiledFacts, Vec<Defect>>,
}

/// What is kept of a document that was found good by itself.
#[derive(Debug, Clone)]
pub enum FiledFacts {
    /// Of an order.
    Order(OrderFacts),
    /// Of a payment.
    Payment(PaymentFacts),
    /// Of a waybill.
    Waybill(WaybillFacts),
    /// Of a delivery.
    Delivery(DeliveryFacts),
    /// Of a declaration.
    Declaration(Lodging),
    /// Of an export order.
    ExportOrder(ExportOrderFacts),
    /// Of a collection.
    Collection(CollectionFacts),
    /// Of an export waybill.
    ExportWaybill(ExportWaybillFacts),
    /// Of an export declaration.
    Export(ExportLodging),
    /// Of an arrival.
    Arrival(ArrivalFacts),
    /// Of a departure.
    Departure(DepartureFacts),
    /// Of a master bill link.
    MasterBill(MasterBillFacts),
    /// Of a request to return exported goods.
    ExportReturn(ReturnAsked),
    /// Of a tally of returned exports.
    ReturnTally(ReturnFound),
    /// Of a request to cancel an import declaration.
    Cancellation(ParcelFacts),
    /// Of a request to cancel an export declaration.
    ExportCancellation(ExportCancellationFacts),
    /// Of a request to return imported goods.
    Return(ReturnFacts),
    /// Of a part of a request to consolidate.
    Consolidation(RequestedConsolidation),
    /// Of an entry into a supervised place.
    WarehouseEntry(WarehouseEntryFacts),
}

impl FiledFacts {
    /// The export declarations that it names by their numbers, and by nothing else.
    pub fn exports_named(&self) -> &[DeclarationNumber] {
        match self {
            Self::ExportReturn(asked) => std::slice::from_ref(&asked.facts.declaration_no),
            Self::ExportCancellation(facts) => std::slice::from_ref(&facts.declaration_no),
            Self::MasterBill(facts) => &facts.returned,
            _ => &[],
        }
    }
}

/// A request to return exported goods that was found good by itself.
#[derive(Debug, Clone)]
pub struct ReturnAsked {
    /// What is kept of it.
    pub facts: Arc<ExportReturnFacts>,
    /// The law by which it is judged against its declaration.
    pub law: Arc<Pack>,
}

/// A tally of returned exports that was found good by itself.
#[derive(Debug, Clone)]
pub struct ReturnFound {
    /// What is kept of it.
    pub facts: TallyFacts,
    /// The law by which it is judged what the goods are free of.
    pub law: Arc<Pack>,
}

/// A part of a request to consolidate that was found good by itself.
#[derive(Debug, Clone)]
pub struct RequestedConsolidation {
    /// The request, the same in all its parts.
    pub key: RequestKey,
    /// What it asks for, the same in all its parts.
    pub terms: Terms,
    /// Which part it is.
    pub part: Part,
    /// The declarations that the part names. They are many, so they are looked at when they are merged,
    /// and not in the batch that brings them.
    pub numbers: Arc<[DeclarationNumber]>,
}

/// An export declaration that was found good by itself.
#[derive(Debug, Clone)]
pub struct ExportLodging {
    /// What is kept of it.
    pub facts: Arc<ExportFacts>,
    /// Whether its goods need a licence.
    pub licence: bool,
    /// Whether a collection (收款单) must stand behind it, by the law of its day.
    pub collection: bool,
    /// Digest of the pack of law that judged it.
    pub pack: [u8; 16],
}

/// A declaration that was found good by itself.
#[derive(Debug, Clone)]
pub struct Lodging {
    /// What is kept of it.
    pub facts: Arc<DeclarationFacts>,
    /// What it takes and owes.
    pub assessed: Assessed,
    /// Digest of the pack of law that assessed it.
    pub pack: [u8; 16],
}
