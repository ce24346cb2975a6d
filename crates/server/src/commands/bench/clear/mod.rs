//! `tongguan bench clear`: signed documents in, release and tax bill out, durable.

mod measured;
pub(super) mod opening;
pub(super) mod run;
mod stored;

use std::collections::HashMap;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use tongguan_application::ports::Clock as _;
use tongguan_application::processes::ProcessKind;
use tongguan_application::transparency::{Logger, found};
use tongguan_storage::{LogTraffic, Target};

use self::measured::{Measured, Settings, Stages};
use self::run::{Pace, Through, run};
use self::stored::StoredBefore;
use super::input::{Input, Wanted};
use super::memory::peak_mib;
use super::{Flow, Percentiles, Sign, per};
use crate::clock::SystemClock;
use crate::product::Product;

/// Clear made-up parcels as fast as they go, from signed messages to release, and to the tax bill of imports.
///
/// An export arrives, and departs with `--flow departure`, by reports of as many parcels as a message holds
/// documents, two thousand parcels after it was lodged and again after it arrived.
///
/// The input is signed beforehand by another process; the database is a temporary one, unless
/// --database names one that may be filled.
///
/// With --stored it is measured how fast they go when so many others are stored already. These are made up
/// without signatures by other processes while they are cleared like all others. At each number the same
/// messages are cleared in turns there and in a database beside it that is new.
#[derive(Debug, Args)]
pub struct Clear {
    /// Which way the parcels go.
    #[arg(long, value_enum, default_value = "import")]
    flow: Flow,
    /// How many parcels; with --stored in each window.
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u64).range(1..))]
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
    #[command(flatten)]
    before: StoredBefore,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

impl Clear {
    /// Runs the command.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        if !self.before.stored.is_empty() {
            return stored::run(self);
        }
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
    pub fn imports(parcels: u64, sign: Sign, documents_per_message: u64) -> Self {
        let (flow, rate, database) = (Flow::Import, None, None);
        let before = StoredBefore::default();
        Self {
            flow,
            parcels,
            sign,
            documents_per_message,
            workers: 2,
            rate,
            database,
            before,
            json: true,
        }
    }

    /// Clears the parcels.
    ///
    /// # Errors
    /// What went wrong, and when a parcel was not cleared.
    pub fn measure(&self) -> anyhow::Result<Measured> {
        let folder = tempfile::tempdir()?;
        let prepared = self.wanted(0).prepare(folder.path())?;
        self.clear(prepared.open(u64::MAX)?)
    }

    /// The parcels behind so many, sent now.
    fn wanted(&self, after: u64) -> Wanted {
        let Self { flow, parcels, sign, documents_per_message, .. } = *self;
        Wanted { flow, after, parcels, sign, documents_per_message, at: SystemClock.now() }
    }

    /// Clears the parcels of messages that are prepared.
    ///
    /// # Errors
    /// As [`Self::measure`].
    pub fn clear(&self, mut input: Input) -> anyhow::Result<Measured> {
        let folder = tempfile::tempdir()?;
        let target = match &self.database {
            Some(url) => Target::Postgres(url.clone()),
            None => Target::Sqlite(folder.path().join("data")),
        };
        let product = opening::product(opening::store(&target)?, self.sign)?;
        let rows_before = product.store.read(|view| view.row_counts())?;
        let cleared_before = self.cleared(&product)?;
        let traffic_before = product.store.log_traffic()?;
        let pipeline = product.start((ProcessKind::Command, None), self.workers)?;
        let progress = self.progress();
        let pace = Pace {
            documents_per_message: self.documents_per_message,
            rate: self.rate,
            progress: &mut |parcels| progress.inc(parcels),
        };
        let through = run(pipeline, product.clock.clone(), &mut input, pace)?;
        progress.finish_and_clear();
        let rows = product.store.read(|view| view.row_counts())?;
        let mut measured = self.measured(&product, through, (rows_before, rows), traffic_before)?;
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

    fn progress(&self) -> ProgressBar {
        let progress =
            if self.json { ProgressBar::hidden() } else { ProgressBar::new(self.parcels) };
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} parcels, {per_sec}") {
            progress.set_style(style);
        }
        progress
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

    fn measured(
        &self,
        product: &Product,
        Through { latencies, span, times }: Through,
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
            parcels_per_second: a_second(self.parcels, span),
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
            peak_rss_mib: peak_mib(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            engine: self.engine(),
            settings: Settings {
                sign: self.sign,
                documents_per_message: self.documents_per_message,
                workers: self.workers,
                rate: self.rate,
            },
        })
    }

    const fn engine(&self) -> &'static str {
        if self.database.is_some() { "postgres" } else { "sqlite" }
    }
}

/// So many in so many microseconds.
#[expect(clippy::float_arithmetic, clippy::cast_precision_loss, reason = "for people to read")]
pub(super) fn a_second(parcels: u64, span: i64) -> f64 {
    (parcels as f64 * 1e6 / span.max(1) as f64).round()
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
