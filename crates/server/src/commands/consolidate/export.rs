//! `tongguan consolidate export`: a formal declaration as a file.

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use serde_json::json;
use tongguan_application::clearing::rows::read_formal;
use tongguan_application::numbering::partition_of_number;
use tongguan_application::ports::Clock;
use tongguan_web::views::formal::{FormalView, xml};

use super::Place;
use crate::clock::SystemClock;

/// Print a formal declaration for the general-trade system.
#[derive(Debug, Args)]
pub struct Export {
    /// Its 报关单编号: 18 digits.
    number: String,
    /// How it is written; docs/reference/formal-declaration.md describes both.
    #[arg(long, value_enum, default_value_t = Format::Json)]
    format: Format,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Json,
    Xml,
}

impl Export {
    /// Runs the command.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let store = self.place.open_known(SystemClock.now())?;
        let bucket = partition_of_number(&self.number);
        let keys: Vec<_> =
            bucket.map(|bucket| (bucket, self.number.as_str())).into_iter().collect();
        let row = store.read(|view| view.formal_declarations(&keys))?.pop().with_context(|| {
            format!("{}: there is no formal declaration of this number", self.number)
        })?;
        let formal = read_formal(row)?;
        let mut out = std::io::stdout().lock();
        match self.format {
            Format::Json => writeln!(out, "{:#}", json!(FormalView::of(&formal)))?,
            Format::Xml => out.write_all(xml(&formal).as_bytes())?,
        }
        Ok(ExitCode::SUCCESS)
    }
}
