//! `tongguan demo`: made-up traffic through the whole product, checked against what it must lead to.

mod exports;
mod mail;
mod orders;
mod report;
mod run;
mod seen;
mod stage;
mod story;
mod summary;
mod sums;

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use tongguan_application::ports::Clock;
use tongguan_domain::time::Moment;
use tongguan_testkit::traffic::crew::Crew;
use tongguan_testkit::traffic::exports::day_of;
use tongguan_testkit::traffic::{TrafficParcel, generate, generate_from_purchases};

use crate::clock::SystemClock;
use exports::ExportReport;
use mail::Mail;
use orders::OrderFile;
use report::Report;
use run::Run;
use stage::Stage;

/// Parcels when nobody says how many.
const PARCELS: u64 = 1000;
/// One parcel leaves the country for so many that come, when nobody says how many.
const IMPORTS_PER_EXPORT: u64 = 4;
/// Up to so many parcels every response is also written as a file: each is synced to disk, which soon
/// takes longer than clearing.
const MOST_WITH_FILES: u64 = 1250;

/// Show the product at work: made-up parties send signed messages about made-up parcels, a share of
/// them with every kind of fault, and every answer is checked.
///
/// Then a day of exports is lodged, looked at by quarantine, arrives, is examined, goes to the port under
/// seal, is taken back (退关) or departs; some of it comes back, and the rest of the month is merged into
/// formal declarations (汇总申报). A summary shows both directions.
///
/// Needs nothing. Ends with 0 only if every parcel ended as its fault, or having none, demands.
#[derive(Debug, Args)]
pub struct Demo {
    /// How many parcels; 1000 when absent. With --orders at most so many orders; all when absent.
    #[arg(long, value_name = "N")]
    parcels: Option<u64>,
    /// How many parcels leave the country; one for four that come when absent, none with --orders.
    #[arg(long, value_name = "N")]
    exports: Option<u64>,
    /// The same seed gives the same parcels, faults and outcomes.
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
    /// Where database, samples and responses are kept; must be empty. A fresh directory under the
    /// system's temporary one when absent.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    #[command(flatten)]
    orders: OrderFile,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
    /// End when the result is printed, which is what happens now without it too.
    #[arg(long)]
    exit: bool,
}

impl Demo {
    /// Runs the command.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let clock = Arc::new(SystemClock);
        let crew = Crew::new(self.seed)?;
        // Before anything is made: a file that cannot be used leaves nothing behind.
        let at = whole_second(clock.now());
        let purchases = self.orders.read(self.parcels, at)?;
        let stage = Stage::set(self.data.as_deref(), &crew, clock.clone())?;
        let pack = stage.product.knowledge.pack.clone();
        let parcels = match &purchases {
            Some(read) => generate_from_purchases(&crew, &pack, self.seed, &read.purchases)?,
            None => generate(&crew, &pack, self.seed, self.parcels.unwrap_or(PARCELS), at)?,
        };
        let run = Run { stage: &stage, crew: &crew, parcels: &parcels, quiet: self.json };
        let sent = run.send(self.seed)?;
        let exported = day_of(&crew, self.seed, self.exported(&parcels), at)?;
        let mut mail = Mail::default();
        let exports_sent = exports::send(&stage, &crew, &exported, &mut mail, self.json)?;
        let responses = self.responses(&stage, parcels.len() + exported.len())?;
        mail.read(&stage.product)?;
        let left_out = purchases.map(|read| read.left_out);
        let exports = ExportReport::of(&exported, exports_sent, &mail, &pack);
        let report = Report::of(self.seed, &stage, &parcels, &sent, &mail, exports, responses)
            .without(left_out);
        let mut out = io::stdout().lock();
        if self.json {
            writeln!(out, "{}", serde_json::to_string(&report)?)?;
        } else {
            report.print(&mut out)?;
        }
        Ok(if report.is_as_expected() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    /// How many parcels leave the country.
    fn exported(&self, imports: &[TrafficParcel]) -> u64 {
        let usual = match self.orders.is_named() {
            true => 0,
            false => imports.len() as u64 / IMPORTS_PER_EXPORT,
        };
        self.exports.unwrap_or(usual)
    }

    /// Writes the responses as files, unless they are too many.
    fn responses(&self, stage: &Stage, parcels: usize) -> anyhow::Result<Option<u64>> {
        if parcels as u64 > MOST_WITH_FILES {
            return Ok(None);
        }
        Ok(Some(stage.deliver()?))
    }
}

/// Times in messages have no fractions.
fn whole_second(at: Moment) -> Moment {
    Moment::from_micros(at.micros().div_euclid(1_000_000) * 1_000_000)
}
