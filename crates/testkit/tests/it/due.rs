//! What time and topped-up guarantees lead to.

use tongguan_application::clearing::incoming::Incoming;
use tongguan_application::clearing::settings::OfficeSettings;
use tongguan_application::clearing::settings::Settings;
use tongguan_application::due::{Done, DueError, DueWork};
use tongguan_application::ports::Clock;
use tongguan_domain::declaration::{ImportState, Ruling};
use tongguan_domain::ids::OfficeCode;
use tongguan_domain::lane::Selectivity;
use tongguan_domain::money::Money;
use tongguan_testkit::answers::Answer;
use tongguan_testkit::parcels::{Document, Parcel};
use tongguan_testkit::world::{Beginning, World};

use crate::support::{nth, world};

const DAY_MS: i64 = 86_400_000;

/// Lets time do its work; gives what was done and what was told.
fn pass(world: &mut World, due: &mut DueWork, settings: &Settings) -> (Done, Vec<Answer>) {
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
        let slow = OfficeSettings { close_after_days: 45, ..OfficeSettings::default() };
        let office = OfficeCode::parse("2244").unwrap();
        Settings { offices: [(office, slow)].into(), default_office: OfficeSettings::default() }
    };
    let mut world = World::with(Beginning { settings: settings(), ..Beginning::unsigned() });
    let (settings, mut due) = (settings(), DueWork::default());
    let (quick, mut slow) = (nth(1), nth(2));
    at_office(&mut slow, "2244");
    clear(&mut world, &[quick.clone(), slow.clone()]);
    assert!(matches!(state(&world, &quick), ImportState::Released(_)));
    assert_eq!(pass(&mut world, &mut due, &settings).0, Done::default());
    world.clock.advance_millis(30 * DAY_MS);
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
fn what_was_released_late_is_not_missed() {
    let selectivity = Selectivity { yellow_per_10_000: 10_000, ..Selectivity::default() };
    let reviewed = OfficeSettings { selectivity, ..OfficeSettings::default() };
    let settings = Settings { offices: [].into(), default_office: reviewed };
    let mut world = World::with(Beginning { settings, ..Beginning::unsigned() });
    let (mut due, settings) = (DueWork::default(), Settings::default());
    let late = nth(1);
    clear(&mut world, std::slice::from_ref(&late));
    // Everything of its time was read long before an officer let it go.
    world.clock.advance_millis(40 * DAY_MS);
    assert_eq!(pass(&mut world, &mut due, &settings).0, Done::default());
    let ruling = Incoming::Ruling {
        declaration: world.declaration(&late).unwrap().id,
        ruling: Ruling::Accept,
        officer: "关员甲".into(),
        reason: "核查无异常".into(),
        reassessed: None,
    };
    world.decide(ruling).unwrap();
    world.clock.advance_millis(29 * DAY_MS);
    assert_eq!(pass(&mut world, &mut due, &settings).0.closed, 0);
    world.clock.advance_millis(DAY_MS);
    assert_eq!(pass(&mut world, &mut due, &settings).0.closed, 1);
}

#[test]
fn a_changed_setting_reads_the_log_from_its_beginning() {
    let closing_after = |close_after_days| {
        let office = OfficeSettings { close_after_days, ..OfficeSettings::default() };
        Settings { offices: [].into(), default_office: office }
    };
    let settings = closing_after(20);
    let mut world = World::with(Beginning { settings, ..Beginning::unsigned() });
    let mut due = DueWork::default();
    clear(&mut world, &[nth(1)]);
    world.clock.advance_millis(25 * DAY_MS);
    assert_eq!(pass(&mut world, &mut due, &closing_after(30)).0.closed, 0);
    assert_eq!(pass(&mut world, &mut due, &closing_after(20)).0.closed, 1);
    world.clock.advance_millis(10 * DAY_MS);
    assert_eq!(pass(&mut world, &mut due, &closing_after(30)).0.closed, 0, "closed before");
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
