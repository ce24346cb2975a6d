//! Unfetched mail (未取回执): receivers whose answers lie in their mailboxes and wait to be fetched.

use tongguan_domain::ids::DxpId;
use tongguan_domain::time::Moment;
use tongguan_storage::{StorageError, View};

use crate::board::{UNFETCHED_FORGOTTEN_DAYS, UNFETCHED_LATE_DAYS};

/// The longest list of mailboxes.
pub const MOST_UNFETCHED: usize = 20;
/// More mailboxes than there are receivers.
const MOST_MAILBOXES: i64 = 20_000;

/// What waits to be fetched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unfetched {
    /// In how many mailboxes anything does.
    pub mailboxes: usize,
    /// In how many it has for more than a day, and not for more than a week: somebody may not know.
    pub late: usize,
    /// Those in which it has longest, at most [`MOST_UNFETCHED`].
    pub longest: Vec<Waiting>,
}

/// A mailbox in which something waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The mailbox.
    pub mailbox: DxpId,
    /// How many places.
    pub count: i64,
    /// When the first of them was decided; nothing where that is not stored any more.
    pub since: Option<Moment>,
}

/// Where responses wait that nobody has fetched: neither has the owner said to have read them, nor were they pushed.
///
/// # Errors
/// [`StorageError`].
pub fn unfetched(view: &mut View<'_>, now: Moment) -> Result<Unfetched, StorageError> {
    let mut waiting: Vec<_> = view
        .unfetched(MOST_MAILBOXES)?
        .into_iter()
        .map(|it| Waiting { mailbox: it.mailbox, count: it.count, since: it.first_at })
        .collect();
    waiting.sort_by_key(|it| it.since);
    let (late, forgotten) =
        (now.plus_days(-UNFETCHED_LATE_DAYS), now.plus_days(-UNFETCHED_FORGOTTEN_DAYS));
    let is_late = |it: &&Waiting| it.since.is_some_and(|since| (forgotten..late).contains(&since));
    let (mailboxes, late) = (waiting.len(), waiting.iter().filter(is_late).count());
    waiting.truncate(MOST_UNFETCHED);
    Ok(Unfetched { mailboxes, late, longest: waiting })
}
