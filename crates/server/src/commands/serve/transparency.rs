//! The verifiable log, kept beside the desk: never in its way, and signed within a second of what it tells of.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use serde::Deserialize;
use tongguan_application::ports::{Clock, Witness};
use tongguan_application::processes::{Duty, Membership};
use tongguan_application::transparency::{Attestor, Logger, Witnessing, found};
use tongguan_gateways::witness::HttpWitness;
use tongguan_storage::Store;
use tongguan_storage::seal::Keyring;
use tongguan_transparency::note::Verifier;

use crate::upkeep::Trouble;

/// How often it looks whether something was decided.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How often witnesses are shown the newest head.
const SHOW_EVERY: Duration = Duration::from_secs(5);
/// For every moment of work so many of rest: on one file it writes while the desk waits.
const REST: u32 = 3;

/// The settings under `[transparency]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TransparencySettings {
    enabled: bool,
    origin: Option<String>,
    witnesses: Vec<WitnessSettings>,
    /// The keys of the logs for which this service is a witness.
    attested: Vec<String>,
}

/// An authority that signs heads, too.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct WitnessSettings {
    address: String,
    key: String,
}

impl Default for TransparencySettings {
    fn default() -> Self {
        Self { enabled: true, origin: None, witnesses: Vec::new(), attested: Vec::new() }
    }
}

/// The threads that log and show heads to witnesses, until what comes with them is dropped.
pub struct Logging {
    threads: Vec<thread::JoinHandle<()>>,
    alive: Sender<()>,
    attestor: Arc<Attestor>,
}

struct Work {
    logger: Logger,
    clock: Arc<dyn Clock>,
    membership: Arc<Membership>,
    ended: Receiver<()>,
}

impl TransparencySettings {
    /// The same, for a service in which nothing is real: nobody else signs, and the name is nobody's.
    pub fn made_up(self) -> Self {
        Self { origin: None, witnesses: Vec::new(), attested: Vec::new(), ..self }
    }

    /// Opens the log and starts the thread, unless that is turned off.
    ///
    /// # Errors
    /// That the log is called otherwise, or cannot be opened.
    pub fn start(
        &self,
        store: &Store,
        keyring: &Arc<Keyring>,
        clock: &Arc<dyn Clock>,
        membership: &Arc<Membership>,
    ) -> anyhow::Result<Option<Logging>> {
        if !self.enabled {
            return Ok(None);
        }
        let log = found(store, keyring, self.origin.as_deref(), clock.now())?;
        let attestor = Attestor::new(store, &log, self.attested()?, Arc::clone(clock));
        let attestor = Arc::new(attestor);
        let logger = Logger::open(store, Arc::clone(keyring), log)?;
        let (alive, ended) = bounded(0);
        let mut threads = Vec::new();
        if !self.witnesses.is_empty() {
            let (witnessing, ended) = (self.witnessing(store)?, ended.clone());
            let membership = Arc::clone(membership);
            threads.push(thread::spawn(move || show_to_witnesses(witnessing, &membership, &ended)));
        }
        let (clock, membership) = (Arc::clone(clock), Arc::clone(membership));
        let work = Work { logger, clock, membership, ended };
        threads.push(thread::spawn(move || work.run()));
        Ok(Some(Logging { threads, alive, attestor }))
    }

    fn attested(&self) -> anyhow::Result<Vec<Verifier>> {
        let mut logs = Vec::<Verifier>::with_capacity(self.attested.len());
        for key in &self.attested {
            let log = Verifier::parse(key).context("`transparency.attested` cannot be used")?;
            let is_new = logs.iter().all(|it| it.name() != log.name());
            anyhow::ensure!(is_new, "`transparency.attested` names {} twice", log.name());
            logs.push(log);
        }
        Ok(logs)
    }

    fn witnessing(&self, store: &Store) -> anyhow::Result<Witnessing> {
        let mut witnesses = Vec::with_capacity(self.witnesses.len());
        for WitnessSettings { address, key } in &self.witnesses {
            let cannot = || format!("`transparency.witnesses` cannot be used: {address}");
            let key = Verifier::parse(key).with_context(cannot)?;
            let port: Box<dyn Witness> = Box::new(HttpWitness::open(address).with_context(cannot)?);
            witnesses.push((key, port));
        }
        Ok(Witnessing::open(store, witnesses)?)
    }
}

impl Logging {
    /// What signs the heads of others' logs.
    pub fn attestor(&self) -> Arc<Attestor> {
        Arc::clone(&self.attestor)
    }

    /// Waits until everything that was decided is logged. What is decided after that is logged after the next start.
    ///
    /// # Errors
    /// That a thread died.
    pub fn finish(self) -> anyhow::Result<()> {
        drop(self.alive);
        for thread in self.threads {
            thread.join().map_err(|_| anyhow::anyhow!("the verifiable log died; start again"))?;
        }
        Ok(())
    }
}

/// Shows the newest head to the witnesses, again and again, until the service ends.
fn show_to_witnesses(mut witnessing: Witnessing, membership: &Membership, ended: &Receiver<()>) {
    let mut trouble = Trouble::default();
    loop {
        let is_mine = membership.share().does(Duty::Log);
        match if is_mine { witnessing.show() } else { Ok(Vec::new()) } {
            Ok(unsigned) => match unsigned.into_iter().next() {
                Some(one) => trouble.tell(&one.into()),
                None => trouble.is_over(),
            },
            Err(error) => trouble.tell(&error.into()),
        }
        match ended.recv_timeout(SHOW_EVERY) {
            Err(RecvTimeoutError::Timeout) => {}
            _ => return,
        }
    }
}

impl Work {
    #[expect(clippy::disallowed_methods, reason = "how long work took decides how long it rests")]
    fn run(mut self) {
        let mut trouble = Trouble::default();
        loop {
            let begun = Instant::now();
            let is_mine = self.membership.share().does(Duty::Log);
            let taken_up = is_mine.then(|| self.logger.take_up_some(self.clock.now()));
            let rest = match taken_up.transpose() {
                Ok(None) => LOOK_EVERY,
                Ok(Some(taken_up)) => {
                    trouble.is_over();
                    let rest = begun.elapsed().saturating_mul(REST);
                    if taken_up.is_behind { rest } else { rest.max(LOOK_EVERY) }
                }
                Err(error) => {
                    trouble.tell(&error.into());
                    LOOK_EVERY
                }
            };
            match self.ended.recv_timeout(rest) {
                Err(RecvTimeoutError::Timeout) => {}
                _ => break,
            }
        }
        // The head is to be over everything that was answered.
        if let Err(error) = self.logger.take_up(self.clock.now()) {
            trouble.tell(&error.into());
        }
    }
}
