//! The processes that make up and sign: the steps of one part each, into a file or a pipe.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use tongguan_domain::time::Moment;
use tongguan_testkit::cast::Cast;
use tongguan_testkit::exports::{self, Export, export};
use tongguan_testkit::parcels::{Messages, parcel};

use super::{END_OF_STEP, Mark, SEED};
use crate::commands::bench::{Flow, Sign};

/// How many parcels are lodged before the first of them arrives, and arrive before the first of them
/// departs: enough that no batch holds two of these steps of one parcel.
const PARCELS_BETWEEN: u64 = 2000;

/// Write signed messages into a file, or to standard output.
#[derive(Debug, Args)]
pub struct Prepare {
    /// Of so many parts, that step after step take turns, which one.
    #[arg(long)]
    part: u64,
    #[arg(long)]
    parts: u64,
    /// How many parcels of the run came before these.
    #[arg(long)]
    after: u64,
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
    file: Option<PathBuf>,
}

impl Prepare {
    /// Runs the command.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let cast = Cast::new(SEED, self.sign.into())?;
        let to: Box<dyn Write> = match &self.file {
            Some(file) => Box::new(File::create(file)?),
            None => Box::new(io::stdout().lock()),
        };
        let mut output = Output(BufWriter::with_capacity(1 << 18, to));
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
            output.end_step()?;
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
            output.end_step()?;
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
    fn steps(&self, all: u64) -> impl Iterator<Item = u64> + use<> {
        let (part, parts) = (self.part, self.parts.max(1));
        (0..all).filter(move |step| step % parts == part)
    }

    /// The first number of a group, and all of them.
    fn numbers(&self, group: u64) -> (u64, RangeInclusive<u64>) {
        let first = self.after + group * self.documents_per_message + 1;
        let last = (first + self.documents_per_message - 1).min(self.after + self.parcels);
        (first, first..=last)
    }

    fn at(&self) -> Moment {
        Moment::from_micros(self.at_micros)
    }
}

/// What is written to.
struct Output(BufWriter<Box<dyn Write>>);

impl Output {
    fn put(&mut self, mark: Mark, message: &str) -> anyhow::Result<()> {
        self.0.write_all(&[mark.byte()])?;
        self.0.write_all(&u32::try_from(message.len())?.to_be_bytes())?;
        self.0.write_all(message.as_bytes())?;
        Ok(())
    }

    fn end_step(&mut self) -> anyhow::Result<()> {
        Ok(self.0.write_all(&[END_OF_STEP])?)
    }
}
