//! The heart of the product on both engines: what is said must not depend on where it is stored.

use std::sync::Barrier;

use tongguan_application::clearing::incoming::Incoming;
use tongguan_application::history::{self, Cause};
use tongguan_application::settings;
use tongguan_domain::money::Money;
use tongguan_storage::{About, Register, Store};
use tongguan_testkit::parcels::{Document, Messages, Parcel};
use tongguan_testkit::postgres::database;
use tongguan_testkit::world::{Beginning, Sent, World};

use crate::support::*;

on_both_engines! {
    signed_messages_clear_parcels,
    every_order_of_arrival_releases_the_parcel,
    the_same_message_again_gets_the_same_responses,
    what_a_guarantee_does_not_cover_queues_for_it_in_order,
    a_writer_that_starts_anew_goes_on,
    changes_of_registers_beside_a_writer_are_numbered_by_themselves,
}

/// Ends the connection of the first transaction that has written a response, while it commits: its
/// client cannot know whether it was committed.
const LOSE_THE_FIRST_COMMIT: &str = "
    CREATE SEQUENCE fuse;
    CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF nextval('fuse') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
        RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER lose AFTER INSERT ON response
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION lose();
";

#[test]
fn a_commit_whose_result_is_not_known_is_resolved() {
    let Some(database) = database() else { return };
    let mut world = World::with(Beginning { database: Some(database), ..Beginning::unsigned() });
    world.database().unwrap().execute(LOSE_THE_FIRST_COMMIT).unwrap();
    let parcel = nth(1);
    let sent = world.send(&parcel.documents());
    assert_eq!(sent.statuses(&parcel.lodging()), [2, 3, 120, 399, 800]);
    assert_eq!(sent.bills.len(), 1);
    assert_eq!(world.rows(&parcel).len(), 4);
}

fn unsigned(on: On) -> World {
    World::with(on(Beginning::unsigned()))
}

fn bytes(sent: &Sent) -> Vec<&[u8]> {
    sent.messages.iter().map(|message| &*message.xml).collect()
}

fn state(world: &World, parcel: &Parcel) -> i32 {
    world.declaration(parcel).unwrap().state.status().number()
}

fn signed_messages_clear_parcels(on: On) {
    let mut world = World::with(on(Beginning::default()));
    let parcels: Vec<_> = (1..=20).map(nth).collect();
    let messages = Messages::of(&world.cast, &parcels, 1).unwrap().into_array();
    let responses = world.submit(messages.iter().map(String::as_str));
    let bills = responses.iter().filter(|response| response.message == "CEB816").count();
    assert_eq!(bills, parcels.len());
    assert!(parcels.iter().all(|parcel| state(&world, parcel) == 800));
}

fn every_order_of_arrival_releases_the_parcel(on: On) {
    let mut world = unsigned(on);
    let orders: Vec<[usize; 4]> = (0..256_usize)
        .map(|n| [n & 3, n >> 2 & 3, n >> 4 & 3, n >> 6 & 3])
        .filter(|order| (0..4).all(|n| order.contains(&n)))
        .collect();
    let parcels: Vec<_> = (1..=24).map(nth).collect();
    let documents: Vec<_> = parcels.iter().map(Parcel::documents).collect();
    let mut bills = Vec::new();
    for step in 0..4 {
        let batch = orders.iter().zip(&documents).map(|(order, of)| &of[order[step]]);
        bills.extend(world.send(batch.collect::<Vec<&Document>>()).bills);
    }
    assert_eq!(bills.len(), 24);
    assert!(bills.iter().all(|bill| bill.taxes == bills[0].taxes), "{bills:?}");
    assert!(parcels.iter().all(|parcel| state(&world, parcel) == 800));
}

fn the_same_message_again_gets_the_same_responses(on: On) {
    let parcel = nth(1);
    let mut world = unsigned(on);
    for document in parcel.documents() {
        let first = world.send([&document]);
        let (rows, declaration) = (world.rows(&parcel), world.declaration(&parcel));
        let again = world.send([&document]);
        let told = |sent: &Sent| sent.statuses(&document);
        assert_eq!(told(&again).last(), told(&first).last(), "{}", document.message_number());
        assert_eq!((world.rows(&parcel), world.declaration(&parcel)), (rows, declaration));
    }
    let first = world.send([&parcel.lodging()]);
    assert_eq!(first.bills.len(), 1, "the bill goes with the release");
    assert_eq!(bytes(&world.send([&parcel.lodging()])), bytes(&first));
}

fn what_a_guarantee_does_not_cover_queues_for_it_in_order(on: On) {
    let beginning = Beginning { guarantee: Money::ZERO, ..Beginning::unsigned() };
    let mut world = World::with(on(beginning));
    let parcels: Vec<_> = (1..=3).map(nth).collect();
    for parcel in &parcels {
        world.send(&parcel.documents());
    }
    let states = |world: &World| [0, 1, 2].map(|n| state(world, &parcels[n]));
    assert_eq!(states(&world), [399; 3]);
    let standing = world.guarantee();
    let each = Money::from_fen(standing.queued.fen() / 3);
    assert!(each.fen() > 0);

    let two = Money::from_fen(each.fen() * 2 + 1);
    world.grant(world.cast.platform.party.id, two);
    let queue = parcels.iter().map(|parcel| world.declaration(parcel).unwrap().id).collect();
    let sent = world.decide(Incoming::GuaranteeChanged(queue)).unwrap();
    assert_eq!(sent.bills.len(), 2);
    assert_eq!(states(&world), [800, 800, 399]);
    let standing = world.guarantee();
    assert_eq!((standing.held.fen(), standing.queued), (each.fen() * 2, each));
}

fn a_writer_that_starts_anew_goes_on(on: On) {
    let parcel = nth(1);
    let mut world = unsigned(on);
    for document in parcel.documents() {
        world.send([&document]);
        world.restart();
    }
    assert_eq!(state(&world, &parcel), 800);
}

/// How often each setting is changed.
const CHANGES: i64 = 25;
/// The settings that are changed.
const NAMES: [&str; 2] = ["waiting_days", "close_after_days"];

/// The writer owns every partition and its numbers; others change settings all the while.
fn changes_of_registers_beside_a_writer_are_numbered_by_themselves(on: On) {
    let mut world = unsigned(on);
    let parcels: Vec<_> = (1..=20).map(nth).collect();
    let begin = Barrier::new(3);
    let change = |store: &Store, name: &str| {
        let mut writer = store.writer().unwrap();
        let cause = Cause::Command(name.to_owned());
        begin.wait();
        for n in 1..=CHANGES {
            let (value, at) = (n.to_string(), sent_at().plus_millis(n));
            assert!(settings::put(&mut writer, None, name, Some(&value), &cause, at).unwrap());
        }
    };
    let store = world.store.clone();
    std::thread::scope(|scope| {
        for name in NAMES {
            scope.spawn(|| change(&store, name));
        }
        begin.wait();
        for parcel in &parcels {
            world.send(&parcel.documents());
        }
    });
    assert!(parcels.iter().all(|parcel| state(&world, parcel) == 800));
    let events = world
        .store
        .read(|view| history::events(view, Register::Settings, About::Everything, None, i64::MAX))
        .unwrap();
    let revisions = events.iter().rev().map(|event| (event.revision, event.n));
    assert!(revisions.eq((1..=2 * CHANGES).map(|n| (n, 0))), "none twice, none missing");
    for name in NAMES {
        let by = Cause::Command(name.to_owned());
        let values = events.iter().rev().filter(|event| event.cause == by);
        let values: Vec<i64> =
            values.map(|event| event.entry.fields[0].after.parse().unwrap()).collect();
        assert!(values.iter().copied().eq(1..=CHANGES), "{values:?}");
    }
}
