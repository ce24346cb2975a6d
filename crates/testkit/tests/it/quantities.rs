//! What the positive list admits of some goods for a person and year: reserved, used, given back, and
//! never exceeded.

use proptest::prelude::*;
use proptest::test_runner::Config;
use tongguan_application::clearing::incoming::Incoming;
use tongguan_application::clearing::settings::{OfficeSettings, Settings};
use tongguan_codelists::AllowanceYear;
use tongguan_domain::commerce::Action;
use tongguan_domain::declaration::Ruling;
use tongguan_domain::lane::Selectivity;
use tongguan_domain::quantity::Measure;
use tongguan_domain::time::Moment;
use tongguan_testkit::parcels::{Document, Parcel};
use tongguan_testkit::world::{Beginning, World};

use crate::support::*;

on_both_engines! {
    the_limit_exactly_reached_is_accepted_and_a_gram_more_is_refused_with_what_was_taken,
    parcels_of_one_buyer_in_one_batch_are_judged_one_after_the_other,
    it_is_reserved_at_lodging_and_used_at_release,
    what_only_waits_counts_too_and_a_deletion_gives_it_back,
    a_refusal_and_the_end_of_waiting_give_it_back,
    a_change_takes_what_it_says_and_not_what_was_said_before,
    a_ruling_that_ends_a_declaration_gives_it_back,
    what_is_only_stored_takes_nothing_until_it_is_declared,
    the_next_year_is_free,
    a_release_that_the_new_year_has_no_room_for_is_refused,
    an_office_may_count_for_the_year_of_lodging,
    another_buyer_and_another_line_have_accounts_of_their_own,
    other_goods_have_no_row,
}

fn unsigned(on: On) -> World {
    World::with(on(Beginning::unsigned()))
}

/// Grams of sugar that the buyer of a parcel has reserved and used in a year.
fn taken(world: &World, parcel: &Parcel, year: i16) -> (i64, i64) {
    taken_of(world, parcel, "17019910", year)
}

fn taken_of(world: &World, parcel: &Parcel, line: &str, year: i16) -> (i64, i64) {
    let declaration = world.declaration(parcel).unwrap();
    let account = world.quantity(&declaration, line.parse().unwrap(), Measure::Mass, year);
    let grams = |trillionths| trillionths / 1_000_000_000;
    (grams(account.reserved.trillionths()), grams(account.used.trillionths()))
}

fn status(world: &World, parcel: &Parcel) -> i32 {
    world.declaration(parcel).unwrap().state.status().number()
}

fn all(parcels: &[Parcel]) -> Vec<Document> {
    parcels.iter().flat_map(Parcel::documents).collect()
}

fn the_limit_exactly_reached_is_accepted_and_a_gram_more_is_refused_with_what_was_taken(on: On) {
    let [whole, gram] = [sugar(1, 1, 2000), sugar(2, 1, 1)];
    let mut world = unsigned(on);
    world.send(&whole.documents());
    assert_eq!((status(&world, &whole), taken(&world, &whole, 2026)), (800, (0, 2000)));
    let sent = world.send(&gram.documents());
    assert_eq!(sent.statuses(&gram.lodging()), [100]);
    let text = "税号17019910商品数量0.001千克超过清单规定的每人每年2千克，2026年已计入2千克";
    assert_eq!(sent.last_text(&gram.lodging()), text);
    assert_eq!(taken(&world, &whole, 2026), (0, 2000));
    let alone = sugar(3, 3, 2001);
    let sent = world.send(&alone.documents());
    assert_eq!(sent.last_text(&alone.lodging()), "商品数量2.001千克超过清单规定的每人每年2千克");
}

fn parcels_of_one_buyer_in_one_batch_are_judged_one_after_the_other(on: On) {
    let parcels = [sugar(1, 1, 1500), sugar(2, 1, 501), sugar(3, 1, 500), sugar(4, 1, 1)];
    let mut world = unsigned(on);
    let sent = world.send(&all(&parcels));
    let statuses = parcels.each_ref().map(|parcel| status(&world, parcel));
    assert_eq!(statuses, [800, 100, 800, 100]);
    assert_eq!(taken(&world, &parcels[0], 2026), (0, 2000));
    let told = |n: usize| sent.last_text(&parcels[n].lodging());
    assert!(told(1).ends_with("2026年已计入1.5千克"), "{}", told(1));
    assert!(told(3).ends_with("2026年已计入2千克"), "{}", told(3));
}

fn it_is_reserved_at_lodging_and_used_at_release(on: On) {
    let parcel = sugar(1, 1, 700);
    let [order, payment, waybill, declaration] = parcel.documents();
    let mut world = unsigned(on);
    world.send([&declaration]);
    assert_eq!(taken(&world, &parcel, 2026), (700, 0));
    world.restart();
    world.send([&order, &payment]);
    assert_eq!(taken(&world, &parcel, 2026), (700, 0));
    world.send([&waybill]);
    assert_eq!(taken(&world, &parcel, 2026), (0, 700));
    world.send([&parcel.delivery_document()]);
    assert_eq!((status(&world, &parcel), taken(&world, &parcel, 2026)), (899, (0, 700)));
}

fn what_only_waits_counts_too_and_a_deletion_gives_it_back(on: On) {
    let [waiting, next] = [sugar(1, 1, 1500), sugar(2, 1, 501)];
    let mut world = unsigned(on);
    world.send([&waiting.lodging()]);
    world.send(&next.documents());
    assert_eq!((status(&world, &waiting), status(&world, &next)), (2, 100));
    assert_eq!(taken(&world, &waiting, 2026), (1500, 0));
    world.send([&asking(Action::Delete, &waiting.lodging(), 10)]);
    assert_eq!(taken(&world, &waiting, 2026), (0, 0));
    world.send([&anew(&next.lodging(), 20)]);
    assert_eq!((status(&world, &next), taken(&world, &next, 2026)), (800, (0, 501)));
}

fn a_refusal_and_the_end_of_waiting_give_it_back(on: On) {
    let mut refused = sugar(1, 1, 1500);
    refused.declaration.consignee_address = "另一个地址".into();
    let mut world = unsigned(on);
    world.send(&refused.documents());
    assert_eq!((status(&world, &refused), taken(&world, &refused, 2026)), (100, (0, 0)));
    let expired = sugar(2, 1, 2000);
    world.send([&expired.lodging()]);
    assert_eq!(taken(&world, &expired, 2026), (2000, 0));
    world.clock.advance_millis(31 * 86_400_000);
    world.decide(Incoming::Due(world.declaration(&expired).unwrap().id)).unwrap();
    assert_eq!((status(&world, &expired), taken(&world, &expired, 2026)), (100, (0, 0)));
}

fn a_change_takes_what_it_says_and_not_what_was_said_before(on: On) {
    let parcel = sugar(1, 1, 1900);
    let mut world = unsigned(on);
    world.send([&parcel.lodging()]);
    let change = |grams, seconds| asking(Action::Change, &sugar(1, 1, grams).lodging(), seconds);
    world.send([&change(2000, 10)]);
    assert_eq!(taken(&world, &parcel, 2026), (2000, 0));
    world.send([&change(300, 20)]);
    assert_eq!(taken(&world, &parcel, 2026), (300, 0));
    // To goods that nothing limits: what was held is given back.
    let mut other = parcel.clone();
    for item in &mut other.declaration.items {
        item.hs_code = "1901101090".into();
    }
    world.send([&asking(Action::Change, &other.lodging(), 30)]);
    assert_eq!((status(&world, &parcel), taken(&world, &parcel, 2026)), (2, (0, 0)));
    // A change that finds no room is refused, and holds nothing any more.
    world.send(&sugar(2, 1, 1500).documents());
    let sent = world.send([&change(501, 40)]);
    assert!(sent.answers[0].text.ends_with("2026年已计入1.5千克"), "{}", sent.answers[0].text);
    assert_eq!((status(&world, &parcel), taken(&world, &parcel, 2026)), (100, (0, 1500)));
}

/// A world whose offices review everything and count by `year`, at `begin`.
fn reviewing(on: On, allowance_year: AllowanceYear, begin: &str) -> World {
    let selectivity = Selectivity { yellow_per_10_000: 10_000, ..Selectivity::default() };
    let allowance_year = Some(allowance_year);
    let default_office = OfficeSettings { allowance_year, selectivity, ..Default::default() };
    let settings = Settings { default_office, ..Settings::default() };
    let world = World::with(on(Beginning { settings, ..Beginning::unsigned() }));
    world.clock.set(Moment::parse_wire(begin).unwrap());
    world
}

fn rule(world: &mut World, parcel: &Parcel, ruling: Ruling) -> Vec<i32> {
    let command = Incoming::Ruling {
        declaration: world.declaration(parcel).unwrap().id,
        ruling,
        officer: "officer".into(),
        reason: String::new(),
        reassessed: None,
        only_at: None,
    };
    world.decide(command).unwrap().statuses(&parcel.lodging())
}

fn a_ruling_that_ends_a_declaration_gives_it_back(on: On) {
    let parcels = [sugar(1, 1, 600), sugar(2, 1, 600)];
    let mut world = reviewing(on, AllowanceYear::Release, "20260302100000");
    world.send(&all(&parcels));
    assert_eq!(taken(&world, &parcels[0], 2026), (1200, 0));
    rule(&mut world, &parcels[0], Ruling::Refuse);
    assert_eq!(taken(&world, &parcels[0], 2026), (600, 0));
    rule(&mut world, &parcels[1], Ruling::Examine);
    rule(&mut world, &parcels[1], Ruling::ShipBack);
    assert_eq!(taken(&world, &parcels[0], 2026), (0, 0));
}

fn what_is_only_stored_takes_nothing_until_it_is_declared(on: On) {
    let [stored, other] = [sugar(1, 1, 1500), sugar(2, 1, 501)];
    let mut world = unsigned(on);
    world.send([&stored_only(&stored.lodging())]);
    assert_eq!((status(&world, &stored), taken(&world, &stored, 2026)), (1, (0, 0)));
    world.send(&other.documents());
    assert_eq!((status(&world, &other), taken(&world, &other, 2026)), (800, (0, 501)));
    let id = world.declaration(&stored).unwrap().id;
    world.decide(declare(id)).unwrap();
    assert_eq!((status(&world, &stored), taken(&world, &stored, 2026)), (100, (0, 501)));
    let again = sugar(3, 1, 1499);
    world.send([&stored_only(&again.lodging())]);
    world.decide(declare(world.declaration(&again).unwrap().id)).unwrap();
    assert_eq!((status(&world, &again), taken(&world, &again, 2026)), (2, (1499, 501)));
}

fn december() -> Moment {
    Moment::parse_wire("20261231110000").unwrap()
}

const NOON: &str = "20261231120000";
const DAY_MS: i64 = 86_400_000;

fn the_next_year_is_free(on: On) {
    let [old, new] = [1, 2].map(|n| sugar_at(n, 1, 2000, december()));
    let mut world = unsigned(on);
    world.clock.set(Moment::parse_wire(NOON).unwrap());
    world.send(&old.documents());
    assert_eq!(taken(&world, &old, 2026), (0, 2000));
    // 23:59 in China, 15:59 in UTC: still the old year.
    world.clock.advance_millis(12 * 3_600_000 - 61_000);
    world.send(&new.documents());
    assert_eq!(status(&world, &new), 100);
    world.clock.advance_millis(120_000);
    world.send([&anew(&new.lodging(), 20)]);
    assert_eq!((status(&world, &new), taken(&world, &new, 2027)), (800, (0, 2000)));
    assert_eq!(taken(&world, &new, 2026), (0, 2000));
}

fn a_release_that_the_new_year_has_no_room_for_is_refused(on: On) {
    let [old, kept] = [sugar_at(1, 1, 600, december()), sugar_at(2, 1, 500, december())];
    let new = sugar_at(3, 1, 1500, december());
    let mut world = reviewing(on, AllowanceYear::Release, NOON);
    world.send(&all(&[old.clone(), kept.clone()]));
    assert_eq!(taken(&world, &old, 2026), (1100, 0));
    world.clock.advance_millis(DAY_MS);
    world.send(&new.documents());
    assert_eq!(rule(&mut world, &new, Ruling::Accept), [399, 800]);
    assert_eq!(taken(&world, &old, 2027), (0, 1500));
    assert_eq!(rule(&mut world, &old, Ruling::Accept), [100]);
    assert_eq!(rule(&mut world, &kept, Ruling::Accept), [399, 800]);
    assert_eq!(taken(&world, &old, 2026), (0, 0));
    assert_eq!(taken(&world, &old, 2027), (0, 2000));
}

fn an_office_may_count_for_the_year_of_lodging(on: On) {
    let parcel = sugar_at(1, 1, 2000, december());
    let mut world = reviewing(on, AllowanceYear::Lodging, NOON);
    world.send(&parcel.documents());
    world.clock.advance_millis(DAY_MS);
    assert_eq!(rule(&mut world, &parcel, Ruling::Accept), [399, 800]);
    assert_eq!((taken(&world, &parcel, 2026), taken(&world, &parcel, 2027)), ((0, 2000), (0, 0)));
}

fn another_buyer_and_another_line_have_accounts_of_their_own(on: On) {
    let mut rice = sugar(3, 1, 20_000);
    for item in &mut rice.declaration.items {
        item.hs_code = "1006302090".into();
    }
    let parcels = [sugar(1, 1, 2000), sugar(2, 2, 2000), rice];
    let mut world = unsigned(on);
    world.send(&all(&parcels));
    assert!(parcels.iter().all(|parcel| status(&world, parcel) == 800));
    assert_eq!(taken(&world, &parcels[0], 2026), (0, 2000));
    assert_eq!(taken(&world, &parcels[1], 2026), (0, 2000));
    assert_eq!(taken_of(&world, &parcels[2], "10063020", 2026), (0, 20_000));
}

fn other_goods_have_no_row(on: On) {
    let mut world = unsigned(on);
    world.send(&nth(1).documents());
    assert_eq!(world.store.read(|view| view.all_quantity_allowances()).unwrap(), []);
    world.send(&sugar(2, 2, 1).documents());
    assert_eq!(world.store.read(|view| view.all_quantity_allowances()).unwrap().len(), 1);
}

/// The documents of `count` parcels in some order, cut into batches.
fn arrivals(count: usize) -> impl Strategy<Value = Vec<Vec<usize>>> {
    let documents = Just((0..count * 4).collect::<Vec<_>>()).prop_shuffle();
    (documents, proptest::collection::vec(any::<bool>(), count * 4)).prop_map(|(order, cuts)| {
        let mut batches = vec![Vec::new()];
        for (index, cut) in order.into_iter().zip(cuts) {
            if cut {
                batches.push(Vec::new());
            }
            batches.last_mut().unwrap().push(index);
        }
        batches
    })
}

proptest! {
    #![proptest_config(Config { cases: 24, failure_persistence: None, ..Config::default() })]

    #[test]
    fn of_parcels_that_want_too_much_together_as_many_pass_as_have_room_whatever_comes_first(
        grams in 400..2000_i64, batches in arrivals(5)
    ) {
        let parcels: Vec<_> = (1..=5).map(|n| sugar(n, 1, grams)).collect();
        let documents = all(&parcels);
        let mut world = world();
        for batch in batches {
            world.send(batch.iter().map(|index| &documents[*index]));
        }
        let released = parcels.iter().filter(|parcel| status(&world, parcel) == 800).count();
        let refused = parcels.iter().filter(|parcel| status(&world, parcel) == 100).count();
        let room = usize::try_from(2000 / grams).unwrap();
        prop_assert_eq!((released, refused), (room, 5 - room));
        let used = i64::try_from(room).unwrap() * grams;
        prop_assert_eq!(taken(&world, &parcels[0], 2026), (0, used));
    }
}
