//! The end of all faults: everything that was begun comes to its end, and then everything is checked.

use tongguan_application::ports::Clock as _;
use tongguan_domain::ids::DxpId;

use crate::SimulationError;
use crate::post::Standing;
use crate::process::Act;
use crate::setting::{CLOSING_DAYS, WAITING_DAYS};
use crate::simulation::Simulation;

const DAY_MS: i64 = 86_400_000;
const IN_EACH_ROUND: [Act; 5] =
    [Act::SeeToWhatIsDue, Act::Distribute, Act::List, Act::Log, Act::Push];
/// Rounds after which what still goes on goes on for ever.
const MOST_ROUNDS: usize = 60;
/// So much that every guarantee suffices, in fen.
const PLENTY: i64 = 1_000_000_000_000;

impl Simulation {
    /// Lets everything come to its end without any fault, and checks it.
    pub(crate) fn end(&self) -> Result<(), SimulationError> {
        self.recover()?;
        self.weather.is_full.set(false);
        self.setting.receiver.recover();
        self.note("the faults are over");
        self.settle(true);
        self.settle(false);
        self.setting.grant(&self.target(), PLENTY, self.clock.now())?;
        self.settle(false);
        for days in [WAITING_DAYS + 1, CLOSING_DAYS, 2] {
            self.clock.advance_millis(days * DAY_MS);
            self.note(&format!("{days} days later"));
            self.settle(false);
        }
        self.check()
    }

    /// Goes round after round until nobody has anything to do; `waits` as for [`Self::see_to`].
    fn settle(&self, waits: bool) {
        let mut quiet = 0;
        for _ in 0..MOST_ROUNDS {
            if !self.wrong.borrow().is_empty() {
                return;
            }
            let moved = self.round(waits);
            quiet = if moved { 0 } else { quiet + 1 };
            if quiet > 2 {
                return;
            }
        }
        self.is_wrong("it does not come to rest".to_owned());
    }

    fn round(&self, waits: bool) -> bool {
        let seats = self.seats.borrow().len();
        let mut moved = false;
        self.clock.advance_millis(1_100);
        for seat in 0..seats {
            if let Some(seat) = self.seats.borrow_mut().get_mut(seat) {
                seat.stalled_until = i64::MIN;
            }
            if self.seats.borrow().get(seat).is_some_and(|seat| seat.process.is_none()) {
                // On one file nobody starts before the lease of who was there has ended.
                moved = true;
                self.start(seat);
            }
            self.act(seat, Act::Beat);
        }
        moved |= self.send_all(seats);
        for seat in 0..seats {
            while self.waiting_at(seat) > 0 {
                self.act(seat, Act::Refine(0));
            }
            self.act(seat, Act::WriteAll);
            for act in IN_EACH_ROUND {
                self.act(seat, act);
            }
        }
        moved |= self.listen_everywhere(seats);
        for place in 0..self.trades.len() + self.exports.len() {
            self.see_to(place, waits);
        }
        moved
    }

    fn send_all(&self, seats: usize) -> bool {
        let post = self.post.borrow();
        let ready = post.messages.iter().enumerate();
        let ready = ready.filter(|(_, it)| it.standing == Standing::Ready).map(|(at, _)| at);
        let ready: Vec<usize> = ready.collect();
        let is_done = post.is_done();
        drop(post);
        for place in ready {
            self.hand_over(place % seats.max(1), place);
        }
        !is_done
    }

    fn listen_everywhere(&self, seats: usize) -> bool {
        let mailboxes = self.setting.cast.actors();
        let mailboxes = mailboxes.iter().filter_map(|it| DxpId::parse(it.mailbox()).ok());
        let mut is_news = false;
        for mailbox in mailboxes {
            is_news |= (0..seats).any(|seat| self.listen_to(seat, &mailbox));
        }
        is_news
    }
}
