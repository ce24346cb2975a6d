//! The post: documents put into signed messages of different sizes, in mixed order of arrival.

use std::collections::BTreeMap;

use tongguan_messages::ceb::{MessageType, ceb311, ceb411, ceb511, ceb513, ceb621};

use super::crew::{Crew, Member};
use super::dice::Dice;
use super::fault::Fault;
use super::{Extra, TrafficParcel};
use crate::cast::Actor;
use crate::parcels::{MessageError, signed, unsigned};

/// A message on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Its file name.
    pub origin: String,
    /// Its type.
    pub message: MessageType,
    /// The parcels it is about, by their place in the traffic.
    pub parcels: Vec<usize>,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Traffic as it arrives: an iterator over signed messages.
pub struct Post<'t> {
    crew: &'t Crew,
    parcels: &'t [TrafficParcel],
    batches: std::vec::IntoIter<Batch>,
    sent: u64,
}

/// Which document of a parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Piece {
    Order,
    Payment,
    Waybill,
    Declaration,
    Delivery,
    Extra,
}

/// What is done to a message before it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Treatment {
    Signed,
    Unsigned,
    SignedByAnother,
    Untrusted,
    Changed,
    Truncated,
}

/// A document on its way.
#[derive(Debug, Clone, Copy)]
struct Sending {
    parcel: usize,
    piece: Piece,
    message: MessageType,
    signer: Member,
    treatment: Treatment,
    /// Whether it has a message of its own.
    alone: bool,
    /// What waits for what: everything of one wave comes before the next.
    wave: u8,
}

/// The documents of one message.
#[derive(Debug, Clone)]
struct Batch {
    message: MessageType,
    signer: Member,
    treatment: Treatment,
    documents: Vec<(usize, Piece)>,
}

/// How many documents messages have.
const SIZES: [usize; 8] = [1, 1, 2, 3, 8, 20, 60, 100];

impl<'t> Post<'t> {
    /// The post of some traffic.
    pub fn new(crew: &'t Crew, parcels: &'t [TrafficParcel], seed: u64) -> Self {
        let mut dice = Dice::new(seed, "post", 0);
        let mut sendings: Vec<_> =
            (0..).zip(parcels).flat_map(|(index, parcel)| sendings(index, parcel)).collect();
        dice.shuffle(&mut sendings);
        sendings.sort_by_key(|sending| sending.wave);
        let batches = gather(&sendings, &mut dice).into_iter();
        Self { crew, parcels, batches, sent: 0 }
    }

    /// How many messages are still to come.
    pub fn len(&self) -> usize {
        self.batches.len()
    }

    /// Whether no message is to come.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn write(&self, batch: &Batch, n: u64) -> Result<Letter, MessageError> {
        let text = self.text(batch, n)?;
        let bytes = match batch.treatment {
            // Somewhere behind the signed head, in the middle of an element.
            Treatment::Truncated => text.as_bytes()[..text.len() / 2].to_vec(),
            Treatment::Changed => {
                text.replacen("<packNo>1</packNo>", "<packNo>3</packNo>", 1).replacen(
                    "<ceb:packNo>1</ceb:packNo>",
                    "<ceb:packNo>3</ceb:packNo>",
                    1,
                )
            }
            .into_bytes(),
            _ => text.into_bytes(),
        };
        Ok(Letter {
            origin: format!("{n:07}-{}.xml", batch.message.code()),
            message: batch.message,
            parcels: batch.documents.iter().map(|(parcel, _)| *parcel).collect(),
            bytes,
        })
    }

    fn text(&self, batch: &Batch, n: u64) -> Result<String, MessageError> {
        let kind = MESSAGE_NUMBERS;
        let sender = self.crew.actor(batch.signer);
        let write = |envelope: &tongguan_messages::write::Envelope<'_>| match batch.message {
            MessageType::Ceb311 => ceb311::write(envelope, self.of(batch, order)),
            MessageType::Ceb411 => ceb411::write(envelope, self.of(batch, payment)),
            MessageType::Ceb511 => ceb511::write(envelope, self.of(batch, waybill)),
            MessageType::Ceb513 => ceb513::write(
                envelope,
                self.of(batch, |parcel, _| Some(&parcel.documents.delivery)),
            ),
            _ => ceb621::write(envelope, self.of(batch, declaration)),
        };
        match batch.treatment {
            Treatment::Unsigned => unsigned(sender, kind, n, write),
            Treatment::SignedByAnother => {
                let text = unsigned(sender, kind, n, write)?;
                Ok(self.outsider(batch).sign(&text)?)
            }
            Treatment::Untrusted => {
                let text = unsigned(sender, kind, n, write)?;
                Ok(self.crew.stranger().sign(&text)?)
            }
            Treatment::Signed | Treatment::Changed | Treatment::Truncated => {
                signed(sender, kind, n, write)
            }
        }
    }

    /// Somebody registered who has no part in declarations: the payment institution.
    fn outsider(&self, batch: &Batch) -> &Actor {
        let team = batch.documents.first().map(|(parcel, _)| self.parcels[*parcel].team);
        self.crew.actor(team.map_or(batch.signer, |team| team.institution))
    }

    fn of<D: 't>(
        &self,
        batch: &Batch,
        document: impl Fn(&'t TrafficParcel, Piece) -> Option<&'t D>,
    ) -> Vec<&'t D> {
        let documents = batch.documents.iter();
        documents.filter_map(|(parcel, piece)| document(&self.parcels[*parcel], *piece)).collect()
    }
}

impl Iterator for Post<'_> {
    type Item = Result<Letter, MessageError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.batches.next()?;
        self.sent += 1;
        Some(self.write(&batch, self.sent))
    }
}

/// Kind of the guid of every message.
const MESSAGE_NUMBERS: u64 = 1;

macro_rules! document {
    ($name:ident, $type:path, $extra:ident) => {
        fn $name(parcel: &TrafficParcel, piece: Piece) -> Option<&$type> {
            match (piece, &parcel.extra) {
                (Piece::Extra, Some(Extra::$extra(document))) => Some(document),
                (Piece::Extra, _) => None,
                _ => Some(&parcel.documents.$name),
            }
        }
    };
}

document!(order, tongguan_domain::commerce::Order, Order);
document!(payment, tongguan_domain::commerce::Payment, Payment);
document!(waybill, tongguan_domain::commerce::Waybill, Waybill);
document!(declaration, tongguan_domain::declaration::ImportDeclaration, Declaration);

/// What is sent about a parcel, and when.
fn sendings(parcel: usize, of: &TrafficParcel) -> Vec<Sending> {
    let team = of.team;
    let institution = team.institution;
    let make = |piece, message, signer| Sending {
        parcel,
        piece,
        message,
        signer,
        treatment: Treatment::Signed,
        alone: false,
        wave: 0,
    };
    let mut order = make(Piece::Order, MessageType::Ceb311, team.merchant);
    let mut payment = make(Piece::Payment, MessageType::Ceb411, institution);
    let mut waybill = make(Piece::Waybill, MessageType::Ceb511, team.carrier);
    let mut declaration = make(Piece::Declaration, MessageType::Ceb621, team.declarant);
    match of.fault {
        Some(Fault::UnsignedOrder) => order.treat(Treatment::Unsigned),
        Some(Fault::UnsignedPayment) => payment.treat(Treatment::Unsigned),
        Some(Fault::UnsignedWaybill) => waybill.treat(Treatment::Unsigned),
        Some(Fault::UnsignedDeclaration) => declaration.treat(Treatment::Unsigned),
        Some(Fault::SignedByAnother) => declaration.treat(Treatment::SignedByAnother),
        Some(Fault::UntrustedSigner) => declaration.treat(Treatment::Untrusted),
        Some(Fault::ChangedAfterSigning) => declaration.treat(Treatment::Changed),
        Some(Fault::TruncatedMessage) => declaration.treat(Treatment::Truncated),
        Some(Fault::AnnualLimit | Fault::OverYearlyQuantity) => declaration.wave = 1,
        Some(Fault::LateOrder) => order.wave = 2,
        Some(Fault::SameMessageAgain) => declaration.alone = true,
        _ => {}
    }
    let mut all = vec![order, payment, waybill, declaration];
    match of.fault {
        Some(Fault::MissingOrder) => all.retain(|sending| sending.piece != Piece::Order),
        Some(Fault::MissingPayment) => all.retain(|sending| sending.piece != Piece::Payment),
        Some(Fault::MissingWaybill) => all.retain(|sending| sending.piece != Piece::Waybill),
        Some(Fault::SameMessageAgain) => all.push(Sending { wave: 1, ..declaration }),
        _ => {}
    }
    if let Some(extra) = &of.extra {
        let original = match extra {
            Extra::Order(_) => order,
            Extra::Payment(_) => payment,
            Extra::Waybill(_) => waybill,
            Extra::Declaration(_) => declaration,
        };
        all.push(Sending { piece: Piece::Extra, wave: 1, ..original });
    }
    if of.delivered {
        all.push(make(Piece::Delivery, MessageType::Ceb513, team.carrier));
    }
    all
}

impl Sending {
    fn treat(&mut self, treatment: Treatment) {
        self.treatment = treatment;
        self.alone = true;
    }
}

/// Fills messages in order of arrival; a message is sent when it is full, or at the end of its wave.
fn gather(sendings: &[Sending], dice: &mut Dice) -> Vec<Batch> {
    let mut batches = Vec::new();
    let mut open: BTreeMap<(&str, Member), (usize, Batch)> = BTreeMap::new();
    let mut wave = 0;
    for sending in sendings {
        if sending.wave != wave {
            wave = sending.wave;
            close(&mut open, &mut batches, dice);
        }
        let document = (sending.parcel, sending.piece);
        if sending.alone {
            batches.push(sending.batch(vec![document]));
            continue;
        }
        let key = (sending.message.code(), sending.signer);
        let (size, batch) =
            open.entry(key).or_insert_with(|| (*dice.pick(&SIZES), sending.batch(Vec::new())));
        batch.documents.push(document);
        if batch.documents.len() >= *size
            && let Some((_, batch)) = open.remove(&key)
        {
            batches.push(batch);
        }
    }
    close(&mut open, &mut batches, dice);
    batches
}

impl Sending {
    const fn batch(&self, documents: Vec<(usize, Piece)>) -> Batch {
        Batch { message: self.message, signer: self.signer, treatment: self.treatment, documents }
    }
}

fn close(
    open: &mut BTreeMap<(&str, Member), (usize, Batch)>,
    batches: &mut Vec<Batch>,
    dice: &mut Dice,
) {
    let mut rest: Vec<_> = std::mem::take(open).into_values().map(|(_, batch)| batch).collect();
    dice.shuffle(&mut rest);
    batches.extend(rest);
}
