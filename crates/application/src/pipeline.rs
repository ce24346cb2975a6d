//! The pipeline: messages in, acknowledgements out.
//!
//! Worker threads refine messages side by side; the writer's thread puts them back into the order in
//! which they were accepted and commits them in batches. Nothing is acknowledged before it is durable.
//! Queues are bounded, by messages and by bytes: whoever submits waits when the writer is behind.

mod flight;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};
use tongguan_domain::time::Moment;
use tongguan_storage::seal::{DataKey, Keyring};
use tongguan_storage::{Remedy, StorageError};

use crate::clearing::engine::{BatchError, Committed, Delivery, Engine, Settings};
use crate::clearing::incoming::Incoming;
use crate::intake::{Intake, Knowledge, Received, SignerCache, Summary};
use crate::ports::{Clock, IdentityRegister};

use flight::{Boarded, Flight, MOST_IN_FLIGHT};

/// The most documents of a batch.
const MOST_DOCUMENTS: usize = 1_000;
/// The most bytes of a batch's messages.
const MOST_BYTES: usize = 8 << 20;
/// The most messages that are refined and not yet written.
const QUEUE: usize = 256;
/// A tree takes several times the bytes of its message: above so many, one at a time.
const LARGE_TREE: usize = 4 << 20;
/// How often a batch is tried while the database is busy or away, with pauses up to two seconds.
const ATTEMPTS: u32 = 12;

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
}

struct Job {
    ticket: u64,
    boarded: Boarded,
    work: Work,
}

enum Work {
    Message(Received),
    Commands(Vec<Incoming>),
}

struct Refined {
    ticket: u64,
    bytes: usize,
    /// Given back when it is acknowledged.
    boarded: Boarded,
    outcome: Result<Refinement, String>,
}

enum Refinement {
    Message(Box<(Delivery, Summary)>),
    /// Committed by themselves, between the messages before and after them.
    Commands(Vec<Incoming>),
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
        let (submit, jobs) = bounded::<Job>(QUEUE);
        let (refined_in, refined_out) = bounded::<Refined>(QUEUE);
        let (ack_in, acks) = crossbeam_channel::unbounded();
        let knowledge = Arc::new(RwLock::new(knowledge));
        let keys = Arc::new(DataKeys::new(engine.store(), keyring.clone()));
        let large_tree = Arc::new(Mutex::new(()));
        let workers = (0..workers.max(1))
            .map(|_| {
                let worker = Worker {
                    jobs: jobs.clone(),
                    refined: refined_in.clone(),
                    knowledge: knowledge.clone(),
                    identities: identities.clone(),
                    keyring: keyring.clone(),
                    keys: keys.clone(),
                    large_tree: large_tree.clone(),
                    clock: clock.clone(),
                };
                thread::spawn(move || worker.run())
            })
            .collect();
        let settings = Arc::new(RwLock::new(engine.settings()));
        let writer = WriterLoop {
            engine,
            settings: settings.clone(),
            refined: refined_out,
            acks: ack_in,
            clock,
        };
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
        }
    }

    /// Hands a message over; waits while the queue is full or too many bytes are in flight. Its acknowledgement bears the number given
    /// here.
    pub fn submit(&mut self, received: Received) -> u64 {
        self.send(received.bytes.len(), Work::Message(received))
    }

    /// Hands over commands that are decided in their turn, behind what was submitted before. Their
    /// acknowledgement bears the number given here, and no documents.
    pub fn command(&mut self, commands: Vec<Incoming>) -> u64 {
        self.send(0, Work::Commands(commands))
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
        Some((engine, StageTimes { refine_us, ..times }))
    }
}

/// One thread that refines.
struct Worker {
    jobs: Receiver<Job>,
    refined: Sender<Refined>,
    knowledge: Arc<RwLock<Knowledge>>,
    identities: Arc<dyn IdentityRegister>,
    keyring: Arc<Keyring>,
    keys: Arc<DataKeys>,
    large_tree: Arc<Mutex<()>>,
    clock: Arc<dyn Clock>,
}

impl Worker {
    /// Works until the pipeline ends; gives the microseconds spent.
    fn run(self) -> i64 {
        let knowledge = self.knowledge.read().unwrap_or_else(PoisonError::into_inner).clone();
        let mut intake = Intake {
            knowledge,
            identities: self.identities.clone(),
            keyring: self.keyring.clone(),
            signers: SignerCache::default(),
        };
        let mut spent = 0;
        for Job { ticket, boarded, work } in &self.jobs {
            let received = match work {
                Work::Message(received) => received,
                Work::Commands(commands) => {
                    let outcome = Ok(Refinement::Commands(commands));
                    if self.refined.send(Refined { ticket, bytes: 0, boarded, outcome }).is_err() {
                        break;
                    }
                    continue;
                }
            };
            let start = self.clock.now().micros();
            intake.knowledge =
                self.knowledge.read().unwrap_or_else(PoisonError::into_inner).clone();
            let bytes = received.bytes.len();
            let alone = (bytes > LARGE_TREE)
                .then(|| self.large_tree.lock().unwrap_or_else(PoisonError::into_inner));
            let outcome =
                self.keys.of(received.at).map_err(|error| error.to_string()).and_then(|key| {
                    let refined = intake.refine(received, key);
                    refined.map(Box::new).map(Refinement::Message).map_err(|error| chain(&error))
                });
            drop(alone);
            spent += self.clock.now().micros() - start;
            let refined = Refined { ticket, bytes, boarded, outcome };
            if self.refined.send(refined).is_err() {
                break;
            }
        }
        spent
    }
}

/// The data keys of the months that messages come in.
struct DataKeys {
    store: tongguan_storage::Store,
    keyring: Arc<Keyring>,
    known: RwLock<BTreeMap<String, Arc<DataKey>>>,
}

impl DataKeys {
    fn new(store: tongguan_storage::Store, keyring: Arc<Keyring>) -> Self {
        Self { store, keyring, known: RwLock::default() }
    }

    fn of(&self, at: Moment) -> Result<Arc<DataKey>, StorageError> {
        let day = at.china_day();
        let period = format!("{:04}-{:02}", day.year(), day.month());
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner).get(&period).cloned();
        if let Some(key) = known {
            return Ok(key);
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = known.get(&period) {
            return Ok(key.clone());
        }
        let key = self.store.writer()?.retried(tongguan_storage::Backoff::default(), |tx| {
            tx.data_key(&self.keyring, &period)
        })?;
        let key = Arc::new(key);
        known.insert(period, key.clone());
        Ok(key)
    }
}

/// The writer's thread.
struct WriterLoop {
    engine: Engine,
    settings: Arc<RwLock<Arc<Settings>>>,
    refined: Receiver<Refined>,
    acks: Sender<Ack>,
    clock: Arc<dyn Clock>,
}

impl WriterLoop {
    fn run(mut self) -> (Engine, StageTimes) {
        let mut ring = BTreeMap::new();
        let mut next = 0;
        let mut times = StageTimes::default();
        loop {
            let start = self.clock.now().micros();
            let Ok(first) = self.refined.recv() else { break };
            ring.insert(first.ticket, first);
            ring.extend(self.refined.try_iter().map(|refined| (refined.ticket, refined)));
            let begin = self.clock.now().micros();
            times.idle_us += begin - start;
            while let Some(batch) = take_batch(&mut ring, &mut next) {
                self.write(batch, &mut times);
            }
        }
        (self.engine, times)
    }

    fn write(&mut self, batch: Vec<Refined>, times: &mut StageTimes) {
        let settings = self.settings.read().unwrap_or_else(PoisonError::into_inner).clone();
        self.engine.set_settings(settings);
        let mut deliveries = Vec::with_capacity(batch.len());
        let mut pending = Vec::with_capacity(batch.len());
        // Given back when the whole batch is acknowledged.
        let mut in_flight = Vec::with_capacity(batch.len());
        for Refined { ticket, outcome, boarded, .. } in batch {
            in_flight.push(boarded);
            match outcome {
                Ok(Refinement::Message(message)) => {
                    let (delivery, summary) = *message;
                    deliveries.push(delivery);
                    pending.push((ticket, summary));
                }
                Ok(Refinement::Commands(commands)) => {
                    let outcome = commit(&mut self.engine, &[], &commands, &*self.clock);
                    let outcome = outcome.map_err(|error| chain(&error)).map(|committed| {
                        let why = committed.refused.iter().map(|(_, why)| why.to_string());
                        Summary { undecided: why.collect(), ..Summary::default() }
                    });
                    self.acknowledge(ticket, outcome);
                }
                Err(error) => self.acknowledge(ticket, Err(error)),
            }
        }
        let start = self.clock.now().micros();
        let results = commit_or_divide(&mut self.engine, &deliveries, &*self.clock);
        let took = self.clock.now().micros() - start;
        times.commit_us += took;
        times.longest_commit_us = times.longest_commit_us.max(took);
        times.batches += 1;
        for ((ticket, summary), result) in pending.into_iter().zip(results) {
            self.acknowledge(ticket, result.map(|()| summary));
        }
    }

    fn acknowledge(&self, ticket: u64, outcome: Result<Summary, String>) {
        // Nobody may be listening any more; what is durable stays so.
        drop(self.acks.send(Ack { ticket, at: self.clock.now(), outcome }));
    }
}

/// The next batch in order of acceptance: what has arrived without a gap, as far as the limits allow.
fn take_batch(ring: &mut BTreeMap<u64, Refined>, next: &mut u64) -> Option<Vec<Refined>> {
    let mut batch = Vec::new();
    let (mut documents, mut bytes) = (0, 0);
    while let Some(entry) = ring.first_entry() {
        let refined = entry.get();
        let (more, alone) = match &refined.outcome {
            Ok(Refinement::Message(message)) => (message.0.incoming.len(), false),
            Ok(Refinement::Commands(_)) => (MOST_DOCUMENTS, true),
            Err(_) => (0, false),
        };
        let full = alone || documents + more > MOST_DOCUMENTS || bytes + refined.bytes > MOST_BYTES;
        if refined.ticket != *next || (full && !batch.is_empty()) {
            break;
        }
        documents += more;
        bytes += refined.bytes;
        *next += 1;
        batch.push(entry.remove());
    }
    (!batch.is_empty()).then_some(batch)
}

/// Commits a batch. What fails in passing is tried again; what fails for good is divided until the
/// culprit is alone, and only that one is not acknowledged.
fn commit_or_divide(
    engine: &mut Engine,
    batch: &[Delivery],
    clock: &dyn Clock,
) -> Vec<Result<(), String>> {
    if batch.is_empty() {
        return Vec::new();
    }
    let error = match commit(engine, batch, &[], clock) {
        Ok(_) => return batch.iter().map(|_| Ok(())).collect(),
        Err(error) => error,
    };
    let divisible =
        !matches!(&error, BatchError::Storage(error) if error.remedy() != Remedy::Bisect);
    if batch.len() == 1 || !divisible {
        let text = chain(&error);
        return batch.iter().map(|_| Err(text.clone())).collect();
    }
    let (left, right) = batch.split_at(batch.len() / 2);
    let mut results = commit_or_divide(engine, left, clock);
    results.extend(commit_or_divide(engine, right, clock));
    results
}

/// Commits, with repetitions while the database is busy or away.
///
/// # Errors
/// What stood in the way at last.
pub fn commit(
    engine: &mut Engine,
    batch: &[Delivery],
    commands: &[Incoming],
    clock: &dyn Clock,
) -> Result<Committed, BatchError> {
    let mut pause = Duration::from_millis(5);
    // Whether an earlier attempt may have been committed: until the database says so, or not.
    let mut unknown = false;
    for attempt in 1.. {
        let error = match attempt_once(engine, batch, commands, &mut unknown, clock.now()) {
            Ok(committed) => return Ok(committed),
            Err(error) => error,
        };
        let remedy = match &error {
            BatchError::Storage(error) => error.remedy(),
            BatchError::Row(_) | BatchError::Encode(_) => return Err(error),
        };
        match remedy {
            _ if attempt >= ATTEMPTS => return Err(error),
            Remedy::Retry | Remedy::Drop => {}
            Remedy::Resolve => unknown = true,
            Remedy::Bisect | Remedy::Stop => return Err(error),
        }
        thread::park_timeout(pause);
        pause = (pause * 2).min(Duration::from_secs(2));
    }
    Ok(Committed::default())
}

fn attempt_once(
    engine: &mut Engine,
    batch: &[Delivery],
    commands: &[Incoming],
    unknown: &mut bool,
    now: Moment,
) -> Result<Committed, BatchError> {
    if *unknown {
        if engine.was_committed(batch, now)? {
            return Ok(Committed::default());
        }
        *unknown = false;
    }
    engine.commit(batch, commands, now)
}

/// An error with its causes, for an operator.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        if !text.ends_with(&next) {
            text = format!("{text}: {next}");
        }
        cause = error.source();
    }
    text
}
