//! A guarantee that two officers change while parcels are cleared, and what is listed of it.

use std::sync::Barrier;

use tongguan_application::clearing::incoming::ReturnEvent;
use tongguan_application::clearing::settings::Settings;
use tongguan_application::due::{DueError, DueWork};
use tongguan_application::guarantees::{
    GuaranteeError, Movement, MovementCause, MovementKind, Movements, approve, movements, propose,
};
use tongguan_application::history::Actor;
use tongguan_application::ports::Clock as _;
use tongguan_domain::guarantee::Terms;
use tongguan_domain::ids::PartyId;
use tongguan_domain::money::Money;
use tongguan_domain::party::Standing;
use tongguan_storage::{MovementPlace, Store};
use tongguan_testkit::parcels::{Document, Parcel, single_piece};
use tongguan_testkit::requests::import_return;
use tongguan_testkit::world::{Beginning, World};

use crate::support::*;

on_both_engines! {
    what_is_approved_counts_for_the_next_batch,
    what_is_held_and_given_back_is_listed_with_its_cause,
    a_list_that_is_forgotten_is_made_anew,
    changes_beside_a_writer_keep_every_sum,
}

const PLATFORM: PartyId = PartyId(1);

fn granted(on: On, fen: i64) -> World {
    World::with(on(Beginning { guarantee: Money::from_fen(fen), ..Beginning::unsigned() }))
}

/// The `n`th parcel, which owes 91 yuan.
fn worth(n: u64) -> Parcel {
    single_piece(n, sent_at(), 1000 * 100).unwrap()
}

fn by(name: &str) -> Actor {
    Actor { name: name.to_owned(), ..Actor::default() }
}

/// One officer proposes it and another approves it.
fn change(
    store: &Store,
    world: &World,
    change: impl FnOnce(&mut Terms),
) -> Result<(), GuaranteeError> {
    let (mut writer, now) = (store.writer().unwrap(), world.clock.now());
    let changed = |mut terms: Terms| {
        change(&mut terms);
        terms
    };
    let n = propose(&mut writer, PLATFORM, changed, "as agreed", &by("wang"), now)?;
    approve(&mut writer, n, &by("zhao"), now)
}

fn status(world: &World, parcel: &Parcel) -> i32 {
    world.declaration(parcel).unwrap().state.status().number()
}

/// Lets time try the queues; gives how many left one.
fn pass(world: &mut World, due: &mut DueWork) -> usize {
    let (store, now) = (world.store.clone(), world.clock.now());
    let done = due.run::<DueError>(&store, &Settings::default(), now, &mut |commands| {
        for command in commands {
            world.decide(command).unwrap();
        }
        Ok(())
    });
    done.unwrap().released
}

fn page(world: &World, before: Option<MovementPlace>, most: i64) -> Vec<Movement> {
    world.store.read(|view| movements(view, PLATFORM, before, most)).unwrap()
}

fn listed(world: &World) -> Vec<Movement> {
    Movements::open(&world.store).unwrap().take_up().unwrap();
    page(world, None, 500)
}

fn what_is_approved_counts_for_the_next_batch(on: On) {
    let mut world = granted(on, 1000_00);
    let store = world.store.clone();
    let mut due = DueWork::default();
    let [order, payment, waybill, waiting] = worth(1).documents();
    world.send([&order, &payment, &waiting]);
    change(&store, &world, |terms| terms.standing = Standing::Suspended).unwrap();

    let refused = worth(2);
    let sent = world.send(&refused.documents());
    assert_eq!(sent.statuses(&refused.lodging()), [100], "nothing new counts on it");
    let sent = world.send([&waybill]);
    assert_eq!(sent.statuses(&waiting), [3, 120, 399], "what was lodged before waits for it");
    assert_eq!(pass(&mut world, &mut due), 0);
    assert_eq!(
        (world.guarantee().held, world.guarantee().queued),
        (Money::ZERO, Money::from_fen(91_00))
    );

    change(&store, &world, |terms| terms.standing = Standing::Active).unwrap();
    assert_eq!(pass(&mut world, &mut due), 1);
    assert_eq!(status(&world, &worth(1)), 800);
    let [movement] = listed(&world).try_into().unwrap();
    assert_eq!(
        (movement.kind, movement.cause),
        (MovementKind::Held, Some(MovementCause::Guarantee))
    );

    // Its sum is what is held already: nothing more fits, and nothing is lost.
    change(&store, &world, |terms| terms.granted = Money::from_fen(91_00)).unwrap();
    let below = change(&store, &world, |terms| terms.granted = Money::from_fen(90_99));
    assert!(matches!(below, Err(GuaranteeError::BadTerms(_))), "{below:?}");
    world.send(&worth(3).documents());
    assert_eq!(status(&world, &worth(3)), 399);
    change(&store, &world, |terms| terms.granted = Money::from_fen(182_00)).unwrap();
    assert_eq!(pass(&mut world, &mut due), 1);

    // A term that is over is as good as none.
    let today = world.clock.now().china_day();
    change(&store, &world, |terms| {
        terms.granted = Money::from_fen(1000_00);
        terms.valid_to = Some(today.yesterday().unwrap());
    })
    .unwrap();
    let late = worth(4);
    assert_eq!(world.send(&late.documents()).statuses(&late.lodging()), [100]);
}

fn what_is_held_and_given_back_is_listed_with_its_cause(on: On) {
    let mut world = granted(on, 1000_00);
    let (kept, returned) = (worth(1), worth(2));
    for parcel in [&kept, &returned] {
        world.send(&parcel.documents());
        world.clock.advance_millis(1000);
    }
    let number = world.declaration(&returned).unwrap().state.number().unwrap().clone();
    let goods = [(0, returned.declaration.items[0].quantity)];
    let request = import_return(&returned, &number, 1, sent_at(), &goods).unwrap();
    world.send([&Document::Return(Box::new(request))]);
    let back = ReturnEvent::Back { packages: 1, damage: None, recorder: "李保管".into() };
    world.happens(&returned, back).unwrap();
    let examined = ReturnEvent::Examined { finding: Ok(()), officer: "王关员".into() };
    world.happens(&returned, examined).unwrap();

    let all = listed(&world);
    let told: Vec<_> =
        all.iter().map(|it| (it.kind, it.amount.fen(), it.place.declaration)).collect();
    let [of_kept, of_returned] = [&kept, &returned].map(|it| world.declaration(it).unwrap().id);
    assert_eq!(
        told,
        [
            (MovementKind::GivenBack, 91_00, of_returned),
            (MovementKind::Held, 91_00, of_returned),
            (MovementKind::Held, 91_00, of_kept),
        ]
    );
    assert_eq!(all[2].cause, Some(MovementCause::Document));
    assert_eq!(all[1].number, number.to_string());
    assert_eq!(page(&world, Some(all[0].place), 1), [all[1].clone()], "page by page");
    assert_eq!(page(&world, Some(all[2].place), 9), []);
    let other = world.store.read(|view| movements(view, PartyId(2), None, 9)).unwrap();
    assert_eq!(other, [], "it is nobody else's");
}

fn a_list_that_is_forgotten_is_made_anew(on: On) {
    let mut world = granted(on, 10_000_00);
    for n in 1..=5 {
        world.send(&worth(n).documents());
    }
    let before = listed(&world);
    assert_eq!(before.len(), 5);
    let mut follower = Movements::open(&world.store).unwrap();
    assert_eq!(follower.take_up().unwrap(), 0, "there is nothing further");
    let mut slower = Movements::open(&world.store).unwrap();
    follower.forget().unwrap();
    assert_eq!(page(&world, None, 9), []);
    assert!(slower.take_up().unwrap() > 0);
    assert_eq!(page(&world, None, 9), before);
}

fn changes_beside_a_writer_keep_every_sum(on: On) {
    let mut world = granted(on, 1000_00);
    let parcels: Vec<_> = (1..=20).map(worth).collect();
    let (begin, store, now) = (Barrier::new(2), world.store.clone(), world.clock.now());
    let changing = || {
        let mut writer = store.writer().unwrap();
        begin.wait();
        for n in 1..=20 {
            let wanted = |terms: Terms| Terms {
                granted: Money::from_fen(1000_00 + n * 10_00),
                standing: if n % 3 == 0 { Standing::Suspended } else { Standing::Active },
                ..terms
            };
            let number = propose(&mut writer, PLATFORM, wanted, "so", &by("wang"), now).unwrap();
            approve(&mut writer, number, &by("zhao"), now).unwrap();
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(changing);
        begin.wait();
        for parcel in &parcels {
            world.send(&parcel.documents());
        }
    });
    let mut due = DueWork::default();
    while pass(&mut world, &mut due) > 0 {}
    let guarantee = world.guarantee();
    assert_eq!(guarantee.granted, Money::from_fen(1200_00));
    let held: i64 = listed(&world).iter().map(|it| it.amount.fen()).sum();
    assert_eq!(guarantee.held.fen(), held);
    let released = parcels.iter().filter(|it| status(&world, it) == 800).count();
    assert_eq!(held, i64::try_from(released).unwrap() * 91_00);
    let refused = parcels.iter().filter(|it| status(&world, it) == 100).count();
    let queued = parcels.len() - released - refused;
    assert_eq!(guarantee.queued.fen(), i64::try_from(queued).unwrap() * 91_00);
    assert!(released <= 13 && guarantee.held <= guarantee.granted, "1200 cover thirteen");
}
