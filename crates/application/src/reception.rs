//! Reception (收单): messages and commands from many hands into one pipeline.
//!
//! A pipeline belongs to one thread. Whoever receives messages elsewhere, such as an HTTP server, hands them
//! over here, without ever waiting: when too much waits already, it is told so at once and can tell its own
//! client to come again. So do those who act there: a command stands in the same queue, and is decided behind
//! the messages that came before it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use tongguan_domain::ids::{DxpId, MessageId};
use tongguan_domain::time::Moment;

use crate::clearing::incoming::Incoming;
use crate::deciding::Refused;
use crate::history::Actor;
use crate::intake::{Summary, Way};

/// What is called with what became of a message, once it is durable or could not be kept.
pub type Reply = Box<dyn FnOnce(Receipt) + Send>;

/// A message that somebody hands over.
pub struct Handed {
    /// By which way it came; an envelope's own number replaces it.
    pub origin: String,
    /// The mailbox of whoever handed it over, where that is known.
    pub sender: Option<DxpId>,
    /// Who hands it over.
    pub way: Way,
    /// The business message, bare or in an envelope.
    pub bytes: Vec<u8>,
    /// Whom to tell.
    pub reply: Reply,
}

/// Commands that somebody wants carried out, as one batch.
pub struct Asked {
    /// The commands.
    pub commands: Vec<Incoming>,
    /// Whose they are, where they are somebody's.
    pub by: Option<Actor>,
    /// Told, once it is durable, which of them were not carried out; or why none could be stored. It has room
    /// for the answer.
    pub reply: Sender<Result<Refused, String>>,
}

/// What is taken at the desk.
pub enum Errand {
    /// A message.
    Message(Handed),
    /// Commands.
    Commands(Asked),
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

/// Why a message or command was not taken. Nothing of it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// Too many wait already.
    #[error("too much waits already; come again in a second")]
    Full,
    /// It takes nothing any more.
    #[error("nothing is taken any more; come again when the service is back")]
    Closed,
}

/// Where messages and commands are handed over. Clones hand over to the same pipeline; when the last is dropped, nothing
/// more comes.
#[derive(Clone)]
pub struct Reception {
    errands: Sender<Errand>,
    /// Whether parties are asked to come again, because too much waits for upstream.
    holds_back: Arc<AtomicBool>,
}

impl Reception {
    /// A reception where at most so many messages and commands wait, and the end at which they are taken.
    pub fn open(most_waiting: usize) -> (Self, Receiver<Errand>) {
        let (sender, receiver) = bounded(most_waiting);
        (Self { errands: sender, holds_back: Arc::default() }, receiver)
    }

    /// Hands a message over, without waiting. A reply that is never called was dropped: the pipeline died.
    ///
    /// # Errors
    /// [`NotTaken`].
    pub fn hand_over(&self, handed: Handed) -> Result<(), NotTaken> {
        if handed.way == Way::Party && self.holds_back.load(Ordering::Relaxed) {
            return Err(NotTaken::Full);
        }
        self.leave(Errand::Message(handed))
    }

    /// Has commands carried out, without waiting. A reply that was dropped was never given: the pipeline died.
    ///
    /// # Errors
    /// [`NotTaken`].
    pub fn ask(&self, asked: Asked) -> Result<(), NotTaken> {
        self.leave(Errand::Commands(asked))
    }

    /// How many messages wait to be taken up.
    pub fn waiting(&self) -> usize {
        self.errands.len()
    }

    /// Whether a message would be taken now.
    pub fn has_room(&self) -> bool {
        !self.errands.is_full() && !self.holds_back.load(Ordering::Relaxed)
    }

    /// Asks parties to come again, or asks them so no more. What upstream answers is taken all the same.
    pub fn hold_back(&self, parties: bool) {
        self.holds_back.store(parties, Ordering::Relaxed);
    }

    fn leave(&self, errand: Errand) -> Result<(), NotTaken> {
        self.errands.try_send(errand).map_err(|error| match error {
            TrySendError::Full(_) => NotTaken::Full,
            TrySendError::Disconnected(_) => NotTaken::Closed,
        })
    }
}
