//! Several processes on one PostgreSQL, each of which may decide about everything.

use std::collections::BTreeMap;
use std::sync::Barrier;

use ::postgres::NoTls;
use tongguan_application::clearing::batch::BatchError;
use tongguan_application::clearing::incoming::Incoming;
use tongguan_application::ports::Clock as _;
use tongguan_domain::allowance::Allowance;
use tongguan_domain::money::Money;
use tongguan_storage::{HeldFrom, Partition, Partitions, StorageError};
use tongguan_testkit::exports::export;
use tongguan_testkit::parcels::{Document, Parcel, buyer, message, single_piece};
use tongguan_testkit::postgres::database;
use tongguan_testkit::world::{Beginning, Client, World};

use crate::support::*;

/// A world on PostgreSQL; `None` where there is no server, which has been said loudly.
fn world_of_many() -> Option<World> {
    let database = Some(database()?);
    Some(World::with(Beginning { database, ..Beginning::unsigned() }))
}

/// The `n`th parcel, of the first buyer, one piece worth 4,000 yuan: six of them are within his allowance.
fn bought(n: u64) -> Parcel {
    let mut parcel = single_piece(n, sent_at(), 4_000_00).unwrap();
    let buyer = buyer(1);
    parcel.order.buyer = buyer.clone();
    parcel.payment.payer = buyer.clone();
    parcel.declaration.buyer = buyer;
    parcel
}

/// The messages of the `n`th parcel, each with one document.
fn messages_of(world: &World, n: u64) -> Vec<String> {
    let of = |document: &Document| message(&world.cast, std::slice::from_ref(document), n).unwrap();
    nth(n).documents().iter().map(of).collect()
}

/// Each client sends another document of every parcel, all at once.
fn send_apart(world: &World, clients: &mut [Client], parcels: &[Parcel]) {
    let begin = Barrier::new(clients.len());
    std::thread::scope(|scope| {
        for (which, client) in clients.iter_mut().enumerate() {
            let (cast, begin) = (&world.cast, &begin);
            scope.spawn(move || {
                begin.wait();
                for (n, parcel) in (0..).zip(parcels) {
                    let document = &parcel.documents()[(which + n) % 4];
                    let number = u64::try_from(which * 1_000 + n).unwrap();
                    let document = std::slice::from_ref(document);
                    client.submit(&[message(cast, document, number).unwrap()]);
                }
            });
        }
    });
}

/// The clock stands still, and all messages get their ids in one partition: two equal ids would collide.
#[test]
fn documents_of_one_parcel_meet_whichever_processes_take_them() {
    let Some(mut world) = world_of_many() else { return };
    let parcels: Vec<_> = (1..=24).map(nth).collect();
    let mut clients = world.share(4);
    send_apart(&world, &mut clients, &parcels);
    world.unite(clients);
    for parcel in &parcels {
        let declaration = world.declaration(parcel).unwrap();
        assert_eq!(declaration.state.status().number(), 800, "{:?}", declaration.state);
    }
    let counts = world.store.read(|view| view.row_counts()).unwrap();
    for (table, expected) in
        [("message", 96), ("document", 96), ("declaration", 24), ("tax_bill", 24)]
    {
        assert_eq!(counts[table], expected, "rows of {table}");
    }
}

#[test]
fn processes_that_clear_for_one_buyer_never_exceed_his_allowance() {
    let Some(mut world) = world_of_many() else { return };
    let parcels: Vec<_> = (1..=10).map(bought).collect();
    let mut clients = world.share(4);
    send_apart(&world, &mut clients, &parcels);
    world.unite(clients);
    let states = parcels.iter().map(|parcel| world.declaration(parcel).unwrap());
    let released = states.filter(|it| it.state.status().number() == 800).count();
    let Allowance { reserved, used } =
        world.allowance(&world.declaration(&parcels[0]).unwrap(), 2026);
    assert_eq!((reserved.fen(), used.fen()), (0, 6 * 4_000_00));
    assert_eq!(released, 6);
}

/// For how many processes something is set aside of guarantees, and how much.
fn set_aside(world: &World) -> (i64, i64) {
    let mut client = ::postgres::Client::connect(&world.database().unwrap().url, NoTls).unwrap();
    let text = "SELECT COUNT(*), CAST(COALESCE(SUM(free), 0) AS BIGINT) FROM guarantee_slice";
    let row = client.query_one(text, &[]).unwrap();
    (row.get(0), row.get(1))
}

#[test]
fn one_guarantor_behind_several_processes_is_held_from_slices() {
    let Some(mut world) = world_of_many() else { return };
    let mut clients = world.share(3);
    for (client, n) in clients.iter_mut().zip(1..) {
        client.submit(&messages_of(&world, n));
    }
    let messages = messages_of(&world, 4);
    let (count, free) = set_aside(&world);
    assert!(count == 3 && free > 0, "{count} slices, {free} fen");
    // Somebody has the row of the guarantee: whoever has a slice goes on.
    let party = world.cast.platform.party.id;
    let rest = BTreeMap::from([((Partition::of_party(party), party), HeldFrom::Rest)]);
    let mut other = world.store.writer().unwrap();
    let beside = other.transaction(|tx| {
        tx.take_guarantees(&rest, 100)?;
        clients[0].submit(&messages);
        Ok::<_, StorageError>(set_aside(&world))
    });
    let (count, less) = beside.unwrap();
    assert!(count == 3 && less < free, "{count} slices, {less} of {free} fen");
    world.unite(clients);
    let released = (1..=4).map(|n| world.declaration(&nth(n)).unwrap().state.status().number());
    assert!(released.eq([800; 4]));
}

#[test]
fn nobody_is_refused_while_something_is_set_aside_elsewhere() {
    let Some(mut world) = world_of_many() else { return };
    world.send(&nth(100).documents());
    let each = world.guarantee().held.fen();
    let parcels: Vec<_> = (1..=24).map(nth).collect();
    world.grant(world.cast.platform.party.id, Money::from_fen(11 * each + each / 2));
    let mut clients = world.share(4);
    send_apart(&world, &mut clients, &parcels);
    assert_eq!(set_aside(&world), (0, 0), "everything was taken back before anybody queued");
    world.unite(clients);
    let ids: Vec<_> = parcels.iter().map(|parcel| world.declaration(parcel).unwrap()).collect();
    let with = |status| ids.iter().filter(|it| it.state.status().number() == status).count();
    assert_eq!((with(800), with(399)), (10, 14));
    let standing = world.guarantee();
    assert_eq!((standing.held.fen(), standing.queued.fen()), (11 * each, 14 * each));
}

/// Numbers of waybills and payments are found by a claim, which may lie in the bucket of any partition.
#[test]
fn a_parcel_is_decided_while_others_hold_every_partition_but_its_own() {
    let Some(mut world) = world_of_many() else { return };
    let mut clients = world.share(1);
    let parcel = nth(1);
    let own = Partitions::from_iter([Partition::of_order(&parcel.order.order_no)]);
    let mut other = world.store.writer().unwrap();
    let held = other.transaction(|tx| {
        tx.lock_partitions(&Partitions::ALL.without(&own))?;
        for (n, document) in (1..).zip(parcel.documents()) {
            clients[0].submit(&[message(&world.cast, &[document], n).unwrap()]);
        }
        Ok::<_, StorageError>(())
    });
    held.unwrap();
    assert_eq!(clients[0].engine().begun_anew(), 0);
    world.unite(clients);
    assert_eq!(world.declaration(&parcel).unwrap().state.status().number(), 800);
}

/// The number of the payment lies in a bucket of its own, so its claim is all that these orders have in common.
#[test]
fn of_many_orders_that_one_payment_is_sent_for_one_has_it() {
    let Some(mut world) = world_of_many() else { return };
    let mut parcels: Vec<_> = (1..=12).map(nth).collect();
    for parcel in &mut parcels {
        parcel.payment.transaction = nth(1).payment.transaction;
        parcel.order.payment.transaction = Some(parcel.payment.transaction.clone());
    }
    let mut clients = world.share(4);
    send_apart(&world, &mut clients, &parcels);
    world.unite(clients);
    let states = parcels.iter().map(|parcel| world.declaration(parcel).unwrap().state.status());
    let released = states.filter(|status| status.number() == 800).count();
    assert_eq!(released, 1);
    let counts = world.store.read(|view| view.row_counts()).unwrap();
    assert_eq!(counts["claim"], 12 + 1, "each waybill's, and the payment's");
}

/// Removes a process as others do whose lease has ended.
fn remove(world: &World) {
    let far = world.clock.now().plus_days(100 * 365);
    let mut writer = world.store.writer().unwrap();
    let removed = writer.transaction(|tx| tx.remove_lapsed(far)).unwrap();
    assert_eq!(removed.len(), 1);
}

#[test]
fn a_process_that_was_paused_until_it_was_removed_cannot_commit() {
    let Some(mut world) = world_of_many() else { return };
    let mut clients = world.share(1);
    let paused = clients[0].refine(&messages_of(&world, 1));
    remove(&world);
    let rows = || world.store.read(|view| view.row_counts()).unwrap();
    let before = rows();
    let refused = clients[0].commit(&paused).unwrap_err();
    assert!(matches!(refused, BatchError::Outdated), "{refused}");
    assert_eq!(rows(), before, "nothing was written");
    // What comes now has ids of the new place.
    clients[0].submit(&messages_of(&world, 2));
    world.unite(clients);
    assert_eq!(world.declaration(&nth(2)).unwrap().state.status().number(), 800);
    assert!(world.declaration(&nth(1)).is_none());
}

/// An engine that was fenced says so once, and takes another place by itself.
#[test]
fn commands_of_a_process_that_was_removed_are_decided_at_its_new_place() {
    let Some(mut world) = world_of_many() else { return };
    world.send(&nth(1).documents());
    let id = world.declaration(&nth(1)).unwrap().id;
    let mut clients = world.share(1);
    remove(&world);
    let refused = clients[0].decide(&[Incoming::Due(id)]).unwrap();
    assert_eq!(refused, []);
    world.unite(clients);
}

#[test]
fn a_batch_that_reaches_further_than_it_names_begins_anew_and_decides_once() {
    let Some(mut world) = world_of_many() else { return };
    let parcels: Vec<_> = (1..=3).map(|n| export(n, sent_at()).unwrap()).collect();
    for parcel in &parcels {
        world.send(&parcel.documents());
    }
    let mut clients = world.share(2);
    let arrivals: Vec<_> = parcels.iter().map(|parcel| parcel.arrival_document()).collect();
    std::thread::scope(|scope| {
        for (client, n) in clients.iter_mut().zip(0_u64..) {
            let (cast, arrivals) = (&world.cast, &arrivals);
            scope.spawn(move || {
                for document in arrivals {
                    let text = message(cast, std::slice::from_ref(document), 900 + n).unwrap();
                    client.submit(&[text]);
                }
            });
        }
    });
    // An arrival names parcels, not declarations.
    assert!(clients.iter().map(|client| client.engine().begun_anew()).sum::<u64>() > 0);
    world.unite(clients);
    for parcel in &parcels {
        assert_eq!(world.export(parcel).unwrap().state.status().number(), 800);
    }
}

#[test]
fn an_officer_of_one_process_decides_what_another_took_in() {
    let Some(mut world) = world_of_many() else { return };
    let parcel = nth(1);
    let [order, payment, waybill, declaration] = parcel.documents();
    let stored = stored_only(&declaration);
    world.send([&order, &payment, &waybill, &stored]);
    let id = world.declaration(&parcel).unwrap().id;
    let mut clients = world.share(8);
    let begin = Barrier::new(clients.len());
    let refused = std::thread::scope(|scope| {
        let deciding = clients.iter_mut().map(|client| {
            let begin = &begin;
            scope.spawn(move || {
                begin.wait();
                client.decide(&[declare(id)]).unwrap().len()
            })
        });
        let deciding: Vec<_> = deciding.collect();
        deciding.into_iter().map(|it| it.join().unwrap()).sum::<usize>()
    });
    assert_eq!(refused, 7, "one of them declared it");
    world.unite(clients);
    assert_eq!(world.declaration(&parcel).unwrap().state.status().number(), 800);
}

#[test]
fn more_processes_than_there_are_places_are_refused() {
    let Some(mut world) = world_of_many() else { return };
    world.stop();
    let clients = world.share(128);
    let one_more = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| world.restart()));
    assert!(one_more.is_err(), "all places are taken");
    world.unite(clients);
}
