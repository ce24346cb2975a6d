//! Consolidation (清单核放、汇总申报) carried out: what a request means is found, merged, and handed to
//! whoever commits.
//!
//! A month of a large merchant is more than one transaction may hold, so a request is merged portion by
//! portion. Finding and merging read what is stored and change nothing; then one command writes the
//! formal declarations, marks the declarations in them, and moves the request on, all or nothing. Whoever
//! is stopped in between goes on where the request stands; whoever merges twice is told that the request
//! has moved.

mod merging;
mod month;
mod statistics;

pub use merging::PORTION;
pub use month::{Plan, Prospect, Rehearsed, RequestError, prospects, rehearse, request};
pub use statistics::{Summarized, summarize, summarized};

use std::collections::BTreeSet;

use tongguan_codelists::Pack;
use tongguan_domain::consolidation::{Progress, RequestState};
use tongguan_storage::stored::StoredError;
use tongguan_storage::{StorageError, Store};

use crate::clearing::consolidation::{Consolidating, RequestKey, RequestRecord};
use crate::clearing::incoming::Incoming;
use crate::clearing::rows::{RowError, read_request};

/// How many requests are looked at at a time.
const PAGE: i64 = 100;

/// Consolidation could not go on.
#[derive(Debug, thiserror::Error)]
pub enum ConsolidationError {
    /// The store.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// What came back of a declaration could not be read.
    #[error(transparent)]
    Returned(#[from] crate::review::ReviewError),
    /// A row does not decode.
    #[error(transparent)]
    Row(#[from] RowError),
    /// A row could not be encoded, or a body does not decode.
    #[error(transparent)]
    Stored(#[from] StoredError),
}

/// What was consolidated.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Done {
    /// Requests that were brought to their end.
    pub requests: u64,
    /// Formal declarations made.
    pub forms: u64,
    /// Declarations that went into them.
    pub declarations: u64,
    /// Declarations that requests name and that did not.
    pub left_out: u64,
}

/// Consolidates, and remembers what could not be. One for each process that clears.
#[derive(Debug)]
pub struct ConsolidationWork {
    /// The most declarations of a portion, at least one.
    most: usize,
    /// Requests that a portion was merged of and that did not move; their commands said why.
    stuck: BTreeSet<RequestKey>,
}

impl Default for ConsolidationWork {
    fn default() -> Self {
        Self::in_portions_of(PORTION)
    }
}

impl ConsolidationWork {
    /// With portions of another size than usual.
    pub fn in_portions_of(most: usize) -> Self {
        Self { most: most.max(1), stuck: BTreeSet::new() }
    }

    /// Brings every open request to its end. `decide` commits commands; `told` hears of every portion.
    ///
    /// # Errors
    /// [`ConsolidationError`], or what `decide` gives; what was done before it stays so, and nothing is
    /// lost.
    pub fn run<E: From<ConsolidationError>>(
        &mut self,
        store: &Store,
        pack: &Pack,
        decide: &mut dyn FnMut(Vec<Incoming>) -> Result<(), E>,
        told: &mut dyn FnMut(&Done),
    ) -> Result<Done, E> {
        let mut done = Done::default();
        while let Some(more) = self.step(store, pack, decide)? {
            done.requests += more.requests;
            done.forms += more.forms;
            done.declarations += more.declarations;
            done.left_out += more.left_out;
            told(&done);
        }
        Ok(done)
    }

    /// Merges one portion of the oldest open request; `None` where there is none.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub fn step<E: From<ConsolidationError>>(
        &mut self,
        store: &Store,
        pack: &Pack,
        decide: &mut dyn FnMut(Vec<Incoming>) -> Result<(), E>,
    ) -> Result<Option<Done>, E> {
        let Some(request) = self.next(store)? else { return Ok(None) };
        let mut portion = merging::portion(store, pack, &request, self.most)?;
        loop {
            let refused = portion.clone();
            decide(vec![Incoming::Consolidate(Box::new(Consolidating::Portion(portion)))])?;
            let after = standing(store, &request.key)?.map_or(request.state, |after| after.state);
            if after != request.state {
                return Ok(Some(Done::between(request.state.progress(), after)));
            }
            // Something may have come back while it was merged: then it merges otherwise now.
            portion = merging::portion(store, pack, &request, self.most)?;
            if portion == refused {
                self.stuck.insert(request.key);
                return Ok(Some(Done::default()));
            }
        }
    }

    fn next(&self, store: &Store) -> Result<Option<RequestRecord>, ConsolidationError> {
        let limit = PAGE + i64::try_from(self.stuck.len()).unwrap_or(0);
        for row in store.read(|view| view.open_consolidations(limit))? {
            let request = read_request(row)?;
            if !self.stuck.contains(&request.key) {
                return Ok(Some(request));
            }
        }
        Ok(None)
    }
}

impl Done {
    fn between(before: Progress, state: RequestState) -> Self {
        let after = state.progress();
        Self {
            requests: u64::from(!state.is_open()),
            forms: after.forms - before.forms,
            declarations: after.declarations - before.declarations,
            left_out: after.left_out - before.left_out,
        }
    }
}

fn standing(store: &Store, key: &RequestKey) -> Result<Option<RequestRecord>, ConsolidationError> {
    let row = (key.bucket(), key.declarant, key.reference.as_str());
    let rows = store.read(|view| view.consolidations(&[row]))?;
    Ok(rows.into_iter().next().map(read_request).transpose()?)
}
