//! Where processes run, die and are started anew.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tongguan_application::pipeline::Ack;
use tongguan_application::ports::Clock as _;

use crate::SimulationError;
use crate::post::Standing;
use crate::process::{Act, Handed, NotDone, Process};
use crate::simulation::Simulation;
use crate::weather::Died;

/// A place for a process.
#[derive(Default)]
pub(crate) struct Seat {
    /// Not there while it acts, or is dead.
    pub(crate) process: Option<Process>,
    pub(crate) is_acting: bool,
    /// It stands still until this moment.
    pub(crate) stalled_until: i64,
}

impl Simulation {
    pub(crate) fn waiting_at(&self, seat: usize) -> u64 {
        let seats = self.seats.borrow();
        let process = seats.get(seat).and_then(|seat| seat.process.as_ref());
        process.map_or(0, |process| process.pipeline.waiting() as u64)
    }

    pub(crate) fn act(&self, seat: usize, act: Act) -> bool {
        self.with(seat, &format!("{act:?}"), |process| {
            process.act(act, &mut |handed, ack| self.hear_ack(handed, ack))
        })
    }

    fn hear_ack(&self, handed: Handed, ack: Ack) {
        let is_stored = ack.outcome.is_ok();
        self.note(&format!("acknowledged {handed:?}: {:?}", ack.outcome.map(|it| it.undecided)));
        let Handed::Message(place, id) = handed else { return };
        if !is_stored {
            return self.post.borrow_mut().lost(place);
        }
        self.count(|tally| tally.acknowledged += 1);
        self.acknowledged.borrow_mut().push(id);
        if let Some(posted) = self.post.borrow_mut().messages.get_mut(place) {
            posted.standing = Standing::Acknowledged(id);
        }
        if let Ok(0) = self.number("SELECT COUNT(*) FROM message WHERE message_id = ?1", id.0) {
            self.is_wrong(format!("message {} was acknowledged and is not stored", id.0));
        }
    }

    /// Has a process do something, unless it acts already; it may die of it. Gives whether it was done.
    pub(crate) fn with(
        &self,
        seat: usize,
        what: &str,
        work: impl FnOnce(&mut Process) -> Result<String, NotDone>,
    ) -> bool {
        let taken = self.seats.borrow_mut().get_mut(seat).and_then(|seat| {
            let process = seat.process.take()?;
            seat.is_acting = true;
            Some(process)
        });
        let Some(mut process) = taken else { return false };
        let name = process.name.clone();
        self.acting.borrow_mut().push(name.clone());
        let done = catch_unwind(AssertUnwindSafe(|| work(&mut process)));
        self.acting.borrow_mut().pop();
        let line = match &done {
            Ok(Ok(said)) => format!("{name} {what}: {said}"),
            Ok(Err(NotDone(why))) => format!("{name} {what} not: {why}"),
            Err(_) => format!("{name} {what} and dies"),
        };
        self.note(&line);
        let is_done = matches!(done, Ok(Ok(_)));
        if let Err(panic) = done {
            if !panic.is::<Died>() {
                self.is_wrong(format!("{name} panicked in {what}"));
            }
            self.bury(process);
            self.take_seat(seat, false);
            return false;
        }
        if let Some(seat) = self.seats.borrow_mut().get_mut(seat) {
            (seat.process, seat.is_acting) = (Some(process), false);
        }
        is_done
    }

    fn bury(&self, process: Process) {
        self.count(|tally| tally.deaths += 1);
        for handed in process.under_way.values() {
            if let Handed::Message(place, _) = handed {
                self.post.borrow_mut().lost(*place);
            }
        }
    }

    /// Whoever runs the service makes room on the disk and starts what has died.
    pub(crate) fn operate(&self) {
        if self.weather.is_full.get() && self.throw(|dice| dice.one_in(3)) {
            self.weather.is_full.set(false);
            self.note("the disk has room again");
        }
        let dead = self.seats.borrow().iter().position(|it| it.process.is_none() && !it.is_acting);
        match dead {
            Some(seat) => drop(self.start(seat)),
            None if self.throw(|dice| dice.one_in(3)) => self.copy_log(),
            None => {}
        }
    }

    /// Starts a process anew; `false` where that fails.
    pub(crate) fn start(&self, seat: usize) -> bool {
        // Others act while its first commit takes long: none of them starts it a second time.
        self.take_seat(seat, true);
        let started = self.started.get() + 1;
        self.started.set(started);
        let name = format!("p{seat}.{started}");
        self.acting.borrow_mut().push(name.clone());
        let started = catch_unwind(AssertUnwindSafe(|| {
            Process::start(name.clone(), &self.setting, &self.target(), &self.clock)
        }));
        self.acting.borrow_mut().pop();
        self.take_seat(seat, false);
        match started {
            Ok(Ok(process)) => {
                self.note(&format!("{name} starts"));
                if let Some(seat) = self.seats.borrow_mut().get_mut(seat) {
                    seat.process = Some(process);
                }
                return true;
            }
            Ok(Err(NotDone(why))) => self.note(&format!("{name} does not start: {why}")),
            Err(panic) if panic.is::<Died>() => self.note(&format!("{name} dies at its start")),
            Err(_) => self.is_wrong(format!("{name} panicked at its start")),
        }
        false
    }

    fn take_seat(&self, seat: usize, is_acting: bool) {
        if let Some(seat) = self.seats.borrow_mut().get_mut(seat) {
            seat.is_acting = is_acting;
        }
    }

    /// A process that is there and does not stand still.
    pub(crate) fn somebody(&self) -> Option<usize> {
        let now = self.clock.now().micros();
        let seats = self.seats.borrow();
        let there = seats.iter().enumerate();
        let there = there.filter(|(_, it)| it.process.is_some() && it.stalled_until <= now);
        let there: Vec<usize> = there.map(|(place, _)| place).collect();
        if there.is_empty() { None } else { Some(self.throw(|dice| *dice.pick(&there))) }
    }

    /// When the power went: whatever ran is gone, and the disk is as it was then.
    pub(crate) fn recover(&self) -> Result<(), SimulationError> {
        let Some(image) = self.outage.take() else { return Ok(()) };
        let seats: Vec<_> = self.seats.borrow_mut().iter_mut().map(std::mem::take).collect();
        seats.into_iter().filter_map(|seat| seat.process).for_each(|it| self.bury(it));
        drop(self.inspector.take());
        self.disk.restore(&image)?;
        self.note("the power is back");
        Ok(())
    }

    /// Copies the write-ahead log into the database, as the thread does that is not there.
    fn copy_log(&self) {
        let copy = "PRAGMA wal_checkpoint(PASSIVE)";
        let copied = self.inspect(|it| it.query_row(copy, [], |row| row.get::<_, i64>(2)));
        self.note(&format!("the log is copied: {}", copied.is_ok()));
    }
}
