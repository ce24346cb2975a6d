//! A day of exports, and the end of its month: lodged, looked at by quarantine, arrived, examined, sealed,
//! taken back or departed, come back, consolidated; and what became of every parcel.
//!
//! A further step is a line in [`send`].

mod consolidation;
mod officers;
mod report;
#[cfg(test)]
mod tests;

use anyhow::Context as _;
use tongguan_application::clearing::engine::Engine;
use tongguan_application::deciding::Directly;
use tongguan_domain::ids::DeclarationNumber;
use tongguan_domain::month::Month;
use tongguan_testkit::traffic::crew::Crew;
use tongguan_testkit::traffic::exports::{CameBack, Day, ExportedParcel};
use tongguan_testkit::traffic::post::Letter;

use super::mail::Mail;
use super::run::{Samples, Sending};
use super::stage::Stage;
use consolidation::Consolidation;
use officers::Officers;

pub use report::ExportReport;

/// What was sent about exports, and what was done about them.
#[derive(Debug, Default)]
pub struct ExportsSent {
    messages: u64,
    documents: u64,
    /// What officers did.
    rulings: usize,
    /// Requests and tallies of what came back.
    back: CameBack,
    consolidation: Consolidation,
}

/// Sends the messages of a day, has the officers do their part, and consolidates.
///
/// # Errors
/// When a message cannot be made or stored, or an officer cannot do what must be possible.
pub fn send(
    stage: &Stage,
    crew: &Crew,
    parcels: &[ExportedParcel],
    mail: &mut Mail,
    quiet: bool,
) -> anyhow::Result<ExportsSent> {
    let mut day = Day::new(crew, parcels);
    let mut steps =
        Steps { stage, parcels, quiet, samples: Samples::default(), sent: ExportsSent::default() };
    let Some(first) = parcels.first() else { return Ok(steps.sent) };
    let consignments = day.consignments()?;
    let lodgings = day.lodgings().context("a made-up message cannot be written")?;
    steps.take(lodgings, |officers| officers.look_for_diseases())?;
    let arrivals = day.arrivals().context("an arrival cannot be written")?;
    steps.take(arrivals, |officers| {
        Ok(officers.rule()?
            + officers.seal(&consignments)?
            + officers.take_back()?
            + officers.check(&consignments)?)
    })?;
    let departures = day.departures().context("a departure cannot be written")?;
    steps.take(departures, |_| Ok(0))?;
    // Merchants learn the numbers of their declarations from their mail.
    mail.read(&stage.product)?;
    let back = day.come_back(|parcel| number(parcel, mail))?;
    let returns = day.returns(&back).context("a return cannot be written")?;
    let mut consolidation = Consolidation::default();
    let month = Month::of(first.documents.departure.left_at);
    steps.take(returns, |officers| {
        let acts = officers.let_in(mail)?;
        consolidation = Consolidation::of(stage, officers.decides, month)?;
        Ok(acts)
    })?;
    let late = day.late_departures().context("a departure cannot be written")?;
    steps.take(late, |_| Ok(0))?;
    Ok(ExportsSent { back, consolidation, ..steps.sent })
}

/// The 清单编号 of a parcel, as its parties were told it.
fn number(parcel: &ExportedParcel, mail: &Mail) -> Option<DeclarationNumber> {
    let guid = parcel.documents.declaration.filing.guid.as_str();
    let number = mail.answers.get(guid)?.number.as_deref()?;
    DeclarationNumber::parse(number).ok()
}

/// The steps of a day that were taken.
struct Steps<'s> {
    stage: &'s Stage,
    parcels: &'s [ExportedParcel],
    quiet: bool,
    samples: Samples,
    sent: ExportsSent,
}

impl Steps<'_> {
    /// Sends messages, waits until all of them are decided, and has the officers act.
    fn take(
        &mut self,
        letters: Vec<Letter>,
        act: impl FnOnce(&mut Officers<'_, '_>) -> anyhow::Result<usize>,
    ) -> anyhow::Result<()> {
        let mut engine = self.send(letters)?;
        let (stage, parcels) = (self.stage, self.parcels);
        let mut decides = Directly::with(&mut engine, &*stage.product.clock);
        let acts = act(&mut Officers { stage, parcels, decides: &mut decides });
        engine.stop()?;
        self.sent.rulings += acts?;
        Ok(())
    }

    fn send(&mut self, letters: Vec<Letter>) -> anyhow::Result<Engine> {
        let mut sending = Sending::start(self.stage, letters.len(), self.quiet)?;
        for letter in letters {
            self.samples.keep(self.stage, None, &letter)?;
            sending.submit(letter, self.stage.product.clock.now())?;
        }
        let (engine, sent) = sending.finish()?;
        self.sent.messages += sent.messages;
        self.sent.documents += sent.documents;
        Ok(engine)
    }
}
