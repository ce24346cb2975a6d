//! Deciding: a pure fold over a batch, in order of arrival.
//!
//! [`decide`] takes one thing that came in and a [`Draft`] of the working set, and leaves in the draft
//! what follows: changed records, responses, postings, audit entries. It reads no clock and asks
//! nobody; [`Circumstances`] hold what is the same for the whole batch.

mod admission;
mod allowance;
mod cancellation;
mod case;
mod consolidation;
mod declaration;
mod declare;
mod delivery;
mod due;
mod export;
mod export_return;
mod facility;
pub mod goods;
mod guarantee;
mod matching;
mod relay;
mod reply;
mod returns;
mod rules;
mod ruling;
pub mod stock;
mod trade;
mod zone;

pub(super) use consolidation::wanted;
pub use consolidation::{Moved, RESULT_LINES};
pub use export::export_missing;
pub use rules::ALL as RULES;
pub use zone::reason as zone_reason;

use tongguan_domain::ids::{DeclarationId, MessageId, OfficeCode, ReturnId};
use tongguan_domain::lane::Draw;
use tongguan_domain::status::ReturnStatus;
use tongguan_domain::time::Moment;
use tongguan_messages::response::Quoted;

use super::incoming::{Filed, FiledDocument, FiledFacts, Incoming, Submitted};
use super::outcome::Cause;
use super::record::DeclarationRecord;
use super::settings::{OfficeSettings, Settings};
use super::working_set::Draft;
use crate::numbering::{Serials, SeriesExhausted};
use reply::Replying;

/// What is the same for every decision of a batch.
#[derive(Debug)]
pub struct Circumstances<'b> {
    /// The instant of the batch.
    pub at: Moment,
    /// The settings of all offices.
    pub settings: &'b Settings,
    /// Official numbers.
    pub serials: &'b Serials,
    /// The secret from which draws are made.
    pub draws: &'b dyn Draws,
}

/// Chance that can be replayed: the head of HMAC(office secret, declaration id).
pub trait Draws: std::fmt::Debug {
    /// The draw of a declaration.
    fn draw(&self, office: OfficeCode, declaration: DeclarationId) -> Draw;
    /// Another draw of it, for the samples of quarantine: it says nothing about the first.
    fn sample(&self, office: OfficeCode, declaration: DeclarationId) -> Draw;
    /// A third draw of it, for payment evidence.
    fn evidence(&self, office: OfficeCode, declaration: DeclarationId) -> Draw;
}

impl Circumstances<'_> {
    fn office(&self, office: OfficeCode) -> &OfficeSettings {
        self.settings.office(office)
    }
}

/// Why a thing could not be decided at all. A document is held and an operator is told; a command goes
/// back to whoever gave it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Undecidable {
    /// No official number is left.
    #[error(transparent)]
    Series(#[from] SeriesExhausted),
    /// An account would leave the range of 92 quadrillion yuan.
    #[error("an account would overflow")]
    Overflow(#[from] tongguan_domain::money::MoneyOverflow),
    /// A quantity account would overflow, or give back more than it holds.
    #[error("an account of quantities would overflow or fall below nothing")]
    Quantity(#[from] tongguan_domain::quantity::QuantityOutOfRange),
    /// A bonded stock does not allow it.
    #[error("a bonded stock does not allow it: {0}")]
    Stock(#[from] tongguan_domain::bonded::stock::StockRefused),
    /// The declaration is not stored.
    #[error("declaration {0} is not stored")]
    NoSuchDeclaration(DeclarationId),
    /// Only what was stored can be declared.
    #[error("declaration {id} is at status {at}, so it cannot be declared any more")]
    NotStored {
        /// Which.
        id: DeclarationId,
        /// The status at which it stands.
        at: ReturnStatus,
    },
    /// The guarantee that the declaration counts on is gone.
    #[error("the guarantor of declaration {0} has no guarantee")]
    NoGuarantee(DeclarationId),
    /// The declaration has gone on since the officer saw it.
    #[error("declaration {id} does not stand at status {seen} any more: look at it again")]
    MovedOn {
        /// Which.
        id: DeclarationId,
        /// Where it was seen.
        seen: ReturnStatus,
    },
    /// The ruling does not fit where the declaration stands.
    #[error(transparent)]
    NotAllowed(#[from] tongguan_domain::declaration::NotAllowed),
    /// The step does not fit where the export declaration stands.
    #[error(transparent)]
    StepRefused(#[from] tongguan_domain::declaration::StepRefused),
    /// The step does not fit where the return of exported goods stands.
    #[error(transparent)]
    ExportReturnStepRefused(#[from] tongguan_domain::readmission::ExportReturnStepRefused),
    /// The return is not stored.
    #[error("return {0} is not stored")]
    NoSuchExportReturn(tongguan_domain::readmission::ExportReturnId),
    /// The office examines goods at the supervised place, before they are loaded, and they are not there.
    #[error(
        "the goods of declaration {0} have not arrived where they are to be examined before loading"
    )]
    ExaminedBeforeArrival(DeclarationId),
    /// It cannot be done with goods under seal.
    #[error(transparent)]
    Transit(#[from] tongguan_domain::transit::TransitRefused),
    /// It cannot be said of the quarantine of a parcel.
    #[error(transparent)]
    Quarantine(#[from] tongguan_domain::quarantine::QuarantineRefused),
    /// No request to cancel it waits for an officer.
    #[error("no request to cancel {0} waits for an officer")]
    NoSuchCancellation(String),
    /// The declaration that was to be cancelled has gone on, or has ended.
    #[error("declaration {number} can be cancelled no more ({why}): refuse the request")]
    CancelledTooLate {
        /// Which.
        number: String,
        /// Where it stands.
        why: String,
    },
    /// The declaration cannot be cancelled where it stands.
    #[error(transparent)]
    NotCancellable(#[from] tongguan_domain::declaration::NotCancellable),
    /// The return is not stored.
    #[error("return {0} is not stored")]
    NoSuchReturn(ReturnId),
    /// No such message was relayed.
    #[error("message {n} was not relayed", n = .0.0)]
    NoSuchRelay(MessageId),
    /// Only what was given up can be tried again, or left at that.
    #[error("message {n} was not given up", n = .0.0)]
    NotGivenUp(MessageId),
    /// The step does not fit where the return stands.
    #[error(transparent)]
    ReturnStepRefused(#[from] tongguan_domain::returns::ReturnStepRefused),
    /// No way leads from where the declaration stands to where it was to go.
    #[error("declaration {id} at status {from} cannot go to status {to}")]
    NoWay {
        /// Which.
        id: DeclarationId,
        /// The status at which it stands.
        from: ReturnStatus,
        /// The status of the state that was to follow.
        to: ReturnStatus,
    },

    /// The step does not fit where the request to consolidate stands.
    #[error(transparent)]
    RequestStepRefused(#[from] tongguan_domain::consolidation::RequestStepRefused),
    /// What was merged does not fit what is stored any more.
    #[error(transparent)]
    Moved(#[from] Moved),
    /// The declaration has a line without a rate and cannot be accepted before there is one.
    #[error("declaration {0} has a line without a tax rate; import the rate first")]
    NoRate(DeclarationId),
    /// The rules' own code broke.
    #[error("panicked: {0}")]
    Panicked(String),
}

/// What a declaration waits for, as the bits of its waiting row.
pub fn matching_missing(draft: &Draft<'_>, declaration: &DeclarationRecord, at: Moment) -> i64 {
    matching::missing(draft, at, declaration).bits()
}

/// Decides one thing. `id` is taken if it turns out to be a new declaration.
///
/// # Errors
/// [`Undecidable`]; the draft is to be dropped then.
pub fn decide(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    incoming: &Incoming,
    id: DeclarationId,
) -> Result<(), Undecidable> {
    match incoming {
        Incoming::Document(submitted) => decide_document(draft, circumstances, submitted, id),
        Incoming::Ruling { declaration, only_at: Some(seen), .. }
            if moved_on(draft, *declaration, *seen).is_some() =>
        {
            Err(Undecidable::MovedOn { id: *declaration, seen: *seen })
        }
        Incoming::Ruling { declaration, ruling, officer, reason, .. }
            if draft.export(*declaration).is_some() =>
        {
            export::rule(draft, circumstances, *declaration, *ruling, officer, reason)
        }
        Incoming::Declare { declaration, signed } if draft.export(*declaration).is_some() => {
            export::declare_stored(
                draft,
                circumstances,
                *declaration,
                Cause::Signed(signed.clone()),
            )
        }
        Incoming::Due(declaration) if draft.export(*declaration).is_some() => {
            export::due(draft, circumstances, *declaration)
        }
        Incoming::Cancellation(command) => cancellation::rule(draft, circumstances, command),
        Incoming::Transit(command) => export::transit(draft, circumstances, command),
        Incoming::Quarantine(command) => export::quarantine(draft, circumstances, command),
        Incoming::Ruling { declaration, ruling, officer, reason, reassessed, .. } => {
            let ruled = ruling::Ruling { ruling: *ruling, officer, reason, reassessed };
            ruling::decide(draft, circumstances, *declaration, ruled)
        }
        Incoming::Declare { declaration, signed } => declare::declare_stored(
            draft,
            circumstances,
            *declaration,
            Cause::Signed(signed.clone()),
        ),
        Incoming::Due(declaration) => due::decide(draft, circumstances, *declaration),
        Incoming::Return(command) => returns::event(draft, circumstances, command),
        Incoming::GuaranteeChanged(queue) => guarantee::decide(draft, circumstances, queue),
        Incoming::ExportReturnRuling { id, ruling, officer, reason } => {
            let (officer, reason) = (officer.clone(), reason.clone());
            export_return::rule(draft, circumstances, *id, *ruling, officer, reason)
        }
        Incoming::Exchange { id, order_no } => export_return::exchange(draft, *id, order_no),
        Incoming::Consolidate(what) => consolidation::consolidate(draft, circumstances, what),
        Incoming::Zone(document) => zone::submitted(draft, circumstances, document),
        Incoming::ZoneNews(news) => zone::news(draft, circumstances, news),
        Incoming::Relayed(relayed) => relay::take(draft, circumstances, relayed),
        Incoming::RelayStep(step) => relay::step(draft, circumstances, step),
        Incoming::FromUpstream(came) => relay::answered(draft, circumstances, came),
    }
}

/// Where a declaration stands, if that is not where it was seen.
fn moved_on(draft: &Draft<'_>, id: DeclarationId, seen: ReturnStatus) -> Option<ReturnStatus> {
    let import = draft.declaration(id).map(|record| record.state.status());
    let stands = import.or_else(|| draft.export(id).map(|record| record.state.status()))?;
    (stands != seen).then_some(stands)
}

fn decide_document(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    submitted: &Submitted,
    id: DeclarationId,
) -> Result<(), Undecidable> {
    match &submitted.filed {
        Filed::TurnedAway { message, partition, defects } => {
            let mut replying = Replying::unkeyed(circumstances, submitted, *partition);
            if submitted.answer.quote.has(Quoted::PROVISIONAL_NO) {
                replying.number(
                    circumstances.serials.provisional_number(*partition, circumstances.at)?,
                );
            }
            replying.refuse(defects);
            replying.send_unkeyed(draft, *message);
            Ok(())
        }
        Filed::Document(filed) => decide_filed(draft, circumstances, submitted, filed, id),
    }
}

fn decide_filed(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    submitted: &Submitted,
    filed: &FiledDocument,
    id: DeclarationId,
) -> Result<(), Undecidable> {
    match &filed.verdict {
        Ok(FiledFacts::Order(facts)) => trade::order(draft, circumstances, submitted, filed, facts),
        Ok(FiledFacts::Payment(facts)) => {
            trade::payment(draft, circumstances, submitted, filed, facts)
        }
        Ok(FiledFacts::Waybill(facts)) => {
            trade::waybill(draft, circumstances, submitted, filed, facts)
        }
        Ok(FiledFacts::Delivery(facts)) => {
            delivery::decide(draft, circumstances, submitted, filed, facts)
        }
        Ok(FiledFacts::Declaration(lodging)) => {
            declaration::lodge(draft, circumstances, submitted, filed, lodging, id)
        }
        Ok(FiledFacts::ExportOrder(facts)) => {
            export::order(draft, circumstances, submitted, filed, facts)
        }
        Ok(FiledFacts::Collection(facts)) => {
            export::collection(draft, circumstances, submitted, filed, facts)
        }
        Ok(FiledFacts::ExportWaybill(facts)) => {
            export::waybill(draft, circumstances, submitted, filed, facts)
        }
        Ok(FiledFacts::Export(lodging)) => {
            export::lodge(draft, circumstances, submitted, filed, lodging, id)
        }
        Ok(FiledFacts::Arrival(facts)) => {
            export::arrival(draft, circumstances, submitted, filed, facts)
        }
        Ok(FiledFacts::Departure(facts)) => {
            export::departure(draft, circumstances, submitted, filed, facts)
        }
        Ok(FiledFacts::ExportReturn(asked)) => {
            export_return::request(draft, circumstances, submitted, filed, asked)
        }
        Ok(FiledFacts::ReturnTally(found)) => {
            export_return::tally(draft, circumstances, submitted, filed, found)
        }
        Ok(FiledFacts::Cancellation(facts)) => {
            cancellation::import(draft, circumstances, submitted, filed, facts)
        }
        Ok(FiledFacts::ExportCancellation(facts)) => {
            cancellation::export(draft, circumstances, submitted, filed, facts)
        }
        Ok(FiledFacts::Return(facts)) => {
            returns::request(draft, circumstances, submitted, filed, facts, id)
        }
        Ok(FiledFacts::MasterBill(facts)) => {
            export::master_bill(draft, circumstances, submitted, filed, facts)
        }
        Ok(FiledFacts::Consolidation(requested)) => {
            consolidation::request(draft, circumstances, submitted, filed, requested)
        }
        Ok(FiledFacts::WarehouseEntry(facts)) => {
            facility::enter(draft, circumstances, submitted, filed, facts)
        }
        Err(defects) => trade::refused(draft, circumstances, submitted, filed, defects),
    }
}
