//! What becomes due by itself: waiting that ends, releases that close, queues that a topped-up
//! guarantee lets go.
//!
//! Nothing is kept for any of it beside what decisions write anyway:
//!
//! * What waits has a row with its end ([`tongguan_storage::Waiting`]).
//! * What was released is found in the log of events, which is in the order of time: a cursor follows
//!   it as many days behind as releases are left open. One cursor for each number of days that an
//!   office has set, so that a changed setting starts again from the beginning and misses nothing.
//! * Who queues before a guarantee stands in the index of queues.
//!
//! Whoever commits is asked to decide; that decision looks again, so being late or twice does no harm.

use std::collections::{BTreeMap, BTreeSet};

use tongguan_domain::ids::{DeclarationId, OfficeCode, PartyId};
use tongguan_domain::money::Money;
use tongguan_domain::status::ReturnStatus;
use tongguan_domain::time::Moment;
use tongguan_storage::stored::StoredError;
use tongguan_storage::stored::event::{StoredEvent, StoredSubjectV1};
use tongguan_storage::{self as storage, Event, Partition, StorageError, Store};

use crate::clearing::incoming::Incoming;
use crate::clearing::rows::{RowError, read_declaration};
use crate::clearing::settings::Settings;
use crate::numbering::partition_of;

/// How many declarations are decided at a time.
const BATCH: usize = 500;
/// How many rows are read at a time.
const PAGE: i64 = 500;

/// What is due could not be found.
#[derive(Debug, thiserror::Error)]
pub enum DueError {
    /// The store.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A declaration that queues does not decode.
    #[error(transparent)]
    Row(#[from] RowError),
    /// An event does not decode.
    #[error("an event does not decode")]
    Event(#[from] StoredError),
}

/// What became due and was decided.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Done {
    /// Declarations whose waiting ended.
    pub expired: usize,
    /// Released declarations that were closed.
    pub closed: usize,
    /// Declarations that left a queue before a guarantee.
    pub released: usize,
}

/// Finds what is due, and remembers what need not be looked at again yet. One for each process that
/// clears; a new one looks at everything once.
#[derive(Debug, Default)]
pub struct DueWork {
    /// When the log may hold something to close, by the number of days.
    closing_at: BTreeMap<i64, Moment>,
    /// How a guarantee stood when its queue was last tried.
    tried: BTreeMap<PartyId, Standing>,
    /// What waits too long and could not be decided; an operator sees it among what is held.
    stuck: BTreeSet<DeclarationId>,
}

/// What decides whether trying a queue can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Standing {
    granted: Money,
    held: Money,
    queued: Money,
    valid: bool,
}

impl DueWork {
    /// Decides everything that is due at `now`. `decide` commits commands, at `now` or later.
    ///
    /// # Errors
    /// [`DueError`], or what `decide` gives; what was decided before it stays so, and nothing is lost.
    pub fn run<E: From<DueError>>(
        &mut self,
        store: &Store,
        settings: &Settings,
        now: Moment,
        decide: &mut dyn FnMut(Vec<Incoming>) -> Result<(), E>,
    ) -> Result<Done, E> {
        Ok(Done {
            expired: self.end_waiting(store, now, decide)?,
            closed: self.close(store, settings, now, decide)?,
            released: self.release_queued(store, now, decide)?,
        })
    }

    /// Tries the queue before every guarantee that has changed since it was last tried; gives how many
    /// declarations left their queue. To be called after a top-up, if one does not want to wait for
    /// the next [`Self::run`].
    ///
    /// # Errors
    /// As [`Self::run`].
    pub fn release_queued<E: From<DueError>>(
        &mut self,
        store: &Store,
        now: Moment,
        decide: &mut dyn FnMut(Vec<Incoming>) -> Result<(), E>,
    ) -> Result<usize, E> {
        let changed: BTreeSet<_> = standings(store, now)?
            .into_iter()
            .filter(|(party, standing)| {
                standing.queued > Money::ZERO && self.tried.get(party) != Some(standing)
            })
            .map(|(party, _)| party)
            .collect();
        if changed.is_empty() {
            return Ok(0);
        }
        let mut released = 0;
        for (_, queue) in queues(store, &changed)? {
            for ids in queue.chunks(BATCH) {
                decide(vec![Incoming::GuaranteeChanged(ids.to_vec())])?;
                let left = rows(store, ids)?.iter().filter(|row| row.queue.is_none()).count();
                released += left;
                if left < ids.len() {
                    break;
                }
            }
        }
        let standing = standings(store, now)?;
        self.tried.extend(standing.into_iter().filter(|(party, _)| changed.contains(party)));
        Ok(released)
    }

    fn end_waiting<E: From<DueError>>(
        &mut self,
        store: &Store,
        now: Moment,
        decide: &mut dyn FnMut(Vec<Incoming>) -> Result<(), E>,
    ) -> Result<usize, E> {
        let everywhere: Vec<_> = Partition::all().collect();
        let mut asked = BTreeSet::new();
        loop {
            let limit = PAGE + i64::try_from(self.stuck.len()).unwrap_or(0);
            let waiting = store
                .read(|view| view.expired_waiting(&everywhere, now, limit))
                .map_err(DueError::from)?;
            let waiting: BTreeSet<_> = waiting.iter().map(|row| row.declaration_id).collect();
            // What still waits after it was decided could not be decided, and never will be.
            self.stuck.extend(waiting.intersection(&asked));
            let ids: Vec<_> = waiting.difference(&self.stuck).copied().collect();
            if ids.is_empty() {
                return Ok(asked.difference(&self.stuck).count());
            }
            asked.extend(&ids);
            decide(ids.into_iter().map(Incoming::Due).collect())?;
        }
    }

    fn close<E: From<DueError>>(
        &mut self,
        store: &Store,
        settings: &Settings,
        now: Moment,
        decide: &mut dyn FnMut(Vec<Incoming>) -> Result<(), E>,
    ) -> Result<usize, E> {
        let offices = settings.offices.values().chain([&settings.default_office]);
        let periods: BTreeSet<_> = offices.map(|office| office.close_after_days).collect();
        let mut closed = 0;
        for days in periods {
            if self.closing_at.get(&days).is_some_and(|at| now < *at) {
                continue;
            }
            closed += self.close_after(days, store, settings, now, decide)?;
        }
        Ok(closed)
    }

    /// Closes what was released so many days ago at offices that close after so many days.
    fn close_after<E: From<DueError>>(
        &mut self,
        days: i64,
        store: &Store,
        settings: &Settings,
        now: Moment,
        decide: &mut dyn FnMut(Vec<Incoming>) -> Result<(), E>,
    ) -> Result<usize, E> {
        let consumer = format!("closing/{days}");
        let cursors = store.read(|view| view.cursors(&consumer)).map_err(DueError::from)?;
        let mut cursors: BTreeMap<_, _> =
            cursors.into_iter().map(|cursor| (cursor.partition, cursor.seq)).collect();
        let mut closed = 0;
        loop {
            let unread: Vec<Event> =
                store.read(|view| view.unread(&consumer, PAGE)).map_err(DueError::from)?;
            let is_ripe = |event: &Event| event.at.plus_days(days) <= now;
            let ripe = unread.iter().take_while(|event| is_ripe(event)).count();
            let (ripe, unripe) = unread.split_at(ripe);
            if ripe.is_empty() {
                // A release that comes from now on is not due before `now` plus the days either.
                let next = unripe.first().map_or(now, |event| event.at);
                self.closing_at.insert(days, next.plus_days(days));
                return Ok(closed);
            }
            let open = open_releases(store, ripe, |office| {
                settings.offices.get(&office).unwrap_or(&settings.default_office).close_after_days
                    == days
            })?;
            for ids in open.chunks(BATCH) {
                decide(ids.iter().copied().map(Incoming::Due).collect())?;
            }
            closed += open.len();
            let mut to = BTreeMap::new();
            to.extend(ripe.iter().map(|event| (event.partition, event.seq)));
            let steps: Vec<_> = to
                .iter()
                .map(|(partition, seq)| {
                    (*partition, cursors.get(partition).copied().unwrap_or(0), *seq)
                })
                .collect();
            let mut writer = store.writer().map_err(DueError::from)?;
            writer
                .retried(storage::Backoff::default(), |tx| tx.move_cursors(&consumer, &steps))
                .map_err(DueError::from)?;
            cursors.extend(to);
        }
    }
}

/// The declarations that these events released and that are still open, at offices that `belongs`
/// names.
fn open_releases(
    store: &Store,
    events: &[Event],
    belongs: impl Fn(OfficeCode) -> bool,
) -> Result<Vec<DeclarationId>, DueError> {
    let released = ReturnStatus::Released.number();
    let mut ids = BTreeSet::new();
    for event in events {
        for entry in StoredEvent::decode(&event.body)?.entries {
            if let StoredSubjectV1::Declaration(id) = entry.subject
                && entry.statuses.contains(&released)
            {
                ids.insert(DeclarationId(id));
            }
        }
    }
    let ids: Vec<_> = ids.into_iter().collect();
    let mut open = Vec::new();
    for ids in ids.chunks(BATCH) {
        open.extend(rows(store, ids)?.into_iter().filter_map(|row| {
            let office = OfficeCode::parse(&row.office).ok()?;
            (row.state == i64::from(released) && belongs(office)).then_some(row.declaration_id)
        }));
    }
    Ok(open)
}

fn rows(store: &Store, ids: &[DeclarationId]) -> Result<Vec<storage::Declaration>, DueError> {
    let keys: Vec<_> = ids.iter().map(|id| (partition_of(id.0), *id)).collect();
    Ok(store.read(|view| view.declarations(&keys))?)
}

/// Who queues before these guarantees, in order of lodging.
fn queues(
    store: &Store,
    guarantors: &BTreeSet<PartyId>,
) -> Result<BTreeMap<PartyId, Vec<DeclarationId>>, DueError> {
    let queue = i64::from(ReturnStatus::Reviewed.number());
    let mut queues = BTreeMap::<_, Vec<_>>::new();
    let mut after = DeclarationId(0);
    loop {
        let page = store.read(|view| view.declarations_in_queue(queue, after, PAGE))?;
        let Some(last) = page.last() else { return Ok(queues) };
        after = last.declaration_id;
        for row in page {
            let declaration = read_declaration(row)?;
            let guarantor = declaration.facts.guarantor;
            if guarantors.contains(&guarantor) {
                queues.entry(guarantor).or_default().push(declaration.id);
            }
        }
    }
}

fn standings(store: &Store, now: Moment) -> Result<Vec<(PartyId, Standing)>, DueError> {
    let guarantees = store.read(|view| view.all_guarantees())?;
    let standing = |row: storage::Guarantee| {
        let valid = row.valid_from <= now && row.valid_to.is_none_or(|end| now < end);
        let (granted, held, queued) = (row.granted, row.held, row.queued);
        (row.party_id, Standing { granted, held, queued, valid })
    };
    Ok(guarantees.into_iter().map(standing).collect())
}
