//! Rounds: all webhooks side by side, so that nobody waits for somebody else's receiver.
//!
//! A fixed number of threads deliver. A webhook has one of them for a turn and then queues again; those
//! whose receivers fail have at most half of the threads, however many they are.

use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, after, bounded, select, unbounded};

use super::courier::Courier;
use super::{WebhookError, WebhookNumber};

/// Time makes webhooks due, and so do other processes, of which nobody tells this one.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long turns under way may take when the process ends; what is cut off is delivered again.
const END_WITHIN: Duration = Duration::from_secs(2);

/// Delivers for all webhooks.
pub struct Rounds {
    courier: Arc<Courier>,
    /// That something came into a mailbox.
    news: Receiver<()>,
    turns: Sender<WebhookNumber>,
    done: Receiver<(WebhookNumber, Done)>,
    threads: usize,
    /// Those that wait for a thread, and whether they fail.
    queue: VecDeque<(WebhookNumber, bool)>,
    /// Those that have one, and whether they failed before.
    busy: BTreeMap<WebhookNumber, bool>,
}

/// Nothing where the turn panicked, which has been printed.
type Done = Option<Result<Option<usize>, WebhookError>>;

impl Rounds {
    /// With so many threads, at least two. Ends when nobody can tell any news any more.
    pub fn new(courier: Arc<Courier>, news: Receiver<()>, threads: usize) -> Self {
        let threads = threads.max(2);
        let (turns, taken) = bounded(threads);
        let (telling, done) = unbounded();
        for _ in 0..threads {
            let (courier, taken, telling) = (courier.clone(), taken.clone(), telling.clone());
            thread::spawn(move || deliver(&courier, &taken, &telling));
        }
        Self { courier, news, turns, done, threads, queue: VecDeque::new(), busy: BTreeMap::new() }
    }

    /// Goes on until nobody can tell any news any more. Each look and each turn is told to `heard`: how it
    /// went.
    pub fn run(mut self, heard: &mut dyn FnMut(Result<(), WebhookError>)) {
        loop {
            match self.courier.due() {
                Ok(due) => self.enqueue(due),
                Err(error) => heard(Err(error.into())),
            }
            self.hand_out();
            select! {
                recv(self.news) -> news => if news.is_err() { break },
                recv(self.done) -> done => {
                    if let Ok((number, done)) = done {
                        self.busy.remove(&number);
                        heard(done.transpose().map(drop));
                    }
                }
                default(LOOK_EVERY) => {}
            }
        }
        self.finish();
    }

    fn enqueue(&mut self, due: Vec<(WebhookNumber, bool)>) {
        for (number, fails) in due {
            let is_known = self.queue.iter().any(|(queued, _)| *queued == number);
            if !is_known && !self.busy.contains_key(&number) {
                self.queue.push_back((number, fails));
            }
        }
    }

    fn hand_out(&mut self) {
        while self.busy.len() < self.threads {
            let failing = self.busy.values().filter(|fails| **fails).count();
            let may_fail = failing < self.threads / 2;
            let next = self.queue.iter().position(|(_, fails)| may_fail || !fails);
            let Some((number, fails)) = next.and_then(|at| self.queue.remove(at)) else { return };
            self.busy.insert(number, fails);
            // There is room: no more are handed out than there are threads.
            let _ = self.turns.send(number);
        }
    }

    /// Lets turns under way end, but does not wait for receivers that do not answer.
    fn finish(mut self) {
        self.courier.end();
        let too_late = after(END_WITHIN);
        while !self.busy.is_empty() {
            select! {
                recv(self.done) -> done => match done {
                    Ok((number, _)) => drop(self.busy.remove(&number)),
                    Err(_) => return,
                },
                recv(too_late) -> _ => return,
            }
        }
    }
}

/// One thread: takes turns until nobody hands out any.
fn deliver(
    courier: &Courier,
    turns: &Receiver<WebhookNumber>,
    telling: &Sender<(WebhookNumber, Done)>,
) {
    for number in turns {
        // A turn that panics leaves its webhook held, so it is not repeated at once, and the thread alive.
        let done = catch_unwind(AssertUnwindSafe(|| courier.turn(number))).ok();
        if telling.send((number, done)).is_err() {
            return;
        }
    }
}
