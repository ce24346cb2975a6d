//! `tongguan bench serve`: many clients over HTTP, and the same without HTTP beside it.

use std::fs;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use clap::Args;
use indicatif::ProgressBar;
use serde::Serialize;
use tongguan_application::ports::Clock as _;
use tongguan_domain::time::Moment;
use tongguan_messages::ceb::MessageType;
use tongguan_storage::{Store, StoreSettings, Target};
use tongguan_testkit::cast::Cast;
use tongguan_testkit::registration::registration;

use super::clear::Clear;
use super::input::{self, Input, SEED};
use super::{Flow, Percentiles, Sign, per};
use crate::clock::SystemClock;

/// More than any run takes from a guarantee, in yuan.
const GRANTED: &str = "90000000000000";

/// Clear made-up parcels through `tongguan serve`, sent by many clients at once, then the same parcels without
/// HTTP, and compare.
///
/// The service is another process with a temporary embedded database. A client that is turned away comes again
/// when it was told to. The input is signed beforehand.
#[derive(Debug, Args)]
pub struct Serve {
    /// How many clients send at the same time.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..=1000))]
    clients: u64,
    /// How many parcels.
    #[arg(long, default_value_t = 20_000)]
    parcels: u64,
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
    parcels: u64,
    /// Those that were released with a tax bill: all, or the command fails.
    cleared: u64,
    seconds: f64,
    parcels_per_second: f64,
    /// From a client's first attempt to the answer that its message is durable.
    answer_ms: Percentiles,
    messages: u64,
    /// How often a client was turned away because too much waited.
    turned_away: u64,
    /// The most memory that the service held when half of the messages were answered, and at the end.
    rss_mib_half: u64,
    rss_mib_end: u64,
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
        let begin = SystemClock.now();
        let file = folder.path().join("input");
        let Self { parcels, sign, documents_per_message, .. } = *self;
        input::prepare(&file, Flow::Import, parcels, sign, documents_per_message, begin)?;
        let mut service = Service::start(folder.path(), sign)?;
        let sent = self.send(&service, &file)?;
        service.end()?;
        let cleared = cleared(&folder.path().join("data"))?;
        ensure!(cleared == parcels, "only {cleared} of {parcels} parcels were cleared");
        let alone = Clear::imports(parcels, sign, documents_per_message).measure()?;
        self.print(&self.measured(sent, cleared, alone.parcels_per_second))?;
        Ok(ExitCode::SUCCESS)
    }

    fn send(&self, service: &Service, file: &Path) -> anyhow::Result<Sent> {
        let messages = 4 * self.parcels.div_ceil(self.documents_per_message);
        let progress = if self.json { ProgressBar::hidden() } else { ProgressBar::new(messages) };
        let input = Mutex::new(Input::open(file)?);
        let turned_away = AtomicU64::new(0);
        let rss_half = AtomicU64::new(0);
        let begin = SystemClock.now();
        let work = || -> anyhow::Result<Vec<i64>> {
            let agent = service.agent();
            let mut answered = Vec::new();
            loop {
                let next = input.lock().unwrap_or_else(PoisonError::into_inner).next()?;
                let Some((_, message)) = next else { return Ok(answered) };
                let at = SystemClock.now();
                while !service.post(&agent, &message)? {
                    turned_away.fetch_add(1, Ordering::Relaxed);
                    thread::park_timeout(Duration::from_secs(1));
                }
                answered.push(SystemClock.now().micros() - at.micros());
                progress.inc(1);
                if progress.position() == messages / 2 {
                    rss_half.store(service.peak_rss_mib(), Ordering::Relaxed);
                }
            }
        };
        let answers = thread::scope(|scope| {
            let clients: Vec<_> = (0..self.clients).map(|_| scope.spawn(work)).collect();
            let ended = clients.into_iter().map(|client| {
                client.join().map_err(|_| anyhow::anyhow!("a client of the benchmark died"))?
            });
            ended.collect::<anyhow::Result<Vec<_>>>()
        })?;
        progress.finish_and_clear();
        let answered = answers.concat();
        Ok(Sent {
            begin,
            end: SystemClock.now(),
            messages: u64::try_from(answered.len())?,
            answered,
            turned_away: turned_away.into_inner(),
            rss_mib_half: rss_half.into_inner(),
            rss_mib_end: service.peak_rss_mib(),
        })
    }

    #[expect(clippy::float_arithmetic, clippy::cast_precision_loss, reason = "for people to read")]
    fn measured(&self, sent: Sent, cleared: u64, alone: f64) -> Measured {
        let micros = sent.end.micros() - sent.begin.micros();
        let parcels_per_second = (cleared as f64 * 1e6 / micros.max(1) as f64).round();
        Measured {
            clients: self.clients,
            parcels: self.parcels,
            cleared,
            seconds: per(micros, 1_000_000),
            parcels_per_second,
            answer_ms: Percentiles::of_micros(sent.answered),
            messages: sent.messages,
            turned_away: sent.turned_away,
            rss_mib_half: sent.rss_mib_half,
            rss_mib_end: sent.rss_mib_end,
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
            "answer ms: p50 {}, p99 {}, max {}; {} messages, turned away {} times",
            answer_ms.p50, answer_ms.p99, answer_ms.max, measured.messages, measured.turned_away
        )?;
        writeln!(
            out,
            "memory of the service: {} MiB at half, {} MiB at the end",
            measured.rss_mib_half, measured.rss_mib_end
        )?;
        writeln!(
            out,
            "without HTTP {} a second; over HTTP {} of that",
            measured.bench_clear_per_second, measured.share_of_bench_clear
        )?;
        Ok(())
    }
}

/// What the clients saw.
struct Sent {
    begin: Moment,
    end: Moment,
    messages: u64,
    answered: Vec<i64>,
    turned_away: u64,
    rss_mib_half: u64,
    rss_mib_end: u64,
}

/// The service, as it is shipped, in a process of its own. Killed when dropped.
struct Service {
    child: Child,
    address: String,
}

impl Service {
    /// Registers the cast, trusts its authority, and serves.
    fn start(folder: &Path, sign: Sign) -> anyhow::Result<Self> {
        let cast = Cast::new(SEED, sign.into())?;
        let at = |name: &str| folder.join(name);
        fs::create_dir(at("trust"))?;
        fs::write(at("trust/root.pem"), cast.authority().certificate().to_pem())?;
        fs::write(at("parties.toml"), registration(&cast, |_| true, GRANTED))?;
        let unsigned: Vec<_> = match sign {
            Sign::None => MessageType::ALL.iter().filter(|message| message.is_request()).collect(),
            Sign::Sm2 | Sign::Rsa => Vec::new(),
        };
        let unsigned: Vec<_> = unsigned.into_iter().map(|message| message.code()).collect();
        let settings = format!("data = 'data'\nidentities = 'stand-in'\nunsigned = {unsigned:?}\n");
        fs::write(at("tongguan.toml"), settings)?;
        let program = std::env::current_exe()?;
        let mut register = Command::new(&program);
        register.args(["registry", "import", "parties.toml", "--data", "data"]).current_dir(folder);
        let registered = register.stdout(Stdio::null()).status()?;
        ensure!(registered.success(), "the parties could not be registered: {registered}");
        let mut child = Command::new(program)
            .args(["serve", "--config", "tongguan.toml", "--listen", "127.0.0.1:0"])
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start the service")?;
        let mut line = String::new();
        if let Some(out) = child.stdout.take() {
            BufReader::new(out).read_line(&mut line)?;
        }
        let address = line.trim().strip_prefix("served at ").map(str::to_owned);
        let mut service = Self { child, address: String::new() };
        service.address = address.context("the service did not start")?;
        Ok(service)
    }

    fn agent(&self) -> ureq::Agent {
        let config = ureq::Agent::config_builder().http_status_as_error(false);
        config.timeout_global(Some(Duration::from_secs(120))).build().into()
    }

    /// Sends a message; gives whether it was taken, or turned away because too much waits.
    fn post(&self, agent: &ureq::Agent, message: &[u8]) -> anyhow::Result<bool> {
        let request = agent.post(format!("{}/ceb", self.address));
        let mut response = request.header("content-type", "application/xml").send(message)?;
        let said = response.body_mut().read_to_string()?;
        match response.status().as_u16() {
            200 => Ok(true),
            503 if said.contains("urn:tongguan:problem:busy") => Ok(false),
            status => anyhow::bail!("the service answered {status}: {said}"),
        }
    }

    /// The most memory that the service held at any time, as Linux counts it; 0 elsewhere.
    fn peak_rss_mib(&self) -> u64 {
        super::clear::peak_rss_mib_of(&format!("/proc/{}/status", self.child.id()))
    }

    /// Ends it as an operator does.
    fn end(&mut self) -> anyhow::Result<()> {
        let process = i32::try_from(self.child.id())?;
        let process =
            rustix::process::Pid::from_raw(process).context("the service has no number")?;
        rustix::process::kill_process(process, rustix::process::Signal::TERM)?;
        let status = self.child.wait()?;
        ensure!(status.success(), "the service ended with {status}");
        Ok(())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The parcels in the database that were released with a tax bill.
fn cleared(data: &Path) -> anyhow::Result<u64> {
    let target = Target::Sqlite(data.to_owned());
    let store = Store::open(&target, StoreSettings::default(), SystemClock.now())?;
    let rows = store.read(|view| view.row_counts())?;
    Ok(u64::try_from(rows.get("tax_bill").copied().unwrap_or(0))?)
}
