//! What a decision reads and writes: records of documents, declarations and claims.
//!
//! These are the stored things in the words of the domain; `load` and `write` translate them from
//! and to rows.

use std::sync::Arc;

use tongguan_domain::bonded::Drawn;
use tongguan_domain::bonded::item::BondedItem;
use tongguan_domain::bonded::stock::Stock;
use tongguan_domain::commerce::Parts;
use tongguan_domain::declaration::{ExportState, ImportState};
use tongguan_domain::facts::{
    CollectionFacts, DeclarationFacts, DeliveryFacts, ExportFacts, ExportOrderFacts,
    ExportTransport, ExportWaybillFacts, MasterBillFacts, OrderFacts, PaymentFacts, TallyFacts,
    WaybillFacts,
};
use tongguan_domain::ids::{
    DeclarationId, DxpId, Guid, MessageId, OfficeCode, OrderNumber, PartyId, ProvisionalNumber,
    ReturnId, WaybillNumber,
};
use tongguan_domain::movement::ParcelMovement;
use tongguan_domain::quarantine::Quarantine;
use tongguan_domain::readmission::ExportReturnId;
use tongguan_domain::returns::{ReturnState, ReturnedLine};
use tongguan_domain::time::Moment;
use tongguan_messages::response::Quote;

use tongguan_storage::Partition;

/// The kinds of document; the number is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DocumentKind {
    /// 订单 (311).
    Order = 1,
    /// 支付单 (411).
    Payment = 2,
    /// 运单 (511).
    Waybill = 3,
    /// 运单状态 (513).
    Delivery = 4,
    /// 进口清单 (621).
    Declaration = 5,
    /// 出口订单 (303).
    ExportOrder = 6,
    /// 出口运单 (505).
    ExportWaybill = 7,
    /// 出口清单 (603).
    Export = 8,
    /// 运抵单 (507).
    Arrival = 9,
    /// 离境单 (509).
    Departure = 10,
    /// 收款单 (403).
    Collection = 19,
    /// 出口退货申请单 (213).
    ExportReturn = 17,
    /// 退货理货明细单 (215).
    ReturnTally = 18,
    /// 撤销申请单 (623).
    Cancellation = 12,
    /// 出口撤销申请单 (605).
    ExportCancellation = 13,
    /// 退货申请单 (625).
    Return = 14,
    /// 清单总分单 (607).
    MasterBill = 11,
    /// 汇总申请单 (701).
    Consolidation = 15,
    /// 入库明细单 (711).
    WarehouseEntry = 16,
}

impl DocumentKind {
    /// Every kind.
    pub const ALL: [Self; 19] = [
        Self::Order,
        Self::Payment,
        Self::Waybill,
        Self::Delivery,
        Self::Declaration,
        Self::ExportOrder,
        Self::ExportWaybill,
        Self::Export,
        Self::Arrival,
        Self::Departure,
        Self::Cancellation,
        Self::Collection,
        Self::Consolidation,
        Self::ExportCancellation,
        Self::ExportReturn,
        Self::MasterBill,
        Self::Return,
        Self::ReturnTally,
        Self::WarehouseEntry,
    ];

    /// The stored number.
    pub const fn code(self) -> i64 {
        self as i64
    }

    /// From the stored number.
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// Where a dossier lies: everything stored under one order number, across platforms.
///
/// A waybill or delivery that does not say its order lies in the bucket of its claim, under an empty
/// order number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DossierKey {
    /// The partition of the order number, or the bucket of the claim.
    pub partition: Partition,
    /// The order number; empty where a document does not say.
    pub order_no: Arc<str>,
}

impl DossierKey {
    /// The dossier of an order.
    pub fn of_order(order_no: &OrderNumber) -> Self {
        Self { partition: Partition::of_order(order_no), order_no: order_no.as_str().into() }
    }

    /// The dossier of documents that are known only by their claim.
    pub fn of_claim(claim: &ClaimKey) -> Self {
        Self { partition: claim.bucket(), order_no: "".into() }
    }
}

/// The business key of a document within its dossier.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentKey {
    /// The dossier it lies in.
    pub dossier: DossierKey,
    /// What it is.
    pub kind: DocumentKind,
    /// Whose number it is: the platform's, payment institution's or carrier's registry id.
    pub party: PartyId,
    /// The number: empty for an order and a declaration, which the dossier already names.
    pub number: Arc<str>,
}

impl DocumentKey {
    /// One part of a report of movement, which lies in the bucket of its own number, for it names many
    /// parcels; each part of a split one is a document of its own.
    pub fn of_report(kind: DocumentKind, party: PartyId, reference: &str, part: u32) -> Self {
        let claim = ClaimKey { kind, party, number: format!("{reference}/{part}").into() };
        let dossier = DossierKey::of_claim(&claim);
        let ClaimKey { kind, party, number } = claim;
        Self { dossier, kind, party, number }
    }

    /// As rows are keyed.
    pub(crate) fn row(&self) -> (Partition, &str, i64, PartyId, &str) {
        let Self { dossier, kind, party, number } = self;
        (dossier.partition, &*dossier.order_no, kind.code(), *party, &**number)
    }

    /// The claim of a report's number, at which its parts meet.
    pub fn report(&self) -> ClaimKey {
        let reference = self.number.rsplit_once('/').map_or(&*self.number, |(number, _)| number);
        ClaimKey { kind: self.kind, party: self.party, number: reference.into() }
    }
}

/// How a document stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentState {
    /// Stored at the port, not declared. [1]
    Stored = 1,
    /// Entered: it may be matched. [120]
    Entered = 2,
    /// Refused: a new attempt may replace it. [100 or negative]
    Refused = 3,
    /// Deleted by its sender: a new document may replace it.
    Deleted = 4,
    /// Entered, and an officer has to decide about what it asks for. [300]
    Pending = 5,
}

impl DocumentState {
    /// The stored number.
    pub const fn code(self) -> i64 {
        self as i64
    }

    /// From the stored number.
    pub fn from_code(code: i64) -> Option<Self> {
        [Self::Stored, Self::Entered, Self::Refused, Self::Deleted, Self::Pending]
            .into_iter()
            .find(|state| state.code() == code)
    }

    /// Whether it stands in the way of another document under the same key.
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Stored | Self::Entered | Self::Pending)
    }
}

/// What is kept of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Facts {
    /// Of an order.
    Order(OrderFacts),
    /// Of a payment.
    Payment(PaymentFacts),
    /// Of a waybill.
    Waybill(WaybillFacts),
    /// Of a delivery.
    Delivery(DeliveryFacts),
    /// Of a declaration: the rest is in its own record.
    Declaration(DeclarationId),
    /// Of an export order.
    ExportOrder(ExportOrderFacts),
    /// Of an export waybill.
    ExportWaybill(ExportWaybillFacts),
    /// Of an export declaration: the rest is in its own record.
    Export(DeclarationId),
    /// Of a collection.
    Collection(CollectionFacts),
    /// Nothing of a report of movement: what it said stands with the parcels.
    Reported,
    /// Of a request to return exported goods: the rest is in its own record.
    ExportReturn(ExportReturnId),
    /// Of a tally of returned exports.
    ReturnTally(TallyFacts),
    /// Of a master bill link: which parcels travel how.
    MasterBill(MasterBillFacts),
    /// Of a request to cancel that an officer decides: what its answer quotes.
    Cancellation(AskedCancellation),
}

/// A request to cancel a declaration that waits for an officer, or was decided by one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedCancellation {
    /// 预录入编号, given on first sight.
    pub provisional_no: ProvisionalNumber,
    /// To whom its responses go, and what they quote.
    pub answer: Arc<AnswerTo>,
}

/// A document as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentRecord {
    /// Its business key.
    pub key: DocumentKey,
    /// The sender's number for it.
    pub guid: Guid,
    /// When the sender says it was sent.
    pub sent_at: Moment,
    /// Digest of its content without guid and time.
    pub content: [u8; 16],
    /// How it stands.
    pub state: DocumentState,
    /// The message it came in, and its place there.
    pub source: Source,
    /// Where its newest responses are: a sequence number of its partition. Of an export declaration, where
    /// those to its lodging are: [`ExportRecord`] knows the newest.
    pub response_seq: i64,
    /// The time of its newest response; the next one is later. Of an export declaration, see above.
    pub replied_at: Moment,
    /// What is kept of it; absent when it was refused, and of a request, whose effect stands elsewhere.
    pub facts: Option<Arc<Facts>>,
}

/// Which document of which message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Source {
    /// The message.
    pub message: MessageId,
    /// The document's place in it, from 1.
    pub ordinal: u16,
}

/// A declaration as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclarationRecord {
    /// Its id; the partition is readable from it.
    pub id: DeclarationId,
    /// The document that it is.
    pub document: DocumentKey,
    /// 预录入编号, given on first sight.
    pub provisional_no: ProvisionalNumber,
    /// What is kept of what it says.
    pub facts: Arc<DeclarationFacts>,
    /// Where it stands.
    pub state: ImportState,
    /// Digest of the pack of law that decided last.
    pub pack: [u8; 16],
    /// What every response about it quotes, and who receives them.
    pub answer: Arc<AnswerTo>,
    /// What it holds of bonded stock before its release, and has drawn of it since; each stock once.
    pub stock: Vec<Drawn>,
}

/// A bonded stock as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockRecord {
    /// What was registered of the goods.
    pub item: Arc<BondedItem>,
    /// How much there is.
    pub stock: Stock,
    /// How many movements there were.
    pub moved: i64,
    /// When the last one was.
    pub moved_at: Moment,
}

/// An export declaration as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportRecord {
    /// Its id; the partition is readable from it.
    pub id: DeclarationId,
    /// The document that it is.
    pub document: DocumentKey,
    /// 预录入编号, given on first sight.
    pub provisional_no: ProvisionalNumber,
    /// What is kept of what it says.
    pub facts: Arc<ExportFacts>,
    /// Whether its goods need a licence.
    pub licence: bool,
    /// Whether a collection (收款单) must stand behind it, by the law of its day.
    pub collection: bool,
    /// Where it stands.
    pub state: ExportState,
    /// Digest of the pack of law that decided last.
    pub pack: [u8; 16],
    /// What every response about it quotes, and who receives them.
    pub answer: Arc<AnswerTo>,
    /// What reports have said of its parcel: what stands at its waybill's claim while it holds that.
    pub movement: ParcelMovement,
    /// When something was last decided about it. Telling a duplicate of it so, or where its parcel went,
    /// does not count.
    pub since: Moment,
    /// Its document's message, and its place there.
    pub source: Source,
    /// Where the newest responses about it are: a sequence number of its partition. Reports move a
    /// declaration several times; its document's record need not be read and written for that.
    pub response_seq: i64,
    /// The time of the newest response; the next one is later.
    pub replied_at: Moment,
}

impl ExportRecord {
    /// The claim of the waybill that it names.
    pub fn waybill_claim(&self) -> ClaimKey {
        ClaimKey::of_export_waybill(self.facts.parties.carrier, &self.facts.waybill_no)
    }

    /// How its parcel travels: as declared, unless its master bill or its departure says otherwise.
    pub fn transport(&self) -> ExportTransport<'_> {
        self.facts.transport(&self.movement)
    }
}

/// A return of imported goods as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnRecord {
    /// Its id.
    pub id: ReturnId,
    /// The declaration whose goods come back.
    pub declaration: DeclarationId,
    /// The document that it is.
    pub document: DocumentKey,
    /// 申报地海关.
    pub office: OfficeCode,
    /// 预录入编号, given on first sight.
    pub provisional_no: ProvisionalNumber,
    /// What comes back.
    pub lines: Vec<ReturnedLine>,
    /// Where it stands.
    pub state: ReturnState,
    /// What every response about it quotes, and who receives them; what its tax bills quote too.
    pub answer: Arc<AnswerTo>,
}

/// To whom a document's responses go, and the strings that they quote as the sender wrote them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerTo {
    /// The sender's mailbox.
    pub mailbox: DxpId,
    /// Mailboxes that subscribed to responses.
    pub subscribers: Vec<DxpId>,
    /// What the response quotes.
    pub quote: Quote,
    /// What the tax bill quotes; of a declaration.
    pub billing: Option<Billing>,
}

/// What a tax bill quotes of its declaration beside that, as the sender wrote it; empty where the
/// declaration could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Billing {
    /// `orderNo`.
    pub order_no: Box<str>,
    /// `logisticsNo`.
    pub waybill_no: Box<str>,
    /// `logisticsCode`.
    pub carrier: Box<str>,
    /// `assureCode`.
    pub guarantor: Box<str>,
}

/// What is claimed: a number that must be used once, where the order is not known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClaimKey {
    /// Waybill, payment, report or master bill.
    pub kind: DocumentKind,
    /// The carrier or payment institution.
    pub party: PartyId,
    /// Its number.
    pub number: Arc<str>,
}

impl ClaimKey {
    /// Of an export waybill.
    pub fn of_export_waybill(carrier: PartyId, number: &WaybillNumber) -> Self {
        let number = number.as_str().into();
        Self { kind: DocumentKind::ExportWaybill, party: carrier, number }
    }

    /// Of a master bill, which the carrier numbers.
    pub fn of_master_bill(carrier: PartyId, bill_no: &str) -> Self {
        Self { kind: DocumentKind::MasterBill, party: carrier, number: bill_no.into() }
    }

    /// Whether it is about one parcel alone, and is locked by itself. The others are locked with their bucket, where
    /// their documents lie; a master bill leads to claims that are found by an index, so whoever adds one has to
    /// wait.
    pub const fn is_of_one_parcel(&self) -> bool {
        use DocumentKind::{ExportWaybill, Payment, Waybill};
        matches!(self.kind, Payment | Waybill | ExportWaybill)
    }

    /// Where the claim lies.
    pub fn bucket(&self) -> Partition {
        Partition::of_claim(self.kind.code(), self.party, &self.number)
    }
}

/// A claim: rendezvous, uniqueness and locator in one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// What is claimed.
    pub key: ClaimKey,
    /// The dossier that holds the waybill or payment, once it came.
    pub document: Option<DossierKey>,
    /// The live declaration that names it.
    pub declaration: Option<DeclarationId>,
    /// Since when; a carrier may use a number again after six months.
    pub claimed_at: Moment,
    /// Whether documents that know no order lie in the claim's bucket: a delivery, a waybill.
    pub parked: bool,
    /// When the parcel, or all of a master bill, came to the supervised place (运抵, 入库), once it has.
    pub arrived_at: Option<Moment>,
    /// How its quarantine stands, if the parcel was selected for it.
    pub quarantine: Option<Quarantine>,
    /// 提运单号: the master bill that the parcel travels under, once known.
    pub bill_no: Option<Arc<str>>,
    /// What else reports have said of the parcel of an export waybill.
    pub movement: ParcelMovement,
    /// How many parts of a split report have come.
    pub parts: Option<Parts>,
    /// How the parcel of an import entered, once it has.
    pub entry: Option<ParcelEntry>,
}

/// How a parcel entered a supervised place (入库).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParcelEntry {
    /// The office that supervises the place.
    pub office: OfficeCode,
    /// 提运单号: the master bill under which it entered.
    pub bill_no: Box<str>,
}

impl Claim {
    /// A claim that nobody holds yet.
    pub fn vacant(key: ClaimKey, at: Moment) -> Self {
        Self {
            key,
            document: None,
            declaration: None,
            claimed_at: at,
            parked: false,
            arrived_at: None,
            quarantine: None,
            bill_no: None,
            movement: ParcelMovement::default(),
            parts: None,
            entry: None,
        }
    }
}
