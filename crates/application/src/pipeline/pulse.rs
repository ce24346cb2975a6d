//! The pulse of a process: its lease renewed while nothing is committed, and the others watched.

use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use tongguan_domain::time::Moment;
use tongguan_storage::{Store, Writer};

use super::{Storing, chain};
use crate::ports::Clock;
use crate::processes::Membership;

/// How often, where others have to hear of it.
const AMONG_OTHERS: Duration = Duration::from_secs(1);
/// How often on a file that nobody else writes: each time the disk is waited for.
const ALONE: Duration = Duration::from_secs(3);

/// A thread that beats until this is dropped.
pub(super) struct Pulse {
    alive: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Pulse {
    pub(super) fn start(
        store: Store,
        (membership, storing): (Arc<Membership>, Arc<Storing>),
        clock: Arc<dyn Clock>,
    ) -> Self {
        let (alive, ended) = bounded(0);
        let beating = Beating::new(store, membership, storing);
        let thread = thread::spawn(move || run(beating, &*clock, &ended));
        Self { alive: Some(alive), thread: Some(thread) }
    }
}

impl Drop for Pulse {
    fn drop(&mut self) {
        drop(self.alive.take());
        // A thread that died beats no more, which its process notices when it commits.
        drop(self.thread.take().map(JoinHandle::join));
    }
}

/// Beats one time after the other.
pub(super) struct Beating {
    store: Store,
    membership: Arc<Membership>,
    storing: Arc<Storing>,
    writer: Option<Writer>,
    said: String,
}

impl Beating {
    pub(super) fn new(store: Store, membership: Arc<Membership>, storing: Arc<Storing>) -> Self {
        Self { store, membership, storing, writer: None, said: String::new() }
    }

    pub(super) fn beat(&mut self, now: Moment) {
        let beaten = match &mut self.writer {
            Some(writer) => self.membership.beat(writer, now),
            None => self
                .store
                .small_writer()
                .and_then(|opened| self.membership.beat(self.writer.insert(opened), now)),
        };
        if beaten.is_ok() {
            self.storing.is_alive(&self.store);
        }
        // Said once, until it goes well or goes wrong otherwise.
        let text = beaten.err().map(|error| chain(&error)).unwrap_or_default();
        if !text.is_empty() && text != self.said {
            self.membership.note(format!(
                "the lease of this process could not be renewed: {text}; trying again"
            ));
        }
        self.said = text;
    }
}

fn run(mut beating: Beating, clock: &dyn Clock, ended: &Receiver<()>) {
    let every = if beating.store.is_shared() { AMONG_OTHERS } else { ALONE };
    while ended.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
        beating.beat(clock.now());
    }
}
