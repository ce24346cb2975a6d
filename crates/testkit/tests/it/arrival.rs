//! Any order of arrival gives the same final states, bills, and last responses.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::Config;
use tongguan_testkit::answers::{Answer, Billed};
use tongguan_testkit::parcels::{Document, Parcel, sweeten};
use tongguan_testkit::world::{Sent, World};

use crate::faults::{self, Fault};
use crate::support::*;

/// What an outsider can say in the end, without numbers and times.
#[derive(Debug, Default, PartialEq, Eq)]
struct Outcome {
    /// Of each document, the status and text of its last response.
    last: BTreeMap<String, (i32, String)>,
    /// Of each order, what its bill says.
    bills: BTreeMap<String, [String; 3]>,
    /// Of each declaration, its status, and its number if it has one.
    states: Vec<Option<(i32, bool)>>,
}

impl Outcome {
    fn hear(&mut self, sent: &Sent) {
        for Answer { message, guid, status, text, .. } in &sent.answers {
            self.last.insert(format!("{message} {guid}"), (*status, text.clone()));
        }
        for Billed { order_no, taxes, .. } in &sent.bills {
            let before = self.bills.insert(order_no.clone(), taxes.clone());
            assert_eq!(before, None, "a second bill for {order_no}");
        }
    }
}

/// Sends batches of documents and says what came of it.
fn outcome(parcels: &[Parcel], batches: &[Vec<&Document>]) -> Outcome {
    let mut world = World::with(faults::beginning());
    let mut outcome = Outcome::default();
    for batch in batches {
        let sent = world.send(batch.iter().copied());
        outcome.hear(&sent);
    }
    for parcel in parcels {
        let declaration = world.declaration(parcel);
        let state = declaration.map(|declaration| declaration.state);
        let state = state.map(|state| (state.status().number(), state.number().is_some()));
        outcome.states.push(state);
    }
    outcome
}

/// Every order of four things.
fn orders() -> Vec<[usize; 4]> {
    let mut orders = Vec::new();
    for n in 0..256_usize {
        let order = [n & 3, n >> 2 & 3, n >> 4 & 3, n >> 6 & 3];
        let mut sorted = order;
        sorted.sort_unstable();
        if sorted == [0, 1, 2, 3] {
            orders.push(order);
        }
    }
    orders
}

#[test]
fn there_are_24_orders() {
    assert_eq!(orders().len(), 24);
}

/// One parcel for each of the 24 orders, in one world: at every step the next document of each comes,
/// one batch a step. What came of each parcel, its own numbers blotted out.
fn in_every_order(spoil: impl Fn(&mut Parcel)) -> Vec<([usize; 4], Outcome)> {
    let mut world = World::with(faults::beginning());
    let parcels: Vec<Parcel> = (1..=24)
        .map(|n| {
            let mut parcel = nth(n);
            spoil(&mut parcel);
            parcel
        })
        .collect();
    let documents: Vec<_> = parcels.iter().map(Parcel::documents).collect();
    let sent: Vec<Sent> = (0..4)
        .map(|step| {
            let batch = orders().into_iter().zip(&documents).map(|(order, of)| &of[order[step]]);
            world.send(batch.collect::<Vec<_>>())
        })
        .collect();
    orders()
        .into_iter()
        .zip(parcels.iter().zip(&documents))
        .map(|(order, (parcel, documents))| {
            let state = world.declaration(parcel).map(|declaration| declaration.state);
            let state = state.map(|state| (state.status().number(), state.number().is_some()));
            let mut outcome = Outcome { states: vec![state], ..Outcome::default() };
            outcome.hear(&blotted(parcel, documents, &sent));
            (order, outcome)
        })
        .collect()
}

/// What was said about one parcel, without the numbers that are only its own.
fn blotted(parcel: &Parcel, documents: &[Document], sent: &[Sent]) -> Sent {
    let order_no = parcel.order.order_no.as_str();
    let blots = [
        (order_no, "orderNo"),
        (parcel.waybill.number.as_str(), "logisticsNo"),
        (parcel.payment.transaction.as_str(), "payTransactionId"),
    ];
    let mut own = Sent::default();
    for sent in sent {
        for document in documents {
            let guid = document.filing().guid.as_str();
            own.answers.extend(sent.to(document).into_iter().map(|answer| Answer {
                guid: document.message_number().to_string(),
                text: blots.iter().fold(answer.text.replace(guid, "guid"), |text, (own, name)| {
                    text.replace(own, name)
                }),
                ..answer.clone()
            }));
        }
        let bills = sent.bills.iter().filter(|bill| bill.order_no == order_no);
        own.bills
            .extend(bills.map(|bill| Billed { order_no: "orderNo".to_owned(), ..bill.clone() }));
    }
    own
}

#[test]
fn all_24_orders_of_arrival_release_a_parcel_with_the_same_bill() {
    let outcomes = in_every_order(|_| ());
    let (_, first) = &outcomes[0];
    assert_eq!((&*first.states, first.bills.len()), (&[Some((800, true))][..], 1));
    for (order, outcome) in &outcomes {
        assert_eq!(outcome, first, "{order:?}");
    }
}

#[test]
fn all_24_orders_within_one_batch_are_alike_too() {
    let parcel = nth(1);
    let documents = parcel.documents();
    let parcels = std::slice::from_ref(&parcel);
    let usual = outcome(parcels, &[documents.iter().collect()]);
    for order in orders() {
        let batch = order.iter().map(|index| &documents[*index]).collect();
        assert_eq!(outcome(parcels, &[batch]), usual, "{order:?}");
    }
}

#[test]
fn each_fault_is_told_to_the_declaration_in_every_order() {
    for Fault { name, spoil, status, words } in faults::all() {
        let outcomes = in_every_order(spoil);
        let (_, first) = &outcomes[0];
        let (said, text) = &first.last["CEB622 621"];
        assert_eq!(said, status, "{name}: {text}");
        assert!(text.contains(words), "{name}: {text}");
        for (order, outcome) in &outcomes {
            assert_eq!(outcome, first, "{name} in the order {order:?}");
        }
    }
}

/// Several parcels, each with a buyer of its own, some of goods whose quantity is limited for a year, some
/// faulty, some delivered.
fn parcels() -> impl Strategy<Value = (Vec<Parcel>, Vec<Document>)> {
    let faults = faults::all().count();
    let one = (proptest::option::weighted(0.5, 0..faults), any::<bool>(), any::<bool>());
    proptest::collection::vec(one, 1..5).prop_map(|choices| {
        let (mut parcels, mut documents) = (Vec::new(), Vec::new());
        for (n, (fault, limited, delivered)) in (1..).zip(choices) {
            let mut parcel = nth(n);
            if limited {
                sweeten(&mut parcel, 2000);
            }
            if let Some(fault) = fault {
                (faults::all().nth(fault).unwrap().spoil)(&mut parcel);
            }
            documents.extend(parcel.documents());
            if delivered {
                documents.push(parcel.delivery_document());
            }
            parcels.push(parcel);
        }
        (parcels, documents)
    })
}

/// The documents in some order, cut into batches.
fn arrivals() -> impl Strategy<Value = (Vec<Parcel>, Vec<Document>, Vec<usize>, Vec<bool>)> {
    parcels().prop_flat_map(|(parcels, documents)| {
        let count = documents.len();
        let order = Just((0..count).collect::<Vec<_>>()).prop_shuffle();
        let cuts = proptest::collection::vec(any::<bool>(), count);
        (Just(parcels), Just(documents), order, cuts)
    })
}

proptest! {
    #![proptest_config(Config { cases: 48, failure_persistence: None, ..Config::default() })]

    #[test]
    fn no_order_of_arrival_makes_a_difference(
        (parcels, documents, order, cuts) in arrivals()
    ) {
        let together = outcome(&parcels, &[documents.iter().collect()]);
        let mut batches = vec![Vec::new()];
        for (index, cut) in order.iter().zip(cuts) {
            if cut {
                batches.push(Vec::new());
            }
            batches.last_mut().unwrap().push(&documents[*index]);
        }
        prop_assert_eq!(outcome(&parcels, &batches), together);
    }
}
