//! The desk: takes what is handed over into the pipeline, tells each what became of it, and does between
//! messages what has to be done.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, select, tick};
use metrics::{counter, gauge};
use tongguan_application::clearing::incoming::Incoming;
use tongguan_application::deciding::Refused;
use tongguan_application::intake::{Received, Summary};
use tongguan_application::pipeline::{Ack, Pipeline, StageTimes};
use tongguan_application::ports::Clock;
use tongguan_application::reception::{Asked, Errand, Handed, Receipt, Reply};
use tongguan_domain::ids::MessageId;
use tongguan_storage::Partition;

use crate::upkeep::{PipelineEnded, Trouble, Upkeep, carry_out};

#[cfg(test)]
mod tests;

/// How often it looks what time has brought.
const BEAT: Duration = Duration::from_millis(200);

/// The thread that owns the pipeline.
pub struct Desk {
    pipeline: Pipeline,
    errands: Receiver<Errand>,
    upkeep: Upkeep,
    clock: Arc<dyn Clock>,
    /// That of the last message: one after the other takes its turn.
    partition: Partition,
    told: Told,
}

/// Somebody who waits.
enum Waiting {
    /// For a message to be durable.
    Message(MessageId, Reply),
    /// For commands to be carried out.
    Commands(Sender<Result<Refused, String>>),
}

/// Who waits to be told what.
struct Told {
    waiting: HashMap<u64, Waiting>,
    /// That responses may stand in the outbox.
    news: Sender<()>,
}

impl Desk {
    /// Takes over a pipeline; `news` hears when responses may stand in the outbox.
    pub fn new(
        pipeline: Pipeline,
        errands: Receiver<Errand>,
        upkeep: Upkeep,
        clock: Arc<dyn Clock>,
        news: Sender<()>,
    ) -> Self {
        let told = Told { waiting: HashMap::new(), news };
        Self { pipeline, errands, upkeep, clock, partition: Partition(0), told }
    }

    /// Goes on until nobody can hand anything over any more, and everybody was told.
    ///
    /// # Errors
    /// When the pipeline has ended by itself.
    pub fn run(mut self) -> anyhow::Result<()> {
        let beat = tick(BEAT);
        let mut trouble = Trouble::default();
        loop {
            select! {
                recv(self.errands) -> errand => match errand {
                    Ok(errand) => self.take_in(errand),
                    Err(_) => break,
                },
                recv(self.pipeline.acks()) -> ack => self.told.tell(ack.map_err(|_| PipelineEnded)?),
                recv(beat) -> _ => match self.see_to_the_rest() {
                    Ok(()) => trouble.is_over(),
                    Err(error) if error.is::<PipelineEnded>() => return Err(error),
                    // A database that is away for a while is waited for.
                    Err(error) => trouble.tell(&error),
                },
            }
        }
        while !self.told.waiting.is_empty() {
            self.told.tell(self.pipeline.acks().recv().map_err(|_| PipelineEnded)?);
        }
        let (engine, _) = self.pipeline.finish().ok_or(PipelineEnded)?;
        Ok(engine.stop()?)
    }

    fn take_in(&mut self, errand: Errand) {
        // What was changed before a message came is known when it is read; a register that cannot be read now
        // is told of at the next beat.
        drop(self.upkeep.take_up_changes(&self.pipeline));
        let (ticket, waiting) = match errand {
            Errand::Message(Handed { origin, sender, way, bytes, reply }) => {
                let at = self.clock.now();
                // Whoever sends nameless messages calls all of them alike, so that the name cannot spread
                // them.
                self.partition = Partition(self.partition.0.wrapping_add(1));
                let id = self.pipeline.next_id(self.partition, at);
                let ticket = self.pipeline.submit(Received { id, at, origin, sender, way, bytes });
                (ticket, Waiting::Message(id, reply))
            }
            Errand::Commands(Asked { commands, by, reply }) => {
                (self.pipeline.command(commands, by), Waiting::Commands(reply))
            }
        };
        self.told.waiting.insert(ticket, waiting);
    }

    fn see_to_the_rest(&mut self) -> anyhow::Result<()> {
        let Self { pipeline, upkeep, told, .. } = self;
        measure(&pipeline.times());
        upkeep.take_up_changes(pipeline)?;
        let settings = pipeline.settings();
        let mut decide = |commands: Vec<Incoming>| {
            let done = carry_out(pipeline, commands, "not decided", &mut |ack| told.tell(ack));
            told.something_came();
            done
        };
        upkeep.see_to_what_is_due(&settings, &mut decide)?;
        upkeep.consolidate(&settings, &mut decide)?;
        Ok(())
    }
}

/// Tells how long batches took.
fn measure(times: &StageTimes) {
    counter!("tongguan_batches_total").absolute(times.batches);
    counter!("tongguan_batches_begun_anew_total").absolute(times.begun_anew);
    let micros = times.commit_us.unsigned_abs();
    counter!("tongguan_batch_commit_microseconds_total").absolute(micros);
    let longest = Duration::from_micros(times.longest_commit_us.unsigned_abs());
    gauge!("tongguan_batch_commit_longest_seconds").set(longest.as_secs_f64());
}

/// Counts a message that is answered.
fn count(outcome: &Result<Summary, String>) {
    let (message, outcome, documents) = match outcome {
        Ok(summary) => {
            let is_taken = summary.refused.is_empty() && summary.documents > 0;
            let outcome = if is_taken { "taken" } else { "refused" };
            (summary.message, outcome, u64::try_from(summary.documents).unwrap_or(0))
        }
        Err(_) => (None, "failed", 0),
    };
    let message = message.map_or("none", |message| message.code());
    counter!("tongguan_messages_total", "message" => message, "outcome" => outcome).increment(1);
    counter!("tongguan_documents_total", "message" => message).increment(documents);
}

impl Told {
    fn tell(&mut self, ack: Ack) {
        match self.waiting.remove(&ack.ticket) {
            Some(Waiting::Message(message, reply)) => {
                count(&ack.outcome);
                reply(Receipt { message, at: ack.at, outcome: ack.outcome });
            }
            // Nobody may be listening any more; what is durable stays so.
            Some(Waiting::Commands(reply)) => {
                drop(reply.try_send(ack.outcome.map(|summary| summary.undecided)));
            }
            None => {}
        }
        self.something_came();
    }

    fn something_came(&self) {
        // Full: it is known already. Nobody there: the post has ended, and the process ends too.
        let _ = self.news.try_send(());
    }
}
