//! Made-up parcels of a test enterprise: signed messages, ready to be sent.

use std::sync::PoisonError;
use std::time::Duration;

use crossbeam_channel::{RecvTimeoutError, bounded};
use tongguan_domain::defect::Defect;
use tongguan_domain::ids::{
    FunctionalReference, Guid, IdError, OrderNumber, PaymentTransaction, WaybillNumber,
};
use tongguan_domain::time::Moment;
use tongguan_messages::ceb::{Transfer, ceb311, ceb411, ceb511, ceb621};
use tongguan_messages::sample;
use tongguan_messages::signature::SignError;
use tongguan_messages::write::{Envelope, Style};

use super::enterprise::{Enterprise, Kind, Member};
use super::officers::Outcome;
use crate::intake::Way;
use crate::reception::{Handed, NotTaken, Receipt, Reception};

/// What a declaration waits for that is to wait: its payment, of an export its waybill.
const AWAITED: [&str; 2] = ["CEB411.xml", "CEB505.xml"];

/// Which way a parcel goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// Imported, bought abroad (直购进口, 9610).
    Import,
    /// Imported, sold from bonded stock (网购保税进口, 1210).
    Bonded,
    /// Exported (出口, 9610).
    Export,
}

/// A signed message, with the name of its file.
pub type Signed = (&'static str, String);

/// A parcel that is ready to be sent.
#[derive(Debug, Clone)]
pub struct Ready {
    /// The messages: order, payment, waybill, declaration; of an export order, waybill, declaration and arrival.
    /// Without the payment, or the waybill of an export, where the declaration is to wait for it.
    pub messages: Vec<Signed>,
    /// Those that are sent once officers have looked: of an export that is to be released its master bill and
    /// departure.
    pub afterwards: Vec<Signed>,
}

/// A parcel could not be made or sent.
#[derive(Debug, thiserror::Error)]
pub enum ParcelError {
    /// A made-up number is none.
    #[error(transparent)]
    Id(#[from] IdError),
    /// A document does not fit the schema.
    #[error("{} values do not fit the schema", .0.len())]
    Unwritable(Vec<Defect>),
    /// It could not be signed.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// It was not taken.
    #[error(transparent)]
    NotTaken(#[from] NotTaken),
    /// It could not be kept, or no answer came in time.
    #[error("the message was not kept: {0}")]
    NotKept(String),
}

impl From<Vec<Defect>> for ParcelError {
    fn from(defects: Vec<Defect>) -> Self {
        Self::Unwritable(defects)
    }
}

impl Enterprise {
    /// The signed messages of its next parcel, whose order number asks for an outcome.
    ///
    /// # Errors
    /// [`ParcelError`].
    pub fn parcel(&self, flow: Flow, outcome: Outcome, now: Moment) -> Result<Ready, ParcelError> {
        let mut orders = self.orders();
        let n = (1..).take(orders.len() + 1).last().unwrap_or(1);
        let text = format!("SBX{:03}-{n:06}{}", self.number, outcome.ending());
        let order_no = OrderNumber::parse(&text)?;
        let at = whole_second(now);
        let (mut messages, mut afterwards) = match flow {
            Flow::Import | Flow::Bonded => (self.messages(flow, &order_no, n, at)?, Vec::new()),
            Flow::Export => self.exported(&order_no, n, at)?,
        };
        if outcome == Outcome::Expire {
            messages.retain(|(name, _)| !AWAITED.contains(name));
        }
        if outcome != Outcome::Release {
            afterwards.clear();
        }
        orders.push(order_no);
        Ok(Ready { messages, afterwards })
    }

    /// The messages of a first parcel, for whoever sends them by other means: the same ones each time.
    ///
    /// # Errors
    /// [`ParcelError`].
    pub fn first(&self, now: Moment) -> Result<Ready, ParcelError> {
        let mut first = self.first.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ready) = &*first {
            return Ok(ready.clone());
        }
        let ready = self.parcel(Flow::Import, Outcome::Release, now)?;
        Ok(first.insert(ready).clone())
    }

    fn messages(
        &self,
        flow: Flow,
        order_no: &OrderNumber,
        n: u64,
        at: Moment,
    ) -> Result<Vec<Signed>, ParcelError> {
        let mut parcel = sample::parcel()?;
        if flow == Flow::Bonded {
            self.take_from_stock(&mut parcel)?;
        }
        let sample::Parcel { mut order, mut payment, mut waybill, mut declaration, .. } = parcel;
        let [platform, merchant, institution, carrier] =
            Kind::ALL.map(|kind| &self.member(kind).party);
        let filings =
            [&mut order.filing, &mut payment.filing, &mut waybill.filing, &mut declaration.filing];
        for (kind, filing) in (1..).zip(filings) {
            (filing.guid, filing.sent_at) = (self.guid(kind, n)?, at);
        }
        let waybill_no = WaybillNumber::parse(&format!("SB{:03}{n:06}CN", self.number))?;
        let transaction = PaymentTransaction::parse(&format!("SBX{:03}{n:012}", self.number))?;
        // The limit of a year is each buyer's own.
        let buyer = sample::made_up_buyer(self.number * 1000 + n);
        order.order_no = order_no.clone();
        (order.platform, order.merchant) = (platform.clone(), merchant.clone());
        order.payment.institution = Some(institution.code.clone());
        order.payment.institution_name = Some(institution.name.as_str().into());
        order.payment.transaction = Some(transaction.clone());
        order.buyer = buyer.clone();
        payment.order_no = order_no.clone();
        (payment.institution, payment.platform) = (institution.clone(), platform.clone());
        (payment.transaction, payment.payer, payment.paid_at) = (transaction, buyer.clone(), at);
        waybill.order_no = Some(order_no.clone());
        (waybill.carrier, waybill.number) = (carrier.clone(), waybill_no.clone());
        declaration.order_no = order_no.clone();
        (declaration.platform, declaration.merchant) = (platform.clone(), merchant.clone());
        (declaration.carrier, declaration.declarant) = (carrier.clone(), carrier.clone());
        declaration.guarantor = platform.code.clone();
        if flow == Flow::Bonded {
            declaration.bonded.warehouse = Some(carrier.code.clone());
            declaration.bonded.warehouse_name = Some(carrier.name.as_str().into());
        }
        (declaration.office, declaration.port) = (self.office, self.office);
        (declaration.waybill_no, declaration.buyer) = (waybill_no, buyer);
        (declaration.declared_on, declaration.arrived_on) = (at.china_day(), Some(at.china_day()));
        let reference = FunctionalReference::parse(&format!("SBX{:03}{n:012}", self.number))?;
        declaration.reference = Some(reference);
        for item in &mut declaration.items {
            // The code that the built-in rates know.
            if &*item.hs_code == "1901101000" {
                item.hs_code = "1901101090".into();
            }
        }
        let [_, merchant, institution, carrier] = Kind::ALL.map(|kind| self.member(kind));
        Ok(vec![
            ("CEB311.xml", self.signed(merchant, 11, n, |e| ceb311::write(e, [&order]))?),
            ("CEB411.xml", self.signed(institution, 12, n, |e| ceb411::write(e, [&payment]))?),
            ("CEB511.xml", self.signed(carrier, 13, n, |e| ceb511::write(e, [&waybill]))?),
            ("CEB621.xml", self.signed(carrier, 14, n, |e| ceb621::write(e, [&declaration]))?),
        ])
    }

    pub(super) fn signed(
        &self,
        member: &Member,
        kind: u64,
        n: u64,
        write: impl FnOnce(&Envelope<'_>) -> Result<String, Vec<Defect>>,
    ) -> Result<String, ParcelError> {
        let transfer = Transfer {
            code: member.party.code.as_str().into(),
            name: member.party.name.as_str().into(),
            mode: "DXP".into(),
            dxp_id: member.mailbox.as_str().into(),
            note: None,
        };
        let guid = self.guid(kind, n)?;
        let (guid, style) = (guid.as_str(), Style::Compact);
        let envelope = Envelope { guid, transfer: &transfer, subscriptions: &[], style };
        Ok(member.sign(&write(&envelope)?)?)
    }

    pub(super) fn guid(&self, kind: u64, n: u64) -> Result<Guid, IdError> {
        Guid::parse(&format!("{kind:08X}-5B0C-4000-8000-{:04X}{n:08X}", self.number))
    }
}

/// Sends messages one after the other, as a client does. Waits for each, so it must not be called where others
/// would wait with it.
///
/// # Errors
/// [`ParcelError`]; those before the one that failed are sent.
pub fn send(
    messages: Vec<Signed>,
    reception: &Reception,
    patience: Duration,
) -> Result<(), ParcelError> {
    for (name, message) in messages {
        let (reply, receipt) = bounded::<Receipt>(1);
        reception.hand_over(Handed {
            origin: name.to_owned(),
            sender: None,
            way: Way::Party,
            bytes: message.into_bytes(),
            // It has room for the answer.
            reply: Box::new(move |receipt| drop(reply.try_send(receipt))),
        })?;
        let receipt = receipt.recv_timeout(patience).map_err(|error| {
            ParcelError::NotKept(match error {
                RecvTimeoutError::Timeout => "no answer came in time".to_owned(),
                RecvTimeoutError::Disconnected => "the service ended".to_owned(),
            })
        })?;
        receipt.outcome.map_err(ParcelError::NotKept)?;
    }
    Ok(())
}

impl Flow {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Import, Self::Bonded, Self::Export];

    /// Its name in forms.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::Bonded => "bonded",
            Self::Export => "export",
        }
    }

    /// Its name for people, in Chinese and English.
    pub const fn title(self) -> (&'static str, &'static str) {
        match self {
            Self::Import => ("直购进口（9610）", "an import, bought abroad (9610)"),
            Self::Bonded => ("网购保税进口（1210）", "an import from bonded stock (1210)"),
            Self::Export => ("出口（9610）", "an export (9610)"),
        }
    }

    /// The one of that name; an import where none is given.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "" => Some(Self::Import),
            name => Self::ALL.into_iter().find(|flow| flow.name() == name),
        }
    }
}

/// Times in messages have no fractions.
fn whole_second(at: Moment) -> Moment {
    Moment::from_micros(at.micros().div_euclid(1_000_000) * 1_000_000)
}
