//! What goes wrong, and when: at any statement, before and after any commit, and while somebody waits.

use std::cell::{Cell, RefCell};
use std::panic::resume_unwind;

use tongguan_storage::faults::{Fault, Point, Surroundings};
use tongguan_testkit::traffic::Dice;

use crate::scenario::Scenario;
use crate::simulation::Simulation;
use crate::trade::ANNUAL_LIMIT;

/// What a process unwinds with that dies. Nothing in the product catches it: it does not know of it.
pub(crate) struct Died;

/// How deep acts may stand in one another while those before them wait.
const DEEPEST: usize = 3;

/// What goes wrong, and when.
pub(crate) struct Weather {
    /// Whether anything does.
    pub(crate) rages: Cell<bool>,
    /// Whether the disk is full.
    pub(crate) is_full: Cell<bool>,
    dice: RefCell<Dice>,
    /// How many statements and commits there are until the next fault.
    statements: Cell<u64>,
    commits: Cell<u64>,
    after: Cell<Option<After>>,
    /// The log as it was before the commit that is to be torn.
    before: RefCell<Vec<u8>>,
    /// Whether the transaction has written messages: then it is a batch.
    is_batch: Cell<bool>,
}

/// What happens when a commit is through and nobody knows it yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum After {
    Unanswered,
    Death,
    Torn,
    Slow,
}

/// A fault of a kind that a scenario may know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mishap {
    Fault(Fault),
    Death,
    Outage,
    After(After),
}

impl Weather {
    pub(crate) fn new(seed: u64, scenario: &Scenario) -> Self {
        let mut dice = Dice::new(seed, "weather", 0);
        Self {
            rages: Cell::new(false),
            is_full: Cell::new(false),
            statements: Cell::new(until(scenario.statements_a_fault, &mut dice)),
            commits: Cell::new(until(scenario.commits_a_fault, &mut dice)),
            after: Cell::default(),
            before: RefCell::default(),
            is_batch: Cell::default(),
            dice: RefCell::new(dice),
        }
    }

    fn is_due(&self, left: &Cell<u64>, on_average: u64) -> bool {
        match left.get() {
            0 => {
                left.set(until(on_average, &mut self.dice.borrow_mut()));
                true
            }
            more => {
                left.set(more - 1);
                false
            }
        }
    }
}

fn until(on_average: u64, dice: &mut Dice) -> u64 {
    dice.between(1, 2 * on_average)
}

impl Surroundings for Simulation {
    fn at(&self, point: Point<'_>) -> Option<Fault> {
        if self.outage.borrow().is_some() {
            die();
        }
        match point {
            Point::Begin => {
                self.weather.is_batch.set(false);
                self.weather.after.set(None);
                self.at_statement("BEGIN")
            }
            Point::Statement(text) => {
                if text.starts_with("INSERT INTO message ") {
                    self.weather.is_batch.set(true);
                }
                self.at_statement(text)
            }
            Point::Commit => self.before_commit(),
            Point::Committed => self.after_commit(),
            Point::Pause(pause) => {
                self.clock.advance_millis(i64::try_from(pause.as_millis()).unwrap_or_default());
                self.meanwhile();
                None
            }
        }
    }

    fn shares_file(&self) -> bool {
        self.scenario.is_shared
    }
}

impl Simulation {
    fn at_statement(&self, text: &str) -> Option<Fault> {
        if !self.weather.rages.get() {
            return None;
        }
        let changes = ["INSERT", "UPDATE", "DELETE"].iter().any(|word| text.starts_with(word));
        if changes && self.weather.is_full.get() {
            return Some(Fault::Full);
        }
        if !self.weather.is_due(&self.weather.statements, self.scenario.statements_a_fault) {
            return None;
        }
        let word = text.split(' ').next().unwrap_or_default();
        match self.mishap(false)? {
            Mishap::Fault(fault) => self.meets(fault, word),
            Mishap::Death => self.dies(word),
            Mishap::Outage | Mishap::After(_) => self.loses_power(word),
        }
    }

    fn before_commit(&self) -> Option<Fault> {
        if !self.weather.rages.get()
            || !self.weather.is_due(&self.weather.commits, self.scenario.commits_a_fault)
        {
            return None;
        }
        match self.mishap(true)? {
            Mishap::Fault(fault) => self.meets(fault, "COMMIT"),
            Mishap::Death => self.dies("COMMIT"),
            Mishap::Outage => self.loses_power("COMMIT"),
            Mishap::After(after) => {
                if after == After::Torn {
                    *self.weather.before.borrow_mut() = self.disk.log();
                }
                self.weather.after.set(Some(after));
                None
            }
        }
    }

    fn after_commit(&self) -> Option<Fault> {
        self.check_batch();
        match self.weather.after.take()? {
            After::Unanswered => self.meets(Fault::Disk, "after COMMIT"),
            After::Death => self.dies("after COMMIT"),
            After::Torn => {
                let before = self.weather.before.take();
                let torn = self.disk.torn(&before, &mut self.weather.dice.borrow_mut());
                *self.outage.borrow_mut() = Some(torn);
                self.note("the power goes in a commit");
                self.count(|tally| tally.outages += 1);
                die()
            }
            After::Slow => {
                self.note("the commit takes long");
                self.clock.advance_millis(self.between(100, 12_000));
                self.meanwhile();
                None
            }
        }
    }

    /// A batch is written by a process whose place stands, and brings no buyer beyond the limit.
    fn check_batch(&self) {
        let Some(name) = self.acting.borrow().last().cloned() else { return };
        let sql = "SELECT COUNT(*) FROM process WHERE name = ?1";
        if !self.weather.is_batch.get() {
            return;
        }
        if self.number(sql, name.as_str()) == Ok(0) {
            self.is_wrong(format!("{name} wrote a batch although it had no place"));
        }
        let sql = "SELECT COUNT(*) FROM allowance WHERE used + reserved > ?1";
        if self.number(sql, ANNUAL_LIMIT).is_ok_and(|beyond| beyond > 0) {
            self.is_wrong("a buyer is beyond the limit of the year".to_owned());
        }
    }

    /// What others do while one waits.
    fn meanwhile(&self) {
        if self.weather.rages.get() && self.acting.borrow().len() < DEEPEST {
            for _ in 0..self.between(0, 6) {
                self.step();
                if self.outage.borrow().is_some() {
                    die();
                }
            }
        }
    }

    fn mishap(&self, at_commit: bool) -> Option<Mishap> {
        let known = self.scenario.faults;
        let always = |is_known: bool, mishap| (is_known, mishap);
        let commit = |is_known: bool, after| (at_commit && is_known, Mishap::After(after));
        let all = [
            always(known.busy, Mishap::Fault(Fault::Busy)),
            always(known.full, Mishap::Fault(Fault::Full)),
            always(known.disk, Mishap::Fault(Fault::Disk)),
            always(known.death, Mishap::Death),
            always(known.outage, Mishap::Outage),
            commit(known.disk, After::Unanswered),
            commit(known.death, After::Death),
            commit(known.outage, After::Torn),
            commit(known.slow, After::Slow),
            commit(known.slow, After::Slow),
        ];
        let all: Vec<_> = all.into_iter().filter(|it| it.0).map(|(_, mishap)| mishap).collect();
        if all.is_empty() { None } else { Some(*self.weather.dice.borrow_mut().pick(&all)) }
    }

    fn meets(&self, fault: Fault, at: &str) -> Option<Fault> {
        self.note(&format!("{fault:?} at {at}"));
        self.count(|tally| tally.faults += 1);
        if fault == Fault::Full {
            self.weather.is_full.set(true);
        }
        Some(fault)
    }

    fn dies(&self, at: &str) -> ! {
        self.note(&format!("death at {at}"));
        die()
    }

    fn loses_power(&self, at: &str) -> ! {
        self.note(&format!("the power goes at {at}"));
        *self.outage.borrow_mut() = Some(self.disk.image());
        self.count(|tally| tally.outages += 1);
        die()
    }
}

fn die() -> ! {
    resume_unwind(Box::new(Died))
}
