//! `tongguan retention`: what is kept until when, what is held, and what is erased when its time is over.

mod view;

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use comfy_table::{Table as Grid, presets};
use serde_json::json;
use tongguan_application::codes;
use tongguan_application::history::{Actor, Cause};
use tongguan_application::ports::Clock as _;
use tongguan_application::retention::{self, Hold, Item, Stage};
use tongguan_application::review;

use self::view::{as_json, hold_as_json, said};
use super::place::{KeyFile, Place};
use super::review::find;
use crate::clock::SystemClock;

/// What is kept until when, by which row of law; holds; and erasing what is due.
///
/// Persons stand in messages as they were received, which the key of their month opens. When their time is over the
/// key is destroyed, and the verifiable log signs a statement of that: docs/reference/retention.md
#[derive(Debug, Args)]
pub struct Retention {
    #[command(subcommand)]
    command: RetentionCommand,
}

#[derive(Debug, Subcommand)]
enum RetentionCommand {
    /// List what is kept of each month, until when, and what is due.
    Show(At),
    /// Erase for good what is due: destroy the keys and secrets of its months, and state it.
    Run(Run),
    /// Hold a declaration: nothing of its months is erased until that is lifted.
    Hold(Set),
    /// Lift a hold.
    Lift(Lift),
    /// List the holds, those that were lifted too.
    Holds(At),
    /// Print the signed statements of what was erased.
    Statements(At),
}

#[derive(Debug, Args)]
struct At {
    #[command(flatten)]
    place: Place,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Run {
    /// Say what would be erased, and erase nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    key_file: KeyFile,
    #[command(flatten)]
    at: At,
}

#[derive(Debug, Args)]
struct Set {
    /// The declaration: invtNo, preNo, orderNo or id.
    number: String,
    #[command(flatten)]
    why: Why,
    #[command(flatten)]
    at: At,
}

#[derive(Debug, Args)]
struct Lift {
    /// The hold, as `retention holds` lists it.
    hold: i64,
    #[command(flatten)]
    why: Why,
    #[command(flatten)]
    at: At,
}

#[derive(Debug, Args)]
struct Why {
    /// Why: the case, appeal or enquiry.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Who says so, for the audit.
    #[arg(long, value_name = "NAME")]
    officer: String,
}

impl Retention {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            RetentionCommand::Show(at) => at.show(),
            RetentionCommand::Run(run) => run.run(),
            RetentionCommand::Hold(set) => set.run(),
            RetentionCommand::Lift(lift) => lift.run(),
            RetentionCommand::Holds(at) => at.holds(),
            RetentionCommand::Statements(at) => at.statements(),
        }
    }
}

impl At {
    fn plan(&self) -> anyhow::Result<Vec<Item>> {
        let store = self.place.open_known(SystemClock.now())?;
        let pack = store.read(codes::pack)?;
        Ok(retention::plan(&store, &pack, SystemClock.now())?)
    }

    fn show(&self) -> anyhow::Result<ExitCode> {
        self.tell(&self.plan()?)
    }

    fn tell(&self, items: &[Item]) -> anyhow::Result<ExitCode> {
        let mut out = std::io::stdout().lock();
        if self.json {
            let items: Vec<_> = items.iter().map(as_json).collect();
            writeln!(out, "{}", json!({ "records": items }))?;
            return Ok(ExitCode::SUCCESS);
        }
        if items.is_empty() {
            writeln!(out, "nothing is kept that has an end")?;
            return Ok(ExitCode::SUCCESS);
        }
        let mut grid = Grid::new();
        grid.load_style(presets::NOTHING);
        grid.set_header(["month", "records", "stage", ""]);
        for Item { month, class, stage } in items {
            let (name, why) = (stage.name(), said(stage));
            grid.add_row([month.to_string(), class.name().to_owned(), name.to_owned(), why]);
        }
        writeln!(out, "{grid}")?;
        Ok(ExitCode::SUCCESS)
    }

    fn holds(&self) -> anyhow::Result<ExitCode> {
        let store = self.place.open_known(SystemClock.now())?;
        let holds = retention::holds(&store)?;
        let mut out = std::io::stdout().lock();
        if self.json {
            let holds: Vec<_> = holds.iter().map(hold_as_json).collect();
            writeln!(out, "{}", json!({ "holds": holds }))?;
            return Ok(ExitCode::SUCCESS);
        }
        if holds.is_empty() {
            writeln!(out, "nothing is held: `retention hold NUMBER` keeps what a case needs")?;
        }
        for hold in &holds {
            let Hold { n, declaration_id: id, reason, set_by, set_at, .. } = hold;
            write!(out, "{n}  declaration {id}  {set_by} at {set_at}: {reason}")?;
            match (&hold.lifted_by, &hold.lifted_at, &hold.lifted_for) {
                (Some(by), Some(at), Some(why)) => {
                    writeln!(out, "  lifted by {by} at {at}: {why}")?
                }
                _ => writeln!(out)?,
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    fn statements(&self) -> anyhow::Result<ExitCode> {
        let store = self.place.open_known(SystemClock.now())?;
        let erasures = store.read(|view| view.erasures())?;
        let mut out = std::io::stdout().lock();
        if self.json {
            let all = erasures.iter().map(|row| {
                json!({
                    "month": row.period,
                    "class": row.class,
                    "erased_at": row.erased_at.to_string(),
                    "statement": row.statement,
                })
            });
            writeln!(out, "{}", json!({ "statements": all.collect::<Vec<_>>() }))?;
            return Ok(ExitCode::SUCCESS);
        }
        for row in erasures {
            writeln!(out, "{}", row.statement)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Run {
    fn run(&self) -> anyhow::Result<ExitCode> {
        if self.dry_run {
            let mut due = self.at.plan()?;
            due.retain(|item| matches!(item.stage, Stage::Due(_)));
            if due.is_empty() && !self.at.json {
                eprintln!("nothing is due: `retention show` says until when everything is kept");
                return Ok(ExitCode::SUCCESS);
            }
            return self.at.tell(&due);
        }
        let now = SystemClock.now();
        let store = self.at.place.open_known(now)?;
        let keyring = self.key_file.keyring(&self.at.place, &store)?;
        let pack = store.read(codes::pack)?;
        let cause = Cause::Command("retention run".to_owned());
        let (mut all, mut out) = (Vec::new(), std::io::stdout());
        let mut tell = |erased: &retention::Erased| {
            if !self.at.json {
                let (month, class) = (erased.month, erased.class.name());
                // Whoever reads it may have gone; what is begun is ended.
                drop(writeln!(
                    out,
                    "{month}: {} records of class {class} were erased",
                    erased.records
                ));
            }
            all.push(json!({
                "month": erased.month.to_string(),
                "class": erased.class.name(),
                "records": erased.records,
                "statement": erased.statement,
            }));
        };
        retention::erase(&store, &keyring, &pack, (&cause, now), &mut tell)?;
        match (self.at.json, all.is_empty()) {
            (true, _) => writeln!(out, "{}", json!({ "erased": all }))?,
            (false, true) => writeln!(out, "nothing is due")?,
            (false, false) => {
                eprintln!(
                    "copies from before still hold the keys: backups older than today are to be destroyed, too"
                );
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Why {
    fn cause(&self) -> anyhow::Result<Cause> {
        let name = review::officer(&self.officer)?.to_owned();
        Ok(Cause::Person(Actor { name, ..Actor::at_the_machine() }))
    }
}

impl Set {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let store = self.at.place.open_known(SystemClock.now())?;
        let id = find(&store, &self.number)?;
        let said = (&*self.why.reason, review::officer(&self.why.officer)?);
        let cause = self.why.cause()?;
        let mut writer = store.small_writer()?;
        let n = retention::hold(&mut writer, id, said, &cause, SystemClock.now())?;
        let mut out = std::io::stdout().lock();
        match self.at.json {
            true => writeln!(out, "{}", json!({ "hold": n, "declaration": id.to_string() }))?,
            false => writeln!(out, "hold {n} keeps declaration {id} until it is lifted")?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Lift {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let store = self.at.place.open_known(SystemClock.now())?;
        let said = (&*self.why.reason, review::officer(&self.why.officer)?);
        let cause = self.why.cause()?;
        let mut writer = store.small_writer()?;
        let hold = retention::lift(&mut writer, self.hold, said, &cause, SystemClock.now())?;
        let mut out = std::io::stdout().lock();
        match self.at.json {
            true => writeln!(out, "{}", hold_as_json(&hold))?,
            false => writeln!(out, "hold {} is lifted", hold.n)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}
