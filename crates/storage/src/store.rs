//! The store: opened once a process, it gives out one writer after the other and a pool of readers.

use std::fs::{self, DirBuilder, File};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tongguan_domain::time::Moment;

use crate::checkpoint::{CheckpointThread, LOG_LIMIT, LogTraffic};
use crate::driver::postgres::{PostgresLink, Session};
use crate::driver::sqlite::SqliteLink;
use crate::driver::{Access, Link};
use crate::error::{OfTransaction, OpenError, Remedy, StorageError};
use crate::faults;
use crate::looker::{Looker, Position};
use crate::migrate::{MIGRATIONS, migrate, refuse_unprepared};
use crate::readers::Readers;
use crate::standby::{StandbySettings, StandbyStanding, Standbys};
use crate::transfer::refuse_moving;
use crate::tx::{Tx, View};

/// How long a reader may hold its view: the write-ahead log cannot start again behind it.
pub const READ_LIMIT: Duration = Duration::from_secs(5);

/// How much of the file the writer of parcels keeps in memory, and how much the others do.
const WRITER_CACHE_MIB: i64 = 128;
const SMALL_CACHE_MIB: i64 = 8;

/// In bytes: two of the largest batches.
const LITTLE_ROOM: u64 = 16 << 20;

/// The database file in its directory.
const FILE: &str = "tongguan.db";
/// Locked by the process that owns all partitions of the file.
const LOCK_FILE: &str = "tongguan.lock";

/// Where everything is kept.
#[derive(Clone, PartialEq, Eq)]
pub enum Target {
    /// A directory for the database file and what belongs to it; made on first use.
    Sqlite(PathBuf),
    /// The URL of a PostgreSQL database, version 15 or later.
    Postgres(String),
}

/// How the store is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreSettings {
    /// The most readers at a time.
    pub readers: usize,
    /// Work with a PostgreSQL server that can lose acknowledged commits in a crash.
    pub accept_data_loss: bool,
}

impl Default for StoreSettings {
    fn default() -> Self {
        Self { readers: 4, accept_data_loss: false }
    }
}

/// An open database, and the standbys that this handle of it may read from besides.
#[derive(Debug, Clone)]
pub struct Store(Arc<Shared>, Option<Arc<Standbys>>);

#[derive(Debug)]
struct Shared {
    place: Place,
    readers: Readers,
}

#[derive(Debug)]
enum Place {
    Sqlite {
        file: PathBuf,
        lock: File,
        checkpoints: CheckpointThread,
    },
    /// One that is a standby is only read from.
    Postgres {
        url: String,
        is_standby: bool,
    },
}

impl Store {
    /// Opens the database, creates it on first use and brings its schema up to date. A standby of PostgreSQL is
    /// opened as it is, for whoever only reads: it gives no writer.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(target: &Target, settings: StoreSettings, now: Moment) -> Result<Self, OpenError> {
        let store = Self::open_moving(target, settings, now)?;
        refuse_moving(&store)?;
        Ok(store)
    }

    /// As [`Self::open`], also where the database moves: for whoever moves it.
    pub(crate) fn open_moving(
        target: &Target,
        settings: StoreSettings,
        now: Moment,
    ) -> Result<Self, OpenError> {
        let place = match target {
            Target::Sqlite(directory) => open_directory(directory)?,
            Target::Postgres(url) => {
                let mut link = PostgresLink::new(url, Session::Writer);
                link.check_sessions()?;
                link.check(settings.accept_data_loss)?;
                Place::Postgres { url: url.clone(), is_standby: link.is_standby()? }
            }
        };
        let is_standby = matches!(place, Place::Postgres { is_standby: true, .. });
        let readers = Readers::new(settings.readers.max(1));
        let store = Self(Arc::new(Shared { place, readers }), None);
        match is_standby {
            true => store.read(|view| refuse_unprepared(view, MIGRATIONS))?,
            false => migrate(&mut store.writing_link(SMALL_CACHE_MIB)?, MIGRATIONS, now)?,
        }
        Ok(store)
    }

    /// A connection that writes, for one writer's thread. On SQLite one at a time can be in a
    /// transaction; another waits for it up to five seconds.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn writer(&self) -> Result<Writer, StorageError> {
        Ok(Writer { link: self.writing_link(WRITER_CACHE_MIB)?, store: self.clone(), rows: 0 })
    }

    /// As [`Self::writer`], for a thread that reads little of what it wrote: it keeps little of the database
    /// in memory.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn small_writer(&self) -> Result<Writer, StorageError> {
        Ok(Writer { link: self.writing_link(SMALL_CACHE_MIB)?, store: self.clone(), rows: 0 })
    }

    /// As [`Self::small_writer`], for what must be gone: on SQLite it overwrites what it deletes, so that nothing of
    /// that stays in freed pages. PostgreSQL keeps deleted rows until it vacuums, and in its log as long as that is.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn erasing_writer(&self) -> Result<Writer, StorageError> {
        let mut writer = self.small_writer()?;
        if let Link::Sqlite(link) = &mut writer.link {
            link.query("PRAGMA secure_delete = ON", &[], &mut |_| Ok(()))?;
        }
        Ok(writer)
    }

    /// Another handle of the same database, which reads for whoever looks ([`Looker`]) from these standbys, and from
    /// the primary for everybody else and where none of them is well. Each of them is left out until it was
    /// [looked at](Self::look_at_standby).
    ///
    /// # Errors
    /// [`OpenError`] for a SQLite database, and for what names no server.
    pub fn reading_from(&self, settings: &StandbySettings) -> Result<Self, OpenError> {
        if settings.urls.is_empty() {
            return Ok(self.at_primary());
        }
        let Some(url) = self.url() else { return Err(OpenError::StandbyOfFile) };
        let standbys = Standbys::open(url, settings, self.0.readers.most(), self.position()?)?;
        Ok(Self(Arc::clone(&self.0), Some(Arc::new(standbys))))
    }

    /// A handle of the same database that reads from nothing but the primary.
    #[must_use]
    pub fn at_primary(&self) -> Self {
        Self(Arc::clone(&self.0), None)
    }

    /// Whether this handle may read from standbys.
    pub const fn has_standbys(&self) -> bool {
        self.1.is_some()
    }

    /// How the standbys stand, in the order in which they were named.
    pub fn standbys(&self) -> Vec<StandbyStanding> {
        self.1.as_ref().map(|standbys| standbys.standing()).unwrap_or_default()
    }

    /// Looks how a standby stands, by its place among those that were named, and uses it or leaves it out from now
    /// on. To be done about every second, for each on a thread of its own: one that is gone is waited for.
    pub fn look_at_standby(&self, n: usize) {
        if let Some(standbys) = &self.1 {
            standbys.look(n);
        }
    }

    /// How far the log of the primary is on its disk: whoever was told of a commit has seen no more. On SQLite, where
    /// there is one place to read from, always the start.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn position(&self) -> Result<Position, StorageError> {
        match self.0.place {
            Place::Sqlite { .. } => Ok(Position::START),
            Place::Postgres { .. } => self.at_primary().read(|view| view.flushed()),
        }
    }

    /// Runs `work` on one consistent state of the database, for at most [`READ_LIMIT`]. Waits while
    /// all readers are in use. Where a [`Looker`] asks and this handle has standbys, one of them may be read from.
    ///
    /// # Errors
    /// What `work` gives, or [`StorageError`] when there is no connection.
    pub fn read<T, E: From<StorageError>>(
        &self,
        work: impl FnOnce(&mut View<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        if let Some(standbys) = &self.1
            && let Some(looker) = Looker::here()
        {
            if let Some(reading) = standbys.begin(&looker) {
                return reading.run(&looker, work);
            }
            looker.reads_the_primary();
        }
        let readers = &self.0.readers;
        let mut borrowed = readers.borrow();
        let link = match borrowed.link.take() {
            Some(link) => link,
            None => self.reading_link()?,
        };
        let link = borrowed.link.insert(link);
        let mut view = View::begin(link, Access::Read)?;
        work(&mut view)
    }

    /// Whether this process is the only one that decides on this database, from now until it ends:
    /// then it need not wait for the leases of one that died. True for the first process on a SQLite
    /// file; never on PostgreSQL.
    pub fn is_sole_process(&self) -> bool {
        match &self.0.place {
            Place::Sqlite { lock, .. } => !faults::shares_file() && lock.try_lock().is_ok(),
            Place::Postgres { .. } => false,
        }
    }

    /// Whether several processes may decide on this database at a time: on PostgreSQL.
    pub fn is_shared(&self) -> bool {
        matches!(self.0.place, Place::Postgres { .. }) || faults::shares_file()
    }

    /// Whether the disk of an embedded database has room for some batches more. True on PostgreSQL, whose disk is
    /// elsewhere, and where the system does not say.
    pub fn has_room(&self) -> bool {
        match &self.0.place {
            Place::Sqlite { file, .. } => rustix::fs::statvfs(file).map_or(true, |volume| {
                volume.f_bavail.saturating_mul(volume.f_frsize) >= LITTLE_ROOM
            }),
            Place::Postgres { .. } => true,
        }
    }

    /// What was written to the write-ahead log: on SQLite by this store, on PostgreSQL by the whole
    /// server. For measurements, from the difference of two calls.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn log_traffic(&self) -> Result<LogTraffic, StorageError> {
        match &self.0.place {
            Place::Sqlite { checkpoints, .. } => Ok(checkpoints.shared().traffic()),
            Place::Postgres { .. } => self.read(|view| view.server_log_traffic()),
        }
    }

    /// Reads the whole file of a SQLite database, or every table of a PostgreSQL one, and gives what is damaged:
    /// nothing where all is well. On PostgreSQL only pages with checksums show all damage, and indexes are not read.
    /// Takes as long as reading everything does, and stops nobody from writing.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn damage(&self) -> Result<Vec<String>, StorageError> {
        match &self.0.place {
            Place::Sqlite { file, .. } => {
                crate::health::quick_check(file).map_err(StorageError::Broken)
            }
            Place::Postgres { .. } => crate::health::read_whole(&mut self.scanning_link()?),
        }
    }

    /// Copies a SQLite database, as it stands now, into a file that is not there yet; gives whether it did, which
    /// it does not on PostgreSQL. Takes as long as reading and writing the whole file does, and stops nobody from
    /// writing. Whether the copy is on the disk is for the caller to see to.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn back_up(&self, to: &Path) -> Result<bool, StorageError> {
        match &self.0.place {
            Place::Sqlite { file, .. } => crate::backup::copy(file, to).map(|()| true),
            Place::Postgres { .. } => Ok(false),
        }
    }

    /// The file of a SQLite database.
    pub(crate) fn file(&self) -> Option<&Path> {
        match &self.0.place {
            Place::Sqlite { file, .. } => Some(file),
            Place::Postgres { .. } => None,
        }
    }

    /// The URL of the server, where it is one.
    pub(crate) fn url(&self) -> Option<&str> {
        match &self.0.place {
            Place::Sqlite { .. } => None,
            Place::Postgres { url, .. } => Some(url),
        }
    }

    pub(crate) fn writing_link(&self, cache_mib: i64) -> Result<Link, StorageError> {
        Ok(match &self.0.place {
            Place::Sqlite { file, checkpoints, .. } => {
                Link::Sqlite(SqliteLink::writer(file, checkpoints.shared(), cache_mib)?)
            }
            Place::Postgres { is_standby: true, .. } => return Err(StorageError::Standby),
            Place::Postgres { url, .. } => Link::Postgres(PostgresLink::new(url, Session::Writer)),
        })
    }

    /// A connection that reads whole tables of a SQLite database, for as long as that takes.
    pub(crate) fn scanning_link(&self) -> Result<Link, StorageError> {
        Ok(match &self.0.place {
            Place::Sqlite { file, .. } => Link::Sqlite(SqliteLink::reader(file, Duration::MAX)?),
            Place::Postgres { url, .. } => Link::Postgres(PostgresLink::new(url, Session::Bulk)),
        })
    }

    fn reading_link(&self) -> Result<Link, StorageError> {
        Ok(match &self.0.place {
            Place::Sqlite { file, .. } => Link::Sqlite(SqliteLink::reader(file, READ_LIMIT)?),
            Place::Postgres { url, .. } => {
                Link::Postgres(PostgresLink::new(url, Session::Reader(READ_LIMIT)))
            }
        })
    }
}

/// A connection that writes. The thread that owns it is the writer.
#[derive(Debug)]
pub struct Writer {
    // Before the store, whose checkpoint thread must outlive it.
    link: Link,
    store: Store,
    rows: u64,
}

/// How often a transaction that could not run is run again, and after what pauses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The most repetitions.
    pub attempts: u32,
    /// The first pause; each further one is twice as long.
    pub first: Duration,
    /// The longest pause.
    pub longest: Duration,
}

impl Default for Backoff {
    /// About ten seconds in all: a server that restarts is back by then.
    fn default() -> Self {
        Self { attempts: 12, first: Duration::from_millis(5), longest: Duration::from_secs(2) }
    }
}

impl Writer {
    /// Runs `work` as one transaction: committed when it gives `Ok`, without a trace when it gives
    /// `Err` or panics.
    ///
    /// # Errors
    /// What `work` gives; [`StorageError::CommitUnknown`] when it is not known whether it counts.
    pub fn transaction<T, E: From<StorageError>>(
        &mut self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut tx = Tx::begin(&mut self.link)?;
        let value = work(&mut tx)?;
        let rows = tx.written;
        tx.commit()?;
        self.rows += rows;
        Ok(value)
    }

    /// Runs `work` as one transaction, and the whole of it again while the database is busy, breaks
    /// deadlocks or cannot be reached. An unknown commit is not repeated.
    ///
    /// # Errors
    /// What `work` gave last.
    pub fn retried<T, E: OfTransaction>(
        &mut self,
        backoff: Backoff,
        mut work: impl FnMut(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut pause = backoff.first;
        for _ in 0..backoff.attempts {
            let settled = self.transaction(&mut work);
            let error = settled.as_ref().err().and_then(OfTransaction::of_database);
            if error.map(StorageError::remedy) != Some(Remedy::Retry) {
                return settled;
            }
            faults::pause(pause);
            pause = (pause * 2).min(backoff.longest);
        }
        self.transaction(work)
    }

    /// The statements that it has run so far, where the engine keeps them: on PostgreSQL since it was last connected,
    /// on SQLite none. In order of their words.
    pub fn statements(&self) -> Vec<String> {
        self.link.statements()
    }

    /// How many rows it has inserted, changed or deleted, in what was committed.
    pub const fn rows_written(&self) -> u64 {
        self.rows
    }

    pub(crate) const fn link(&mut self) -> &mut Link {
        &mut self.link
    }

    /// The store it writes to.
    pub const fn store(&self) -> &Store {
        &self.store
    }
}

impl std::fmt::Debug for Target {
    /// Without the URL, which may hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(directory) => f.debug_tuple("Sqlite").field(directory).finish(),
            Self::Postgres(_) => f.write_str("Postgres"),
        }
    }
}

fn open_directory(directory: &Path) -> Result<Place, OpenError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        |source| OpenError::File { path, source }
    };
    if !directory.is_dir() {
        // What lies here is personal data: for the owner alone.
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)
            .map_err(failed(directory))?;
        if let Some(parent) = directory.parent().filter(|parent| parent.is_dir()) {
            sync_directory(parent).map_err(failed(parent))?;
        }
    }
    let file = directory.join(FILE);
    let lock_file = directory.join(LOCK_FILE);
    let lock = fs::OpenOptions::new()
        .create(true)
        .write(true)
        .truncate(false)
        .open(&lock_file)
        .map_err(failed(&lock_file))?;
    let checkpoints = CheckpointThread::start(&file, LOG_LIMIT).map_err(OpenError::Driver)?;
    sync_directory(directory).map_err(failed(directory))?;
    Ok(Place::Sqlite { file, lock, checkpoints })
}

/// Makes the entries of a directory durable.
pub(crate) fn sync_directory(directory: &Path) -> std::io::Result<()> {
    File::open(directory)?.sync_all()
}
