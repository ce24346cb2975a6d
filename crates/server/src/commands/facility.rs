//! `tongguan facility`: what entered supervised places, compared with what should have.

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use comfy_table::{Table as Grid, presets};
use serde_json::json;
use tongguan_application::facility::{self, Parcel};
use tongguan_application::ports::Clock;
use tongguan_application::registry;
use tongguan_domain::registry::Registry;
use tongguan_web::views::code_of;
use tongguan_web::views::facility::{BillView, EnteredView};

use super::place::Place;
use crate::clock::SystemClock;

/// Show what entered supervised places: short and over of a master bill, parcels that nobody declared.
#[derive(Debug, Args)]
pub struct Facility {
    #[command(subcommand)]
    command: FacilityCommand,
}

#[derive(Debug, Subcommand)]
enum FacilityCommand {
    Bill(Bill),
    Undeclared(Undeclared),
}

/// Compare what entered under a master bill (711) with the waybills that name it (511).
///
/// Short is what the waybills name and did not enter; over is what entered and no waybill of the bill names.
#[derive(Debug, Args)]
struct Bill {
    /// The master bill's number (billNo).
    number: String,
    #[command(flatten)]
    place: Place,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

/// List the parcels that entered and that no declaration names.
#[derive(Debug, Args)]
struct Undeclared {
    /// How many at most.
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    limit: u32,
    #[command(flatten)]
    place: Place,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

impl Facility {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            FacilityCommand::Bill(bill) => bill.run(),
            FacilityCommand::Undeclared(undeclared) => undeclared.run(),
        }
    }
}

impl Bill {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let store = self.place.open_known(SystemClock.now())?;
        let registry = store.read(registry::snapshot)?;
        let bill = store.read(|view| facility::bill(view, &self.number))?;
        let mut out = std::io::stdout().lock();
        if self.json {
            writeln!(out, "{}", json!(BillView::of(&bill, &registry)))?;
            return Ok(ExitCode::SUCCESS);
        }
        let [waybills, entered] = [bill.waybills().count(), bill.entered().count()];
        let [short, over] = [bill.short().count(), bill.over().count()];
        writeln!(out, "bill {}: {waybills} waybills, {entered} entered", self.number)?;
        writeln!(out, "\nshort: {short}")?;
        print(&mut out, bill.short(), &registry)?;
        writeln!(out, "\nover: {over}")?;
        print(&mut out, bill.over(), &registry)?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Undeclared {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let store = self.place.open_known(SystemClock.now())?;
        let registry = store.read(registry::snapshot)?;
        let limit = i64::from(self.limit);
        let parcels = store.read(|view| facility::undeclared(view, None, limit))?;
        let mut out = std::io::stdout().lock();
        if self.json {
            let parcels = parcels.iter().map(|parcel| EnteredView::of(parcel, &registry));
            let parcels: Vec<_> = parcels.collect();
            writeln!(out, "{}", json!({ "parcels": parcels }))?;
            return Ok(ExitCode::SUCCESS);
        }
        print(&mut out, &parcels, &registry)?;
        Ok(ExitCode::SUCCESS)
    }
}

fn print<'p>(
    out: &mut impl std::io::Write,
    parcels: impl IntoIterator<Item = &'p Parcel>,
    registry: &Registry,
) -> anyhow::Result<()> {
    let mut grid = Grid::new();
    grid.load_style(presets::NOTHING);
    grid.set_header(["carrier", "waybill", "entered under", "at office", "at", "route"]);
    for parcel in parcels {
        let entry = parcel.entry.as_ref();
        grid.add_row([
            code_of(registry, parcel.carrier),
            parcel.waybill_no.to_string(),
            entry.map(|entry| entry.bill_no.to_string()).unwrap_or_default(),
            entry.map(|entry| entry.office.to_string()).unwrap_or_default(),
            parcel.entered_at.map(|at| at.to_string()).unwrap_or_default(),
            parcel.route.map(|route| route.name().to_owned()).unwrap_or_default(),
        ]);
    }
    writeln!(out, "{grid}")?;
    Ok(())
}
