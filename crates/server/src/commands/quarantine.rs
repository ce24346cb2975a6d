//! `tongguan quarantine`: parcels that are looked at before they enter the supervised place.

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::json;
use tongguan_application::ports::Clock;
use tongguan_application::quarantine;
use tongguan_domain::quarantine::Finding;

use super::deciding::Deciding;
use super::place::Place;
use super::review::{find, tell};
use crate::clock::SystemClock;

/// List exported parcels that quarantine (检疫) has to look at, and register what it found.
///
/// A parcel is selected by the rules of the table `interceptions`, or by chance (the setting
/// `quarantine_per_10_000` of its office). Until it has passed it is not admitted: a report of its
/// arrival (507) says so, and does not release it.
#[derive(Debug, Args)]
pub struct Quarantine {
    #[command(subcommand)]
    command: QuarantineCommand,
}

#[derive(Debug, Subcommand)]
enum QuarantineCommand {
    List(List),
    Register(Register),
}

/// List what has to be looked at, the oldest first.
#[derive(Debug, Args)]
struct List {
    /// How many, at most.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,
    #[command(flatten)]
    place: Place,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

/// Register what was found of the parcel of a declaration.
///
/// Takes the partitions as `review decide` does; its answer is delivered by the next gateway.
#[derive(Debug, Args)]
struct Register {
    /// The declaration: invtNo, preNo, orderNo or id.
    number: String,
    /// passed or failed.
    #[arg(value_parser = finding)]
    finding: Finding,
    /// Why: a code (docs/reference/review.md lists them), or words that the declarant will read.
    #[arg(long, value_name = "CODE|TEXT")]
    reason: String,
    /// Who has looked, for the audit.
    #[arg(long, value_name = "NAME")]
    officer: String,
    #[command(flatten)]
    at: Deciding,
}

impl Quarantine {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            QuarantineCommand::List(list) => list.run(),
            QuarantineCommand::Register(register) => register.run(),
        }
    }
}

impl List {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let store = self.place.open_known(SystemClock.now())?;
        let due = store.read(|view| quarantine::due(view, i64::from(self.limit)))?;
        let mut out = std::io::stdout().lock();
        if self.json {
            let parcels = due.iter().map(|due| {
                json!({
                    "waybill_no": due.waybill_no,
                    "id": due.declaration.id().to_string(),
                    "invt_no": due.declaration.number().map(ToString::to_string),
                    "office": due.declaration.office().to_string(),
                    "since": due.since.to_string(),
                })
            });
            writeln!(out, "{}", json!({ "parcels": parcels.collect::<Vec<_>>() }))?;
            return Ok(ExitCode::SUCCESS);
        }
        if due.is_empty() {
            writeln!(out, "nothing waits for quarantine")?;
        }
        for due in due {
            let number = due.declaration.number().map(ToString::to_string).unwrap_or_default();
            let (office, since) = (due.declaration.office(), due.since);
            writeln!(out, "{}  {number}  office {office}  since {since}", due.waybill_no)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Register {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let store = self.at.open()?;
        let id = find(&store, &self.number)?;
        let (finding, officer, reason) = (self.finding, &self.officer, &self.reason);
        let registered = self.at.decide(&store, |decides, _| {
            quarantine::register(decides, id, finding, officer, reason)
        })??;
        tell(&self.number, id, &registered, self.at.json)
    }
}

fn finding(text: &str) -> Result<Finding, String> {
    Finding::named(text).ok_or_else(|| "a finding is passed or failed".to_owned())
}
