//! Relay mode (转发): this window checks messages, another one upstream decides about them.
//!
//! What goes upstream is chosen by the setting `relay` of offices, when a batch is committed
//! ([`crate::clearing::relay`]): in the same transaction a message becomes a row of the outbox to upstream.
//! The [`Courier`] sends what stands there, in order for each parcel; the [`Collector`] fetches what upstream
//! answers and hands it to the writer, which passes it on. Who finds what is relayed in lists is written with it
//! ([`Reader`]).

mod collector;
mod courier;
mod listing;

use tongguan_domain::ids::MessageId;
use tongguan_domain::time::Moment;
use tongguan_storage::{RelayMessageRow, StorageError, Store, View};

use crate::clearing::decide::Undecidable;
use crate::clearing::incoming::Incoming;
use crate::clearing::relay::{RelayAct, RelayState, RelayStep};
use crate::clearing::rows;
use crate::deciding::{self, Decides, NotCommitted};

pub use collector::{Collector, NotCollected};
pub use courier::{Courier, RelayError, Terms, Turn};
pub use listing::{NoRelayedId, Reader, RelayedId, RelayedPage, RelayedParcel, UpstreamSaid};

/// The most that is listed of each kind.
const MOST: i64 = 100;

/// How sending stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overview {
    /// How many messages stand where, and since when the oldest.
    pub waiting: Standing,
    /// Those that were sent.
    pub sent: Standing,
    /// Those that an operator has to look at.
    pub given_up: Standing,
    /// The first that wait, in the order of sending.
    pub next: Vec<Queued>,
    /// Those that were given up, the first first.
    pub dead: Vec<Queued>,
    /// The newest from upstream that answer nothing.
    pub strays: Vec<StrayAnswer>,
}

/// How many messages, and when the oldest of them was taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// How many.
    pub count: i64,
    /// When the oldest was taken in.
    pub oldest: Option<Moment>,
}

/// A message in the outbox to upstream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queued {
    /// The message.
    pub message: MessageId,
    /// The number that it has upstream (`CopMsgId`).
    pub number: String,
    /// `CEB621` and its like.
    pub kind: String,
    /// How many documents it holds.
    pub documents: i64,
    /// Where it stands.
    pub state: RelayState,
    /// When it was taken in.
    pub taken_at: Moment,
    /// How often it was tried in vain.
    pub attempts: i64,
    /// When it is tried again.
    pub next_attempt_at: Option<Moment>,
    /// What went wrong last.
    pub failure: Option<String>,
}

/// Something from upstream that answers nothing of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StrayAnswer {
    /// The message.
    pub message: MessageId,
    /// When it came.
    pub at: Moment,
    /// `CEB622` and its like; empty where it could not be read.
    pub kind: String,
    /// What is wrong with it.
    pub why: String,
}

/// Nothing was done about a message that was given up.
#[derive(Debug, thiserror::Error)]
pub enum RelayActError {
    /// It is not possible.
    #[error(transparent)]
    Undecidable(#[from] Undecidable),
    /// It was not carried out.
    #[error(transparent)]
    NotCommitted(#[from] NotCommitted),
}

/// How sending stands.
///
/// # Errors
/// [`StorageError`].
pub fn overview(store: &Store) -> Result<Overview, StorageError> {
    store.read(|view| {
        let strays = view.relay_strays(MOST)?.into_iter().map(|row| StrayAnswer {
            message: row.message_id,
            at: row.at,
            kind: row.kind,
            why: row.why,
        });
        Ok(Overview {
            strays: strays.collect(),
            waiting: standing(view, RelayState::WAITING)?,
            sent: standing(view, RelayState::SENT)?,
            given_up: standing(view, RelayState::GIVEN_UP)?,
            next: queued(view, RelayState::WAITING)?,
            dead: queued(view, RelayState::GIVEN_UP)?,
        })
    })
}

fn standing(view: &mut View<'_>, state: i64) -> Result<Standing, StorageError> {
    let oldest = view.relay_messages_in(state, 0, 1)?.pop().map(|row| row.taken_at);
    Ok(Standing { count: view.relay_count(state)?, oldest })
}

/// Has a message that was given up sent again, in its place.
///
/// # Errors
/// [`RelayActError`]; nothing is changed then.
pub fn retry(desk: &mut dyn Decides, message: MessageId, by: &str) -> Result<(), RelayActError> {
    let step = RelayStep { message, act: RelayAct::Retry(by.to_owned()) };
    deciding::carry_out(desk, Incoming::RelayStep(step))
}

/// Leaves it at that a message was given up: nobody has to look at it any more.
///
/// # Errors
/// [`RelayActError`]; nothing is changed then.
pub fn dismiss(desk: &mut dyn Decides, message: MessageId, by: &str) -> Result<(), RelayActError> {
    let step = RelayStep { message, act: RelayAct::Dismiss(by.to_owned()) };
    deciding::carry_out(desk, Incoming::RelayStep(step))
}

fn queued(view: &mut View<'_>, state: i64) -> Result<Vec<Queued>, StorageError> {
    let rows = view.relay_messages_in(state, 0, MOST)?.into_iter();
    Ok(rows.filter_map(shown).collect())
}

fn shown(row: RelayMessageRow) -> Option<Queued> {
    Some(Queued {
        state: rows::read_relay_state(&row)?,
        message: row.message_id,
        number: row.number,
        kind: row.kind,
        documents: row.documents,
        taken_at: row.taken_at,
        attempts: row.attempts,
        next_attempt_at: row.next_attempt_at,
        failure: row.failure,
    })
}
