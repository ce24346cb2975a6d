//! `tongguan return`: goods that come back; imported ones here, exported ones in [`export`].

mod export;

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use comfy_table::{Table as Grid, presets};
use serde_json::json;
use tongguan_application::clearing::record::ReturnRecord;
use tongguan_application::ports::Clock as _;
use tongguan_application::returns::{self, Decided};
use tongguan_domain::ids::ReturnId;
use tongguan_web::views::returns::{ReturnView, StepView, back_by};

use super::deciding::Deciding;
use super::place::Place;
use crate::clock::SystemClock;

/// Imported goods that come back: list what is under way, record their arrival, and what was found;
/// exported ones by `tongguan return export`.
///
/// A return goes by its 预录入编号 (preNo) or id. The commands that decide take the partitions as a gateway
/// does, so no gateway may be at work on the same database; their answers are delivered by the next
/// gateway.
#[derive(Debug, Args)]
pub struct Returns {
    #[command(subcommand)]
    command: ReturnsCommand,
}

#[derive(Debug, Subcommand)]
enum ReturnsCommand {
    List(List),
    Arrive(Arrive),
    Accept(Accept),
    Refuse(Refuse),
    Export(export::Export),
}

/// List the returns whose goods are waited for (120) or wait to be examined (300).
#[derive(Debug, Args)]
struct List {
    /// How many, at most.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,
    /// Go on behind this id.
    #[arg(long, value_name = "ID", default_value_t = 0)]
    after: i64,
    #[command(flatten)]
    place: Place,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

/// What the commands that decide about a return have in common.
#[derive(Debug, Args)]
struct OneReturn {
    /// The return: preNo or id.
    number: String,
    #[command(flatten)]
    at: Deciding,
}

/// Record that the goods are back at the supervised place.
#[derive(Debug, Args)]
struct Arrive {
    #[command(flatten)]
    of: OneReturn,
    /// In how many pieces.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    packages: u32,
    /// What is damaged, in words that the declarant will read.
    #[arg(long, value_name = "TEXT")]
    damage: Option<String>,
    /// Who records it, for the audit.
    #[arg(long, value_name = "NAME")]
    by: String,
}

/// Accept the goods: their tax is not collected, and the buyer's allowance is restored.
#[derive(Debug, Args)]
struct Accept {
    #[command(flatten)]
    of: OneReturn,
    /// Who decides, for the audit.
    #[arg(long, value_name = "NAME")]
    officer: String,
}

/// Refuse the goods: their tax stays due.
#[derive(Debug, Args)]
struct Refuse {
    #[command(flatten)]
    of: OneReturn,
    /// Why: a code (docs/reference/review.md lists them), or words that the declarant will read.
    #[arg(long, value_name = "CODE|TEXT")]
    reason: String,
    /// Who decides, for the audit.
    #[arg(long, value_name = "NAME")]
    officer: String,
}

impl Returns {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            ReturnsCommand::List(list) => list.run(),
            ReturnsCommand::Arrive(arrive) => arrive.run(),
            ReturnsCommand::Accept(accept) => accept.run(),
            ReturnsCommand::Refuse(refuse) => refuse.run(),
            ReturnsCommand::Export(export) => export.run(),
        }
    }
}

impl List {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let store = self.place.open_known(SystemClock.now())?;
        let open = returns::open(&store, ReturnId(self.after), i64::from(self.limit))?;
        let mut out = std::io::stdout().lock();
        if self.json {
            let rows: Vec<_> = open.iter().map(ReturnView::of).collect();
            writeln!(out, "{}", json!({ "returns": rows }))?;
            return Ok(ExitCode::SUCCESS);
        }
        let mut grid = Grid::new();
        grid.load_style(presets::NOTHING);
        grid.set_header(["status", "preNo", "office", "order", "goods", "back by", "id"]);
        for record in &open {
            grid.add_row([
                record.state.status().to_string(),
                record.provisional_no.to_string(),
                record.office.to_string(),
                record.document.dossier.order_no.to_string(),
                goods(record),
                back_by(record).unwrap_or_default(),
                record.id.to_string(),
            ]);
        }
        writeln!(out, "{grid}")?;
        if open.is_empty() {
            writeln!(out, "nothing is under way")?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Arrive {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let OneReturn { number, at } = &self.of;
        let store = at.open()?;
        let damage = self.damage.as_deref();
        let decided = at.decide(&store, |decides, _| {
            returns::arrive(decides, number, self.packages, damage, &self.by)
        })??;
        tell(number, &decided, at.json)
    }
}

impl Accept {
    fn run(&self) -> anyhow::Result<ExitCode> {
        examine(&self.of, None, &self.officer)
    }
}

impl Refuse {
    fn run(&self) -> anyhow::Result<ExitCode> {
        examine(&self.of, Some(&self.reason), &self.officer)
    }
}

fn examine(of: &OneReturn, fault: Option<&str>, officer: &str) -> anyhow::Result<ExitCode> {
    let OneReturn { number, at } = of;
    let store = at.open()?;
    let decided =
        at.decide(&store, |decides, _| returns::examine(decides, number, fault, officer))??;
    tell(number, &decided, at.json)
}

/// Lines of the declaration with quantities: `1×2`.
fn goods(record: &ReturnRecord) -> String {
    let lines = record.lines.iter();
    let lines: Vec<_> = lines.map(|line| format!("{}×{}", line.number, line.quantity)).collect();
    lines.join(" ")
}

/// Says where a return stands now, and what was told.
fn tell(number: &str, decided: &Decided, as_json: bool) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    if as_json {
        writeln!(out, "{}", json!(StepView::of(decided.status, &decided.told)))?;
        return Ok(ExitCode::SUCCESS);
    }
    writeln!(out, "{number} stands at {}", decided.status)?;
    for told in &decided.told {
        writeln!(out, "  {} {} {}", told.at, told.status, told.text)?;
    }
    Ok(ExitCode::SUCCESS)
}
