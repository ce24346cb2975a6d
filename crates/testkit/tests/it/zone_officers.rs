//! Audit events of a bonded zone: of what officers do with lists and gate passes, who is kept with them, and
//! of documents that are decided.

use tongguan_application::bonded::{ListError, ZoneDone, lodge_list};
use tongguan_application::ports::Clock as _;
use tongguan_domain::bonded::declared::{DeclaredList, DeclaredPass};
use tongguan_domain::bonded::list::{BondedList, BondedListState, BondedListStep};
use tongguan_domain::bonded::pass::GatePassState;
use tongguan_domain::commerce::Action;
use tongguan_domain::ids::{BondedListNumber, GatePassNumber, ZoneReference};
use tongguan_domain::money::Amount;
use tongguan_messages::zone::sample;
use tongguan_storage::Event;
use tongguan_storage::stored::event::{StoredEvent, StoredSubjectV1, StoredZoneVerdictV1};
use tongguan_testkit::bonded::{pieces, stock_key};

use crate::support::*;
use crate::zone_desk::*;

on_both_engines! {
    every_step_of_an_officer_is_an_event_and_no_refused_one,
    who_let_a_vehicle_through_is_kept_with_its_gate_pass,
    every_document_that_is_decided_is_an_event_and_no_repetition,
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
        lodge_list(&mut writer, &paper, &officer(), &caused(), world.clock.now())
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

fn every_document_that_is_decided_is_an_event_and_no_repetition(on: On) {
    use StoredZoneVerdictV1::{Approved, Ended, ForAnOfficer, Refused, TurnedAway};
    let mut world = world_with_book(on);
    let number = sent_list(&mut world, &list())[1].number.clone();
    sent_list(&mut world, &list());
    let lists = [BondedListNumber::parse(&number).unwrap()];
    let pass = sample::pass(&lists).unwrap();
    let mut heavy = pass.clone();
    heavy.net_kg = heavy.gross_kg + heavy.net_kg;
    for pass in [&heavy, &pass, &pass] {
        sent_pass(&mut world, pass);
    }
    let deletion = DeclaredList { action: Action::Delete, ..list() };
    sent_list(&mut world, &deletion);
    sent_pass(&mut world, &DeclaredPass { action: Action::Delete, ..pass });
    sent_list(&mut world, &deletion);
    let mut other = DeclaredList { reference: ZoneReference::parse("RQ2").unwrap(), ..list() };
    other.lines[0].goods.account_item = Some("0002".parse_item());
    sent_list(&mut world, &other);
    other.lines = list().lines;
    other.lines[0].goods.price = Amount::new(501.into());
    sent_list(&mut world, &other);

    let events = world.store.read(|view| view.unread::<Event>("test", 1000)).unwrap();
    let entries = events.iter().flat_map(|event| StoredEvent::decode(&event.body).unwrap().entries);
    let told: Vec<_> = entries
        .map(|entry| match entry.subject {
            StoredSubjectV1::Zone(kind, 4, reference, verdict) => (kind, reference, verdict),
            other => panic!("{other:?}"),
        })
        .collect();
    let [first, second, vehicle] = ["RQ20260302001", "RQ2", "HF20260302001"];
    let expected = [
        (1, first, Approved),
        (2, vehicle, Refused),
        (2, vehicle, Approved),
        (1, first, TurnedAway),
        (2, vehicle, Ended),
        (1, first, Ended),
        (1, second, Refused),
        (1, second, ForAnOfficer),
    ];
    assert_eq!(told, expected.map(|(kind, reference, verdict)| (kind, reference.into(), verdict)));
}
