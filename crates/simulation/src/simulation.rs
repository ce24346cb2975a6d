//! Whose turn it is: one act of somebody after the other, as the seed has it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;

use rusqlite::Connection;
use tongguan_application::digest::sha256;
use tongguan_application::intake::{Received, Way};
use tongguan_application::pipeline::Ack;
use tongguan_application::ports::Clock;
use tongguan_domain::ids::{DxpId, MessageId};
use tongguan_domain::time::Moment;
use tongguan_storage::{Partition, Target, faults};
use tongguan_testkit::exports::{Export, export};
use tongguan_testkit::traffic::Dice;

use crate::clock::SimulatedClock;
use crate::disk::{Disk, Image};
use crate::heard::Heard;
use crate::officers::Errands;
use crate::post::{Post, Standing};
use crate::process::{Act, Handed, NotDone, Process};
use crate::scenario::Scenario;
use crate::setting::Setting;
use crate::trace::Trace;
use crate::trade::{Trade, trades};
use crate::weather::{Died, Weather};
use crate::{Outcome, SimulationError, Tally};

/// Messages that one process has under way at most.
const MOST_UNDER_WAY: usize = 40;
/// Acts for each parcel, after which the faults end whatever was acknowledged.
const ACTS_A_PARCEL: u64 = 60;

/// A place for a process.
#[derive(Default)]
pub(crate) struct Seat {
    /// Not there while it acts, or is dead.
    pub(crate) process: Option<Process>,
    pub(crate) is_acting: bool,
    /// It stands still until this moment.
    pub(crate) stalled_until: i64,
}

/// A simulation of one seed.
pub(crate) struct Simulation {
    pub(crate) seed: u64,
    pub(crate) scenario: Scenario,
    pub(crate) setting: Setting,
    pub(crate) clock: Arc<SimulatedClock>,
    pub(crate) dice: RefCell<Dice>,
    pub(crate) weather: Weather,
    pub(crate) disk: Disk,
    pub(crate) seats: RefCell<Vec<Seat>>,
    pub(crate) post: RefCell<Post>,
    pub(crate) heard: RefCell<Heard>,
    pub(crate) trades: Vec<Trade>,
    pub(crate) exports: Vec<Export>,
    pub(crate) errands: RefCell<Errands>,
    /// Ids under which a message was acknowledged.
    pub(crate) acknowledged: RefCell<Vec<MessageId>>,
    /// Who acts, the innermost last.
    pub(crate) acting: RefCell<Vec<String>>,
    /// What lay on the disk when the power went, until it is back.
    pub(crate) outage: RefCell<Option<Image>>,
    pub(crate) wrong: RefCell<BTreeSet<String>>,
    pub(crate) tally: Cell<Tally>,
    inspector: RefCell<Option<Connection>>,
    generation: Cell<u64>,
    trace: RefCell<Trace>,
}

impl Simulation {
    pub(crate) fn new(seed: u64) -> Result<Rc<Self>, SimulationError> {
        let scenario = Scenario::of(seed);
        let begin = Moment::parse_wire("20260302100000").unwrap_or(Moment::from_micros(0));
        let sent_at = begin.plus_millis(-60_000);
        let mut dice = Dice::new(seed, "trade", 0);
        let trades = trades(&scenario, sent_at, &mut dice)?;
        let exports: Result<Vec<_>, _> =
            (1..=scenario.exports).map(|n| export(n, sent_at)).collect();
        let simulation = Rc::new(Self {
            seed,
            scenario,
            setting: Setting::of(&scenario)?,
            clock: Arc::new(SimulatedClock::at(begin)),
            dice: RefCell::new(Dice::new(seed, "course", 0)),
            weather: Weather::new(seed, &scenario),
            disk: Disk::new()?,
            seats: RefCell::new((0..scenario.processes).map(|_| Seat::default()).collect()),
            post: RefCell::default(),
            heard: RefCell::default(),
            trades,
            exports: exports?,
            errands: RefCell::default(),
            acknowledged: RefCell::default(),
            acting: RefCell::default(),
            outage: RefCell::default(),
            wrong: RefCell::default(),
            tally: Cell::default(),
            inspector: RefCell::default(),
            generation: Cell::default(),
            trace: RefCell::default(),
        });
        faults::surround(Some(simulation.clone()));
        simulation.prepare(&mut dice)?;
        Ok(simulation)
    }

    fn prepare(&self, dice: &mut Dice) -> Result<(), SimulationError> {
        let mut documents: Vec<_> = self.trades.iter().flat_map(Trade::documents).collect();
        for export in &self.exports {
            documents.extend(export.documents());
            documents.push(export.arrival_document());
            documents.push(export.departure_document());
        }
        self.post.borrow_mut().add(self.setting.cast, documents, dice)?;
        let (granted, now) = (self.scenario.granted, self.clock.now());
        self.setting.grant(&self.target(), granted, now)
    }

    /// Runs to the end.
    pub(crate) fn run(&self) -> Result<Outcome, SimulationError> {
        self.note(&format!("{:?}", self.scenario));
        self.weather.rages.set(true);
        let parcels = (self.trades.len() + self.exports.len()) as u64;
        for _ in 0..parcels * ACTS_A_PARCEL {
            self.step();
            self.recover()?;
            if !self.wrong.borrow().is_empty() {
                break;
            }
            if self.post.borrow().is_done() && self.throw(|dice| dice.one_in(100)) {
                break;
            }
        }
        self.weather.rages.set(false);
        self.end()?;
        let mut wrong = self.wrong.take();
        wrong.append(&mut self.heard.borrow_mut().wrong);
        let trace = self.trace.take();
        let mut tally = self.tally.get();
        tally.parcels = parcels;
        tally.letters = self.heard.borrow().read.values().map(|n| n.unsigned_abs()).sum();
        Ok(Outcome {
            seed: self.seed,
            violations: wrong.into_iter().collect(),
            digest: trace.digest(),
            trace: trace.into_text(),
            tally,
        })
    }

    /// Somebody does something.
    pub(crate) fn step(&self) {
        self.count(|tally| tally.acts += 1);
        self.clock.advance_millis(self.between(0, 25));
        if self.throw(|dice| dice.below(1_000)) < self.scenario.jumps {
            let back = self.scenario.goes_back && self.throw(|dice| dice.one_in(2));
            let millis = self.between(500, 4_500);
            self.clock.advance_millis(if back { -millis } else { millis });
            self.note(&format!("the clock jumps, back: {back}"));
        }
        match self.throw(|dice| dice.below(100)) {
            0..=19 => self.send(),
            20..=24 => self.listen(),
            25..=28 => self.see_to_a_case(),
            29..=32 => self.operate(),
            _ => self.work(),
        }
    }

    /// A client hands a message to some process.
    pub(crate) fn send(&self) {
        let Some(seat) = self.somebody() else { return };
        let next = self.throw(|dice| self.post.borrow().next(dice));
        if let Some(place) = next {
            self.hand_over(seat, place);
        }
    }

    pub(crate) fn hand_over(&self, seat: usize, place: usize) {
        let now = self.clock.now();
        let mut post = self.post.borrow_mut();
        let mut seats = self.seats.borrow_mut();
        let Some(process) = seats.get_mut(seat).and_then(|seat| seat.process.as_mut()) else {
            return;
        };
        let Some(posted) = post.messages.get_mut(place) else { return };
        if process.under_way.len() >= MOST_UNDER_WAY {
            return;
        }
        let bytes = posted.text.clone().into_bytes();
        let id = process.pipeline.next_id(Partition(sha256(&bytes)[0]), now);
        let (origin, sender) = ("simulation".to_owned(), None);
        let received = Received { id, at: now, origin, sender, way: Way::Party, bytes };
        let ticket = process.pipeline.submit(received);
        process.under_way.insert(ticket, Handed::Message(place, id));
        posted.times += 1;
        if posted.standing == Standing::Ready {
            posted.standing = Standing::Underway;
        }
        let line = format!("{} takes message {place} as {}", process.name, id.0);
        drop(seats);
        self.note(&line);
    }

    /// Whoever owns a mailbox reads what is new in it.
    pub(crate) fn listen(&self) {
        let Some(seat) = self.somebody() else { return };
        let mailboxes: Vec<DxpId> = self
            .setting
            .cast
            .actors()
            .iter()
            .filter_map(|actor| DxpId::parse(actor.mailbox()).ok())
            .collect();
        let mailbox = self.throw(|dice| dice.pick(&mailboxes).clone());
        self.listen_to(seat, &mailbox);
    }

    /// Gives whether there was something new.
    pub(crate) fn listen_to(&self, seat: usize, mailbox: &DxpId) -> bool {
        let after = self.heard.borrow().read.get(mailbox).copied().unwrap_or(0);
        let mut letters = Vec::new();
        self.with(seat, "reads", |process| {
            letters = process.mailboxes.letters(mailbox, Some(after), 50)?;
            Ok(format!("{} letters", letters.len()))
        });
        for letter in &letters {
            self.heard.borrow_mut().hear(mailbox, letter);
        }
        !letters.is_empty()
    }

    /// A process does what its threads do.
    fn work(&self) {
        let Some(seat) = self.somebody() else { return };
        let waiting = self.waiting_at(seat);
        let act = match self.throw(|dice| dice.below(100)) {
            0..=39 if waiting > 0 => {
                Act::Refine(usize::try_from(self.throw(|dice| dice.below(waiting))).unwrap_or(0))
            }
            0..=64 => Act::Write,
            65..=74 => Act::Beat,
            75..=86 => Act::Distribute,
            87..=91 => Act::List,
            92..=95 => Act::Log,
            _ => Act::SeeToWhatIsDue,
        };
        self.act(seat, act);
        if self.scenario.faults.stall && self.throw(|dice| dice.one_in(150)) {
            let until = self.clock.now().micros() + self.between(1_000, 30_000) * 1_000;
            if let Some(seat) = self.seats.borrow_mut().get_mut(seat) {
                seat.stalled_until = until;
            }
            self.note(&format!("seat {seat} stands still"));
        }
    }

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
            seat.is_acting = seat.process.is_some();
            seat.process.take()
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
            if let Some(seat) = self.seats.borrow_mut().get_mut(seat) {
                seat.is_acting = false;
            }
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
    fn operate(&self) {
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
        let generation = self.generation.get() + 1;
        self.generation.set(generation);
        let name = format!("p{seat}.{generation}");
        self.acting.borrow_mut().push(name.clone());
        let started = catch_unwind(AssertUnwindSafe(|| {
            Process::start(name.clone(), &self.setting, &self.target(), &self.clock)
        }));
        self.acting.borrow_mut().pop();
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

    pub(crate) fn target(&self) -> Target {
        Target::Sqlite(self.disk.path().to_owned())
    }

    /// A number out of the database, past the product.
    pub(crate) fn number(
        &self,
        sql: &str,
        with: impl rusqlite::types::ToSql + Copy,
    ) -> Result<i64, rusqlite::Error> {
        self.inspect(|connection| connection.query_row(sql, [with], |row| row.get(0)))
    }

    /// Looks into the database, past the product.
    pub(crate) fn inspect<T>(
        &self,
        look: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>,
    ) -> Result<T, rusqlite::Error> {
        let mut inspector = self.inspector.borrow_mut();
        match &*inspector {
            Some(connection) => look(connection),
            None => look(inspector.insert(Connection::open(self.disk.database())?)),
        }
    }

    pub(crate) fn note(&self, line: &str) {
        self.trace.borrow_mut().note(self.clock.now().micros(), line);
    }

    pub(crate) fn is_wrong(&self, what: String) {
        self.note(&format!("WRONG: {what}"));
        self.wrong.borrow_mut().insert(what);
    }

    pub(crate) fn throw<T>(&self, throw: impl FnOnce(&mut Dice) -> T) -> T {
        throw(&mut self.dice.borrow_mut())
    }

    pub(crate) fn between(&self, from: u64, to: u64) -> i64 {
        i64::try_from(self.throw(|dice| dice.between(from, to))).unwrap_or_default()
    }

    pub(crate) fn count(&self, count: impl FnOnce(&mut Tally)) {
        let mut tally = self.tally.get();
        count(&mut tally);
        self.tally.set(tally);
    }
}
