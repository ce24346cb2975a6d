//! The machine and the process under the service: the log, the disk, backups.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use tongguan_application::pipeline::chain;
use tongguan_application::ports::{Backups, Disk, LogLevel, Machine, NoBackup};
use tongguan_domain::time::Moment;
use tongguan_storage::Store;

use super::config::Config;
use crate::backups;
use crate::log;

/// This machine.
pub struct Host {
    store: Store,
    /// The directory of the embedded database.
    directory: Option<PathBuf>,
    settings: Vec<(&'static str, String)>,
    backing: Arc<Mutex<Backing>>,
}

/// The backup that is being made, and how the last one ended.
#[derive(Default)]
struct Backing {
    since: Option<Moment>,
    failure: Option<String>,
}

impl Host {
    /// Under a service with these settings.
    pub fn new(store: Store, config: &Config) -> Self {
        let directory = config.place().embedded().map(Path::to_owned);
        Self { store, directory, settings: config.shown(), backing: Arc::default() }
    }

    fn backing(&self) -> MutexGuard<'_, Backing> {
        self.backing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn folder(&self) -> Option<PathBuf> {
        self.directory.as_deref().map(backups::folder_of)
    }
}

impl Machine for Host {
    fn log_level(&self) -> LogLevel {
        log::level()
    }

    fn set_log_level(&self, level: LogLevel) {
        log::set_level(level);
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        self.settings.clone()
    }

    fn disk(&self) -> Option<Disk> {
        let directory = self.directory.as_deref()?;
        let volume = rustix::fs::statvfs(directory).ok()?;
        let mut files = backups::lengths(directory);
        files.retain(|(name, _)| name.starts_with("tongguan.db"));
        files.sort();
        Some(Disk { files, free: volume.f_bavail.saturating_mul(volume.f_frsize) })
    }

    fn backups(&self) -> Backups {
        let folder = self.folder();
        let made = folder.as_deref().map(backups::made).unwrap_or_default();
        let backing = self.backing();
        let directory = folder.map(|folder| folder.display().to_string());
        Backups { made, since: backing.since, failure: backing.failure.clone(), directory }
    }

    fn back_up(&self, now: Moment) -> Result<(), NoBackup> {
        let folder = self.folder().ok_or(NoBackup::Elsewhere)?;
        let disk = self.disk().ok_or(NoBackup::NoDirectory)?;
        if disk.free < disk.files.iter().map(|(_, bytes)| bytes).sum::<u64>() {
            return Err(NoBackup::NoRoom);
        }
        let mut backing = self.backing();
        if backing.since.is_some() {
            return Err(NoBackup::UnderWay);
        }
        fs::create_dir_all(&folder).map_err(|_| NoBackup::NoDirectory)?;
        *backing = Backing { since: Some(now), failure: None };
        drop(backing);
        let (store, backing) = (self.store.clone(), self.backing.clone());
        thread::spawn(move || {
            let failure = backups::make(&store, &folder, now).err();
            let failure = failure.map(|error| chain(error.as_ref()));
            match &failure {
                None => tracing::info!("a backup was made"),
                Some(why) => tracing::error!("a backup failed: {why}"),
            }
            *backing.lock().unwrap_or_else(PoisonError::into_inner) =
                Backing { since: None, failure };
        });
        Ok(())
    }
}
