//! Every law holds for what the fuzz targets begin with.

use tongguan_fuzz::memory;
use tongguan_fuzz::seeds::TARGETS;

#[test]
fn every_law_holds_for_every_seed() {
    for target in TARGETS {
        let seeds = (target.seeds)();
        assert!(seeds.len() > 5, "{} has {} seeds", target.name, seeds.len());
        for seed in seeds {
            (target.check)(&seed);
        }
    }
}

#[test]
fn memory_that_grows_with_the_square_is_noticed() {
    let grow = |length: usize| {
        std::panic::catch_unwind(|| {
            memory::bounded(length, || {
                let mut text = String::new();
                for _ in 0..length / 10 {
                    text = format!("{text}0123456789");
                }
            });
        })
    };
    assert!(grow(1_000).is_ok());
    assert!(grow(200_000).is_err());
}
