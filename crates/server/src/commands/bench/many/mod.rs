//! `tongguan bench many`: several services and workers on one PostgreSQL, one of which is killed again and again, and
//! the server too.

mod breaking;
mod measured;
mod process;
mod sending;

use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, ensure};
use clap::Args;
use tongguan_application::ports::Clock as _;
use tongguan_application::reconciliation::reconcile;
use tongguan_storage::{Holdings, Store, StoreSettings, Target};
use tongguan_testkit::postgres::{Programs, Replicated};

use self::breaking::{Breaking, FailingOver};
use self::measured::Kept;
use self::process::Process;
use self::sending::Sending;
use super::input::Wanted;
use super::serve::service::install;
use super::{Flow, Sign};
use crate::clock::SystemClock;

/// More parcels than two cores clear in a second with what is killed in between.
const PARCELS_A_SECOND: u64 = 2_000;
/// With one, nothing could be committed between its promotion and the return of the one that was killed.
const STANDBYS: usize = 2;

/// Clear made-up parcels by several services and workers on one PostgreSQL database, and kill one of them with
/// SIGKILL again and again; each is started anew at once.
///
/// Clients send to the services in turn; a message that was not acknowledged is sent again, to the next one. At the
/// end everything that was acknowledged must be there, decided, billed and in its mailbox, once. The database must be
/// new and empty. With `--fail-over` it is one of this command's own, a primary and two standbys, and the primary is
/// killed too. Clients, processes and usually the database share the cores.
#[derive(Debug, Args)]
pub struct Many {
    /// A new and empty PostgreSQL database.
    #[arg(long, value_name = "URL", required_unless_present = "fail_over")]
    database: Option<String>,
    /// How often the primary is killed and a standby takes over, evenly over the time. Servers are started and removed
    /// for it, of which every commit waits for two; root starts them as `postgres` or `nobody`.
    #[arg(long, value_name = "TIMES", conflicts_with = "database",
        value_parser = clap::value_parser!(u8).range(1..=32))]
    fail_over: Option<u8>,
    /// Where `initdb`, `postgres` and `pg_basebackup` lie; looked for on PATH and in /usr/lib/postgresql when absent.
    #[arg(long, value_name = "DIR", requires = "fail_over")]
    postgres_bin: Option<PathBuf>,
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

impl Many {
    /// Runs the command.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let folder = tempfile::tempdir()?;
        let mut servers = self.servers()?;
        let database = match (&servers, &self.database) {
            (Some(servers), _) => servers.url("postgres"),
            (None, Some(url)) => url.clone(),
            (None, None) => anyhow::bail!("give `--database` or `--fail-over`"),
        };
        let Self { seconds, sign, documents_per_message, .. } = *self;
        let parcels = self.parcels.unwrap_or(seconds.saturating_mul(PARCELS_A_SECOND));
        let at = SystemClock.now();
        let flow = Flow::Import;
        let wanted = Wanted { flow, after: 0, parcels, sign, documents_per_message, at };
        let prepared = wanted.prepare(folder.path())?;
        install(folder.path(), sign, ("database", &database))?;
        let mut processes = self.processes(folder.path())?;
        let addresses = processes.iter().map(|it| it.address.clone()).collect();
        let sending = Sending::new(addresses, prepared.open(u64::MAX)?, seconds)?;
        let breaking = Breaking {
            clients: self.clients.into(),
            kill_every: self.kill_every,
            failing_over: self.failing_over(servers.as_mut()),
        };
        let broken = breaking.while_sending(&sending, &mut processes, folder.path())?;
        let seen = sending.seen();
        processes.into_iter().try_for_each(Process::end)?;
        let sent = seen.groups.saturating_mul(documents_per_message).min(parcels);
        let kept = holdings(database)?;
        ensure_all_is_there(sent, kept.holdings)?;
        self.measured(seen, sent, kept, &broken).print(self.json)?;
        Ok(ExitCode::SUCCESS)
    }

    /// Servers to fail over, where that is wanted.
    fn servers(&self) -> anyhow::Result<Option<Replicated>> {
        if self.fail_over.is_none() {
            return Ok(None);
        }
        let programs = match &self.postgres_bin {
            Some(directory) => Programs::inside(directory),
            None => Programs::find(),
        };
        let programs = programs.map_err(|reason| {
            anyhow::anyhow!("{reason}, or name their directory by `--postgres-bin`")
        })?;
        let started = Replicated::start(programs, STANDBYS);
        started.map(Some).context("cannot start servers to fail over")
    }

    fn failing_over<'s>(&self, servers: Option<&'s mut Replicated>) -> Option<FailingOver<'s>> {
        let (servers, times) = servers.zip(self.fail_over)?;
        Some(FailingOver { servers, times: times.into(), seconds: self.seconds })
    }

    fn processes(&self, folder: &Path) -> anyhow::Result<Vec<Process>> {
        let services = (0..self.serve).map(|_| Process::serve(folder));
        services.chain((0..self.workers).map(|_| Process::worker(folder))).collect()
    }
}

/// What the database holds, once its sums were found right.
fn holdings(database: String) -> anyhow::Result<Kept> {
    let target = Target::Postgres(database);
    let store = Store::open(&target, StoreSettings::default(), SystemClock.now())?;
    // Counting takes longer than a reader may.
    let holdings = store.writer()?.transaction(|tx| tx.holdings())?;
    // What was received is counted, and not opened: `backup drill` does that.
    let sums = reconcile(&store, None, &mut |_| {})?;
    if let Some(disagreement) = sums.disagreements.first() {
        anyhow::bail!("a sum is not right: {disagreement}");
    }
    Ok(Kept { holdings, postings: sums.postings, balances: sums.balances })
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
