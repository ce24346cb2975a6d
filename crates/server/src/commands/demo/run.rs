//! The run: messages go in, officers rule.

use std::collections::HashMap;

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};
use tongguan_application::clearing::engine::Engine;
use tongguan_application::clearing::incoming::Incoming;
use tongguan_application::intake::{Received, Way};
use tongguan_application::pipeline::{self, Ack, Pipeline};
use tongguan_application::processes::ProcessKind;
use tongguan_domain::declaration::Ruling;
use tongguan_domain::ids::DeclarationId;
use tongguan_domain::time::Moment;
use tongguan_storage::Partition;
use tongguan_testkit::traffic::TrafficParcel;
use tongguan_testkit::traffic::crew::Crew;
use tongguan_testkit::traffic::fault::Fault;
use tongguan_testkit::traffic::post::{Letter, Post};

use super::stage::Stage;

/// One run of traffic over a stage.
pub struct Run<'r> {
    /// Where.
    pub stage: &'r Stage,
    /// Who sends.
    pub crew: &'r Crew,
    /// What is sent about.
    pub parcels: &'r [TrafficParcel],
    /// Without progress bar.
    pub quiet: bool,
}

/// What was sent.
#[derive(Debug)]
pub struct Sent {
    /// Messages.
    pub messages: u64,
    /// Documents in them that could be read.
    pub documents: u64,
    /// Messages that were refused as a whole.
    pub refused: u64,
    /// Rulings of officers.
    pub rulings: usize,
    /// The parcel of each message that is about one only, by the message's file name.
    pub alone: HashMap<String, usize>,
    /// When the first message was submitted.
    pub begin: Moment,
    /// When the last thing was decided and durable.
    pub end: Moment,
}

/// Messages submitted and not acknowledged, at most.
const AHEAD: u64 = 500;
/// Samples of each message type where nothing is wrong.
const SAMPLES: usize = 2;

impl Run<'_> {
    /// Sends the traffic, and has the officers rule.
    ///
    /// # Errors
    /// When a message cannot be made or stored.
    pub fn send(&self, seed: u64) -> anyhow::Result<Sent> {
        let clock = self.stage.product.clock.clone();
        let post = Post::new(self.crew, self.parcels, seed);
        let mut sending = Sending::start(self.stage, post.len(), self.quiet)?;
        let mut samples = Samples::default();
        for letter in post {
            let letter = letter.context("a made-up message cannot be written")?;
            samples.keep(self.stage, self.fault(&letter), &letter)?;
            sending.submit(letter, clock.now())?;
        }
        let (mut engine, mut sent) = sending.finish()?;
        sent.rulings = self.rule(&mut engine)?;
        sent.end = clock.now();
        engine.stop()?;
        Ok(sent)
    }

    /// What is wrong with the parcel of a message that is about one only.
    fn fault(&self, letter: &Letter) -> Option<&'static str> {
        match letter.parcels[..] {
            [parcel] => self.parcels[parcel].fault.map(Fault::name),
            _ => None,
        }
    }

    /// Officers decide what the traffic says they do; the rest is left in their queues.
    fn rule(&self, engine: &mut Engine) -> anyhow::Result<usize> {
        let wanted: HashMap<&str, Ruling> = self
            .parcels
            .iter()
            .filter_map(|parcel| {
                let order_no = parcel.documents.declaration.order_no.as_str();
                parcel.handling.ruling().map(|ruling| (order_no, ruling))
            })
            .collect();
        let mut rulings = 0;
        for queue in [300, 500] {
            let mut commands = Vec::new();
            let mut after = DeclarationId(0);
            loop {
                let store = &self.stage.product.store;
                let page = store.read(|view| view.declarations_in_queue(queue, after, PAGE))?;
                let Some(last) = page.last() else { break };
                after = last.declaration_id;
                commands.extend(page.iter().filter_map(|row| {
                    let ruling = match (queue, wanted.get(row.order_no.as_str())?) {
                        // What is kept was looked at before.
                        (300, Ruling::Detain(_)) => Ruling::Examine,
                        // It waits there for whoever looks next.
                        (500, Ruling::Examine) => return None,
                        (_, ruling) => *ruling,
                    };
                    Some(ruled(row.declaration_id, ruling))
                }));
            }
            for chunk in commands.chunks(500) {
                pipeline::commit(engine, &[], chunk, &*self.stage.product.clock)?;
            }
            rulings += commands.len();
        }
        Ok(rulings)
    }
}

/// Declarations of a queue that are read at a time.
const PAGE: i64 = 1000;

/// Who rules.
pub const OFFICER: &str = "示例关员";

/// What an officer rules, and why.
fn ruled(declaration: DeclarationId, ruling: Ruling) -> Incoming {
    let reason = match ruling {
        Ruling::Accept => "单证与货物相符",
        Ruling::Refuse => "申报不实",
        Ruling::Examine => "需开箱查验",
        Ruling::Detain(_) => "涉嫌走私",
        Ruling::Suspend => "等待补充资料",
        Ruling::ShipBack => "不符合入境要求",
        Ruling::Withdraw(_) => "企业申请退关",
    };
    Incoming::Ruling {
        declaration,
        ruling,
        officer: OFFICER.to_owned(),
        reason: reason.to_owned(),
        reassessed: None,
        only_at: None,
    }
}

fn progress(messages: usize, quiet: bool) -> ProgressBar {
    let bar = if quiet { ProgressBar::hidden() } else { ProgressBar::new(messages as u64) };
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} messages, {elapsed}") {
        bar.set_style(style);
    }
    bar
}

/// Messages on their way through the product.
pub struct Sending {
    pipeline: Pipeline,
    sent: Sent,
    settled: u64,
    bar: ProgressBar,
}

impl Sending {
    /// Starts the product for so many messages.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(stage: &Stage, messages: usize, quiet: bool) -> anyhow::Result<Self> {
        let workers = std::thread::available_parallelism().map_or(2, usize::from);
        let pipeline = stage.product.start((ProcessKind::Command, None), workers)?;
        let begin = stage.product.clock.now();
        let sent = Sent {
            messages: 0,
            documents: 0,
            refused: 0,
            rulings: 0,
            alone: HashMap::new(),
            begin,
            end: begin,
        };
        let bar = progress(messages, quiet);
        Ok(Self { pipeline, sent, settled: 0, bar })
    }

    /// Submits a message, and waits when too many are on their way.
    ///
    /// # Errors
    /// When a message is not stored.
    pub fn submit(&mut self, letter: Letter, at: Moment) -> anyhow::Result<()> {
        if let [parcel] = letter.parcels[..] {
            self.sent.alone.insert(letter.origin.clone(), parcel);
        }
        let id = self.pipeline.next_id(Partition::of_text(&letter.origin), at);
        let Letter { origin, bytes, .. } = letter;
        self.pipeline.submit(Received { id, at, origin, sender: None, way: Way::Party, bytes });
        self.sent.messages += 1;
        while let Ok(ack) = self.pipeline.acks().try_recv() {
            self.settle(ack)?;
        }
        while self.sent.messages - self.settled > AHEAD {
            self.wait()?;
        }
        Ok(())
    }

    /// Waits until all of them are decided; gives the engine that decided.
    ///
    /// # Errors
    /// When a message is not stored.
    pub fn finish(mut self) -> anyhow::Result<(Engine, Sent)> {
        while self.settled < self.sent.messages {
            self.wait()?;
        }
        self.bar.finish_and_clear();
        let (engine, _) = self.pipeline.finish().context("a thread of the pipeline died")?;
        Ok((engine, self.sent))
    }

    fn wait(&mut self) -> anyhow::Result<()> {
        let ack = self.pipeline.acks().recv().context("the pipeline ended early")?;
        self.settle(ack)
    }

    fn settle(&mut self, ack: Ack) -> anyhow::Result<()> {
        let summary =
            ack.outcome.map_err(|error| anyhow::anyhow!("a message was not stored: {error}"))?;
        self.settled += 1;
        self.sent.documents += summary.documents as u64;
        self.sent.refused += u64::from(summary.documents == 0);
        self.bar.inc(1);
        Ok(())
    }
}

/// Messages that are put aside for people to look at: some of each type, and one of each type for
/// every fault that has a message of its own.
#[derive(Default)]
pub struct Samples(HashMap<(&'static str, &'static str), usize>);

impl Samples {
    /// Writes the message as a file, unless there are enough of its kind.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep(
        &mut self,
        stage: &Stage,
        fault: Option<&'static str>,
        letter: &Letter,
    ) -> anyhow::Result<()> {
        let (story, most) = fault.map_or(("as-usual", SAMPLES), |fault| (fault, 1));
        let kept = self.0.entry((story, letter.message.code())).or_default();
        if *kept >= most {
            return Ok(());
        }
        *kept += 1;
        let path = stage.samples.join(format!("{story}-{}", letter.origin));
        std::fs::write(&path, &letter.bytes)
            .with_context(|| format!("cannot write {}", path.display()))
    }
}
