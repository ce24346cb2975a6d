//! What a seed chooses: how much is declared, by how many processes, and what goes wrong how often.

use tongguan_testkit::traffic::Dice;

/// What a seed chooses before anything happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scenario {
    /// Imported parcels.
    pub(crate) imports: u64,
    /// Exported parcels.
    pub(crate) exports: u64,
    /// How many share their buyers, of whom each reaches the limit of the year.
    pub(crate) regulars: u64,
    /// Processes on the one database.
    pub(crate) processes: usize,
    /// Whether they are as several on a server; otherwise the file is one process's.
    pub(crate) is_shared: bool,
    /// What the guarantee covers at first, in fen.
    pub(crate) granted: i64,
    /// Of 10,000 declarations, how many are reviewed.
    pub(crate) yellow_per_10_000: u16,
    /// Of 10,000 declarations, how many are examined.
    pub(crate) red_per_10_000: u16,
    /// On average one of so many statements meets a fault; none where it is 0.
    pub(crate) statements_a_fault: u64,
    /// The same of commits.
    pub(crate) commits_a_fault: u64,
    /// Which faults there are.
    pub(crate) faults: Faults,
    /// Of 100 acts, in how many the clock jumps.
    pub(crate) jumps: u64,
    /// Whether the clock also goes back.
    pub(crate) goes_back: bool,
    /// Whether it is a minute before the new year, and thereby a new month and a new allowance.
    pub(crate) is_new_years_eve: bool,
}

/// Which faults a scenario knows: with few of them others are reached that many would hide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Faults {
    /// The database is busy.
    pub(crate) busy: bool,
    /// The disk is full, until somebody frees it.
    pub(crate) full: bool,
    /// The disk fails; a commit ends without an answer.
    pub(crate) disk: bool,
    /// A process dies.
    pub(crate) death: bool,
    /// The machine loses its power, in a commit with a part of what was written.
    pub(crate) outage: bool,
    /// A commit takes long, so that leases end and others act before its process hears of it.
    pub(crate) slow: bool,
    /// A process stands still for longer than its lease.
    pub(crate) stall: bool,
}

impl Scenario {
    pub(crate) fn of(seed: u64) -> Self {
        let mut dice = Dice::new(seed, "scenario", 0);
        let is_shared = dice.one_in(2);
        let calm = dice.one_in(20);
        let mut some = |calm_too: bool| (calm_too || !calm) && !dice.one_in(3);
        let faults = Faults {
            busy: some(false),
            full: some(false),
            disk: some(false),
            death: some(false),
            outage: some(false),
            slow: some(true),
            stall: some(true),
        };
        let pick = |dice: &mut Dice, choices: &[u64]| *dice.pick(choices);
        Self {
            imports: dice.between(20, 60),
            exports: dice.below(12),
            regulars: dice.below(3),
            processes: if is_shared { *dice.pick(&[2, 2, 3]) } else { 1 },
            is_shared,
            granted: *dice.pick(&[100_000_000, 100_000_000, 200_000]),
            yellow_per_10_000: *dice.pick(&[0, 1_500, 4_000]),
            red_per_10_000: *dice.pick(&[0, 500]),
            statements_a_fault: pick(&mut dice, &[400, 1_500, 6_000]),
            commits_a_fault: pick(&mut dice, &[8, 25, 80]),
            faults,
            jumps: pick(&mut dice, &[0, 2, 6]),
            goes_back: dice.one_in(2),
            is_new_years_eve: dice.one_in(4),
        }
    }
}
