//! `tongguan backup`: copies of an embedded database, and whether what was copied is all there.

mod drill;
mod restore;

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use serde_json::json;
use tongguan_application::ports::Clock as _;

use self::drill::Drill;
use self::restore::Restore;
use super::place::Place;
use crate::backups;
use crate::clock::SystemClock;

/// Copy the embedded database while it is used, put a copy back, and try whether a copy holds everything.
///
/// A backup is worth what its last drill was worth. PostgreSQL has tools of its own to make backups; `drill` tries
/// what they restored as well.
#[derive(Debug, Args)]
pub struct Backup {
    #[command(subcommand)]
    command: BackupCommand,
}

#[derive(Debug, Subcommand)]
enum BackupCommand {
    Make(Make),
    List(List),
    Restore(Restore),
    Drill(Drill),
}

/// Copy the database as it stands now. Nobody is kept from writing, and a service may run.
///
/// The keys are not copied: without the key file nobody opens what was received, so keep that elsewhere.
#[derive(Debug, Args)]
struct Make {
    #[command(flatten)]
    folder: Folder,
    /// Keep so many of the newest copies, and delete older ones once the new one is on the disk.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    keep: Option<u32>,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

/// List the copies, the newest first.
#[derive(Debug, Args)]
struct List {
    #[command(flatten)]
    folder: Folder,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

/// Of which database, and where its copies lie.
#[derive(Debug, Args)]
struct Folder {
    /// The directory of the embedded database; ./tongguan-data when absent.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Where the copies lie; `backups` in that directory when absent. Another disk is better.
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
}

impl Folder {
    fn place(&self) -> Place {
        Place::of(self.data.clone(), None)
    }

    fn path(&self) -> PathBuf {
        let beside = || self.place().embedded().map(backups::folder_of);
        self.folder.clone().or_else(beside).unwrap_or_default()
    }

    /// The newest copy.
    fn newest(&self) -> anyhow::Result<PathBuf> {
        let folder = self.path();
        let (name, _) = backups::made(&folder).into_iter().next().with_context(|| {
            format!(
                "there is no backup in {}: make one with `tongguan backup make`, or name a file",
                folder.display()
            )
        })?;
        Ok(folder.join(name))
    }
}

impl Backup {
    /// Runs the command.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        match &self.command {
            BackupCommand::Make(make) => make.run(),
            BackupCommand::List(list) => list.run(),
            BackupCommand::Restore(restore) => restore.run(),
            BackupCommand::Drill(drill) => drill.run(),
        }
    }
}

impl Make {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let (place, folder) = (self.folder.place(), self.folder.path());
        let now = SystemClock.now();
        let store = place.open_known(now)?;
        let made = backups::make(&store, &folder, now)
            .with_context(|| format!("{place} was not copied into {}", folder.display()))?;
        let made = made.context("PostgreSQL has tools of its own to make backups")?;
        let bytes = fs::metadata(&made).map_or(0, |file| file.len());
        let deleted = self.delete_older(&folder)?;
        let mut out = std::io::stdout().lock();
        if self.json {
            let file = made.display().to_string();
            let said = json!({ "file": file, "bytes": bytes, "deleted": deleted });
            writeln!(out, "{said}")?;
        } else {
            writeln!(out, "{}: {bytes} bytes", made.display())?;
            for name in deleted {
                writeln!(out, "deleted: {name}")?;
            }
            eprintln!("the key file is no part of it; try it with `tongguan backup drill`");
        }
        Ok(ExitCode::SUCCESS)
    }

    fn delete_older(&self, folder: &std::path::Path) -> anyhow::Result<Vec<String>> {
        let Some(keep) = self.keep else { return Ok(Vec::new()) };
        let mut deleted = Vec::new();
        for (name, _) in backups::made(folder).into_iter().skip(keep.try_into()?) {
            let file = folder.join(&name);
            fs::remove_file(&file).with_context(|| format!("cannot delete {}", file.display()))?;
            deleted.push(name);
        }
        Ok(deleted)
    }
}

impl List {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let folder = self.folder.path();
        let made = backups::made(&folder);
        let mut out = std::io::stdout().lock();
        if self.json {
            let made: Vec<_> =
                made.iter().map(|(name, bytes)| json!({ "name": name, "bytes": bytes })).collect();
            let folder = folder.display().to_string();
            writeln!(out, "{}", json!({ "folder": folder, "backups": made }))?;
        } else if made.is_empty() {
            writeln!(out, "no backup in {}: `tongguan backup make` makes one", folder.display())?;
        } else {
            for (name, bytes) in made {
                writeln!(out, "{name}: {bytes} bytes")?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
