//! `tongguan review cancellations` and `cancel`: requests to cancel a declaration that wait for an officer.

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use comfy_table::{Table as Grid, presets};
use serde_json::json;
use tongguan_application::cancellations::{self, Decision};
use tongguan_application::ports::Clock;
use tongguan_domain::ids::OfficeCode;
use tongguan_web::views::cancellation::CancellationView;
use tongguan_web::views::returns::StepView;

use crate::clock::SystemClock;
use crate::commands::deciding::Deciding;
use crate::commands::place::Place;

/// List the requests to cancel a declaration (CEB605, CEB623) that wait for an officer, the oldest first.
#[derive(Debug, Args)]
pub struct Cancellations {
    /// Only this office.
    #[arg(long, value_parser = OfficeCode::parse)]
    office: Option<OfficeCode>,
    /// How many, at most.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,
    #[command(flatten)]
    place: Place,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

/// Decide about a request to cancel a declaration.
///
/// Takes the partitions as `decide` does, and its answers are delivered by the next gateway.
#[derive(Debug, Args)]
pub struct Cancel {
    /// The declaration that the request names: its invtNo.
    number: String,
    /// Whether it is cancelled.
    #[arg(value_enum)]
    verdict: Verdict,
    /// Why: a code (docs/reference/review.md lists them), or words that the declarant reads where the
    /// request is refused.
    #[arg(long, value_name = "CODE|TEXT")]
    reason: String,
    /// Who decides, for the audit.
    #[arg(long, value_name = "NAME")]
    officer: String,
    #[command(flatten)]
    at: Deciding,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Verdict {
    /// The declaration is cancelled.
    Approve,
    /// It goes on as it stands.
    Refuse,
}

impl Cancellations {
    /// Runs the command.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let store = self.place.open_known(SystemClock.now())?;
        let pending = cancellations::pending(&store, self.office, usize::from(self.limit))?;
        let mut out = std::io::stdout().lock();
        if self.json {
            let rows: Vec<_> = pending.iter().map(CancellationView::pending).collect();
            writeln!(out, "{}", json!({ "requests": rows }))?;
            return Ok(ExitCode::SUCCESS);
        }
        let mut grid = Grid::new();
        grid.load_style(presets::NOTHING);
        grid.set_header(["invtNo", "direction", "guid", "sent"]);
        for one in &pending {
            grid.add_row([
                one.declaration_no.as_str(),
                one.direction.name(),
                one.guid.as_str(),
                &one.sent_at.to_string(),
            ]);
        }
        writeln!(out, "{grid}")?;
        if pending.is_empty() {
            writeln!(out, "nothing waits")?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Cancel {
    /// Runs the command.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let store = self.at.open()?;
        let decision = Decision {
            declaration_no: &self.number,
            approves: self.verdict == Verdict::Approve,
            officer: &self.officer,
            reason: &self.reason,
        };
        let decided =
            self.at.decide(&store, |decides, _| cancellations::decide(decides, &decision))??;
        let mut out = std::io::stdout().lock();
        if self.at.json {
            writeln!(out, "{}", json!(StepView::of(decided.status, &decided.told)))?;
            return Ok(ExitCode::SUCCESS);
        }
        writeln!(out, "the request to cancel {} stands at {}", self.number, decided.status)?;
        for told in &decided.told {
            writeln!(out, "  {} {} {}", told.at, told.status, told.text)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}
