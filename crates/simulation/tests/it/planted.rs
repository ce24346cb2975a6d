//! The simulation can fail: it finds every bug that is planted.

use tongguan_simulation::found;
use tongguan_storage::planted::Bug;

#[test]
fn every_planted_bug_is_found_within_a_hundred_seeds() {
    for (name, bug) in Bug::NAMED {
        let seed = found(bug, 0..100).map(|(seed, _)| seed);
        assert!(seed.is_some(), "{name}: cargo xtask simulate --planted {name}");
    }
}
