//! What each party finds in its list of parcels.

use tongguan_application::clearing::settings::OfficeSettings;
use tongguan_application::enquiry::Enquiries;
use tongguan_application::parcels::{Concern, Parcel, ParcelFilter, ParcelPage, Projector};
use tongguan_application::ports::Clock as _;
use tongguan_application::review::Direction;
use tongguan_domain::access::Reach;
use tongguan_domain::commerce::Action;
use tongguan_domain::ids::{DeclarationId, PartyId};
use tongguan_domain::lane::Selectivity;
use tongguan_domain::party::PartyCode;
use tongguan_domain::status::ReturnStatus;
use tongguan_testkit::exports::export;
use tongguan_testkit::parcels::Document;
use tongguan_testkit::world::{Beginning, World};

use crate::support::*;

on_both_engines! {
    its_parties_see_a_parcel_and_nobody_else,
    a_list_follows_what_becomes_of_its_parcels,
    filters_pages_and_numbers_find_what_is_wanted,
    lists_are_made_anew_and_by_whoever_comes_first,
    whom_a_declaration_no_longer_names_sees_it_no_more,
    what_needs_attention_is_counted,
}

fn unsigned(on: On) -> World {
    World::with(on(Beginning::unsigned()))
}

fn follow(world: &World) -> Projector {
    let mut projector = Projector::open(&world.store).unwrap();
    projector.take_up().unwrap();
    projector
}

fn page(world: &World, party: PartyId, filter: &ParcelFilter) -> ParcelPage {
    let enquiries = Enquiries::new(world.store.clone());
    enquiries.parcels(Reach::Party(party), filter, None, 50).unwrap()
}

fn list(world: &World, party: PartyId) -> Vec<Parcel> {
    page(world, party, &ParcelFilter::default()).rows
}

fn orders(rows: &[Parcel]) -> Vec<&str> {
    rows.iter().map(|row| row.order_no.as_str()).collect()
}

fn its_parties_see_a_parcel_and_nobody_else(on: On) {
    let mut world = unsigned(on);
    let (import, exported) = (nth(1), export(2, sent_at()).unwrap());
    world.send(&import.documents());
    world.send(&exported.documents());
    follow(&world);
    let cast = &world.cast;
    let import_no = import.declaration.order_no.as_str();
    let export_no = exported.declaration.order_no.as_str();
    let merchant = list(&world, cast.merchant.party.id);
    assert_eq!(orders(&merchant), [import_no]);
    let [parcel] = merchant.as_slice() else { panic!("{merchant:?}") };
    let stored = world.declaration(&import).unwrap();
    assert_eq!(parcel.id, stored.id);
    assert_eq!(parcel.status, ReturnStatus::Released);
    assert_eq!(parcel.direction, Direction::Import);
    assert_eq!(parcel.waybill_no, import.declaration.waybill_no.as_str());
    assert_eq!(parcel.number.as_deref(), stored.state.number().map(|it| it.as_str()));
    assert_eq!(parcel.provisional_no, stored.provisional_no.as_str());
    assert_eq!(parcel.merchant, cast.merchant.party.id);
    assert!(parcel.lodged_at <= parcel.changed_at);
    // The declarant of both, the later one first.
    let declarant = list(&world, cast.carrier.party.id);
    assert_eq!(orders(&declarant), [export_no, import_no]);
    assert_eq!(orders(&list(&world, cast.exporter.party.id)), [export_no]);
    assert!(orders(&list(&world, cast.platform.party.id)).contains(&import_no));
    // It paid for the parcel, and is no party of the declaration.
    assert_eq!(list(&world, cast.institution.party.id), []);
    let enquiries = Enquiries::new(world.store.clone());
    for reach in [Reach::Nobody, Reach::Everybody] {
        let page = enquiries.parcels(reach, &ParcelFilter::default(), None, 50).unwrap();
        assert_eq!(page, ParcelPage::default());
    }
}

fn a_list_follows_what_becomes_of_its_parcels(on: On) {
    let mut world = unsigned(on);
    let parcel = nth(1);
    let merchant = world.cast.merchant.party.id;
    let [order, payment, waybill, declaration] = parcel.documents();
    let mut projector = Projector::open(&world.store).unwrap();
    let mut seen = Vec::new();
    for document in [&declaration, &order, &payment, &waybill, &parcel.delivery_document()] {
        world.send([document]);
        projector.take_up().unwrap();
        seen.extend(list(&world, merchant).iter().map(|row| row.status.number()));
    }
    assert_eq!(seen, [2, 2, 2, 800, 899]);
    assert_eq!(projector.take_up().unwrap(), 0, "there is nothing further");
    // Of an export: released, then gone.
    let exported = export(2, sent_at()).unwrap();
    world.send(&exported.documents());
    world.send([&exported.arrival_document()]);
    world.send([&exported.departure_document()]);
    projector.take_up().unwrap();
    let stored = world.export(&exported).unwrap().state.status();
    let rows = list(&world, world.cast.exporter.party.id);
    assert_eq!(rows.iter().map(|row| row.status).collect::<Vec<_>>(), [stored]);
}

fn filters_pages_and_numbers_find_what_is_wanted(on: On) {
    let mut world = unsigned(on);
    let merchant = world.cast.merchant.party.id;
    for n in 1..=5 {
        let [order, payment, waybill, declaration] = nth(n).documents();
        match n {
            // Waits for its waybill.
            3 => drop(world.send([&order, &payment, &declaration])),
            _ => drop(world.send([&order, &payment, &waybill, &declaration])),
        }
    }
    world.clock.advance_millis(86_400_000);
    world.send(&nth(6).documents());
    follow(&world);
    let number = |n| nth(n).declaration.order_no.to_string();
    let with = |filter| {
        let rows = page(&world, merchant, &filter).rows;
        rows.iter().map(|row| row.order_no.to_string()).collect::<Vec<_>>()
    };
    let all = ParcelFilter::default;
    assert_eq!(with(all()), [6, 5, 4, 3, 2, 1].map(number));
    let waiting = vec![ReturnStatus::Accepted];
    assert_eq!(with(ParcelFilter { statuses: waiting.clone(), ..all() }), [3].map(number));
    let both = vec![ReturnStatus::Accepted, ReturnStatus::Released];
    assert_eq!(with(ParcelFilter { statuses: both, ..all() }), [6, 5, 4, 3, 2, 1].map(number));
    let out = Some(Direction::Export);
    assert_eq!(with(ParcelFilter { direction: out, ..all() }), [] as [String; 0]);
    let day = world.clock.now().china_day();
    assert_eq!(with(ParcelFilter { from: Some(day), ..all() }), [6].map(number));
    let before = day.yesterday().ok();
    assert_eq!(with(ParcelFilter { to: before, ..all() }), [5, 4, 3, 2, 1].map(number));
    // By the beginning of a number, of the order or of the waybill.
    assert_eq!(with(ParcelFilter { number: format!(" {} ", number(4)), ..all() }), [4].map(number));
    let waybill = nth(2).declaration.waybill_no.to_string();
    assert_eq!(with(ParcelFilter { number: waybill, ..all() }), [2].map(number));
    let beginning: String = number(1).chars().take(4).collect();
    let filter = ParcelFilter { number: beginning, statuses: waiting, ..all() };
    assert_eq!(with(filter), [3].map(number));
    // Page after page, everything once.
    let enquiries = Enquiries::new(world.store.clone());
    let (mut behind, mut read): (Option<DeclarationId>, Vec<_>) = (None, Vec::new());
    loop {
        let page = enquiries.parcels(Reach::Party(merchant), &all(), behind, 4).unwrap();
        read.extend(page.rows.iter().map(|row| row.order_no.to_string()));
        behind = page.next;
        if behind.is_none() {
            break;
        }
    }
    assert_eq!(read, [6, 5, 4, 3, 2, 1].map(number));
}

fn lists_are_made_anew_and_by_whoever_comes_first(on: On) {
    let mut world = unsigned(on);
    let merchant = world.cast.merchant.party.id;
    let (mut one, mut other) = (follow(&world), follow(&world));
    for n in 1..=3 {
        world.send(&nth(n).documents());
        // Of two processes one does each part.
        let taken_up = one.take_up().unwrap();
        assert!(taken_up > 0);
        assert_eq!(other.take_up().unwrap(), 0);
        std::mem::swap(&mut one, &mut other);
    }
    let before = list(&world, merchant);
    assert_eq!(before.len(), 3);
    one.forget().unwrap();
    assert_eq!(list(&world, merchant), []);
    assert!(other.take_up().unwrap() > 0);
    assert_eq!(list(&world, merchant), before);
}

fn whom_a_declaration_no_longer_names_sees_it_no_more(on: On) {
    let mut world = unsigned(on);
    let (carrier, exporter) = (world.cast.carrier.party.id, world.cast.exporter.party.clone());
    let mut parcel = nth(1);
    world.send([&parcel.lodging()]);
    follow(&world);
    assert_eq!(list(&world, world.cast.merchant.party.id).len(), 1);
    // The merchant was a mistake.
    parcel.declaration.merchant.code = PartyCode::parse("330196E005").unwrap();
    parcel.declaration.merchant.name = exporter.name;
    let Document::Declaration(_) = parcel.lodging() else { panic!("a declaration") };
    let changed = asking(Action::Change, &parcel.lodging(), 60);
    assert_eq!(world.send([&changed]).statuses(&changed), [2]);
    follow(&world);
    assert_eq!(list(&world, world.cast.merchant.party.id), []);
    assert_eq!(list(&world, exporter.id).len(), 1);
    assert_eq!(list(&world, carrier).len(), 1);
}

fn what_needs_attention_is_counted(on: On) {
    let mut beginning = on(Beginning::unsigned());
    let selectivity = Selectivity { yellow_per_10_000: 10_000, ..Selectivity::default() };
    beginning.settings.default_office = OfficeSettings { selectivity, ..OfficeSettings::default() };
    let mut world = World::with(beginning);
    let merchant = world.cast.merchant.party.id;
    let lodged = world.clock.now();
    world.send(&nth(1).documents());
    world.send(&nth(2).documents());
    world.send([&nth(3).lodging()]);
    follow(&world);
    let enquiries = Enquiries::new(world.store.clone());
    let concerns = |party| {
        let tallies = enquiries.concerns(Reach::Party(party), world.clock.now()).unwrap();
        tallies.iter().map(|it| (it.concern, it.count, it.is_more)).collect::<Vec<_>>()
    };
    assert_eq!(concerns(merchant), [(Concern::Waiting, 1, false), (Concern::InReview, 2, false)]);
    assert_eq!(concerns(world.cast.institution.party.id), []);
    let first = enquiries.concerns(Reach::Party(merchant), lodged).unwrap().pop().unwrap();
    assert_eq!(first.since, lodged.floor_millis());
    let platform = Reach::Party(world.cast.platform.party.id);
    assert!(enquiries.guarantee(platform).unwrap().is_some());
    assert_eq!(enquiries.guarantee(Reach::Party(merchant)).unwrap(), None);
}
