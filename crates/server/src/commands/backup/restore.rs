//! Putting a copy back.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, ensure};
use clap::Args;
use serde_json::json;
use tongguan_application::ports::Clock as _;

use super::Place;
use crate::clock::SystemClock;

/// The file of an embedded database.
const DATABASE: &str = "tongguan.db";

/// Put a copy into a directory that has no database yet, and open it.
///
/// What was acknowledged after the copy was made is not in it: look at `last_decision`, and have the messages since
/// then sent again. The same message again is answered as it was, and nothing happens twice.
#[derive(Debug, Args)]
pub struct Restore {
    /// The copy.
    #[arg(value_name = "FILE")]
    backup: PathBuf,
    /// The directory, made where it is not there. Put the key file `tongguan.key` there as well, or name it later.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

impl Restore {
    pub(super) fn run(&self) -> anyhow::Result<ExitCode> {
        put_back(&self.backup, &self.data)?;
        let store = Place::of(Some(self.data.clone()), None).open_known(SystemClock.now())?;
        let last = store.read(|view| view.last_event_at())?;
        let last = last.map(|at| at.to_string());
        let mut out = std::io::stdout().lock();
        if self.json {
            let data = self.data.display().to_string();
            writeln!(out, "{}", json!({ "data": data, "last_decision": last }))?;
        } else {
            let until = last.unwrap_or_else(|| "nothing was decided".to_owned());
            writeln!(out, "{} is back, up to: {until}", self.data.display())?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Puts a copy where a database can be opened, and gives the file; a directory that has one already is left as it
/// is.
pub(super) fn put_back(backup: &Path, directory: &Path) -> anyhow::Result<PathBuf> {
    fs::create_dir_all(directory)
        .with_context(|| format!("cannot make {}", directory.display()))?;
    let file = directory.join(DATABASE);
    let beside = [DATABASE, "tongguan.db-wal", "tongguan.db-shm"].map(|name| directory.join(name));
    for there in &beside {
        ensure!(
            !there.exists(),
            "{} is there already: name an empty directory, or move what is there away first",
            there.display()
        );
    }
    let part = directory.join("tongguan.db.part");
    fs::copy(backup, &part).with_context(|| format!("{} could not be copied", backup.display()))?;
    fs::File::open(&part)?.sync_all()?;
    fs::rename(&part, &file)?;
    fs::File::open(directory)?.sync_all()?;
    Ok(file)
}
