//! The input of a benchmark: signed beforehand by another process into a file, and streamed from it.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::Context as _;
use clap::Args;
use tongguan_domain::time::Moment;
use tongguan_testkit::cast::Cast;
use tongguan_testkit::exports::{self, Export, export};
use tongguan_testkit::parcels::{Messages, parcel};

use super::{Flow, Sign};

/// The seed of the cast: the process that signs and the one that verifies have the same.
pub const SEED: u64 = 20_260_302;

/// How many parcels are lodged before the first of them arrives, and arrive before the first of them
/// departs: enough that no batch holds two of these steps of one parcel.
const PARCELS_BETWEEN: u64 = 2000;

/// What a message of the input is to its group of parcels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// It begins a step, which waits until it is due.
    First,
    /// It follows at once.
    Next,
    /// It follows at once and is the last of a group: the parcels are cleared with it.
    Last,
}

/// Write signed messages into a file.
#[derive(Debug, Args)]
pub struct Prepare {
    #[arg(long)]
    parcels: u64,
    #[arg(long, value_enum)]
    flow: Flow,
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
        let mut output = Output(BufWriter::new(File::create(&self.file)?));
        match self.flow {
            Flow::Import => self.imports(&cast, &mut output)?,
            Flow::Export | Flow::Departure => self.exports(&cast, &mut output)?,
        }
        output.0.flush()?;
        Ok(ExitCode::SUCCESS)
    }

    /// Four messages for each group of parcels.
    fn imports(&self, cast: &Cast, output: &mut Output) -> anyhow::Result<()> {
        for group in 0..self.groups() {
            let (first, numbers) = self.numbers(group);
            let parcels = numbers.map(|n| parcel(n, self.at())).collect::<Result<Vec<_>, _>>()?;
            let [orders, payments, waybills, declarations] =
                Messages::of(cast, &parcels, first)?.into_array();
            output.put(Mark::First, &orders)?;
            output.put(Mark::Next, &payments)?;
            output.put(Mark::Next, &waybills)?;
            output.put(Mark::Last, &declarations)?;
        }
        Ok(())
    }

    /// Three messages for each group of parcels, and some time later its arrival, and its departure if it is
    /// to depart.
    fn exports(&self, cast: &Cast, output: &mut Output) -> anyhow::Result<()> {
        let between = PARCELS_BETWEEN.div_ceil(self.documents_per_message);
        let departs = self.flow == Flow::Departure;
        let later = if departs { 2 * between } else { between };
        for step in 0..self.groups() + later {
            let mut mark = Mark::First;
            if step < self.groups() {
                let (first, parcels) = self.exported(step)?;
                for message in exports::lodgings(cast, &parcels, first)? {
                    output.put(std::mem::replace(&mut mark, Mark::Next), &message)?;
                }
            }
            if let Some(group) = step.checked_sub(between).filter(|it| *it < self.groups()) {
                let (first, parcels) = self.exported(group)?;
                if let Some(message) = exports::arrival(cast, &parcels, first)? {
                    output.put(if departs { mark } else { Mark::Last }, &message)?;
                }
            }
            if let Some(group) = step.checked_sub(2 * between).filter(|_| departs) {
                let (first, parcels) = self.exported(group)?;
                if let Some(message) = exports::departure(cast, &parcels, first)? {
                    output.put(Mark::Last, &message)?;
                }
            }
        }
        Ok(())
    }

    fn exported(&self, group: u64) -> anyhow::Result<(u64, Vec<Export>)> {
        let (first, numbers) = self.numbers(group);
        Ok((first, numbers.map(|n| export(n, self.at())).collect::<Result<_, _>>()?))
    }

    const fn groups(&self) -> u64 {
        self.parcels.div_ceil(self.documents_per_message)
    }

    /// The first number of a group, and all of them.
    fn numbers(&self, group: u64) -> (u64, RangeInclusive<u64>) {
        let first = group * self.documents_per_message + 1;
        (first, first..=(first + self.documents_per_message - 1).min(self.parcels))
    }

    fn at(&self) -> Moment {
        Moment::from_micros(self.at_micros)
    }
}

/// The file that is written.
struct Output(BufWriter<File>);

impl Output {
    fn put(&mut self, mark: Mark, message: &str) -> anyhow::Result<()> {
        let mark = match mark {
            Mark::First => b'F',
            Mark::Next => b'N',
            Mark::Last => b'L',
        };
        self.0.write_all(&[mark])?;
        self.0.write_all(&u32::try_from(message.len())?.to_be_bytes())?;
        self.0.write_all(message.as_bytes())?;
        Ok(())
    }
}

/// Has another process write the input.
///
/// # Errors
/// When it does not run or does not succeed.
pub fn prepare(
    file: &Path,
    flow: Flow,
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
        .args(["bench", "prepare", "--sign", sign, "--flow", flow.name()])
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

    /// The next message and what it is to its group; `None` at the end.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn next(&mut self) -> anyhow::Result<Option<(Mark, Vec<u8>)>> {
        let mut mark = [0];
        if self.0.read(&mut mark)? == 0 {
            return Ok(None);
        }
        let mark = match mark {
            [b'F'] => Mark::First,
            [b'L'] => Mark::Last,
            _ => Mark::Next,
        };
        let mut length = [0; 4];
        self.0.read_exact(&mut length)?;
        let mut message = vec![0; u32::from_be_bytes(length) as usize];
        self.0.read_exact(&mut message)?;
        Ok(Some((mark, message)))
    }
}
