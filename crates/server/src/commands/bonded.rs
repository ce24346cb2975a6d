//! `tongguan bonded`: account books of bonded goods.

mod inbound;
mod list_view;
mod view;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde_json::json;
use tongguan_application::bonded::{
    self, ManualMove, StockTake, move_stock, open_book, register_items, take_stock,
};
use tongguan_application::clearing::rows::read_book;
use tongguan_application::history::Cause;
use tongguan_application::ports::Clock;
use tongguan_application::registry::registered;
use tongguan_domain::bonded::movement::MovementKind;
use tongguan_domain::bonded::stock::StockQuantity;
use tongguan_domain::bonded::{AccountBook, StockKey};
use tongguan_domain::ids::{AccountBookNumber, AccountItemNumber, OfficeCode};
use tongguan_domain::party::PartyCode;
use tongguan_domain::time::Moment;
use tongguan_web::views::bonded::CountedView;

use super::history::{self, at_the_machine};
use super::place::Place;
use crate::clock::SystemClock;

/// Keep account books of bonded goods: register, move, count, report.
///
/// Releases of bonded parcels (1210, 1239) draw from the books that are registered here; everything else that
/// changes a stock is done with these commands.
#[derive(Debug, Args)]
pub struct Bonded {
    #[command(subcommand)]
    command: BondedCommand,
}

#[derive(Debug, Subcommand)]
enum BondedCommand {
    Open(Open),
    Register(Register),
    Move(Move),
    Count(Count),
    Inbound(inbound::Inbound),
    List(List),
    Report(Report),
}

/// Register an account book, or change its office, zone and term.
#[derive(Debug, Args)]
struct Open {
    /// The book's number (emsNo).
    #[arg(value_parser = book)]
    book: AccountBookNumber,
    /// A code of the registered party whose goods they are.
    #[arg(long, value_name = "CODE", value_parser = code)]
    holder: PartyCode,
    /// The office that keeps it, four digits.
    #[arg(long, value_parser = office)]
    office: OfficeCode,
    /// The zone's name.
    #[arg(long)]
    zone: String,
    /// The first day on which goods may be moved; today when absent.
    #[arg(long, value_name = "DAY")]
    from: Option<Date>,
    /// The first day on which they may not any more.
    #[arg(long, value_name = "DAY")]
    to: Option<Date>,
    #[command(flatten)]
    place: Place,
}

/// Register the goods of a CSV file under a book, or change what is registered of them.
///
/// All of the file, or nothing. Columns: docs/reference/bonded.md
#[derive(Debug, Args)]
struct Register {
    /// The book's number.
    #[arg(value_parser = book)]
    book: AccountBookNumber,
    /// The file, UTF-8.
    file: PathBuf,
    #[command(flatten)]
    place: Place,
}

/// Move a stock by hand: opening, destroyed or shipped-abroad.
#[derive(Debug, Args)]
struct Move {
    #[command(flatten)]
    stock: Stock,
    /// Why: opening, destroyed, shipped-abroad.
    #[arg(value_parser = kind)]
    kind: MovementKind,
    /// How much, in the item's unit.
    #[arg(value_parser = quantity)]
    quantity: StockQuantity,
    #[command(flatten)]
    why: Why,
    #[command(flatten)]
    place: Place,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

/// Record what a stock-take found: a difference is booked as surplus or missing.
#[derive(Debug, Args)]
struct Count {
    #[command(flatten)]
    stock: Stock,
    /// What was found, in the item's unit, with what is held for declarations.
    #[arg(value_parser = quantity)]
    counted: StockQuantity,
    #[command(flatten)]
    why: Why,
    #[command(flatten)]
    place: Place,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

/// List the account books.
#[derive(Debug, Args)]
struct List {
    #[command(flatten)]
    place: Place,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

/// Explain every unit of a book: opening, in and out by document, closing.
///
/// The exit status is 1 when the movements do not add up to what is there.
#[derive(Debug, Args)]
struct Report {
    /// The book's number.
    #[arg(value_parser = book)]
    book: AccountBookNumber,
    /// Only this item.
    #[arg(long, value_parser = item)]
    item: Option<AccountItemNumber>,
    /// Only this month in China, such as 2026-03; everything when absent.
    #[arg(long, value_parser = month)]
    month: Option<Month>,
    #[command(flatten)]
    place: Place,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

/// Which stock.
#[derive(Debug, Args)]
struct Stock {
    /// The book's number (emsNo).
    #[arg(value_parser = book)]
    book: AccountBookNumber,
    /// The item's number (itemRecordNo).
    #[arg(value_parser = item)]
    item: AccountItemNumber,
}

impl Stock {
    fn key(&self) -> StockKey {
        StockKey { book: self.book.clone(), item: self.item.clone() }
    }
}

/// By what, by whom and why a person moves a stock.
#[derive(Debug, Args)]
struct Why {
    /// The number of the document that it follows from.
    #[arg(long)]
    document: String,
    /// Who does it.
    #[arg(long)]
    officer: String,
    /// Why.
    #[arg(long)]
    reason: String,
}

/// The first moments of a month and of the next.
#[derive(Debug, Clone, Copy)]
struct Month(Moment, Moment);

fn book(text: &str) -> Result<AccountBookNumber, String> {
    AccountBookNumber::parse(text).map_err(|error| error.to_string())
}

fn item(text: &str) -> Result<AccountItemNumber, String> {
    AccountItemNumber::parse(text).map_err(|error| error.to_string())
}

fn code(text: &str) -> Result<PartyCode, String> {
    PartyCode::parse(text).map_err(|error| error.to_string())
}

fn office(text: &str) -> Result<OfficeCode, String> {
    OfficeCode::parse(text).map_err(|_| "expected an office of four digits".to_owned())
}

fn quantity(text: &str) -> Result<StockQuantity, String> {
    let units: Option<Decimal> = text.parse().ok();
    let quantity = units.and_then(StockQuantity::of);
    quantity.ok_or_else(|| "expected a quantity of at most five decimals".to_owned())
}

fn kind(text: &str) -> Result<MovementKind, String> {
    use MovementKind::{Destroyed, Opening, ShippedAbroad};
    let by_hand = [Opening, Destroyed, ShippedAbroad];
    let names = by_hand.map(MovementKind::name).join(", ");
    let known = by_hand.into_iter().find(|kind| kind.name() == text);
    known.ok_or_else(|| format!("expected one of {names}"))
}

fn month(text: &str) -> Result<Month, String> {
    let first: Option<Date> = format!("{text}-01").parse().ok();
    let next = first.and_then(|first| first.checked_add(jiff::Span::new().months(1)).ok());
    match first.zip(next) {
        Some((first, next)) => Ok(Month(Moment::start_of(first), Moment::start_of(next))),
        None => Err("expected a month such as 2026-03".to_owned()),
    }
}

impl Bonded {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            BondedCommand::Open(open) => open.run(),
            BondedCommand::Register(register) => register.run(),
            BondedCommand::Move(moved) => moved.run(),
            BondedCommand::Count(count) => count.run(),
            BondedCommand::Inbound(inbound) => inbound.run(),
            BondedCommand::List(list) => list.run(),
            BondedCommand::Report(report) => report.run(),
        }
    }
}

impl Open {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let now = SystemClock.now();
        let store = self.place.open(now)?;
        let parties = store.read(registered)?;
        let holder = parties.iter().find(|known| known.party.codes.contains(&self.holder));
        let holder = holder.with_context(|| {
            format!("no party has code `{}`: register it with `registry import`", self.holder)
        })?;
        let book = AccountBook {
            number: self.book.clone(),
            holder: holder.party.id,
            office: self.office,
            zone: self.zone.as_str().into(),
            valid_from: self.from.unwrap_or_else(|| now.china_day()),
            valid_to: self.to,
        };
        let cause = Cause::Command("bonded open".to_owned());
        let changed = open_book(&mut store.writer()?, &book, &cause, now)?;
        let said = if changed { "registered" } else { "unchanged" };
        writeln!(std::io::stdout(), "account book {}: {said}", self.book)?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Register {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let now = SystemClock.now();
        let bytes = std::fs::read(&self.file)
            .with_context(|| format!("cannot read {}", self.file.display()))?;
        let goods = match bonded::file::read(&bytes) {
            Ok(goods) => goods,
            Err(bad) => {
                for line in &bad {
                    eprintln!("{}: {line}", self.file.display());
                }
                bail!("{} lines are none; nothing was registered", bad.len());
            }
        };
        let store = self.place.open(now)?;
        let cause = history::file(&self.file, &bytes);
        let changed = register_items(&mut store.writer()?, &self.book, &goods, &cause, now)?;
        let all = goods.len();
        writeln!(std::io::stdout(), "{all} items, {changed} of them new or changed")?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Move {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let now = SystemClock.now();
        let store = self.place.open_known(now)?;
        let moved = ManualMove {
            key: self.stock.key(),
            kind: self.kind,
            quantity: self.quantity,
            document: self.why.document.as_str().into(),
            officer: self.why.officer.as_str().into(),
            reason: self.why.reason.as_str().into(),
        };
        let after =
            move_stock(&mut store.writer()?, &moved, &at_the_machine(&self.why.officer), now)?;
        let mut out = std::io::stdout().lock();
        if self.json {
            writeln!(out, "{}", view::stock(after))?;
        } else {
            writeln!(out, "{} there, {} held", after.on_hand(), after.held())?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Count {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let now = SystemClock.now();
        let store = self.place.open_known(now)?;
        let take = StockTake {
            key: self.stock.key(),
            counted: self.counted,
            document: self.why.document.as_str().into(),
            officer: self.why.officer.as_str().into(),
            reason: self.why.reason.as_str().into(),
        };
        let found =
            take_stock(&mut store.writer()?, &take, &at_the_machine(&self.why.officer), now)?;
        let mut out = std::io::stdout().lock();
        let difference = found.difference;
        if self.json {
            writeln!(out, "{}", json!(CountedView::of(&found, self.counted)))?;
            return Ok(ExitCode::SUCCESS);
        }
        match difference {
            None => writeln!(out, "{} booked, as counted", found.booked)?,
            Some((kind, quantity)) => {
                let name = kind.name();
                writeln!(
                    out,
                    "{} booked, {} counted: {quantity} {name}",
                    found.booked, self.counted
                )?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl List {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let store = self.place.open_known(SystemClock.now())?;
        let parties = store.read(registered)?;
        let rows = store.read(|view| view.all_account_books())?;
        let books = rows.into_iter().map(read_book).collect::<Result<Vec<_>, _>>()?;
        view::books(&mut std::io::stdout().lock(), &books, &parties, self.json)?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Report {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let store = self.place.open_known(SystemClock.now())?;
        let term = (self.month.map(|month| month.0), self.month.map(|month| month.1));
        let item = self.item.as_ref();
        let items = store.read(|view| bonded::report(view, &self.book, item, term))?;
        let mut out = std::io::stdout().lock();
        if self.json {
            writeln!(out, "{}", view::report_json(&self.book, &items))?;
        } else {
            view::report(&mut out, &items)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}
