//! The writer's thread: what was refined, in order of acceptance, in batches.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use crossbeam_channel::{Receiver, Sender};
use tongguan_storage::Remedy;

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
    pub(super) engine: Engine,
    /// Where the times are told while it runs.
    pub(super) told: Arc<Mutex<StageTimes>>,
    /// Where it is told whether anything can be stored.
    pub(super) storing: Arc<Storing>,
    pub(super) settings: Arc<RwLock<Arc<Settings>>>,
    pub(super) refined: Receiver<Refined>,
    pub(super) acks: Sender<Ack>,
    pub(super) clock: Arc<dyn Clock>,
}

impl WriterLoop {
    pub(super) fn run(mut self) -> (Engine, StageTimes) {
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
                *self.told.lock().unwrap_or_else(PoisonError::into_inner) = times;
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
                Ok(Refinement::Commands(commands, by)) => {
                    let outcome =
                        commit_for(&mut self.engine, &commands, by.as_ref(), &*self.clock);
                    self.storing.tell(&outcome);
                    let outcome = outcome.map_err(|error| chain(&error)).map(|committed| Summary {
                        undecided: committed.refused,
                        ..Summary::default()
                    });
                    self.acknowledge(ticket, outcome);
                }
                Err(error) => self.acknowledge(ticket, Err(error)),
            }
        }
        let start = self.clock.now().micros();
        let results = commit_or_divide(&mut self.engine, &deliveries, &*self.clock, &self.storing);
        let took = self.clock.now().micros() - start;
        times.commit_us += took;
        times.longest_commit_us = times.longest_commit_us.max(took);
        times.batches += 1;
        times.begun_anew = self.engine.begun_anew();
        times.rows = self.engine.rows_written();
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
