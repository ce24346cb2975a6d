//! Whether parcels clear as fast when many others are stored.

mod filling;
mod levels;
mod window;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, ensure};
use clap::Args;
use tempfile::TempDir;
use tongguan_storage::Target;

use self::filling::fill;
use self::levels::{Level, Levels};
use self::window::{Beside, measure};
use super::{Clear, opening};
use crate::commands::bench::Flow;

/// What is stored before parcels are cleared.
#[derive(Debug, Default, Args)]
pub struct StoredBefore {
    /// At how many stored parcels to measure, such as 1000000,10000000: the database is filled to each, and measured
    /// empty before.
    #[arg(long, value_name = "PARCELS", value_delimiter = ',')]
    pub(super) stored: Vec<u64>,
    /// How often it is measured at each, in turns with a new database.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=100), requires = "stored")]
    windows: u64,
    /// Where the SQLite database is kept, so that another run goes on with it.
    #[arg(long, value_name = "DIR", requires = "stored", conflicts_with = "database")]
    keep: Option<PathBuf>,
    /// A second PostgreSQL database, new and empty, to clear the same messages in by turns.
    #[arg(long, value_name = "URL", requires = "database")]
    beside: Option<String>,
}

/// Fills and measures, number by number.
///
/// # Errors
/// What went wrong, and when a parcel was not cleared.
pub fn run(clear: &Clear) -> anyhow::Result<ExitCode> {
    ensure!(clear.flow == Flow::Import, "with --stored imports alone are measured");
    let are_full = clear.parcels.is_multiple_of(clear.documents_per_message);
    ensure!(are_full, "--parcels must be full messages");
    let places = Places::of(clear)?;
    let mut stored = opening::store(&places.filled)?.tax_bills()?;
    let mut wanted = clear.before.stored.clone();
    wanted.sort_unstable();
    if stored == 0 {
        wanted.insert(0, 0);
    }
    wanted.dedup();
    let mut levels = Vec::new();
    for level in wanted {
        let filling = match level.checked_sub(stored).filter(|more| *more > 0) {
            Some(more) => Some(fill(clear, &places.filled, stored, more)?),
            None => None,
        };
        stored += filling.as_ref().map_or(0, |filling| filling.parcels);
        levels.push(places.level(clear, &mut stored, filling)?);
    }
    let levels = Levels::of(clear, levels);
    let mut out = io::stdout().lock();
    if clear.json {
        writeln!(out, "{}", serde_json::to_string(&levels)?)?;
    } else {
        levels.print(&mut out)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Where parcels are cleared.
struct Places {
    filled: Target,
    /// A second server's database to compare with.
    beside: Option<Target>,
    /// For files that are gone at the end.
    folder: TempDir,
}

impl Places {
    fn of(clear: &Clear) -> anyhow::Result<Self> {
        let StoredBefore { keep, beside, .. } = &clear.before;
        // Beside what is filled, so that both lie on the same disk.
        let near = keep.as_deref().and_then(Path::parent).filter(|it| !it.as_os_str().is_empty());
        let folder = match near {
            Some(near) => tempfile::tempdir_in(near)
                .with_context(|| format!("cannot write beside what lies in {}", near.display()))?,
            None => tempfile::tempdir()?,
        };
        let filled = match (&clear.database, keep) {
            (Some(url), _) => Target::Postgres(url.clone()),
            (None, Some(directory)) => Target::Sqlite(directory.clone()),
            (None, None) => Target::Sqlite(folder.path().join("filled")),
        };
        let beside = beside.clone().map(Target::Postgres);
        Ok(Self { filled, beside, folder })
    }

    /// Measures at what is stored, in turns with a database that is new.
    fn level(
        &self,
        clear: &Clear,
        stored: &mut u64,
        filling: Option<filling::Filling>,
    ) -> anyhow::Result<Level> {
        let before = *stored;
        let new = self.folder.path().join("beside");
        let beside = match (&self.filled, &self.beside) {
            _ if before == 0 => None,
            (Target::Postgres(_), beside) => beside.clone(),
            (Target::Sqlite(_), _) => Some(Target::Sqlite(new.clone())),
        };
        let mut windows = Vec::new();
        for turn in 0..clear.before.windows {
            let input = tempfile::tempdir_in(self.folder.path())?;
            let prepared = clear.wanted(*stored).prepare(input.path())?;
            let here = (Beside::Filled, *stored, &self.filled);
            let there = beside.as_ref().map(|it| (Beside::New, turn * clear.parcels, it));
            let mut both: Vec<_> = [Some(here), there].into_iter().flatten().collect();
            // Whoever comes first finds another machine than whoever comes second.
            if turn % 2 == 1 {
                both.reverse();
            }
            for (which, stored, target) in both {
                windows.push(measure(clear, (which, stored), target, &prepared)?);
            }
            *stored += clear.parcels;
        }
        if new.is_dir() {
            std::fs::remove_dir_all(&new)?;
        }
        let store = opening::store(&self.filled)?;
        let cleared = store.tax_bills()?;
        ensure!(cleared == *stored, "{cleared} of {stored} parcels were cleared");
        let to_new = levels::to_new(&windows, |it| it.parcels_per_second);
        let cpu_to_new = levels::to_new(&windows, |it| it.cpu_us);
        let bytes = store.bytes()?;
        Ok(Level { stored: before, filling, windows, to_new, cpu_to_new, bytes, holds: cleared })
    }
}
