//! The threads that refine: bytes to what the writer takes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use crossbeam_channel::{Receiver, Sender};
use tongguan_domain::time::Moment;
use tongguan_storage::seal::{DataKey, Keyring};
use tongguan_storage::{Backoff, StorageError, Store};

use super::chain;
use super::flight::Boarded;
use crate::clearing::batch::Delivery;
use crate::clearing::incoming::Incoming;
use crate::history::Actor;
use crate::intake::{Intake, Knowledge, Received, SignerCache, Summary};
use crate::originals::period_of;
use crate::ports::{Clock, IdentityRegister};

/// A tree takes several times the bytes of its message: above so many, one at a time.
const LARGE_TREE: usize = 4 << 20;

/// Something to be refined.
pub(super) struct Job {
    pub(super) ticket: u64,
    pub(super) boarded: Boarded,
    pub(super) work: Work,
}

/// What is handed over.
pub(super) enum Work {
    Message(Received),
    Commands(Vec<Incoming>, Option<Actor>),
}

/// What a worker made of a job.
pub(super) struct Refined {
    pub(super) ticket: u64,
    pub(super) bytes: usize,
    /// Given back when it is acknowledged.
    pub(super) boarded: Boarded,
    pub(super) outcome: Result<Refinement, String>,
}

/// What the writer takes.
pub(super) enum Refinement {
    Message(Box<(Delivery, Summary)>),
    /// Committed by themselves, between the messages before and after them.
    Commands(Vec<Incoming>, Option<Actor>),
}

/// One thread that refines.
pub(super) struct Worker {
    pub(super) jobs: Receiver<Job>,
    pub(super) refined: Sender<Refined>,
    pub(super) refiner: Refiner,
}

impl Worker {
    /// Works until the pipeline ends; gives the microseconds spent.
    pub(super) fn run(mut self) -> i64 {
        for job in &self.jobs {
            let refined = self.refiner.refine(job);
            if self.refined.send(refined).is_err() {
                break;
            }
        }
        self.refiner.spent_us
    }
}

/// Refines one job after the other.
pub(super) struct Refiner {
    knowledge: Arc<RwLock<Knowledge>>,
    intake: Intake,
    keys: Arc<DataKeys>,
    large_tree: Arc<Mutex<()>>,
    clock: Arc<dyn Clock>,
    spent_us: i64,
}

impl Refiner {
    pub(super) fn new(
        knowledge: Arc<RwLock<Knowledge>>,
        identities: Arc<dyn IdentityRegister>,
        keys: Arc<DataKeys>,
        large_tree: Arc<Mutex<()>>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let known = knowledge.read().unwrap_or_else(PoisonError::into_inner).clone();
        let keyring = keys.keyring.clone();
        let signers = SignerCache::default();
        let intake = Intake { knowledge: known, identities, keyring, signers };
        Self { knowledge, intake, keys, large_tree, clock, spent_us: 0 }
    }

    /// Commands have nothing to be refined of, and keep their turn.
    pub(super) fn refine(&mut self, Job { ticket, boarded, work }: Job) -> Refined {
        let received = match work {
            Work::Message(received) => received,
            Work::Commands(commands, by) => {
                let outcome = Ok(Refinement::Commands(commands, by));
                return Refined { ticket, bytes: 0, boarded, outcome };
            }
        };
        let start = self.clock.now().micros();
        self.intake.knowledge =
            self.knowledge.read().unwrap_or_else(PoisonError::into_inner).clone();
        let bytes = received.bytes.len();
        let alone = (bytes > LARGE_TREE)
            .then(|| self.large_tree.lock().unwrap_or_else(PoisonError::into_inner));
        let outcome =
            self.keys.of(received.at).map_err(|error| error.to_string()).and_then(|key| {
                let refined = self.intake.refine(received, key);
                refined.map(Box::new).map(Refinement::Message).map_err(|error| chain(&error))
            });
        drop(alone);
        self.spent_us += self.clock.now().micros() - start;
        Refined { ticket, bytes, boarded, outcome }
    }
}

/// The data keys of the months that messages come in.
pub(super) struct DataKeys {
    store: Store,
    pub(super) keyring: Arc<Keyring>,
    known: RwLock<BTreeMap<String, Arc<DataKey>>>,
}

impl DataKeys {
    pub(super) fn new(store: Store, keyring: Arc<Keyring>) -> Self {
        Self { store, keyring, known: RwLock::default() }
    }

    fn of(&self, at: Moment) -> Result<Arc<DataKey>, StorageError> {
        let period = period_of(at);
        // Another key may seal by now than did when this month's was read.
        let seals = |key: &&Arc<DataKey>| key.id() == self.keyring.sealing();
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = known.get(&period).filter(seals) {
            return Ok(key.clone());
        }
        drop(known);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = known.get(&period).filter(seals) {
            return Ok(key.clone());
        }
        let key = self
            .store
            .small_writer()?
            .retried(Backoff::default(), |tx| tx.data_key(&self.keyring, &period))?;
        let key = Arc::new(key);
        known.insert(period, key.clone());
        Ok(key)
    }
}
