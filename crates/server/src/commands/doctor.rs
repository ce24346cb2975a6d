//! `tongguan doctor`: looks at everything that an operator can act on, and says what to do.

mod contents;
mod keys;
mod law;
mod machine;
mod retention;
mod standbys;
mod trust;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;
use tongguan_application::ports::Clock;
use tongguan_domain::time::Moment;
use tongguan_storage::Store;

use super::place::{KeyFile, Place};
use crate::clock::SystemClock;

/// How soon a certificate or a rule has to end to be worth a word, in days.
const SOON_DAYS: i64 = 60;

/// Look at disk, database, key, queues, trust, registry and law, and say what to do.
///
/// Nothing is changed, but a database of an older version is brought up to date, as every command
/// does. The exit status is 1 when something fails, 0 when all is well or only worth a warning.
#[derive(Debug, Args)]
pub struct Doctor {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    key_file: KeyFile,
    /// The trusted authorities, as the gateway is told.
    #[arg(long, value_name = "DIR", default_value = "trust")]
    trust: PathBuf,
    /// Leave out the reading of the whole database file.
    #[arg(long, conflicts_with = "deep")]
    fast: bool,
    /// Read every table of a PostgreSQL database, too; it takes as long as a dump.
    #[arg(long)]
    deep: bool,
    /// A standby that services read pages and reports from; may be given several times.
    #[arg(long, value_name = "URL", requires = "database")]
    standby: Vec<String>,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

/// How much of the database is read to see whether it is sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    Nothing,
    /// The file of an embedded database.
    File,
    /// The tables of a server, too.
    Everything,
}

/// Of many things so many are named.
const NAMED: usize = 8;

/// The first of many things, and how many more there are.
fn some<'k>(all: impl IntoIterator<Item = &'k String, IntoIter: ExactSizeIterator>) -> String {
    let mut all = all.into_iter();
    let named: Vec<_> = all.by_ref().take(NAMED).map(String::as_str).collect();
    match all.len() {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
enum Level {
    Ok,
    Warn,
    Fail,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Finding {
    level: Level,
    /// A stable name.
    check: &'static str,
    /// What was found.
    what: String,
    /// Where.
    r#where: String,
    /// What to do; absent where nothing has to be done.
    todo: Option<&'static str>,
}

/// What was found so far.
#[derive(Debug, Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn ok(&mut self, check: &'static str, place: impl ToString, what: impl Into<String>) {
        self.add(Level::Ok, check, place, what, None);
    }

    fn warn(
        &mut self,
        check: &'static str,
        place: impl ToString,
        what: impl Into<String>,
        todo: &'static str,
    ) {
        self.add(Level::Warn, check, place, what, Some(todo));
    }

    fn fail(
        &mut self,
        check: &'static str,
        place: impl ToString,
        what: impl Into<String>,
        todo: &'static str,
    ) {
        self.add(Level::Fail, check, place, what, Some(todo));
    }

    fn add(
        &mut self,
        level: Level,
        check: &'static str,
        place: impl ToString,
        what: impl Into<String>,
        todo: Option<&'static str>,
    ) {
        let (what, place) = (what.into(), place.to_string());
        self.0.push(Finding { level, check, what, r#where: place, todo });
    }

    /// Notes that something could not even be looked at.
    fn unreadable(&mut self, check: &'static str, place: impl ToString, error: &anyhow::Error) {
        self.fail(check, place, format!("{error:#}"), "mend what is named, and run doctor again");
    }
}

impl Doctor {
    /// Runs the command.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let now = SystemClock.now();
        let mut findings = Findings::default();
        machine::directory(&mut findings, &self.place);
        match self.place.open_existing(now) {
            Ok(Some(store)) => self.database(&mut findings, &store, now),
            Ok(None) => findings.warn(
                "database",
                &self.place,
                "there is none yet",
                "name its directory with --data; `gateway` and `registry import` make one",
            ),
            Err(error) => findings.fail(
                "database",
                &self.place,
                format!("{error:#}"),
                "check path or URL, permissions, and whether the server runs",
            ),
        }
        trust::folder(&mut findings, &self.trust, now);
        self.print(&findings.0)
    }

    fn database(&self, findings: &mut Findings, store: &Store, now: Moment) {
        let place = self.place.to_string();
        let looks: [(&'static str, anyhow::Result<()>); 9] = [
            ("settings", machine::settings(findings, store, &place, self.reading())),
            ("standbys", standbys::all(findings, store, &self.standby)),
            ("key", keys::ring(findings, store, self.key_file.path(&self.place))),
            ("contents", contents::all(findings, store, &place, now)),
            ("clock", contents::clock(findings, store, &place, now)),
            ("registry", trust::registry(findings, store, &place, now)),
            ("delegates", trust::delegates(findings, store, &place, &self.trust, now)),
            ("law", law::rules(findings, store, &place, now)),
            ("retention", retention::over(findings, store, &place, now)),
        ];
        for (check, looked) in looks {
            if let Err(error) = looked {
                findings.unreadable(check, &place, &error);
            }
        }
    }

    const fn reading(&self) -> Reading {
        match (self.fast, self.deep) {
            (true, _) => Reading::Nothing,
            (false, false) => Reading::File,
            (false, true) => Reading::Everything,
        }
    }

    fn print(&self, findings: &[Finding]) -> anyhow::Result<ExitCode> {
        let worst = findings.iter().map(|finding| finding.level).max().unwrap_or(Level::Ok);
        let mut out = std::io::stdout().lock();
        if self.json {
            let said = serde_json::json!({ "level": worst, "findings": findings });
            writeln!(out, "{said}")?;
        } else {
            for finding in findings {
                let level = match finding.level {
                    Level::Ok => "ok  ",
                    Level::Warn => "WARN",
                    Level::Fail => "FAIL",
                };
                let Finding { check, what, r#where: place, .. } = finding;
                writeln!(out, "{level} {check}: {what} ({place})")?;
                if let Some(todo) = finding.todo {
                    writeln!(out, "     -> {todo}")?;
                }
            }
        }
        Ok(if worst == Level::Fail { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}
