//! A parcel is followed by whoever knows its number and the end of a telephone number on it.

use std::sync::Arc;

use tongguan_application::clearing::incoming::Incoming;
use tongguan_application::clearing::settings::{OfficeSettings, Settings};
use tongguan_application::enquiry::Enquiries;
use tongguan_application::tracking::{Followed, Standing, Step, TrackedNumber, Tracking};
use tongguan_domain::declaration::{Detention, Ruling};
use tongguan_domain::lane::Selectivity;
use tongguan_domain::person::TelephoneEnding;
use tongguan_storage::seal::Keyring;
use tongguan_testkit::parcels::{Parcel, message};
use tongguan_testkit::world::{Beginning, World};

use crate::support::*;

on_both_engines! {
    a_parcel_is_followed_by_either_number_and_either_telephone,
    wrong_digits_and_unknown_numbers_give_nothing,
    what_comes_in_later_is_told,
    a_waybill_that_does_not_say_its_order_leads_to_the_parcel,
    to_whom_goods_were_handed_is_told_to_nobody,
    no_row_but_the_sealed_original_holds_the_digits,
}

fn stage(on: On) -> World {
    let world = World::with(on(Beginning::unsigned()));
    register_carrier(&world);
    world
}

/// The `n`th parcel, whose buyer and consignee have telephones of their own.
fn with_two_telephones(n: u64) -> Parcel {
    let mut parcel = nth(n);
    parcel.order.buyer_telephone = Some("138 0000 1111".into());
    parcel.declaration.buyer_telephone = "138 0000 1111".into();
    parcel.order.consignee.telephone = "+86-139-0000-2222".into();
    parcel.waybill.consignee.telephone = "+86-139-0000-2222".into();
    parcel
}

fn follow(world: &World, number: &str, ending: &str) -> Option<Followed> {
    let enquiries = Arc::new(Enquiries::new(world.store.clone()));
    let tracking = Tracking::new(enquiries, Arc::new(Keyring::from_master(&[7; 32])));
    let number = TrackedNumber::parse(number).unwrap();
    tracking.follow(&number, &TelephoneEnding::parse(ending).unwrap()).unwrap()
}

fn steps(followed: &Followed) -> Vec<Step> {
    let mut steps: Vec<_> = followed.steps.iter().map(|(step, _)| *step).collect();
    steps.sort();
    steps
}

fn a_parcel_is_followed_by_either_number_and_either_telephone(on: On) {
    let mut world = stage(on);
    let parcel = with_two_telephones(1);
    world.send(&parcel.documents());
    let order = parcel.order.order_no.as_str();
    let waybill = parcel.waybill.number.as_str();
    let by_buyer = follow(&world, order, "1111").unwrap();
    let all = [Step::Ordered, Step::Paid, Step::Shipped, Step::Declared, Step::Released];
    assert_eq!(steps(&by_buyer), all);
    assert_eq!(by_buyer.standing, Standing::Released);
    assert_eq!(by_buyer.office, Some(parcel.declaration.office));
    for (number, ending) in [(order, "2222"), (waybill, "2222"), (waybill, "1111")] {
        assert_eq!(follow(&world, number, ending).as_ref(), Some(&by_buyer), "{number} {ending}");
    }
}

fn wrong_digits_and_unknown_numbers_give_nothing(on: On) {
    let mut world = stage(on);
    let (parcel, mut other) = (with_two_telephones(1), with_two_telephones(2));
    other.order.buyer_telephone = Some("13800003333".into());
    other.declaration.buyer_telephone = "13800003333".into();
    world.send(&parcel.documents());
    world.send(&other.documents());
    let order = parcel.order.order_no.as_str();
    for (number, ending) in [
        (order, "1112"),
        (order, "3333"),
        (parcel.waybill.number.as_str(), "3333"),
        ("TG999999999999", "1111"),
        ("2222", "2222"),
    ] {
        assert_eq!(follow(&world, number, ending), None, "{number} {ending}");
    }
    assert!(follow(&world, other.order.order_no.as_str(), "3333").is_some());
}

fn what_comes_in_later_is_told(on: On) {
    let mut world = stage(on);
    let parcel = with_two_telephones(1);
    let [order, payment, waybill, declaration] = parcel.documents();
    let number = parcel.order.order_no.as_str();
    let standing = |world: &World| follow(world, number, "1111").map(|it| it.standing);
    assert_eq!(standing(&world), None);
    world.send([&order]);
    assert_eq!(standing(&world), Some(Standing::Announced));
    world.send([&declaration]);
    let missing = vec![Step::Paid, Step::Shipped];
    assert_eq!(standing(&world), Some(Standing::Incomplete(missing)));
    world.send([&payment, &waybill]);
    assert_eq!(standing(&world), Some(Standing::Released));
    world.send([&parcel.delivery_document()]);
    let followed = follow(&world, number, "1111").unwrap();
    assert_eq!(followed.standing, Standing::Delivered);
    assert_eq!(followed.since, Some(parcel.delivery.happened_at));
}

fn a_waybill_that_does_not_say_its_order_leads_to_the_parcel(on: On) {
    let mut world = stage(on);
    let parcel = with_two_telephones(1);
    let [order, payment, waybill, declaration] = parcel.documents();
    world.send([&order, &payment, &declaration]);
    let text = message(&world.cast, &[waybill], 1).unwrap();
    let (before, rest) = text.split_once("<ceb:orderNo>").unwrap();
    let (_, after) = rest.split_once("</ceb:orderNo>").unwrap();
    world.submit([format!("{before}{after}").as_str()]);
    let followed = follow(&world, parcel.waybill.number.as_str(), "2222").unwrap();
    assert_eq!(followed.standing, Standing::Released);
    assert!(steps(&followed).contains(&Step::Declared));
}

fn to_whom_goods_were_handed_is_told_to_nobody(on: On) {
    let (mut standings, mut lanes) = (Vec::new(), Selectivity::default());
    lanes.red_per_10_000 = 10_000;
    let default_office = OfficeSettings { selectivity: lanes, ..OfficeSettings::default() };
    let settings = Settings { default_office, ..Settings::default() };
    let mut world = World::with(on(Beginning { settings, ..Beginning::unsigned() }));
    for (n, ruling) in (1..).zip([
        None,
        Some(Ruling::Detain(Detention::Clearance)),
        Some(Ruling::Detain(Detention::Investigation)),
        Some(Ruling::Suspend),
        Some(Ruling::ShipBack),
        Some(Ruling::Accept),
    ]) {
        let parcel = with_two_telephones(n);
        world.send(&parcel.documents());
        let declaration = world.declaration(&parcel).unwrap().id;
        let (officer, reason) = ("关员001".into(), "单货不符".into());
        let (reassessed, only_at) = (None, None);
        if let Some(ruling) = ruling {
            let ruling =
                Incoming::Ruling { declaration, ruling, officer, reason, reassessed, only_at };
            world.decide(ruling).unwrap();
        }
        let followed = follow(&world, parcel.order.order_no.as_str(), "1111").unwrap();
        standings.push(followed.standing);
    }
    use Standing::{Examined, Held, Released, ShippedBack};
    assert_eq!(standings, [Examined, Held, Held, Held, ShippedBack, Released]);
}

fn no_row_but_the_sealed_original_holds_the_digits(on: On) {
    let mut world = stage(on);
    let parcel = with_two_telephones(1);
    world.send(&parcel.documents());
    let rows = world.rows(&parcel);
    assert!(rows.len() >= 4, "{rows:?}");
    for row in rows {
        let held = row.body.windows(4).any(|four| four == b"1111" || four == b"2222");
        assert!(!held, "{row:?}");
    }
}
