//! Numbers that are used twice, and parties and orders that share one.

use tongguan_domain::commerce::Action;
use tongguan_domain::ids::{OrderNumber, PartyId, PaymentTransaction};
use tongguan_domain::money::{Amount, Money};
use tongguan_domain::party::PartyCode;
use tongguan_domain::time::Moment;
use tongguan_testkit::parcels::{Parcel, message, parcel};
use tongguan_testkit::world::{Beginning, World};

use crate::faults::{self, OTHER_PLATFORM};
use crate::support::*;

const HALF_A_YEAR: i64 = 184 * 86_400_000;

fn status(world: &World, parcel: &Parcel) -> i32 {
    world.declaration(parcel).unwrap().state.status().number()
}

#[test]
fn a_payment_transaction_pays_for_one_order_only() {
    let (first, mut second) = (nth(1), nth(2));
    second.payment.transaction = first.payment.transaction.clone();
    let mut world = world();
    world.send([&first.payment_document()]);
    let payment = second.payment_document();
    let sent = world.send([&payment]);
    assert_eq!(sent.statuses(&payment), [-401_007]);
    world.send([&asking(Action::Delete, &first.payment_document(), 10)]);
    let again = anew(&payment, 20);
    assert_eq!(world.send([&again]).statuses(&again), [2, 120], "the first gave it up");
}

#[test]
fn a_waybill_number_is_used_for_one_order_only() {
    let (first, mut second) = (nth(1), nth(2));
    second.waybill.number = first.waybill.number.clone();
    let mut world = world();
    world.send([&first.waybill_document()]);
    let waybill = second.waybill_document();
    assert_eq!(world.send([&waybill]).statuses(&waybill), [-504_012]);
}

#[test]
fn in_one_batch_the_first_comer_has_the_number() {
    let (first, mut second) = (nth(1), nth(2));
    second.waybill.number = first.waybill.number.clone();
    second.payment.transaction = first.payment.transaction.clone();
    let mut world = world();
    let documents = [
        first.waybill_document(),
        first.payment_document(),
        second.waybill_document(),
        second.payment_document(),
    ];
    let sent = world.send(&documents);
    let last: Vec<_> = documents.iter().map(|of| *sent.statuses(of).last().unwrap()).collect();
    assert_eq!(last, [120, 120, -504_012, -401_007]);
}

#[test]
fn a_waybill_that_another_declaration_names_is_refused_to_the_second() {
    let (first, mut second) = (nth(1), nth(2));
    second.declaration.waybill_no = first.waybill.number.clone();
    let mut world = world();
    world.send([&first.lodging()]);
    let declaration = second.lodging();
    let sent = world.send([&declaration]);
    assert_eq!(sent.statuses(&declaration), [100]);
    assert_eq!(sent.last_text(&declaration), "运单[EX000000001CN]已被其它清单使用");
}

/// The second parcel, half a year later, under the waybill number of the first.
fn half_a_year_later(world: &World, first: &Parcel) -> Parcel {
    world.clock.advance_millis(HALF_A_YEAR);
    let later = Moment::parse_wire("20260902100000").unwrap();
    let mut second = parcel(2, later).unwrap();
    second.waybill.number = first.waybill.number.clone();
    second.declaration.waybill_no = first.waybill.number.clone();
    second.delivery.number = first.waybill.number.clone();
    second
}

#[test]
fn after_six_months_a_carrier_may_use_a_waybill_number_again_in_any_order_of_arrival() {
    let first = nth(1);
    for order in [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [3, 4, 0, 2, 1], [2, 0, 4, 1, 3]] {
        let mut world = world();
        world.send(&all_kinds(&first));
        assert_eq!(status(&world, &first), 899);
        let second = half_a_year_later(&world, &first);
        let documents = all_kinds(&second);
        for index in order {
            let before = world.declaration(&second).map(|declaration| declaration.state);
            let sent = world.send([&documents[index]]);
            let answered = sent.statuses(&documents[index]);
            assert!(answered.iter().all(|status| *status > 0), "{order:?}: {:?}", sent.answers);
            assert!(before.is_none_or(|state| !state.is_final()));
        }
        assert_eq!(status(&world, &second), 899, "{order:?}");
        assert_eq!(status(&world, &first), 899);
    }
}

#[test]
fn the_delivery_of_the_first_parcel_does_not_close_the_second_under_its_number() {
    let first = nth(1);
    let mut world = world();
    world.send(&all_kinds(&first));
    let second = half_a_year_later(&world, &first);
    world.send(&second.documents());
    assert_eq!(status(&world, &second), 800);
    world.send([&second.delivery_document()]);
    assert_eq!(status(&world, &second), 899);
}

#[test]
fn a_waybill_that_does_not_say_its_order_meets_its_declaration_in_any_order() {
    let parcel = nth(1);
    let [order, payment, waybill, declaration] = parcel.documents();
    for waybill_at in 0..4 {
        let mut world = world();
        let whole = message(&world.cast, std::slice::from_ref(&waybill), 1).unwrap();
        let (before, rest) = whole.split_once("<ceb:orderNo>").unwrap();
        let (_, after) = rest.split_once("</ceb:orderNo>").unwrap();
        for (place, document) in [&declaration, &order, &payment].into_iter().enumerate() {
            if place == waybill_at {
                world.submit([&*format!("{before}{after}")]);
            }
            world.send([document]);
        }
        if waybill_at == 3 {
            world.submit([&*format!("{before}{after}")]);
        }
        assert_eq!(status(&world, &parcel), 800);
        world.send([&parcel.delivery_document()]);
        assert_eq!(status(&world, &parcel), 899);
    }
}

#[test]
fn two_platforms_may_use_the_same_order_number() {
    let (first, mut second) = (nth(1), nth(2));
    let platform = PartyCode::parse(OTHER_PLATFORM).unwrap();
    second.order.order_no = first.order.order_no.clone();
    second.payment.order_no = first.order.order_no.clone();
    second.waybill.order_no = Some(first.order.order_no.clone());
    second.declaration.order_no = first.order.order_no.clone();
    second.order.platform.code = platform.clone();
    second.payment.platform.code = platform.clone();
    second.declaration.platform.code = platform.clone();
    second.declaration.guarantor = platform;
    let mut world = World::with(faults::beginning());
    world.grant(PartyId(13), Money::from_fen(1000_00));
    let mut documents = first.documents().to_vec();
    documents.extend(second.documents());
    documents.rotate_left(3);
    for document in &documents {
        let sent = world.send([document]);
        let last = *sent.statuses(document).last().unwrap();
        assert!(last > 0 && last != 100, "{:?}", sent.answers);
    }
    assert_eq!(status(&world, &first), 800);
    let again = anew(&second.lodging(), 10);
    assert_eq!(world.send([&again]).statuses(&again), [-621_004]);
    assert_eq!(world.guarantee().held, Money::from_fen(41_50));
}

#[test]
fn a_party_is_one_party_under_either_of_its_codes() {
    let credit_codes = ["91330100MA000001X7", "91330100MA00000209"];
    let mut beginning = Beginning::unsigned();
    let cast = tongguan_testkit::cast::Cast::new(7, beginning.signing).unwrap();
    let (mut platform, mut carrier) = (cast.platform.party.clone(), cast.carrier.party.clone());
    let codes = credit_codes.map(|body| credit_code(&body[..17]));
    platform.codes.push(codes[0].clone());
    carrier.codes.push(codes[1].clone());
    beginning.parties = vec![platform, carrier];
    let mut world = World::with(beginning);
    let mut parcel = nth(1);
    parcel.order.platform.code = codes[0].clone();
    parcel.declaration.guarantor = codes[0].clone();
    parcel.declaration.carrier.code = codes[1].clone();
    parcel.delivery.carrier.code = codes[1].clone();
    world.send(&all_kinds(&parcel));
    assert_eq!(status(&world, &parcel), 899);
}

/// A unified social credit code (GB 32100) with the right check character.
fn credit_code(body: &str) -> PartyCode {
    let characters = "0123456789ABCDEFGHJKLMNPQRTUWXY".chars();
    characters.filter_map(|check| PartyCode::parse(&format!("{body}{check}")).ok()).next().unwrap()
}

#[test]
fn of_several_payments_for_one_order_the_one_that_it_names_counts() {
    let parcel = nth(1);
    let mut other = parcel.clone();
    other.payment.transaction = PaymentTransaction::parse("0000").unwrap();
    other.payment.amount = Amount::new(1.into());
    let other = anew(&other.payment_document(), 1);
    let [order, payment, waybill, declaration] = parcel.documents();
    let documents = [&order, &payment, &other, &waybill];
    for turn in 0..4 {
        let mut world = world();
        let mut documents = documents;
        documents.rotate_left(turn);
        world.send(documents);
        world.send([&declaration]);
        assert_eq!(status(&world, &parcel), 800);
    }
}

#[test]
fn a_payment_for_another_platform_is_not_this_orders() {
    let mut parcel = nth(1);
    parcel.payment.platform.code = PartyCode::parse(OTHER_PLATFORM).unwrap();
    let mut world = World::with(faults::beginning());
    let sent = world.send(&parcel.documents());
    assert!(sent.last_text(&parcel.lodging()).ends_with("]支付信息不存在"));
}

#[test]
fn an_order_number_is_compared_with_its_case() {
    let mut parcel = nth(1);
    parcel.order.order_no = OrderNumber::parse("tg000000000001").unwrap();
    let mut world = world();
    let sent = world.send(&parcel.documents());
    assert!(sent.last_text(&parcel.lodging()).ends_with("]订单信息不存在"));
}
