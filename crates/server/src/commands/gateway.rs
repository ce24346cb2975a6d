//! `tongguan gateway`: folder in, folder out.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Args;
use serde::Serialize;
use tongguan_application::delivery::Follower;
use tongguan_application::intake::{Received, SignatureDemand, Way};
use tongguan_application::keys::KeysNews;
use tongguan_application::learning::Learned;
use tongguan_application::pipeline::{Ack, Pipeline};
use tongguan_application::ports::{Clock, IdentityRegister};
use tongguan_application::processes::ProcessKind;
use tongguan_domain::ids::DxpId;
use tongguan_gateways::folder::{CONSUMER, Inbox, InboxFile, Outbox};
use tongguan_gateways::identity::{NoRegister, StandIn};
use tongguan_messages::ceb::MessageType;
use tongguan_messages::xml::Limits;
use tongguan_messages::zone::ZoneMessage;
use tongguan_storage::Partition;

use super::place::{KeyFile, Place};
use crate::clock::SystemClock;
use crate::product::{self, Product};
use crate::refresh::{Refresh, TrustFolder};
use crate::upkeep::{PipelineEnded, Trouble, Upkeep, carry_out};

/// Answer every file in a folder: messages in --inbox, responses in --outbox/<mailbox>/.
///
/// A file moves to inbox/done when its message is stored for good, to inbox/refused when it could not
/// be read; until then it stays where it is, and a crash loses nothing.
#[derive(Debug, Args)]
pub struct Gateway {
    /// Where messages are dropped. Write them under a name that ends in .part and rename them.
    #[arg(long, value_name = "DIR")]
    inbox: PathBuf,
    /// Where responses appear, a folder for each mailbox.
    #[arg(long, value_name = "DIR")]
    outbox: PathBuf,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    key_file: KeyFile,
    /// The trusted authorities: certificates (.pem, .crt, .cer) and revocation lists (.crl).
    #[arg(long, value_name = "DIR", default_value = "trust")]
    trust: PathBuf,
    /// Accept messages of this type unsigned; may be given several times.
    #[arg(long, value_name = "TYPE")]
    unsigned: Vec<String>,
    /// What lies in the inbox was relayed by another window, which is answered: its mailbox.
    #[arg(long, value_name = "MAILBOX", value_parser = mailbox)]
    window: Option<DxpId>,
    /// How buyers' identities are checked.
    #[arg(long, value_enum, default_value = "none")]
    identities: Identities,
    /// Add order and waybill number to tax bills, as real systems do beside the schema.
    #[arg(long)]
    parcel_numbers: bool,
    /// How often, in seconds, to look whether registry, settings, code tables or trust were changed;
    /// what was is taken up without a new start.
    #[arg(long, value_name = "SECONDS", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    refresh: u32,
    /// Answer what lies in the inbox, and end.
    #[arg(long, conflicts_with = "watch", required_unless_present = "watch")]
    once: bool,
    /// Go on until stopped.
    #[arg(long)]
    watch: bool,
    /// Print the summary as JSON.
    #[arg(long)]
    json: bool,
}

/// How buyers' identities are checked.
#[derive(Debug, Clone, Copy, clap::ValueEnum, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Identities {
    /// Not at all: the payer must be the buyer.
    None,
    /// By a stand-in for trials: names that begin with 错名 do not match.
    StandIn,
}

impl Identities {
    /// The register that checks so.
    pub fn register(self) -> Arc<dyn IdentityRegister> {
        match self {
            Self::None => Arc::new(NoRegister),
            Self::StandIn => Arc::new(StandIn),
        }
    }
}

fn mailbox(text: &str) -> Result<DxpId, String> {
    DxpId::parse(text).map_err(|error| error.to_string())
}

/// What was answered.
#[derive(Debug, Default, Serialize)]
struct Report {
    files: u64,
    documents: u64,
    refused: u64,
    /// Files that could not be stored; they are still in the inbox.
    failed: u64,
    responses: BTreeMap<&'static str, u64>,
    /// Declarations that were given up, closed or released because time had come.
    due: u64,
    /// Export declarations that became part of formal ones.
    consolidated: u64,
}

impl Gateway {
    /// Runs the command.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let clock = Arc::new(SystemClock);
        let store = self.place.open(clock.now())?;
        let keyring = Arc::new(self.key_file.keyring(&self.place, &store)?);
        let learned = store.read(Learned::load)?;
        let (folder, trust) = TrustFolder::open(&self.trust)?;
        let identities = self.identities.register();
        let Learned { registry, pack, settings, .. } = learned.clone();
        let mut knowledge = product::knowledge(registry, pack, trust, demand(&self.unsigned)?);
        knowledge.windows = Arc::new(self.window.iter().cloned().collect());
        let keys = KeysNews::new(keyring.clone());
        let refresh = Refresh::new(learned, keys, knowledge.clone(), folder, self.refresh);
        let product = Product { store, keyring, clock, identities, knowledge, settings };
        let workers = std::thread::available_parallelism().map_or(2, usize::from);
        let pipeline = product.start((ProcessKind::Gateway, None), workers)?;
        let inbox = Inbox::open(&self.inbox)?;
        let keyring = product.keyring.clone();
        let follower = Follower::open(CONSUMER, &product.store, keyring, self.parcel_numbers)?;
        let outbox = Outbox::open(&self.outbox, follower)?;
        let mut rounds = Rounds {
            inbox,
            outbox,
            pipeline,
            clock: product.clock.clone(),
            report: Report::default(),
            upkeep: Upkeep::new(product.store.clone(), product.clock.clone(), refresh),
            single: self.once,
            window: self.window.clone(),
        };
        if self.once {
            rounds.round()?;
        } else {
            rounds.go_on()?;
        }
        let Rounds { pipeline, report, .. } = rounds;
        let (engine, _) = pipeline.finish().context("a thread of the pipeline died")?;
        engine.stop()?;
        self.print(&report)?;
        Ok(if report.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn print(&self, report: &Report) -> anyhow::Result<()> {
        let mut out = io::stdout().lock();
        if self.json {
            writeln!(out, "{}", serde_json::to_string(report)?)?;
            return Ok(());
        }
        writeln!(
            out,
            "{} files with {} documents, {} of the files refused, {} left in the inbox",
            report.files, report.documents, report.refused, report.failed
        )?;
        if report.due > 0 {
            writeln!(out, "{} declarations decided because time had come", report.due)?;
        }
        if report.consolidated > 0 {
            writeln!(out, "{} export declarations consolidated", report.consolidated)?;
        }
        for (message, files) in &report.responses {
            writeln!(out, "  {message}: {files}")?;
        }
        Ok(())
    }
}

/// Which messages must be signed, when those with these names need not be.
///
/// # Errors
/// Names that are none of a message that enterprises send.
pub fn demand(unsigned: &[String]) -> anyhow::Result<SignatureDemand> {
    let mut demand = SignatureDemand::default();
    for code in unsigned {
        let zone = ZoneMessage::from_code(code).filter(|message| message.is_request());
        let ceb = MessageType::from_code(code).filter(|message| message.is_request());
        match (zone, ceb) {
            (Some(message), _) => demand.not_demanded_in_zones.push(message),
            (None, Some(message)) => demand.not_demanded.push(message),
            (None, None) => {
                bail!("unsigned {code}: no message that enterprises send; try CEB311")
            }
        }
    }
    Ok(demand)
}

/// One round after the other: submit what lies there, put it away, deliver what it led to.
struct Rounds {
    inbox: Inbox,
    outbox: Outbox,
    pipeline: Pipeline,
    clock: Arc<dyn Clock>,
    report: Report,
    upkeep: Upkeep,
    /// Whether there is one round and no other.
    single: bool,
    /// The window that relays what lies in the inbox.
    window: Option<DxpId>,
}

impl Rounds {
    /// Answers until it is stopped. A database or folder that is away for a while is waited for: what
    /// was not answered still lies in the inbox, what was not delivered still stands in the store.
    fn go_on(&mut self) -> anyhow::Result<Infallible> {
        let mut trouble = Trouble::default();
        loop {
            match self.round() {
                Ok(answered) => {
                    trouble.is_over();
                    if answered == 0 {
                        std::thread::park_timeout(Duration::from_millis(200));
                    }
                }
                Err(error) if error.is::<PipelineEnded>() => return Err(error),
                Err(error) => {
                    trouble.tell(&error);
                    std::thread::park_timeout(Duration::from_secs(1));
                }
            }
        }
    }

    /// Gives how many files were answered, and portions consolidated.
    fn round(&mut self) -> anyhow::Result<usize> {
        let files = self.inbox.files()?;
        // Behind the list: what was changed before a file came is known when the file is read.
        self.upkeep.take_up_changes(&self.pipeline)?;
        let mut waiting = BTreeMap::<u64, InboxFile>::new();
        let mut answered = 0;
        for file in files {
            let bytes = self.inbox.read(&file, Limits::default().bytes as u64)?;
            let at = self.clock.now();
            self.upkeep.take_up_changes(&self.pipeline)?;
            let partition = Partition::of_text(&file.name);
            let received = Received {
                id: self.pipeline.next_id(partition, at),
                at,
                origin: file.name.clone(),
                sender: self.window.clone(),
                way: Way::Party,
                bytes,
            };
            waiting.insert(self.pipeline.submit(received), file);
            let ready: Vec<_> = self.pipeline.acks().try_iter().collect();
            for ack in ready {
                answered += self.settle(&mut waiting, ack)?;
            }
        }
        while !waiting.is_empty() {
            let ack = self.pipeline.acks().recv().map_err(|_| PipelineEnded)?;
            answered += self.settle(&mut waiting, ack)?;
        }
        self.see_to_what_is_due()?;
        answered += self.consolidate()?;
        for (message, files) in self.outbox.deliver()?.files {
            *self.report.responses.entry(message).or_default() += files;
        }
        Ok(answered)
    }

    /// Decides what time and topped-up guarantees lead to; every message is acknowledged by now.
    fn see_to_what_is_due(&mut self) -> anyhow::Result<()> {
        let Self { pipeline, upkeep, report, .. } = self;
        let settings = pipeline.settings();
        let mut decide =
            |commands| carry_out(pipeline, commands, "due, and not decided", &mut drop);
        report.due += upkeep.see_to_what_is_due(&settings, &mut decide)?;
        Ok(())
    }

    /// Takes a request to consolidate a portion further, or to its end in a single round: a month of
    /// a large merchant keeps nobody waiting. Gives how many portions that were.
    fn consolidate(&mut self) -> anyhow::Result<usize> {
        let Self { pipeline, upkeep, report, .. } = self;
        let settings = pipeline.settings();
        let mut decide = |commands| carry_out(pipeline, commands, "not consolidated", &mut drop);
        let mut portions = 0;
        while portions == 0 || self.single {
            let Some(declarations) = upkeep.consolidate(&settings, &mut decide)? else { break };
            report.consolidated += declarations;
            portions += 1;
        }
        Ok(portions)
    }

    fn settle(
        &mut self,
        waiting: &mut BTreeMap<u64, InboxFile>,
        ack: Ack,
    ) -> anyhow::Result<usize> {
        let Some(file) = waiting.remove(&ack.ticket) else { return Ok(0) };
        self.report.files += 1;
        match ack.outcome {
            Ok(summary) => {
                let refused = summary.documents == 0;
                self.report.documents += u64::try_from(summary.documents).unwrap_or(u64::MAX);
                self.report.refused += u64::from(refused);
                self.inbox.put_away(&file, refused)?;
                Ok(1)
            }
            Err(error) => {
                self.report.failed += 1;
                eprintln!("{}: not stored, left in the inbox: {error}", file.name);
                Ok(0)
            }
        }
    }
}
