//! Allowance, limited quantities and guarantee after any order of release, cancellation and return: the
//! audit at the end of every world adds them up.

use proptest::prelude::*;
use proptest::test_runner::Config;
use rust_decimal::Decimal;
use tongguan_application::clearing::incoming::{Incoming, ReturnEvent};
use tongguan_application::clearing::settings::{OfficeSettings, Settings};
use tongguan_domain::declaration::Ruling;
use tongguan_domain::lane::{Hit, Lane, Selectivity, Target};
use tongguan_testkit::parcels::{Document, Parcel};
use tongguan_testkit::requests::{cancellation, import_return};
use tongguan_testkit::world::{Beginning, World};

use crate::support::*;

/// One thing that happens to one of the parcels.
#[derive(Debug, Clone, Copy)]
enum Happening {
    Lodge,
    Rule(Ruling),
    Cancel,
    Ask,
    Back,
    Examined(bool),
    Deliver,
}

fn happening() -> impl Strategy<Value = Happening> {
    prop::sample::select(vec![
        Happening::Lodge,
        Happening::Lodge,
        Happening::Rule(Ruling::Accept),
        Happening::Rule(Ruling::Accept),
        Happening::Rule(Ruling::Refuse),
        Happening::Cancel,
        Happening::Ask,
        Happening::Back,
        Happening::Examined(true),
        Happening::Examined(false),
        Happening::Deliver,
    ])
}

/// An office that reviews everything.
fn reviewing() -> Settings {
    let on_all = |prefix: &str| Hit { on: Target::HsPrefix(prefix.into()), lane: Lane::Yellow };
    let hits = ["1", "2", "3"].map(on_all).to_vec();
    let selectivity = Selectivity { hits, ..Selectivity::default() };
    let default_office = OfficeSettings { selectivity, ..OfficeSettings::default() };
    Settings { default_office, ..Settings::default() }
}

fn happens(world: &mut World, parcel: &Parcel, n: u64, what: Happening) {
    let declaration = world.declaration(parcel);
    let number = declaration.as_ref().and_then(|declaration| declaration.state.number()).cloned();
    match (what, declaration, number) {
        (Happening::Lodge, ..) => {
            let seconds = i64::try_from(n).unwrap() * 60;
            let documents = parcel.documents().map(|document| anew(&document, seconds));
            world.send(&documents);
        }
        (Happening::Rule(ruling), Some(declaration), _) => {
            let (officer, reason) = ("王关员".to_owned(), String::new());
            let declaration = declaration.id;
            let ruling = Incoming::Ruling {
                declaration,
                ruling,
                officer,
                reason,
                reassessed: None,
                only_at: None,
            };
            drop(world.decide(ruling));
        }
        (Happening::Cancel, _, Some(number)) => {
            let request = cancellation(parcel, &number, n, sent_at()).unwrap();
            world.send([&Document::Cancellation(Box::new(request))]);
        }
        (Happening::Ask, _, Some(number)) => {
            let goods = [(0, Decimal::ONE)];
            let request = import_return(parcel, &number, n, sent_at(), &goods).unwrap();
            world.send([&Document::Return(Box::new(request))]);
        }
        (Happening::Deliver, ..) => {
            world.send([&parcel.delivery_document()]);
        }
        (Happening::Back, ..) if !world.returns(parcel).is_empty() => {
            let recorder = "李保管".to_owned();
            let event = ReturnEvent::Back { packages: 1, damage: None, recorder };
            drop(world.happens(parcel, event));
        }
        (Happening::Examined(good), ..) if !world.returns(parcel).is_empty() => {
            let finding = if good { Ok(()) } else { Err("不符".to_owned()) };
            let event = ReturnEvent::Examined { finding, officer: "王关员".to_owned() };
            drop(world.happens(parcel, event));
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(Config { cases: 32, ..Config::default() })]
    #[test]
    fn the_sums_hold_after_any_order(
        order in prop::collection::vec((0..3_usize, happening()), 1..25),
    ) {
        let mut world = World::with(Beginning { settings: reviewing(), ..Beginning::unsigned() });
        let parcels = [sugar(1, 1, 900), sugar(2, 1, 900), nth(3)];
        for (n, (place, what)) in (1..).zip(order) {
            happens(&mut world, &parcels[place], n, what);
        }
    }
}
