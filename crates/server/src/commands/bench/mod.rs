//! `tongguan bench`: how fast, measured; a benchmark is a command that anyone can run.

mod clear;
mod compare;
mod consolidate;
mod input;
mod insert;
mod many;
mod memory;
mod parse;
mod processor;
mod seal;
mod serve;
mod table;

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde::Serialize;
use tongguan_testkit::cast::Signing;

/// Measure how fast parcels are cleared, also over HTTP and by several processes, months consolidated, messages read and sealed,
/// signatures verified.
#[derive(Debug, Args)]
pub struct Bench {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Clear(clear::Clear),
    Compare(compare::Compare),
    Consolidate(consolidate::Consolidate),
    Insert(insert::Insert),
    Many(many::Many),
    Parse(parse::Parse),
    Seal(seal::Seal),
    Serve(serve::Serve),
    Verify(parse::Verify),
    #[command(hide = true)]
    Prepare(input::Prepare),
}

impl Bench {
    /// Runs the command.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        match &self.what {
            What::Clear(clear) => clear.run(),
            What::Compare(compare) => compare.run(),
            What::Consolidate(consolidate) => consolidate.run(),
            What::Insert(insert) => insert.run(),
            What::Many(many) => many.run(),
            What::Parse(parse) => parse.run(),
            What::Seal(seal) => seal.run(),
            What::Serve(serve) => serve.run(),
            What::Verify(verify) => verify.run(),
            What::Prepare(prepare) => prepare.run(),
        }
    }
}

/// Which way the parcels go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Flow {
    /// Order, payment, waybill and declaration, to release and tax bill.
    Import,
    /// Order, waybill and declaration, and arrival, to release.
    Export,
    /// The same and departure, to the end of the parcel's way.
    Departure,
}

impl Flow {
    /// As it is named on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::Export => "export",
            Self::Departure => "departure",
        }
    }
}

/// How the input is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Sign {
    /// SM2 with SM3.
    Sm2,
    /// RSA 2048 with SHA-1.
    Rsa,
    /// Not at all.
    None,
}

impl From<Sign> for Signing {
    fn from(sign: Sign) -> Self {
        match sign {
            Sign::Sm2 => Self::Sm2,
            Sign::Rsa => Self::Rsa,
            Sign::None => Self::None,
        }
    }
}

/// The median, the 99th percentile and the greatest of some durations.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Percentiles {
    p50: f64,
    p99: f64,
    max: f64,
}

impl Percentiles {
    /// Of durations in microseconds, as milliseconds.
    #[expect(clippy::float_arithmetic, clippy::cast_precision_loss, reason = "for people to read")]
    pub fn of_micros(mut micros: Vec<i64>) -> Self {
        micros.sort_unstable();
        let at = |per_mille: usize| {
            let index = micros.len().saturating_sub(1) * per_mille / 1000;
            micros.get(index).map_or(0.0, |micros| *micros as f64 / 1000.0)
        };
        Self { p50: at(500), p99: at(990), max: at(1000) }
    }
}

/// A quotient, for people to read.
#[expect(clippy::float_arithmetic, clippy::cast_precision_loss, reason = "for people to read")]
pub fn per(amount: i64, of: i64) -> f64 {
    if of == 0 { 0.0 } else { (amount as f64 / of as f64 * 100.0).round() / 100.0 }
}
