//! What becomes due by itself: waiting that ends, releases that close, queues that a topped-up
//! guarantee lets go.
//!
//! Nothing is kept for any of it beside what decisions write anyway:
//!
//! * What waits has a row with its end ([`tongguan_storage::Waiting`]).
//! * What was released is found in the log of events, which is in the order of time: cursors follow it
//!   as many days behind as releases are left open (`closing`).
//! * Who queues before a guarantee stands in the index of queues.
//! * Until when goods may come back stands in the row of their return.
//! * What an officer's command did about a bonded list leaves a row of news.
//!
//! Whoever commits is asked to decide; that decision looks again, so being late or twice does no harm.

mod closing;
mod returns;
mod zone;

use std::collections::{BTreeMap, BTreeSet};

use tongguan_domain::declaration::ImportState;
use tongguan_domain::ids::{DeclarationId, PartyId};
use tongguan_domain::money::Money;
use tongguan_domain::status::ReturnStatus;
use tongguan_domain::time::Moment;
use tongguan_storage::stored::StoredError;
use tongguan_storage::{self as storage, Partition, StorageError, Store};

use crate::clearing::incoming::Incoming;
use crate::clearing::rows::{RowError, read_declaration};
use crate::clearing::settings::Settings;
use crate::guarantees::balance;
use crate::numbering::partition_of;

use closing::Closing;

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
    /// Returns that were given up because their goods did not come.
    pub lapsed: usize,
    /// Bonded lists and gate passes whose enterprise was told what was done about them.
    pub told: usize,
}

/// Finds what is due, and remembers what need not be looked at again yet. One for each process that
/// clears; a new one looks at everything once.
#[derive(Debug, Default)]
pub struct DueWork {
    /// When the log may hold something to close.
    closing: Closing,
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
            closed: self.closing.run(store, settings, now, decide)?,
            released: self.release_queued(store, now, decide)?,
            lapsed: returns::lapse(store, now, decide)?,
            told: zone::tell(store, decide)?,
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
            // Others at the same status wait for their parcel's entry.
            let queues_here = matches!(declaration.state, ImportState::AwaitingGuarantee(_));
            if queues_here && guarantors.contains(&guarantor) {
                queues.entry(guarantor).or_default().push(declaration.id);
            }
        }
    }
}

fn standings(store: &Store, now: Moment) -> Result<Vec<(PartyId, Standing)>, DueError> {
    let guarantees = store.read(|view| view.all_guarantees())?;
    let standing = |row: storage::Guarantee| {
        let valid = balance(&row).is_valid_at(now);
        let (granted, held, queued) = (row.granted, row.held, row.queued);
        (row.party_id, Standing { granted, held, queued, valid })
    };
    Ok(guarantees.into_iter().map(standing).collect())
}
