//! `tongguan bench consolidate`: a made-up month of exports, sent as messages, consolidated, and held to the
//! laws of conservation.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use indicatif::ProgressBar;
use serde::Serialize;
use tongguan_application::consolidation::Done;
use tongguan_application::ports::Clock;
use tongguan_testkit::exported_month::{ExportedMonth, Figures, Ledger, Parcel, Round};
use tongguan_testkit::postgres::Database;
use tongguan_testkit::world::{Beginning, World};

use super::memory::peak_mib;
use super::per;
use crate::clock::SystemClock;

/// Consolidate a made-up month of exports, and check that nothing is lost or doubled.
///
/// Everything travels as messages: orders, waybills, lists, links, arrivals and departures, split and in any
/// order; some are changed, examined, cancelled, refused, taken back, or come back. Then requests consolidate
/// it. Every document must be answered as it has to be, quantities, values and masses must agree to the last
/// gram and fen with what was sent, each line must stand in one formal line, and a second run must find
/// nothing new. The database is a temporary one, unless --database names one that may be filled.
#[derive(Debug, Args)]
pub struct Consolidate {
    /// How many declarations.
    #[arg(long, default_value_t = 200_000, value_parser = clap::value_parser!(u64).range(1..))]
    declarations: u64,
    /// Of how many merchants.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..=9999))]
    merchants: u64,
    /// The same seed makes the same month.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// A PostgreSQL database to be filled: postgres://user@host/name
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

/// The result.
#[derive(Debug, Serialize)]
struct Measured {
    declarations: u64,
    merchants: u64,
    seed: u64,
    /// How many declarations of each fate were sent.
    fates: BTreeMap<String, u64>,
    /// Answers to all that was sent, and a digest of the messages: two runs give the same.
    answers: u64,
    answers_digest: String,
    /// Declarations in formal ones, with those of the month after.
    consolidated: usize,
    formal_declarations: usize,
    formal_lines: usize,
    lines: usize,
    longest_form: usize,
    /// Declarations whose lines are in several formal ones.
    shared: usize,
    requests: u64,
    left_out: u64,
    seconds_to_clear: f64,
    seconds_to_consolidate: f64,
    /// Of the first round, declarations that were consolidated.
    declarations_per_second: f64,
    /// That nothing was lost or doubled; the command fails otherwise.
    conserved: bool,
    peak_rss_mib: u64,
    engine: &'static str,
}

impl Consolidate {
    /// Runs the command.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let Self { seed, merchants, declarations, .. } = *self;
        let month = ExportedMonth { seed, merchants, declarations };
        let database = self.database.as_deref().map(Database::standing);
        let mut world = World::with(Beginning { database, ..month.beginning()? });
        let bar = if self.json { ProgressBar::hidden() } else { ProgressBar::new(declarations) };
        let begun_at = SystemClock.now();
        let mut ledger = month.clear(&mut world, &mut |lists| bar.inc(lists))?;
        let cleared_at = SystemClock.now();
        bar.finish_and_clear();
        let round = month.consolidate(&mut world, &mut ledger)?;
        let consolidated_at = SystemClock.now();
        let spent = [(begun_at, cleared_at), (cleared_at, consolidated_at)]
            .map(|(from, to)| to.micros() - from.micros());
        let done = round.done;
        let figures = checked(&month, &mut world, &mut ledger, round)
            .context("something was lost, doubled, or answered otherwise")?;
        let measured = self.measured(&ledger, &figures, done, spent)?;
        measured.print(self.json)?;
        Ok(ExitCode::SUCCESS)
    }

    fn measured(
        &self,
        ledger: &Ledger,
        figures: &Figures,
        done: Done,
        [cleared, consolidated]: [i64; 2],
    ) -> anyhow::Result<Measured> {
        let (answers, digest) = ledger.answers();
        let merged = i64::try_from(done.declarations)?;
        let fates = ledger.fates.iter();
        Ok(Measured {
            declarations: self.declarations,
            merchants: self.merchants,
            seed: self.seed,
            fates: fates
                .map(|(fate, count)| (format!("{fate:?}").to_lowercase(), *count))
                .collect(),
            answers,
            answers_digest: digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect(),
            consolidated: figures.lists,
            formal_declarations: figures.forms,
            formal_lines: figures.form_lines,
            lines: figures.lines,
            longest_form: figures.longest_form,
            shared: figures.shared,
            requests: done.requests,
            left_out: done.left_out,
            seconds_to_clear: per(cleared, 1_000_000),
            seconds_to_consolidate: per(consolidated, 1_000_000),
            declarations_per_second: per(merged.saturating_mul(1_000_000), consolidated),
            conserved: true,
            peak_rss_mib: peak_mib(),
            engine: if self.database.is_some() { "postgres" } else { "sqlite" },
        })
    }
}

/// Holds a consolidated month to the laws, runs it again, and consolidates and checks the month after.
fn checked(
    month: &ExportedMonth,
    world: &mut World,
    ledger: &mut Ledger,
    round: Round,
) -> anyhow::Result<Figures> {
    ledger.check_answers()?;
    ledger.check_left_out(&round.named)?;
    let forms = world.formal_declarations();
    ledger.check(&forms, &round.results, &|parcel| round.is_due(parcel))?;
    world.restart();
    let again = world.consolidate().0;
    anyhow::ensure!(again == Done::default(), "a second run consolidated again: {again:?}");
    anyhow::ensure!(world.formal_declarations() == forms, "a second run changed something");
    let next = month.consolidate_next(world, ledger);
    let results: Vec<_> = round.results.into_iter().chain(next.results).collect();
    let is_meant = |parcel: &Parcel| parcel.fate.is_consolidated();
    Ok(ledger.check(&world.formal_declarations(), &results, &is_meant)?)
}

impl Measured {
    fn print(&self, as_json: bool) -> anyhow::Result<()> {
        let mut out = std::io::stdout().lock();
        if as_json {
            writeln!(out, "{}", serde_json::to_string(self)?)?;
            return Ok(());
        }
        writeln!(
            out,
            "{} declarations of {} merchants, sent and answered in {} s ({} answers, digest {}, {})",
            self.declarations,
            self.merchants,
            self.seconds_to_clear,
            self.answers,
            self.answers_digest,
            self.engine
        )?;
        writeln!(
            out,
            "{} of them consolidated; the month itself in {} s, {} a second, {} named and left out",
            self.consolidated,
            self.seconds_to_consolidate,
            self.declarations_per_second,
            self.left_out
        )?;
        writeln!(
            out,
            "{} formal declarations with {} lines, the longest with {}; {} lines of declarations, each \
             in one of them; {} declarations in several",
            self.formal_declarations, self.formal_lines, self.longest_form, self.lines, self.shared
        )?;
        writeln!(out, "nothing lost or doubled; a second run found nothing")?;
        writeln!(out, "peak memory {} MiB", self.peak_rss_mib)?;
        Ok(())
    }
}
