//! Where a command finds the database and the key: the arguments that the commands share.

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use tongguan_application::keys;
use tongguan_application::ports::Clock as _;
use tongguan_domain::time::Moment;
use tongguan_storage::seal::Keyring;
use tongguan_storage::{Store, StoreSettings, Target};

use crate::clock::SystemClock;

/// The directory where neither `--data` nor `--database` is given.
const DEFAULT: &str = "tongguan-data";
/// The key file in that directory.
const KEY_FILE: &str = "tongguan.key";

/// Where everything is kept.
#[derive(Args)]
pub struct Place {
    /// The directory of the embedded database, made on first use; ./tongguan-data when absent.
    #[arg(long, value_name = "DIR", conflicts_with = "database")]
    data: Option<PathBuf>,
    /// A PostgreSQL database instead, version 15 or later: postgres://user@host/name
    #[arg(long, value_name = "URL")]
    database: Option<String>,
}

/// Where the keys are kept that messages are sealed with.
#[derive(Debug, Args)]
pub struct KeyFile {
    /// The keys that messages are sealed with, made on first use; tongguan.key in the directory of
    /// the embedded database when absent. Back it up, apart from the database.
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
}

impl Place {
    /// In that directory, or in that database; at most one of them is given.
    pub const fn of(data: Option<PathBuf>, database: Option<String>) -> Self {
        Self { data, database }
    }

    /// Opens the database, and makes it where there is none.
    ///
    /// # Errors
    /// What, where, and what to do.
    pub fn open(&self, now: Moment) -> anyhow::Result<Store> {
        let advice = match &self.database {
            Some(_) => "check the URL, and whether the server runs",
            None => "check the directory",
        };
        Store::open(&self.target(), StoreSettings::default(), now)
            .with_context(|| format!("cannot open {self} ({advice})"))
    }

    /// Opens the database, unless there is no such directory.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_existing(&self, now: Moment) -> anyhow::Result<Option<Store>> {
        if self.database.is_none() && !self.directory().is_dir() {
            return Ok(None);
        }
        self.open(now).map(Some)
    }

    /// Opens the database that has to be there already.
    ///
    /// # Errors
    /// As [`Self::open`], and when there is no such directory.
    pub fn open_known(&self, now: Moment) -> anyhow::Result<Store> {
        self.open_existing(now)?.with_context(|| {
            format!("{self} is not there: name its directory with --data, or run `gateway` first")
        })
    }

    /// The directory of the embedded database; none with PostgreSQL.
    pub fn embedded(&self) -> Option<&Path> {
        self.database.is_none().then(|| self.directory())
    }

    /// Whether somebody said where the database is.
    pub const fn is_named(&self) -> bool {
        self.data.is_some() || self.database.is_some()
    }

    fn target(&self) -> Target {
        match &self.database {
            Some(url) => Target::Postgres(url.clone()),
            None => Target::Sqlite(self.directory().to_owned()),
        }
    }

    fn directory(&self) -> &Path {
        self.data.as_deref().unwrap_or(Path::new(DEFAULT))
    }
}

impl KeyFile {
    /// In that file, or where [`Self::path`] says.
    pub const fn at(key_file: Option<PathBuf>) -> Self {
        Self { key_file }
    }

    /// Whether somebody said where the key is.
    pub const fn is_named(&self) -> bool {
        self.key_file.is_some()
    }

    /// Opens the ring of an open database, and makes it where there is none.
    ///
    /// # Errors
    /// What, where, and what to do.
    pub fn keyring(&self, place: &Place, store: &Store) -> anyhow::Result<Keyring> {
        Ok(keys::open(store, &self.named(place)?, SystemClock.now())?)
    }

    /// Where the keys are kept.
    ///
    /// # Errors
    /// With PostgreSQL, where nobody said.
    pub fn named(&self, place: &Place) -> anyhow::Result<PathBuf> {
        self.path(place).context(
            "with --database there is no directory for the keys that messages are sealed with: \
             name their file with --key-file FILE",
        )
    }

    /// Where the keys are kept; `None` with PostgreSQL where nobody said.
    pub fn path(&self, place: &Place) -> Option<PathBuf> {
        let beside = || place.embedded().map(|directory| directory.join(KEY_FILE));
        self.key_file.clone().or_else(beside)
    }
}

impl fmt::Display for Place {
    /// Without the URL, which may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.database {
            Some(_) => f.write_str("the PostgreSQL database of --database"),
            None => write!(f, "the database in {}", self.directory().display()),
        }
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Place({self})")
    }
}
