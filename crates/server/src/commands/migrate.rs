//! `tongguan migrate`: moves an embedded database to a PostgreSQL server.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use tongguan_application::ports::Clock as _;
use tongguan_storage::{Compared, Portion, Progress, StoreSettings, give_up, transfer};

use super::place::Place;
use crate::clock::SystemClock;

/// Move the embedded database to a PostgreSQL server: every row, compared afterwards. What was interrupted goes
/// on where it stood.
#[derive(Debug, Args)]
pub struct Migrate {
    /// The directory of the embedded database; ./tongguan-data when absent. Nothing may work on it meanwhile.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The new, empty database, of PostgreSQL 15 or later: postgres://user@host/name
    #[arg(long, value_name = "URL", required_unless_present = "give_up")]
    to: Option<String>,
    /// Give up a move that was begun and not finished: the embedded database is used again.
    #[arg(long, conflicts_with = "to")]
    give_up: bool,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

impl Migrate {
    /// Runs the command.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let place = Place::of(self.data.clone(), None);
        let directory = place.embedded().filter(|directory| directory.is_dir());
        let directory = directory.with_context(|| {
            format!("{place} is not there: name the directory that is to be moved with --data")
        })?;
        match &self.to {
            Some(to) => {
                let compared = self.transfer(directory, to).with_context(|| {
                    format!("{place} was not moved to the PostgreSQL database of --to")
                })?;
                self.tell(directory, &compared)
            }
            None => {
                let now = SystemClock.now();
                let was_begun = give_up(directory, StoreSettings::default(), now)
                    .with_context(|| format!("the move of {place} cannot be given up"))?;
                self.tell_given_up(was_begun)
            }
        }
    }

    fn transfer(&self, directory: &std::path::Path, to: &str) -> anyhow::Result<Vec<Compared>> {
        let bar = if self.json { ProgressBar::hidden() } else { ProgressBar::new(0) };
        if let Ok(style) = ProgressStyle::with_template("{msg:32} {bar:30} {pos}/{len}, {elapsed}")
        {
            bar.set_style(style);
        }
        let mut tell = |progress: Progress<'_>| match progress {
            Progress::Moves { table, rows, of } => {
                bar.set_message(table.to_owned());
                bar.set_length(of.unsigned_abs());
                bar.set_position(rows.unsigned_abs());
            }
            Progress::Compares { table } => bar.set_message(format!("compares {table}")),
        };
        let (settings, now) = (StoreSettings::default(), SystemClock.now());
        let compared = transfer(directory, to, settings, Portion::default(), now, &mut tell)?;
        bar.finish_and_clear();
        Ok(compared)
    }

    fn tell(&self, directory: &std::path::Path, compared: &[Compared]) -> anyhow::Result<ExitCode> {
        let rows: u64 = compared.iter().map(|table| table.rows).sum();
        let mut out = std::io::stdout().lock();
        if self.json {
            let tables: Vec<_> = compared
                .iter()
                .map(|table| {
                    let digest: String =
                        table.digest.iter().map(|byte| format!("{byte:02x}")).collect();
                    json!({ "table": table.table, "rows": table.rows, "digest": digest })
                })
                .collect();
            writeln!(out, "{}", json!({ "rows": rows, "tables": tables }))?;
        } else {
            let tables = compared.iter().filter(|table| table.rows > 0).count();
            writeln!(
                out,
                "{rows} rows of {tables} tables are on the server, and are the same there"
            )?;
            eprintln!(
                "from now on name it with --database, and the keys with --key-file {}; {} is used no \
                 more: keep it until the server has a backup",
                directory.join("tongguan.key").display(),
                directory.display()
            );
        }
        Ok(ExitCode::SUCCESS)
    }

    fn tell_given_up(&self, was_begun: bool) -> anyhow::Result<ExitCode> {
        let mut out = std::io::stdout().lock();
        if self.json {
            writeln!(out, "{}", json!({ "given_up": was_begun }))?;
        } else if was_begun {
            writeln!(out, "the embedded database is used again")?;
            eprintln!("drop what lies on the server: nothing opens it");
        } else {
            writeln!(out, "no move was begun: nothing is changed")?;
        }
        Ok(ExitCode::SUCCESS)
    }
}
