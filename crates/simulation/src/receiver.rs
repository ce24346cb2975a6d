//! Whoever a mailbox is pushed to: takes every letter in its turn, sometimes twice, and never one too early.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use tongguan_application::ports::{Answer, EventSender, NotSent, Post};
use tongguan_testkit::traffic::Dice;

/// Where letters are pushed to. Nothing is sent there: the address is nobody's.
pub(crate) const URL: &str = "https://receiver.example/letters";

/// A receiver of webhooks.
#[derive(Debug)]
pub(crate) struct Receiver {
    came: Mutex<Came>,
    is_well: AtomicBool,
}

#[derive(Debug)]
struct Came {
    dice: Dice,
    /// The last place of which something came.
    last: i64,
    wrong: BTreeSet<String>,
}

impl Receiver {
    pub(crate) fn new(seed: u64) -> Self {
        let (dice, wrong) = (Dice::new(seed, "receiver", 0), BTreeSet::new());
        Self { came: Mutex::new(Came { dice, last: 0, wrong }), is_well: AtomicBool::new(false) }
    }

    /// From now on it takes everything.
    pub(crate) fn recover(&self) {
        self.is_well.store(true, Ordering::Relaxed);
    }

    /// The last place of which something came, and what should not have come.
    pub(crate) fn came(&self) -> (i64, BTreeSet<String>) {
        let came = self.came.lock().unwrap_or_else(PoisonError::into_inner);
        (came.last, came.wrong.clone())
    }
}

impl EventSender for Receiver {
    fn admit(&self, _url: &str) -> Result<(), NotSent> {
        Ok(())
    }

    fn post(&self, post: &Post) -> Result<Answer, NotSent> {
        let mut came = self.came.lock().unwrap_or_else(PoisonError::into_inner);
        let is_well = self.is_well.load(Ordering::Relaxed);
        let mood = if is_well { 9 } else { came.dice.below(10) };
        let away = || Err(NotSent("the connection was lost".to_owned()));
        if mood == 0 {
            return away();
        }
        let event: serde_json::Value = serde_json::from_slice(&post.body).unwrap_or_default();
        let n = event.pointer("/data/n").and_then(serde_json::Value::as_i64).unwrap_or(-1);
        if n < 1 || n > came.last + 1 {
            let last = came.last;
            came.wrong.insert(format!("letter {n} was pushed after {last}"));
        }
        came.last = came.last.max(n);
        match mood {
            1 => away(),
            2 => Ok(Answer { status: 503, body: String::new() }),
            _ => Ok(Answer { status: 204, body: String::new() }),
        }
    }
}
