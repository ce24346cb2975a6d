//! What is bought: parcels with what is wrong with each of them, and what must follow by plain arithmetic.

use tongguan_domain::commerce::Action;
use tongguan_domain::ids::{Guid, IdError};
use tongguan_domain::money::{Amount, Money};
use tongguan_domain::time::Moment;
use tongguan_testkit::parcels::{Document, Parcel, buyer, single_piece};
use tongguan_testkit::traffic::Dice;

use crate::scenario::Scenario;

/// What a buyer may take in a year, in fen (财关税〔2018〕49号).
pub(crate) const ANNUAL_LIMIT: i64 = 2_600_000;
/// Buyers with more than one parcel: beyond those with one.
const FIRST_REGULAR: u64 = 900_000;
const REGULARS_PARCELS: u64 = 8;
/// What the numbers of documents begin with that come again.
const AGAIN: u64 = 0xA6;

/// What is wrong with a parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// Nothing.
    Sound,
    /// It was paid for with a fen too little.
    Underpaid,
    /// It was never paid for.
    Unpaid,
    /// Its payment pays for the parcel before it, too; one of the two is unpaid.
    PaidTwiceOver,
    /// Its waybill is that of the parcel before it, too.
    ShippedTwiceOver,
}

/// What those who take part intend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Intent {
    /// To have it.
    Keep,
    /// To cancel it as soon as it is under review.
    Cancel,
    /// To send it back once it is released.
    SendBack,
}

/// One imported parcel.
#[derive(Debug)]
pub(crate) struct Trade {
    pub(crate) parcel: Parcel,
    pub(crate) flaw: Flaw,
    pub(crate) intent: Intent,
    /// Whether an officer who looks at it lets it in.
    pub(crate) pleases: bool,
    /// Which buyer, where he buys more than one.
    pub(crate) regular: Option<u64>,
    /// Goods and freight, in fen.
    pub(crate) dutiable: i64,
    /// As what its order comes again, and under which number.
    again: Option<(Action, Guid)>,
}

impl Trade {
    /// The tax on it, in fen: value-added tax of 13 % on goods and freight, of which retail imports owe 70 %, rounded
    /// half-up; no duty, and no consumption tax on such goods.
    pub(crate) const fn tax(&self) -> i64 {
        (self.dutiable * 13 * 70 + 5_000) / 10_000
    }

    pub(crate) fn order_no(&self) -> &str {
        self.parcel.order.order_no.as_str()
    }

    pub(crate) fn guid(&self) -> &str {
        self.parcel.declaration.filing.guid.as_str()
    }

    /// Whether it may come to a release at all.
    pub(crate) const fn may_pass(&self) -> bool {
        !matches!(self.flaw, Flaw::Underpaid | Flaw::Unpaid)
    }

    /// The documents that are sent of it.
    pub(crate) fn documents(&self) -> Vec<Document> {
        let mut documents = self.parcel.documents().to_vec();
        if self.flaw == Flaw::Unpaid {
            documents.remove(1);
        }
        // The order once more, under a number of its own: as a change, or as if it were new. Either is refused, or
        // changes nothing that is compared.
        if let Some((action, guid)) = &self.again {
            let mut order = self.parcel.order.clone();
            (order.filing.action, order.filing.guid) = (*action, guid.clone());
            order.filing.sent_at = order.filing.sent_at.plus_millis(1_000);
            documents.push(Document::Order(Box::new(order)));
        }
        documents
    }
}

/// The parcels of a scenario, which all were ordered at `at`.
pub(crate) fn trades(
    scenario: &Scenario,
    at: Moment,
    dice: &mut Dice,
) -> Result<Vec<Trade>, IdError> {
    let mut trades: Vec<Trade> = Vec::new();
    let of_regulars = scenario.regulars * REGULARS_PARCELS;
    for n in 1..=scenario.imports + of_regulars {
        let regular = (n > scenario.imports).then(|| FIRST_REGULAR + n % scenario.regulars.max(1));
        let flaw = match dice.below(20) {
            _ if regular.is_some() => Flaw::Sound,
            0 => Flaw::Underpaid,
            1 => Flaw::Unpaid,
            2 => Flaw::PaidTwiceOver,
            3 => Flaw::ShippedTwiceOver,
            _ => Flaw::Sound,
        };
        let intent = match dice.below(6) {
            0 => Intent::Cancel,
            1 => Intent::SendBack,
            _ => Intent::Keep,
        };
        let value = match regular {
            Some(_) => dice.between(380_000, 480_000),
            None => dice.between(5_000, 400_000),
        };
        let freight = if dice.one_in(4) { 0 } else { dice.between(500, 9_000) };
        let pleases = !dice.one_in(5);
        let before = trades.last().map(|trade| &trade.parcel);
        let fen = |fen: u64| i64::try_from(fen).unwrap_or_default();
        let value = (fen(value), fen(freight));
        let parcel = parcel(n, at, value, (flaw, regular), before)?;
        let dutiable = value.0 + value.1;
        let again = match dice.below(8) {
            0 => Some(Action::Change),
            1 => Some(Action::Create),
            _ => None,
        };
        let again = again.map(|it| Ok((it, again_guid(n)?))).transpose()?;
        trades.push(Trade { parcel, flaw, intent, pleases, regular, dutiable, again });
    }
    Ok(trades)
}

fn again_guid(n: u64) -> Result<Guid, IdError> {
    Guid::parse(&format!("{AGAIN:08X}-0000-4000-8000-{n:012X}"))
}

fn parcel(
    n: u64,
    at: Moment,
    (value, freight): (i64, i64),
    (flaw, regular): (Flaw, Option<u64>),
    before: Option<&Parcel>,
) -> Result<Parcel, IdError> {
    let amount = |fen| Amount::new(Money::from_fen(fen).to_decimal());
    let mut parcel = single_piece(n, at, value)?;
    let Parcel { order, payment, waybill, declaration, .. } = &mut parcel;
    (order.freight, declaration.freight) = (amount(freight), amount(freight));
    (order.paid, payment.amount) = (amount(value + freight), amount(value + freight));
    if let Some(n) = regular {
        order.buyer = buyer(n);
        payment.payer = buyer(n);
        declaration.buyer = buyer(n);
    }
    match (flaw, before) {
        (Flaw::Underpaid, _) => payment.amount = amount(value + freight - 1),
        (Flaw::PaidTwiceOver, Some(before)) => {
            payment.transaction = before.payment.transaction.clone();
            order.payment.transaction = Some(before.payment.transaction.clone());
        }
        (Flaw::ShippedTwiceOver, Some(before)) => {
            waybill.number = before.waybill.number.clone();
            declaration.waybill_no = before.waybill.number.clone();
        }
        _ => {}
    }
    Ok(parcel)
}
