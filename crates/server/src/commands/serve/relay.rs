//! Relaying beside the routes: what goes to the window upstream, and what comes from there.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::Context as _;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use metrics::{counter, gauge};
use serde::Deserialize;
use tongguan_application::deciding::AtReception;
use tongguan_application::intake::Way;
use tongguan_application::ports::{Clock, Upstream};
use tongguan_application::processes::{Duty, Membership};
use tongguan_application::reception::{Handed, NotTaken, Receipt, Reception};
use tongguan_application::relay::{Collector, Courier, NotCollected, RelayError, Terms, Turn};
use tongguan_domain::ids::DxpId;
use tongguan_gateways::upstream::{Folders, Http, Identity};
use tongguan_storage::seal::Keyring;

use crate::upkeep::Trouble;

/// How often it is looked whether something is to be sent.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// What is waited after something could not be fetched.
const REST: Duration = Duration::from_secs(2);

/// The settings under `[relay]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelaySettings {
    mailbox: String,
    url: Option<String>,
    access_key: Option<PathBuf>,
    authorities: Option<PathBuf>,
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
    outbox: Option<PathBuf>,
    inbox: Option<PathBuf>,
    #[serde(default = "import_receiver")]
    import_receiver: String,
    #[serde(default = "export_receiver")]
    export_receiver: String,
    #[serde(default = "give_up_after_hours")]
    give_up_after_hours: NonZeroU32,
    #[serde(default = "most_waiting")]
    most_waiting: NonZeroU32,
}

fn import_receiver() -> String {
    "DXPEDCCEB0000002".to_owned()
}

fn export_receiver() -> String {
    "DXPEDCCEB0000003".to_owned()
}

const fn give_up_after_hours() -> NonZeroU32 {
    NonZeroU32::MIN.saturating_add(71)
}

const fn most_waiting() -> NonZeroU32 {
    NonZeroU32::MIN.saturating_add(9_999)
}

/// By which way upstream is reached.
enum Reached<'s> {
    Http { url: &'s str, access_key: &'s Path },
    Folders { outbox: &'s Path, inbox: &'s Path },
}

impl RelaySettings {
    /// Paths are relative to this folder.
    pub fn beside(&mut self, folder: &Path) {
        let Self { access_key, authorities, certificate, key, outbox, inbox, .. } = self;
        for path in [access_key, authorities, certificate, key, outbox, inbox].into_iter().flatten()
        {
            *path = folder.join(&path);
        }
    }

    /// Whether they can be used.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn check(&self) -> anyhow::Result<()> {
        self.reached()?;
        anyhow::ensure!(
            self.certificate.is_some() == self.key.is_some(),
            "`relay.certificate` and `relay.key` go together; give both or neither"
        );
        self.terms().map(drop)
    }

    /// Begins to send and to fetch.
    ///
    /// # Errors
    /// What is wrong with the settings, or cannot be opened.
    pub fn start(
        &self,
        desk: AtReception,
        keyring: Arc<Keyring>,
        clock: Arc<dyn Clock>,
        membership: &Arc<Membership>,
    ) -> anyhow::Result<Relaying> {
        let (upstream, store) = (self.upstream()?, desk.store.clone());
        let courier = Courier::open(&store, keyring, upstream.clone(), clock, self.terms()?)?;
        let (alive, ended) = bounded(0);
        let sending = Sending {
            courier,
            reception: desk.reception.clone(),
            desk: desk.clone(),
            most_waiting: self.most_waiting.get().into(),
            membership: membership.clone(),
            ended: ended.clone(),
        };
        let (collector, membership) = (Collector::new(upstream), membership.clone());
        let fetching = Fetching { collector, desk, membership, ended };
        let threads = [thread::spawn(|| sending.run()), thread::spawn(|| fetching.run())];
        Ok(Relaying { alive, threads })
    }

    fn reached(&self) -> anyhow::Result<Reached<'_>> {
        match (&self.url, &self.access_key, &self.outbox, &self.inbox) {
            (Some(url), Some(access_key), None, None) => Ok(Reached::Http { url, access_key }),
            (None, None, Some(outbox), Some(inbox)) => Ok(Reached::Folders { outbox, inbox }),
            _ => anyhow::bail!(
                "`[relay]` needs either `url` and `access_key`, the file with the key of this window's \
                 mailbox upstream, or the folders `outbox` and `inbox`"
            ),
        }
    }

    fn terms(&self) -> anyhow::Result<Terms> {
        let id = |name: &str, text: &str| {
            DxpId::parse(text).with_context(|| format!("in `relay.{name}`"))
        };
        Ok(Terms {
            sender: id("mailbox", &self.mailbox)?,
            import: id("import_receiver", &self.import_receiver)?,
            export: id("export_receiver", &self.export_receiver)?,
            give_up_after_hours: self.give_up_after_hours.get(),
        })
    }

    fn upstream(&self) -> anyhow::Result<Arc<dyn Upstream>> {
        let read = |path: &Path| {
            std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
        };
        match self.reached()? {
            Reached::Folders { outbox, inbox } => Ok(Arc::new(Folders::open(outbox, inbox)?)),
            Reached::Http { url, access_key } => {
                let own = self.certificate.as_deref().zip(self.key.as_deref());
                let own =
                    own.map(|(chain, key)| Ok::<_, anyhow::Error>((read(chain)?, read(key)?)));
                let identity = Identity {
                    key: String::from_utf8(read(access_key)?)
                        .with_context(|| format!("{} holds no key", access_key.display()))?,
                    authorities: self.authorities.as_deref().map(read).transpose()?,
                    certificate: own.transpose()?,
                };
                Ok(Arc::new(Http::open(url, &self.mailbox, &identity)?))
            }
        }
    }
}

/// The threads that relay.
pub struct Relaying {
    alive: Sender<()>,
    threads: [thread::JoinHandle<()>; 2],
}

impl Relaying {
    /// Ends them; what is under way is finished. They must have ended before the desk does.
    ///
    /// # Errors
    /// When one of them died.
    pub fn finish(self) -> anyhow::Result<()> {
        drop(self.alive);
        for thread in self.threads {
            thread.join().map_err(|_| anyhow::anyhow!("relaying died; start again"))?;
        }
        Ok(())
    }
}

/// The thread that sends.
struct Sending {
    courier: Courier,
    reception: Reception,
    desk: AtReception,
    most_waiting: i64,
    membership: Arc<Membership>,
    ended: Receiver<()>,
}

impl Sending {
    fn run(mut self) {
        let mut trouble = Trouble::default();
        loop {
            match self.turn() {
                Ok(turn) => {
                    trouble.is_over();
                    counter!("tongguan_relay_sent_total")
                        .increment(turn.sent.try_into().unwrap_or(0));
                    counter!("tongguan_relay_given_up_total")
                        .increment(turn.given_up.try_into().unwrap_or(0));
                    let waiting = i32::try_from(turn.waiting).unwrap_or(i32::MAX);
                    gauge!("tongguan_relay_waiting").set(f64::from(waiting));
                    self.reception.hold_back(turn.waiting >= self.most_waiting);
                }
                Err(error) => trouble.tell(&anyhow::Error::from(error).context("relaying")),
            }
            if self.ended.recv_timeout(LOOK_EVERY) != Err(RecvTimeoutError::Timeout) {
                return;
            }
        }
    }

    /// One process at a time sends for all; every one of them has to know how much waits.
    fn turn(&mut self) -> Result<Turn, RelayError> {
        if self.membership.share().does(Duty::Relay) {
            return self.courier.turn(&mut self.desk);
        }
        Ok(Turn { waiting: self.courier.waiting()?, ..Turn::default() })
    }
}

/// The thread that fetches.
struct Fetching {
    collector: Collector,
    desk: AtReception,
    membership: Arc<Membership>,
    ended: Receiver<()>,
}

impl Fetching {
    fn run(self) {
        let mut trouble = Trouble::default();
        loop {
            let rest = match self.collect() {
                Ok(kept) => {
                    trouble.is_over();
                    counter!("tongguan_relay_fetched_total")
                        .increment(kept.try_into().unwrap_or(0));
                    if kept > 0 { Duration::ZERO } else { LOOK_EVERY }
                }
                Err(error) => {
                    trouble.tell(&anyhow::Error::from(error).context("relaying"));
                    REST
                }
            };
            if self.ended.recv_timeout(rest) != Err(RecvTimeoutError::Timeout) {
                return;
            }
        }
    }

    fn collect(&self) -> Result<usize, NotCollected> {
        if !self.membership.share().does(Duty::Relay) {
            return Ok(0);
        }
        self.collector.collect(&mut |name, bytes| self.keep(&name, &bytes))
    }

    /// Hands a message from upstream over and waits until it is durable; comes again while too much waits.
    fn keep(&self, name: &str, bytes: &[u8]) -> Result<(), String> {
        loop {
            let (reply, receipt) = bounded::<Receipt>(1);
            let handed = Handed {
                origin: name.to_owned(),
                sender: None,
                way: Way::Upstream,
                bytes: bytes.to_vec(),
                // It has room for the answer.
                reply: Box::new(move |receipt| drop(reply.try_send(receipt))),
            };
            match self.desk.reception.hand_over(handed) {
                Ok(()) => {
                    let receipt = receipt.recv_timeout(self.desk.patience);
                    let receipt = receipt.map_err(|_| "no answer came in time".to_owned())?;
                    return receipt.outcome.map(drop);
                }
                Err(NotTaken::Full) => {}
                Err(NotTaken::Closed) => return Err(NotTaken::Closed.to_string()),
            }
            if self.ended.recv_timeout(LOOK_EVERY) != Err(RecvTimeoutError::Timeout) {
                return Err("the service ends".to_owned());
            }
        }
    }
}
