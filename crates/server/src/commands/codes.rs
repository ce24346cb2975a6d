//! `tongguan codes`: looks into the tables of rules and codes, and imports rows from files.

mod view;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use jiff::civil::Date;
use serde_json::{Value, json};
use tongguan_application::codes::{self, CodesError, import};
use tongguan_application::history::Cause;
use tongguan_application::ports::Clock;
use tongguan_codelists::text::{Defaults, Defect, Reading};
use tongguan_codelists::{Diff, Pack, Row, Table};
use tongguan_storage::{About, Register, Store};

use crate::clock::SystemClock;
use crate::commands::history::{self, Page};
use crate::commands::place::Place;

/// Look into the tables of rules and codes, and import rows of your own.
///
/// The rows of the database, where there is one, are laid over the built-in tables.
///
/// Tables: parameters, rates, provisional_duties, hs_codes, positive_list, modes, units, currencies,
/// countries, offices, small_lists, export_measures, calendar, merge_keys, return_modes,
/// return_districts, goods_classes, interceptions, vehicles, cancellable_states. Every row is dated
/// and names its source.
#[derive(Debug, Args)]
pub struct Codes {
    #[command(subcommand)]
    command: CodesCommand,
}

#[derive(Debug, Subcommand)]
enum CodesCommand {
    List(List),
    Show(Show),
    Import(Import),
    History(History),
}

/// List the tables, or the rows of one.
#[derive(Debug, Args)]
struct List {
    /// The table whose rows to list; all tables with their sizes when absent.
    #[arg(long, value_parser = table)]
    table: Option<Table>,
    /// Only rows that hold on this day.
    #[arg(long, value_name = "DAY")]
    as_of: Option<Date>,
    #[command(flatten)]
    place: Place,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

/// Show every row for one key, such as `rates 2203000000` or `small_lists trafMode:5`.
///
/// The exit status is 1 when there is none.
#[derive(Debug, Args)]
struct Show {
    /// The table.
    #[arg(value_parser = table)]
    table: Table,
    /// The key, or the id of a row.
    key: String,
    /// Only rows that hold on this day.
    #[arg(long, value_name = "DAY")]
    as_of: Option<Date>,
    #[command(flatten)]
    place: Place,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

/// Lay the rows of a CSV or TSV file over a table, and say row by row what changes.
///
/// The first line names the columns; `codes list --table TABLE` shows them. A line whose id is known
/// replaces that row, others are added, rows that the file does not name stay. Without an `id`
/// column, ids are made from key and first day. All of the file is imported, or nothing: the exit
/// status is 1 when a line has a defect or conflicts with another row.
#[derive(Debug, Args)]
struct Import {
    /// The file, UTF-8.
    file: PathBuf,
    /// The table that it holds rows of.
    #[arg(long, value_parser = table)]
    table: Table,
    /// Print what would change, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// The source of lines that name none.
    #[arg(long)]
    source: Option<String>,
    /// The first day of validity of lines that name none.
    #[arg(long, value_name = "DAY")]
    valid_from: Option<Date>,
    /// A column of the file that goes by another name here, such as `name=zh`; `elements=` leaves
    /// a column out. May be given several times.
    #[arg(long, value_name = "THEIRS=OURS", value_parser = renamed)]
    column: Vec<(String, String)>,
    #[command(flatten)]
    place: Place,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

/// Show which rows imports added, changed and ended, and when, the newest first.
#[derive(Debug, Args)]
struct History {
    /// Only rows of this table.
    #[arg(value_parser = table)]
    table: Option<Table>,
    /// Only the row of this id.
    id: Option<String>,
    #[command(flatten)]
    page: Page,
}

impl Codes {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            CodesCommand::List(list) => list.run(),
            CodesCommand::Show(show) => show.run(),
            CodesCommand::Import(import) => import.run(),
            CodesCommand::History(history) => history.run(),
        }
    }
}

impl List {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let pack = &*shown_pack(&self.place)?;
        match self.table {
            Some(table) => {
                view::print_rows(table, &holding(pack.rows(table), self.as_of), self.json)?
            }
            None => self.print_tables(pack)?,
        }
        Ok(ExitCode::SUCCESS)
    }

    fn print_tables(&self, pack: &Pack) -> anyhow::Result<()> {
        let sizes = Table::ALL.iter().map(|&table| {
            (table, holding(pack.rows(table), self.as_of).len(), table.columns().join(" "))
        });
        let mut out = std::io::stdout().lock();
        if self.json {
            let tables: Vec<Value> = sizes
                .map(|(table, rows, _)| {
                    json!({ "table": table.name(), "rows": rows, "columns": table.columns() })
                })
                .collect();
            writeln!(out, "{}", json!({ "pack": pack.digest().to_string(), "tables": tables }))?;
        } else {
            let mut grid = view::grid(&["table", "rows", "columns"]);
            for (table, rows, columns) in sizes {
                grid.add_row([table.name().to_owned(), rows.to_string(), columns]);
            }
            writeln!(out, "{grid}\n\npack {}", pack.digest())?;
        }
        Ok(())
    }
}

impl Show {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let pack = shown_pack(&self.place)?;
        let named = |row: &Row| row.key() == self.key || row.id().as_str() == self.key;
        let rows: Vec<Row> = holding(pack.rows(self.table), self.as_of);
        let rows: Vec<Row> = rows.into_iter().filter(named).collect();
        if self.json {
            view::print_rows(self.table, &rows, true)?;
        } else {
            let mut out = std::io::stdout().lock();
            for row in &rows {
                for (column, cell) in self.table.columns().iter().zip(row.cells()) {
                    if !cell.is_empty() {
                        writeln!(out, "{column:>18}  {cell}")?;
                    }
                }
                writeln!(out)?;
            }
        }
        if rows.is_empty() {
            let on = self.as_of.map(|day| format!(" on {day}")).unwrap_or_default();
            eprintln!("error: {} has no row for {}{on}", self.table, self.key);
            return Ok(ExitCode::FAILURE);
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Import {
    fn run(self) -> anyhow::Result<ExitCode> {
        let text = std::fs::read_to_string(&self.file)
            .with_context(|| format!("cannot read {} as UTF-8 text", self.file.display()))?;
        let defaults = Defaults {
            valid_from: self.valid_from,
            source: self.source.clone(),
            columns: self.column.clone(),
        };
        let Reading { rows, defects } = self.table.read(&text, &defaults);
        let cause = history::file(&self.file, text.as_bytes());
        let diff = self.apply(rows, &cause, !defects.is_empty())?;
        let sound = defects.is_empty() && diff.conflicts.is_empty();
        self.print(&diff, &defects)?;
        Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    /// Stores the rows, or only compares them when that was asked for or a line is wrong.
    fn apply(&self, rows: Vec<Row>, cause: &Cause, is_faulty: bool) -> anyhow::Result<Diff> {
        if self.dry_run || is_faulty {
            let pack = stored_pack(&self.place)?.unwrap_or_else(Pack::builtin);
            return Ok(Diff::between(&pack, rows));
        }
        let now = SystemClock.now();
        let mut writer = self.place.open(now)?.writer()?;
        match import(&mut writer, rows, cause, now) {
            Ok(diff) => Ok(diff),
            Err(CodesError::Conflicts(diff)) => Ok(*diff),
            Err(error) => Err(error).with_context(|| {
                format!("cannot import into {}; importing again does no harm", self.place)
            }),
        }
    }

    fn print(&self, diff: &Diff, defects: &[Defect]) -> anyhow::Result<()> {
        let mut out = std::io::stdout().lock();
        if self.json {
            writeln!(out, "{}", view::diff_json(self.table, diff, defects))?;
            return Ok(());
        }
        view::write_diff(&mut out, self.table, diff)?;
        if self.dry_run || !defects.is_empty() || !diff.conflicts.is_empty() {
            writeln!(out, "nothing was changed")?;
        }
        for defect in defects {
            eprintln!("error: {}: {defect}", self.file.display());
        }
        Ok(())
    }
}

impl History {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let subject = match (self.table, &self.id) {
            (Some(table), Some(id)) => format!("{table}/{id}"),
            (table, _) => table.map(|table| table.to_string()).unwrap_or_default(),
        };
        let about = match (self.table, &self.id) {
            (None, _) => About::Everything,
            (Some(_), None) => About::Group(&subject),
            (Some(_), Some(_)) => About::Subject(&subject),
        };
        let store = self.page.place.open_existing(SystemClock.now())?;
        self.page.print(store.as_ref(), Register::Codes, about, |_| None)
    }
}

/// The built-in tables with the rows of the database laid over them; `None` where there is none.
fn stored_pack(place: &Place) -> anyhow::Result<Option<Arc<Pack>>> {
    let read = |store: Store| store.read(codes::pack);
    let pack = place.open_existing(SystemClock.now())?.map(read).transpose();
    pack.with_context(|| format!("cannot read {place}"))
}

/// The same, or the built-in tables where there is no database and nobody asked for one.
fn shown_pack(place: &Place) -> anyhow::Result<Arc<Pack>> {
    let stored = stored_pack(place)?;
    anyhow::ensure!(
        stored.is_some() || !place.is_named(),
        "{place} is not there: check --data, or leave it out to see the built-in tables"
    );
    Ok(stored.unwrap_or_else(Pack::builtin))
}

fn table(name: &str) -> Result<Table, String> {
    Table::ALL.iter().copied().find(|table| table.name() == name).ok_or_else(|| {
        let names: Vec<&str> = Table::ALL.iter().map(|table| table.name()).collect();
        format!("the tables are {}", names.join(", "))
    })
}

fn renamed(text: &str) -> Result<(String, String), String> {
    let (theirs, ours) = text.split_once('=').ok_or("expected THEIRS=OURS, such as name=zh")?;
    Ok((theirs.trim().to_owned(), ours.trim().to_owned()))
}

fn holding(mut rows: Vec<Row>, as_of: Option<Date>) -> Vec<Row> {
    rows.retain(|row| as_of.is_none_or(|day| row.validity().covers(day)));
    rows
}
