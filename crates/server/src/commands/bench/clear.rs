//! `tongguan bench clear`: signed documents in, release and tax bill out, durable.

use std::collections::HashMap;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use tongguan_application::intake::{Received, SignatureDemand, Way};
use tongguan_application::pipeline::{Ack, Pipeline, StageTimes};
use tongguan_application::ports::Clock;
use tongguan_application::processes::ProcessKind;
use tongguan_application::transparency::{Logger, found};
use tongguan_codelists::Pack;
use tongguan_domain::money::Money;
use tongguan_domain::time::Moment;
use tongguan_gateways::identity::StandIn;
use tongguan_messages::ceb::MessageType;
use tongguan_storage::seal::Keyring;
use tongguan_storage::{Guarantee, LogTraffic, Partition, Store, StoreSettings, Target};
use tongguan_testkit::cast::Cast;

use super::input::{Input, Mark, SEED, Wanted};
use super::{Flow, Percentiles, Sign, per};
use crate::clock::SystemClock;
use crate::product::{self, Product};

/// Clear made-up parcels as fast as they go, from signed messages to release, and to the tax bill of imports.
///
/// An export arrives, and departs with `--flow departure`, by reports of as many parcels as a message holds
/// documents, two thousand parcels after it was lodged and again after it arrived.
///
/// The input is signed beforehand by another process; the database is a temporary one, unless
/// --database names one that may be filled.
#[derive(Debug, Args)]
pub struct Clear {
    /// Which way the parcels go.
    #[arg(long, value_enum, default_value = "import")]
    flow: Flow,
    /// How many parcels.
    #[arg(long, default_value_t = 20_000)]
    parcels: u64,
    /// How the messages are signed.
    #[arg(long, value_enum, default_value = "sm2")]
    sign: Sign,
    /// How many documents a message holds, 1 to 100.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..=100))]
    documents_per_message: u64,
    /// How many threads read and verify.
    #[arg(long, default_value_t = 2)]
    workers: usize,
    /// Parcels a second that are submitted at most; as fast as they go when absent.
    #[arg(long)]
    rate: Option<u64>,
    /// A PostgreSQL database to be filled: postgres://user@host/name
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

/// The result.
#[derive(Debug, Serialize)]
pub struct Measured {
    flow: Flow,
    parcels: u64,
    /// Those that were released, imports with a tax bill, or that left the country.
    cleared: u64,
    seconds: f64,
    /// How many were cleared in a second.
    pub parcels_per_second: f64,
    latency_ms: Percentiles,
    /// Microseconds of each stage for one parcel; refining runs on several threads side by side.
    stages_us: Stages,
    rows_per_parcel: f64,
    wal_bytes_per_parcel: f64,
    /// How often the log was synced, where the engine tells.
    fsyncs: Option<u64>,
    batches: u64,
    longest_commit_ms: f64,
    peak_rss_mib: u64,
    cores: usize,
    engine: &'static str,
    settings: Settings,
}

#[derive(Debug, Serialize)]
struct Stages {
    refine: f64,
    commit: f64,
    writer_idle: f64,
    /// To make leaves of the verifiable log of it, on one thread, when everything else was done.
    log: f64,
}

#[derive(Debug, Serialize)]
struct Settings {
    sign: Sign,
    documents_per_message: u64,
    workers: usize,
    rate: Option<u64>,
}

impl Clear {
    /// Runs the command.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let measured = self.measure()?;
        let mut out = io::stdout().lock();
        if self.json {
            writeln!(out, "{}", serde_json::to_string(&measured)?)?;
        } else {
            measured.print(&mut out)?;
        }
        Ok(ExitCode::SUCCESS)
    }

    /// As fast as they go, imports on a temporary embedded database, without a word.
    pub const fn imports(parcels: u64, sign: Sign, documents_per_message: u64) -> Self {
        let (flow, rate, database) = (Flow::Import, None, None);
        Self { flow, parcels, sign, documents_per_message, workers: 2, rate, database, json: true }
    }

    /// Clears the parcels.
    ///
    /// # Errors
    /// What went wrong, and when a parcel was not cleared.
    pub fn measure(&self) -> anyhow::Result<Measured> {
        let Self { flow, parcels, sign, documents_per_message, .. } = *self;
        let folder = tempfile::tempdir()?;
        let wanted = Wanted { flow, parcels, sign, documents_per_message, at: SystemClock.now() };
        let prepared = wanted.prepare(folder.path())?;
        self.clear(prepared.open(u64::MAX)?)
    }

    /// Clears the parcels of messages that are prepared.
    ///
    /// # Errors
    /// As [`Self::measure`].
    pub fn clear(&self, mut input: Input) -> anyhow::Result<Measured> {
        let folder = tempfile::tempdir()?;
        let clock = Arc::new(SystemClock);
        let begin = clock.now();
        let target = match &self.database {
            Some(url) => Target::Postgres(url.clone()),
            None => Target::Sqlite(folder.path().join("data")),
        };
        let store = Store::open(&target, StoreSettings::default(), begin)?;
        let cast = Cast::new(SEED, self.sign.into())?;
        grant(&store, &cast)?;
        let demand = match self.sign {
            Sign::None => SignatureDemand {
                not_demanded: MessageType::ALL.to_vec(),
                ..SignatureDemand::default()
            },
            Sign::Sm2 | Sign::Rsa => SignatureDemand::default(),
        };
        let registry = Arc::new(cast.registry());
        let knowledge = product::knowledge(registry, Pack::builtin(), cast.trust()?, demand);
        let product = Product {
            store,
            keyring: Arc::new(Keyring::from_master(&[7; 32])),
            clock,
            identities: Arc::new(StandIn),
            knowledge,
            settings: Arc::default(),
        };
        let rows_before = product.store.read(|view| view.row_counts())?;
        let cleared_before = self.cleared(&product)?;
        let traffic_before = product.store.log_traffic()?;
        let pipeline = product.start((ProcessKind::Command, None), self.workers)?;
        let mut run = Run::new(pipeline, product.clock.clone(), self);
        run.stream(&mut input)?;
        let (latencies, span, times) = run.finish()?;
        let rows = product.store.read(|view| view.row_counts())?;
        let mut measured =
            self.measured(&product, latencies, span, times, (rows_before, rows), traffic_before)?;
        measured.stages_us.log = per(logged(&product)?, i64::try_from(self.parcels)?);
        measured.cleared = self.cleared(&product)? - cleared_before;
        anyhow::ensure!(
            measured.cleared == self.parcels,
            "only {} of {} parcels were cleared",
            measured.cleared,
            self.parcels
        );
        Ok(measured)
    }

    /// The parcels in the database that are at the end of their way.
    fn cleared(&self, product: &Product) -> anyhow::Result<u64> {
        let cleared = product.store.read(|view| match self.flow {
            Flow::Import => Ok(view.row_counts()?.get("tax_bill").copied().unwrap_or(0)),
            Flow::Export => view.exports_in_state(RELEASED),
            Flow::Departure => view.exports_in_state(CLOSED),
        })?;
        Ok(u64::try_from(cleared)?)
    }

    #[expect(clippy::float_arithmetic, clippy::cast_precision_loss, reason = "for people to read")]
    fn measured(
        &self,
        product: &Product,
        latencies: Vec<i64>,
        span: i64,
        times: StageTimes,
        rows: (HashMap<&'static str, i64>, HashMap<&'static str, i64>),
        before: LogTraffic,
    ) -> anyhow::Result<Measured> {
        let parcels = i64::try_from(self.parcels)?;
        let count = |rows: &HashMap<&'static str, i64>| rows.values().sum::<i64>();
        let traffic = product.store.log_traffic()?;
        let log_bytes = i64::try_from(traffic.bytes - before.bytes)?;
        Ok(Measured {
            flow: self.flow,
            parcels: self.parcels,
            cleared: 0,
            seconds: per(span, 1_000_000),
            parcels_per_second: (parcels as f64 * 1e6 / span.max(1) as f64).round(),
            latency_ms: Percentiles::of_micros(latencies),
            stages_us: Stages {
                refine: per(times.refine_us, parcels),
                commit: per(times.commit_us, parcels),
                writer_idle: per(times.idle_us, parcels),
                log: 0.0,
            },
            rows_per_parcel: per(count(&rows.1) - count(&rows.0), parcels),
            wal_bytes_per_parcel: per(log_bytes, parcels),
            fsyncs: traffic.syncs.zip(before.syncs).map(|(after, before)| after - before),
            batches: times.batches,
            longest_commit_ms: per(times.longest_commit_us, 1000),
            peak_rss_mib: peak_rss_mib(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            engine: if self.database.is_some() { "postgres" } else { "sqlite" },
            settings: Settings {
                sign: self.sign,
                documents_per_message: self.documents_per_message,
                workers: self.workers,
                rate: self.rate,
            },
        })
    }
}

impl Measured {
    fn print(&self, out: &mut impl Write) -> io::Result<()> {
        let Self { parcels, seconds, parcels_per_second, latency_ms, stages_us, .. } = self;
        writeln!(
            out,
            "{parcels} parcels ({}) in {seconds} s: {parcels_per_second} a second ({})",
            self.flow.name(),
            self.engine
        )?;
        writeln!(
            out,
            "latency ms: p50 {}, p99 {}, max {}",
            latency_ms.p50, latency_ms.p99, latency_ms.max
        )?;
        writeln!(
            out,
            "µs a parcel: refine {} (over {} threads), commit {}, writer idle {}; log {} (afterwards, one thread)",
            stages_us.refine,
            self.settings.workers,
            stages_us.commit,
            stages_us.writer_idle,
            stages_us.log
        )?;
        writeln!(
            out,
            "a parcel: {} rows, {} bytes of log; {} batches, {} syncs, longest commit {} ms, {} MiB at most",
            self.rows_per_parcel,
            self.wal_bytes_per_parcel,
            self.batches,
            self.fsyncs.map_or_else(|| "?".to_owned(), |syncs| syncs.to_string()),
            self.longest_commit_ms,
            self.peak_rss_mib
        )
    }
}

/// Makes leaves of the verifiable log of everything; gives the microseconds that takes.
fn logged(product: &Product) -> anyhow::Result<i64> {
    let Product { store, keyring, clock, .. } = product;
    let log = found(store, keyring, None, clock.now())?;
    let mut logger = Logger::open(store, Arc::clone(keyring), log)?;
    let began = clock.now();
    logger.take_up(began)?;
    Ok(clock.now().micros() - began.micros())
}

/// The state of exports that may leave the country (放行).
const RELEASED: i64 = 800;
/// The state of those that have left it (结关).
const CLOSED: i64 = 899;

/// A guarantee that no run exhausts.
fn grant(store: &Store, cast: &Cast) -> anyhow::Result<()> {
    let platform = cast.platform.party.id;
    let guarantee = Guarantee {
        bucket: Partition::of_party(platform),
        party_id: platform,
        granted: Money::from_fen(i64::MAX / 4),
        queued: Money::ZERO,
        held: Money::ZERO,
        valid_from: Moment::from_micros(0),
        valid_to: None,
        reference: None,
        suspended: false,
    };
    store.writer()?.transaction(|tx| tx.grant(&[guarantee]))?;
    Ok(())
}

/// One run: messages go in, acknowledgements come out.
struct Run {
    pipeline: Pipeline,
    clock: Arc<dyn Clock>,
    /// When the last message of each group was received, by ticket.
    waiting: HashMap<u64, Moment>,
    latencies: Vec<i64>,
    begin: Moment,
    last: Moment,
    progress: ProgressBar,
    documents_per_message: u64,
    rate: Option<u64>,
}

impl Run {
    fn new(pipeline: Pipeline, clock: Arc<dyn Clock>, clear: &Clear) -> Self {
        let progress =
            if clear.json { ProgressBar::hidden() } else { ProgressBar::new(clear.parcels) };
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} parcels, {per_sec}") {
            progress.set_style(style);
        }
        let begin = clock.now();
        Self {
            pipeline,
            clock,
            waiting: HashMap::new(),
            latencies: Vec::new(),
            begin,
            last: begin,
            progress,
            documents_per_message: clear.documents_per_message,
            rate: clear.rate,
        }
    }

    fn stream(&mut self, input: &mut Input) -> anyhow::Result<()> {
        let mut groups = 0;
        while let Some((mark, message)) = input.next()? {
            if mark == Mark::First {
                self.pace(groups);
                groups += 1;
            }
            self.submit(message, mark == Mark::Last);
            if mark == Mark::Last {
                self.progress.inc(self.documents_per_message);
            }
            while let Ok(ack) = self.pipeline.acks().try_recv() {
                self.settle(ack)?;
            }
        }
        Ok(())
    }

    /// Waits until the next group is due.
    fn pace(&self, groups: u64) {
        let Some(rate) = self.rate else { return };
        let due = groups * self.documents_per_message * 1_000_000 / rate.max(1);
        let now = self.clock.now().micros() - self.begin.micros();
        if let Ok(wait) = u64::try_from(i64::try_from(due).unwrap_or(i64::MAX) - now) {
            std::thread::park_timeout(std::time::Duration::from_micros(wait));
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

    fn finish(mut self) -> anyhow::Result<(Vec<i64>, i64, StageTimes)> {
        while !self.waiting.is_empty() {
            let ack = self.pipeline.acks().recv().context("the pipeline ended early")?;
            self.settle(ack)?;
        }
        self.progress.finish_and_clear();
        let span = self.last.micros() - self.begin.micros();
        let (engine, times) = self.pipeline.finish().context("a thread of the pipeline died")?;
        engine.stop()?;
        Ok((self.latencies, span, times))
    }
}

/// The most memory that this process held at any time, in MiB, as Linux counts it; 0 elsewhere.
pub fn peak_rss_mib() -> u64 {
    kib_of("/proc/self/status", "VmHWM:") / 1024
}

/// The memory that the process with that status file holds, in KiB, as Linux counts it; 0 elsewhere.
pub fn resident_kib(status: &str) -> u64 {
    kib_of(status, "VmRSS:")
}

fn kib_of(status: &str, name: &str) -> u64 {
    let status = std::fs::read_to_string(status).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
