//! A handful of seeds; `cargo xtask simulate` runs as many as one likes.

use std::ops::Range;

use tongguan_simulation::{Outcome, simulate};

fn outcome(seed: u64) -> Outcome {
    simulate(seed).unwrap_or_else(|error| panic!("seed {seed}: {error}"))
}

fn everything_holds(seeds: Range<u64>) {
    let mut faults = 0;
    for seed in seeds {
        let outcome = outcome(seed);
        assert_eq!(outcome.violations, [""; 0], "cargo xtask simulate --seed {seed} --trace");
        assert!(outcome.tally.letters > outcome.tally.parcels, "{:?}", outcome.tally);
        faults += outcome.tally.faults + outcome.tally.deaths + outcome.tally.outages;
    }
    assert!(faults > 100, "the weather was too good: {faults}");
}

#[test]
fn the_same_seed_leaves_the_same_trace() {
    for seed in [1, 7] {
        let (once, again) = (outcome(seed), outcome(seed));
        assert_eq!(once.trace, again.trace);
        assert_eq!(once.digest, again.digest);
    }
    assert_ne!(outcome(1).digest, outcome(7).digest);
}

#[test]
fn everything_holds_under_every_fault() {
    everything_holds(0..20);
}

#[test]
fn everything_holds_under_every_other_fault() {
    everything_holds(20..40);
}
