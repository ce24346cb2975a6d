//! Whether what stands at the gate may pass.

use tongguan_application::clearing::incoming::Incoming;
use tongguan_application::clearing::settings::{OfficeSettings, Settings};
use tongguan_application::enquiry::Enquiries;
use tongguan_application::gate::{AtGate, PassError, Passage, Passing, Verdict, Way, What};
use tongguan_application::history::{
    Actor, AuditFilter, Cause, ChangeKind, Passed, Register, Subject, audited,
};
use tongguan_application::ports::Clock as _;
use tongguan_application::registry::file::{Format, read};
use tongguan_application::registry::import_file;
use tongguan_domain::access::Standing;
use tongguan_domain::declaration::Ruling;
use tongguan_domain::ids::{PartyId, PlaceCode};
use tongguan_domain::lane::Selectivity;
use tongguan_domain::status::ReturnStatus;
use tongguan_testkit::world::{Beginning, World};

use crate::support::*;

on_both_engines! {
    a_parcel_passes_once_it_is_released,
    a_passage_is_recorded_by_the_operator_of_the_place_and_moves_nothing,
    what_was_shown_is_checked_again_and_recorded_once,
    what_may_not_pass_is_not_recorded,
}

fn at_gate(world: &World, number: &str) -> Vec<AtGate> {
    Enquiries::new(world.store.clone()).checked_at_gate(number, world.clock.now()).unwrap().found
}

fn a_parcel_passes_once_it_is_released(on: On) {
    let mut world = World::with(on(Beginning::unsigned()));
    register_carrier(&world);
    let parcel = nth(1);
    let (order, waybill) = (parcel.order.order_no.as_str(), parcel.waybill.number.as_str());
    assert_eq!(at_gate(&world, waybill), []);
    let [order_document, payment, waybill_document, declaration] = parcel.documents();
    world.send([&order_document, &payment, &declaration]);
    let [one] = &*at_gate(&world, order) else { panic!("one parcel") };
    assert_eq!(one.verdict, Verdict::NotReleased(ReturnStatus::Accepted));
    assert!(!one.verdict.may_pass());
    world.send([&waybill_document]);
    let declaration = world.declaration(&parcel).unwrap();
    let (id, number) = (declaration.id, declaration.state.number().unwrap().to_string());
    for known in [waybill, order, &number, &format!(" {waybill} ")] {
        let [one] = &*at_gate(&world, known) else { panic!("one parcel: {known}") };
        assert_eq!(
            (&one.what, &one.verdict),
            (&What::Parcel(id, number.clone()), &Verdict::Released)
        );
        assert!(one.verdict.may_pass());
    }
    for nothing in ["", "浙A00001", "SEAL-1", "nothing of that number"] {
        assert_eq!(at_gate(&world, nothing), [], "{nothing}");
    }
}

const C1: &str = "C1";

/// Two operators, the first with the place C1 of the office 2916 and C0, whose registration is over, the other with
/// C2; the numbers of both.
fn with_places(world: &World) -> [PartyId; 2] {
    let text = "[[party]]\nname = '甲场所'\ncodes = ['6104W60029']\nroles = ['facility-operator']\n\
                [[party]]\nname = '乙场所'\ncodes = ['46121601BC']\nroles = ['facility-operator']\n\
                [[place]]\ncode = 'C1'\nname = '一号'\noffice = '2916'\noperator = '6104W60029'\n\
                valid_from = 2026-01-01\n\
                [[place]]\ncode = 'C0'\nname = '零号'\noffice = '2916'\noperator = '6104W60029'\n\
                valid_from = 2025-01-01\nvalid_to = 2025-12-31\n\
                [[place]]\ncode = 'C2'\nname = '二号'\noffice = '2917'\noperator = '46121601BC'\n\
                valid_from = 2026-01-01\n";
    let none = |_: &str| Err(std::io::ErrorKind::NotFound.into());
    let contents = read(text, Format::Toml, &none).unwrap();
    let mut writer = world.store.writer().unwrap();
    let cause = Cause::Command("test".into());
    let report = import_file(&mut writer, &contents, &cause, world.clock.now()).unwrap();
    [0, 1].map(|n| report.parties[n].after.party.id)
}

fn pass(
    world: &World,
    operator: PartyId,
    (place, number, seen): (&str, &str, &str),
) -> Result<Passage, PassError> {
    let place = PlaceCode::parse(place).unwrap();
    let passing = Passing { place, number: number.to_owned(), seen: seen.to_owned() };
    let standing = Standing::Facility(operator);
    let actor = Actor { name: "guard".into(), ..Actor::default() }.standing_as(standing);
    Enquiries::new(world.store.clone()).pass(&passing, operator, &actor, world.clock.now())
}

fn seen(world: &World, number: &str) -> String {
    let enquiries = Enquiries::new(world.store.clone());
    enquiries.checked_at_gate(number, world.clock.now()).unwrap().seen
}

fn a_passage_is_recorded_by_the_operator_of_the_place_and_moves_nothing(on: On) {
    let mut world = World::with(on(Beginning::unsigned()));
    register_carrier(&world);
    let [operator, other] = with_places(&world);
    let parcel = nth(1);
    world.send(&parcel.documents());
    let before = world.declaration(&parcel).unwrap();
    let waybill = parcel.waybill.number.as_str();
    let shown = seen(&world, waybill);
    for (whose, place) in [(operator, "C2"), (operator, "C0"), (operator, "C9"), (other, C1)] {
        let refused = pass(&world, whose, (place, waybill, &shown)).unwrap_err();
        assert!(matches!(refused, PassError::OtherPlace), "{place}: {refused}");
    }
    let unknown = pass(&world, operator, (C1, "nothing of that number", &shown)).unwrap_err();
    assert!(matches!(unknown, PassError::Unknown), "{unknown}");

    let passage = pass(&world, operator, (C1, &format!(" {waybill} "), &shown)).unwrap();
    assert_eq!((passage.way, passage.number.as_str(), passage.parcels), (Way::Out, waybill, 1));
    assert_eq!((passage.who.as_str(), passage.at), ("guard", world.clock.now()));
    assert_eq!(world.declaration(&parcel).unwrap(), before, "it moves nothing");
    let enquiries = Enquiries::new(world.store.clone());
    let at = |place: &str| enquiries.passages_at(&PlaceCode::parse(place).unwrap(), 9).unwrap();
    assert_eq!(at(C1), std::slice::from_ref(&passage));
    assert_eq!(at("C2"), []);
    let case = enquiries
        .case(tongguan_domain::access::Reach::Everybody, before.id, world.clock.now())
        .unwrap();
    assert_eq!(case.unwrap().passages, std::slice::from_ref(&passage));

    // The event is of the office that supervises the place, whoever works there.
    let of = |office: &str| {
        let register = Some(Register::Passages);
        let filter =
            AuditFilter { register, office: Some(office.into()), ..AuditFilter::default() };
        world.store.read(|view| audited(view, &filter, None, 9)).unwrap()
    };
    let [event] = of("2916").try_into().unwrap();
    let place = PlaceCode::parse(C1).unwrap();
    let what = Passed::Parcel(before.id);
    assert_eq!(event.entry.subject, Subject::Passage { what, place, n: passage.n });
    assert_eq!(event.entry.change, ChangeKind::Added);
    let Cause::Person(actor) = &event.cause else { panic!("{event:?}") };
    assert_eq!(
        (actor.name.as_str(), actor.standing.as_str()),
        ("guard", &*format!("facility-staff {operator}"))
    );
    assert_eq!(of("2917"), []);
}

fn what_was_shown_is_checked_again_and_recorded_once(on: On) {
    let selectivity = Selectivity { yellow_per_10_000: 10_000, ..Selectivity::default() };
    let default_office = OfficeSettings { selectivity, ..OfficeSettings::default() };
    let settings = Settings { default_office, ..Settings::default() };
    let mut world = World::with(on(Beginning { settings, ..Beginning::unsigned() }));
    register_carrier(&world);
    let [operator, _] = with_places(&world);
    let parcel = nth(1);
    world.send(&parcel.documents());
    let waybill = parcel.waybill.number.as_str();
    let in_review = seen(&world, waybill);
    world
        .decide_for(
            None,
            Incoming::Ruling {
                declaration: world.declaration(&parcel).unwrap().id,
                ruling: Ruling::Accept,
                officer: "zhang".into(),
                reason: "in-order".into(),
                reassessed: None,
                only_at: None,
            },
        )
        .unwrap();
    let refused = |seen: &str| pass(&world, operator, (C1, waybill, seen)).unwrap_err();
    assert!(
        matches!(refused(&in_review), PassError::MovedOn),
        "it stood elsewhere when it was shown"
    );
    let released = seen(&world, waybill);
    pass(&world, operator, (C1, waybill, &released)).unwrap();
    assert!(matches!(refused(&released), PassError::MovedOn), "the same form records once");
    let again = pass(&world, operator, (C1, waybill, &seen(&world, waybill))).unwrap();
    let enquiries = Enquiries::new(world.store.clone());
    let place = PlaceCode::parse(C1).unwrap();
    assert_eq!(enquiries.passages_at(&place, 1).unwrap(), [again], "the newest first");
    assert_eq!(enquiries.passages_at(&place, 9).unwrap().len(), 2);
}

fn what_may_not_pass_is_not_recorded(on: On) {
    let mut world = World::with(on(Beginning::unsigned()));
    register_carrier(&world);
    let [operator, _] = with_places(&world);
    let parcel = nth(1);
    let [order, payment, _, declaration] = parcel.documents();
    world.send([&order, &payment, &declaration]);
    let number = parcel.order.order_no.as_str();
    let refused = pass(&world, operator, (C1, number, &seen(&world, number))).unwrap_err();
    assert!(matches!(refused, PassError::Stopped), "{refused}");
    let enquiries = Enquiries::new(world.store.clone());
    assert_eq!(enquiries.passages_at(&PlaceCode::parse(C1).unwrap(), 9).unwrap(), []);
}
