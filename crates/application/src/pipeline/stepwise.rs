//! The pipeline without threads: whoever has it says which of its steps comes next, as a simulation does.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, RwLock};

use tongguan_domain::ids::MessageId;
use tongguan_domain::time::Moment;
use tongguan_storage::{Partition, Store};

use super::flight::{Flight, MOST_IN_FLIGHT};
use super::pulse::Beating;
use super::worker::{DataKeys, Job, Refiner, Work};
use super::writer::Writing;
use super::{Ack, Parts, Storing};
use crate::clearing::incoming::Incoming;
use crate::clearing::settings::Settings;
use crate::history::Actor;
use crate::intake::Received;
use crate::ports::Clock;
use crate::processes::Membership;

/// The pipeline without threads. What it does in a step is what a thread of [`super::Pipeline`] does in a round.
pub struct Stepwise {
    jobs: VecDeque<Job>,
    next_ticket: u64,
    flight: Arc<Flight>,
    refiner: Refiner,
    writing: Writing,
    beating: Beating,
    settings: Arc<Settings>,
    store: Store,
    membership: Arc<Membership>,
    clock: Arc<dyn Clock>,
}

impl Stepwise {
    /// Of the same parts; the number of workers means nothing here.
    pub fn new(parts: Parts) -> Self {
        let Parts { engine, knowledge, identities, keyring, clock, workers: _ } = parts;
        let (store, membership, settings) =
            (engine.store(), engine.membership(), engine.settings());
        let keys = Arc::new(DataKeys::new(store.clone(), keyring));
        let storing = Arc::new(Storing::default());
        let (knowledge, large_tree) = (Arc::new(RwLock::new(knowledge)), Arc::new(Mutex::new(())));
        Self {
            jobs: VecDeque::new(),
            next_ticket: 0,
            flight: Flight::new(MOST_IN_FLIGHT),
            refiner: Refiner::new(knowledge, identities, keys, large_tree, clock.clone()),
            writing: Writing::new(
                engine,
                storing.clone(),
                Arc::new(RwLock::new(settings.clone())),
                clock.clone(),
            ),
            beating: Beating::new(store.clone(), membership.clone(), storing),
            settings,
            store,
            membership,
            clock,
        }
    }

    /// Its store.
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// The settings by which it decides.
    pub const fn settings(&self) -> &Arc<Settings> {
        &self.settings
    }

    /// The place of its process among those of the store.
    pub const fn membership(&self) -> &Arc<Membership> {
        &self.membership
    }

    /// An id for a message in `partition` that is submitted next.
    pub fn next_id(&self, partition: Partition, at: Moment) -> MessageId {
        MessageId(self.membership.next_id(partition, at))
    }

    /// Hands a message over; gives the number that its acknowledgement bears. Never waits: whoever submits sees to
    /// it that no more than 64 MiB are under way.
    pub fn submit(&mut self, received: Received) -> u64 {
        self.take(received.bytes.len(), Work::Message(received))
    }

    /// Hands commands over, and whose they are.
    pub fn command(&mut self, commands: Vec<Incoming>, by: Option<Actor>) -> u64 {
        self.take(0, Work::Commands(commands, by))
    }

    /// How many jobs wait to be refined.
    pub fn waiting(&self) -> usize {
        self.jobs.len()
    }

    /// Refines a job that waits, by its place among them; of several workers any may be the first to end.
    pub fn refine(&mut self, place: usize) {
        if let Some(job) = self.jobs.remove(place) {
            let refined = self.refiner.refine(job);
            self.writing.gather(refined);
        }
    }

    /// Writes the next batch and acknowledges it; `false` where there is none yet.
    pub fn write(&mut self, acknowledge: &mut dyn FnMut(Ack)) -> bool {
        self.writing.write(acknowledge)
    }

    /// Renews the lease of its place, and looks after the others.
    pub fn beat(&mut self) {
        self.beating.beat(self.clock.now());
    }

    fn take(&mut self, bytes: usize, work: Work) -> u64 {
        let boarded = self.flight.board(bytes);
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.jobs.push_back(Job { ticket, boarded, work });
        ticket
    }
}
