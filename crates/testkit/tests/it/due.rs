//! What time and topped-up guarantees lead to.

use std::sync::Arc;

use tongguan_application::clearing::incoming::Incoming;
use tongguan_application::clearing::settings::{OfficeSettings, Settings};
use tongguan_application::due::{Done, DueError, DueWork};
use tongguan_application::ports::Clock;
use tongguan_domain::declaration::{ImportState, Ruling};
use tongguan_domain::ids::OfficeCode;
use tongguan_domain::lane::Selectivity;
use tongguan_domain::money::Money;
use tongguan_storage::Cursor;
use tongguan_testkit::answers::Answer;
use tongguan_testkit::parcels::{Document, Parcel};
use tongguan_testkit::world::{Beginning, World};

use crate::support::{On, law_with, nth, on_both_engines, world};

on_both_engines! {
    an_office_that_joins_the_days_of_another_is_closed_after_them,
    days_that_are_set_back_miss_nothing_across_restarts,
    an_office_that_loses_its_own_days_is_closed_after_those_of_all,
    an_office_that_gets_its_own_days_is_closed_after_them,
    a_changed_setting_closes_nothing_early_and_nothing_twice,
    processes_that_know_different_settings_miss_nothing,
    a_changed_setting_reads_on_where_the_slowest_stood,
}

const DAY_MS: i64 = 86_400_000;
/// After how many days the built-in law closes a release.
const BY_LAW: i64 = 45;

/// Lets time do its work; gives what was done and what was told.
pub fn pass(world: &mut World, due: &mut DueWork, settings: &Settings) -> (Done, Vec<Answer>) {
    let (store, now) = (world.store.clone(), world.clock.now());
    let mut told = Vec::new();
    let done = due.run::<DueError>(&store, settings, now, &mut |commands| {
        for command in commands {
            told.extend(world.decide(command).unwrap().answers);
        }
        Ok(())
    });
    (done.unwrap(), told)
}

fn statuses(told: &[Answer]) -> Vec<i32> {
    told.iter().map(|answer| answer.status).collect()
}

fn clear(world: &mut World, parcels: &[Parcel]) {
    for parcel in parcels {
        let documents: Vec<Document> = parcel.documents().into_iter().collect();
        world.send_together(&documents[..1]);
        world.send(&documents[1..]);
    }
}

fn state(world: &World, parcel: &Parcel) -> ImportState {
    world.declaration(parcel).unwrap().state
}

fn at_office(parcel: &mut Parcel, office: &str) {
    parcel.declaration.office = OfficeCode::parse(office).unwrap();
}

#[test]
fn waiting_ends_at_its_hour_and_not_before() {
    let (mut world, mut due, settings) = (world(), DueWork::default(), Settings::default());
    let parcels = [nth(1), nth(2)];
    for parcel in &parcels {
        let [.., declaration] = parcel.documents();
        world.send(&[declaration]);
    }
    world.clock.advance_millis(30 * DAY_MS - 10_000);
    assert_eq!(pass(&mut world, &mut due, &settings).0, Done::default());
    world.clock.advance_millis(10_000);
    let (done, told) = pass(&mut world, &mut due, &settings);
    assert_eq!(done, Done { expired: 2, ..Done::default() });
    assert_eq!(statuses(&told), [100, 100]);
    assert!(told.iter().all(|answer| answer.text.contains("等待单证超时")), "{told:?}");
    assert_eq!(pass(&mut world, &mut due, &settings).0, Done::default());
    assert_eq!(state(&world, &parcels[0]), ImportState::Refused);
}

#[test]
fn a_release_is_closed_after_the_days_of_its_office_by_whoever_looks() {
    let settings = || {
        let slow = OfficeSettings { close_after_days: Some(60), ..OfficeSettings::default() };
        let office = OfficeCode::parse("2244").unwrap();
        Settings { offices: [(office, slow)].into(), ..Settings::default() }
    };
    let mut world = World::with(Beginning { settings: settings(), ..Beginning::unsigned() });
    let (settings, mut due) = (settings(), DueWork::default());
    let (quick, mut slow) = (nth(1), nth(2));
    at_office(&mut slow, "2244");
    clear(&mut world, &[quick.clone(), slow.clone()]);
    assert!(matches!(state(&world, &quick), ImportState::Released(_)));
    assert_eq!(pass(&mut world, &mut due, &settings).0, Done::default());
    world.clock.advance_millis(BY_LAW * DAY_MS);
    let (done, told) = pass(&mut world, &mut due, &settings);
    assert_eq!((done.closed, statuses(&told)), (1, vec![899]));
    assert!(matches!(state(&world, &quick), ImportState::Closed(_)));
    assert!(matches!(state(&world, &slow), ImportState::Released(_)));
    // A process that starts later goes on where the cursor stands.
    world.clock.advance_millis(15 * DAY_MS);
    let (done, told) = pass(&mut world, &mut DueWork::default(), &settings);
    assert_eq!((done.closed, statuses(&told)), (1, vec![899]));
    assert_eq!(pass(&mut world, &mut DueWork::default(), &settings).0, Done::default());
}

#[test]
fn the_law_of_the_day_of_release_says_when_an_import_is_closed() {
    let rows = "id,parameter,value,valid_from,source\n\
                soon,close-after-days,10,2026-03-03,a notice\n";
    let settings = || Settings { law: law_with(rows), ..Settings::default() };
    let mut world = World::with(Beginning { settings: settings(), ..Beginning::unsigned() });
    let (mut due, settings) = (DueWork::default(), settings());
    let [before, after] = [nth(1), nth(2)];
    clear(&mut world, std::slice::from_ref(&before));
    world.clock.advance_millis(DAY_MS);
    clear(&mut world, std::slice::from_ref(&after));
    world.clock.advance_millis(10 * DAY_MS);
    assert_eq!(pass(&mut world, &mut due, &settings).0.closed, 1);
    assert!(matches!(state(&world, &before), ImportState::Released(_)));
    assert!(matches!(state(&world, &after), ImportState::Closed(_)));
    world.clock.advance_millis((BY_LAW - 11) * DAY_MS);
    assert_eq!(pass(&mut world, &mut due, &settings).0.closed, 1);
    assert!(matches!(state(&world, &before), ImportState::Closed(_)));
}

#[test]
fn what_was_released_late_is_not_missed() {
    let selectivity = Selectivity { yellow_per_10_000: 10_000, ..Selectivity::default() };
    let reviewed = OfficeSettings { selectivity, ..OfficeSettings::default() };
    let settings = Settings { default_office: reviewed, ..Settings::default() };
    let mut world = World::with(Beginning { settings, ..Beginning::unsigned() });
    let (mut due, settings) = (DueWork::default(), Settings::default());
    let late = nth(1);
    clear(&mut world, std::slice::from_ref(&late));
    // Everything of its time was read long before an officer let it go.
    world.clock.advance_millis((BY_LAW + 10) * DAY_MS);
    assert_eq!(pass(&mut world, &mut due, &settings).0, Done::default());
    let ruling = Incoming::Ruling {
        declaration: world.declaration(&late).unwrap().id,
        ruling: Ruling::Accept,
        officer: "关员甲".into(),
        reason: "核查无异常".into(),
        reassessed: None,
        only_at: None,
    };
    world.decide(ruling).unwrap();
    world.clock.advance_millis((BY_LAW - 1) * DAY_MS);
    assert_eq!(pass(&mut world, &mut due, &settings).0.closed, 0);
    world.clock.advance_millis(DAY_MS);
    assert_eq!(pass(&mut world, &mut due, &settings).0.closed, 1);
}

/// The office that has days of its own.
const OFFICE: &str = "2244";

/// After how many days all offices close, and after how many the one, if those are its own.
fn closing_after(all: i64, office: Option<i64>) -> Arc<Settings> {
    let after = |days| OfficeSettings { close_after_days: Some(days), ..OfficeSettings::default() };
    let own = office.map(|days| (OfficeCode::parse(OFFICE).unwrap(), after(days)));
    let (offices, default_office) = (own.into_iter().collect(), after(all));
    Arc::new(Settings { offices, default_office, ..Settings::default() })
}

/// A parcel that was released at the office with days of its own, and then one at another.
fn released_at_two_offices(on: On) -> (World, [Parcel; 2]) {
    let mut world = World::with(on(Beginning::unsigned()));
    let mut parcels = [nth(1), nth(2)];
    at_office(&mut parcels[0], OFFICE);
    clear(&mut world, &parcels);
    (world, parcels)
}

/// What is closed by a process that knows these settings: whether it is the first, and the second.
fn closed(
    world: &mut World,
    due: &mut DueWork,
    settings: &Arc<Settings>,
    parcels: &[Parcel; 2],
) -> [bool; 2] {
    let is_closed = |world: &World, parcel| matches!(state(world, parcel), ImportState::Closed(_));
    let before = parcels.each_ref().map(|parcel| is_closed(world, parcel));
    world.set_settings(settings.clone());
    let (done, told) = pass(world, due, settings);
    assert_eq!(statuses(&told), vec![899; done.closed], "each once");
    let after = parcels.each_ref().map(|parcel| is_closed(world, parcel));
    let closed = [0, 1].map(|n| after[n] && !before[n]);
    assert_eq!(closed.iter().filter(|closed| **closed).count(), done.closed);
    closed
}

fn an_office_that_joins_the_days_of_another_is_closed_after_them(on: On) {
    let (mut world, parcels) = released_at_two_offices(on);
    let mut due = DueWork::default();
    let (apart, together) = (closing_after(7, Some(10)), closing_after(7, None));
    world.clock.advance_millis(8 * DAY_MS);
    assert_eq!(closed(&mut world, &mut due, &apart, &parcels), [false, true]);
    assert_eq!(closed(&mut world, &mut due, &together, &parcels), [true, false]);
    assert_eq!(closed(&mut world, &mut due, &together, &parcels), [false, false]);
}

fn days_that_are_set_back_miss_nothing_across_restarts(on: On) {
    let (mut world, parcels) = released_at_two_offices(on);
    let (apart, together) = (closing_after(7, Some(10)), closing_after(7, None));
    let mut closed_by_another = |days, settings| {
        world.clock.advance_millis(days * DAY_MS);
        world.restart();
        closed(&mut world, &mut DueWork::default(), settings, &parcels)
    };
    assert_eq!(closed_by_another(1, &together), [false, false]);
    assert_eq!(closed_by_another(7, &apart), [false, true]);
    assert_eq!(closed_by_another(0, &together), [true, false]);
    assert_eq!(closed_by_another(0, &apart), [false, false]);
}

fn an_office_that_loses_its_own_days_is_closed_after_those_of_all(on: On) {
    let (mut world, parcels) = released_at_two_offices(on);
    let mut due = DueWork::default();
    world.clock.advance_millis(40 * DAY_MS);
    let own = closing_after(30, Some(45));
    assert_eq!(closed(&mut world, &mut due, &own, &parcels), [false, true]);
    assert_eq!(closed(&mut world, &mut due, &closing_after(30, None), &parcels), [true, false]);
}

fn an_office_that_gets_its_own_days_is_closed_after_them(on: On) {
    let (mut world, parcels) = released_at_two_offices(on);
    let mut due = DueWork::default();
    let own = closing_after(30, Some(10));
    world.clock.advance_millis(15 * DAY_MS);
    let all = closing_after(30, None);
    assert_eq!(closed(&mut world, &mut due, &all, &parcels), [false, false]);
    assert_eq!(closed(&mut world, &mut due, &own, &parcels), [true, false]);
    world.clock.advance_millis(15 * DAY_MS);
    assert_eq!(closed(&mut world, &mut due, &own, &parcels), [false, true]);
}

fn a_changed_setting_closes_nothing_early_and_nothing_twice(on: On) {
    let (mut world, parcels) = released_at_two_offices(on);
    let mut due = DueWork::default();
    let mut closed_on = |millis, all, office| {
        world.clock.advance_millis(millis);
        closed(&mut world, &mut due, &closing_after(all, office), &parcels)
    };
    assert_eq!(closed_on(7 * DAY_MS - 10_000, 7, None), [false, false]);
    assert_eq!(closed_on(0, 7, Some(10)), [false, false]);
    assert_eq!(closed_on(10_000, 7, Some(10)), [false, true]);
    assert_eq!(closed_on(3 * DAY_MS - 20_000, 10, None), [false, false]);
    assert_eq!(closed_on(20_000, 10, None), [true, false]);
    assert_eq!(closed_on(0, 7, None), [false, false]);
    assert_eq!(closed_on(10 * DAY_MS, 7, Some(10)), [false, false]);
}

/// A change reaches one process after the other; until then they take turns.
fn processes_that_know_different_settings_miss_nothing(on: On) {
    let mut world = World::with(on(Beginning::unsigned()));
    let mut known = [closing_after(7, Some(10)), closing_after(7, None)]
        .map(|settings| (DueWork::default(), settings));
    let mut parcels = Vec::new();
    for day in 0..12 {
        let mut released = [nth(2 * day + 1), nth(2 * day + 2)];
        at_office(&mut released[0], OFFICE);
        clear(&mut world, &released);
        parcels.push(released);
        world.clock.advance_millis(DAY_MS);
        for (due, settings) in &mut known {
            world.set_settings(settings.clone());
            let (done, told) = pass(&mut world, due, settings);
            assert_eq!(statuses(&told), vec![899; done.closed], "each once");
        }
        for (released_on, parcel) in
            (0..).zip(&parcels).flat_map(|(on, of)| [(on, &of[0]), (on, &of[1])])
        {
            let closed = matches!(state(&world, parcel), ImportState::Closed(_));
            assert_eq!(closed, day + 1 - released_on >= 7, "{released_on} on {day}");
        }
    }
}

fn a_changed_setting_reads_on_where_the_slowest_stood(on: On) {
    let (mut world, parcels) = released_at_two_offices(on);
    let mut due = DueWork::default();
    world.clock.advance_millis(8 * DAY_MS);
    closed(&mut world, &mut due, &closing_after(7, None), &parcels);
    let cursors = |world: &World| world.store.read(|view| view.cursors_of_family("closing"));
    let before = cursors(&world).unwrap();
    assert!(before.iter().any(|cursor| cursor.seq > 0));
    // Nothing in the log is ten days old, so only the hand-over can have moved the one who waits so long.
    closed(&mut world, &mut due, &closing_after(10, None), &parcels);
    let after = cursors(&world).unwrap();
    let places = |cursors: &[Cursor]| -> Vec<_> {
        cursors.iter().map(|cursor| (cursor.partition, cursor.seq)).collect()
    };
    assert_eq!(places(&after), places(&before));
    assert_ne!(after, before, "another follower, and the earlier one is gone");
}

#[test]
fn a_topped_up_guarantee_lets_its_queue_go_in_order_as_far_as_it_reaches() {
    let nothing = Beginning { guarantee: Money::ZERO, ..Beginning::unsigned() };
    let (mut world, mut due) = (World::with(nothing), DueWork::default());
    let settings = Settings::default();
    let parcels = [nth(1), nth(2), nth(3)];
    clear(&mut world, &parcels);
    assert!(parcels.iter().all(|p| matches!(state(&world, p), ImportState::AwaitingGuarantee(_))));
    assert_eq!(pass(&mut world, &mut due, &settings).0.released, 0);
    let ImportState::AwaitingGuarantee(entered) = state(&world, &parcels[0]) else { panic!() };
    let tax = entered.lodged.tax.unwrap().total.fen();
    let platform = world.cast.platform.party.id;
    world.grant(platform, Money::from_fen(2 * tax + tax / 2));
    let (done, told) = pass(&mut world, &mut due, &settings);
    assert_eq!((done.released, statuses(&told)), (2, vec![800, 800]));
    assert!(matches!(state(&world, &parcels[1]), ImportState::Released(_)));
    assert!(matches!(state(&world, &parcels[2]), ImportState::AwaitingGuarantee(_)));
    // As long as nothing changes the queue is not even tried.
    let (done, told) = pass(&mut world, &mut due, &settings);
    assert_eq!((done, told), (Done::default(), Vec::new()));
    world.grant(platform, Money::from_fen(3 * tax));
    assert_eq!(pass(&mut world, &mut due, &settings).0.released, 1);
}
