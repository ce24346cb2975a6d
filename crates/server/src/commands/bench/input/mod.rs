//! The input of a benchmark: made up and signed by other processes, beforehand into files or beside the run
//! through pipes.

mod prepare;
mod reading;

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;

use anyhow::{Context as _, ensure};
use tongguan_domain::time::Moment;

pub use prepare::Prepare;
pub use reading::{Input, Prepared};

use self::reading::Source;
use super::{Flow, Sign};

/// The seed of the cast: the process that signs and the one that verifies have the same.
pub const SEED: u64 = 20_260_302;

/// Stands between the steps of one process: the next one is another's.
const END_OF_STEP: u8 = b'E';

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

impl Mark {
    const fn byte(self) -> u8 {
        match self {
            Self::First => b'F',
            Self::Next => b'N',
            Self::Last => b'L',
        }
    }

    const fn of_byte(byte: [u8; 1]) -> Self {
        match byte {
            [b'F'] => Self::First,
            [b'L'] => Self::Last,
            _ => Self::Next,
        }
    }
}

/// What is prepared.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Which way the parcels go.
    pub flow: Flow,
    /// How many parcels of the same run came before: numbers go on behind them.
    pub after: u64,
    /// How many parcels.
    pub parcels: u64,
    /// How the messages are signed.
    pub sign: Sign,
    /// How many documents a message holds.
    pub documents_per_message: u64,
    /// When they were sent.
    pub at: Moment,
}

impl Wanted {
    /// Has other processes write it into `folder`, one on each core.
    ///
    /// # Errors
    /// When one does not run or does not succeed.
    pub fn prepare(self, folder: &Path) -> anyhow::Result<Prepared> {
        let parts = parts();
        let files: Vec<_> = (0..parts).map(|part| folder.join(format!("input.{part}"))).collect();
        let signing = files
            .iter()
            .zip(0..)
            .map(|(file, part)| start(self.signing(part, parts).arg("--file").arg(file)));
        let signing = signing.collect::<anyhow::Result<Vec<_>>>()?;
        for mut process in signing {
            let status = process.wait()?;
            ensure!(status.success(), "a process that signs the input failed: {status}");
        }
        Ok(Prepared(files))
    }

    /// Has other processes make it up while it is read: as much of it is there at a time as pipes hold.
    ///
    /// # Errors
    /// When one does not run.
    pub fn stream(self) -> anyhow::Result<Input> {
        let parts = parts();
        let sources = (0..parts).map(|part| {
            let mut process = start(self.signing(part, parts).stdout(Stdio::piped()))?;
            let output = process.stdout.take().context("a process has no output")?;
            Ok(Source::of(output, Some(process)))
        });
        Ok(Input::of(sources.collect::<anyhow::Result<_>>()?, u64::MAX))
    }

    fn signing(self, part: u64, parts: u64) -> Command {
        let sign = match self.sign {
            Sign::Sm2 => "sm2",
            Sign::Rsa => "rsa",
            Sign::None => "none",
        };
        let mut command = Command::new(std::env::current_exe().unwrap_or_default());
        command
            .args(["bench", "prepare", "--sign", sign, "--flow", self.flow.name()])
            .args(["--part", &part.to_string(), "--parts", &parts.to_string()])
            .args(["--after", &self.after.to_string(), "--parcels", &self.parcels.to_string()])
            .args(["--documents-per-message", &self.documents_per_message.to_string()])
            .args(["--at-micros", &self.at.micros().to_string()]);
        command
    }
}

/// One on each core.
fn parts() -> u64 {
    thread::available_parallelism().map_or(1, |cores| cores.get() as u64)
}

fn start(command: &mut Command) -> anyhow::Result<Child> {
    command.spawn().context("cannot start a process that signs the input")
}
