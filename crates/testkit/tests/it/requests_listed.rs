//! What a party finds of the requests about its parcels, and of the documents that it has sent.

use tongguan_application::clearing::record::{DocumentKind, DocumentState};
use tongguan_application::enquiry::Enquiries;
use tongguan_application::parcels::Projector;
use tongguan_application::review::Direction;
use tongguan_domain::access::Reach;
use tongguan_domain::ids::{DeclarationNumber, PartyId};
use tongguan_testkit::exports::export;
use tongguan_testkit::parcels::Document;
use tongguan_testkit::requests::{cancellation, export_cancellation, import_return};
use tongguan_testkit::returned::returned;
use tongguan_testkit::world::{Beginning, World};

use crate::export_returns::gone;
use crate::support::*;

on_both_engines! {
    requests_are_listed_for_the_parties_of_their_declarations,
    a_document_is_found_by_whoever_numbered_it_and_by_the_parties_of_its_declaration,
}

fn follow(world: &World) -> Projector {
    let mut projector = Projector::open(&world.store).unwrap();
    projector.take_up().unwrap();
    projector
}

fn number(world: &World, n: u64) -> DeclarationNumber {
    world.declaration(&nth(n)).unwrap().state.number().unwrap().clone()
}

fn requests_are_listed_for_the_parties_of_their_declarations(on: On) {
    let mut world = World::with(on(Beginning::unsigned()));
    for n in 1..=3 {
        world.send(&nth(n).documents());
    }
    // Released goods go back; a released declaration is not cancelled.
    for n in [1, 2] {
        let goods = [(0, nth(n).declaration.items[0].quantity)];
        let asked = import_return(&nth(n), &number(&world, n), n, sent_at(), &goods).unwrap();
        world.send([&Document::Return(Box::new(asked))]);
    }
    let asked = cancellation(&nth(3), &number(&world, 3), 3, sent_at()).unwrap();
    world.send([&Document::Cancellation(Box::new(asked))]);
    let (left, left_no) = gone(&mut world, 11);
    let back = returned(&left, &left_no, 11, sent_at()).unwrap();
    world.send([&back.request_document()]);
    let stays = export(12, sent_at()).unwrap();
    world.send(&stays.documents());
    let stays_no = world.export(&stays).unwrap().state.number().unwrap().clone();
    let asked = export_cancellation(&stays, &stays_no, 12, sent_at()).unwrap();
    world.send([&Document::ExportCancellation(Box::new(asked))]);
    let mut projector = follow(&world);

    let enquiries = Enquiries::new(world.store.clone());
    let reach = |party: PartyId| Reach::Party(party);
    let (merchant, exporter) =
        (reach(world.cast.merchant.party.id), reach(world.cast.exporter.party.id));
    let returns = |reach| enquiries.own_returns(reach, None, 9).unwrap().rows;
    let export_returns = |reach| enquiries.own_export_returns(reach, None, 9).unwrap().rows;
    let cancellations = |reach| enquiries.own_cancellations(reach, None, 9).unwrap().rows;
    let of = |n| world.declaration(&nth(n)).unwrap().id;
    let backs: Vec<_> = returns(merchant).iter().map(|it| it.declaration).collect();
    assert_eq!(backs, [of(2), of(1)], "those of the parcels that were lodged last first");
    assert_eq!(export_returns(merchant), []);
    assert_eq!(returns(exporter), []);
    let [came] = &export_returns(exporter)[..] else { panic!("one return") };
    assert_eq!(came.facts.declaration_no, left_no);
    let [refused] = &cancellations(merchant)[..] else { panic!("one request") };
    assert_eq!((refused.declaration, refused.direction), (of(3), Direction::Import));
    assert_eq!(refused.document.state, DocumentState::Refused);
    let [cancelled] = &cancellations(exporter)[..] else { panic!("one request") };
    assert_eq!(cancelled.declaration_no, stays_no);
    assert_eq!(cancelled.direction, Direction::Export);
    assert_eq!(cancelled.document.state, DocumentState::Entered);
    // The declarant of all of them, in pages.
    let declarant = reach(world.cast.carrier.party.id);
    let first = enquiries.own_returns(declarant, None, 1).unwrap();
    assert_eq!(first.rows[0].declaration, of(2));
    let second = enquiries.own_returns(declarant, first.next, 1).unwrap();
    assert_eq!((second.rows[0].declaration, second.next), (of(1), None));
    assert_eq!(cancellations(declarant).len(), 2);
    for nobody in [Reach::Nobody, Reach::Everybody, reach(world.cast.institution.party.id)] {
        assert_eq!(returns(nobody), []);
        assert_eq!(cancellations(nobody), []);
    }
    // What is made anew is the same.
    let before = (returns(declarant), cancellations(declarant), export_returns(declarant));
    projector.forget().unwrap();
    assert_eq!(returns(declarant), []);
    projector.take_up().unwrap();
    assert_eq!((returns(declarant), cancellations(declarant), export_returns(declarant)), before);
}

fn a_document_is_found_by_whoever_numbered_it_and_by_the_parties_of_its_declaration(on: On) {
    let mut world = World::with(on(Beginning::unsigned()));
    let parcel = nth(1);
    world.send(&parcel.documents());
    world.send([&parcel.delivery_document()]);
    let enquiries = Enquiries::new(world.store.clone());
    let find = |party: PartyId, kind, number: &str| {
        let found = enquiries.documents(Reach::Party(party), kind, number).unwrap();
        found.iter().map(|it| it.key.number.to_string()).collect::<Vec<_>>()
    };
    let (order_no, waybill_no) =
        (parcel.declaration.order_no.to_string(), parcel.declaration.waybill_no.to_string());
    let cast = &world.cast;
    let (carrier, merchant) = (cast.carrier.party.id, cast.merchant.party.id);
    let institution = cast.institution.party.id;
    for number in [&order_no, &waybill_no] {
        assert_eq!(find(carrier, DocumentKind::Waybill, number), [waybill_no.as_str()]);
    }
    assert_eq!(find(carrier, DocumentKind::Delivery, &waybill_no).len(), 1);
    let [payment_no] = &find(merchant, DocumentKind::Payment, &order_no)[..] else {
        panic!("one payment")
    };
    assert_eq!(find(institution, DocumentKind::Payment, payment_no), [payment_no.as_str()]);
    assert_eq!(find(institution, DocumentKind::Payment, &order_no), [payment_no.as_str()]);
    assert_eq!(find(merchant, DocumentKind::Order, &order_no), [""]);
    // What it has not numbered and is no party of.
    assert_eq!(find(institution, DocumentKind::Order, &order_no), [] as [String; 0]);
    assert_eq!(find(institution, DocumentKind::Waybill, &waybill_no), [] as [String; 0]);
    assert_eq!(find(cast.exporter.party.id, DocumentKind::Order, &order_no), [] as [String; 0]);
    assert_eq!(find(carrier, DocumentKind::Waybill, "what nobody numbered"), [] as [String; 0]);
    let office = enquiries.documents(Reach::Everybody, DocumentKind::Order, &order_no).unwrap();
    assert_eq!(office.len(), 1);
}
