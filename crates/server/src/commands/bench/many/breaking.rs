//! What is broken while the clients send: processes are killed, and the primary of the database.

use std::num::NonZeroU64;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::{self, ScopedJoinHandle};
use std::time::Duration;

use anyhow::Context as _;
use tongguan_application::ports::Clock as _;
use tongguan_domain::time::Moment;
use tongguan_testkit::postgres::Replicated;

use super::process::Process;
use super::sending::Sending;
use crate::clock::SystemClock;

/// What is to be broken.
pub struct Breaking<'s> {
    /// How many clients send.
    pub clients: usize,
    /// Every how many seconds a process is killed.
    pub kill_every: Option<NonZeroU64>,
    /// The servers that fail over.
    pub failing_over: Option<FailingOver<'s>>,
}

/// Servers whose primary is killed.
pub struct FailingOver<'s> {
    /// Which.
    pub servers: &'s mut Replicated,
    /// How often.
    pub times: u64,
    /// In how many seconds.
    pub seconds: u64,
}

/// What was broken.
pub struct Broken {
    /// Processes that were killed.
    pub killed: u64,
    /// Each time that a standby took over.
    pub failed_over: Vec<FailedOver>,
}

/// A standby took over.
#[derive(Debug, Clone, Copy)]
pub struct FailedOver {
    /// When the primary was killed.
    pub killed_at: Moment,
    /// When the standby could be written to.
    pub promoted_at: Moment,
}

impl Breaking<'_> {
    /// Has the clients send, and breaks meanwhile.
    ///
    /// # Errors
    /// What does not succeed, and when the clients had ended before everything was broken.
    pub fn while_sending(
        self,
        sending: &Sending,
        processes: &mut [Process],
        folder: &Path,
    ) -> anyhow::Result<Broken> {
        let Self { clients, kill_every, failing_over } = self;
        let (killing_ends, ended) = channel::<()>();
        let (failing_ends, failing_ended) = channel::<()>();
        thread::scope(|scope| {
            let killing = scope.spawn(move || kill(kill_every, &ended, processes, sending, folder));
            let failing = scope.spawn(move || match failing_over {
                Some(failing_over) => failing_over.run(&failing_ended),
                None => Ok(Vec::new()),
            });
            let clients: Vec<_> =
                (0..clients).map(|first| scope.spawn(move || sending.send(first))).collect();
            let sent: Vec<_> = clients.into_iter().map(joined).collect();
            drop((killing_ends, failing_ends));
            let (killed, failed_over) = (joined(killing), joined(failing));
            sent.into_iter().collect::<anyhow::Result<()>>()?;
            Ok(Broken { killed: killed?, failed_over: failed_over? })
        })
    }
}

impl FailingOver<'_> {
    /// Kills the primary each time that a share of the time is over; what was lost is a standby before the next.
    fn run(self, ended: &Receiver<()>) -> anyhow::Result<Vec<FailedOver>> {
        let Self { servers, times, seconds } = self;
        let begin = SystemClock.now();
        let mut failed_over = Vec::new();
        for n in 1..=times {
            let millis = i64::try_from(seconds * 1_000 * n / (times + 1))?;
            let left = begin.plus_millis(millis).micros() - SystemClock.now().micros();
            let left = Duration::from_micros(u64::try_from(left).unwrap_or(0));
            anyhow::ensure!(
                is_to_go_on(ended, left),
                "all parcels were sent before the primary had failed over {times} times: allow more by `--parcels`"
            );
            let killed_at = SystemClock.now();
            servers.kill_primary().context("cannot kill the primary")?;
            servers.promote().context("no standby took over")?;
            failed_over.push(FailedOver { killed_at, promoted_at: SystemClock.now() });
            servers.rebuild().context("the server that was killed did not become a standby")?;
        }
        Ok(failed_over)
    }
}

/// Kills one process after the other; gives how many.
fn kill(
    every: Option<NonZeroU64>,
    ended: &Receiver<()>,
    processes: &mut [Process],
    sending: &Sending,
    folder: &Path,
) -> anyhow::Result<u64> {
    let every = Duration::from_secs(every.map_or(u64::MAX / 2, NonZeroU64::get));
    let mut killed = 0;
    while is_to_go_on(ended, every) {
        let which = usize::try_from(killed)? % processes.len();
        if let Some(process) = processes.get_mut(which) {
            process.kill_and_start(folder)?;
            sending.moved(which, process.address.clone());
        }
        killed += 1;
    }
    Ok(killed)
}

/// Waits; gives whether the clients still send.
fn is_to_go_on(ended: &Receiver<()>, after: Duration) -> bool {
    ended.recv_timeout(after) == Err(RecvTimeoutError::Timeout)
}

fn joined<T>(thread: ScopedJoinHandle<'_, anyhow::Result<T>>) -> anyhow::Result<T> {
    thread.join().map_err(|_| anyhow::anyhow!("a thread of the benchmark died"))?
}
