//! The clock of the machine jumps, between batches and within them.

use std::collections::BTreeMap;

use tongguan_application::clearing::settings::{OfficeSettings, Settings};
use tongguan_application::due::DueWork;
use tongguan_testkit::answers::Answer;
use tongguan_testkit::world::{Beginning, World};

use crate::due::pass;
use crate::support::*;

on_both_engines! {
    a_clock_that_jumps_at_each_look_loses_and_doubles_nothing,
    a_clock_that_jumps_between_batches_loses_and_doubles_nothing,
}

const DAY: i64 = 86_400_000;
/// In milliseconds. In the end it is where it was.
const JUMPS: [i64; 7] = [-DAY, -1_000, DAY, 1_000, DAY, -2_000, -DAY + 2_000];
const PARCELS: u64 = 8;
const CLOSED_AFTER_DAYS: i64 = 7;

fn a_clock_that_jumps_at_each_look_loses_and_doubles_nothing(on: On) {
    nothing_is_lost_or_doubled(on, &JUMPS, &[0]);
}

fn a_clock_that_jumps_between_batches_loses_and_doubles_nothing(on: On) {
    nothing_is_lost_or_doubled(on, &[], &JUMPS);
}

/// Every document of every parcel in a batch of its own, the writer started anew among them, and time's own work done
/// in between.
fn nothing_is_lost_or_doubled(on: On, at_each_look: &[i64], between: &[i64]) {
    let days = Some(CLOSED_AFTER_DAYS);
    let office = || OfficeSettings { close_after_days: days, ..OfficeSettings::default() };
    let settings = || Settings { default_office: office(), ..Settings::default() };
    let mut world = World::with(on(Beginning { settings: settings(), ..Beginning::unsigned() }));
    let (mut due, mut told) = (DueWork::default(), Told::default());
    world.clock.jump_at_each_look(at_each_look);
    let mut jumps = between.iter().cycle();
    let parcels: Vec<_> = (1..=PARCELS).map(nth).collect();
    for (n, parcel) in parcels.iter().enumerate() {
        for (m, document) in parcel.documents().iter().enumerate() {
            let sent = world.send([document]);
            told.hear(sent.answers);
            told.bills += sent.bills.len();
            world.clock.advance_millis(*jumps.next().unwrap());
            if (n + m) % 5 == 0 {
                world.restart();
            }
        }
        told.hear(pass(&mut world, &mut due, &settings()).1);
    }
    let places = |world: &World| -> Vec<_> {
        let rows = world.store.read(|view| view.processes()).unwrap();
        rows.into_iter().map(|row| (row.number, row.epoch)).collect()
    };
    let before = places(&world);
    // Far enough, wherever it stands now; and back, and there again.
    for millis in [(CLOSED_AFTER_DAYS + 3) * DAY, -DAY, DAY] {
        world.clock.advance_millis(millis);
        told.hear(pass(&mut world, &mut due, &settings()).1);
    }
    assert_eq!(places(&world), before, "no lease ended");
    let rows = world.store.read(|view| view.row_counts()).unwrap();
    let each = i64::try_from(PARCELS).unwrap();
    for (table, wanted) in
        [("message", 4 * each), ("document", 4 * each), ("declaration", each), ("tax_bill", each)]
    {
        assert_eq!(rows[table], wanted, "rows of {table}: an id that came twice would lack one");
    }
    assert_eq!(told.bills as u64, PARCELS);
    for parcel in &parcels {
        let guid = parcel.declaration.filing.guid.as_str();
        let answers = &told.answers[&guid.to_uppercase()];
        let statuses: Vec<_> = answers.iter().map(|(_, status)| *status).collect();
        for once in [800, 899] {
            let times = statuses.iter().filter(|status| **status == once).count();
            assert_eq!(times, 1, "{statuses:?}");
        }
        assert!(answers.is_sorted_by(|(a, _), (b, _)| a < b), "{answers:?}");
    }
    world.clock.jump_at_each_look(&[]);
}

/// What was told: of each document, in the order in which it came, the time and the status.
#[derive(Default)]
struct Told {
    answers: BTreeMap<String, Vec<(String, i32)>>,
    bills: usize,
}

impl Told {
    fn hear(&mut self, answers: Vec<Answer>) {
        for Answer { guid, at, status, .. } in answers {
            self.answers.entry(guid.to_uppercase()).or_default().push((at, status));
        }
    }
}
