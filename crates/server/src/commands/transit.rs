//! `tongguan transit`: released goods under seal, on their way to the port.

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::json;
use tongguan_application::ports::Clock;
use tongguan_application::transit::{self, Officer, Outcome, Shown};
use tongguan_domain::ids::{OfficeCode, SealNumber, VehiclePlate};
use tongguan_domain::transit::{SealCondition, Sighting};
use tongguan_web::views::transit::{OutcomesView, SealedView};

use super::deciding::Deciding;
use super::place::Place;
use super::review::find;
use crate::clock::SystemClock;

/// Seal released goods (施封), and look at seal and vehicle when they come to the port (转关).
///
/// What was sealed leaves the country only after the port has found it in order. What is not in order is
/// stopped and stands in the queue of examinations (500): `review decide … accept` lets it go on, `review
/// decide … withdraw-unsealed` takes it back.
#[derive(Debug, Args)]
pub struct Transit {
    #[command(subcommand)]
    command: TransitCommand,
}

#[derive(Debug, Subcommand)]
enum TransitCommand {
    Seal(Seal),
    Check(Check),
    Show(Show),
}

/// Seal the goods of released declarations on one vehicle.
///
/// The vehicle has to be registered with customs: a row of the table `vehicles` that holds today
/// (`codes import FILE --table vehicles`). One seal closes one vehicle once, with as many parcels as it
/// carries.
#[derive(Debug, Args)]
struct Seal {
    /// The declarations: invtNo, preNo, orderNo or id of each.
    #[arg(required = true)]
    numbers: Vec<String>,
    /// The number of the seal (封志号).
    #[arg(long, value_parser = SealNumber::parse)]
    seal: SealNumber,
    /// The number plate of the vehicle (车牌号).
    #[arg(long, value_parser = VehiclePlate::parse)]
    vehicle: VehiclePlate,
    #[command(flatten)]
    officer: OfficerArguments,
    #[command(flatten)]
    at: Deciding,
}

/// Say what seal and vehicle are like at the port.
#[derive(Debug, Args)]
struct Check {
    /// The seal that the goods were sealed with, of all parcels under it; or the invtNo, preNo, orderNo
    /// or id of one declaration.
    number: String,
    /// The number of the seal that is on the vehicle, if it is another.
    #[arg(long, value_name = "SEAL", value_parser = SealNumber::parse)]
    found: Option<SealNumber>,
    /// The seal is broken.
    #[arg(long)]
    broken: bool,
    /// The number plate of the vehicle that came.
    #[arg(long, value_parser = VehiclePlate::parse)]
    vehicle: VehiclePlate,
    #[command(flatten)]
    officer: OfficerArguments,
    #[command(flatten)]
    at: Deciding,
}

/// Show goods under seal: how they were sealed, and where they are.
#[derive(Debug, Args)]
struct Show {
    /// A seal, or the invtNo, preNo, orderNo or id of a declaration.
    number: String,
    #[command(flatten)]
    place: Place,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

/// Who acts.
#[derive(Debug, Args)]
struct OfficerArguments {
    /// Who, for the audit.
    #[arg(long, value_name = "NAME")]
    officer: String,
    /// The office that the officer is of: that of the declaration seals, that of the port checks.
    #[arg(long, value_parser = OfficeCode::parse)]
    office: OfficeCode,
}

impl Transit {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            TransitCommand::Seal(seal) => seal.run(),
            TransitCommand::Check(check) => check.run(),
            TransitCommand::Show(show) => show.run(),
        }
    }
}

impl OfficerArguments {
    fn officer(&self) -> Officer {
        Officer { name: self.officer.clone(), office: self.office }
    }
}

impl Seal {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let store = self.at.open()?;
        let ids = self.numbers.iter().map(|number| find(&store, number));
        let ids = ids.collect::<anyhow::Result<Vec<_>>>()?;
        let officer = self.officer.officer();
        let outcomes = self.at.decide(&store, |decides, _| {
            transit::seal(decides, &ids, &self.seal, &self.vehicle, &officer)
        })??;
        tell(&outcomes, self.at.json)
    }
}

impl Check {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let store = self.at.open()?;
        let found = transit::find(&store, &self.number, SystemClock.now())?;
        let Some(first) = found.first() else {
            anyhow::bail!(
                "nothing is under seal as `{}`: give the seal, or the invtNo, preNo, orderNo or id of \
                 a declaration whose goods were sealed",
                self.number
            );
        };
        let mut ids = transit::on_the_way(&found);
        if ids.is_empty() {
            // So that each is answered with why it cannot be checked any more.
            ids = found.iter().map(|shown| shown.declaration.id()).collect();
        }
        let seen = Sighting {
            seal: self.found.clone().unwrap_or_else(|| first.transit.sealing.seal.clone()),
            condition: if self.broken { SealCondition::Broken } else { SealCondition::Intact },
            vehicle: self.vehicle.clone(),
        };
        let officer = self.officer.officer();
        let outcomes = self
            .at
            .decide(&store, |decides, _| transit::check(decides, &ids, &seen, &officer))??;
        tell(&outcomes, self.at.json)
    }
}

impl Show {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let now = SystemClock.now();
        let store = self.place.open_known(now)?;
        let found = transit::find(&store, &self.number, now)?;
        let mut out = std::io::stdout().lock();
        if self.json {
            let found: Vec<_> = found.iter().map(SealedView::of).collect();
            writeln!(out, "{}", json!({ "transits": found }))?;
            return Ok(ExitCode::SUCCESS);
        }
        if found.is_empty() {
            writeln!(out, "nothing is or was under seal as `{}`", self.number)?;
        }
        for shown in &found {
            writeln!(out, "{}", in_words(shown))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Says what became of each; fails where anything was refused.
fn tell(outcomes: &[Outcome], as_json: bool) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    let refused = outcomes.iter().filter(|outcome| outcome.outcome.is_err()).count();
    if as_json {
        writeln!(out, "{}", json!(OutcomesView::of(outcomes)))?;
    } else {
        for Outcome { declaration, outcome } in outcomes {
            match outcome {
                Ok(shown) => writeln!(out, "{}", in_words(shown))?,
                Err(why) => writeln!(out, "{declaration}  refused  {why}")?,
            }
        }
    }
    Ok(if refused == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn in_words(shown: &Shown) -> String {
    let sealing = &shown.transit.sealing;
    let number = shown.declaration.number().map(ToString::to_string).unwrap_or_default();
    format!(
        "{number}  {}  status {}  seal {}  vehicle {}  sealed {} by {}",
        shown.transit.state.name(),
        shown.declaration.status(),
        sealing.seal,
        sealing.vehicle,
        sealing.at,
        sealing.officer,
    )
}
