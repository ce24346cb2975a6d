//! `tongguan message`: looks at single messages, without a database.

mod check;
mod convert;
mod input;
mod list;
mod sample;
mod sign;
mod verify;

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, Subcommand, ValueEnum};
use std::io::Write as _;
use tongguan_messages::ceb::MessageType;
use tongguan_messages::read;

use super::defects::Language;

pub use sign::signing_key;

/// Check, sign, verify, convert or make messages, without a database.
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
    Convert(convert::Convert),
    List(Box<list::List>),
}

/// How strictly a message is judged.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Profile {
    /// Exactly what the official schema of 2022-05 accepts and refuses.
    Strict,
    /// Also what real files do instead, with a warning, as the gateway does.
    Tolerant,
}

impl Profile {
    /// As it is named on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Tolerant => "tolerant",
        }
    }
}

impl From<Profile> for read::Profile {
    fn from(profile: Profile) -> Self {
        match profile {
            Profile::Strict => Self::Strict,
            Profile::Tolerant => Self::Tolerant,
        }
    }
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
            Action::Convert(convert) => convert.run(),
            Action::List(list) => list.run(),
        }
    }
}

/// A message by its code, such as CEB311 or 311.
fn message_type(text: &str) -> Result<MessageType, String> {
    MessageType::from_code(text)
        .or_else(|| MessageType::from_code(&format!("CEB{text}")))
        .ok_or_else(|| {
            let known = MessageType::ALL.map(MessageType::code);
            format!("no such message; there are {}", known.join(", "))
        })
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
