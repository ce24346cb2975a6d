//! The history of the registers (变更记录): an audit event for everything that a change changes, in the
//! transaction that changes it.
//!
//! Decisions are numbered by the writer that owns the partitions. Whoever changes a register owns none,
//! so these events have a numbering of their own: the revision that the change makes, and a place in
//! the change. See decision 9.

mod decisions;
mod event;
mod office;
mod stored;

use tongguan_domain::time::Moment;
use tongguan_storage::stored::register::VERSION;
pub use tongguan_storage::{About, AuditFilter, AuditPlace, Register};
use tongguan_storage::{
    Backoff, EventOfOffice, OfTransaction, RegisterEvent, StorageError, Tx, View, Writer,
};

pub use decisions::{DECISIONS, Decisions};
pub(crate) use event::AND;
pub use event::{
    Actor, Cause, ChangeKind, Entry, Event, Field, Origin, Passed, Subject, Way, names,
};
pub(crate) use stored::write_actor;
use stored::{read, unreadable, write};

/// Changes a register in one transaction with the events that tell of it. `work` gives what it changed;
/// where that is nothing, nothing is left behind, not even a revision.
///
/// # Errors
/// What `work` gives, or [`StorageError`]; nothing was changed.
pub fn change<T, E: From<StorageError>>(
    writer: &mut Writer,
    register: Register,
    cause: &Cause,
    now: Moment,
    work: impl FnOnce(&mut Tx<'_>) -> Result<(T, Vec<Entry>), E>,
) -> Result<T, E> {
    settled(writer.transaction(|tx| attempt(tx, register, cause, now, work)))
}

/// As [`change`], and the whole of it again while the database is busy or breaks deadlocks: for what no person
/// waits for.
///
/// # Errors
/// What `work` gives, or [`StorageError`]; nothing was changed.
pub(crate) fn change_retried<T, E: OfTransaction>(
    writer: &mut Writer,
    register: Register,
    cause: &Cause,
    now: Moment,
    mut work: impl FnMut(&mut Tx<'_>) -> Result<(T, Vec<Entry>), E>,
) -> Result<T, E> {
    settled(writer.retried(Backoff::default(), |tx| attempt(tx, register, cause, now, &mut work)))
}

fn attempt<T, E: From<StorageError>>(
    tx: &mut Tx<'_>,
    register: Register,
    cause: &Cause,
    now: Moment,
    work: impl FnOnce(&mut Tx<'_>) -> Result<(T, Vec<Entry>), E>,
) -> Result<T, RolledBack<T, E>> {
    // First, because it locks: of two changes at a time the second sees what the first did.
    let revision = tx.bump(register)?;
    let (value, entries) = work(tx).map_err(RolledBack::Failed)?;
    if entries.is_empty() {
        return Err(RolledBack::Unchanged(value));
    }
    record(tx, (register, revision), cause, now, &entries)?;
    Ok(value)
}

fn settled<T, E>(outcome: Result<T, RolledBack<T, E>>) -> Result<T, E> {
    match outcome {
        Ok(value) | Err(RolledBack::Unchanged(value)) => Ok(value),
        Err(RolledBack::Failed(error)) => Err(error),
    }
}

/// Changes another register in the transaction of a [`change`], with the events that tell of it, of which there
/// must be some: the revision stays.
///
/// # Errors
/// What `work` gives, or [`StorageError`].
pub(crate) fn along<E: From<StorageError>>(
    tx: &mut Tx<'_>,
    register: Register,
    cause: &Cause,
    now: Moment,
    work: impl FnOnce(&mut Tx<'_>) -> Result<Vec<Entry>, E>,
) -> Result<(), E> {
    noted(tx, register, cause, now, |tx| Ok(((), work(tx)?)))
}

/// The same, of work that gives something besides.
///
/// # Errors
/// What `work` gives, or [`StorageError`].
pub(crate) fn noted<T, E: From<StorageError>>(
    tx: &mut Tx<'_>,
    register: Register,
    cause: &Cause,
    now: Moment,
    work: impl FnOnce(&mut Tx<'_>) -> Result<(T, Vec<Entry>), E>,
) -> Result<T, E> {
    let revision = tx.bump(register)?;
    let (value, entries) = work(tx)?;
    record(tx, (register, revision), cause, now, &entries)?;
    Ok(value)
}

/// Writes events of a revision that was made in this transaction, before anything else was locked in it.
///
/// # Errors
/// [`StorageError`].
pub fn record(
    tx: &mut Tx<'_>,
    (register, revision): (Register, i64),
    cause: &Cause,
    now: Moment,
    entries: &[Entry],
) -> Result<(), StorageError> {
    let events: Vec<_> = entries.iter().map(|entry| (now, cause, entry)).collect();
    keep(tx, (register, revision), &events)
}

/// Writes events of a revision, and whose they are.
fn keep(
    tx: &mut Tx<'_>,
    (register, revision): (Register, i64),
    events: &[(Moment, &Cause, &Entry)],
) -> Result<(), StorageError> {
    let (mut rows, mut of_offices) = (Vec::new(), Vec::new());
    for (n, (at, cause, entry)) in (0..).zip(events) {
        rows.push(row((register, revision, n), cause, *at, entry)?);
        of_offices.extend(office::offices(tx, cause, entry)?.into_iter().map(|office| {
            let (office, register) = (office.to_string(), register.name().to_owned());
            EventOfOffice { office, at: *at, register, revision, n }
        }));
    }
    tx.insert(&rows)?;
    tx.insert(&of_offices)
}

/// The row of an event, at its place: register, revision, and which of the revision.
fn row(
    (register, revision, n): (Register, i64, i64),
    cause: &Cause,
    at: Moment,
    entry: &Entry,
) -> Result<RegisterEvent, StorageError> {
    let (who, also_who) = names(cause.who());
    let subject = entry.subject.place();
    Ok(RegisterEvent {
        register: register.name().to_owned(),
        revision,
        n,
        at,
        who: who.to_owned(),
        also_who: also_who.map(str::to_owned),
        record: subject.split_once('/').map_or(&*subject, |(record, _)| record).to_owned(),
        subject,
        version: i64::from(VERSION),
        body: write(cause, entry).encode().map_err(|error| unreadable(&error))?,
    })
}

/// The events of a register, the newest first, at most `limit`; those before revision and place of
/// `before`, if one is given.
///
/// # Errors
/// [`StorageError`].
pub fn events(
    view: &mut View<'_>,
    register: Register,
    about: About<'_>,
    before: Option<(i64, i64)>,
    limit: i64,
) -> Result<Vec<Event>, StorageError> {
    view.register_events(register, about, before, limit)?.into_iter().map(read).collect()
}

/// A page of the audit: events of all registers that a filter names, the newest first, at most `limit`; those
/// behind `before`, if it is given.
///
/// # Errors
/// [`StorageError`].
pub fn audited(
    view: &mut View<'_>,
    filter: &AuditFilter,
    before: Option<&AuditPlace>,
    limit: i64,
) -> Result<Vec<Event>, StorageError> {
    view.audited(filter, before, limit)?.into_iter().map(read).collect()
}

/// Why a transaction left no trace.
enum RolledBack<T, E> {
    Unchanged(T),
    Failed(E),
}

impl<T, E: From<StorageError>> From<StorageError> for RolledBack<T, E> {
    fn from(error: StorageError) -> Self {
        Self::Failed(error.into())
    }
}

impl<T, E: OfTransaction> OfTransaction for RolledBack<T, E> {
    fn of_database(&self) -> Option<&StorageError> {
        match self {
            Self::Unchanged(_) => None,
            Self::Failed(error) => error.of_database(),
        }
    }
}
