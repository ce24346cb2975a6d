//! A batch: what goes into one commit, and what became of it.

use tongguan_domain::ids::{DxpId, PartyId};
use tongguan_storage::stored::StoredError;
use tongguan_storage::{self as storage, Partition, Partitions, StorageError};

use super::incoming::Incoming;
use super::record::Source;
use super::rows::RowError;
use crate::deciding::Refused;
use crate::originals::Original;

/// A message with its documents, as the writer receives it.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// The message's row.
    pub message: storage::Message,
    /// Its bytes.
    pub original: Original,
    /// Its documents, and responses that receive itself gave.
    pub incoming: Vec<Incoming>,
    /// Rows for the outbox that need no decision: a message that could not be read, copies.
    pub notices: Vec<Notice>,
    /// The number that another window gave it, where one relays it to this one.
    pub window: Option<WindowNumber>,
}

/// The number of a message that another window relays to this one: the same again is taken once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowNumber {
    /// The window's mailbox.
    pub sender: DxpId,
    /// Its number there (`CopMsgId`).
    pub number: Box<str>,
}

/// A row for the outbox that needs no decision.
#[derive(Debug, Clone)]
pub struct Notice {
    /// The partition in whose sequence it stands.
    pub partition: Partition,
    /// One of [`super::write::response_kind`].
    pub kind: i64,
    /// To whom.
    pub mailbox: Option<DxpId>,
    /// About which message.
    pub source: Source,
    /// What it says.
    pub body: Vec<u8>,
}

/// What became of a batch.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Committed {
    /// Documents that could not be decided, with the reason; they are held.
    pub held: Vec<(Source, String)>,
    /// Commands that could not be decided.
    pub refused: Refused,
}

/// Why a batch was not committed.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A row that was read.
    #[error(transparent)]
    Row(#[from] RowError),
    /// A row that was to be written.
    #[error("a row could not be encoded")]
    Encode(#[from] StoredError),
    /// A message got its id at a place that this process has lost since; under another id it may come again.
    #[error("this process was away for so long that others took its place; send the message again")]
    Outdated,
    /// It reached partitions that it has not locked: it is begun anew with these.
    #[error("the batch reached {} partitions that it has not locked", .0.len())]
    Reaches(Partitions),
    /// What it may hold from does not suffice of these guarantees: it is begun anew with more of them.
    #[error("what the batch may hold from does not suffice of {} guarantees", .0.len())]
    Short(Vec<PartyId>),
}
