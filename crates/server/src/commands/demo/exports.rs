//! A day of exports: lodged, arrived, examined, departed, and what became of every parcel.
//!
//! A further step, such as seals before the departure, is a line in [`send`].

use std::collections::BTreeMap;
use std::io::{self, Write};

use anyhow::Context as _;
use serde::Serialize;
use tongguan_application::clearing::engine::Engine;
use tongguan_application::clearing::record::{DocumentKind, DossierKey, Facts};
use tongguan_application::clearing::rows;
use tongguan_application::pipeline;
use tongguan_domain::ids::DeclarationId;
use tongguan_testkit::traffic::crew::Crew;
use tongguan_testkit::traffic::exports::{Day, ExportedParcel};
use tongguan_testkit::traffic::post::Letter;

use super::mail::{Answer, Mail};
use super::report::{Difference, Outcome, Story, describe, table};
use super::run::{Samples, Sending, ruled};
use super::stage::Stage;

/// What was sent about exports.
#[derive(Debug, Default)]
pub struct ExportsSent {
    messages: u64,
    documents: u64,
    rulings: usize,
}

/// Sends the messages of a day, and has the officers rule between arrival and departure.
///
/// # Errors
/// When a message cannot be made or stored.
pub fn send(
    stage: &Stage,
    crew: &Crew,
    parcels: &[ExportedParcel],
    quiet: bool,
) -> anyhow::Result<ExportsSent> {
    let mut day = Day::new(crew, parcels);
    let mut steps =
        Steps { stage, quiet, samples: Samples::default(), sent: ExportsSent::default() };
    steps.send(day.lodgings().context("a made-up message cannot be written")?)?.stop()?;
    let mut engine = steps.send(day.arrivals().context("an arrival cannot be written")?)?;
    steps.sent.rulings = rule(stage, &mut engine, parcels)?;
    engine.stop()?;
    steps.send(day.departures().context("a departure cannot be written")?)?.stop()?;
    Ok(steps.sent)
}

/// The steps of a day that were taken.
struct Steps<'s> {
    stage: &'s Stage,
    quiet: bool,
    samples: Samples,
    sent: ExportsSent,
}

impl Steps<'_> {
    /// Sends messages and waits until all of them are decided.
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

/// Officers rule on what was examined; the rest is left in their queue.
fn rule(stage: &Stage, engine: &mut Engine, parcels: &[ExportedParcel]) -> anyhow::Result<usize> {
    let mut commands = Vec::new();
    for parcel in parcels {
        let Some(ruling) = parcel.story.ruling() else { continue };
        let id = declared(stage, parcel)?.context("an export was examined and is not stored")?;
        commands.push(ruled(id, ruling));
    }
    for chunk in commands.chunks(500) {
        pipeline::commit(engine, &[], chunk, &*stage.product.clock)?;
    }
    Ok(commands.len())
}

/// The id of a parcel's declaration.
fn declared(stage: &Stage, parcel: &ExportedParcel) -> anyhow::Result<Option<DeclarationId>> {
    let dossier = DossierKey::of_order(&parcel.documents.order.order_no);
    let key = (dossier.partition, &*dossier.order_no);
    let documents = stage.product.store.read(|view| view.documents_of_orders(&[key]))?;
    for row in documents {
        if row.kind != DocumentKind::Export.code() {
            continue;
        }
        if let Some(Facts::Export(id)) = rows::read_document(row)?.facts.as_deref() {
            return Ok(Some(*id));
        }
    }
    Ok(None)
}

/// What became of the day.
#[derive(Debug, Serialize)]
pub struct ExportReport {
    parcels: usize,
    messages: u64,
    documents: u64,
    rulings: usize,
    /// Parcels by outcome.
    outcomes: Vec<Outcome>,
    /// Parcels by outcome and story.
    stories: Vec<Story>,
    /// How many parcels ended otherwise than they must.
    differing: usize,
    differences: Vec<Difference>,
}

impl ExportReport {
    /// Compares what happened with what had to.
    pub fn of(parcels: &[ExportedParcel], sent: &ExportsSent, mail: &Mail) -> Self {
        let mut stories = BTreeMap::<(i32, &str), (u64, u64)>::new();
        let mut outcomes = BTreeMap::<i32, u64>::new();
        let mut differences = Vec::new();
        for parcel in parcels {
            let answer = mail.answers.get(parcel.documents.declaration.filing.guid.as_str());
            let status = answer.map_or(0, |answer| answer.status);
            let difference = differs(parcel, answer);
            let (all, right) = stories.entry((status, parcel.story.name())).or_default();
            *all += 1;
            *right += u64::from(difference.is_none());
            *outcomes.entry(status).or_default() += 1;
            differences.extend(difference);
        }
        let story = |((status, reason), (parcels, as_expected)): ((i32, &str), (u64, u64))| Story {
            status,
            meaning: meaning(status),
            reason: reason.to_owned(),
            parcels,
            as_expected,
        };
        let outcome = |(status, parcels)| Outcome { status, meaning: meaning(status), parcels };
        Self {
            parcels: parcels.len(),
            messages: sent.messages,
            documents: sent.documents,
            rulings: sent.rulings,
            outcomes: outcomes.into_iter().map(outcome).collect(),
            stories: stories.into_iter().map(story).collect(),
            differing: differences.len(),
            differences,
        }
    }

    /// Whether nothing was exported.
    pub const fn is_empty(&self) -> bool {
        self.parcels == 0
    }

    /// Whether every parcel ended as it must.
    pub const fn is_as_expected(&self) -> bool {
        self.differing == 0
    }

    /// The parcels that ended otherwise than they must.
    pub fn differences(&self) -> &[Difference] {
        &self.differences
    }

    /// Prints it for people.
    pub fn print(&self, out: &mut impl Write) -> io::Result<()> {
        let Self { parcels, messages, documents, rulings, .. } = self;
        writeln!(out, "\nExports\n\n{}\n", table(&self.stories))?;
        for Outcome { status, meaning, parcels } in &self.outcomes {
            writeln!(out, "{parcels:>8}  {status} {meaning}")?;
        }
        writeln!(
            out,
            "\n{parcels} exported parcels, {messages} signed messages with {documents} documents, \
             {rulings} rulings"
        )
    }
}

fn differs(parcel: &ExportedParcel, answer: Option<&Answer>) -> Option<Difference> {
    let ending = parcel.story.ending();
    let right =
        answer.is_some_and(|it| it.status == ending.status && it.text.contains(ending.says));
    (!right).then(|| Difference {
        order_no: parcel.documents.order.order_no.to_string(),
        reason: parcel.story.name(),
        expected: format!("declaration {} {}", ending.status, ending.says),
        found: answer.map_or_else(|| "no answer".to_owned(), describe),
    })
}

const fn meaning(status: i32) -> &'static str {
    match status {
        0 => "never answered",
        399 => "waiting for arrival",
        800 => "released",
        899 => "departed",
        _ => super::report::meaning(status),
    }
}
