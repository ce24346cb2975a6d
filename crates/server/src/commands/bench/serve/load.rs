//! The load: many clients that send until time is up, and what they and the service's memory show.

use std::collections::BTreeMap;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use indicatif::ProgressBar;
use tongguan_application::ports::Clock as _;
use tongguan_domain::time::Moment;

use super::client::{Answer, Client};
use super::service::Service;
use crate::clock::SystemClock;
use crate::commands::bench::input::{Input, Mark};
use crate::memory::resident_kib;

/// How often the service's memory is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// As a service that turns a client away asks (`Retry-After`).
const COME_AGAIN: Duration = Duration::from_secs(1);

/// So many clients for so long.
pub struct Load {
    /// How many send at the same time.
    pub clients: u64,
    /// After how many seconds no further group of parcels is begun.
    pub seconds: u64,
    /// Moves with each message.
    pub progress: ProgressBar,
}

/// What was seen.
#[derive(Debug, Default)]
pub struct Seen {
    /// From the first message to the last answer, in microseconds.
    pub micros: i64,
    /// Groups of parcels of which all messages were taken.
    pub groups: u64,
    /// Microseconds from each message's first attempt to the answer that it is durable.
    pub answered: Vec<i64>,
    /// How often each status was answered.
    pub statuses: BTreeMap<u16, u64>,
    /// The first answer that was neither that a message is durable nor that it is to come again.
    pub failure: Option<String>,
    /// The memory that the service held, in KiB, second by second.
    pub resident_kib: Vec<u64>,
}

/// What the clients share.
struct Shared<'s> {
    service: &'s Service,
    input: Mutex<Input>,
    seen: Mutex<Seen>,
    progress: &'s ProgressBar,
    until: Moment,
}

impl Load {
    /// Sends, and finishes every group of parcels that was begun.
    ///
    /// # Errors
    /// When a connection breaks or the input cannot be read.
    pub fn send(&self, service: &Service, input: Input) -> anyhow::Result<Seen> {
        let begin = SystemClock.now();
        let shared = Shared {
            service,
            input: Mutex::new(input),
            seen: Mutex::default(),
            progress: &self.progress,
            until: begin.plus_millis(i64::try_from(self.seconds.saturating_mul(1000))?),
        };
        let (ended, watched) = channel::<()>();
        let resident_kib = thread::scope(|scope| {
            let watching = scope.spawn(move || {
                let mut seen = vec![resident_kib(&service.status_file())];
                while watched.recv_timeout(LOOK_EVERY) == Err(RecvTimeoutError::Timeout) {
                    seen.push(resident_kib(&service.status_file()));
                }
                seen
            });
            let clients: Vec<_> =
                (0..self.clients).map(|_| scope.spawn(|| shared.send())).collect();
            let sent: Vec<_> = clients.into_iter().map(thread::ScopedJoinHandle::join).collect();
            drop(ended);
            for client in sent {
                client.map_err(|_| anyhow::anyhow!("a client of the benchmark died"))??;
            }
            watching.join().map_err(|_| anyhow::anyhow!("who watches the memory died"))
        })?;
        self.progress.finish_and_clear();
        let seen = shared.seen.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(Seen { micros: SystemClock.now().micros() - begin.micros(), resident_kib, ..seen })
    }
}

impl Shared<'_> {
    fn send(&self) -> anyhow::Result<()> {
        let mut client = Client::connect(&self.service.address)?;
        while let Some((mark, message)) = self.next()? {
            let at = SystemClock.now();
            while !self.note(&client.post(&message)?) {
                thread::park_timeout(COME_AGAIN);
            }
            let mut seen = self.seen();
            seen.answered.push(SystemClock.now().micros() - at.micros());
            seen.groups += u64::from(mark == Mark::Last);
            self.progress.inc(1);
        }
        Ok(())
    }

    fn next(&self) -> anyhow::Result<Option<(Mark, Vec<u8>)>> {
        let mut input = self.input.lock().unwrap_or_else(PoisonError::into_inner);
        if SystemClock.now() >= self.until {
            input.begin_no_more();
        }
        input.next()
    }

    /// Counts an answer; gives whether the message is done with.
    fn note(&self, Answer { status, body }: &Answer) -> bool {
        let is_busy = *status == 503 && body.contains("urn:tongguan:problem:busy");
        let mut seen = self.seen();
        *seen.statuses.entry(*status).or_default() += 1;
        if *status != 200 && !is_busy {
            seen.failure.get_or_insert_with(|| format!("{status}: {body}"));
        }
        !is_busy
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
