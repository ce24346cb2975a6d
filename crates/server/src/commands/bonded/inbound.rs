//! `tongguan bonded inbound`: bonded lists by which goods come into a zone.

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use rust_decimal::Decimal;
use serde_json::json;
use tongguan_application::bonded::{
    By, ListError, bonded_lists, gate_pass, lodge_list, passes_of_lists, take_list_step,
};
use tongguan_application::ports::Clock;
use tongguan_domain::bonded::list::{BondedList, BondedListStep};
use tongguan_domain::bonded::stock::StockQuantity;
use tongguan_domain::ids::{
    AccountBookNumber, AccountItemNumber, BondedListNumber, GatePassNumber,
};
use tongguan_web::views::bonded::ListView;

use super::{Place, list_view};
use crate::clock::SystemClock;
use crate::commands::history::at_the_machine;

/// Bring goods into a zone: a bonded list is lodged, approved, passes the gate and is admitted.
#[derive(Debug, Args)]
pub struct Inbound {
    #[command(subcommand)]
    command: InboundCommand,
}

#[derive(Debug, Subcommand)]
enum InboundCommand {
    /// Lodge a list of goods that the book has registered.
    Lodge {
        #[command(flatten)]
        list: Which,
        /// A line: the item, `=`, and how much of its unit.
        #[arg(long = "line", required = true, value_name = "ITEM=QUANTITY", value_parser = line)]
        lines: Vec<(AccountItemNumber, StockQuantity)>,
    },
    /// Find a lodged list in order.
    Approve(Which),
    /// Refuse a lodged list.
    Refuse(Which),
    /// Withdraw a list before it passes the gate.
    Withdraw(Which),
    /// Let the vehicle of its gate pass through the gate.
    Gate {
        #[command(flatten)]
        list: Which,
        /// The gate pass (核放单编号).
        #[arg(long, value_parser = pass_number)]
        gate_pass: GatePassNumber,
    },
    /// End a list that several vehicles share with what passed the gate: the others will not come.
    ///
    /// Their gate passes are given up; what they did not bring stays out of the account book.
    EndShort(Which),
    /// Take its goods into stock: they passed quarantine.
    Admit(Which),
    /// Turn its goods away: they did not pass quarantine.
    TurnAway(Which),
    /// Show the lists of a book, and the gate passes that name them.
    Show {
        /// The book's number.
        #[arg(value_parser = super::book)]
        book: AccountBookNumber,
        #[command(flatten)]
        place: Place,
        /// Answer as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show a gate pass that came by message.
    Pass {
        /// The gate pass (核放单编号).
        #[arg(value_parser = pass_number)]
        number: GatePassNumber,
        #[command(flatten)]
        place: Place,
        /// Answer as JSON.
        #[arg(long)]
        json: bool,
    },
}

/// Which list, by whom and why.
#[derive(Debug, Args)]
struct Which {
    /// The book's number (emsNo).
    #[arg(value_parser = super::book)]
    book: AccountBookNumber,
    /// The list's number (核注清单编号).
    #[arg(value_parser = number)]
    number: BondedListNumber,
    /// Who does it.
    #[arg(long)]
    officer: String,
    /// Why.
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    place: Place,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

fn number(text: &str) -> Result<BondedListNumber, String> {
    BondedListNumber::parse(text).map_err(|error| error.to_string())
}

fn pass_number(text: &str) -> Result<GatePassNumber, String> {
    GatePassNumber::parse(text).map_err(|error| error.to_string())
}

fn line(text: &str) -> Result<(AccountItemNumber, StockQuantity), String> {
    let line = text.split_once('=').and_then(|(item, quantity)| {
        let quantity: Decimal = quantity.parse().ok()?;
        Some((AccountItemNumber::parse(item).ok()?, StockQuantity::of(quantity)?))
    });
    line.ok_or_else(|| "expected an item, `=` and a quantity, such as 0001=100".to_owned())
}

impl Inbound {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            InboundCommand::Lodge { list, lines } => list.lodge(lines),
            InboundCommand::Approve(list) => list.step(BondedListStep::Approve, None),
            InboundCommand::Refuse(list) => list.step(BondedListStep::Refuse, None),
            InboundCommand::Withdraw(list) => list.step(BondedListStep::Withdraw, None),
            InboundCommand::Gate { list, gate_pass } => {
                list.step(BondedListStep::PassGate, Some(&gate_pass))
            }
            InboundCommand::EndShort(list) => list.step(BondedListStep::EndShort, None),
            InboundCommand::Admit(list) => list.step(BondedListStep::Admit, None),
            InboundCommand::TurnAway(list) => list.step(BondedListStep::TurnAway, None),
            InboundCommand::Show { book, place, json } => show(&book, &place, json),
            InboundCommand::Pass { number, place, json } => show_pass(&number, &place, json),
        }
    }
}

impl Which {
    fn by(&self) -> By {
        By { officer: self.officer.as_str().into(), reason: self.reason.as_str().into() }
    }

    fn lodge(self, lines: Vec<(AccountItemNumber, StockQuantity)>) -> anyhow::Result<ExitCode> {
        let now = SystemClock.now();
        let store = self.place.open_known(now)?;
        let by = self.by();
        let list = BondedList { book: self.book, number: self.number, lines };
        let lodged =
            lodge_list(&mut store.writer()?, &list, &by, &at_the_machine(&by.officer), now)?;
        list_view::reached(&mut std::io::stdout().lock(), &lodged, self.json)?;
        Ok(ExitCode::SUCCESS)
    }

    fn step(
        self,
        step: BondedListStep,
        gate_pass: Option<&GatePassNumber>,
    ) -> anyhow::Result<ExitCode> {
        let now = SystemClock.now();
        let store = self.place.open_known(now)?;
        let which = (&self.book, &self.number);
        let mut writer = store.writer()?;
        let (by, cause) = (self.by(), at_the_machine(&self.officer));
        let list = take_list_step(&mut writer, which, step, gate_pass, &by, &cause, now)?;
        list_view::reached(&mut std::io::stdout().lock(), &list, self.json)?;
        Ok(ExitCode::SUCCESS)
    }
}

fn show(book: &AccountBookNumber, place: &Place, json: bool) -> anyhow::Result<ExitCode> {
    let store = place.open_known(SystemClock.now())?;
    let (lists, passes) = store.read(|view| {
        let lists = bonded_lists(view, book)?;
        let passes = passes_of_lists(view, &lists)?;
        Ok::<_, ListError>((lists, passes))
    })?;
    let mut out = std::io::stdout().lock();
    if json {
        let lists: Vec<_> = lists.iter().map(|list| ListView::of(list, &passes)).collect();
        writeln!(out, "{}", json!({ "book": book.as_str(), "lists": lists }))?;
        return Ok(ExitCode::SUCCESS);
    }
    list_view::lists(&mut out, &lists, &passes)?;
    Ok(ExitCode::SUCCESS)
}

fn show_pass(number: &GatePassNumber, place: &Place, json: bool) -> anyhow::Result<ExitCode> {
    let store = place.open_known(SystemClock.now())?;
    let pass = store.read(|view| gate_pass(view, number))?;
    list_view::pass(&mut std::io::stdout().lock(), &pass, json)?;
    Ok(ExitCode::SUCCESS)
}
