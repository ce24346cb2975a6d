//! Faults of the disk and of the connection, brought about by whoever simulates the surroundings of a store.
//!
//! Compiled with the feature `faults` alone, which is for tests; without it `faultless.rs` stands in this place, whose
//! functions do nothing. What is brought about belongs to one thread: a simulation runs on one.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use rusqlite::ffi;

use crate::driver::sqlite::{classify, classify_commit};
use crate::error::StorageError;

/// Where the surroundings are asked what happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point<'p> {
    /// A transaction begins.
    Begin,
    /// A statement is about to run.
    Statement(&'p str),
    /// A transaction is about to be committed.
    Commit,
    /// It was committed, and nobody has been told so yet.
    Committed,
    /// Somebody waits for so long, outside of any transaction.
    Pause(Duration),
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The database is busy, or the connection was lost: nothing was done.
    Busy,
    /// The disk is full.
    Full,
    /// The disk fails. At a commit it is not known what became of that.
    Disk,
}

/// Who simulates the surroundings. It may unwind, as a process that dies here.
pub trait Surroundings {
    /// What happens at a point.
    fn at(&self, point: Point<'_>) -> Option<Fault>;

    /// Whether several processes may work on one SQLite file, as they do on a server.
    fn shares_file(&self) -> bool;
}

thread_local! {
    static SURROUNDINGS: RefCell<Option<Rc<dyn Surroundings>>> = const { RefCell::new(None) };
}

/// Simulates the surroundings of every store of this thread from now on, or no more.
pub fn surround(by: Option<Rc<dyn Surroundings>>) {
    SURROUNDINGS.with_borrow_mut(|surroundings| *surroundings = by);
}

/// Waits so long outside of any transaction, or has whoever simulates do so.
pub fn pause(duration: Duration) {
    match surroundings() {
        Some(surroundings) => drop(surroundings.at(Point::Pause(duration))),
        None => std::thread::park_timeout(duration),
    }
}

pub(crate) fn reach(point: Point<'_>) -> Result<(), StorageError> {
    let Some(fault) = surroundings().and_then(|surroundings| surroundings.at(point)) else {
        return Ok(());
    };
    let code = match fault {
        Fault::Busy => ffi::SQLITE_BUSY,
        Fault::Full => ffi::SQLITE_FULL,
        Fault::Disk => ffi::SQLITE_IOERR,
    };
    let error = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
    Err(match point {
        Point::Statement(text) => classify(error, text),
        Point::Committed => StorageError::CommitUnknown(error.into()),
        _ => classify_commit(error),
    })
}

/// Whether somebody simulates: then nothing happens beside what it lets happen.
pub(crate) fn is_simulated() -> bool {
    surroundings().is_some()
}

pub(crate) fn shares_file() -> bool {
    surroundings().is_some_and(|surroundings| surroundings.shares_file())
}

fn surroundings() -> Option<Rc<dyn Surroundings>> {
    SURROUNDINGS.with_borrow(Clone::clone)
}
