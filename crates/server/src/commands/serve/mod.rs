//! `tongguan serve`: messages in and responses out by HTTP.

mod config;
mod desk;
mod post;

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tongguan_application::enquiry::Enquiries;
use tongguan_application::learning::Learned;
use tongguan_application::mailboxes::{Distributor, Mailboxes};
use tongguan_application::people::People;
use tongguan_application::ports::Clock as _;
use tongguan_application::reception::Reception;
use tongguan_web::{Access, web};

use self::config::Config;
use self::desk::Desk;
use self::post::Post;
use crate::clock::SystemClock;
use crate::product::{self, Product};
use crate::refresh::{Refresh, TrustFolder};
use crate::upkeep::Upkeep;

/// How long requests may take that are under way when the service is told to end.
const DRAIN: Duration = Duration::from_secs(10);

/// Serve programs over HTTP: messages are sent to /ceb, responses read at /mailbox/<mailbox>.
///
/// A message is answered when it is stored for good. Put it behind a proxy that speaks TLS where others than
/// this machine reach it. SIGTERM or Ctrl-C ends it: what was taken in is finished first.
#[derive(Debug, Args)]
pub struct Serve {
    /// The settings, as docs/reference/serve.md has them; every one has a default.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The address to listen at, instead of that of the file; port 0 takes any free one.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
}

impl Serve {
    /// Runs the command.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let mut config = self.config.as_deref().map(Config::read).transpose()?.unwrap_or_default();
        config.listen = self.listen.unwrap_or(config.listen);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .context("cannot start the threads that serve")?;
        // Before anything is opened: a port that is taken is told at once.
        let listener = runtime
            .block_on(TcpListener::bind(config.listen))
            .with_context(|| format!("cannot listen at {}; is it in use?", config.listen))?;
        let served = Served::start(&config)?;
        let at = listener.local_addr()?;
        writeln!(std::io::stdout(), "served at http://{at}")?;
        runtime.block_on(serve(listener, served.access.clone(), served.ended.clone()))?;
        drop(runtime);
        served.finish()?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Everything behind the routes.
struct Served {
    access: Access,
    desk: thread::JoinHandle<anyhow::Result<()>>,
    post: thread::JoinHandle<()>,
    /// Closed when the desk has ended.
    ended: watch::Receiver<()>,
}

impl Served {
    fn start(config: &Config) -> anyhow::Result<Self> {
        let clock = Arc::new(SystemClock);
        let place = config.place();
        let store = place.open(clock.now())?;
        let keyring = Arc::new(config.key_file().keyring(&place)?);
        let learned = store.read(Learned::load)?;
        let (folder, trust) = TrustFolder::open(&config.trust)?;
        let Learned { registry, pack, settings, .. } = learned.clone();
        let knowledge = product::knowledge(registry, pack, trust, config.demand()?);
        let refresh =
            Refresh::new(learned, knowledge.clone(), folder, config.refresh_seconds.get());
        let identities = config.identities.register();
        let product = Product { store, keyring, clock, identities, knowledge, settings };
        let workers = thread::available_parallelism().map_or(2, usize::from);
        let pipeline = product.start(workers)?;
        let Product { store, keyring, clock, .. } = product;
        let upkeep = Upkeep::new(store.clone(), clock.clone(), refresh);
        let people =
            Arc::new(People::open(&store, keyring.clone(), config.people.of_application())?);
        let enquiries = Arc::new(Enquiries::new(store.clone()));
        let mailboxes = Mailboxes::open(&store, keyring, config.parcel_numbers)?;
        let (post, news, mail) = Post::new(Distributor::open(&store)?);
        let (reception, errands) = Reception::open(config.limits.waiting_messages.get());
        let desk = Desk::new(pipeline, errands, upkeep, clock.clone(), news);
        let (alive, ended) = watch::channel(());
        let desk = thread::spawn(move || {
            let ending = desk.run();
            drop(alive);
            ending
        });
        let post = thread::spawn(move || post.run());
        let limits = config.limits.of_web();
        let access = Access {
            reception,
            mailboxes: Arc::new(mailboxes),
            people,
            enquiries,
            is_secure: config.people.secure_cookies,
            clock,
            mail,
            limits,
        };
        Ok(Self { access, desk, post, ended })
    }

    /// Waits until everything that was taken in is decided and lies in its mailbox.
    fn finish(self) -> anyhow::Result<()> {
        let Self { access, desk, post, .. } = self;
        // The last one that could hand a message over.
        drop(access);
        desk.join().map_err(|_| anyhow::anyhow!("the desk died; start again"))??;
        post.join().map_err(|_| anyhow::anyhow!("the post died; start again"))
    }
}

/// Serves until it is told to end, or the desk has ended by itself; then finishes what is under way.
async fn serve(
    listener: TcpListener,
    access: Access,
    mut desk_ended: watch::Receiver<()>,
) -> anyhow::Result<()> {
    let mut terminated = signal(SignalKind::terminate())?;
    let (closing, mut closed) = watch::channel(());
    let mail = until_closed(access.mail.clone(), closing.subscribe());
    let serving = axum::serve(listener, web(Access { mail, ..access }).router);
    let serving = serving.with_graceful_shutdown(async move { drop(closed.changed().await) });
    let mut serving = std::pin::pin!(serving.into_future());
    tokio::select! {
        ended = &mut serving => return Ok(ended?),
        _ = desk_ended.changed() => {}
        _ = tokio::signal::ctrl_c() => {}
        _ = terminated.recv() => {}
    }
    drop(closing);
    match tokio::time::timeout(DRAIN, serving).await {
        Ok(ended) => Ok(ended?),
        Err(_) => {
            eprintln!("requests that took longer than {} s were cut off", DRAIN.as_secs());
            Ok(())
        }
    }
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
