//! A deterministic simulation of the whole product: clients, officers, processes, the disk and the clock, all on one
//! thread and all from one seed.
//!
//! The code that runs is the product's own, on SQLite. What is simulated are its surroundings: which thread's step
//! comes next, what time it is, and what the disk and the machine do to it. What must hold is checked by a model of
//! what was acknowledged and by plain SQL, not by asking the product.
//!
//! | module | what it holds |
//! |---|---|
//! | `scenario` | what a seed chooses |
//! | `setting` | what stands still: registry, law, keys |
//! | `trade`, `post`, `heard` | what the parties want, send and hear |
//! | `simulation` | whose turn it is |
//! | `seats` | where processes run, die and are started anew |
//! | `weather` | what goes wrong, and when |
//! | `receiver` | whom letters are pushed to |
//! | `process` | one process of the product, step by step |
//! | `disk`, `clock` | what it stands on |
//! | `inspector`, `trace` | how it is looked into, and what is noted |
//! | `officers` | who decides |
//! | `ending` | the end of all faults, after which everything must come to its end |
//! | `checks`, `balances`, `log` | what must hold |
//!
//! See `docs/operations/simulation.md` and [decision 48](../../../docs/decisions/0048-simulation.md).

mod balances;
mod checks;
mod clock;
mod command;
mod disk;
mod ending;
mod heard;
mod inspector;
mod log;
mod officers;
mod post;
mod process;
mod receiver;
mod scenario;
mod seats;
mod setting;
mod simulation;
mod trace;
mod trade;
mod weather;

use tongguan_storage::faults;

pub use command::command;

/// What came of one seed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The seed.
    pub seed: u64,
    /// What did not hold; nothing where all is well.
    pub violations: Vec<String>,
    /// SHA-256 of the trace: the same for the same seed.
    pub digest: String,
    /// What happened, line by line.
    pub trace: String,
    /// How much of everything there was.
    pub tally: Tally,
}

/// How much of everything there was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Parcels that were declared.
    pub parcels: u64,
    /// Messages that were acknowledged.
    pub acknowledged: u64,
    /// Letters that were read.
    pub letters: u64,
    /// Acts of anybody.
    pub acts: u64,
    /// Faults that were brought about.
    pub faults: u64,
    /// Deaths of processes, also by loss of power.
    pub deaths: u64,
    /// How often the power went.
    pub outages: u64,
}

impl Tally {
    fn add(&mut self, other: Self) {
        let Self { parcels, acknowledged, letters, acts, faults, deaths, outages } = other;
        self.parcels += parcels;
        self.acknowledged += acknowledged;
        self.letters += letters;
        self.acts += acts;
        self.faults += faults;
        self.deaths += deaths;
        self.outages += outages;
    }
}

/// A simulation could not be set up, or its own means failed it: nothing is said about the product.
#[derive(Debug, thiserror::Error)]
pub enum SimulationError {
    /// The disk of this machine.
    #[error("the simulated disk could not be used")]
    Disk(#[from] std::io::Error),
    /// The database could not be opened.
    #[error("the database could not be opened")]
    Open(#[from] tongguan_storage::OpenError),
    /// The database could not be used.
    #[error(transparent)]
    Storage(#[from] tongguan_storage::StorageError),
    /// The database could not be looked into.
    #[error("the database could not be looked into")]
    Sql(#[from] rusqlite::Error),
    /// The enterprises could not be made up.
    #[error("the enterprises could not be made up")]
    Cast(#[from] tongguan_testkit::cast::CastError),
    /// A message could not be made up.
    #[error("a message could not be made up")]
    Message(#[from] tongguan_testkit::parcels::MessageError),
    /// The webhook could not be added.
    #[error("the webhook could not be added")]
    Webhook(#[from] tongguan_application::webhooks::WebhookError),
    /// A number is none.
    #[error("a number could not be made up")]
    Id(#[from] tongguan_domain::ids::IdError),
}

/// Simulates what follows from a seed.
///
/// # Errors
/// [`SimulationError`]; what the product does wrong is no error but a violation.
pub fn simulate(seed: u64) -> Result<Outcome, SimulationError> {
    let simulation = simulation::Simulation::new(seed)?;
    let outcome = simulation.run();
    faults::surround(None);
    outcome
}

/// Plants a bug and simulates until it is found; gives the seed, and the first thing that did not hold.
#[cfg(feature = "planted")]
pub fn found(
    bug: tongguan_storage::planted::Bug,
    seeds: std::ops::Range<u64>,
) -> Option<(u64, String)> {
    tongguan_storage::planted::plant(Some(bug));
    let found = seeds.into_iter().find_map(|seed| {
        let outcome = simulate(seed).ok()?;
        Some((seed, outcome.violations.into_iter().next()?))
    });
    tongguan_storage::planted::plant(None);
    found
}
