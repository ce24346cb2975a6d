//! `tongguan return export`: exported goods that came back otherwise than it was asked, and what an officer
//! decides about them.

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use comfy_table::{Table as Grid, presets};
use serde_json::json;
use tongguan_application::clearing::export_return::ExportReturnRecord;
use tongguan_application::clearing::incoming::ExportReturnRuling;
use tongguan_application::export_returns::{self, Decision, Found, Verdict};
use tongguan_application::ports::Clock;
use tongguan_domain::ids::{DeclarationId, OrderNumber};
use tongguan_domain::readmission::ExportReturnId;
use tongguan_storage::Store;
use tongguan_web::views::export_return::{ExportReturnShown, ExportReturnView, differences, name};

use crate::clock::SystemClock;
use crate::commands::deciding::Deciding;
use crate::commands::place::Place;
use crate::commands::review;

/// Returns of exported goods: list what waits for an officer, look at one, decide.
///
/// A return goes by the 清单编号 (invtNo) of its export declaration; of several, add which of them it is:
/// 29162026E000000256/2.
#[derive(Debug, Args)]
pub struct Export {
    #[command(subcommand)]
    command: ExportCommand,
}

#[derive(Debug, Subcommand)]
enum ExportCommand {
    List(List),
    Show(Show),
    Accept(Rule),
    Refuse(Rule),
    Exchange(Exchange),
}

/// List returns whose goods came otherwise than it was asked, or too late.
#[derive(Debug, Args)]
struct List {
    /// How many, at most.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,
    /// Go on where the last page ended: what it printed as next.
    #[arg(long, value_name = "PLACE", value_parser = behind)]
    after: Option<ExportReturnId>,
    #[command(flatten)]
    place: Place,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

/// Show everything that is stored about a return.
#[derive(Debug, Args)]
struct Show {
    /// The return: invtNo, or invtNo/N.
    number: String,
    #[command(flatten)]
    place: Place,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

/// Let the goods in, or refuse the return.
///
/// Takes the partitions as a gateway does, so no gateway may be at work on the same database; its answer is
/// delivered by the next gateway.
#[derive(Debug, Args)]
struct Rule {
    /// The return: invtNo, or invtNo/N.
    number: String,
    /// Why: a code (docs/reference/review.md lists them), or words that merchant and facility will read.
    #[arg(long, value_name = "CODE|TEXT")]
    reason: String,
    /// Who decides, for the audit.
    #[arg(long, value_name = "NAME")]
    officer: String,
    #[command(flatten)]
    at: Deciding,
}

/// Note the order by which the goods are exchanged.
///
/// Takes the partitions as a gateway does, so no gateway may be at work on the same database.
#[derive(Debug, Args)]
struct Exchange {
    /// The return: invtNo, or invtNo/N.
    number: String,
    /// 订单编号 (orderNo) of the new order.
    #[arg(long, value_parser = OrderNumber::parse)]
    order: OrderNumber,
    #[command(flatten)]
    at: Deciding,
}

impl Export {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            ExportCommand::List(list) => list.run(),
            ExportCommand::Show(show) => show.run(),
            ExportCommand::Accept(rule) => rule.run(ExportReturnRuling::Accept),
            ExportCommand::Refuse(rule) => rule.run(ExportReturnRuling::Refuse),
            ExportCommand::Exchange(Exchange { number, order, at }) => {
                decide(&at, &number, Verdict::Exchange(order))
            }
        }
    }
}

impl List {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let store = self.place.open_known(SystemClock.now())?;
        let after = self.after.unwrap_or(ExportReturnId { declaration: DeclarationId(0), n: 0 });
        let limit = i64::from(self.limit);
        let records = store.read(|view| export_returns::queue(view, after, limit))?;
        let is_full = records.len() == usize::from(self.limit);
        let next = records.last().filter(|_| is_full).map(|last| last.id.to_string());
        let mut out = std::io::stdout().lock();
        if self.json {
            let rows: Vec<_> = records.iter().map(ExportReturnView::of).collect();
            writeln!(out, "{}", json!({ "returns": rows, "next": next }))?;
            return Ok(ExitCode::SUCCESS);
        }
        let mut grid = Grid::new();
        grid.load_style(presets::NOTHING);
        grid.set_header(["status", "return", "coElNo", "office", "logisticsNo", "differs in"]);
        for record in &records {
            let facts = &record.facts;
            grid.add_row([
                record.state.status().to_string(),
                name(record),
                facts.reference.to_string(),
                facts.office.to_string(),
                facts.waybill_no.to_string(),
                differences(record).join(", "),
            ]);
        }
        writeln!(out, "{grid}")?;
        match next {
            Some(next) => writeln!(out, "\nmore: --after {next}")?,
            None if records.is_empty() => writeln!(out, "nothing waits")?,
            None => {}
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Show {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let store = self.place.open_known(SystemClock.now())?;
        let record = find(&store, &self.number)?;
        let to_amend = store.read(|view| export_returns::to_amend(view, &record))?;
        let shown = json!(ExportReturnShown::of(&record, &to_amend));
        let mut out = std::io::stdout().lock();
        if self.json {
            writeln!(out, "{shown}")?;
        } else {
            review::view::write(&mut out, &shown, 0)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Rule {
    fn run(self, ruling: ExportReturnRuling) -> anyhow::Result<ExitCode> {
        let Self { number, reason, officer, at } = self;
        decide(&at, &number, Verdict::Ruling { ruling, officer, reason })
    }
}

fn decide(at: &Deciding, number: &str, verdict: Verdict) -> anyhow::Result<ExitCode> {
    let store = at.open()?;
    let id = find(&store, number)?.id;
    let decision = Decision { id, verdict };
    let decided = at.decide(&store, |decides, _| export_returns::decide(decides, &decision))??;
    let mut out = std::io::stdout().lock();
    if at.json {
        writeln!(out, "{}", json!({ "return": number, "status": decided.status.number() }))?;
    } else {
        writeln!(out, "{number} stands at {}", decided.status)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The one return that a number names.
fn find(store: &Store, number: &str) -> anyhow::Result<ExportReturnRecord> {
    match store.read(|view| export_returns::find(view, number))? {
        Found::One(record) => Ok(*record),
        Found::Nothing => anyhow::bail!(
            "nothing is known to come back of `{number}`: give the invtNo of an export declaration"
        ),
        Found::Several(records) => {
            let all: Vec<_> =
                records.iter().map(|record| format!("{number}/{}", record.id.n)).collect();
            anyhow::bail!("several returns are known of `{number}`: give one of {}", all.join(", "))
        }
    }
}

fn behind(text: &str) -> Result<ExportReturnId, String> {
    let malformed = || "expected a place that an earlier page printed, such as 123/1".to_owned();
    let (declaration, n) = text.split_once('/').ok_or_else(malformed)?;
    let declaration = declaration.parse().map(DeclarationId).map_err(|_| malformed())?;
    Ok(ExportReturnId { declaration, n: n.parse().map_err(|_| malformed())? })
}
