//! The tax guarantee: held at release, queued for in order, released in order when it is topped up.

use tongguan_application::clearing::incoming::Incoming;
use tongguan_domain::ids::{DeclarationId, PartyId};
use tongguan_domain::money::Money;
use tongguan_testkit::parcels::{Document, Parcel, single_piece};
use tongguan_testkit::world::{Beginning, World, guarantee};

use crate::support::*;

const PLATFORM: PartyId = PartyId(1);

/// A world in which the platform guarantees so much.
fn granted(fen: i64) -> World {
    World::with(Beginning { guarantee: Money::from_fen(fen), ..Beginning::unsigned() })
}

/// The `n`th parcel, worth so many yuan: it owes 9.10 % of that.
fn worth(n: u64, yuan: i64) -> Parcel {
    single_piece(n, sent_at(), yuan * 100).unwrap()
}

fn status(world: &World, parcel: &Parcel) -> i32 {
    world.declaration(parcel).unwrap().state.status().number()
}

fn id(world: &World, parcel: &Parcel) -> DeclarationId {
    world.declaration(parcel).unwrap().id
}

/// What is held and what queues.
fn balance(world: &World) -> (i64, i64) {
    let guarantee = world.guarantee();
    (guarantee.held.fen(), guarantee.queued.fen())
}

#[test]
fn a_release_holds_its_tax() {
    let mut world = granted(91_00);
    world.send(&worth(1, 1000).documents());
    assert_eq!(balance(&world), (91_00, 0));
}

#[test]
fn too_small_a_guarantee_leaves_a_declaration_reviewed_with_the_reason() {
    let parcel = worth(1, 1000);
    let mut world = granted(90_99);
    let sent = world.send(&parcel.documents());
    assert_eq!(sent.statuses(&parcel.lodging()), [2, 3, 120, 399]);
    let reason = "审结; 税款担保可用余额不足，待放行：应缴税款91.00，可用余额90.99";
    assert_eq!(sent.last_text(&parcel.lodging()), reason);
    assert_eq!(balance(&world), (0, 91_00));
    assert!(sent.bills.is_empty());
}

#[test]
fn nobody_overtakes_the_queue() {
    let (large, small) = (worth(1, 1000), worth(2, 10));
    let mut world = granted(50_00);
    world.send(&large.documents());
    let sent = world.send(&small.documents());
    assert_eq!(status(&world, &small), 399);
    let reason =
        "审结; 税款担保可用余额不足，待放行：应缴税款0.91，可用余额50.00，在前排队税款91.00";
    assert_eq!(sent.last_text(&small.lodging()), reason);
    assert_eq!(balance(&world), (0, 91_91));
}

#[test]
fn when_it_is_topped_up_the_queue_is_released_in_order_as_far_as_it_reaches() {
    let parcels = [worth(1, 1000), worth(2, 2000), worth(3, 10)];
    let mut world = granted(50_00);
    let documents: Vec<Document> = parcels.iter().flat_map(Parcel::documents).collect();
    world.send(&documents);
    assert_eq!(balance(&world), (0, 91_00 + 182_00 + 91));
    let queue: Vec<_> = parcels.iter().map(|parcel| id(&world, parcel)).collect();

    world.grant(PLATFORM, Money::from_fen(200_00));
    let sent = world.decide(Incoming::GuaranteeChanged(queue.clone())).unwrap();
    assert_eq!(sent.statuses(&parcels[0].lodging()), [800]);
    assert_eq!(sent.bills.len(), 1);
    let now: Vec<_> = parcels.iter().map(|parcel| status(&world, parcel)).collect();
    assert_eq!(now, [800, 399, 399], "the third would fit but stands behind the second");
    assert_eq!(balance(&world), (91_00, 182_91));

    world.grant(PLATFORM, Money::from_fen(1000_00));
    world.decide(Incoming::GuaranteeChanged(queue)).unwrap();
    let now: Vec<_> = parcels.iter().map(|parcel| status(&world, parcel)).collect();
    assert_eq!(now, [800, 800, 800]);
    assert_eq!(balance(&world), (91_00 + 182_00 + 91, 0));
    world.send(&worth(4, 10).documents());
    assert_eq!(status(&world, &worth(4, 10)), 800);
}

#[test]
fn queues_before_two_guarantees_do_not_hinder_each_other() {
    let (poor, mut rich) = (worth(1, 1000), worth(2, 1000));
    rich.declaration.guarantor = rich.declaration.merchant.code.clone();
    let mut world = granted(1_00);
    world.grant(PartyId(2), Money::from_fen(1_00));
    world.send(&poor.documents());
    world.send(&rich.documents());
    let queue = vec![id(&world, &poor), id(&world, &rich)];
    world.grant(PartyId(2), Money::from_fen(100_00));
    world.decide(Incoming::GuaranteeChanged(queue)).unwrap();
    assert_eq!((status(&world, &poor), status(&world, &rich)), (399, 800));
}

#[test]
fn a_guarantee_whose_term_is_over_is_none() {
    let parcel = worth(1, 1000);
    let world_begin = sent_at();
    let ended = tongguan_storage::Guarantee {
        valid_to: Some(world_begin),
        ..guarantee(PLATFORM, Money::from_fen(100_00))
    };
    let mut world = granted(100_00);
    world.write_guarantee(ended);
    let sent = world.send(&parcel.documents());
    assert_eq!(sent.statuses(&parcel.lodging()), [100]);
    assert_eq!(sent.last_text(&parcel.lodging()), "担保企业[330196P001]没有有效的税款担保");
}

#[test]
fn a_guarantee_that_ends_while_a_declaration_waits_holds_nothing_until_it_is_renewed() {
    let parcel = worth(1, 1000);
    let [order, payment, waybill, declaration] = parcel.documents();
    let mut world = granted(100_00);
    world.send([&order, &payment, &declaration]);
    let ended = tongguan_storage::Guarantee {
        valid_to: Some(sent_at()),
        ..guarantee(PLATFORM, Money::from_fen(100_00))
    };
    world.write_guarantee(ended);
    let sent = world.send([&waybill]);
    assert_eq!(sent.statuses(&declaration), [3, 120, 399]);
    assert!(sent.last_text(&declaration).ends_with("可用余额0.00"));
    world.grant(PLATFORM, Money::from_fen(100_00));
    let queue = vec![id(&world, &parcel)];
    world.decide(Incoming::GuaranteeChanged(queue)).unwrap();
    assert_eq!(status(&world, &parcel), 800);
}

#[test]
fn a_declaration_without_a_guarantee_does_not_hinder_the_others_of_its_batch() {
    let (mut without, other) = (worth(1, 1000), worth(2, 1000));
    without.declaration.guarantor = without.declaration.merchant.code.clone();
    let mut world = granted(1000_00);
    let documents: Vec<Document> =
        [&without, &other].into_iter().flat_map(Parcel::documents).collect();
    world.send(&documents);
    assert_eq!((status(&world, &without), status(&world, &other)), (100, 800));
}
