//! `tongguan serve`: messages in and responses out by HTTP.

pub mod config;
mod connections;
mod desk;
mod evidence;
mod host;
mod listening;
mod lists;
mod metrics;
mod oidc;
mod patience;
mod post;
mod proxies;
mod relay;
mod sampling;
mod sandbox;
mod self_signed;
mod standbys;
mod tls;
mod transparency;
mod webhooks;
mod work;

pub use work::work;

use std::io::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use clap::Args;
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tongguan_application::access::Programs;
use tongguan_application::answered::Answered;
use tongguan_application::clearing::settings::Settings;
use tongguan_application::deciding::AtReception;
use tongguan_application::enquiry::Enquiries;
use tongguan_application::guarantees::Movements;
use tongguan_application::history::Decisions;
use tongguan_application::intake::Knowledge;
use tongguan_application::keys::KeysNews;
use tongguan_application::learning::Learned;
use tongguan_application::mailboxes::{Distributor, Mailboxes};
use tongguan_application::parcels::Projector;
use tongguan_application::people::People;
use tongguan_application::pictures::Pictures;
use tongguan_application::processes::{Membership, ProcessKind};
use tongguan_application::reception::Reception;
use tongguan_application::tracking::Tracking;
use tongguan_application::transparency::Proofs;
use tongguan_application::unmasking::Unmasking;
use tongguan_storage::Store;
use tongguan_storage::seal::Keyring;
use tongguan_web::{Access, web};

use self::config::Config;
use self::connections::Connections;
use self::desk::Desk;
use self::evidence::Asking;
use self::host::Host;
use self::lists::Lists;
use self::metrics::{Looked, Metrics};
use self::post::Post;
use self::proxies::seen_through;
use self::relay::{RelaySettings, Relaying};
use self::sampling::sampled;
use self::sandbox::{Ground, Running};
use self::transparency::Logging;
use crate::clock::SystemClock;
use crate::commands::place::Place;
use crate::product::{self, Product};
use crate::refresh::{Refresh, TrustFolder};
use crate::traces::TraceSettings;
use crate::upkeep::Upkeep;

/// How long requests may take that are under way when the service is told to end.
const DRAIN: Duration = Duration::from_secs(10);
/// The most connections at a time of those who ask what is measured.
const MOST_WHO_MEASURE: u32 = 8;

/// Serve programs over HTTP: messages are sent to /ceb, responses read at /mailbox/<mailbox>.
///
/// A message is answered when it is stored for good. Where others than this machine reach it, give it a
/// certificate, or put it behind a proxy that has one. SIGTERM or Ctrl-C ends it: what was taken in is
/// finished first.
#[derive(Debug, Args)]
pub struct Serve {
    /// The settings, as docs/reference/serve.md has them; every one has a default.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The address to listen at, instead of that of the file; port 0 takes any free one.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Serve a sandbox in a directory of its own, made on first use; ./tongguan-sandbox when none is named.
    /// Whoever comes gets a test enterprise there, and nothing in it is real.
    #[arg(long, value_name = "DIR", num_args = 0..=1, default_missing_value = "tongguan-sandbox")]
    sandbox: Option<PathBuf>,
}

impl Serve {
    /// Runs the command.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let mut config = self.config.as_deref().map(Config::read).transpose()?.unwrap_or_default();
        config.listen = self.listen.unwrap_or(config.listen);
        if let Some(directory) = &self.sandbox {
            config = config.in_sandbox(directory)?;
        }
        config.log.start();
        // Before anything is opened: a port that is taken is told at once.
        let listener = listen(config.listen)?;
        run(listener, config, |address| Ok(writeln!(std::io::stdout(), "served at {address}")?))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Listens at an address.
///
/// # Errors
/// When it cannot be listened at, such as one that is in use.
pub fn listen(at: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(at).with_context(|| format!("cannot listen at {at}; is it in use?"))
}

/// Serves as `config` says, until it is told to end. Once everything is open, `tell` is told the address.
///
/// # Errors
/// What cannot be opened, or did not end well.
pub fn run(
    listener: TcpListener,
    mut config: Config,
    tell: impl FnOnce(&str) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let runtime = threads()?;
    let at = listener.local_addr()?;
    // What was asked for may have been any free port.
    config.listen = at;
    let config = &config;
    let tls = config.credentials(Arc::new(SystemClock))?;
    let tls = tls.map(|tls| tls.open(config.refresh_every())).transpose()?;
    let (metrics, asked) = (Metrics::start()?, measured(config)?);
    // Ends last, so that what is traced until then is told.
    let _traces = config.traces.as_ref().map(TraceSettings::start).transpose()?;
    let address = format!("{}://{at}", if tls.is_some() { "https" } else { "http" });
    let served = Served::start(config, (ProcessKind::Serve, Some(address.clone())))?;
    let entered = runtime.enter();
    // Whoever is told the address may at once tell it to end.
    let ending = Ending::watched()?;
    tell(&address)?;
    let Served { access, ended, .. } = &served;
    let patience = config.limits.patience();
    // Held until the service has ended, so that its end can be watched.
    let (_measuring, unmeasured) = watch::channel(());
    let looked = metrics.of(access.clone());
    runtime.spawn(sampled(looked.clone(), access.clock.clone(), access.board.clone()));
    match asked {
        Some(listener) => measure(&runtime, (listener, looked), config, unmeasured)?,
        // Whoever could still hand a message over keeps the desk from ending.
        None => drop(looked),
    }
    let proxies = config.proxies()?;
    let ends = (ending, ended.clone());
    let serving = serve(of_tokio(listener)?, access.clone(), ends, |routes| {
        let routes = seen_through(routes, &proxies);
        let at_most = config.limits.connections.get();
        Connections { name: "service", routes, tls, patience, at_most }
    });
    runtime.block_on(serving)?;
    drop(entered);
    drop(runtime);
    served.finish()
}

/// The threads of what is asked over HTTP.
fn threads() -> anyhow::Result<Runtime> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(2).enable_all().build().context("cannot start the threads that serve")
}

/// Begins to listen for those who ask what is measured, where that is wanted.
fn measured(config: &Config) -> anyhow::Result<Option<TcpListener>> {
    let listening = config.metrics.map(|metrics| listen(metrics.listen)).transpose();
    listening.context("`metrics.listen` cannot be used")
}

/// Tells what is measured until `unmeasured` closes.
fn measure(
    runtime: &Runtime,
    (listener, looked): (TcpListener, Arc<Looked>),
    config: &Config,
    unmeasured: watch::Receiver<()>,
) -> anyhow::Result<()> {
    let routes = metrics::routes(looked);
    let (name, at_most) = ("metrics", MOST_WHO_MEASURE);
    let patience = config.limits.patience();
    let connections = Connections { name, routes, tls: None, patience, at_most };
    runtime.spawn(connections.serve(of_tokio(listener)?, unmeasured));
    Ok(())
}

/// The same listener for a runtime, which has to be entered.
fn of_tokio(listener: TcpListener) -> std::io::Result<tokio::net::TcpListener> {
    listener.set_nonblocking(true)?;
    tokio::net::TcpListener::from_std(listener)
}

/// Everything behind the routes.
struct Served {
    access: Access,
    desk: thread::JoinHandle<anyhow::Result<()>>,
    post: thread::JoinHandle<()>,
    /// What delivers webhooks, unless that is turned off.
    pushing: Option<thread::JoinHandle<()>>,
    /// What asks platforms for payment evidence, unless that is turned off.
    asking: Option<Asking>,
    /// What relays messages to another window, where there is one.
    relaying: Option<Relaying>,
    lists: (thread::JoinHandle<()>, crossbeam_channel::Sender<()>),
    /// What keeps the verifiable log, unless that is turned off.
    logging: Option<Logging>,
    /// What a sandbox has beside a real service.
    running: Option<Running>,
    /// Closed when the desk has ended.
    ended: watch::Receiver<()>,
}

impl Served {
    fn start(config: &Config, process: (ProcessKind, Option<String>)) -> anyhow::Result<Self> {
        let place = config.place();
        let ground = ground(config, &place)?;
        let clock = ground.clock();
        let store = place.open(clock.now())?;
        let keyring = Arc::new(config.key_file().keyring(&place, &store)?);
        let (knowledge, settings, refresh) = learned(config, &store, &keyring)?;
        let (trust, identities) = (refresh.trusted(), config.identities.register());
        let product = Product { store, keyring, clock, identities, knowledge, settings };
        let workers = thread::available_parallelism().map_or(2, usize::from);
        let pipeline = product.start(process, workers)?;
        let (membership, storing) = (pipeline.membership().clone(), pipeline.storing().clone());
        let Product { store, keyring, clock, .. } = product;
        let upkeep = Upkeep::new(store.clone(), clock.clone(), refresh);
        let people =
            Arc::new(People::open(&store, keyring.clone(), config.people.of_application())?);
        let enquiries = Arc::new(Enquiries::new(config.standbys.open(&store)?));
        let answered = Arc::new(Answered::open(&store, keyring.clone())?);
        let programs = Arc::new(Programs::new(store.clone(), keyring.clone()));
        let mailboxes = Arc::new(Mailboxes::open(&store, keyring.clone(), config.parcel_numbers)?);
        let (evidence, asking) =
            config.evidence.start(&enquiries, &keyring, &clock, &membership)?;
        let courier = config.webhooks.courier(&store, &mailboxes, &keyring, &clock)?;
        let pushing = config.webhooks.start(&courier, &store)?;
        let (wake, pushing) = pushing.map(|it| (it.news, it.thread)).unzip();
        let beside = (membership.clone(), config.listening(&store));
        let (post, news, mail) = Post::new(Distributor::open(&store)?, beside, wake);
        let lists = start_lists(&store, &membership)?;
        let logging = config.logging().start(&store, &keyring, &clock, &membership)?;
        let proofs = Proofs::new(&store, keyring.clone(), config.parcel_numbers);
        let (reception, errands) = Reception::open(config.limits.waiting_messages.get());
        let (desk, ended) = start_desk(Desk::new(pipeline, errands, upkeep, clock.clone(), news));
        let post = thread::spawn(move || post.run());
        let limits = config.limits.of_web();
        let officers = officers_at(&reception, store, limits.answer_within);
        let machine = Arc::new(Host::new(officers.store.clone(), config));
        let relay = |it: &RelaySettings| {
            it.start(officers.clone(), keyring.clone(), clock.clone(), &membership)
        };
        let relaying = config.relay.as_ref().map(relay).transpose()?;
        let running = ground.start(&people, &enquiries, officers);
        let access = Access {
            reception,
            mailboxes,
            programs,
            people,
            providers: oidc::providers(&config.oidc, config.address.as_deref(), &keyring)?,
            unmasking: Arc::new(Unmasking::new(enquiries.clone(), keyring.clone())),
            tracking: Arc::new(Tracking::new(enquiries.clone(), keyring.clone())),
            pictures: Arc::new(Pictures::new(enquiries.clone(), keyring.clone())),
            storing,
            enquiries,
            evidence,
            sandbox: running.as_ref().map(|running| Arc::clone(&running.sandbox)),
            answered,
            proofs: Arc::new(proofs),
            attestor: logging.as_ref().map(Logging::attestor),
            courier,
            trust,
            is_secure: config.tls.is_some() || config.people.secure_cookies,
            address: config.address.clone(),
            strict_transport: config.strict_transport(),
            machine,
            board: Arc::default(),
            clock,
            mail,
            limits,
        };
        Ok(Self { access, desk, post, pushing, asking, relaying, lists, logging, running, ended })
    }

    /// Waits until everything that was taken in is decided and lies in its mailbox.
    fn finish(self) -> anyhow::Result<()> {
        let Self { access, desk, post, pushing, asking, relaying, lists, logging, running, .. } =
            self;
        let (lists, alive) = lists;
        running.map_or(Ok(()), Running::finish)?;
        relaying.map_or(Ok(()), Relaying::finish)?;
        asking.map_or(Ok(()), Asking::finish)?;
        // The last one that could hand a message over.
        drop(access);
        desk.join().map_err(|_| anyhow::anyhow!("the desk died; start again"))??;
        drop(alive);
        lists.join().map_err(|_| anyhow::anyhow!("the lists of parcels died; start again"))?;
        logging.map_or(Ok(()), Logging::finish)?;
        post.join().map_err(|_| anyhow::anyhow!("the post died; start again"))?;
        let pushed = pushing.map(thread::JoinHandle::join).transpose();
        pushed.map(drop).map_err(|_| anyhow::anyhow!("the webhooks died; start again"))
    }
}

/// What is known at the start, and what takes up what others change of it.
fn learned(
    config: &Config,
    store: &Store,
    keyring: &Arc<Keyring>,
) -> anyhow::Result<(Knowledge, Arc<Settings>, Refresh)> {
    let learned = store.read(Learned::load)?;
    let (folder, trust) = TrustFolder::open(&config.trust)?;
    let Learned { registry, pack, settings, .. } = learned.clone();
    let mut knowledge = product::knowledge(registry, pack, trust, config.demand()?);
    knowledge.windows = Arc::new(config.windows()?);
    let (keys, every) = (KeysNews::new(keyring.clone()), config.refresh_seconds());
    let refresh = Refresh::new(learned, keys, knowledge.clone(), folder, every);
    Ok((knowledge, settings, refresh))
}

/// What the service stands on: a real installation, or a sandbox.
fn ground(config: &Config, place: &Place) -> anyhow::Result<Ground> {
    match config.sandbox() {
        Some(directory) => Ground::sandbox(directory, &config.trust),
        None => Ground::real(place),
    }
}

/// Carries out what the service itself and its officers ask for, at the reception.
fn officers_at(reception: &Reception, store: Store, patience: Duration) -> AtReception {
    AtReception { reception: reception.clone(), store, patience, by: None }
}

/// Keeps lists beside clearing, on a thread of its own, until what comes with it is dropped.
fn start_lists(
    store: &Store,
    membership: &Arc<Membership>,
) -> anyhow::Result<(thread::JoinHandle<()>, crossbeam_channel::Sender<()>)> {
    let (movements, membership) = (Movements::open(store)?, membership.clone());
    let (projector, decisions) = (Projector::open(store)?, Decisions::open(store)?);
    let (lists, alive) = Lists::new(projector, decisions, movements, membership);
    Ok((lists.start(), alive))
}

/// Runs the desk on a thread of its own, and tells when it has ended.
fn start_desk(desk: Desk) -> (thread::JoinHandle<anyhow::Result<()>>, watch::Receiver<()>) {
    let (alive, ended) = watch::channel(());
    let running = thread::spawn(move || {
        let ending = desk.run();
        drop(alive);
        ending
    });
    (running, ended)
}

/// By which somebody asks it to end.
struct Ending {
    terminated: Signal,
    interrupted: Signal,
}

impl Ending {
    /// From now on no such signal ends the process by itself. The runtime has to be entered.
    fn watched() -> std::io::Result<Self> {
        let (terminated, interrupted) = (SignalKind::terminate(), SignalKind::interrupt());
        Ok(Self { terminated: signal(terminated)?, interrupted: signal(interrupted)? })
    }

    async fn asked(mut self) {
        tokio::select! {
            _ = self.terminated.recv() => {}
            _ = self.interrupted.recv() => {}
        }
    }
}

/// Serves until it is told to end, or the desk has ended by itself; then finishes what is under way.
async fn serve(
    listener: tokio::net::TcpListener,
    access: Access,
    (ending, mut desk_ended): (Ending, watch::Receiver<()>),
    connections: impl FnOnce(Router) -> Connections,
) -> anyhow::Result<()> {
    let (closing, closed) = watch::channel(());
    let mail = until_closed(access.mail.clone(), closed.clone());
    let connections = connections(web(Access { mail, ..access }).router);
    let mut serving = std::pin::pin!(connections.serve(listener, closed));
    tokio::select! {
        () = &mut serving => return Ok(()),
        _ = desk_ended.changed() => {}
        () = ending.asked() => {}
    }
    drop(closing);
    if tokio::time::timeout(DRAIN, serving).await.is_err() {
        tracing::warn!("requests that took longer than {} s were cut off", DRAIN.as_secs());
    }
    Ok(())
}

/// What is seen of `mail`, until the service closes: whoever waits for mail then waits no longer.
fn until_closed(
    mut mail: watch::Receiver<u64>,
    mut closed: watch::Receiver<()>,
) -> watch::Receiver<u64> {
    let (told, telling) = watch::channel(0);
    tokio::spawn(async move {
        loop {
            tokio::select! {
                changed = mail.changed() => match changed {
                    Ok(()) => drop(told.send_replace(*mail.borrow_and_update())),
                    Err(_) => return,
                },
                _ = closed.changed() => return,
            }
        }
    });
    telling
}
