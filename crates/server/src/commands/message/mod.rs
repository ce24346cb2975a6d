//! `tongguan message`: looks at single messages, without a database.

mod check;
mod input;
mod sample;
mod sign;
mod verify;

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use std::io::Write as _;

use super::defects::Language;

/// Check, sign, verify or make messages, without a database.
///
/// Fields, exit statuses and examples: docs/reference/message.md
#[derive(Debug, Args)]
pub struct Message {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Check(check::Check),
    Sign(sign::Sign),
    Verify(verify::Verify),
    Sample(sample::Sample),
}

/// How a judgement is printed.
#[derive(Debug, Args)]
struct Speech {
    /// Print one JSON object a file, each on its own line.
    #[arg(long)]
    json: bool,
    /// The language for people; that of the locale when absent. JSON has both.
    #[arg(long, value_enum)]
    lang: Option<Language>,
}

impl Speech {
    fn language(&self) -> Language {
        self.lang.unwrap_or_else(Language::of_locale)
    }
}

impl Message {
    /// Runs the command.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        match &self.action {
            Action::Check(check) => check.run(),
            Action::Sign(sign) => sign.run(),
            Action::Verify(verify) => verify.run(),
            Action::Sample(sample) => sample.run(),
        }
    }
}

/// Writes a message to a file, or to standard output.
fn write_out(text: &str, file: Option<&Path>) -> anyhow::Result<()> {
    match file {
        Some(file) => {
            std::fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
        }
        None => std::io::stdout()
            .lock()
            .write_all(text.as_bytes())
            .context("cannot write to standard output"),
    }
}
