//! `tongguan verify-log`: whether responses are in the verifiable log, and whether what is stored is what was logged.

mod bundles;
mod stored;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::ensure;
use clap::Args;
use tongguan_transparency::note::Verifier;

use super::place::{KeyFile, Place};

/// Verify what was logged: bundles, without any database; or the whole log of a database, where no bundle is named.
///
/// A bundle proves that a response was made and logged, and has not been changed since. It is got at the page where a
/// response is checked, or from /api/v1/responses/GUID/proof. Name the log's key, as the log publishes it: without it
/// a bundle is believed for the key that it names itself.
///
/// Of a database everything is computed anew, record by record, and held to every head that is kept, and to those that
/// were saved earlier. The exit status is 0 only if everything is as it was logged.
#[derive(Debug, Args)]
pub struct VerifyLog {
    /// The bundles, or directories of them (.json).
    #[arg(value_name = "BUNDLE")]
    bundles: Vec<PathBuf>,
    /// The key of the log, as `tongguan keys log` shows it: name+hash+base64.
    #[arg(long, value_name = "KEY", value_parser = verifier)]
    key: Option<Verifier>,
    /// The key of a witness, which must have signed the heads of all bundles; several may be given.
    #[arg(long = "witness", value_name = "KEY", value_parser = verifier, requires = "bundles")]
    witnesses: Vec<Verifier>,
    /// A head of the log that was saved earlier, to which it is held; several may be given.
    #[arg(long = "head", value_name = "FILE", conflicts_with = "bundles")]
    heads: Vec<PathBuf>,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    key_file: KeyFile,
    /// Answer as JSON, a line for each bundle.
    #[arg(long)]
    json: bool,
}

impl VerifyLog {
    /// Runs the command.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        if self.bundles.is_empty() {
            return self.stored();
        }
        ensure!(
            !self.place.is_named(),
            "a bundle is verified without a database: leave out --data and --database, or the bundles"
        );
        self.bundles()
    }
}

fn verifier(text: &str) -> Result<Verifier, String> {
    Verifier::parse(text).map_err(|error| error.to_string())
}
