//! A service that is a sandbox: a directory that says so, a clock that can be moved, an authority of its own, and
//! officers who rule by themselves.

use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use crossbeam_channel::{RecvTimeoutError, Sender, bounded};
use tongguan_application::deciding::AtReception;
use tongguan_application::enquiry::Enquiries;
use tongguan_application::people::People;
use tongguan_application::pipeline::chain;
use tongguan_application::ports::Clock;
use tongguan_application::sandbox::{self, Sandbox};
use tongguan_messages::authority::Authority;

use super::super::place::Place;
use crate::clock::{SandboxClock, SystemClock};

/// The file that says that a directory is a sandbox's: how many days its time is ahead.
const MARK: &str = "sandbox";
/// How often the automatic officers look.
const EVERY: Duration = Duration::from_millis(200);

/// What a service stands on.
pub enum Ground {
    /// What is real.
    Real,
    /// What is made up.
    Sandbox {
        /// Its clock.
        clock: Arc<SandboxClock>,
        /// Issues certificates.
        authority: Box<Authority>,
    },
}

/// A sandbox that runs.
pub struct Running {
    /// Where test enterprises come from.
    pub sandbox: Arc<Sandbox>,
    officers: thread::JoinHandle<()>,
    /// Dropped to end them.
    at_work: Sender<()>,
}

impl Ground {
    /// Steps onto what is real, unless the place is a sandbox's.
    ///
    /// # Errors
    /// That it is one.
    pub fn real(place: &Place) -> anyhow::Result<Self> {
        match place.embedded() {
            Some(directory) if directory.join(MARK).exists() => bail!(
                "{place} is a sandbox's: serve it with --sandbox {}, or name another one",
                directory.display()
            ),
            _ => Ok(Self::Real),
        }
    }

    /// Steps onto a sandbox, and makes it where there is nothing yet.
    ///
    /// # Errors
    /// That something real is there, or what cannot be made.
    pub fn sandbox(directory: &Path, trust: &Path) -> anyhow::Result<Self> {
        let mark = directory.join(MARK);
        let place = directory.display();
        if !mark.exists() {
            std::fs::create_dir_all(directory).with_context(|| format!("cannot make {place}"))?;
            let is_empty = std::fs::read_dir(directory)?.next().is_none();
            ensure!(is_empty, "{place} is not empty and no sandbox; name another directory");
            std::fs::write(&mark, "0").with_context(|| format!("cannot write into {place}"))?;
        }
        std::fs::create_dir_all(trust)
            .with_context(|| format!("cannot make {}", trust.display()))?;
        let clock = SandboxClock::open(mark.clone())
            .with_context(|| format!("cannot use {}", mark.display()))?;
        let authority = Box::new(sandbox::authority(clock.now())?);
        let certificate = authority.certificate();
        // Those of earlier runs stay beside it: what they issued is good still.
        let file = trust.join(format!("sandbox-{}.pem", clock.now().micros()));
        std::fs::write(&file, certificate.to_pem())
            .with_context(|| format!("cannot write {}", file.display()))?;
        Ok(Self::Sandbox { clock: Arc::new(clock), authority })
    }

    /// Its clock.
    pub fn clock(&self) -> Arc<dyn Clock> {
        match self {
            Self::Real => Arc::new(SystemClock),
            Self::Sandbox { clock, .. } => Arc::<SandboxClock>::clone(clock),
        }
    }

    /// Starts what a sandbox has beside a real service.
    pub fn start(
        self,
        people: &Arc<People>,
        enquiries: &Arc<Enquiries>,
        desk: AtReception,
    ) -> Option<Running> {
        let Self::Sandbox { clock, authority } = self else { return None };
        let time = Arc::clone(&clock);
        let forward = Box::new(move |days| clock.forward(days));
        let (store, people) = (enquiries.store().clone(), Arc::clone(people));
        let sandbox = Arc::new(Sandbox::new(store, people, *authority, forward));
        let (at_work, ended) = bounded::<()>(0);
        let (ruling, enquiries) = (Arc::clone(&sandbox), Arc::clone(enquiries));
        let officers = thread::spawn(move || {
            while ended.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                look(&ruling, &enquiries, &mut desk.clone());
                if let Err(error) = ruling.review_filings(time.now()) {
                    let error = chain(&error);
                    tracing::warn!("the automatic officers could not look at filings: {error}");
                }
            }
        });
        Some(Running { sandbox, officers, at_work })
    }
}

fn look(sandbox: &Sandbox, enquiries: &Enquiries, desk: &mut AtReception) {
    let ruled = match enquiries.pack() {
        Ok(pack) => sandbox.rule(desk, &pack).map_err(|error| chain(&error)),
        Err(error) => Err(chain(&error)),
    };
    if let Err(error) = ruled {
        tracing::warn!("the automatic officers could not look: {error}");
    }
}

impl Running {
    /// Sends the officers home.
    ///
    /// # Errors
    /// When they died.
    pub fn finish(self) -> anyhow::Result<()> {
        let Self { officers, at_work, .. } = self;
        drop(at_work);
        officers.join().map_err(|_| anyhow::anyhow!("the automatic officers died; start again"))
    }
}
