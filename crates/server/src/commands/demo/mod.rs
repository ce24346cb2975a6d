//! `tongguan demo`: made-up traffic through the whole product, checked against what it must lead to.

mod exports;
mod filings;
mod mail;
mod orders;
mod pages;
mod report;
mod run;
mod seen;
mod stage;
mod story;
mod summary;
mod sums;

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use tongguan_application::ports::Clock;
use tongguan_domain::ids::OfficeCode;
use tongguan_domain::time::Moment;
use tongguan_testkit::traffic::crew::Crew;
use tongguan_testkit::traffic::exports::{ExportedParcel, Journey, day_of};
use tongguan_testkit::traffic::{
    TrafficParcel, generate, generate_from_purchases, leave_to_officers,
};

use super::serve;
use super::serve::config::Config;
use crate::clock::SystemClock;
use exports::ExportReport;
use mail::Mail;
use orders::OrderFile;
use pages::Pages;
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
/// At the end the pages are up, with somebody of each role to sign in as; Ctrl-C or SIGTERM ends them.
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
    /// End when the result is printed, without showing the pages.
    #[arg(long)]
    exit: bool,
    /// Where the pages are shown; port 0 takes any free one. 127.0.0.1:8080 when absent, or any free port
    /// where that is in use.
    #[arg(long, value_name = "ADDRESS", conflicts_with = "exit")]
    listen: Option<SocketAddr>,
}

impl Demo {
    /// Runs the command.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let clock = Arc::new(SystemClock);
        let crew = Crew::new(self.seed)?;
        // Before anything is made: a file that cannot be used leaves nothing behind.
        let at = whole_second(clock.now());
        let purchases = self.orders.read(self.parcels, at)?;
        let listener = if self.exit { None } else { Some(pages::listen(self.listen)?) };
        let stage = Stage::set(self.data.as_deref(), &crew, clock.clone())?;
        let pack = stage.product.knowledge.pack.clone();
        let mut parcels = match &purchases {
            Some(read) => generate_from_purchases(&crew, &pack, self.seed, &read.purchases)?,
            None => generate(&crew, &pack, self.seed, self.parcels.unwrap_or(PARCELS), at)?,
        };
        leave_to_officers(&mut parcels);
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
        let is_as_expected = report.is_as_expected();
        match listener {
            None => self.print(&report)?,
            Some(listener) => {
                let team = parcels.first().map(|parcel| parcel.team);
                let port = exported.iter().find_map(port_awaiting);
                let people = pages::admit(&stage, &crew, team, port)?;
                let config = Config::of_demonstration(&stage.data);
                // The service opens for itself what lies there.
                drop(stage);
                serve::run(listener, config, |address| {
                    self.print(&report.with_pages(Pages { address: address.to_owned(), people }))
                })?;
            }
        }
        Ok(if is_as_expected { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn print(&self, report: &Report) -> anyhow::Result<()> {
        let mut out = io::stdout().lock();
        if self.json {
            writeln!(out, "{}", serde_json::to_string(report)?)?;
        } else {
            report.print(&mut out)?;
        }
        Ok(())
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

/// The port that an exported parcel is on its way to.
fn port_awaiting(parcel: &ExportedParcel) -> Option<OfficeCode> {
    let is_on_the_way = parcel.story.journey() == Some(Journey::OnTheWay);
    is_on_the_way.then_some(parcel.documents.declaration.port)
}

/// Times in messages have no fractions.
fn whole_second(at: Moment) -> Moment {
    Moment::from_micros(at.micros().div_euclid(1_000_000) * 1_000_000)
}
