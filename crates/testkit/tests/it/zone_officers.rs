//! What officers do with bonded lists and gate passes: who did it is kept, and every step is an audit event.

use tongguan_application::bonded::{ListError, ZoneDone, lodge_list};
use tongguan_application::ports::Clock as _;
use tongguan_domain::bonded::list::{BondedList, BondedListState, BondedListStep};
use tongguan_domain::bonded::pass::GatePassState;
use tongguan_domain::ids::{BondedListNumber, GatePassNumber};
use tongguan_messages::zone::sample;
use tongguan_testkit::bonded::{pieces, stock_key};

use crate::support::*;
use crate::zone_desk::*;

on_both_engines! {
    every_step_of_an_officer_is_an_event_and_no_refused_one,
    who_let_a_vehicle_through_is_kept_with_its_gate_pass,
}

fn every_step_of_an_officer_is_an_event_and_no_refused_one(on: On) {
    let world = world_with_book(on);
    let key = stock_key().unwrap();
    let paper = BondedList {
        book: key.book,
        number: BondedListNumber::parse("QD1").unwrap(),
        lines: vec![(key.item, pieces(7))],
    };
    let lodge = || {
        let mut writer = world.store.writer().unwrap();
        lodge_list(&mut writer, &paper, &officer(), world.clock.now())
    };
    lodge().unwrap();
    lodge().unwrap_err();
    step(&world, "QD1", BondedListStep::Admit, None).unwrap_err();
    let mut expected = vec![ZoneDone::Lodged];
    for (taken, pass, reached) in [
        (BondedListStep::Approve, None, BondedListState::Approved),
        (BondedListStep::PassGate, Some("HF1"), BondedListState::Gated),
        (BondedListStep::Admit, None, BondedListState::Stocked),
    ] {
        step(&world, "QD1", taken, pass).unwrap();
        expected.push(ZoneDone::Stepped(taken, reached));
        step(&world, "QD1", taken, pass).unwrap_err();
    }
    assert_eq!(done(&world, &of_list("QD1")), expected);
}

fn who_let_a_vehicle_through_is_kept_with_its_gate_pass(on: On) {
    let mut world = world_with_book(on);
    let number = sent_list(&mut world, &list())[1].number.clone();
    let lists = [BondedListNumber::parse(&number).unwrap()];
    let pass = sent_pass(&mut world, &sample::pass(&lists).unwrap())[1].number.clone();
    let other = step(&world, &number, BondedListStep::PassGate, Some("HF1")).unwrap_err();
    assert!(matches!(other, ListError::NamedBy(..)), "{other}");
    assert_eq!(done(&world, &of_pass(&pass)), [], "found in order by itself");
    step(&world, &number, BondedListStep::PassGate, Some(&pass)).unwrap();
    assert_eq!(done(&world, &of_pass(&pass)), [ZoneDone::Pass(GatePassState::Passed)]);
    let gated = ZoneDone::Stepped(BondedListStep::PassGate, BondedListState::Gated);
    assert_eq!(done(&world, &of_list(&number)), [gated]);
    assert_eq!(heads(&news(&mut world)), [("SAS223", "1")]);
    let number = GatePassNumber::parse(&pass).unwrap();
    let key = tongguan_application::clearing::rows::pass_key(&number);
    let row = world.store.read(|view| view.gate_passes(&[key])).unwrap().remove(0);
    let pass = tongguan_application::clearing::rows::read_pass(row).unwrap();
    assert_eq!((pass.by, pass.state), (Some(officer()), GatePassState::Passed));
}
