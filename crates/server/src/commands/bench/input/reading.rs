//! The messages of several processes, step by step in the order of the whole.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::Child;

use anyhow::{Context as _, ensure};

use super::{END_OF_STEP, Mark};

/// Files of signed messages, whose steps take turns.
#[derive(Debug)]
pub struct Prepared(pub(super) Vec<PathBuf>);

impl Prepared {
    /// The messages from the first on, for at most so many groups of parcels.
    ///
    /// # Errors
    /// When a file cannot be opened.
    pub fn open(&self, groups: u64) -> anyhow::Result<Input> {
        let sources = self.0.iter().map(|file| Ok(Source::of(open(file)?, None)));
        Ok(Input::of(sources.collect::<anyhow::Result<_>>()?, groups))
    }
}

/// The messages of what is or was prepared, one after the other.
pub struct Input {
    sources: Vec<Source>,
    /// The source whose step is read.
    turn: usize,
    /// How many more may begin.
    groups: u64,
    /// One that may not begin came up, or there are no more.
    has_ended: bool,
}

/// What one process writes, or has written.
pub(super) struct Source {
    reading: BufReader<Box<dyn Read + Send>>,
    process: Option<Child>,
}

impl Source {
    pub(super) fn of(from: impl Read + Send + 'static, process: Option<Child>) -> Self {
        Self { reading: BufReader::with_capacity(1 << 20, Box::new(from)), process }
    }
}

impl Input {
    pub(super) const fn of(sources: Vec<Source>, groups: u64) -> Self {
        Self { sources, turn: 0, groups, has_ended: false }
    }

    /// Begins no further group; one that has begun goes on to its end.
    pub const fn begin_no_more(&mut self) {
        self.groups = 0;
    }

    /// The next message and what it is to its group; `None` at the end.
    ///
    /// # Errors
    /// When it cannot be read, or a process that prepares has failed.
    pub fn next(&mut self) -> anyhow::Result<Option<(Mark, Vec<u8>)>> {
        while !self.has_ended {
            let Some(source) = self.sources.get_mut(self.turn) else { break };
            let mut mark = [0];
            if source.reading.read(&mut mark)? == 0 {
                // Steps take turns: behind the last one of this source there is none in any.
                self.end()?;
                break;
            }
            if mark == [END_OF_STEP] {
                self.turn = (self.turn + 1) % self.sources.len();
                continue;
            }
            let mark = Mark::of_byte(mark);
            if mark == Mark::First {
                let Some(left) = self.groups.checked_sub(1) else {
                    self.has_ended = true;
                    break;
                };
                self.groups = left;
            }
            let mut length = [0; 4];
            source.reading.read_exact(&mut length)?;
            let mut message = vec![0; u32::from_be_bytes(length) as usize];
            source.reading.read_exact(&mut message)?;
            return Ok(Some((mark, message)));
        }
        Ok(None)
    }

    fn end(&mut self) -> anyhow::Result<()> {
        self.has_ended = true;
        for process in self.sources.iter_mut().filter_map(|source| source.process.as_mut()) {
            let status = process.wait()?;
            ensure!(status.success(), "a process that makes up the input failed: {status}");
        }
        Ok(())
    }
}

fn open(file: &Path) -> anyhow::Result<File> {
    File::open(file).with_context(|| format!("cannot open {}", file.display()))
}
