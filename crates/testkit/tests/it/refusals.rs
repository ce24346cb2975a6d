//! For what documents are refused, and who does not fetch his answers, as whoever runs the service is told.

use tongguan_application::mailboxes::Distributor;
use tongguan_application::operating::{Outcome, outcome};
use tongguan_application::ports::Clock as _;
use tongguan_domain::matching;
use tongguan_testkit::world::{Beginning, World};

use crate::support::*;

on_both_engines! {
    a_refused_document_counts_once_by_message_and_first_rule,
    answers_wait_until_their_receiver_has_fetched_them,
}

const HOUR_MS: i64 = 3_600_000;

fn seen(world: &World) -> Outcome {
    world.store.read(|view| outcome(view, world.clock.now())).unwrap()
}

/// Code, how often in the last hour, how often in the last day.
fn reasons(world: &World) -> Vec<(&'static str, Option<&'static str>, i64, i64)> {
    let refused = seen(world).refused;
    let told = |it: &tongguan_application::refusals::Refused| {
        (it.codes().1, it.message_code(), it.last_hour, it.last_day)
    };
    refused.iter().map(told).collect()
}

fn a_refused_document_counts_once_by_message_and_first_rule(on: On) {
    let mut world = World::with(on(Beginning::unsigned()));
    let mut distributor = Distributor::open(&world.store).unwrap();
    world.send(&nth(1).documents());
    distributor.distribute().unwrap();
    assert_eq!(reasons(&world), [], "nothing was refused");
    for n in 2..=3 {
        let mut wrong = nth(n);
        wrong.declaration.consignee_address = "另一个地址".into();
        world.send(&wrong.documents());
        // The same again is answered again, and is no other refusal.
        world.send([&wrong.lodging()]);
    }
    distributor.distribute().unwrap();
    let first = reasons(&world);
    let [(code, message, hour, day)] = first[..] else { panic!("{first:?}") };
    assert_eq!((message, hour, day), (Some("CEB621"), 2, 2), "{first:?}");
    assert_eq!(code, matching::ADDRESS_DIFFERS.code);
    let taken: Vec<_> = distributor.take_refused().into_iter().collect();
    assert_eq!(taken.len(), 1);
    assert_eq!((taken[0].0.1, taken[0].1), (code, 2));
    assert!(distributor.take_refused().is_empty(), "each is told once");

    // What cannot be read is refused as a whole.
    world.submit(["<nothing/>"]);
    distributor.distribute().unwrap();
    let unread = reasons(&world);
    assert!(unread.iter().any(|it| it.1.is_none() && it.0.starts_with("exchange-")), "{unread:?}");
    // Whoever distributes anew finds nothing to count again.
    Distributor::open(&world.store).unwrap().distribute().unwrap();
    assert_eq!(reasons(&world), unread);

    world.clock.advance_millis(2 * HOUR_MS);
    assert!(reasons(&world).iter().all(|(.., hour, day)| *hour == 0 && *day > 0));
    world.clock.advance_millis(24 * HOUR_MS);
    assert_eq!(reasons(&world), []);
}

fn answers_wait_until_their_receiver_has_fetched_them(on: On) {
    let mut world = World::with(on(Beginning::unsigned()));
    let decided_at = world.clock.now();
    world.send(&nth(1).documents());
    assert_eq!(seen(&world).unfetched.mailboxes, 0, "they lie in no mailbox yet");
    Distributor::open(&world.store).unwrap().distribute().unwrap();
    let all = seen(&world).unfetched;
    assert!(all.mailboxes > 1 && all.mailboxes == all.longest.len() && all.late == 0, "{all:?}");
    let since = |it: &tongguan_application::mailboxes::Waiting| {
        it.since.unwrap().since(decided_at).as_secs().abs() < 60
    };
    assert!(all.longest.iter().all(since), "{all:?}");
    let first = all.longest[0].clone();
    let now = world.clock.now();
    let mut writer = world.store.small_writer().unwrap();
    writer.transaction(|tx| tx.read_mail(&first.mailbox, first.count, now)).unwrap();
    let left = seen(&world).unfetched;
    assert_eq!(left.mailboxes, all.mailboxes - 1);
    assert!(left.longest.iter().all(|it| it.mailbox != first.mailbox));
    for (hours, late) in [(25, left.mailboxes), (24 * 6, 0)] {
        world.clock.advance_millis(hours * HOUR_MS);
        assert_eq!(seen(&world).unfetched.late, late, "after {hours} h more");
    }
    assert_eq!(seen(&world).unfetched.mailboxes, left.mailboxes);
}
