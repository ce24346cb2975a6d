//! The writer's thread: what was refined, in order of acceptance, in batches.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use crossbeam_channel::{Receiver, Sender};
use tongguan_storage::Remedy;
use tongguan_storage::planted::{Bug, planted};

use super::worker::{Refined, Refinement};
use super::{Ack, StageTimes, Storing, chain, commit, commit_for};
use crate::clearing::batch::{BatchError, Delivery};
use crate::clearing::engine::Engine;
use crate::clearing::incoming::Incoming;
use crate::clearing::settings::Settings;
use crate::intake::Summary;
use crate::ports::Clock;

/// The most documents of a batch, a report counted once for each parcel that it names.
pub(super) const MOST_DOCUMENTS: usize = 1_000;
/// The most bytes of a batch's messages.
const MOST_BYTES: usize = 8 << 20;

/// The writer's thread.
pub(super) struct WriterLoop {
    pub(super) writing: Writing,
    /// Where the times are told while it runs.
    pub(super) told: Arc<Mutex<StageTimes>>,
    pub(super) refined: Receiver<Refined>,
    pub(super) acks: Sender<Ack>,
}

impl WriterLoop {
    pub(super) fn run(self) -> (Engine, StageTimes) {
        let Self { mut writing, told, refined, acks } = self;
        loop {
            let start = writing.clock.now().micros();
            let Ok(first) = refined.recv() else { break };
            writing.gather(first);
            refined.try_iter().for_each(|refined| writing.gather(refined));
            writing.times.idle_us += writing.clock.now().micros() - start;
            // Nobody may be listening any more; what is durable stays so.
            while writing.write(&mut |ack| drop(acks.send(ack))) {
                *told.lock().unwrap_or_else(PoisonError::into_inner) = writing.times;
            }
        }
        (writing.engine, writing.times)
    }
}

/// Writes one batch after the other of what was refined, in order of acceptance.
pub(super) struct Writing {
    engine: Engine,
    /// Where it is told whether anything can be stored.
    storing: Arc<Storing>,
    settings: Arc<RwLock<Arc<Settings>>>,
    clock: Arc<dyn Clock>,
    ring: BTreeMap<u64, Refined>,
    next: u64,
    times: StageTimes,
}

impl Writing {
    pub(super) fn new(
        engine: Engine,
        storing: Arc<Storing>,
        settings: Arc<RwLock<Arc<Settings>>>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let (ring, times) = (BTreeMap::new(), StageTimes::default());
        Self { engine, storing, settings, clock, ring, next: 0, times }
    }

    /// Takes what was refined, in whatever order.
    pub(super) fn gather(&mut self, refined: Refined) {
        self.ring.insert(refined.ticket, refined);
    }

    /// Writes the next batch and acknowledges it; `false` where there is none yet.
    pub(super) fn write(&mut self, acknowledge: &mut dyn FnMut(Ack)) -> bool {
        let Some(batch) = take_batch(&mut self.ring, &mut self.next) else { return false };
        let settings = self.settings.read().unwrap_or_else(PoisonError::into_inner).clone();
        self.engine.set_settings(settings);
        let mut deliveries = Vec::with_capacity(batch.len());
        let mut pending = Vec::with_capacity(batch.len());
        // Given back when the whole batch is acknowledged.
        let mut in_flight = Vec::with_capacity(batch.len());
        let clock = self.clock.clone();
        let mut acknowledge =
            |ticket, outcome| acknowledge(Ack { ticket, at: clock.now(), outcome });
        for Refined { ticket, outcome, boarded, .. } in batch {
            in_flight.push(boarded);
            match outcome {
                Ok(Refinement::Message(message)) => {
                    let (delivery, summary) = *message;
                    deliveries.push(delivery);
                    pending.push((ticket, summary));
                }
                Ok(Refinement::Commands(commands, by)) => {
                    let outcome =
                        commit_for(&mut self.engine, &commands, by.as_ref(), &*self.clock);
                    self.storing.tell(&outcome);
                    let outcome = outcome.map_err(|error| chain(&error)).map(|committed| Summary {
                        undecided: committed.refused,
                        ..Summary::default()
                    });
                    acknowledge(ticket, outcome);
                }
                Err(error) => acknowledge(ticket, Err(error)),
            }
        }
        let start = self.clock.now().micros();
        let results = commit_or_divide(&mut self.engine, &deliveries, &*self.clock, &self.storing);
        let took = self.clock.now().micros() - start;
        self.times.commit_us += took;
        self.times.longest_commit_us = self.times.longest_commit_us.max(took);
        self.times.batches += 1;
        self.times.begun_anew = self.engine.begun_anew();
        self.times.rows = self.engine.rows_written();
        for ((ticket, summary), result) in pending.into_iter().zip(results) {
            let result = if planted(Bug::AcknowledgesUnwritten) { Ok(()) } else { result };
            acknowledge(ticket, result.map(|()| summary));
        }
        true
    }
}

/// The next batch in order of acceptance: what has arrived without a gap, as far as the limits allow.
fn take_batch(ring: &mut BTreeMap<u64, Refined>, next: &mut u64) -> Option<Vec<Refined>> {
    let mut batch = Vec::new();
    let (mut documents, mut bytes) = (0, 0);
    while let Some(entry) = ring.first_entry() {
        let refined = entry.get();
        let (more, alone) = match &refined.outcome {
            Ok(Refinement::Message(message)) => {
                (message.0.incoming.iter().map(Incoming::parcels).sum(), false)
            }
            Ok(Refinement::Commands(..)) => (MOST_DOCUMENTS, true),
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
    storing: &Storing,
) -> Vec<Result<(), String>> {
    if batch.is_empty() {
        return Vec::new();
    }
    let committed = commit(engine, batch, &[], clock);
    storing.tell(&committed);
    let error = match committed {
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
    let mut results = commit_or_divide(engine, left, clock, storing);
    results.extend(commit_or_divide(engine, right, clock, storing));
    results
}
