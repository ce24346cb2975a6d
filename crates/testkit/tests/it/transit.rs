//! Transit (转关): released goods under seal, from the office to the port.

use std::sync::Arc;

use tongguan_application::clearing::decide::Undecidable;
use tongguan_application::clearing::incoming::{Incoming, TransitAct, TransitCommand};
use tongguan_application::clearing::settings::Settings;
use tongguan_application::enquiry::Enquiries;
use tongguan_application::gate::Verdict;
use tongguan_application::ports::Clock as _;
use tongguan_codelists::text::Defaults;
use tongguan_codelists::{Pack, Table};
use tongguan_domain::declaration::{ExportState, GoodsSeen, Ruling};
use tongguan_domain::ids::{FunctionalReference, OfficeCode, SealNumber, VehiclePlate};
use tongguan_domain::transit::{SealCondition, Sighting};
use tongguan_testkit::exports::{Export, export};
use tongguan_testkit::parcels::Document;
use tongguan_testkit::world::{Beginning, Sent, World};

use crate::support::*;

const OFFICE: &str = "2916";
const PORT: &str = "2924";
const VEHICLE: &str = "浙A00001";
const OTHER_VEHICLE: &str = "浙A00002";
const UNSEALED: Ruling = Ruling::Withdraw(GoodsSeen::Unsealed);

/// The law of an office at which two vehicles are registered, one of them until a day that is over.
fn law() -> Arc<Pack> {
    let rows = format!(
        "plate,zh,valid_from,valid_to,source\n\
         {VEHICLE},示例运输有限公司,2026-01-01,,a registration\n\
         {OTHER_VEHICLE},示例运输有限公司,2026-01-01,,a registration\n\
         浙A00003,示例运输有限公司,2026-01-01,2026-01-31,a registration\n"
    );
    let read = Table::Vehicles.read(&rows, &Defaults::default());
    assert!(read.defects.is_empty(), "{:?}", read.defects);
    Arc::new(Pack::builtin().overlay(read.rows))
}

fn beginning() -> Beginning {
    let settings = Settings { law: law(), ..Settings::default() };
    Beginning { settings, ..Beginning::unsigned() }
}

/// The `n`th parcel, which leaves at another office's port.
fn nth_export(n: u64) -> Export {
    let mut parcel = export(n, sent_at()).unwrap();
    parcel.declaration.port = OfficeCode::parse(PORT).unwrap();
    parcel
}

fn release(world: &mut World, parcel: &Export) {
    let [order, waybill, declaration] = parcel.documents();
    let sent = world.send([&order, &waybill, &declaration, &parcel.arrival_document()]);
    assert_eq!(sent.statuses(&declaration).last(), Some(&800));
}

fn act(
    world: &mut World,
    parcel: &Export,
    office: &str,
    act: TransitAct,
) -> Result<Sent, Undecidable> {
    let command = TransitCommand {
        declaration: world.export(parcel).unwrap().id,
        act,
        office: OfficeCode::parse(office).unwrap(),
        officer: "王关员".into(),
    };
    world.decide(Incoming::Transit(command))
}

fn seal(
    world: &mut World,
    parcel: &Export,
    seal: &str,
    vehicle: &str,
) -> Result<Sent, Undecidable> {
    let seal = SealNumber::parse(seal).unwrap();
    let vehicle = VehiclePlate::parse(vehicle).unwrap();
    act(world, parcel, OFFICE, TransitAct::Seal { seal, vehicle })
}

fn seen(seal: &str, condition: SealCondition, vehicle: &str) -> TransitAct {
    TransitAct::Check(Sighting {
        seal: SealNumber::parse(seal).unwrap(),
        condition,
        vehicle: VehiclePlate::parse(vehicle).unwrap(),
    })
}

fn in_order() -> TransitAct {
    seen("S-1", SealCondition::Intact, VEHICLE)
}

/// The code with which something was refused that is about goods under seal.
fn code(refused: Result<Sent, Undecidable>) -> &'static str {
    match refused.unwrap_err() {
        Undecidable::Transit(why) => why.code(),
        other => panic!("{other}"),
    }
}

/// Another report of the same departure.
fn departure_again(parcel: &Export, n: u8) -> Document {
    let mut report = parcel.departure.clone();
    report.reference = FunctionalReference::parse(&format!("DEP-{n}")).unwrap();
    anew(&Document::Departure(Box::new(report)), 60 + i64::from(n))
}

on_both_engines! {
    goods_in_order_at_the_port_leave,
    goods_that_are_stopped_do_not_leave_until_they_are_let_go,
}

fn goods_in_order_at_the_port_leave(on: On) {
    let mut world = World::with(on(beginning()));
    let parcel = nth_export(1);
    release(&mut world, &parcel);
    let sent = seal(&mut world, &parcel, "S-1", VEHICLE).unwrap();
    assert_eq!(sent.messages.len(), 0, "no status tells of a seal");
    let sealed = SealNumber::parse("S-1").unwrap();
    let under_seal = Verdict::UnderSeal(sealed, VehiclePlate::parse(VEHICLE).unwrap());
    for scanned in [VEHICLE, "S-1"] {
        assert_eq!(at_gate(&world, scanned), std::slice::from_ref(&under_seal), "{scanned}");
    }
    assert_eq!(at_gate(&world, OTHER_VEHICLE), []);

    let early = parcel.departure_document();
    let sent = world.send([&early]);
    assert_eq!(sent.statuses(&parcel.lodging()), [0; 0], "the port has not looked at it");
    assert!(sent.last_text(&early).contains("未放行的运单：EE000000001CN"));

    assert_eq!(act(&mut world, &parcel, PORT, in_order()).unwrap().messages.len(), 0);
    assert_eq!(at_gate(&world, VEHICLE), [], "the vehicle is done with it");
    assert_eq!(at_gate(&world, "S-1"), [Verdict::Released]);
    let sent = world.send([&departure_again(&parcel, 2)]);
    assert_eq!(sent.statuses(&parcel.lodging()), [899]);
}

/// Whether what a number at the gate is of may pass.
fn at_gate(world: &World, number: &str) -> Vec<Verdict> {
    let enquiries = Enquiries::new(world.store.clone());
    let found = enquiries.checked_at_gate(number, world.clock.now()).unwrap().found;
    found.into_iter().map(|one| one.verdict).collect()
}

fn goods_that_are_stopped_do_not_leave_until_they_are_let_go(on: On) {
    let mut world = World::with(on(beginning()));
    let parcel = nth_export(1);
    let lodging = parcel.lodging();
    release(&mut world, &parcel);
    seal(&mut world, &parcel, "S-1", VEHICLE).unwrap();
    let broken = seen("S-1", SealCondition::Broken, OTHER_VEHICLE);
    let sent = act(&mut world, &parcel, PORT, broken).unwrap();
    assert_eq!(sent.statuses(&lodging), [500]);
    assert_eq!(sent.last_text(&lodging), "查验，途中监管异常：封志破损、车辆不符");
    assert!(matches!(world.export(&parcel).unwrap().state, ExportState::Recalled(_)));

    let departure = parcel.departure_document();
    let sent = world.send([&departure]);
    assert_eq!(sent.statuses(&lodging), [0; 0]);
    assert!(sent.last_text(&departure).contains("未放行的运单"));
    assert_eq!(code(act(&mut world, &parcel, PORT, in_order())), "transit-step");

    let sent = world.rule(&parcel, Ruling::Accept).unwrap();
    assert_eq!(sent.statuses(&lodging), [800]);
    let sent = world.send([&departure_again(&parcel, 2)]);
    assert_eq!(sent.statuses(&lodging), [899]);
}

#[test]
fn stopped_goods_may_be_taken_back() {
    let mut world = World::with(beginning());
    let parcel = nth_export(1);
    release(&mut world, &parcel);
    seal(&mut world, &parcel, "S-1", VEHICLE).unwrap();
    let other_seal = seen("S-9", SealCondition::Intact, VEHICLE);
    let sent = act(&mut world, &parcel, PORT, other_seal).unwrap();
    assert_eq!(sent.last_text(&parcel.lodging()), "查验，途中监管异常：封志号不符");
    let sent = world.rule(&parcel, UNSEALED).unwrap();
    assert_eq!(sent.statuses(&parcel.lodging()), [100]);
    assert_eq!(sent.last_text(&parcel.lodging()), "退关，货物已拆封出场");
    assert_eq!(code(act(&mut world, &parcel, PORT, in_order())), "transit-step");
    assert_eq!(code(seal(&mut world, &parcel, "S-2", VEHICLE)), "transit-sealed-already");
}

#[test]
fn what_an_officer_says_of_seals_when_goods_are_taken_back_has_to_be_so() {
    let mut world = World::with(beginning());
    let (parcel, other) = (nth_export(1), nth_export(2));
    release(&mut world, &parcel);
    release(&mut world, &other);
    seal(&mut world, &parcel, "S-1", VEHICLE).unwrap();
    let on_site = Ruling::Withdraw(GoodsSeen::OnSite);
    assert_eq!(code(world.rule(&parcel, on_site)), "transit-under-seal");
    assert_eq!(code(world.rule(&other, UNSEALED)), "transit-not-sealed");
    for parcel in [&parcel, &other] {
        assert!(matches!(world.export(parcel).unwrap().state, ExportState::Released(_)));
    }
    assert_eq!(world.rule(&parcel, UNSEALED).unwrap().statuses(&parcel.lodging()), [100]);
    assert_eq!(world.rule(&other, on_site).unwrap().statuses(&other.lodging()), [100]);
}

#[test]
fn one_seal_closes_one_vehicle_once() {
    let mut world = World::with(beginning());
    let parcels: Vec<_> = (1..=4).map(nth_export).collect();
    for parcel in &parcels {
        release(&mut world, parcel);
    }
    seal(&mut world, &parcels[0], "S-1", VEHICLE).unwrap();
    seal(&mut world, &parcels[1], "S-1", VEHICLE).unwrap();
    assert_eq!(code(seal(&mut world, &parcels[2], "S-1", OTHER_VEHICLE)), "transit-seal-used");
    seal(&mut world, &parcels[2], "S-2", OTHER_VEHICLE).unwrap();
    act(&mut world, &parcels[0], PORT, in_order()).unwrap();
    assert_eq!(code(seal(&mut world, &parcels[3], "S-1", VEHICLE)), "transit-seal-used");
}

#[test]
fn what_cannot_be_done_with_goods_under_seal_is_answered_with_its_code() {
    let mut world = World::with(beginning());
    let parcel = nth_export(1);
    let [order, waybill, declaration] = parcel.documents();
    world.send([&order, &waybill, &declaration]);
    assert_eq!(code(seal(&mut world, &parcel, "S-1", VEHICLE)), "transit-not-released");
    assert_eq!(code(act(&mut world, &parcel, PORT, in_order())), "transit-not-sealed");
    world.send([&parcel.arrival_document()]);
    for vehicle in ["浙A00003", "浙A09999"] {
        let refused = seal(&mut world, &parcel, "S-1", vehicle);
        assert!(refused.as_ref().unwrap_err().to_string().contains(vehicle), "{refused:?}");
        assert_eq!(code(refused), "transit-vehicle-unknown");
    }
    let seal_number = SealNumber::parse("S-1").unwrap();
    let vehicle = VehiclePlate::parse(VEHICLE).unwrap();
    let sealing = TransitAct::Seal { seal: seal_number, vehicle };
    assert_eq!(code(act(&mut world, &parcel, PORT, sealing)), "transit-other-office");
    seal(&mut world, &parcel, "S-1", VEHICLE).unwrap();
    assert_eq!(code(seal(&mut world, &parcel, "S-2", VEHICLE)), "transit-sealed-already");
    assert_eq!(code(act(&mut world, &parcel, OFFICE, in_order())), "transit-other-office");
    act(&mut world, &parcel, PORT, in_order()).unwrap();
    assert_eq!(code(act(&mut world, &parcel, PORT, in_order())), "transit-step");
}
