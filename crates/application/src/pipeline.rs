//! The pipeline: messages in, acknowledgements out.
//!
//! Worker threads refine messages side by side; the writer's thread puts them back into the order in
//! which they were accepted and commits them in batches. Nothing is acknowledged before it is durable.
//! Queues are bounded, by messages and by bytes: whoever submits waits when the writer is behind.

mod commit;
mod flight;
mod pulse;
mod stepwise;
mod storing;
mod worker;
mod writer;

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::{self, JoinHandle};

use crossbeam_channel::{Receiver, Sender, bounded};
use tongguan_domain::ids::MessageId;
use tongguan_domain::time::Moment;
use tongguan_storage::Partition;
use tongguan_storage::seal::Keyring;

use crate::clearing::engine::Engine;
use crate::clearing::incoming::Incoming;
use crate::clearing::settings::Settings;
use crate::history::Actor;
use crate::intake::{Knowledge, Received, Summary};
use crate::ports::{Clock, IdentityRegister};
use crate::processes::Membership;

use self::flight::{Flight, MOST_IN_FLIGHT};
use self::pulse::Pulse;
use self::worker::{DataKeys, Job, Refined, Refiner, Work, Worker};
use self::writer::{WriterLoop, Writing};

pub use self::commit::{chain, commit, commit_for};
pub use self::stepwise::Stepwise;
pub use self::storing::Storing;

/// The most messages that wait to be refined.
const MOST_WAITING: usize = 256;
/// The most messages that are refined and not yet written: while one batch is written, the next one
/// gathers, and it can be full also where every message holds one document.
const MOST_REFINED: usize = writer::MOST_DOCUMENTS;

/// What became of a submitted message.
#[derive(Debug)]
pub struct Ack {
    /// The number that [`Pipeline::submit`] gave.
    pub ticket: u64,
    /// When it was durable.
    pub at: Moment,
    /// What it held; or why it could not be kept. What was not kept was not acknowledged: it may be
    /// submitted again.
    pub outcome: Result<Summary, String>,
}

/// How much time each stage took, in microseconds, summed over all threads.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct StageTimes {
    /// Refining: sealing, XML, signature, checks, tax.
    pub refine_us: i64,
    /// Waiting of the writer for something to do.
    pub idle_us: i64,
    /// Loading, deciding, writing and committing.
    pub commit_us: i64,
    /// The longest commit.
    pub longest_commit_us: i64,
    /// Batches committed.
    pub batches: u64,
    /// How often one reached further than it had locked, and was begun anew.
    pub begun_anew: u64,
    /// Rows that they inserted, changed or deleted.
    pub rows: u64,
}

/// A running pipeline. Dropping it finishes what was submitted.
pub struct Pipeline {
    submit: Option<Sender<Job>>,
    acks: Receiver<Ack>,
    next_ticket: u64,
    flight: Arc<Flight>,
    knowledge: Arc<RwLock<Knowledge>>,
    settings: Arc<RwLock<Arc<Settings>>>,
    workers: Vec<JoinHandle<i64>>,
    writer: Option<JoinHandle<(Engine, StageTimes)>>,
    times: Arc<Mutex<StageTimes>>,
    membership: Arc<Membership>,
    storing: Arc<Storing>,
    pulse: Option<Pulse>,
}

/// What a pipeline is made of.
pub struct Parts {
    /// The writer's state.
    pub engine: Engine,
    /// What intake knows.
    pub knowledge: Knowledge,
    /// Checks identities.
    pub identities: Arc<dyn IdentityRegister>,
    /// Seals and marks.
    pub keyring: Arc<Keyring>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// How many threads refine.
    pub workers: usize,
}

impl Pipeline {
    /// Starts the threads.
    pub fn start(parts: Parts) -> Self {
        let Parts { engine, knowledge, identities, keyring, clock, workers } = parts;
        let (submit, jobs) = bounded::<Job>(MOST_WAITING);
        let (refined_in, refined_out) = bounded::<Refined>(MOST_REFINED);
        let (ack_in, acks) = crossbeam_channel::unbounded();
        let knowledge = Arc::new(RwLock::new(knowledge));
        let keys = Arc::new(DataKeys::new(engine.store(), keyring));
        let large_tree = Arc::new(Mutex::new(()));
        let workers = (0..workers.max(1))
            .map(|_| {
                let refiner = Refiner::new(
                    knowledge.clone(),
                    identities.clone(),
                    keys.clone(),
                    large_tree.clone(),
                    clock.clone(),
                );
                let worker = Worker { jobs: jobs.clone(), refined: refined_in.clone(), refiner };
                thread::spawn(move || worker.run())
            })
            .collect();
        let settings = Arc::new(RwLock::new(engine.settings()));
        let membership = engine.membership();
        let storing = Arc::new(Storing::default());
        let beating = (membership.clone(), storing.clone());
        let pulse = Some(Pulse::start(engine.store(), beating, clock.clone()));
        let times = Arc::new(Mutex::new(StageTimes::default()));
        let writing = Writing::new(engine, storing.clone(), settings.clone(), clock);
        let writer =
            WriterLoop { writing, told: times.clone(), refined: refined_out, acks: ack_in };
        let writer = thread::spawn(move || writer.run());
        Self {
            submit: Some(submit),
            acks,
            next_ticket: 0,
            flight: Flight::new(MOST_IN_FLIGHT),
            knowledge,
            settings,
            workers,
            writer: Some(writer),
            times,
            membership,
            storing,
            pulse,
        }
    }

    /// An id for a message in `partition` that is submitted next.
    pub fn next_id(&self, partition: Partition, at: Moment) -> MessageId {
        MessageId(self.membership.next_id(partition, at))
    }

    /// The place of its process among those of the store.
    pub fn membership(&self) -> &Arc<Membership> {
        &self.membership
    }

    /// Whether what comes can be stored.
    pub fn storing(&self) -> &Arc<Storing> {
        &self.storing
    }

    /// Hands a message over; waits while the queue is full or too many bytes are in flight. Its
    /// acknowledgement bears the number given here.
    pub fn submit(&mut self, received: Received) -> u64 {
        self.send(received.bytes.len(), Work::Message(received))
    }

    /// Hands over commands that are decided in their turn, behind what was submitted before, and whose they are
    /// where they are somebody's. Their acknowledgement bears the number given here, and no documents.
    pub fn command(&mut self, commands: Vec<Incoming>, by: Option<Actor>) -> u64 {
        self.send(0, Work::Commands(commands, by))
    }

    fn send(&mut self, bytes: usize, work: Work) -> u64 {
        let boarded = self.flight.board(bytes);
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        if let Some(submit) = &self.submit {
            // It can only fail when every worker has died; then no acknowledgement comes.
            drop(submit.send(Job { ticket, boarded, work }));
        }
        ticket
    }

    /// Acknowledgements, in order of submission.
    pub fn acks(&self) -> &Receiver<Ack> {
        &self.acks
    }

    /// The time that the writer's stages have taken so far; that of the workers is known at the end.
    pub fn times(&self) -> StageTimes {
        *self.times.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The settings by which its writer decides the next batch.
    pub fn settings(&self) -> Arc<Settings> {
        self.settings.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Replaces the settings. A batch is decided by one set of them from its first document to its
    /// last, however often it is tried: one that has begun keeps the earlier set.
    pub fn set_settings(&self, settings: Arc<Settings>) {
        *self.settings.write().unwrap_or_else(PoisonError::into_inner) = settings;
    }

    /// Replaces what intake knows: the registry, the law or the trust changed. It holds for every
    /// message whose refining begins from now on, so for all that are submitted from now on. One that
    /// is refined already stays as it was judged, whichever batch it falls into, and its declarations
    /// keep the digest of the law that assessed them.
    pub fn learn(&self, knowledge: Knowledge) {
        *self.knowledge.write().unwrap_or_else(PoisonError::into_inner) = knowledge;
    }

    /// Finishes what was submitted and gives the writer's state back, with the time each stage took.
    /// `None` when a thread of the pipeline died.
    pub fn finish(mut self) -> Option<(Engine, StageTimes)> {
        self.submit = None;
        let mut refine_us = 0;
        for worker in self.workers.drain(..) {
            refine_us += worker.join().ok()?;
        }
        let (engine, times) = self.writer.take()?.join().ok()?;
        drop(self.pulse.take());
        Some((engine, StageTimes { refine_us, ..times }))
    }
}
