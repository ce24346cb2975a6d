//! `tongguan bench serve`: many clients over HTTP, and the same without HTTP beside it.

pub mod client;
mod load;
pub mod service;

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::thread;

use anyhow::ensure;
use clap::Args;
use indicatif::ProgressBar;
use serde::Serialize;
use tongguan_application::ports::Clock as _;
use tongguan_storage::{Holdings, Store, StoreSettings, Target};

use self::load::{Load, Seen};
use self::service::Service;
use super::clear::Clear;
use super::input::Wanted;
use super::memory::Memory;
use super::{Flow, Percentiles, Sign, per};
use crate::clock::SystemClock;

/// More parcels than two cores clear in a second.
const PARCELS_A_SECOND: u64 = 6_000;

/// Clear made-up parcels through `tongguan serve`, sent by many clients at once for a while, then the same
/// parcels without HTTP, and compare.
///
/// The service is another process with a temporary embedded database. Each client has a connection and sends
/// the next message that nobody sent yet; one that is turned away comes again when it was told to. Then what
/// was sent is compared with what the database and its mailboxes hold. The input is signed beforehand and
/// read from files in both runs; the clients run on the same cores as the service.
#[derive(Debug, Args)]
pub struct Serve {
    /// How many clients send at the same time.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..=1000))]
    clients: u64,
    /// How long they send, in seconds.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=3600))]
    seconds: u64,
    /// How many parcels at most, all of which are signed beforehand; 6,000 for each second when absent.
    #[arg(long)]
    parcels: Option<u64>,
    /// How the messages are signed.
    #[arg(long, value_enum, default_value = "sm2")]
    sign: Sign,
    /// How many documents a message holds, 1 to 100.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..=100))]
    documents_per_message: u64,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

/// The result.
#[derive(Debug, Serialize)]
struct Measured {
    clients: u64,
    /// Those that were sent, and so those that were released with a tax bill: or the command fails.
    parcels: u64,
    seconds: f64,
    parcels_per_second: f64,
    /// From a client's first attempt to the answer that its message is durable.
    answer_ms: Percentiles,
    messages: u64,
    /// How often each status was answered; 503 is that a client was turned away because too much waited.
    statuses: BTreeMap<u16, u64>,
    rss_mib: Memory,
    /// Answers in mailboxes: each that was given, once.
    letters: i64,
    /// The same parcels without HTTP.
    bench_clear_per_second: f64,
    share_of_bench_clear: f64,
    cores: usize,
    sign: Sign,
    documents_per_message: u64,
}

impl Serve {
    /// Runs the command.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let folder = tempfile::tempdir()?;
        let Self { clients, seconds, sign, documents_per_message, .. } = *self;
        let parcels = self.parcels.unwrap_or(seconds.saturating_mul(PARCELS_A_SECOND));
        let wanted = Wanted {
            flow: Flow::Import,
            after: 0,
            parcels,
            sign,
            documents_per_message,
            at: SystemClock.now(),
        };
        let prepared = wanted.prepare(folder.path())?;
        let mut service = Service::start(folder.path(), sign)?;
        let messages = 4 * parcels.div_ceil(documents_per_message);
        let progress = if self.json { ProgressBar::hidden() } else { ProgressBar::new(messages) };
        let load = Load { clients, seconds, progress };
        let seen = load.send(&service, prepared.open(u64::MAX)?)?;
        service.end()?;
        if let Some(failure) = &seen.failure {
            anyhow::bail!("the service answered {failure} (in all: {:?})", seen.statuses);
        }
        let sent = seen.groups.saturating_mul(documents_per_message).min(parcels);
        let kept = holdings(&folder.path().join("data"))?;
        ensure_all_is_there(sent, kept)?;
        let alone = Clear::imports(sent, sign, documents_per_message);
        let alone = alone.clear(prepared.open(seen.groups)?)?;
        self.print(&self.measured(seen, sent, kept, alone.parcels_per_second))?;
        Ok(ExitCode::SUCCESS)
    }

    #[expect(clippy::float_arithmetic, clippy::cast_precision_loss, reason = "for people to read")]
    fn measured(&self, seen: Seen, parcels: u64, kept: Holdings, alone: f64) -> Measured {
        let parcels_per_second = (parcels as f64 * 1e6 / seen.micros.max(1) as f64).round();
        Measured {
            clients: self.clients,
            parcels,
            seconds: per(seen.micros, 1_000_000),
            parcels_per_second,
            messages: seen.answered.len() as u64,
            answer_ms: Percentiles::of_micros(seen.answered),
            statuses: seen.statuses,
            rss_mib: Memory::of_kib(&seen.resident_kib),
            letters: kept.letters,
            bench_clear_per_second: alone,
            share_of_bench_clear: (parcels_per_second / alone * 100.0).round() / 100.0,
            cores: thread::available_parallelism().map_or(1, usize::from),
            sign: self.sign,
            documents_per_message: self.documents_per_message,
        }
    }

    fn print(&self, measured: &Measured) -> anyhow::Result<()> {
        let mut out = io::stdout().lock();
        if self.json {
            writeln!(out, "{}", serde_json::to_string(measured)?)?;
            return Ok(());
        }
        let Measured { parcels, seconds, parcels_per_second, clients, answer_ms, .. } = measured;
        writeln!(
            out,
            "{parcels} parcels by {clients} clients over HTTP in {seconds} s: {parcels_per_second} a second"
        )?;
        writeln!(
            out,
            "answer ms: p50 {}, p99 {}, max {}; {} messages",
            answer_ms.p50, answer_ms.p99, answer_ms.max, measured.messages
        )?;
        let statuses = measured.statuses.iter().map(|(status, times)| format!("{status}: {times}"));
        writeln!(out, "answers by status: {}", statuses.collect::<Vec<_>>().join(", "))?;
        writeln!(out, "nothing lost, nothing doubled: {} letters", measured.letters)?;
        let Memory { first_quarter, last_quarter, slope_per_minute, .. } = &measured.rss_mib;
        writeln!(
            out,
            "memory of the service, MiB: first quarter {first_quarter}, last quarter {last_quarter}; \
             {slope_per_minute} a minute over the second half"
        )?;
        writeln!(
            out,
            "without HTTP {} a second; over HTTP {} of that",
            measured.bench_clear_per_second, measured.share_of_bench_clear
        )?;
        Ok(())
    }
}

/// What the database holds, once the service has ended.
fn holdings(data: &Path) -> anyhow::Result<Holdings> {
    let target = Target::Sqlite(data.to_owned());
    let store = Store::open(&target, StoreSettings::default(), SystemClock.now())?;
    // Counting takes longer than a reader may.
    Ok(store.writer()?.transaction(|tx| tx.holdings())?)
}

/// That nothing of so many parcels is lost, and nothing is there twice.
fn ensure_all_is_there(parcels: u64, kept: Holdings) -> anyhow::Result<()> {
    let parcels = i64::try_from(parcels)?;
    let Holdings { declarations, documents, tax_bills, responses, answered, letters, places } =
        kept;
    ensure!(
        (declarations, documents, tax_bills) == (parcels, 4 * parcels, parcels),
        "of {parcels} parcels the database holds {declarations} declarations, {documents} \
         documents and {tax_bills} tax bills"
    );
    ensure!(answered == 4 * parcels, "of {} documents {answered} were answered", 4 * parcels);
    ensure!(
        letters == responses && places == responses,
        "of {responses} answers {places} lie in a mailbox, in {letters} places"
    );
    Ok(())
}
