//! The lists of the parties, the movements of guarantees and the audit of decisions, kept beside the desk: never in its way, and hardly behind it.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use tongguan_application::guarantees::Movements;
use tongguan_application::history::Decisions;
use tongguan_application::parcels::{ParcelsError, Projector};
use tongguan_application::processes::{Duty, Membership};

use crate::upkeep::Trouble;

/// How often it looks whether something was decided.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// For every moment of work so many of rest: on one file it writes while the desk waits, so under load it takes
/// a fifth of the time and falls behind, and catches up when there is less to do.
const REST: u32 = 4;

/// The thread that keeps the lists.
pub struct Lists {
    projector: Projector,
    decisions: Decisions,
    movements: Movements,
    membership: Arc<Membership>,
    ended: Receiver<()>,
}

impl Lists {
    /// With the end that is dropped when the service ends.
    pub fn new(
        projector: Projector,
        decisions: Decisions,
        movements: Movements,
        membership: Arc<Membership>,
    ) -> (Self, Sender<()>) {
        let (alive, ended) = bounded(0);
        (Self { projector, decisions, movements, membership, ended }, alive)
    }

    /// Goes on until the service ends. What is not taken up by then is so after the next start.
    #[expect(clippy::disallowed_methods, reason = "how long work took decides how long it rests")]
    pub fn run(mut self) {
        let mut trouble = Trouble::default();
        loop {
            let begun = Instant::now();
            let rest = match self.take_up_some() {
                Ok(is_behind) => {
                    trouble.is_over();
                    let rest = begun.elapsed().saturating_mul(REST);
                    if is_behind { rest } else { rest.max(LOOK_EVERY) }
                }
                Err(error) => {
                    trouble.tell(&error.into());
                    LOOK_EVERY
                }
            };
            match self.ended.recv_timeout(rest) {
                Err(RecvTimeoutError::Timeout) => {}
                _ => return,
            }
        }
    }

    /// Each follows for itself: whether there may be more for one of them.
    fn take_up_some(&mut self) -> Result<bool, ParcelsError> {
        if !self.membership.share().does(Duty::Lists) {
            return Ok(false);
        }
        let listed = self.projector.take_up_some()?;
        let moved = self.movements.take_up_some()?;
        Ok(self.decisions.take_up_some()?.is_behind || listed.is_behind || moved.is_behind)
    }

    /// Runs it on a thread of its own.
    pub fn start(self) -> thread::JoinHandle<()> {
        thread::spawn(move || self.run())
    }
}
