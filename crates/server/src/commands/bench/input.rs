//! The input of a benchmark: signed beforehand by other processes into files, and streamed from them.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::ops::{Range, RangeInclusive};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode};
use std::thread;

use anyhow::{Context as _, ensure};
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

/// What is prepared.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Which way the parcels go.
    pub flow: Flow,
    /// How many parcels.
    pub parcels: u64,
    /// How the messages are signed.
    pub sign: Sign,
    /// How many documents a message holds.
    pub documents_per_message: u64,
    /// When they were sent.
    pub at: Moment,
}

/// Write signed messages into a file.
#[derive(Debug, Args)]
pub struct Prepare {
    /// Which of `parts` equal parts of the whole.
    #[arg(long)]
    part: u64,
    #[arg(long)]
    parts: u64,
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
        for group in self.steps(self.groups()) {
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
        for step in self.steps(self.groups() + later) {
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

    /// Those of so many steps that are of this part.
    const fn steps(&self, all: u64) -> Range<u64> {
        all * self.part / self.parts..all * (self.part + 1) / self.parts
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

impl Wanted {
    /// Has other processes write it into `folder`, one on each core.
    ///
    /// # Errors
    /// When one does not run or does not succeed.
    pub fn prepare(self, folder: &Path) -> anyhow::Result<Prepared> {
        let parts = thread::available_parallelism().map_or(1, |cores| cores.get() as u64);
        let files: Vec<_> = (0..parts).map(|part| folder.join(format!("input.{part}"))).collect();
        let signing = files.iter().zip(0..).map(|(file, part)| self.sign(file, part, parts));
        let signing = signing.collect::<anyhow::Result<Vec<_>>>()?;
        for mut process in signing {
            let status = process.wait()?;
            ensure!(status.success(), "a process that signs the input failed: {status}");
        }
        Ok(Prepared(files))
    }

    fn sign(self, file: &Path, part: u64, parts: u64) -> anyhow::Result<Child> {
        let sign = match self.sign {
            Sign::Sm2 => "sm2",
            Sign::Rsa => "rsa",
            Sign::None => "none",
        };
        Command::new(std::env::current_exe()?)
            .args(["bench", "prepare", "--sign", sign, "--flow", self.flow.name()])
            .args(["--part", &part.to_string(), "--parts", &parts.to_string()])
            .args(["--parcels", &self.parcels.to_string()])
            .args(["--documents-per-message", &self.documents_per_message.to_string()])
            .args(["--at-micros", &self.at.micros().to_string()])
            .arg("--file")
            .arg(file)
            .spawn()
            .context("cannot start a process that signs the input")
    }
}

/// Files of signed messages, one after the other.
#[derive(Debug)]
pub struct Prepared(Vec<PathBuf>);

impl Prepared {
    /// The messages from the first on, for at most so many groups of parcels.
    ///
    /// # Errors
    /// When the first file cannot be opened.
    pub fn open(&self, groups: u64) -> anyhow::Result<Input> {
        let mut files = self.0.clone().into_iter();
        let first = files.next().context("nothing is prepared")?;
        Ok(Input { reading: open(&first)?, files, groups, has_ended: false })
    }
}

/// The messages of what was prepared, one after the other.
pub struct Input {
    reading: BufReader<File>,
    files: std::vec::IntoIter<PathBuf>,
    /// How many more may begin.
    groups: u64,
    /// One that may not begin came up.
    has_ended: bool,
}

impl Input {
    /// Begins no further group; one that has begun goes on to its end.
    pub const fn begin_no_more(&mut self) {
        self.groups = 0;
    }

    /// The next message and what it is to its group; `None` at the end.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn next(&mut self) -> anyhow::Result<Option<(Mark, Vec<u8>)>> {
        if self.has_ended {
            return Ok(None);
        }
        let mut mark = [0];
        while self.reading.read(&mut mark)? == 0 {
            let Some(next) = self.files.next() else { return Ok(None) };
            self.reading = open(&next)?;
        }
        let mark = match mark {
            [b'F'] => Mark::First,
            [b'L'] => Mark::Last,
            _ => Mark::Next,
        };
        if mark == Mark::First {
            let Some(left) = self.groups.checked_sub(1) else {
                self.has_ended = true;
                return Ok(None);
            };
            self.groups = left;
        }
        let mut length = [0; 4];
        self.reading.read_exact(&mut length)?;
        let mut message = vec![0; u32::from_be_bytes(length) as usize];
        self.reading.read_exact(&mut message)?;
        Ok(Some((mark, message)))
    }
}

fn open(file: &Path) -> anyhow::Result<BufReader<File>> {
    let opened = File::open(file).with_context(|| format!("cannot open {}", file.display()))?;
    Ok(BufReader::with_capacity(1 << 20, opened))
}
