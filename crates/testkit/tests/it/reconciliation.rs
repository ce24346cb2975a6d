//! A database held against itself: what agrees is counted, what does not is named.

use std::sync::Arc;

use tongguan_application::mailboxes::Distributor;
use tongguan_application::reconciliation::{
    Disagreement, Reconciled, ReconciliationError, reconcile,
};
use tongguan_storage::seal::Keyring;
use tongguan_testkit::bonded::open_with;
use tongguan_testkit::world::{Beginning, World};

use crate::support::*;

on_both_engines! {
    what_agrees_is_counted,
    a_balance_that_was_changed_is_named_with_what_it_should_be,
    a_stock_that_its_movements_do_not_explain_is_named,
    a_letter_that_is_gone_and_one_of_nothing_are_named,
    a_message_that_was_changed_is_named,
    keys_of_another_ring_are_no_keys,
}

/// Two released parcels and one that waits for its waybill, with their letters distributed.
fn busy(on: On) -> World {
    let mut world = World::with(on(Beginning::unsigned()));
    for n in 1..=2 {
        world.send(&nth(n).documents());
    }
    let waits = nth(3);
    world.send([&waits.order_document(), &waits.payment_document(), &waits.lodging()]);
    Distributor::open(&world.store).unwrap().distribute().unwrap();
    world
}

fn reconciled(world: &World) -> Reconciled {
    let keyring = Arc::new(Keyring::from_master(&[7; 32]));
    reconcile(&world.store, Some(&keyring), &mut |_| {}).unwrap()
}

fn disagreements(world: &World) -> Vec<Disagreement> {
    reconciled(world).disagreements
}

fn what_agrees_is_counted(on: On) {
    let done = reconciled(&busy(on));
    assert!(done.is_sound(), "{:?}", done.disagreements);
    assert_eq!((done.declarations, done.not_kept, done.more), (3, 0, 0));
    assert!(done.postings > 0 && done.balances > 0 && done.letters > 0, "{done:?}");
    assert!(done.bundles > 0 && done.read > 0 && done.messages >= done.read, "{done:?}");
}

fn a_balance_that_was_changed_is_named_with_what_it_should_be(on: On) {
    let world = busy(on);
    for (table, column, what) in [
        ("allowance", "used", "/used"),
        ("allowance", "reserved", "/used, held"),
        ("guarantee", "held", "/held"),
        ("guarantee", "queued", "/held, queued"),
    ] {
        tamper(&world, &format!("UPDATE {table} SET {column} = {column} + 7"));
        let found = disagreements(&world);
        assert!(!found.is_empty(), "{table}.{column}");
        for disagreement in found {
            let Disagreement::Balance { of, stands, follows } = disagreement else {
                panic!("{disagreement}")
            };
            assert!(of.ends_with(what), "{of}");
            assert_eq!(i128::from(stands) - 7, follows, "{of}");
        }
        tamper(&world, &format!("UPDATE {table} SET {column} = {column} - 7"));
    }
    // Of which nobody has any row.
    tamper(
        &world,
        "UPDATE posting SET debit = 'guarantee/999/held' WHERE debit LIKE 'guarantee/%/held'",
    );
    let found: Vec<_> = disagreements(&world).iter().map(ToString::to_string).collect();
    assert!(found.iter().any(|it| it.starts_with("`guarantee/999/held` stands at 0")), "{found:?}");
    std::mem::forget(world);
}

fn a_stock_that_its_movements_do_not_explain_is_named(on: On) {
    let world = busy(on);
    open_with(&world.store, 5, sent_at());
    assert_eq!(disagreements(&world), []);
    tamper(&world, "UPDATE bonded_stock SET on_hand = on_hand + 1");
    let found = disagreements(&world);
    assert!(matches!(found[..], [Disagreement::Stock(_)]), "{found:?}");
    tamper(&world, "UPDATE bonded_stock SET on_hand = on_hand - 1");

    tamper(&world, "UPDATE bonded_stock SET held = held + 1");
    let found: Vec<_> = disagreements(&world).iter().map(ToString::to_string).collect();
    assert!(matches!(&found[..], [it] if it.contains(", held` stands at")), "{found:?}");
    tamper(&world, "UPDATE bonded_stock SET held = held - 1");
}

fn a_letter_that_is_gone_and_one_of_nothing_are_named(on: On) {
    let world = busy(on);
    let letters = world.store.read(|view| view.letters_behind(None, 100)).unwrap();
    let mailbox = letters.iter().find(|letter| letter.n == 3).unwrap().dxp_id.to_string();
    tamper(&world, &format!("UPDATE mailbox SET n = n + 900 WHERE n = 2 AND dxp_id = '{mailbox}'"));
    let gap = Disagreement::Gap { mailbox: mailbox.clone(), n: 2 };
    assert!(disagreements(&world).contains(&gap));
    tamper(&world, "UPDATE mailbox SET n = n - 900 WHERE n > 900");

    tamper(&world, "UPDATE mailbox SET seq = seq + 100000 WHERE n = 1");
    let found = disagreements(&world);
    let none = Disagreement::NoResponse { mailbox, n: 1 };
    assert!(found.contains(&none), "{found:?}");
    tamper(&world, "UPDATE mailbox SET seq = seq - 100000 WHERE n = 1");
}

fn a_message_that_was_changed_is_named(on: On) {
    let world = busy(on);
    tamper(&world, "UPDATE message SET length = length - 1");
    let found = disagreements(&world);
    assert!(!found.is_empty() && found.iter().all(|it| matches!(it, Disagreement::Original(_))));
    tamper(&world, "UPDATE message SET length = length + 1");

    tamper(&world, "UPDATE message_bundle SET message_id = message_id + 1");
    let found = disagreements(&world);
    assert!(found.iter().any(|it| it.to_string().contains("cannot be opened")), "{found:?}");
    tamper(&world, "UPDATE message_bundle SET message_id = message_id - 1");
}

fn keys_of_another_ring_are_no_keys(on: On) {
    let world = busy(on);
    let other = Arc::new(Keyring::from_master(&[8; 32]));
    let refused = reconcile(&world.store, Some(&other), &mut |_| {}).unwrap_err();
    assert!(matches!(refused, ReconciliationError::Storage(_)), "{refused:?}");
}
