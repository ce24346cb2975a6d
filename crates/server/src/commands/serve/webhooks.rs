//! Webhooks beside the routes: what may be sent where, and the thread that has it sent.

use std::num::{NonZeroU64, NonZeroUsize};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::Context as _;
use crossbeam_channel::{Sender as Tell, bounded};
use serde::Deserialize;
use tongguan_application::mailboxes::Mailboxes;
use tongguan_application::ports::Clock;
use tongguan_application::webhooks::{Courier, Rounds};
use tongguan_gateways::webhook::{Rules, Sender};
use tongguan_storage::Store;
use tongguan_storage::seal::Keyring;

use crate::upkeep::Trouble;

/// The longest that an answer may be waited for: a courier holds a webhook for a minute, and notes half-way
/// that it still does.
const LONGEST_ANSWER_SECONDS: u64 = 25;

/// The settings of webhooks.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebhookSettings {
    enabled: bool,
    http: bool,
    ports: Vec<u16>,
    networks: Vec<String>,
    answer_seconds: NonZeroU64,
    threads: NonZeroUsize,
}

impl Default for WebhookSettings {
    fn default() -> Self {
        let Rules { http, ports, .. } = Rules::default();
        Self {
            enabled: true,
            http,
            ports,
            networks: Vec::new(),
            answer_seconds: NonZeroU64::MIN.saturating_add(14),
            threads: NonZeroUsize::MIN.saturating_add(7),
        }
    }
}

impl WebhookSettings {
    /// What sends by these settings.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn sender(&self) -> anyhow::Result<Sender> {
        let within = Duration::from_secs(self.answer_seconds.get());
        Ok(Sender::new(self.rules()?, within))
    }

    /// Whether they can be used.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn check(&self) -> anyhow::Result<()> {
        anyhow::ensure!(
            self.answer_seconds.get() <= LONGEST_ANSWER_SECONDS,
            "`webhooks.answer_seconds` is {}; {LONGEST_ANSWER_SECONDS} at most",
            self.answer_seconds
        );
        self.rules().map(drop)
    }

    /// What delivers by these settings, and what pages add and try webhooks with.
    ///
    /// # Errors
    /// What is wrong with the settings; a database that does not answer.
    pub fn courier(
        &self,
        store: &Store,
        mailboxes: &Arc<Mailboxes>,
        keyring: &Arc<Keyring>,
        clock: &Arc<dyn Clock>,
    ) -> anyhow::Result<Arc<Courier>> {
        let sender = Arc::new(self.sender()?);
        let (mailboxes, keyring) = (mailboxes.clone(), keyring.clone());
        Ok(Arc::new(Courier::open(store, mailboxes, keyring, sender, clock.clone())?))
    }

    /// Begins to deliver, unless it is turned off.
    ///
    /// # Errors
    /// A database that does not answer.
    pub fn start(&self, courier: &Arc<Courier>, store: &Store) -> anyhow::Result<Option<Pushing>> {
        if !self.enabled {
            return Ok(None);
        }
        if store.is_sole_process() {
            courier.free_all()?;
        }
        let (news, woken) = bounded(1);
        let rounds = Rounds::new(courier.clone(), woken, self.threads.get());
        let thread = thread::spawn(move || {
            let mut trouble = Trouble::default();
            rounds.run(&mut |heard| match heard {
                Ok(()) => trouble.is_over(),
                Err(error) => trouble.tell(&anyhow::Error::from(error).context("webhooks")),
            });
        });
        Ok(Some(Pushing { news, thread }))
    }

    fn rules(&self) -> anyhow::Result<Rules> {
        rules("webhooks", self.http, &self.ports, &self.networks)
    }
}

/// Where a section of the settings lets something be sent to.
///
/// # Errors
/// What is no network.
pub fn rules(
    section: &str,
    http: bool,
    ports: &[u16],
    networks: &[String],
) -> anyhow::Result<Rules> {
    let networks = networks.iter().map(|text| text.parse()).collect::<Result<_, _>>();
    let networks = networks.with_context(|| format!("in `{section}.networks`"))?;
    Ok(Rules { http, ports: ports.to_vec(), networks })
}

/// The delivery of webhooks. It ends when nobody can tell it news any more.
pub struct Pushing {
    /// Where it hears that something came into a mailbox.
    pub news: Tell<()>,
    /// Its thread.
    pub thread: thread::JoinHandle<()>,
}
