//! SQLite: settings, statements, and which of its errors mean what.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, Row, ToSql};

use super::{Access, Each, Grid, RowView};
use crate::cell::Cell;
use crate::checkpoint::Checkpoints;
use crate::error::{DriverError, StorageError};

/// How long a connection waits for another process that is writing.
const BUSY: Duration = Duration::from_secs(5);
/// How long it lets another one finish that gives up for it.
const AGAIN: Duration = Duration::from_millis(10);
/// How many steps of a reading statement pass between two looks at the clock: well under 1 ms.
const STEPS: i32 = 10_000;

/// A connection to the database file.
#[derive(Debug)]
pub(crate) struct SqliteLink {
    connection: Connection,
    /// Of a writer: who empties the write-ahead log behind it.
    checkpoints: Option<Arc<Checkpoints>>,
    /// Of a reader: when its transaction must be over.
    deadline: Option<Deadline>,
}

impl SqliteLink {
    /// A connection that writes, and keeps at most so much of the file in memory; creates the file on first
    /// use.
    pub(crate) fn writer(
        path: &Path,
        checkpoints: Arc<Checkpoints>,
        cache_mib: i64,
    ) -> Result<Self, DriverError> {
        let flags = OpenFlags::default() | OpenFlags::SQLITE_OPEN_CREATE;
        let mut connection = open(path, flags, cache_mib)?;
        let told = Arc::clone(&checkpoints);
        connection.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, frames: i32| {
            told.committed(u64::try_from(frames).unwrap_or(0));
            Ok(())
        }))?;
        Ok(Self { connection, checkpoints: Some(checkpoints), deadline: None })
    }

    /// A connection that only reads, for at most `limit` at a time.
    pub(crate) fn reader(path: &Path, limit: Duration) -> Result<Self, DriverError> {
        let mut connection = open(path, OpenFlags::default(), 8)?;
        connection.pragma_update(None, "query_only", true)?;
        let deadline = Deadline::new(limit);
        let watched = deadline.clone();
        connection.progress_handler(STEPS, Some(move || watched.has_passed()))?;
        Ok(Self { connection, checkpoints: None, deadline: Some(deadline) })
    }

    pub(crate) fn begin(&mut self, access: Access) -> Result<(), StorageError> {
        if let Some(checkpoints) = &self.checkpoints {
            checkpoints.before_write();
        }
        if let Some(deadline) = &self.deadline {
            deadline.start();
        }
        self.script(match access {
            Access::Read => "BEGIN",
            Access::Write => "BEGIN IMMEDIATE",
        })
    }

    pub(crate) fn commit(&mut self) -> Result<(), StorageError> {
        let committed = self.connection.execute_batch("COMMIT").map_err(classify_commit);
        if committed.is_err() {
            self.roll_back();
        }
        committed
    }

    pub(crate) fn roll_back(&mut self) {
        if !self.connection.is_autocommit() {
            // If even this fails, the next BEGIN fails, and says so.
            drop(self.connection.execute_batch("ROLLBACK"));
        }
    }

    pub(crate) fn script(&mut self, text: &str) -> Result<(), StorageError> {
        self.connection.execute_batch(text).map_err(|error| classify(error, text))
    }

    pub(crate) fn query(
        &mut self,
        text: &str,
        values: &[Cell<'_>],
        each: Each<'_>,
    ) -> Result<(), StorageError> {
        let failed = |error| classify(error, text);
        let mut statement = self.connection.prepare_cached(text).map_err(failed)?;
        let mut rows = statement.query(rusqlite::params_from_iter(values)).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            each(&RowView::Sqlite(row))?;
        }
        Ok(())
    }

    pub(crate) fn run_set(&mut self, text: &str, grid: &Grid<'_>) -> Result<u64, StorageError> {
        let failed = |error| classify(error, text);
        let mut statement = self.connection.prepare_cached(text).map_err(failed)?;
        let mut changed = 0;
        for row in grid.rows() {
            changed += statement.execute(rusqlite::params_from_iter(row)).map_err(failed)? as u64;
        }
        Ok(changed)
    }

    pub(crate) fn run_each_or(
        &mut self,
        text: &str,
        otherwise: &str,
        grid: &Grid<'_>,
    ) -> Result<u64, StorageError> {
        let failed = |error| classify(error, text);
        let mut statement = self.connection.prepare_cached(text).map_err(failed)?;
        let mut other = self.connection.prepare_cached(otherwise).map_err(failed)?;
        let mut changed = 0;
        for row in grid.rows() {
            let values = || rusqlite::params_from_iter(row);
            let rows = match statement.execute(values()).map_err(failed)? {
                0 => other.execute(values()).map_err(failed)?,
                rows => rows,
            };
            changed += rows as u64;
        }
        Ok(changed)
    }

    pub(crate) fn query_set(
        &mut self,
        text: &str,
        grid: &Grid<'_>,
        each: Each<'_>,
    ) -> Result<(), StorageError> {
        let failed = |error| classify(error, text);
        let mut statement = self.connection.prepare_cached(text).map_err(failed)?;
        for values in grid.rows() {
            let mut rows = statement.query(rusqlite::params_from_iter(values)).map_err(failed)?;
            while let Some(row) = rows.next().map_err(failed)? {
                each(&RowView::Sqlite(row))?;
            }
        }
        Ok(())
    }
}

/// A connection with the settings that every one has: write-ahead log, every commit synced, checks on.
/// Checkpoints are left to [`Checkpoints`]: one in the committing thread stalls it for half a second.
pub(crate) fn open(
    path: &Path,
    flags: OpenFlags,
    cache_mib: i64,
) -> Result<Connection, DriverError> {
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(256);
    // Only a new file takes a page size, and only before its first table.
    connection.pragma_update(None, "page_size", 8192)?;
    write_ahead(&connection)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.pragma_update(None, "cache_size", -1024 * cache_mib)?;
    connection.pragma_update(None, "mmap_size", 0)?;
    Ok(connection)
}

/// Turns a new file to the write-ahead log. Of several that do it at once each may hold what the others wait
/// for; SQLite then gives up at once instead of waiting, so that this has to be tried again.
#[expect(clippy::disallowed_methods, reason = "a polling loop at the edge")]
fn write_ahead(connection: &Connection) -> Result<(), DriverError> {
    let end = Instant::now() + BUSY;
    loop {
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && Instant::now() < end =>
            {
                thread::sleep(AGAIN);
            }
            done => return Ok(done?),
        }
    }
}

/// The value of a column.
pub(super) fn cell<'r>(row: &'r Row<'_>, index: usize) -> Result<Cell<'r>, String> {
    match row.get_ref(index).map_err(|error| error.to_string())? {
        ValueRef::Null => Ok(Cell::Null),
        ValueRef::Integer(value) => Ok(Cell::Integer(value)),
        ValueRef::Text(text) => {
            std::str::from_utf8(text).map(Cell::Text).map_err(|error| error.to_string())
        }
        ValueRef::Blob(bytes) => Ok(Cell::Bytes(bytes)),
        ValueRef::Real(_) => Err("a floating-point number".to_owned()),
    }
}

impl ToSql for Cell<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match *self {
            Cell::Null => ValueRef::Null,
            Cell::Integer(value) => ValueRef::Integer(value),
            Cell::Text(text) => ValueRef::Text(text.as_bytes()),
            Cell::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

pub(crate) fn classify_commit(error: rusqlite::Error) -> StorageError {
    match error.sqlite_error_code() {
        // The commit mark may have reached the disk although its sync failed.
        Some(ErrorCode::SystemIoFailure) => StorageError::CommitUnknown(error.into()),
        _ => classify(error, "COMMIT"),
    }
}

pub(crate) fn classify(error: rusqlite::Error, statement: &str) -> StorageError {
    let statement = || statement.to_owned();
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            StorageError::Transient(error.into())
        }
        Some(ErrorCode::OperationInterrupted) => StorageError::TooSlow(error.into()),
        Some(ErrorCode::ConstraintViolation) => {
            StorageError::Constraint { statement: statement(), source: error.into() }
        }
        Some(ErrorCode::DatabaseCorrupt) => {
            StorageError::Damaged { statement: statement(), source: error.into() }
        }
        Some(
            ErrorCode::DiskFull
            | ErrorCode::SystemIoFailure
            | ErrorCode::NotADatabase
            | ErrorCode::OutOfMemory
            | ErrorCode::CannotOpen
            | ErrorCode::ReadOnly
            | ErrorCode::PermissionDenied,
        ) => StorageError::Broken(error.into()),
        _ => StorageError::Refused { statement: statement(), source: error.into() },
    }
}

/// When a reader's transaction must be over, so that the write-ahead log can start again.
#[derive(Debug, Clone)]
struct Deadline {
    limit: Duration,
    start: Instant,
    /// Microseconds after `start`.
    end: Arc<AtomicU64>,
}

impl Deadline {
    fn new(limit: Duration) -> Self {
        Self { limit, start: now(), end: Arc::new(AtomicU64::new(u64::MAX)) }
    }

    fn start(&self) {
        self.end.store(self.micros().saturating_add(micros(self.limit)), Ordering::Relaxed);
    }

    fn has_passed(&self) -> bool {
        self.micros() > self.end.load(Ordering::Relaxed)
    }

    fn micros(&self) -> u64 {
        micros(now().duration_since(self.start))
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[expect(clippy::disallowed_methods, reason = "a time limit is measured, nothing is decided by it")]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_connection_has_the_settings_that_durability_needs() {
        let directory = tempfile::tempdir().unwrap();
        let connection = open(&directory.path().join("x.db"), OpenFlags::default(), 8).unwrap();
        connection.execute_batch("CREATE TABLE t (n INTEGER) STRICT").unwrap();
        let setting = |name: &str| -> String {
            connection
                .query_row(&format!("SELECT CAST({name} AS TEXT) FROM pragma_{name}"), [], |row| {
                    row.get(0)
                })
                .unwrap()
        };
        assert_eq!(setting("journal_mode"), "wal");
        assert_eq!(setting("synchronous"), "2");
        assert_eq!(setting("page_size"), "8192");
        assert_eq!(setting("foreign_keys"), "1");
        assert_eq!(setting("cache_size"), "-8192");
        let automatic: i64 =
            connection.query_row("PRAGMA wal_autocheckpoint", [], |row| row.get(0)).unwrap();
        assert_eq!(automatic, 0);
    }

    const ENDLESS: &str =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT MAX(i) FROM n";

    #[test]
    fn a_read_that_takes_too_long_is_stopped_and_a_write_to_a_reader_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x.db");
        open(&path, OpenFlags::default(), 8).unwrap();
        let mut link = SqliteLink::reader(&path, Duration::from_millis(1)).unwrap();
        link.begin(Access::Read).unwrap();
        let stopped = link.query(ENDLESS, &[], &mut |_| Ok(()));
        assert!(matches!(stopped, Err(StorageError::TooSlow(_))), "{stopped:?}");
        link.roll_back();
        link.begin(Access::Read).unwrap();
        assert!(link.script("CREATE TABLE t (n INTEGER)").is_err());
    }
}
