//! Payment evidence beside the routes: where platforms may be asked, and the threads that ask.

use std::num::{NonZeroU64, NonZeroUsize};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender as Tell, bounded};
use serde::Deserialize;
use tongguan_application::enquiry::Enquiries;
use tongguan_application::evidence::{Courier, Demands, Step};
use tongguan_application::ports::Clock;
use tongguan_application::processes::{Duty, Membership};
use tongguan_gateways::webhook::{Rules, Sender};
use tongguan_storage::seal::Keyring;

use super::webhooks::rules;
use crate::upkeep::Trouble;

/// How often it is looked whether something is due.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// The longest that an answer may be waited for: a demand is held for a minute.
const LONGEST_ANSWER_SECONDS: u64 = 30;

/// The settings under `[evidence]`.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EvidenceSettings {
    enabled: bool,
    http: bool,
    ports: Vec<u16>,
    networks: Vec<String>,
    answer_seconds: NonZeroU64,
    threads: NonZeroUsize,
}

impl Default for EvidenceSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            // In practice platforms are asked over HTTP, at port 80.
            http: true,
            ports: vec![80, 443, 8080, 8443],
            networks: Vec::new(),
            answer_seconds: NonZeroU64::MIN.saturating_add(9),
            threads: NonZeroUsize::MIN.saturating_add(3),
        }
    }
}

impl EvidenceSettings {
    /// Whether they can be used.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn check(&self) -> anyhow::Result<()> {
        anyhow::ensure!(
            self.answer_seconds.get() <= LONGEST_ANSWER_SECONDS,
            "`evidence.answer_seconds` is {}; {LONGEST_ANSWER_SECONDS} at most",
            self.answer_seconds
        );
        self.rules().map(drop)
    }

    /// What demands and takes uploads; and what asks and compares, unless that is turned off.
    ///
    /// # Errors
    /// What is wrong with the settings; a database that does not answer.
    pub fn start(
        &self,
        enquiries: &Arc<Enquiries>,
        keyring: &Arc<Keyring>,
        clock: &Arc<dyn Clock>,
        membership: &Arc<Membership>,
    ) -> anyhow::Result<(Arc<Demands>, Option<Asking>)> {
        let demands = Arc::new(Demands::new(enquiries.clone(), keyring.clone()));
        if !self.enabled {
            return Ok((demands, None));
        }
        let within = Duration::from_secs(self.answer_seconds.get());
        let sender = Arc::new(Sender::new(self.rules()?, within));
        let (enquiries, keyring) = (enquiries.clone(), keyring.clone());
        let courier = Arc::new(Courier::open(enquiries, keyring, sender, clock.clone())?);
        let (alive, ended) = bounded(0);
        let threads = (0..self.threads.get()).map(|_| {
            let (courier, ended) = (courier.clone(), ended.clone());
            let membership = membership.clone();
            thread::spawn(move || run(&courier, &membership, &ended))
        });
        Ok((demands, Some(Asking { threads: threads.collect(), alive })))
    }

    fn rules(&self) -> anyhow::Result<Rules> {
        rules("evidence", self.http, &self.ports, &self.networks)
    }
}

/// The threads that ask platforms.
pub struct Asking {
    threads: Vec<thread::JoinHandle<()>>,
    alive: Tell<()>,
}

impl Asking {
    /// Ends them; what is under way is finished.
    ///
    /// # Errors
    /// When one of them died.
    pub fn finish(self) -> anyhow::Result<()> {
        drop(self.alive);
        for thread in self.threads {
            thread.join().map_err(|_| anyhow::anyhow!("asking platforms died; start again"))?;
        }
        Ok(())
    }
}

fn run(courier: &Courier, membership: &Membership, ended: &Receiver<()>) {
    let mut trouble = Trouble::default();
    loop {
        let is_mine = membership.share().does(Duty::Evidence);
        let rest = match if is_mine { courier.step() } else { Ok(Step::Idle) } {
            Ok(step) => {
                trouble.is_over();
                if step == Step::Done { Duration::ZERO } else { LOOK_EVERY }
            }
            Err(error) => {
                trouble.tell(&anyhow::Error::from(error).context("payment evidence"));
                LOOK_EVERY
            }
        };
        if ended.recv_timeout(rest) != Err(RecvTimeoutError::Timeout) {
            return;
        }
    }
}
