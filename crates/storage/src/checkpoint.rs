//! Emptying SQLite's write-ahead log from a thread of its own.
//!
//! A checkpoint in the committing thread stalls it for half a second, so the log is copied into the
//! database beside the writer. While commits keep coming the log is never empty and cannot start again
//! from its beginning; above [`LOG_LIMIT`] the writer therefore lets one pass finish alone.

use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::driver::sqlite;
use crate::error::DriverError;
use crate::faults;

/// Bytes of log above which the writer waits for a pass.
pub(crate) const LOG_LIMIT: u64 = 256 << 20;
/// A frame of the log: a page and its header.
const FRAME: u64 = 8192 + 24;
/// After so long without enough to do, what there is gets copied.
const IDLE: Duration = Duration::from_secs(1);
/// The writer waits no longer than this, whatever holds the pass up.
const PATIENCE: Duration = Duration::from_secs(5);

/// What was written to the database's write-ahead log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogTraffic {
    /// Bytes.
    pub bytes: u64,
    /// How often the log was synced: on SQLite once a commit that wrote; unknown to some PostgreSQL
    /// versions.
    pub syncs: Option<u64>,
}

/// What the thread, the writer and the store share.
#[derive(Debug)]
pub(crate) struct Checkpoints {
    state: Mutex<State>,
    changed: Condvar,
    /// Frames of log above which the writer waits for a pass.
    limit: u64,
}

#[derive(Debug, Default)]
struct State {
    /// Frames in the log.
    frames: u64,
    /// Frames of them that the last pass saw. A reader may have kept it from copying all of them, so
    /// the next pass is due after new ones, or after a while.
    seen: u64,
    /// Frames of them that are in the database as well.
    copied: u64,
    /// Frames written since the store was opened.
    written: u64,
    /// Commits since then.
    commits: u64,
    /// Passes begun.
    begun: u64,
    /// Passes ended.
    ended: u64,
    /// The writer waits.
    wanted: bool,
    stop: bool,
}

impl State {
    /// Whether a pass is worth while: pages written again and again are copied once, so an eighth of
    /// the limit is let run up; near the limit less, so that the pass that the writer waits for is
    /// short. Not every time something is there: a pass takes a core from those who clear parcels.
    fn is_due(&self, limit: u64) -> bool {
        let enough = if self.frames > limit / 16 * 15 { limit / 64 } else { limit / 8 };
        self.stop || self.wanted || self.frames.saturating_sub(self.seen) >= enough.max(1)
    }
}

/// The thread; stopped and waited for when dropped.
#[derive(Debug)]
pub(crate) struct CheckpointThread {
    shared: Arc<Checkpoints>,
    thread: Option<JoinHandle<()>>,
}

impl CheckpointThread {
    pub(crate) fn start(path: &Path, log_limit: u64) -> Result<Self, DriverError> {
        let connection = sqlite::open(path, OpenFlags::default(), 8)?;
        let shared = Arc::new(Checkpoints {
            state: Mutex::default(),
            changed: Condvar::new(),
            limit: log_limit / FRAME,
        });
        let theirs = Arc::clone(&shared);
        let run = move || theirs.run(&connection);
        let thread = (!faults::is_simulated()).then(|| std::thread::spawn(run));
        Ok(Self { shared, thread })
    }

    pub(crate) fn shared(&self) -> Arc<Checkpoints> {
        Arc::clone(&self.shared)
    }
}

impl Drop for CheckpointThread {
    fn drop(&mut self) {
        self.shared.lock().stop = true;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            // It cannot panic; if it did, the log is copied when the database is next opened.
            drop(thread.join());
        }
    }
}

impl Checkpoints {
    /// A commit has left so many frames in the log. Called by SQLite's own hook.
    pub(crate) fn committed(&self, frames: u64) {
        let mut state = self.lock();
        if frames < state.frames {
            // The log has started again.
            state.frames = 0;
            state.copied = 0;
            state.seen = 0;
        }
        state.written += frames - state.frames;
        state.commits += 1;
        state.frames = frames;
        if state.is_due(self.limit) {
            self.changed.notify_all();
        }
    }

    /// What was written to the log since the store was opened.
    pub(crate) fn traffic(&self) -> LogTraffic {
        let state = self.lock();
        LogTraffic { bytes: state.written * FRAME, syncs: Some(state.commits) }
    }

    /// Holds a writer back for one pass when the log has grown too long.
    pub(crate) fn before_write(&self) {
        let mut state = self.lock();
        if state.frames <= self.limit {
            return;
        }
        state.wanted = true;
        self.changed.notify_all();
        // A pass that is under way began before the last commit.
        let until = state.begun + 1;
        let waited = self
            .changed
            .wait_timeout_while(state, PATIENCE, |state| state.ended < until && !state.stop);
        drop(waited);
    }

    fn run(&self, connection: &Connection) {
        let mut state = self.lock();
        while !state.stop {
            if !state.is_due(self.limit) {
                let (woken, timeout) = self
                    .changed
                    .wait_timeout_while(state, IDLE, |state| !state.is_due(self.limit))
                    .unwrap_or_else(PoisonError::into_inner);
                state = woken;
                if state.stop {
                    return;
                }
                if timeout.timed_out() && state.frames == state.copied {
                    continue;
                }
            }
            state.wanted = false;
            state.begun += 1;
            state.seen = state.frames;
            drop(state);
            let copied = pass(connection);
            state = self.lock();
            state.ended = state.begun;
            if let Some(copied) = copied {
                state.copied = copied.min(state.frames);
            }
            self.changed.notify_all();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Copies what it can without waiting for anybody; gives how many frames of the log are copied.
fn pass(connection: &Connection) -> Option<u64> {
    connection
        .query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get::<_, i64>(2))
        .ok()
        .and_then(|copied| u64::try_from(copied).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::sqlite::SqliteLink;
    use crate::driver::{Access, Link};

    #[test]
    fn the_log_starts_again_however_long_the_writer_writes() {
        const LIMIT: u64 = 1 << 20;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("tongguan.db");
        let thread = CheckpointThread::start(&path, LIMIT).unwrap();
        let mut link = Link::Sqlite(SqliteLink::writer(&path, thread.shared(), 128).unwrap());
        link.script("CREATE TABLE filled (n INTEGER PRIMARY KEY, body BLOB) STRICT").unwrap();
        for _ in 0..400 {
            link.begin(Access::Write).unwrap();
            link.script("INSERT INTO filled (body) VALUES (zeroblob(50000))").unwrap();
            link.commit().unwrap();
        }
        let written = thread.shared().traffic().bytes;
        assert!(written > 20 * LIMIT, "{written}");
        let log = std::fs::metadata(directory.path().join("tongguan.db-wal")).unwrap().len();
        // One commit may pass the limit before the next one waits.
        assert!(log < LIMIT + 200_000, "{log}");
    }
}
