//! Operating (运行): what whoever runs the service looks at, of records that are the service's own. No parcel, no
//! person and no message is told, only how many wait and since when.

use tongguan_domain::time::Moment;
pub use tongguan_storage::EngineSettings;
use tongguan_storage::{
    Event, Held, Partition, ProcessRow, QueueLength, Register, Response, StorageError, Store, View,
};

use crate::history::{Cause, ChangeKind, DECISIONS, Entry, Field, Subject, change};
use crate::mailboxes::{MAILBOXES, Unfetched, unfetched};
use crate::numbering::made_at;
use crate::parcels::PARCELS;
use crate::processes::{Duty, ProcessKind, Share, shared_out};
use crate::refusals::{Refused, most_frequent};
pub use crate::transparency::Head;
use crate::transparency::{newest_head, unsigned_since};
use crate::webhooks::{self, Webhook};

/// The most things that are listed of what was set aside.
const MOST_HELD: i64 = 50;

/// Records what was done to the running service: to which part of it, and what of it is other than before.
///
/// # Errors
/// [`StorageError`].
pub fn was_done(
    store: &Store,
    part: &str,
    (name, before, after): (&str, &str, &str),
    cause: &Cause,
    now: Moment,
) -> Result<(), StorageError> {
    let field = Field::changed(name, before.to_owned(), after.to_owned());
    let subject = Subject::Service(part.to_owned());
    let entry = Entry { subject, change: ChangeKind::Changed, fields: field.into_iter().collect() };
    change(&mut store.small_writer()?, Register::Service, cause, now, |_| {
        Ok(((), if entry.fields.is_empty() { Vec::new() } else { vec![entry] }))
    })
}

/// How the service stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The queues of declarations that have anything in them.
    pub queues: Vec<QueueLength>,
    /// How many declarations wait for documents.
    pub waiting: i64,
    /// How far what follows clearing has come, and how many documents could not be decided.
    pub lags: Lags,
    /// The first documents that could not be decided.
    pub first_held: Vec<Held>,
    /// Webhooks whose receivers fail, are gone, or have dead letters, with how many.
    pub troubled: Vec<(Webhook, usize)>,
    /// Who clears: what it is called, what it does, how many partitions are its share, until when its lease lasts.
    pub processes: Vec<Standing>,
    /// How the database is set.
    pub engine: EngineSettings,
    /// The version of its tables.
    pub schema: i64,
    /// The months that have a data key.
    pub periods: Vec<String>,
}

/// What becomes of what was sent and of what was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// For what documents are refused.
    pub refused: Vec<Refused>,
    /// What lies in mailboxes and nobody has fetched.
    pub unfetched: Unfetched,
}

/// How far what follows clearing has come, and what could not be decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lags {
    /// Since when what was received first waits to be decided.
    pub undecided_since: Option<Moment>,
    /// When the oldest response was decided that lies in no mailbox yet.
    pub undistributed_since: Option<Moment>,
    /// When the oldest decision was made that the lists of parcels do not show yet.
    pub unlisted_since: Option<Moment>,
    /// When the oldest decision was made that the audit has not taken up yet.
    pub unaudited_since: Option<Moment>,
    /// When the oldest decision was made that the verifiable log has not taken up yet, where there is one.
    pub unsigned_since: Option<Moment>,
    /// The newest signed head of the log.
    pub head: Option<Head>,
    /// How many documents could not be decided.
    pub held: i64,
}

/// One of the processes that clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Its place.
    pub number: u8,
    /// What it is called.
    pub name: String,
    /// What it does.
    pub kind: ProcessKind,
    /// Where it is served, where it serves.
    pub address: Option<String>,
    /// When it came.
    pub started_at: Moment,
    /// How many partitions are its share.
    pub partitions: usize,
    /// What it does for all.
    pub duties: Vec<Duty>,
    /// Until when its lease lasts, by the clock of the database.
    pub until: Moment,
    /// Whether it lasts still.
    pub stands: bool,
    /// The version of the tables that its program knows.
    pub schema: i64,
}

/// Looks how the service stands.
///
/// # Errors
/// [`StorageError`].
pub fn condition(view: &mut View<'_>, now: Moment) -> Result<Condition, StorageError> {
    Ok(Condition {
        queues: view.queue_lengths()?,
        waiting: view.waiting_length()?,
        lags: lags(view, now)?,
        first_held: view.held((Partition(0), 0), MOST_HELD)?,
        troubled: webhooks::troubled(view)?,
        processes: processes(view, now)?,
        engine: view.engine_settings()?,
        schema: view.schema_version()?,
        periods: view.sealed_periods()?,
    })
}

/// Looks what becomes of what was sent and of what was answered. It costs as much as there are reasons of refusals in a
/// day and mailboxes, not parcels.
///
/// # Errors
/// [`StorageError`].
pub fn outcome(view: &mut View<'_>, now: Moment) -> Result<Outcome, StorageError> {
    Ok(Outcome { refused: most_frequent(view, now)?, unfetched: unfetched(view, now)? })
}

/// Looks how far what follows clearing has come.
///
/// # Errors
/// [`StorageError`].
pub fn lags(view: &mut View<'_>, now: Moment) -> Result<Lags, StorageError> {
    let everywhere: Vec<_> = Partition::all().collect();
    let undecided = view.inbox(&everywhere, 0, now, 1)?.pop();
    let undistributed = view.unread::<Response>(MAILBOXES, 1)?.pop();
    let mut oldest = |consumer| {
        let unread = view.unread::<Event>(consumer, 1)?.pop();
        Ok::<_, StorageError>(unread.map(|event| event.at))
    };
    Ok(Lags {
        undecided_since: undecided.map(|first| made_at(first.seq)),
        undistributed_since: undistributed.map(|response| response.recorded_at),
        unlisted_since: oldest(PARCELS)?,
        unaudited_since: oldest(DECISIONS)?,
        unsigned_since: unsigned_since(view)?,
        head: newest_head(view)?,
        held: view.held_length()?,
    })
}

/// The processes that clear, as they stand.
///
/// # Errors
/// [`StorageError`].
pub fn processes(view: &mut View<'_>, now: Moment) -> Result<Vec<Standing>, StorageError> {
    let clock = view.shared_clock(now)?;
    let rows = view.processes()?;
    let standing = |(row, share): (&ProcessRow, Share)| Standing {
        number: row.number,
        name: row.name.clone().unwrap_or_default(),
        kind: ProcessKind::of(row.kind),
        address: row.address.clone(),
        started_at: row.started_at,
        partitions: share.len(),
        duties: Duty::ALL.into_iter().filter(|duty| share.does(*duty)).collect(),
        until: row.lease_until,
        stands: row.is_taken(clock),
        schema: row.schema,
    };
    Ok(shared_out(&rows, clock).into_iter().map(standing).collect())
}
