//! Reception (收单): messages from many hands into one pipeline.
//!
//! A pipeline belongs to one thread. Whoever receives messages elsewhere, such as an HTTP server, hands them
//! over here, without ever waiting: when too much waits already, it is told so at once and can tell its own
//! client to come again.

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use tongguan_domain::ids::{DxpId, MessageId};
use tongguan_domain::time::Moment;

use crate::intake::Summary;

/// What is called with what became of a message, once it is durable or could not be kept.
pub type Reply = Box<dyn FnOnce(Receipt) + Send>;

/// A message that somebody hands over.
pub struct Handed {
    /// By which way it came; an envelope's own number replaces it.
    pub origin: String,
    /// The mailbox of whoever handed it over, where that is known.
    pub sender: Option<DxpId>,
    /// The business message, bare or in an envelope.
    pub bytes: Vec<u8>,
    /// Whom to tell.
    pub reply: Reply,
}

/// What became of a message.
#[derive(Debug)]
pub struct Receipt {
    /// The number that it was received under.
    pub message: MessageId,
    /// When it was durable.
    pub at: Moment,
    /// What it held; or why it could not be kept, and may be handed over again.
    pub outcome: Result<Summary, String>,
}

/// Why a message was not taken. Nothing of it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// Too many wait already.
    #[error("too many messages wait already; come again in a second")]
    Full,
    /// It takes nothing any more.
    #[error("no messages are taken any more; come again when the service is back")]
    Closed,
}

/// Where messages are handed over. Clones hand over to the same pipeline; when the last is dropped, nothing
/// more comes.
#[derive(Clone)]
pub struct Reception(Sender<Handed>);

impl Reception {
    /// A reception where at most so many messages wait, and the end at which they are taken.
    pub fn open(most_waiting: usize) -> (Self, Receiver<Handed>) {
        let (sender, receiver) = bounded(most_waiting);
        (Self(sender), receiver)
    }

    /// Hands a message over, without waiting. A reply that is never called was dropped: the pipeline died.
    ///
    /// # Errors
    /// [`NotTaken`].
    pub fn hand_over(&self, handed: Handed) -> Result<(), NotTaken> {
        self.0.try_send(handed).map_err(|error| match error {
            TrySendError::Full(_) => NotTaken::Full,
            TrySendError::Disconnected(_) => NotTaken::Closed,
        })
    }

    /// Whether a message would be taken now.
    pub fn has_room(&self) -> bool {
        !self.0.is_full()
    }
}
