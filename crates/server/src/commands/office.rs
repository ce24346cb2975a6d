//! `tongguan office`: what a customs office has settled for itself.

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Subcommand};
use comfy_table::{Table as Grid, presets};
use serde_json::{Map, Value, json};
use tongguan_application::clearing::settings::{OfficeSettings, Settings};
use tongguan_application::history::Cause;
use tongguan_application::learning::Learned;
use tongguan_application::ports::Clock;
use tongguan_application::settings;
use tongguan_domain::ids::OfficeCode;
use tongguan_storage::{About, Register, Store};

use super::history::Page;
use super::place::Place;
use crate::clock::SystemClock;

/// Show and change the settings of customs offices.
///
/// What `all` says holds for every office that has no value of its own. A gateway that runs takes a
/// change up within a second.
#[derive(Debug, Args)]
pub struct Office {
    #[command(subcommand)]
    command: OfficeCommand,
}

#[derive(Debug, Subcommand)]
enum OfficeCommand {
    List(List),
    Set(Set),
    History(History),
}

/// List the settings of all offices that have any of their own, and of all others.
#[derive(Debug, Args)]
struct List {
    #[command(flatten)]
    place: Place,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

/// Give an office, or all, a value: `office set 2916 waiting_days 15`.
///
/// The word `default` takes an office's own value away. Names and values: docs/reference/settings.md
#[derive(Debug, Args)]
struct Set {
    /// Four digits, or `all`.
    #[arg(value_parser = scope)]
    office: Scope,
    /// The setting.
    name: String,
    /// Its value; `default` takes it back.
    value: String,
    #[command(flatten)]
    place: Place,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

/// Show which settings were given and taken away, and when, the newest first.
#[derive(Debug, Args)]
struct History {
    /// Only those of this office: four digits, or `all` for what holds where an office has none.
    #[arg(value_parser = scope)]
    office: Option<Scope>,
    #[command(flatten)]
    page: Page,
}

/// One office, or all that have no value of their own.
#[derive(Debug, Clone, Copy)]
enum Scope {
    All,
    One(OfficeCode),
}

impl Scope {
    const fn code(self) -> Option<OfficeCode> {
        match self {
            Self::All => None,
            Self::One(code) => Some(code),
        }
    }
}

fn scope(text: &str) -> Result<Scope, String> {
    if text == "all" {
        return Ok(Scope::All);
    }
    OfficeCode::parse(text)
        .map(Scope::One)
        .map_err(|_| "expected an office of four digits, or `all`".to_owned())
}

impl Office {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            OfficeCommand::List(list) => list.run(),
            OfficeCommand::Set(set) => set.run(),
            OfficeCommand::History(history) => history.run(),
        }
    }
}

impl List {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let loaded = match self.place.open_existing(SystemClock.now())? {
            Some(store) => loaded(&store)?,
            None => Arc::default(),
        };
        let mut offices: Vec<_> =
            loaded.offices.iter().map(|(code, of)| (code.to_string(), of)).collect();
        offices.sort_by(|a, b| a.0.cmp(&b.0));
        offices.insert(0, ("all".to_owned(), &loaded.default_office));
        let mut out = std::io::stdout().lock();
        if self.json {
            let offices: Map<_, _> =
                offices.into_iter().map(|(name, of)| (name, as_json(of))).collect();
            writeln!(out, "{}", json!({ "offices": offices }))?;
            return Ok(ExitCode::SUCCESS);
        }
        let mut grid = Grid::new();
        grid.load_style(presets::NOTHING);
        grid.set_header(["office"].into_iter().chain(settings::NAMES));
        for (name, of) in offices {
            grid.add_row([name].into_iter().chain(settings::values(of).map(|(_, value)| value)));
        }
        writeln!(out, "{grid}")?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Set {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let now = SystemClock.now();
        let store = self.place.open(now)?;
        let office = self.office.code();
        let value = (self.value != "default").then_some(self.value.as_str());
        let cause = Cause::Command("office set".to_owned());
        let mut writer = store.writer()?;
        let changed = settings::put(&mut writer, office, &self.name, value, &cause, now)?;
        let loaded = loaded(&store)?;
        let of = office.and_then(|code| loaded.offices.get(&code));
        let of = of.unwrap_or(&loaded.default_office);
        let holds = settings::values(of).into_iter().find(|(name, _)| *name == self.name);
        let holds = holds.map(|(_, value)| value).unwrap_or_default();
        let who = office.map_or_else(|| "all".to_owned(), |code| code.to_string());
        let mut out = std::io::stdout().lock();
        if self.json {
            let said = json!({
                "office": who, "name": self.name, "value": holds, "changed": changed,
            });
            writeln!(out, "{said}")?;
        } else {
            let how = if changed { "" } else { ", as before" };
            writeln!(out, "{who}: {} = {holds}{how}", self.name)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl History {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let scope = self.office.map(|office| settings::scope(office.code()));
        let about = scope.as_deref().map_or(About::Everything, About::Group);
        let store = self.page.place.open_existing(SystemClock.now())?;
        self.page.print(store.as_ref(), Register::Settings, about, |_| None)
    }
}

fn loaded(store: &Store) -> anyhow::Result<Arc<Settings>> {
    Ok(store.read(Learned::load)?.settings)
}

fn as_json(office: &OfficeSettings) -> Value {
    let values = settings::values(office).map(|(name, value)| (name.to_owned(), value.into()));
    Value::Object(values.into_iter().collect())
}
