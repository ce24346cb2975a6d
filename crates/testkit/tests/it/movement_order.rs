//! Any order of arrival of what is said of exported parcels gives the same final states and last responses.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::Config;
use tongguan_domain::commerce::Part;
use tongguan_domain::ids::FunctionalReference;
use tongguan_domain::party::PartyCode;
use tongguan_testkit::exports::{Export, export};
use tongguan_testkit::parcels::Document;
use tongguan_testkit::world::World;

use crate::support::*;

const BILL: &str = "B-1";

/// What an outsider can say in the end, without numbers and times.
#[derive(Debug, Default, PartialEq, Eq)]
struct Outcome {
    /// Of each document, the status of its last response, and the text where that is not about what a
    /// report found when it came.
    last: BTreeMap<String, (i32, Option<String>)>,
    /// Of each declaration, its status, and how its parcel travels where it has not ended before.
    states: Vec<Option<(i32, Option<Journey>)>>,
}

/// Mode, exit office and bill.
type Journey = (String, String, Option<String>);

/// What is said of some parcels, and what is wrong with them.
#[derive(Debug, Clone)]
struct Scene {
    parcels: Vec<Export>,
    documents: Vec<Document>,
}

/// One parcel of a scene.
#[derive(Debug, Clone, Copy)]
struct Choice {
    /// Of the cast's other merchant.
    other_merchant: bool,
    /// Its waybill counts other packages than its declaration.
    faulty: bool,
    /// Its declaration names the bill itself.
    names_bill: bool,
    leaves: bool,
}

/// Parcels of several merchants under one bill; the link, the arrivals and the departures are split.
fn scene(choices: &[Choice], whole_bill: bool) -> Scene {
    let of = u32::try_from(choices.len()).unwrap();
    let mut scene = Scene { parcels: Vec::new(), documents: Vec::new() };
    for (n, choice) in (1..).zip(choices) {
        let mut parcel = export(u64::from(n), sent_at()).unwrap();
        if choice.other_merchant {
            let code = PartyCode::parse("330196M002").unwrap();
            parcel.order.merchant.code = code.clone();
            parcel.waybill.merchant = Some(code.clone());
            parcel.declaration.merchant.code = code;
        }
        if choice.faulty {
            parcel.waybill.packages += 1;
        }
        parcel.declaration.transport.bill_no = choice.names_bill.then(|| BILL.into());
        parcel.master_bill.transport_mode = "2".into();
        parcel.master_bill.bill_no = BILL.into();
        for (part, reference) in [
            (&mut parcel.master_bill.part, &mut parcel.master_bill.reference),
            (&mut parcel.arrival.part, &mut parcel.arrival.reference),
            (&mut parcel.departure.part, &mut parcel.departure.reference),
        ] {
            *part = Part::new(n, of).unwrap();
            let common = reference.as_str().trim_end_matches(char::is_numeric);
            *reference = FunctionalReference::parse(common).unwrap();
        }
        scene.documents.extend(parcel.documents());
        scene.documents.push(parcel.master_bill_document());
        if !whole_bill {
            scene.documents.push(parcel.arrival_document());
        }
        if choice.leaves {
            scene.documents.push(parcel.departure_document());
        }
        scene.parcels.push(parcel);
    }
    if whole_bill && let Some(parcel) = scene.parcels.first() {
        let mut report = parcel.arrival.clone();
        (report.part, report.bill_no) = (Part::WHOLE, Some(BILL.into()));
        report.parcels.clear();
        scene.documents.push(Document::Arrival(Box::new(report)));
    }
    scene
}

/// Sends batches of documents and says what came of it.
fn outcome(scene: &Scene, batches: &[Vec<&Document>]) -> Outcome {
    let mut world = world();
    let mut outcome = Outcome::default();
    for batch in batches {
        let sent = world.send(batch.iter().copied());
        for document in &scene.documents {
            let Some(last) = sent.to(document).last().copied() else { continue };
            let is_report = matches!(document.message_number(), 507 | 509 | 607);
            let text = (!is_report).then(|| last.text.clone());
            let key = format!("{} {}", document.message_number(), document.filing().guid);
            outcome.last.insert(key, (last.status, text));
        }
    }
    outcome.states = scene.parcels.iter().map(|parcel| state(&world, parcel)).collect();
    outcome
}

fn state(world: &World, parcel: &Export) -> Option<(i32, Option<Journey>)> {
    let record = world.export(parcel)?;
    let transport = record.transport();
    let bill_no = transport.bill_no.map(str::to_owned);
    let journey = (transport.mode.to_owned(), transport.exit_office.to_string(), bill_no);
    Some((record.state.status().number(), record.state.is_live().then_some(journey)))
}

/// A scene, its documents in some order, cut into batches.
fn arrivals() -> impl Strategy<Value = (Scene, Vec<usize>, Vec<bool>)> {
    let choice = (any::<bool>(), proptest::bool::weighted(0.2), any::<bool>(), any::<bool>());
    let choices = proptest::collection::vec(choice, 1..4).prop_map(|choices| {
        let choices = choices.into_iter();
        let of = |(other_merchant, faulty, names_bill, leaves)| Choice {
            other_merchant,
            faulty,
            names_bill,
            leaves,
        };
        choices.map(of).collect::<Vec<_>>()
    });
    (choices, any::<bool>()).prop_flat_map(|(choices, whole_bill)| {
        let scene = scene(&choices, whole_bill);
        let count = scene.documents.len();
        let order = Just((0..count).collect::<Vec<_>>()).prop_shuffle();
        (Just(scene), order, proptest::collection::vec(any::<bool>(), count))
    })
}

proptest! {
    #![proptest_config(Config { cases: 64, failure_persistence: None, ..Config::default() })]

    #[test]
    fn no_order_of_arrival_makes_a_difference((scene, order, cuts) in arrivals()) {
        let together = outcome(&scene, &[scene.documents.iter().collect()]);
        let mut batches = vec![Vec::new()];
        for (index, cut) in order.iter().zip(cuts) {
            if cut {
                batches.push(Vec::new());
            }
            batches.last_mut().unwrap().push(&scene.documents[*index]);
        }
        prop_assert_eq!(outcome(&scene, &batches), together);
    }
}

#[test]
fn in_the_usual_order_a_parcel_leaves_and_a_faulty_one_does_not() {
    let usual = Choice { other_merchant: false, faulty: false, names_bill: false, leaves: true };
    let choices = [usual, Choice { faulty: true, ..usual }, Choice { leaves: false, ..usual }];
    for whole_bill in [false, true] {
        let scene = scene(&choices, whole_bill);
        let outcome = outcome(&scene, &[scene.documents.iter().collect()]);
        let states: Vec<_> = outcome.states.iter().flatten().map(|(status, _)| *status).collect();
        assert_eq!(states, [899, 100, 800]);
        let journey = ("2".to_owned(), "2916".to_owned(), Some(BILL.to_owned()));
        assert_eq!(outcome.states[0], Some((899, Some(journey))));
    }
}
