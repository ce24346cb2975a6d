//! `tongguan message sample`: a made-up message of each type.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use tongguan_messages::ceb::MessageType;
use tongguan_messages::sample::{SampleError, sample};
use tongguan_messages::zone::{self, ZoneMessage};
use tongguan_testkit::cast::{Actor, Cast, Signing};

use super::{message_type, write_out};

/// The seed of the made-up enterprises' keys. Anyone can make the same keys from it.
const SEED: u64 = 7;
/// The file of the authority's certificate.
const AUTHORITY: &str = "sample-authority.pem";

/// Write a made-up message, valid by the official schema.
///
/// Bonded lists and gate passes (INV101, SAS121) and the answers to them have no official schema; theirs is
/// told by docs/reference/bonded.md.
///
/// All samples tell of one of two parcels, one that comes and one that leaves; no person, enterprise
/// or number in them exists. Declarations of import (CEB621) are signed unless --unsigned is given,
/// because the schema demands it.
///
/// The keys of the samples are public: never trust their authority where it matters.
#[derive(Debug, Args)]
pub struct Sample {
    /// The code of a message, such as CEB311, 311 or INV101; an unknown one lists them all.
    #[arg(value_name = "TYPE", value_parser = any_message)]
    message: AnyMessage,
    /// Sign it by whoever must send it, with SM2.
    #[arg(long)]
    signed: bool,
    /// Leave a message unsigned that the schema wants signed, so that it can be signed with another key.
    #[arg(long, conflicts_with = "signed")]
    unsigned: bool,
    /// Where it is written; standard output when absent.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// A directory where the certificate of the signers' authority is written, for `verify --trust`.
    #[arg(long, value_name = "DIR")]
    trust_out: Option<PathBuf>,
}

impl Sample {
    /// Runs the command.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let mut text = self.message.sample()?;
        let is_signed = self.signed || self.message.demands_signature() && !self.unsigned;
        if is_signed || self.trust_out.is_some() {
            let cast = Cast::new(SEED, Signing::Sm2)?;
            if is_signed {
                text = sender(&cast, self.message)?.sign(&text)?;
            }
            if let Some(folder) = &self.trust_out {
                write_authority(&cast, folder)?;
            }
        }
        write_out(&text, self.out.as_deref())?;
        Ok(ExitCode::SUCCESS)
    }
}

/// A message of the standard, or of bonded zones.
#[derive(Debug, Clone, Copy)]
enum AnyMessage {
    Ceb(MessageType),
    Zone(ZoneMessage),
}

fn any_message(text: &str) -> Result<AnyMessage, String> {
    match ZoneMessage::from_code(text) {
        Some(message) => Ok(AnyMessage::Zone(message)),
        None => message_type(text).map(AnyMessage::Ceb).map_err(|known| {
            format!("{known}, {}", ZoneMessage::ALL.map(ZoneMessage::code).join(", "))
        }),
    }
}

impl AnyMessage {
    fn sample(self) -> Result<String, SampleError> {
        match self {
            Self::Ceb(message) => sample(message),
            Self::Zone(message) => zone::sample::sample(message),
        }
    }

    fn demands_signature(self) -> bool {
        match self {
            Self::Ceb(message) => message.layout().trailer.demands_signature(),
            Self::Zone(_) => false,
        }
    }
}

/// Who sends a message.
fn sender(cast: &Cast, message: AnyMessage) -> anyhow::Result<&Actor> {
    let (code, is_request) = match message {
        AnyMessage::Ceb(message) => (message.code(), message.is_request()),
        AnyMessage::Zone(message) => (message.code(), message.is_request()),
    };
    if !is_request {
        anyhow::bail!("{code} is an answer of customs, which is not signed: leave --signed out");
    }
    let AnyMessage::Ceb(message) = message else { return Ok(&cast.carrier) };
    Ok(match message {
        MessageType::Ceb311 => &cast.merchant,
        MessageType::Ceb213 | MessageType::Ceb303 | MessageType::Ceb403 => &cast.exporter,
        MessageType::Ceb411 => &cast.institution,
        // The carrier carries, declares and keeps the warehouse.
        _ => &cast.carrier,
    })
}

fn write_authority(cast: &Cast, folder: &Path) -> anyhow::Result<()> {
    let file = folder.join(AUTHORITY);
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&file, cast.authority().certificate().to_pem()))
        .with_context(|| format!("cannot write {}", file.display()))
}
