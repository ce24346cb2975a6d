//! `tongguan bench many`: several services and workers on one PostgreSQL, one of which is killed again and again.

mod process;
mod sending;

use std::io::{self, Write as _};
use std::num::NonZeroU64;
use std::path::Path;
use std::process::ExitCode;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use anyhow::ensure;
use clap::Args;
use serde::Serialize;
use tongguan_application::ports::Clock as _;
use tongguan_storage::{Holdings, Store, StoreSettings, Target};

use self::process::Process;
use self::sending::{Seen, Sending};
use super::input::Wanted;
use super::serve::service::install;
use super::{Flow, Percentiles, Sign, per};
use crate::clock::SystemClock;

/// More parcels than two cores clear in a second with what is killed in between.
const PARCELS_A_SECOND: u64 = 2_000;

/// Clear made-up parcels by several services and workers on one PostgreSQL database, and kill one of them with
/// SIGKILL again and again; each is started anew at once.
///
/// Clients send to the services in turn; a message that was not acknowledged is sent again, to the next one. At the
/// end everything that was acknowledged must be there, decided, billed and in its mailbox, once. The database must be
/// new and empty. Clients, processes and usually the database share the cores.
#[derive(Debug, Args)]
pub struct Many {
    /// A new and empty PostgreSQL database.
    #[arg(long, value_name = "URL")]
    database: String,
    /// How many services.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=32))]
    serve: u8,
    /// How many workers.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(0..=32))]
    workers: u8,
    /// How many clients send at the same time.
    #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u8).range(1..))]
    clients: u8,
    /// How long they send, in seconds.
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..=3600))]
    seconds: u64,
    /// Every how many seconds a process is killed, one after the other; none when absent.
    #[arg(long, value_name = "SECONDS")]
    kill_every: Option<NonZeroU64>,
    /// How many parcels at most, all of which are signed beforehand; 2,000 for each second when absent.
    #[arg(long)]
    parcels: Option<u64>,
    /// How the messages are signed.
    #[arg(long, value_enum, default_value = "sm2")]
    sign: Sign,
    /// How many documents a message holds, 1 to 100.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=100))]
    documents_per_message: u64,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

/// The result.
#[derive(Debug, Serialize)]
struct Measured {
    services: u8,
    workers: u8,
    /// Processes that were killed, and started anew.
    killed: u64,
    /// Those that were acknowledged, and so those that were released with a tax bill: or the command fails.
    parcels: u64,
    seconds: f64,
    parcels_per_second: f64,
    /// From a client's first attempt to the acknowledgement, attempts at killed services included.
    answer_ms: Percentiles,
    /// The longest time without any acknowledgement.
    longest_silence_ms: f64,
    messages: u64,
    /// Attempts that broke off or were turned away.
    failed_attempts: u64,
    /// Answers in mailboxes: each that was given, once.
    letters: i64,
    cores: usize,
    sign: Sign,
    documents_per_message: u64,
}

impl Many {
    /// Runs the command.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let folder = tempfile::tempdir()?;
        let Self { seconds, sign, documents_per_message, .. } = *self;
        let parcels = self.parcels.unwrap_or(seconds.saturating_mul(PARCELS_A_SECOND));
        let at = SystemClock.now();
        let flow = Flow::Import;
        let wanted = Wanted { flow, parcels, sign, documents_per_message, at };
        let prepared = wanted.prepare(folder.path())?;
        install(folder.path(), sign, ("database", &self.database))?;
        let services = (0..self.serve).map(|_| Process::serve(folder.path()));
        let services = services.collect::<anyhow::Result<Vec<_>>>()?;
        let workers = (0..self.workers).map(|_| Process::worker(folder.path()));
        let mut processes = workers.collect::<anyhow::Result<Vec<_>>>()?;
        processes.splice(0..0, services);
        let addresses = processes.iter().map(|it| it.address.clone()).collect();
        let sending = Sending::new(addresses, prepared.open(u64::MAX)?, seconds)?;
        let killed = self.send(&sending, &mut processes, folder.path())?;
        let seen = sending.seen();
        processes.into_iter().try_for_each(Process::end)?;
        let sent = seen.groups.saturating_mul(documents_per_message).min(parcels);
        let kept = self.holdings()?;
        ensure_all_is_there(sent, kept)?;
        self.print(&self.measured(seen, sent, kept, killed))?;
        Ok(ExitCode::SUCCESS)
    }

    /// Has the clients send, and kills one process after the other meanwhile; gives how many.
    fn send(
        &self,
        sending: &Sending,
        processes: &mut [Process],
        folder: &Path,
    ) -> anyhow::Result<u64> {
        let (ended, watched) = channel::<()>();
        let every = self.kill_every.map_or(u64::MAX / 2, NonZeroU64::get);
        thread::scope(|scope| {
            let killing = scope.spawn(move || {
                let mut killed = 0;
                while watched.recv_timeout(Duration::from_secs(every))
                    == Err(RecvTimeoutError::Timeout)
                {
                    let which = usize::try_from(killed)? % processes.len();
                    if let Some(process) = processes.get_mut(which) {
                        process.kill_and_start(folder)?;
                        sending.moved(which, process.address.clone());
                    }
                    killed += 1;
                }
                anyhow::Ok(killed)
            });
            let clients = 0..usize::from(self.clients);
            let clients: Vec<_> =
                clients.map(|first| scope.spawn(move || sending.send(first))).collect();
            let sent: Vec<_> = clients.into_iter().map(thread::ScopedJoinHandle::join).collect();
            drop(ended);
            let killed = killing.join().map_err(|_| anyhow::anyhow!("who kills died"))?;
            for client in sent {
                client.map_err(|_| anyhow::anyhow!("a client of the benchmark died"))??;
            }
            killed
        })
    }

    fn holdings(&self) -> anyhow::Result<Holdings> {
        let target = Target::Postgres(self.database.clone());
        let store = Store::open(&target, StoreSettings::default(), SystemClock.now())?;
        // Counting takes longer than a reader may.
        Ok(store.writer()?.transaction(|tx| tx.holdings())?)
    }

    #[expect(clippy::float_arithmetic, clippy::cast_precision_loss, reason = "for people to read")]
    fn measured(&self, seen: Seen, parcels: u64, kept: Holdings, killed: u64) -> Measured {
        Measured {
            services: self.serve,
            workers: self.workers,
            killed,
            parcels,
            seconds: per(seen.micros, 1_000_000),
            parcels_per_second: (parcels as f64 * 1e6 / seen.micros.max(1) as f64).round(),
            messages: seen.answered.len() as u64,
            answer_ms: Percentiles::of_micros(seen.answered),
            longest_silence_ms: per(seen.longest_silence, 1_000),
            failed_attempts: seen.failed,
            letters: kept.letters,
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
        let Measured { parcels, seconds, parcels_per_second, answer_ms, .. } = measured;
        writeln!(
            out,
            "{parcels} parcels by {} services and {} workers in {seconds} s: {parcels_per_second} a second",
            measured.services, measured.workers
        )?;
        writeln!(
            out,
            "{} processes killed; longest without an acknowledgement {} ms; {} attempts failed and were made again",
            measured.killed, measured.longest_silence_ms, measured.failed_attempts
        )?;
        writeln!(
            out,
            "answer ms: p50 {}, p99 {}, max {}; {} messages",
            answer_ms.p50, answer_ms.p99, answer_ms.max, measured.messages
        )?;
        writeln!(out, "nothing lost, nothing doubled: {} letters", measured.letters)?;
        Ok(())
    }
}

/// That nothing of so many parcels is lost, and nothing is there twice; what was sent again was answered again.
fn ensure_all_is_there(parcels: u64, kept: Holdings) -> anyhow::Result<()> {
    let parcels = i64::try_from(parcels)?;
    let Holdings { declarations, documents, tax_bills, responses, answered, letters, places } =
        kept;
    ensure!(
        (declarations, documents, tax_bills) == (parcels, 4 * parcels, parcels),
        "of {parcels} parcels the database holds {declarations} declarations, {documents} documents and {tax_bills} \
         tax bills"
    );
    ensure!(answered >= 4 * parcels, "of {} documents {answered} were answered", 4 * parcels);
    ensure!(
        letters == responses && places == responses,
        "of {responses} answers {places} lie in a mailbox, in {letters} places"
    );
    Ok(())
}
