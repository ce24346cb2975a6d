//! The input of a benchmark: signed beforehand by another process into a file, and streamed from it.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::Context as _;
use clap::Args;
use tongguan_domain::time::Moment;
use tongguan_testkit::cast::Cast;
use tongguan_testkit::parcels::{Messages, parcel};

use super::Sign;

/// The seed of the cast: the process that signs and the one that verifies have the same.
pub const SEED: u64 = 20_260_302;

/// Write signed messages into a file: four messages for each group of parcels.
#[derive(Debug, Args)]
pub struct Prepare {
    #[arg(long)]
    parcels: u64,
    #[arg(long, value_enum)]
    sign: Sign,
    #[arg(long)]
    documents_per_message: u64,
    #[arg(long)]
    at_micros: i64,
    #[arg(long)]
    file: PathBuf,
}

impl Prepare {
    /// Runs the command.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let cast = Cast::new(SEED, self.sign.into())?;
        let at = Moment::from_micros(self.at_micros);
        let mut file = BufWriter::new(File::create(&self.file)?);
        let mut first = 1;
        while first <= self.parcels {
            let last = (first + self.documents_per_message - 1).min(self.parcels);
            let parcels = (first..=last).map(|n| parcel(n, at)).collect::<Result<Vec<_>, _>>()?;
            for message in Messages::of(&cast, &parcels, first)?.into_array() {
                file.write_all(&u32::try_from(message.len())?.to_be_bytes())?;
                file.write_all(message.as_bytes())?;
            }
            first = last + 1;
        }
        file.flush()?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Has another process write the input.
///
/// # Errors
/// When it does not run or does not succeed.
pub fn prepare(
    file: &Path,
    parcels: u64,
    sign: Sign,
    documents_per_message: u64,
    at: Moment,
) -> anyhow::Result<()> {
    let sign = match sign {
        Sign::Sm2 => "sm2",
        Sign::Rsa => "rsa",
        Sign::None => "none",
    };
    let status = Command::new(std::env::current_exe()?)
        .args(["bench", "prepare", "--sign", sign])
        .args(["--parcels", &parcels.to_string()])
        .args(["--documents-per-message", &documents_per_message.to_string()])
        .args(["--at-micros", &at.micros().to_string()])
        .arg("--file")
        .arg(file)
        .status()
        .context("cannot start the process that signs the input")?;
    anyhow::ensure!(status.success(), "the process that signs the input failed: {status}");
    Ok(())
}

/// The messages of an input file, one after the other.
pub struct Input(BufReader<File>);

impl Input {
    /// Opens a file that [`prepare`] made.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(file: &Path) -> anyhow::Result<Self> {
        Ok(Self(BufReader::with_capacity(1 << 20, File::open(file)?)))
    }

    /// The next message; `None` at the end.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn next(&mut self) -> anyhow::Result<Option<Vec<u8>>> {
        let mut length = [0; 4];
        if self.0.read(&mut length[..1])? == 0 {
            return Ok(None);
        }
        self.0.read_exact(&mut length[1..])?;
        let mut message = vec![0; u32::from_be_bytes(length) as usize];
        self.0.read_exact(&mut message)?;
        Ok(Some(message))
    }
}
