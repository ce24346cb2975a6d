//! `tongguan export`: what has become of exports.

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use comfy_table::{Table as Grid, presets};
use serde_json::{Value, json};
use tongguan_application::learning::Learned;
use tongguan_application::not_departed::{NotDeparted, Page, Place as Behind, not_departed};
use tongguan_application::ports::Clock;
use tongguan_application::registry;
use tongguan_domain::ids::{DeclarationId, OfficeCode};
use tongguan_domain::registry::Registry;
use tongguan_domain::time::Moment;

use super::place::Place;
use crate::clock::SystemClock;

/// Look after exports.
#[derive(Debug, Args)]
pub struct Export {
    #[command(subcommand)]
    command: ExportCommand,
}

#[derive(Debug, Subcommand)]
enum ExportCommand {
    NotDeparted(List),
}

/// List released exports that have not left, the longest released first.
///
/// An export is listed when the setting `not_departed_days` of its office has passed since its release
/// and no departure (509) has named it. It may be withdrawn (退关) then.
#[derive(Debug, Args)]
struct List {
    /// Only this office.
    #[arg(long, value_parser = OfficeCode::parse)]
    office: Option<OfficeCode>,
    /// How many, at most.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,
    /// Go on where the last page ended: what it printed as next.
    #[arg(long, value_name = "PLACE", value_parser = behind)]
    after: Option<Behind>,
    #[command(flatten)]
    place: Place,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

impl Export {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            ExportCommand::NotDeparted(list) => list.run(),
        }
    }
}

impl List {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let now = SystemClock.now();
        let store = self.place.open_known(now)?;
        let settings = store.read(Learned::load)?.settings;
        let registry = store.read(registry::snapshot)?;
        let limit = usize::from(self.limit);
        let page = store
            .read(|view| not_departed(view, &settings, now, self.office, self.after, limit))?;
        let mut out = std::io::stdout().lock();
        if self.json {
            writeln!(out, "{}", as_json(&page, &registry))?;
            return Ok(ExitCode::SUCCESS);
        }
        let mut grid = Grid::new();
        grid.load_style(presets::NOTHING);
        grid.set_header(["invtNo", "office", "released", "waybill", "bill", "merchant"]);
        for row in &page.rows {
            grid.add_row(cells(row, &registry));
        }
        writeln!(out, "{grid}")?;
        match next(&page) {
            Some(next) => writeln!(out, "\nmore: --after {next}")?,
            None if page.rows.is_empty() => writeln!(out, "everything has left in time")?,
            None => {}
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn as_json(page: &Page, registry: &Registry) -> Value {
    let rows = page.rows.iter().map(|row| {
        json!({
            "id": row.id.to_string(),
            "invt_no": row.number.as_ref().map(ToString::to_string),
            "order_no": row.order_no.as_str(),
            "waybill_no": row.waybill_no.as_str(),
            "bill_no": row.bill_no,
            "office": row.office.to_string(),
            "released_at": row.released_at.to_string(),
            "merchant": merchant(row, registry),
        })
    });
    json!({ "declarations": rows.collect::<Vec<_>>(), "next": next(page) })
}

fn cells(row: &NotDeparted, registry: &Registry) -> [String; 6] {
    [
        row.number.as_ref().map(ToString::to_string).unwrap_or_default(),
        row.office.to_string(),
        row.released_at.to_string(),
        row.waybill_no.to_string(),
        row.bill_no.as_deref().unwrap_or_default().to_owned(),
        merchant(row, registry),
    ]
}

fn merchant(row: &NotDeparted, registry: &Registry) -> String {
    registry.party(row.merchant).map(|party| party.name.clone()).unwrap_or_default()
}

fn next(page: &Page) -> Option<String> {
    page.next.map(|next| format!("{}:{}", next.released_at.micros(), next.after))
}

fn behind(text: &str) -> Result<Behind, String> {
    let place = text.split_once(':').and_then(|(released_at, after)| {
        Some(Behind {
            released_at: Moment::from_micros(released_at.parse().ok()?),
            after: DeclarationId(after.parse().ok()?),
        })
    });
    place.ok_or_else(|| "expected a place that an earlier page printed".to_owned())
}
