//! Delegates (申报委托): under whose certificate a stored declaration is declared when its waybill is there.

use tongguan_application::clearing::settings::{OfficeSettings, Settings};
use tongguan_domain::ids::PartyId;
use tongguan_domain::registry::Delegates;
use tongguan_storage::Event;
use tongguan_storage::stored::event::{StoredCauseV1, StoredEvent};
use tongguan_testkit::exports::export;
use tongguan_testkit::parcels::Document;
use tongguan_testkit::world::{Beginning, World};

use crate::support::*;

/// The declarant, and the merchants, of the cast.
const DECLARANT: PartyId = PartyId(4);
const IMPORTER: PartyId = PartyId(2);
const EXPORTER: PartyId = PartyId(5);

/// A world whose offices declare on the arrival of the waybill, for those who charged somebody.
fn beginning(delegates: Delegates) -> Beginning {
    let default_office = OfficeSettings { declare_on_waybill: true, ..OfficeSettings::default() };
    let settings = Settings { default_office, delegates, ..Settings::default() };
    Beginning { settings, ..Beginning::unsigned() }
}

/// The documents of a parcel before its waybill, its waybill, and its stored declaration.
fn parcels() -> [(Vec<Document>, Document, Document); 2] {
    let [order, payment, waybill, declaration] = nth(1).documents();
    let import = (vec![order, payment], waybill, stored_only(&declaration));
    let [order, waybill, declaration] = export(1, sent_at()).unwrap().documents();
    [import, (vec![order], waybill, stored_only(&declaration))]
}

/// Under which certificates something was declared.
fn delegated(world: &World) -> Vec<[u8; 32]> {
    let events = world.store.read(|view| view.unread::<Event>("test", 1000)).unwrap();
    let entries = events.iter().flat_map(|event| StoredEvent::decode(&event.body).unwrap().entries);
    let causes = entries.filter_map(|entry| match entry.cause {
        StoredCauseV1::Delegated(certificate, ..) => Some(certificate),
        _ => None,
    });
    causes.collect()
}

on_both_engines! {
    what_is_declared_for_others_stands_under_the_delegates_certificate,
    without_a_delegate_it_stays_stored,
}

fn what_is_declared_for_others_stands_under_the_delegates_certificate(on: On) {
    for parties in [vec![DECLARANT], vec![IMPORTER, EXPORTER]] {
        for waybill_first in [false, true] {
            let mut world = World::with(on(beginning(charged_by(&parties))));
            for (before, waybill, stored) in parcels() {
                world.send(&before);
                let [first, second] =
                    if waybill_first { [&waybill, &stored] } else { [&stored, &waybill] };
                world.send([first]);
                let told = world.send([second]).statuses(&stored);
                assert!(told.contains(&120), "{told:?}");
            }
            assert_eq!(delegated(&world), [DELEGATE; 2]);
        }
    }
}

fn without_a_delegate_it_stays_stored(on: On) {
    let mut world = World::with(on(beginning(charged_by(&[PartyId(1)]))));
    for (before, waybill, stored) in parcels() {
        world.send(&before);
        assert_eq!(world.send([&stored]).statuses(&stored), [1]);
        assert_eq!(world.send([&waybill]).statuses(&stored), [0; 0]);
    }
    assert_eq!(delegated(&world), [[0; 32]; 0]);
}

#[test]
fn a_delegate_whose_certificate_is_over_declares_nothing() {
    let mut world = World::with(beginning(charged_by(&[DECLARANT])));
    let [_, (before, waybill, stored)] = parcels();
    world.send(&before);
    world.send([&stored]);
    world.clock.advance_millis(400 * 86_400_000);
    assert_eq!(world.send([&waybill]).statuses(&stored), [0; 0]);
}
