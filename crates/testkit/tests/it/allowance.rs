//! The yearly allowance of a buyer: reserved, used, given back, and never exceeded.

use jiff::civil::date;
use tongguan_application::clearing::incoming::Incoming;
use tongguan_application::clearing::settings::{OfficeSettings, Settings};
use tongguan_codelists::AllowanceYear;
use tongguan_domain::allowance::Allowance;
use tongguan_domain::commerce::Action;
use tongguan_domain::declaration::Ruling;
use tongguan_domain::ids::OfficeCode;
use tongguan_domain::lane::Selectivity;
use tongguan_domain::money::Money;
use tongguan_domain::time::Moment;
use tongguan_testkit::parcels::{Document, Parcel, buyer, single_piece};
use tongguan_testkit::world::{Beginning, World};

use crate::support::*;

/// The `n`th parcel, of the first buyer, one piece worth `fen`.
fn bought(n: u64, fen: i64) -> Parcel {
    bought_at(n, fen, sent_at())
}

fn bought_at(n: u64, fen: i64, at: Moment) -> Parcel {
    let mut parcel = single_piece(n, at, fen).unwrap();
    let buyer = buyer(1);
    parcel.order.buyer = buyer.clone();
    parcel.payment.payer = buyer.clone();
    parcel.declaration.buyer = buyer;
    parcel
}

fn allowance(world: &World, parcel: &Parcel, year: i16) -> (i64, i64) {
    let declaration = world.declaration(parcel).unwrap();
    let Allowance { reserved, used } = world.allowance(&declaration, year);
    (reserved.fen(), used.fen())
}

fn status(world: &World, parcel: &Parcel) -> i32 {
    world.declaration(parcel).unwrap().state.status().number()
}

#[test]
fn it_is_reserved_at_lodging_and_used_at_release() {
    let parcel = bought(1, 100_00);
    let [order, payment, waybill, declaration] = parcel.documents();
    let mut world = world();
    world.send([&declaration]);
    assert_eq!(allowance(&world, &parcel, 2026), (100_00, 0));
    world.send([&order, &payment]);
    assert_eq!(allowance(&world, &parcel, 2026), (100_00, 0));
    world.send([&waybill]);
    assert_eq!(allowance(&world, &parcel, 2026), (0, 100_00));
    world.send([&parcel.delivery_document()]);
    assert_eq!(allowance(&world, &parcel, 2026), (0, 100_00));
}

#[test]
fn freight_and_insurance_count_and_tax_does_not() {
    let parcel = nth(1);
    let mut world = world();
    world.send(&parcel.documents());
    assert_eq!(allowance(&world, &parcel, 2026), (0, 428_00 + 28_00));
}

#[test]
fn a_refusal_gives_it_back() {
    let mut parcel = bought(1, 100_00);
    parcel.declaration.consignee_address = "另一个地址".into();
    let mut world = world();
    world.send(&parcel.documents());
    assert_eq!(status(&world, &parcel), 100);
    assert_eq!(allowance(&world, &parcel, 2026), (0, 0));
}

#[test]
fn exactly_the_limit_is_within_it_and_a_fen_more_is_not() {
    let mut parcels: Vec<_> = (1..=5).map(|n| bought(n, 5000_00)).collect();
    parcels.push(bought(6, 1000_01));
    parcels.push(bought(7, 1000_00));
    parcels.push(bought(8, 1));
    // All in one batch: each sees what the one before it took.
    let documents: Vec<Document> = parcels.iter().flat_map(Parcel::documents).collect();
    let mut world = world();
    let sent = world.send(&documents);
    let statuses: Vec<_> = parcels.iter().map(|parcel| status(&world, parcel)).collect();
    assert_eq!(statuses, [800, 800, 800, 800, 800, 100, 800, 100]);
    assert_eq!(allowance(&world, &parcels[0], 2026), (0, 26_000_00));
    let text = sent.last_text(&parcels[5].lodging());
    let words = "[Code:1313;Desc:订购人购买超过年度限额,超过个人年度购买额度;\
                 totalPrice：26000.01 > limitPrice: 26000.00;]";
    assert_eq!(text, words);
}

#[test]
fn what_only_waits_counts_too() {
    let (waiting, next) = (bought(1, 25_999_99), bought(2, 2));
    let mut world = world();
    world.send([&waiting.lodging()]);
    world.send(&next.documents());
    assert_eq!((status(&world, &waiting), status(&world, &next)), (2, 100));
    world.send([&asking(Action::Delete, &waiting.lodging(), 10)]);
    let again = anew(&next.lodging(), 20);
    world.send([&again]);
    assert_eq!(status(&world, &next), 800);
}

#[test]
fn one_piece_of_exactly_the_annual_limit_is_refused_and_one_below_it_is_taxed_in_full() {
    let (whole, below) = (bought(1, 26_000_00), bought(2, 25_999_99));
    let mut world = world();
    let sent = world.send(&whole.documents());
    assert_eq!(sent.statuses(&whole.lodging()), [-621_005]);
    let sent = world.send(&below.documents());
    assert_eq!(sent.statuses(&below.lodging()), [2, 3, 120, 399, 800]);
    // 13 % of 25,999.99, no duty by the provisional rate.
    assert_eq!(sent.bills[0].taxes, ["0", "3380", "0"]);
}

#[test]
fn two_buyers_do_not_share_an_allowance() {
    let (one, mut other) = (bought(1, 25_000_00), bought(2, 25_000_00));
    let buyer = buyer(2);
    other.order.buyer = buyer.clone();
    other.payment.payer = buyer.clone();
    other.declaration.buyer = buyer;
    let mut world = world();
    let documents: Vec<Document> = [&one, &other].into_iter().flat_map(Parcel::documents).collect();
    world.send(&documents);
    assert_eq!((status(&world, &one), status(&world, &other)), (800, 800));
}

/// A world at noon on 31 December whose office counts by `year` and reviews everything.
fn at_the_end_of_the_year(allowance_year: AllowanceYear) -> World {
    let allowance_year = Some(allowance_year);
    let selectivity = Selectivity { yellow_per_10_000: 10_000, ..Selectivity::default() };
    let default_office =
        OfficeSettings { allowance_year, selectivity, waiting_days: 30, ..Default::default() };
    let settings = Settings { default_office, ..Settings::default() };
    let world = World::with(Beginning { settings, ..Beginning::unsigned() });
    let noon = Moment::parse_wire("20261231120000").unwrap();
    world.clock.set(noon);
    world
}

fn december() -> Moment {
    Moment::parse_wire("20261231110000").unwrap()
}

fn accept(world: &mut World, parcel: &Parcel) -> Vec<i32> {
    let command = Incoming::Ruling {
        declaration: world.declaration(parcel).unwrap().id,
        ruling: Ruling::Accept,
        officer: "officer".into(),
        reason: String::new(),
        reassessed: None,
        only_at: None,
    };
    world.decide(command).unwrap().statuses(&parcel.lodging())
}

#[test]
fn lodged_in_december_and_released_in_january_counts_for_the_year_of_release_by_default() {
    let parcel = bought_at(1, 100_00, december());
    let mut world = at_the_end_of_the_year(AllowanceYear::Release);
    world.send(&parcel.documents());
    assert_eq!(allowance(&world, &parcel, 2026), (100_00, 0));
    world.clock.advance_millis(86_400_000);
    accept(&mut world, &parcel);
    assert_eq!(status(&world, &parcel), 800);
    assert_eq!(allowance(&world, &parcel, 2026), (0, 0));
    assert_eq!(allowance(&world, &parcel, 2027), (0, 100_00));
}

#[test]
fn an_office_may_count_it_for_the_year_of_lodging() {
    let parcel = bought_at(1, 100_00, december());
    let mut world = at_the_end_of_the_year(AllowanceYear::Lodging);
    world.send(&parcel.documents());
    world.clock.advance_millis(86_400_000);
    accept(&mut world, &parcel);
    assert_eq!(status(&world, &parcel), 800);
    assert_eq!(allowance(&world, &parcel, 2026), (0, 100_00));
    assert_eq!(allowance(&world, &parcel, 2027), (0, 0));
}

#[test]
fn what_an_office_leaves_to_the_law_follows_its_rows() {
    let rows = "id,parameter,value,valid_from,source\n\
                lodged,allowance-year,lodging,2026-12-31,a notice\n";
    let law = law_with(rows);
    let office = OfficeCode::parse("2244").unwrap();
    let year = |own, day| {
        let default_office = OfficeSettings { allowance_year: own, ..OfficeSettings::default() };
        let settings = Settings { default_office, law: law.clone(), ..Settings::default() };
        settings.allowance_year(office, day)
    };
    let [eve, day] = [date(2026, 12, 30), date(2026, 12, 31)];
    assert_eq!(year(None, eve), AllowanceYear::Release);
    assert_eq!(year(None, day), AllowanceYear::Lodging);
    assert_eq!(year(Some(AllowanceYear::Release), day), AllowanceYear::Release);
}

#[test]
fn a_release_that_the_new_year_has_no_room_for_is_refused() {
    let old = bought_at(1, 2000_00, december());
    let new = bought_at(2, 25_000_00, december());
    let mut world = at_the_end_of_the_year(AllowanceYear::Release);
    world.send(&old.documents());
    world.clock.advance_millis(86_400_000);
    world.send(&new.documents());
    accept(&mut world, &new);
    assert_eq!(allowance(&world, &new, 2027), (0, 25_000_00));
    assert_eq!(accept(&mut world, &old), [100]);
    assert_eq!(status(&world, &old), 100);
    assert_eq!(allowance(&world, &old, 2026), (0, 0));
    assert_eq!(allowance(&world, &old, 2027), (0, 25_000_00));
}

#[test]
fn the_year_turns_at_midnight_in_china() {
    let parcel = bought_at(1, 100_00, december());
    let mut world = at_the_end_of_the_year(AllowanceYear::Release);
    world.send(&parcel.documents());
    // 23:59 in China, 15:59 in UTC.
    world.clock.advance_millis(12 * 3_600_000 - 60_000);
    accept(&mut world, &parcel);
    assert_eq!(allowance(&world, &parcel, 2026), (0, 100_00));
    assert_eq!(world.allowance(&world.declaration(&parcel).unwrap(), 2027).used, Money::ZERO);
}
