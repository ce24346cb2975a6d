//! Released exports that have not left are reported, the longest released first.

use tongguan_application::clearing::settings::{OfficeSettings, Settings};
use tongguan_application::not_departed::{Page, Place, not_departed};
use tongguan_application::ports::Clock as _;
use tongguan_domain::ids::OfficeCode;
use tongguan_storage::View;
use tongguan_testkit::exports::{Export, export};
use tongguan_testkit::world::{Beginning, World};

use crate::support::*;

const DAY: i64 = 86_400_000;

fn office(code: &str) -> OfficeCode {
    OfficeCode::parse(code).unwrap()
}

/// Office 2924 waits for ten days, the others for thirty.
fn settings() -> Settings {
    let quick = OfficeSettings { not_departed_days: 10, ..OfficeSettings::default() };
    Settings { offices: [(office("2924"), quick)].into(), ..Settings::default() }
}

fn list(world: &World, of: Option<&str>, place: Option<Place>, limit: usize) -> Page {
    let (settings, now) = (settings(), world.clock.now());
    let of = of.map(office);
    let read = |view: &mut View<'_>| not_departed(view, &settings, now, of, place, limit);
    world.store.read(read).unwrap()
}

fn waybills(page: &Page) -> Vec<&str> {
    page.rows.iter().map(|row| row.waybill_no.as_str()).collect()
}

on_both_engines! {
    what_has_not_left_is_listed_after_the_days_of_its_office,
}

fn what_has_not_left_is_listed_after_the_days_of_its_office(on: On) {
    let mut world = World::with(on(Beginning { settings: settings(), ..Beginning::unsigned() }));
    let parcels: Vec<Export> = (1..=5)
        .map(|n| {
            let mut parcel = export(n, sent_at()).unwrap();
            if n == 2 {
                parcel.declaration.office = office("2924");
            }
            parcel
        })
        .collect();
    for parcel in &parcels {
        let [order, waybill, declaration] = parcel.documents();
        world.send([&order, &waybill, &declaration]);
        if parcel.waybill.number.as_str() != "EE000000004CN" {
            world.send([&parcel.arrival_document()]);
        }
    }
    world.send([&parcels[4].departure_document()]);
    assert_eq!(waybills(&list(&world, None, None, 9)), [""; 0], "nothing is due");

    world.clock.advance_millis(11 * DAY);
    assert_eq!(waybills(&list(&world, None, None, 9)), ["EE000000002CN"]);
    assert_eq!(waybills(&list(&world, Some("2916"), None, 9)), [""; 0]);

    world.clock.advance_millis(20 * DAY);
    world.send([&parcels[0].master_bill_document()]);
    let first = list(&world, None, None, 2);
    assert_eq!(waybills(&first), ["EE000000001CN", "EE000000002CN"], "four has not arrived");
    assert_eq!(first.rows[0].bill_no.as_deref(), Some("99900000002"));
    let rest = list(&world, None, first.next, 2);
    assert_eq!((waybills(&rest), rest.next), (vec!["EE000000003CN"], None));

    world.send([&parcels[2].departure_document()]);
    assert_eq!(waybills(&list(&world, Some("2916"), None, 9)), ["EE000000001CN"]);
}
