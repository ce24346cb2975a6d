//! One run: messages go in, acknowledgements come out.

use std::collections::HashMap;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::Context as _;
use tongguan_application::intake::{Received, Way};
use tongguan_application::pipeline::{Ack, Pipeline, StageTimes};
use tongguan_application::ports::Clock;
use tongguan_domain::time::Moment;
use tongguan_storage::Partition;

use crate::commands::bench::input::{Input, Mark};

/// How a run goes.
pub struct Pace<'p> {
    /// How many parcels a group of messages is about.
    pub documents_per_message: u64,
    /// Parcels a second that are submitted at most; as fast as they go when absent.
    pub rate: Option<u64>,
    /// Is told of parcels whose last message was submitted.
    pub progress: &'p mut dyn FnMut(u64),
}

/// What a run gave.
pub struct Through {
    /// From the receipt of the last message of each group to its durable acknowledgement, in microseconds.
    pub latencies: Vec<i64>,
    /// From the first message to the last acknowledgement, in microseconds.
    pub span: i64,
    /// What the stages took.
    pub times: StageTimes,
}

/// Clears what is read, and stops the pipeline.
///
/// # Errors
/// When the input ends badly, or a message was not stored.
pub fn run(
    pipeline: Pipeline,
    clock: Arc<dyn Clock>,
    input: &mut Input,
    pace: Pace<'_>,
) -> anyhow::Result<Through> {
    let begin = clock.now();
    let (waiting, latencies) = (HashMap::new(), Vec::new());
    let mut run = Run { pipeline, clock, waiting, latencies, begin, last: begin, pace };
    run.stream(input)?;
    run.finish()
}

struct Run<'p> {
    pipeline: Pipeline,
    clock: Arc<dyn Clock>,
    /// When the last message of each group was received, by ticket.
    waiting: HashMap<u64, Moment>,
    latencies: Vec<i64>,
    begin: Moment,
    last: Moment,
    pace: Pace<'p>,
}

impl Run<'_> {
    fn stream(&mut self, input: &mut Input) -> anyhow::Result<()> {
        let mut groups = 0;
        while let Some((mark, message)) = input.next()? {
            if mark == Mark::First {
                self.wait_for(groups);
                groups += 1;
            }
            self.submit(message, mark == Mark::Last);
            if mark == Mark::Last {
                (self.pace.progress)(self.pace.documents_per_message);
            }
            while let Ok(ack) = self.pipeline.acks().try_recv() {
                self.settle(ack)?;
            }
        }
        Ok(())
    }

    /// Waits until the next group is due.
    fn wait_for(&self, groups: u64) {
        let Some(rate) = self.pace.rate else { return };
        let due = groups * self.pace.documents_per_message * 1_000_000 / rate.max(1);
        let now = self.clock.now().micros() - self.begin.micros();
        if let Ok(wait) = u64::try_from(i64::try_from(due).unwrap_or(i64::MAX) - now) {
            thread::park_timeout(Duration::from_micros(wait));
        }
    }

    fn submit(&mut self, bytes: Vec<u8>, is_last: bool) {
        let at = self.clock.now();
        let id = self.pipeline.next_id(Partition(0), at);
        let received =
            Received { id, at, origin: "bench".into(), sender: None, way: Way::Party, bytes };
        let ticket = self.pipeline.submit(received);
        if is_last {
            self.waiting.insert(ticket, at);
        }
    }

    fn settle(&mut self, ack: Ack) -> anyhow::Result<()> {
        ack.outcome.map_err(|error| anyhow::anyhow!("a message was not stored: {error}"))?;
        self.last = self.last.max(ack.at);
        if let Some(received) = self.waiting.remove(&ack.ticket) {
            self.latencies.push(ack.at.micros() - received.micros());
        }
        Ok(())
    }

    fn finish(mut self) -> anyhow::Result<Through> {
        while !self.waiting.is_empty() {
            let ack = self.pipeline.acks().recv().context("the pipeline ended early")?;
            self.settle(ack)?;
        }
        let span = self.last.micros() - self.begin.micros();
        let (engine, times) = self.pipeline.finish().context("a thread of the pipeline died")?;
        engine.stop()?;
        Ok(Through { latencies: self.latencies, span, times })
    }
}
