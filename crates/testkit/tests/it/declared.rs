//! What each office finds in its list of declarations.

use tongguan_application::enquiry::Enquiries;
use tongguan_application::parcels::{DeclaredFilter, ParcelFilter, ParcelPage, Projector};
use tongguan_application::ports::Clock as _;
use tongguan_application::review::Direction;
use tongguan_domain::access::Reach;
use tongguan_domain::commerce::Action;
use tongguan_domain::ids::{DeclarationId, OfficeCode};
use tongguan_domain::status::ReturnStatus;
use tongguan_testkit::exports::export;
use tongguan_testkit::parcels::Parcel;
use tongguan_testkit::world::{Beginning, World};

use crate::support::*;

on_both_engines! {
    an_office_lists_what_is_lodged_there_and_the_auditor_everything,
    filters_and_pages_find_what_is_wanted,
    an_office_that_a_declaration_no_longer_names_lists_it_no_more,
    lists_of_offices_are_made_anew,
}

fn office(code: &str) -> OfficeCode {
    OfficeCode::parse(code).unwrap()
}

/// The `n`th parcel, lodged at the office of another city.
fn elsewhere(n: u64) -> Parcel {
    let mut parcel = nth(n);
    parcel.declaration.office = office("2925");
    parcel
}

fn all() -> DeclaredFilter {
    DeclaredFilter::default()
}

fn page(world: &World, reach: Reach, filter: &DeclaredFilter) -> ParcelPage {
    Enquiries::new(world.store.clone()).declared(reach, filter, None, 50).unwrap()
}

fn list(world: &World, reach: Reach, filter: &DeclaredFilter) -> Vec<String> {
    let rows = page(world, reach, filter).rows;
    rows.iter().map(|row| row.order_no.to_string()).collect()
}

fn import_no(n: u64) -> String {
    nth(n).declaration.order_no.to_string()
}

/// Two imports here and one elsewhere, of which the second waits, and an export.
fn lodged(on: On) -> World {
    let mut world = World::with(on(Beginning::unsigned()));
    world.send(&nth(1).documents());
    let [order, payment, _, declaration] = nth(2).documents();
    world.send([&order, &payment, &declaration]);
    world.clock.advance_millis(86_400_000);
    world.send(&elsewhere(3).documents());
    world.send(&export(4, sent_at()).unwrap().documents());
    Projector::open(&world.store).unwrap().take_up().unwrap();
    world
}

fn an_office_lists_what_is_lodged_there_and_the_auditor_everything(on: On) {
    let world = lodged(on);
    let out = export(4, sent_at()).unwrap().declaration;
    let export_no = out.order_no.to_string();
    let here = Reach::Office(nth(1).declaration.office);
    assert_eq!(out.office, nth(1).declaration.office, "the export leaves from here");
    let own = [export_no.clone(), import_no(2), import_no(1)];
    assert_eq!(list(&world, here, &all()), own);
    let there = Reach::Office(office("2925"));
    assert_eq!(list(&world, there, &all()), [import_no(3)]);
    let every = [export_no, import_no(3), import_no(2), import_no(1)];
    assert_eq!(list(&world, Reach::Everybody, &all()), every);
    assert_eq!(list(&world, Reach::Nobody, &all()), [""; 0]);
    let merchant = world.cast.merchant.party.id;
    let own = [import_no(3), import_no(2), import_no(1)];
    assert_eq!(list(&world, Reach::Party(merchant), &all()), own);
    // As it stands itself.
    let [row] = page(&world, there, &all()).rows.try_into().unwrap();
    let stored = world.declaration(&elsewhere(3)).unwrap();
    assert_eq!((row.id, row.status), (stored.id, ReturnStatus::Released));
    assert_eq!(row.number.as_deref(), stored.state.number().map(|it| it.as_str()));
    assert_eq!(row.waybill_no, nth(3).declaration.waybill_no.as_str());
    assert_eq!((row.office.as_str(), row.merchant), ("2925", merchant));
    assert!(row.lodged_at <= row.changed_at);
}

fn filters_and_pages_find_what_is_wanted(on: On) {
    let world = lodged(on);
    let here = Reach::Office(nth(1).declaration.office);
    let with = |parcels| list(&world, here, &DeclaredFilter { parcels, ..all() });
    let none = ParcelFilter::default;
    let waiting = vec![ReturnStatus::Accepted];
    assert_eq!(with(ParcelFilter { statuses: waiting.clone(), ..none() }), [import_no(2)]);
    let both = vec![ReturnStatus::Accepted, ReturnStatus::Released];
    assert_eq!(with(ParcelFilter { statuses: both, ..none() }), [2, 1].map(import_no));
    let twice = vec![ReturnStatus::Accepted; 2];
    let parcels = ParcelFilter { statuses: twice, ..none() };
    let filter = DeclaredFilter { parcels: parcels.clone(), ..all() };
    let enquiries = Enquiries::new(world.store.clone());
    let named_twice = enquiries.declared(here, &filter, None, 1).unwrap();
    assert_eq!((named_twice.rows.len(), named_twice.next), (1, None), "a status is meant once");
    let own = Reach::Party(world.cast.merchant.party.id);
    assert_eq!(enquiries.parcels(own, &parcels, None, 9).unwrap().rows.len(), 1);
    let inward = Some(Direction::Import);
    assert_eq!(with(ParcelFilter { direction: inward, ..none() }), [2, 1].map(import_no));
    let day = world.clock.now().china_day();
    let to = day.yesterday().ok();
    assert_eq!(with(ParcelFilter { to, ..none() }), [2, 1].map(import_no));
    assert_eq!(with(ParcelFilter { from: Some(day), to, ..none() }), [""; 0]);
    // Of an enterprise, at the own office alone.
    let merchant = Some(world.cast.merchant.party.id);
    let of_merchant = DeclaredFilter { party: merchant, ..all() };
    assert_eq!(list(&world, here, &of_merchant), [2, 1].map(import_no));
    assert_eq!(list(&world, Reach::Everybody, &of_merchant), [3, 2, 1].map(import_no));
    let parcels = ParcelFilter { statuses: waiting, ..none() };
    let waiting = DeclaredFilter { parcels, ..of_merchant.clone() };
    assert_eq!(list(&world, here, &waiting), [import_no(2)]);
    let there = DeclaredFilter { office: Some(office("2925")), ..of_merchant };
    assert_eq!(list(&world, Reach::Everybody, &there), [import_no(3)]);
    assert_eq!(list(&world, here, &there), [""; 0], "it lies at another office");
    let exporter = Reach::Party(world.cast.exporter.party.id);
    assert_eq!(list(&world, exporter, &there), [""; 0], "it is another's");
    // Page after page, everything once.
    let (mut behind, mut read): (Option<DeclarationId>, Vec<_>) = (None, Vec::new());
    loop {
        let page = enquiries.declared(Reach::Everybody, &all(), behind, 1).unwrap();
        read.extend(page.rows.iter().map(|row| row.order_no.to_string()));
        behind = page.next;
        if behind.is_none() {
            break;
        }
    }
    assert_eq!(read, list(&world, Reach::Everybody, &all()));
}

fn an_office_that_a_declaration_no_longer_names_lists_it_no_more(on: On) {
    let mut world = World::with(on(Beginning::unsigned()));
    let mut projector = Projector::open(&world.store).unwrap();
    world.send([&elsewhere(1).lodging()]);
    projector.take_up().unwrap();
    let (here, there) = (Reach::Office(nth(1).declaration.office), Reach::Office(office("2925")));
    assert_eq!(list(&world, there, &all()), [import_no(1)]);
    let changed = asking(Action::Change, &nth(1).lodging(), 60);
    assert_eq!(world.send([&changed]).statuses(&changed), [2]);
    projector.take_up().unwrap();
    assert_eq!(list(&world, there, &all()), [""; 0]);
    assert_eq!(list(&world, here, &all()), [import_no(1)]);
    // Two offices have a row of it, and it is listed once.
    let enquiries = Enquiries::new(world.store.clone());
    let every = enquiries.declared(Reach::Everybody, &all(), None, 1).unwrap();
    assert_eq!((every.rows.len(), every.next), (1, None));
}

fn lists_of_offices_are_made_anew(on: On) {
    let world = lodged(on);
    let before = page(&world, Reach::Everybody, &all());
    let mut projector = Projector::open(&world.store).unwrap();
    projector.forget().unwrap();
    assert_eq!(page(&world, Reach::Everybody, &all()), ParcelPage::default());
    projector.take_up().unwrap();
    assert_eq!(page(&world, Reach::Everybody, &all()), before);
}
