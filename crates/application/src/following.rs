//! Following (跟随): reading the audit events or postings of clearing in their order, beside clearing, each of them
//! once.

use std::collections::BTreeMap;

use tongguan_storage::{Followed, Partition, StorageError, View};

/// What was taken up at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TakenUp {
    /// How many events or postings.
    pub events: usize,
    /// Whether there may be more already.
    pub is_behind: bool,
}

/// Rows of a log that a follower has not read.
pub(crate) struct Unread<R> {
    /// In the order of their numbers.
    pub(crate) rows: Vec<R>,
    /// How far they take the follower in each partition, from where: what its transaction moves first, so that
    /// of two processes one does each part.
    pub(crate) steps: Vec<(Partition, i64, i64)>,
    taken_up: TakenUp,
}

impl<R: Followed> Unread<R> {
    /// At most so many.
    ///
    /// # Errors
    /// [`StorageError`].
    pub(crate) fn by(view: &mut View<'_>, follower: &str, most: i64) -> Result<Self, StorageError> {
        let from: BTreeMap<_, _> =
            view.cursors(follower)?.into_iter().map(|it| (it.partition, it.seq)).collect();
        let rows = view.unread::<R>(follower, most)?;
        let to: BTreeMap<_, _> = rows.iter().map(Followed::place).collect();
        let step = |(partition, to)| (partition, from.get(&partition).copied().unwrap_or(0), to);
        let is_behind = i64::try_from(rows.len()).is_ok_and(|rows| rows == most);
        let taken_up = TakenUp { events: rows.len(), is_behind };
        Ok(Self { steps: to.into_iter().map(step).collect(), rows, taken_up })
    }

    /// What was taken up when they are written, by this process or by another one.
    ///
    /// # Errors
    /// Why they were not.
    pub(crate) fn when(&self, written: Result<(), StorageError>) -> Result<TakenUp, StorageError> {
        match written {
            Ok(()) | Err(StorageError::CursorMoved { .. }) => Ok(self.taken_up),
            Err(error) => Err(error),
        }
    }
}

/// Takes up everything, some after some; gives how many events that were.
///
/// # Errors
/// What `some` gives; what was taken up before stays so.
pub(crate) fn everything<E>(mut some: impl FnMut() -> Result<TakenUp, E>) -> Result<usize, E> {
    let mut events = 0;
    loop {
        let taken_up = some()?;
        events += taken_up.events;
        if !taken_up.is_behind {
            return Ok(events);
        }
    }
}
