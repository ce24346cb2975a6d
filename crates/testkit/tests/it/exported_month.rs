//! A made-up month of exports, consolidated: nothing is lost, nothing is doubled.

use tongguan_application::consolidation::{Done, Plan, summarize};
use tongguan_application::ports::Clock;
use tongguan_domain::month::Month;
use tongguan_domain::registry::Registry;
use tongguan_testkit::consolidation::results;
use tongguan_testkit::exported_month::{ExportedMonth, Fate, Ledger, Planted};
use tongguan_testkit::world::{Beginning, World};

use crate::support::{On, on_both_engines};

on_both_engines! {
    a_month_is_conserved_to_the_last_gram_and_fen,
    a_month_that_is_stopped_after_every_portion_is_the_same,
    a_month_is_summed_up_for_the_statistics,
}

fn month() -> Month {
    Month::parse("2026-02").unwrap()
}

fn made_up(seed: u64) -> ExportedMonth {
    ExportedMonth { seed, month: month(), merchants: 3, declarations: 300 }
}

fn world_of(on: On, month: &ExportedMonth) -> (World, Planted) {
    let parties = month.parties().unwrap();
    let world = World::with(on(Beginning { parties, ..Beginning::unsigned() }));
    let planted = month.plant(&world.store, &mut |_| ()).unwrap();
    (world, planted)
}

fn plan() -> Plan {
    Plan { month: month(), office: None, merchant: None }
}

fn a_month_is_conserved_to_the_last_gram_and_fen(on: On) {
    for seed in 1..=10 {
        let (mut world, planted) = world_of(on, &made_up(seed));
        assert_eq!(world.open_requests(plan()), 3);
        let (done, sent) = world.consolidate();
        assert_eq!((done.requests, done.left_out), (3, 0));
        assert_eq!(done.declarations, planted.fates[&Fate::Closed], "seed {seed}");
        let (ledger, figures) = Ledger::of(&world.store).unwrap();
        assert_eq!(planted.ledger.agrees_with(&ledger), Ok(()), "seed {seed}");
        let told = results(&sent.messages);
        let mut told: Vec<_> = told
            .iter()
            .flat_map(|result| &result.lines)
            .map(|line| (line.declaration_no.as_str(), line.number))
            .collect();
        told.sort_unstable();
        assert!(planted.ledger.lines().eq(told), "each line is told once, seed {seed}");
        assert!(figures.forms > 3 && figures.longest_form <= 50, "{figures:?}");

        assert_eq!(world.open_requests(plan()), 0, "nothing new");
        world.restart();
        assert_eq!(world.consolidate().0, Done::default());
        assert_eq!(Ledger::of(&world.store).unwrap(), (ledger, figures));
    }
}

fn a_month_that_is_stopped_after_every_portion_is_the_same(on: On) {
    let (mut world, planted) = world_of(on, &made_up(1));
    world.open_requests(plan());
    let (mut portions, mut declarations) = (0, 0);
    while let Some(done) = world.consolidate_portion(37) {
        portions += 1;
        declarations += done.declarations;
        assert!(done.declarations <= 37);
    }
    assert_eq!(declarations, planted.fates[&Fate::Closed]);
    assert!(portions > 6, "{portions}");
    let (ledger, _) = Ledger::of(&world.store).unwrap();
    assert_eq!(planted.ledger.agrees_with(&ledger), Ok(()));
}

#[test]
fn the_same_seed_makes_the_same_forms() {
    let forms = |seed| {
        let (mut world, _) = world_of(|beginning| beginning, &made_up(seed));
        world.open_requests(plan());
        world.consolidate();
        let forms = world.formal_declarations();
        forms.into_iter().map(|formal| (formal.number, formal.form)).collect::<Vec<_>>()
    };
    let first = forms(1);
    assert_eq!(first, forms(1));
    assert_ne!(first, forms(2));
}

#[test]
fn a_ledger_that_lacks_a_line_is_found_out() {
    let (mut world, planted) = world_of(|beginning| beginning, &made_up(1));
    let nothing = Ledger::of(&world.store).unwrap().0;
    let wrong = planted.ledger.agrees_with(&nothing).unwrap_err();
    assert!(wrong.to_string().starts_with("lines: "), "{wrong}");
    world.open_requests(plan());
    world.consolidate();
    let all = Ledger::of(&world.store).unwrap().0;
    assert!(nothing.agrees_with(&all).is_err());
}

fn a_month_is_summed_up_for_the_statistics(on: On) {
    let (world, planted) = world_of(on, &made_up(1));
    let registry = Registry::new(made_up(1).parties().unwrap(), []);
    let sum_up = || {
        let now = world.clock.now();
        summarize(&world.store, &registry, month(), None, now, &mut |_| ()).unwrap()
    };
    let all = sum_up();
    let count: u64 = all.iter().map(|one| one.summary.declarations).sum();
    assert_eq!(count, planted.fates[&Fate::Simplified]);
    for one in &all {
        let summary = &one.summary;
        assert!(summary.groups.keys().all(|key| key.chapter.len() == 2), "{summary:?}");
        assert!(summary.gross_weight_kg > summary.net_weight_kg);
    }
    assert_eq!(sum_up(), all, "the same once more");
}
