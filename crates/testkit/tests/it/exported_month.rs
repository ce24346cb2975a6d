//! A made-up month of exports, sent as messages and consolidated: nothing is lost, nothing is doubled.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use tongguan_application::clearing::consolidation::FormalRecord;
use tongguan_application::consolidation::{Done, summarize};
use tongguan_application::ports::Clock;
use tongguan_domain::registry::Registry;
use tongguan_testkit::exported_month::{ExportedMonth, Fate, Ledger, Parcel, Round};
use tongguan_testkit::world::{Beginning, World};

use crate::support::{On, law_with, on_both_engines};

on_both_engines! {
    ten_months_are_conserved_to_the_last_gram_and_fen,
    a_month_that_is_stopped_after_every_portion_is_the_same,
    a_month_is_summed_up_for_the_statistics,
}

/// So few lines that a small month has forms that are full, and lists in several of them.
const LINES: &str = "id,parameter,value,valid_from,source\nCN-FORMAL-LINES,formal-declaration-lines,6,2018-08-01,test";

fn made_up(seed: u64) -> ExportedMonth {
    ExportedMonth { seed, merchants: 3, declarations: 72 }
}

fn world_of(on: impl Fn(Beginning) -> Beginning, month: &ExportedMonth) -> World {
    let mut beginning = month.beginning().unwrap();
    beginning.settings.law = law_with(LINES);
    World::with(on(beginning))
}

fn cleared(world: &mut World, month: &ExportedMonth) -> Ledger {
    let ledger = right(month.clear(world, &mut |_| ()));
    right(ledger.check_answers());
    ledger
}

/// What a check gives; where it finds something wrong, the test ends with merchant, list and line.
fn right<T, E: std::fmt::Display>(checked: Result<T, E>) -> T {
    checked.unwrap_or_else(|wrong| panic!("{wrong}"))
}

fn is_meant(parcel: &Parcel) -> bool {
    parcel.fate.is_consolidated()
}

/// A month that was cleared and consolidated.
struct Month {
    world: World,
    ledger: Ledger,
    round: Round,
    forms: Vec<FormalRecord>,
}

fn consolidated(on: impl Fn(Beginning) -> Beginning, month: &ExportedMonth) -> Month {
    let mut world = world_of(on, month);
    let mut ledger = cleared(&mut world, month);
    let round = right(month.consolidate(&mut world, &mut ledger));
    let forms = world.formal_declarations();
    Month { world, ledger, round, forms }
}

fn ten_months_are_conserved_to_the_last_gram_and_fen(on: On) {
    let (mut fates, mut shared, mut left_out) = (BTreeMap::<Fate, u64>::new(), 0, 0);
    for seed in 1..=10 {
        let month = made_up(seed);
        let Month { mut world, mut ledger, round, forms } = consolidated(on, &month);
        right(ledger.check_answers());
        right(ledger.check_left_out(&round.named));
        let figures = right(ledger.check(&forms, &round.results, &|it| round.is_due(it)));
        assert!(figures.form_lines < figures.lines && figures.longest_form == 6, "{figures:?}");

        world.restart();
        assert_eq!(world.consolidate().0, Done::default(), "nothing new");
        assert_eq!(world.formal_declarations(), forms);

        left_out += round.done.left_out;
        let next = month.consolidate_next(&mut world, &mut ledger);
        let all: Vec<_> = round.results.into_iter().chain(next.results).collect();
        let figures = right(ledger.check(&world.formal_declarations(), &all, &is_meant));
        shared += figures.shared;
        ledger.fates.iter().for_each(|(fate, count)| *fates.entry(*fate).or_default() += count);
    }
    assert!(Fate::ALL.iter().all(|fate| fates.contains_key(fate)), "{fates:?}");
    assert!(shared > 10 && left_out > 10, "{shared} {left_out}");
}

fn a_month_that_is_stopped_after_every_portion_is_the_same(on: On) {
    let month = made_up(11);
    let mut world = world_of(on, &month);
    let mut ledger = cleared(&mut world, &month);
    let round = right(month.consolidate_in_portions_of(7, &mut world, &mut ledger));
    assert!(round.portions > 8, "{}", round.portions);
    right(ledger.check_answers());
    right(ledger.check_left_out(&round.named));
    right(ledger.check(&world.formal_declarations(), &round.results, &|it| round.is_due(it)));
}

#[test]
fn the_same_seed_gives_the_same_answers_and_forms() {
    let run = |seed| {
        let Month { ledger, forms, .. } = consolidated(|beginning| beginning, &made_up(seed));
        (ledger.answers(), forms)
    };
    let first = run(1);
    assert_eq!(run(1), first);
    let other = run(2);
    assert!(other.0 != first.0 && other.1 != first.1);
}

#[test]
fn whatever_is_lost_or_doubled_is_found_out_and_named() {
    let month = made_up(1);
    let Month { world: _world, ledger, round, forms } = consolidated(|it| it, &month);
    let told = |forms: &[FormalRecord], round: &Round| {
        let checked = ledger.check(forms, &round.results, &|it| round.is_due(it));
        checked.unwrap_err().to_string()
    };
    let first = &forms[0].form.lines[0].sources[0];
    let list = format!("merchant {}, list {}", forms[0].merchant.code, first.declaration);
    let line = format!("{list}, line {}", first.line);
    let (gram, fen) = (Decimal::new(1, 5), Decimal::new(1, 2));
    for (what, spoil) in [
        (
            "declared quantity",
            (|it, _, _| it.form.lines[0].declared.quantity += Decimal::ONE) as Spoil,
        ),
        ("first quantity", |it, gram, _| it.form.lines[0].statutory.quantity -= gram),
        ("value", |it, _, fen| {
            let value = &mut it.form.lines[0].value;
            *value = tongguan_domain::money::Amount::new(value.value() + fen);
        }),
        ("币制", |it, _, _| it.form.lines[0].goods.currency = "116".into()),
        ("运输方式", |it, _, _| it.form.head.transport_mode = "9".into()),
        ("its source", |it, _, _| drop(it.form.lines[0].sources.remove(0))),
    ] {
        let mut spoilt = forms.clone();
        spoil(&mut spoilt[0], gram, fen);
        let wrong = told(&spoilt, &round);
        assert!(wrong.starts_with(&format!("{line}: {what}")), "{what}: {wrong}");
    }
    let mut lighter = forms.clone();
    lighter[0].form.net_weight_kg -= gram;
    let wrong = told(&lighter, &round);
    assert!(wrong.starts_with("merchant 33019E") && wrong.contains(": net mass"), "{wrong}");
    let missing = told(&forms[1..], &round);
    assert!(missing.contains("its formal line: expected one that exists"), "{missing}");
}

/// Spoils a form by ten milligrams or a fen.
type Spoil = fn(&mut FormalRecord, Decimal, Decimal);

fn a_month_is_summed_up_for_the_statistics(on: On) {
    let month = made_up(1);
    let mut world = world_of(on, &month);
    let ledger = cleared(&mut world, &month);
    let registry = Registry::new(month.beginning().unwrap().parties, []);
    let sum_up = || {
        let now = world.clock.now();
        let month = ExportedMonth::month();
        summarize(&world.store, &registry, month, None, now, &mut |_| ()).unwrap()
    };
    let all = sum_up();
    let count: u64 = all.iter().map(|one| one.summary.declarations).sum();
    let expected = right(ledger.simplified());
    assert!(0 < count && count == expected.declarations, "{count} {expected:?}");
    let masses = all.iter().fold([Decimal::ZERO; 2], |[gross, net], one| {
        [gross + one.summary.gross_weight_kg, net + one.summary.net_weight_kg]
    });
    assert_eq!(masses, expected.masses);
    for one in &all {
        let summary = &one.summary;
        assert!(summary.groups.keys().all(|key| key.chapter.len() == 2), "{summary:?}");
    }
    assert_eq!(sum_up(), all, "the same once more");
}
