//! What customs knows from before of those whom a declaration names.

use tongguan_application::clearing::settings::{OfficeSettings, Settings};
use tongguan_application::enquiry::Enquiries;
use tongguan_application::parcels::{Outcome, Past, Projector, Whom};
use tongguan_application::ports::Clock as _;
use tongguan_application::review::AnyDeclaration;
use tongguan_domain::access::Reach;
use tongguan_domain::commerce::Action;
use tongguan_domain::declaration::{Detention, Ruling};
use tongguan_domain::ids::{DeclarationId, OfficeCode};
use tongguan_domain::lane::Selectivity;
use tongguan_domain::money::Money;
use tongguan_testkit::exports::export;
use tongguan_testkit::parcels::Parcel;
use tongguan_testkit::world::{Beginning, World};

use crate::support::*;

on_both_engines! {
    what_became_of_others_is_counted_for_buyer_merchant_and_address,
    it_is_told_to_customs_alone_and_lists_what_one_may_see,
    what_is_older_than_a_year_is_not_counted,
    whom_a_declaration_no_longer_names_it_is_not_listed_for,
    what_is_known_is_made_anew,
    of_an_export_the_merchant_is_known,
}

/// Everything is examined.
fn examining(on: On) -> World {
    let selectivity = Selectivity { red_per_10_000: 10_000, ..Selectivity::default() };
    let default_office = OfficeSettings { selectivity, ..OfficeSettings::default() };
    let settings = Settings { default_office, ..Settings::default() };
    World::with(on(Beginning { settings, ..Beginning::unsigned() }))
}

/// The `n`th parcel, of a buyer, to an address.
fn to(n: u64, buyer: u64, address: &str) -> Parcel {
    let mut parcel = sugar(n, buyer, 10);
    parcel.order.consignee.address = address.into();
    parcel.waybill.consignee.address = address.into();
    parcel.declaration.consignee_address = address.into();
    parcel
}

/// The fourth parcel, of the first buyer, at an office and port of another city.
fn elsewhere() -> Parcel {
    let mut parcel = to(4, 1, "乙街2号");
    let office = OfficeCode::parse("2925").unwrap();
    (parcel.declaration.office, parcel.declaration.port) = (office, office);
    parcel
}

/// Five parcels with an end or none, and a sixth that an officer looks at.
fn known(on: On) -> (World, AnyDeclaration) {
    use Ruling::{Accept, Detain, Suspend};
    let mut world = examining(on);
    let mut refused = to(5, 3, "甲街1号");
    refused.waybill.consignee.address = "别处".into();
    let kept = Detain(Detention::Clearance);
    let parcels: [(Parcel, &[Ruling]); 6] = [
        (to(1, 1, "甲街1号"), &[Accept]),
        (to(2, 1, "甲街1号"), &[kept]),
        (to(3, 2, "甲街1号"), &[Suspend, Accept]),
        (elsewhere(), &[]),
        (refused, &[]),
        (to(6, 1, "甲街1号"), &[]),
    ];
    let mut projector = Projector::open(&world.store).unwrap();
    let mut last = DeclarationId(0);
    for (parcel, rulings) in parcels {
        world.send(&parcel.documents());
        last = world.declaration(&parcel).unwrap().id;
        for each in rulings {
            world.decide(ruling(last, *each)).unwrap();
            projector.take_up().unwrap();
        }
    }
    projector.take_up().unwrap();
    let looked_at = declaration(&world, last);
    (world, looked_at)
}

fn declaration(world: &World, id: DeclarationId) -> AnyDeclaration {
    let enquiries = Enquiries::new(world.store.clone());
    enquiries.declarations(Reach::Everybody, &[id]).unwrap().pop().unwrap()
}

fn past(world: &World, reach: Reach, of: &AnyDeclaration) -> Vec<Past> {
    Enquiries::new(world.store.clone()).past(reach, of, world.clock.now()).unwrap()
}

fn here() -> Reach {
    Reach::Office(nth(1).declaration.office)
}

fn orders(past: &Past) -> Vec<&str> {
    past.latest.iter().map(|it| it.order_no.as_str()).collect()
}

fn what_became_of_others_is_counted_for_buyer_merchant_and_address(on: On) {
    use Outcome::{Kept, Refused, Released, UnderWay};
    let (world, looked_at) = known(on);
    let [buyer, merchant, address] = past(&world, here(), &looked_at).try_into().unwrap();
    let whom = [&buyer, &merchant, &address].map(|it| it.whom);
    assert_eq!(whom, [Whom::Buyer, Whom::Merchant, Whom::Address]);
    assert_eq!(buyer.outcomes, [(UnderWay, 1), (Released, 1), (Kept, 1)]);
    assert_eq!(address.outcomes, [(Released, 2), (Refused, 1), (Kept, 1)]);
    assert_eq!(merchant.outcomes, [(UnderWay, 1), (Released, 2), (Refused, 1), (Kept, 1)]);
    assert_eq!((buyer.count(), merchant.ended(Released)), (3, 2));
    assert_eq!([&buyer, &merchant, &address].map(|it| it.found), [1, 2, 2]);
    let AnyDeclaration::Import(record) = &looked_at else { panic!("an import") };
    let each = Money::round_half_up(record.facts.dutiable_value().value()).unwrap();
    assert_eq!(buyer.dutiable, Money::from_fen(3 * each.fen()));
    // Two streets of the buyer, three buyers in the street.
    assert_eq!([&buyer, &merchant, &address].map(|it| it.others), [Some(2), None, Some(3)]);
    assert!(buyer.first.is_some() && buyer.first <= buyer.last && !buyer.is_cut);
}

fn it_is_told_to_customs_alone_and_lists_what_one_may_see(on: On) {
    let (world, looked_at) = known(on);
    let number = |n| nth(n).declaration.order_no.to_string();
    let [buyer, merchant, address] = past(&world, here(), &looked_at).try_into().unwrap();
    assert_eq!(orders(&buyer), [2, 1].map(number), "the third is of another office");
    assert_eq!(orders(&merchant), [5, 3, 2, 1].map(number));
    assert_eq!(orders(&address), [5, 3, 2, 1].map(number));
    // Of whoever sees the other one: what was here counts, and is not listed.
    let there = Reach::Office(OfficeCode::parse("2925").unwrap());
    let other = declaration(&world, world.declaration(&elsewhere()).unwrap().id);
    let [buyer, merchant, address] = past(&world, there, &other).try_into().unwrap();
    assert_eq!((buyer.count(), merchant.count(), address.count()), (3, 5, 0));
    assert_eq!((orders(&buyer), orders(&merchant)), (Vec::new(), Vec::new()));
    assert_eq!((address.first, address.others), (None, Some(1)));
    let cast = &world.cast;
    let parties =
        [&cast.merchant, &cast.platform, &cast.carrier].map(|it| Reach::Party(it.party.id));
    for reach in parties.into_iter().chain([Reach::Everybody, Reach::Nobody, there]) {
        assert_eq!(past(&world, reach, &looked_at), [], "{reach:?}");
    }
}

fn what_is_older_than_a_year_is_not_counted(on: On) {
    let (world, looked_at) = known(on);
    let enquiries = Enquiries::new(world.store.clone());
    let lodged_on = world.clock.now();
    let at = |days| enquiries.past(here(), &looked_at, lodged_on.plus_days(days)).unwrap();
    let counted = |days| at(days).iter().map(Past::count).collect::<Vec<_>>();
    assert_eq!(counted(365), [3, 5, 4]);
    assert_eq!(counted(366), [0, 0, 0]);
    let buyer = at(366).swap_remove(0);
    let of = |past: &Past| (past.first, past.last, past.latest.len());
    assert_eq!(of(&buyer), of(&at(0)[0]), "that they were there is known all the same");
    assert_eq!((buyer.found, buyer.dutiable, buyer.others), (0, Money::ZERO, Some(0)));
}

fn whom_a_declaration_no_longer_names_it_is_not_listed_for(on: On) {
    let mut world = examining(on);
    let mut projector = Projector::open(&world.store).unwrap();
    world.send([&to(1, 1, "甲街1号").lodging()]);
    projector.take_up().unwrap();
    let changed = asking(Action::Change, &to(1, 2, "乙街2号").lodging(), 60);
    assert_eq!(world.send([&changed]).statuses(&changed), [2]);
    let [of_one, of_other] = [to(2, 1, "丙街3号"), to(3, 2, "乙街2号")].map(|parcel| {
        world.send(&parcel.documents());
        declaration(&world, world.declaration(&parcel).unwrap().id)
    });
    projector.take_up().unwrap();
    let listed = |of| past(&world, here(), of).iter().map(|it| it.latest.len()).collect::<Vec<_>>();
    assert_eq!(listed(&of_one), [0, 2, 0]);
    assert_eq!(listed(&of_other), [1, 2, 1]);
}

fn what_is_known_is_made_anew(on: On) {
    let (world, looked_at) = known(on);
    let before = past(&world, here(), &looked_at);
    let mut projector = Projector::open(&world.store).unwrap();
    projector.forget().unwrap();
    assert!(past(&world, here(), &looked_at).iter().all(|it| it.first.is_none()));
    projector.take_up().unwrap();
    assert_eq!(past(&world, here(), &looked_at), before);
}

fn of_an_export_the_merchant_is_known(on: On) {
    let mut world = examining(on);
    let [first, second] = [1, 2].map(|n| {
        let parcel = export(n, sent_at()).unwrap();
        world.send(&parcel.documents());
        parcel
    });
    world.rule(&first, Ruling::Refuse).unwrap();
    Projector::open(&world.store).unwrap().take_up().unwrap();
    let looked_at = declaration(&world, world.export(&second).unwrap().id);
    let [merchant] = past(&world, here(), &looked_at).try_into().unwrap();
    assert_eq!((merchant.whom, merchant.others), (Whom::Merchant, None));
    assert_eq!((merchant.outcomes, merchant.found), (vec![(Outcome::Refused, 1)], 1));
    assert_eq!(merchant.dutiable, Money::ZERO);
}
