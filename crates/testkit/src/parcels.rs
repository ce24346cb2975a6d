//! Made-up parcels, as many as wanted, each with documents that agree with each other.

use tongguan_domain::cancellation::{CancellationRequest, ExportCancellation};
use tongguan_domain::commerce::{
    Collection, DeliveryStatus, ExportOrder, ExportWaybill, Filing, Order, Payment, Waybill,
};
use tongguan_domain::consolidation::ConsolidationRequest;
use tongguan_domain::declaration::{ExportDeclaration, ImportDeclaration};
use tongguan_domain::facility::WarehouseEntry;
use tongguan_domain::ids::{
    FunctionalReference, Guid, IdError, OrderNumber, PaymentTransaction, WaybillNumber,
};
use tongguan_domain::money::{Amount, Money};
use tongguan_domain::movement::{ArrivalReport, DepartureReport, MasterBillLink};
use tongguan_domain::returns::{ExportReturnRequest, ReturnRequest, ReturnTally};
use tongguan_domain::time::Moment;
use tongguan_messages::ceb::{
    Transfer, ceb213, ceb215, ceb303, ceb311, ceb403, ceb411, ceb505, ceb507, ceb509, ceb511,
    ceb513, ceb603, ceb605, ceb607, ceb621, ceb623, ceb625, ceb701, ceb711,
};
use tongguan_messages::sample;
pub use tongguan_messages::sample::made_up_buyer as buyer;
use tongguan_messages::write::{Envelope, Style};

use crate::cast::{Actor, Cast};

/// The documents of one parcel.
#[derive(Debug, Clone)]
pub struct Parcel {
    /// What the buyer ordered.
    pub order: Order,
    /// How it was paid.
    pub payment: Payment,
    /// How it travels.
    pub waybill: Waybill,
    /// That it arrived.
    pub delivery: DeliveryStatus,
    /// What was declared.
    pub declaration: ImportDeclaration,
}

/// The `n`th parcel of a run, sent at `at`: the sample parcel under numbers and a buyer of its own.
///
/// # Errors
/// None for any `n`; a test makes sure of it.
pub fn parcel(n: u64, at: Moment) -> Result<Parcel, IdError> {
    let sample = sample::parcel()?;
    let order_no = OrderNumber::parse(&format!("TG{n:012}"))?;
    let waybill_no = WaybillNumber::parse(&format!("EX{n:09}CN"))?;
    let transaction = PaymentTransaction::parse(&format!("20260302{n:012}"))?;
    let buyer = buyer(n);
    let mut parcel = Parcel {
        order: sample.order,
        payment: sample.payment,
        waybill: sample.waybill,
        delivery: sample.delivery,
        declaration: sample.declaration,
    };
    let Parcel { order, payment, waybill, delivery, declaration } = &mut parcel;
    for (number, filing) in (1..).zip([
        &mut order.filing,
        &mut payment.filing,
        &mut waybill.filing,
        &mut declaration.filing,
        &mut delivery.filing,
    ]) {
        filing.guid = guid(number, n)?;
        filing.sent_at = at;
    }
    order.order_no = order_no.clone();
    order.payment.transaction = Some(transaction.clone());
    order.buyer = buyer.clone();
    payment.order_no = order_no.clone();
    payment.transaction = transaction;
    payment.payer = buyer.clone();
    payment.paid_at = at;
    waybill.order_no = Some(order_no.clone());
    waybill.number = waybill_no.clone();
    delivery.number = waybill_no.clone();
    // A code that the built-in rates know.
    for item in &mut declaration.items {
        if item.hs_code.starts_with("19011010") {
            item.hs_code = "1901101090".into();
        }
    }
    declaration.order_no = order_no;
    declaration.waybill_no = waybill_no;
    declaration.buyer = buyer;
    declaration.declared_on = at.china_day();
    declaration.reference = Some(FunctionalReference::parse(&format!("COP{n:012}"))?);
    Ok(parcel)
}

/// The `n`th parcel of a run with one piece of goods worth `fen`, free of freight and insurance.
///
/// # Errors
/// None for any `n`.
pub fn single_piece(n: u64, at: Moment, fen: i64) -> Result<Parcel, IdError> {
    let mut parcel = parcel(n, at)?;
    let value = Amount::new(Money::from_fen(fen).to_decimal());
    let Parcel { order, payment, declaration, .. } = &mut parcel;
    order.lines.remove(0);
    declaration.items.remove(0);
    for line in &mut order.lines {
        (line.number, line.price, line.total_price) = (1, value, value);
    }
    for item in &mut declaration.items {
        (item.number, item.price, item.total_price) = (1, value, value);
    }
    (order.goods_value, order.paid, payment.amount) = (value, value, value);
    (order.freight, order.tax_withheld, declaration.freight) =
        (Amount::ZERO, Amount::ZERO, Amount::ZERO);
    Ok(parcel)
}

/// Makes the last goods of a parcel so many grams of sugar, of which the positive list admits two kilograms
/// for a person and year.
pub fn sweeten(parcel: &mut Parcel, grams: i64) {
    if let Some(item) = parcel.declaration.items.last_mut() {
        item.hs_code = "1701991090".into();
        (item.statutory_unit, item.statutory_quantity) = ("036".into(), grams.into());
        (item.second_unit, item.second_quantity) = (None, None);
    }
}

/// A document of a parcel, of any kind.
#[derive(Debug, Clone)]
pub enum Document {
    /// 订单 (311).
    Order(Box<Order>),
    /// 支付单 (411).
    Payment(Box<Payment>),
    /// 运单 (511).
    Waybill(Box<Waybill>),
    /// 运单状态 (513).
    Delivery(Box<DeliveryStatus>),
    /// 进口清单 (621).
    Declaration(Box<ImportDeclaration>),
    /// 出口订单 (303).
    ExportOrder(Box<ExportOrder>),
    /// 收款单 (403).
    Collection(Box<Collection>),
    /// 出口运单 (505).
    ExportWaybill(Box<ExportWaybill>),
    /// 出口清单 (603).
    ExportDeclaration(Box<ExportDeclaration>),
    /// 运抵单 (507).
    Arrival(Box<ArrivalReport>),
    /// 离境单 (509).
    Departure(Box<DepartureReport>),
    /// 出口退货申请单 (213).
    ExportReturn(Box<ExportReturnRequest>),
    /// 退货理货明细单 (215).
    ReturnTally(Box<ReturnTally>),
    /// 撤销申请单 (623).
    Cancellation(Box<CancellationRequest>),
    /// 出口撤销申请单 (605).
    ExportCancellation(Box<ExportCancellation>),
    /// 退货申请单 (625).
    Return(Box<ReturnRequest>),
    /// 清单总分单 (607).
    MasterBill(Box<MasterBillLink>),
    /// 汇总申请单 (701).
    Consolidation(Box<ConsolidationRequest>),
    /// 入库明细单 (711).
    WarehouseEntry(Box<WarehouseEntry>),
}

impl Document {
    /// Number, action, time, stage.
    pub fn filing(&self) -> &Filing {
        match self {
            Self::Order(order) => &order.filing,
            Self::Payment(payment) => &payment.filing,
            Self::Waybill(waybill) => &waybill.filing,
            Self::Delivery(delivery) => &delivery.filing,
            Self::Declaration(declaration) => &declaration.filing,
            Self::ExportOrder(order) => &order.filing,
            Self::Collection(collection) => &collection.filing,
            Self::ExportWaybill(waybill) => &waybill.filing,
            Self::ExportDeclaration(declaration) => &declaration.filing,
            Self::Arrival(report) => &report.filing,
            Self::Departure(report) => &report.filing,
            Self::ExportReturn(request) => &request.filing,
            Self::ReturnTally(tally) => &tally.filing,
            Self::Cancellation(request) => &request.filing,
            Self::ExportCancellation(request) => &request.filing,
            Self::Return(request) => &request.filing,
            Self::MasterBill(link) => &link.filing,
            Self::Consolidation(request) => &request.filing,
            Self::WarehouseEntry(entry) => &entry.filing,
        }
    }

    /// The same, to be changed.
    pub fn filing_mut(&mut self) -> &mut Filing {
        match self {
            Self::Order(order) => &mut order.filing,
            Self::Payment(payment) => &mut payment.filing,
            Self::Waybill(waybill) => &mut waybill.filing,
            Self::Delivery(delivery) => &mut delivery.filing,
            Self::Declaration(declaration) => &mut declaration.filing,
            Self::ExportOrder(order) => &mut order.filing,
            Self::Collection(collection) => &mut collection.filing,
            Self::ExportWaybill(waybill) => &mut waybill.filing,
            Self::ExportDeclaration(declaration) => &mut declaration.filing,
            Self::Arrival(report) => &mut report.filing,
            Self::Departure(report) => &mut report.filing,
            Self::ExportReturn(request) => &mut request.filing,
            Self::ReturnTally(tally) => &mut tally.filing,
            Self::Cancellation(request) => &mut request.filing,
            Self::ExportCancellation(request) => &mut request.filing,
            Self::Return(request) => &mut request.filing,
            Self::MasterBill(link) => &mut link.filing,
            Self::Consolidation(request) => &mut request.filing,
            Self::WarehouseEntry(entry) => &mut entry.filing,
        }
    }

    /// The type of the message that carries it: 311 and its like.
    pub const fn message_number(&self) -> u64 {
        match self {
            Self::Order(_) => 311,
            Self::Payment(_) => 411,
            Self::Waybill(_) => 511,
            Self::Delivery(_) => 513,
            Self::Declaration(_) => 621,
            Self::ExportOrder(_) => 303,
            Self::Collection(_) => 403,
            Self::ExportWaybill(_) => 505,
            Self::ExportDeclaration(_) => 603,
            Self::Arrival(_) => 507,
            Self::Departure(_) => 509,
            Self::ExportReturn(_) => 213,
            Self::ReturnTally(_) => 215,
            Self::Cancellation(_) => 623,
            Self::ExportCancellation(_) => 605,
            Self::Return(_) => 625,
            Self::MasterBill(_) => 607,
            Self::Consolidation(_) => 701,
            Self::WarehouseEntry(_) => 711,
        }
    }
}

impl Parcel {
    /// Order, payment, waybill and declaration, in the order in which they usually come.
    pub fn documents(&self) -> [Document; 4] {
        [self.order_document(), self.payment_document(), self.waybill_document(), self.lodging()]
    }

    /// The order.
    pub fn order_document(&self) -> Document {
        Document::Order(Box::new(self.order.clone()))
    }

    /// The payment.
    pub fn payment_document(&self) -> Document {
        Document::Payment(Box::new(self.payment.clone()))
    }

    /// The waybill.
    pub fn waybill_document(&self) -> Document {
        Document::Waybill(Box::new(self.waybill.clone()))
    }

    /// The declaration.
    pub fn lodging(&self) -> Document {
        Document::Declaration(Box::new(self.declaration.clone()))
    }

    /// The delivery.
    pub fn delivery_document(&self) -> Document {
        Document::Delivery(Box::new(self.delivery.clone()))
    }
}

/// A message of documents of one kind, signed by whoever must sign; `n` makes its number.
///
/// # Errors
/// [`MessageError`].
pub fn message(cast: &Cast, documents: &[Document], n: u64) -> Result<String, MessageError> {
    macro_rules! of {
        ($kind:ident, $actor:ident, $write:path) => {{
            let documents = documents.iter().filter_map(|document| match document {
                Document::$kind(document) => Some(&**document),
                _ => None,
            });
            let documents: Vec<_> = documents.collect();
            signed(&cast.$actor, 900, n, |envelope| $write(envelope, documents))
        }};
    }
    match documents.first() {
        None | Some(Document::Order(_)) => of!(Order, merchant, ceb311::write),
        Some(Document::Payment(_)) => of!(Payment, institution, ceb411::write),
        Some(Document::Waybill(_)) => of!(Waybill, carrier, ceb511::write),
        Some(Document::Delivery(_)) => of!(Delivery, carrier, ceb513::write),
        Some(Document::Declaration(_)) => of!(Declaration, carrier, ceb621::write),
        Some(Document::ExportOrder(_)) => of!(ExportOrder, exporter, ceb303::write),
        Some(Document::Collection(_)) => of!(Collection, exporter, ceb403::write),
        Some(Document::ExportWaybill(_)) => of!(ExportWaybill, carrier, ceb505::write),
        Some(Document::ExportDeclaration(_)) => of!(ExportDeclaration, carrier, ceb603::write),
        Some(Document::Arrival(_)) => of!(Arrival, carrier, ceb507::write),
        Some(Document::Departure(_)) => of!(Departure, carrier, ceb509::write),
        Some(Document::ExportReturn(_)) => of!(ExportReturn, exporter, ceb213::write),
        Some(Document::ReturnTally(_)) => of!(ReturnTally, carrier, ceb215::write),
        Some(Document::Cancellation(_)) => of!(Cancellation, carrier, ceb623::write),
        Some(Document::ExportCancellation(_)) => of!(ExportCancellation, carrier, ceb605::write),
        Some(Document::Return(_)) => of!(Return, carrier, ceb625::write),
        Some(Document::MasterBill(_)) => of!(MasterBill, carrier, ceb607::write),
        Some(Document::Consolidation(_)) => of!(Consolidation, carrier, ceb701::write),
        Some(Document::WarehouseEntry(_)) => of!(WarehouseEntry, carrier, ceb711::write),
    }
}

pub(crate) fn guid(kind: u64, n: u64) -> Result<Guid, IdError> {
    Guid::parse(&format!("{kind:08X}-0000-4000-8000-{n:012X}"))
}

/// The messages that tell of some parcels, one of each type, signed by whoever must sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Messages {
    /// 311, from the merchant.
    pub orders: String,
    /// 411, from the payment institution.
    pub payments: String,
    /// 511, from the carrier.
    pub waybills: String,
    /// 621, from the declarant.
    pub declarations: String,
}

/// A message could not be made.
#[derive(Debug, thiserror::Error)]
pub enum MessageError {
    /// A document does not fit the schema.
    #[error("{} values do not fit the schema", .0.len())]
    Unwritable(Vec<tongguan_domain::defect::Defect>),
    /// It could not be signed.
    #[error(transparent)]
    Sign(#[from] tongguan_messages::signature::SignError),
    /// A number is none.
    #[error(transparent)]
    Id(#[from] IdError),
}

impl From<Vec<tongguan_domain::defect::Defect>> for MessageError {
    fn from(defects: Vec<tongguan_domain::defect::Defect>) -> Self {
        Self::Unwritable(defects)
    }
}

impl Messages {
    /// The messages that tell of `parcels`, at most 100; `n` makes their numbers.
    ///
    /// # Errors
    /// [`MessageError`].
    pub fn of(cast: &Cast, parcels: &[Parcel], n: u64) -> Result<Self, MessageError> {
        let orders: Vec<_> = parcels.iter().map(|parcel| &parcel.order).collect();
        let payments: Vec<_> = parcels.iter().map(|parcel| &parcel.payment).collect();
        let waybills: Vec<_> = parcels.iter().map(|parcel| &parcel.waybill).collect();
        let declarations: Vec<_> = parcels.iter().map(|parcel| &parcel.declaration).collect();
        Ok(Self {
            orders: signed(&cast.merchant, 311, n, |e| ceb311::write(e, orders))?,
            payments: signed(&cast.institution, 411, n, |e| ceb411::write(e, payments))?,
            waybills: signed(&cast.carrier, 511, n, |e| ceb511::write(e, waybills))?,
            declarations: signed(&cast.carrier, 621, n, |e| ceb621::write(e, declarations))?,
        })
    }

    /// All four, orders first.
    pub fn into_array(self) -> [String; 4] {
        [self.orders, self.payments, self.waybills, self.declarations]
    }
}

/// The message that reports deliveries (513), from the carrier.
///
/// # Errors
/// [`MessageError`].
pub fn deliveries(cast: &Cast, parcels: &[Parcel], n: u64) -> Result<String, MessageError> {
    let deliveries: Vec<_> = parcels.iter().map(|parcel| &parcel.delivery).collect();
    signed(&cast.carrier, 513, n, |envelope| ceb513::write(envelope, deliveries))
}

/// Writes a message of `actor` and has it signed; `kind` and `n` make its number.
pub(crate) fn signed(
    actor: &Actor,
    kind: u64,
    n: u64,
    write: impl FnOnce(&Envelope<'_>) -> Result<String, Vec<tongguan_domain::defect::Defect>>,
) -> Result<String, MessageError> {
    Ok(actor.sign(&unsigned(actor, kind, n, write)?)?)
}

/// Writes a message of `actor` without a signature; `kind` and `n` make its number.
pub(crate) fn unsigned(
    actor: &Actor,
    kind: u64,
    n: u64,
    write: impl FnOnce(&Envelope<'_>) -> Result<String, Vec<tongguan_domain::defect::Defect>>,
) -> Result<String, MessageError> {
    let transfer = Transfer {
        code: actor.party.codes.first().map(|code| code.as_str()).unwrap_or_default().into(),
        name: actor.party.name.as_str().into(),
        mode: "DXP".into(),
        dxp_id: actor.mailbox().into(),
        note: None,
    };
    let guid = guid(kind, n)?;
    let envelope = Envelope {
        guid: guid.as_str(),
        transfer: &transfer,
        subscriptions: &[],
        style: Style::Compact,
    };
    Ok(write(&envelope)?)
}
