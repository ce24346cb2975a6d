//! Clients that send until a message is acknowledged, wherever that is.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tongguan_application::ports::Clock as _;
use tongguan_domain::time::Moment;

use super::super::input::{Input, Mark};
use super::super::serve::client::Client;
use crate::clock::SystemClock;

/// What is waited after an attempt that failed.
const COME_AGAIN: Duration = Duration::from_millis(100);
/// After so many attempts it is given up.
const MOST_ATTEMPTS: usize = 1_200;

/// What was seen.
#[derive(Debug)]
pub struct Seen {
    /// When the first was sent.
    pub begin: Moment,
    /// From the first message to the last acknowledgement, in microseconds.
    pub micros: i64,
    /// Groups of parcels of which all messages were acknowledged.
    pub groups: u64,
    /// Microseconds from each message's first attempt to its acknowledgement.
    pub answered: Vec<i64>,
    /// When each was acknowledged, in this order.
    pub acknowledged_at: Vec<Moment>,
    /// Attempts that broke off or were turned away.
    pub failed: u64,
}

impl Seen {
    const fn begun(begin: Moment) -> Self {
        Self {
            begin,
            micros: 0,
            groups: 0,
            answered: Vec::new(),
            acknowledged_at: Vec::new(),
            failed: 0,
        }
    }
}

/// What the clients share.
pub struct Sending {
    addresses: Mutex<Vec<Option<String>>>,
    input: Mutex<Input>,
    seen: Mutex<Seen>,
    begin: Moment,
    until: Moment,
}

impl Sending {
    /// To services at these addresses, for so many seconds.
    ///
    /// # Errors
    /// When there are too many seconds.
    pub fn new(addresses: Vec<Option<String>>, input: Input, seconds: u64) -> anyhow::Result<Self> {
        let begin = SystemClock.now();
        let until = begin.plus_millis(i64::try_from(seconds.saturating_mul(1000))?);
        let seen = Mutex::new(Seen::begun(begin));
        Ok(Self { addresses: Mutex::new(addresses), input: Mutex::new(input), seen, begin, until })
    }

    /// A process is served at another address now.
    pub fn moved(&self, which: usize, address: Option<String>) {
        if let Some(known) = guard(&self.addresses).get_mut(which) {
            *known = address;
        }
    }

    /// Sends until time is up, and finishes what was begun.
    ///
    /// # Errors
    /// When the input cannot be read, or nobody takes a message.
    pub fn send(&self, first: usize) -> anyhow::Result<()> {
        let (mut turn, mut client) = (first, None);
        while let Some((mark, message)) = self.next()? {
            let at = SystemClock.now();
            let mut attempts = 0;
            while !self.attempt(&mut client, turn, &message) {
                (client, turn, attempts) = (None, turn + 1, attempts + 1);
                anyhow::ensure!(attempts < MOST_ATTEMPTS, "nobody took a message in two minutes");
                thread::park_timeout(COME_AGAIN);
            }
            self.acknowledged(at, mark);
        }
        Ok(())
    }

    /// What was seen, once all clients have ended.
    pub fn seen(self) -> Seen {
        self.seen.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self) -> anyhow::Result<Option<(Mark, Vec<u8>)>> {
        let mut input = guard(&self.input);
        if SystemClock.now() >= self.until {
            input.begin_no_more();
        }
        input.next()
    }

    fn attempt(&self, client: &mut Option<Client>, turn: usize, message: &[u8]) -> bool {
        if client.is_none() {
            let addresses: Vec<_> = guard(&self.addresses).iter().flatten().cloned().collect();
            let address = addresses.get(turn % addresses.len().max(1));
            *client = address.and_then(|address| Client::connect(address).ok());
        }
        let answer = client.as_mut().and_then(|client| client.post(message).ok());
        let is_taken = answer.is_some_and(|answer| answer.status == 200);
        guard(&self.seen).failed += u64::from(!is_taken);
        is_taken
    }

    fn acknowledged(&self, since: Moment, mark: Mark) {
        let mut seen = guard(&self.seen);
        let now = SystemClock.now();
        seen.acknowledged_at.push(now);
        seen.answered.push(now.micros() - since.micros());
        seen.groups += u64::from(mark == Mark::Last);
        seen.micros = now.micros() - self.begin.micros();
    }
}

fn guard<T>(kept: &Mutex<T>) -> MutexGuard<'_, T> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}
