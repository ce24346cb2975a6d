//! `tongguan bench consolidate`: a made-up month of exports, consolidated, and held to the laws of
//! conservation.

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;
use indicatif::ProgressBar;
use serde::Serialize;
use tongguan_application::consolidation::Plan;
use tongguan_application::learning::Learned;
use tongguan_application::ports::Clock;
use tongguan_domain::month::Month;
use tongguan_domain::registry::Registry;
use tongguan_storage::seal::Keyring;
use tongguan_storage::{Store, StoreSettings, Target};
use tongguan_testkit::exported_month::{ExportedMonth, Figures, Ledger, Planted};

use super::clear::peak_rss_mib;
use super::per;
use crate::clock::SystemClock;
use crate::commands::consolidate::carry_out;
use crate::take_over::take_over;

/// Consolidate a made-up month of exports, and check that nothing is lost or doubled.
///
/// Most declarations left and are to be consolidated; the others are simplified, came back, were taken
/// back, cancelled, refused, or have not left. Quantities, values and masses must agree to the last gram
/// and fen, each line must stand in one formal line, and a second run must find nothing new. The
/// database is a temporary one, unless --database names one that may be filled.
#[derive(Debug, Args)]
pub struct Consolidate {
    /// How many declarations.
    #[arg(long, default_value_t = 200_000)]
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
    /// How many declarations of each kind were made up.
    fates: std::collections::BTreeMap<String, u64>,
    consolidated: u64,
    formal_declarations: u64,
    formal_lines: u64,
    lines: u64,
    longest_form: usize,
    requests: u64,
    seconds_to_make_up: f64,
    seconds_to_consolidate: f64,
    declarations_per_second: f64,
    /// What a second run consolidated: nothing.
    again: u64,
    /// That nothing was lost or doubled; the command fails otherwise.
    conserved: bool,
    peak_rss_mib: u64,
    engine: &'static str,
}

impl Consolidate {
    /// Runs the command.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let folder = tempfile::tempdir()?;
        let target = match &self.database {
            Some(url) => Target::Postgres(url.clone()),
            None => Target::Sqlite(folder.path().join("data")),
        };
        let begin = SystemClock.now();
        let store = Store::open(&target, StoreSettings::default(), begin)?;
        let month = Month::parse("2026-09")?;
        let (merchants, declarations) = (self.merchants, self.declarations);
        let made_up = ExportedMonth { seed: self.seed, month, merchants, declarations };
        let bar = if self.json { ProgressBar::hidden() } else { ProgressBar::new(declarations) };
        let planted = made_up.plant(&store, &mut |written| bar.inc(written))?;
        bar.finish_and_clear();
        let made_up_at = SystemClock.now();
        let mut learned = store.read(Learned::load)?;
        learned.registry = Arc::new(Registry::new(made_up.parties()?, []));
        let keyring = Arc::new(Keyring::from_master(&[7; 32]));
        let mut engine = take_over(&store, &keyring, &learned.settings, &SystemClock)?;
        let plan = Plan { month, office: None, merchant: None };
        let started_at = SystemClock.now();
        let (_, _, done) = carry_out(&store, &mut engine, &learned, plan, self.json)?;
        let ended_at = SystemClock.now();
        let (ledger, figures) = Ledger::of(&store)?;
        planted.ledger.agrees_with(&ledger).context("something was lost or doubled")?;
        let (_, found, again) = carry_out(&store, &mut engine, &learned, plan, true)?;
        anyhow::ensure!(found.is_empty(), "a second run found {} merchants again", found.len());
        let unchanged = Ledger::of(&store)?.0 == ledger;
        anyhow::ensure!(unchanged, "a second run changed something");
        engine.stop()?;
        let micros = |from: tongguan_domain::time::Moment, to: tongguan_domain::time::Moment| {
            to.micros() - from.micros()
        };
        let spent = [micros(begin, made_up_at), micros(started_at, ended_at)];
        let mut measured = self.measured(&planted, &figures, spent)?;
        (measured.requests, measured.again) = (done.requests, again.declarations);
        measured.consolidated = done.declarations;
        measured.print(self.json)?;
        Ok(ExitCode::SUCCESS)
    }

    fn measured(
        &self,
        planted: &Planted,
        figures: &Figures,
        [made_up, consolidated]: [i64; 2],
    ) -> anyhow::Result<Measured> {
        let declarations = i64::try_from(self.declarations)?;
        let fates = planted.fates.iter();
        Ok(Measured {
            declarations: self.declarations,
            merchants: self.merchants,
            seed: self.seed,
            fates: fates
                .map(|(fate, count)| (format!("{fate:?}").to_lowercase(), *count))
                .collect(),
            consolidated: 0,
            formal_declarations: figures.forms,
            formal_lines: figures.form_lines,
            lines: figures.lines,
            longest_form: figures.longest_form,
            requests: 0,
            seconds_to_make_up: per(made_up, 1_000_000),
            seconds_to_consolidate: per(consolidated, 1_000_000),
            declarations_per_second: per(declarations.saturating_mul(1_000_000), consolidated),
            again: 0,
            conserved: true,
            peak_rss_mib: peak_rss_mib(),
            engine: if self.database.is_some() { "postgres" } else { "sqlite" },
        })
    }
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
            "{} declarations of {} merchants, {} of them consolidated in {} s ({} declarations a \
             second, {})",
            self.declarations,
            self.merchants,
            self.consolidated,
            self.seconds_to_consolidate,
            self.declarations_per_second,
            self.engine
        )?;
        writeln!(
            out,
            "{} formal declarations with {} lines, the longest with {}; {} lines of declarations, each \
             in one of them",
            self.formal_declarations, self.formal_lines, self.longest_form, self.lines
        )?;
        writeln!(out, "nothing lost or doubled; a second run found nothing")?;
        writeln!(out, "peak memory {} MiB", self.peak_rss_mib)?;
        Ok(())
    }
}
