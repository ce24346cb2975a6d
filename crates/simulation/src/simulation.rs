//! Whose turn it is: one act of somebody after the other, as the seed has it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use rusqlite::Connection;
use tongguan_application::digest::sha256;
use tongguan_application::intake::{Received, Way};
use tongguan_application::ports::Clock;
use tongguan_domain::ids::{DxpId, MessageId};
use tongguan_domain::time::Moment;
use tongguan_storage::{Partition, faults};
use tongguan_testkit::exports::{Export, export};
use tongguan_testkit::traffic::Dice;

use crate::clock::SimulatedClock;
use crate::disk::{Disk, Image};
use crate::heard::Heard;
use crate::officers::Errands;
use crate::post::{Post, Standing};
use crate::process::{Act, Handed};
use crate::scenario::Scenario;
use crate::seats::Seat;
use crate::setting::Setting;
use crate::trace::Trace;
use crate::trade::{Trade, trades};
use crate::weather::Weather;
use crate::{Outcome, SimulationError, Tally};

/// Messages that one process has under way at most.
const MOST_UNDER_WAY: usize = 40;
/// Acts for each parcel, after which the faults end whatever was acknowledged.
const ACTS_A_PARCEL: u64 = 60;

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
    pub(crate) inspector: RefCell<Option<Connection>>,
    /// How many processes were started.
    pub(crate) started: Cell<u64>,
    pub(crate) trace: RefCell<Trace>,
}

impl Simulation {
    pub(crate) fn new(seed: u64) -> Result<Rc<Self>, SimulationError> {
        let scenario = Scenario::of(seed);
        let begin = match scenario.is_new_years_eve {
            true => "20261231235900",
            false => "20260302100000",
        };
        let begin = Moment::parse_wire(begin).unwrap_or(Moment::from_micros(0));
        let sent_at = begin.plus_millis(-60_000);
        let mut dice = Dice::new(seed, "trade", 0);
        let trades = trades(&scenario, sent_at, &mut dice)?;
        let exports: Result<Vec<_>, _> =
            (1..=scenario.exports).map(|n| export(n, sent_at)).collect();
        let simulation = Rc::new(Self {
            seed,
            scenario,
            setting: Setting::of(seed, &scenario)?,
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
            started: Cell::default(),
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
        self.post.borrow_mut().put_half(dice);
        let (granted, now) = (self.scenario.granted, self.clock.now());
        self.setting.add_webhook(&self.target(), now)?;
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
            87..=90 => Act::List,
            91..=93 => Act::Log,
            94..=96 => Act::Push,
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
}
