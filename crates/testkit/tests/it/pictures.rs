//! Pictures of an examination: kept sealed without what cameras write, shown to the office, forgotten with their month.

use std::sync::Arc;

use tongguan_application::clearing::settings::{OfficeSettings, Settings};
use tongguan_application::enquiry::Enquiries;
use tongguan_application::history::{Actor, AuditFilter, ChangeKind, Register, Subject, audited};
use tongguan_application::pictures::{Format, LARGEST, MOST, PictureError, Pictures};
use tongguan_domain::access::Reach;
use tongguan_domain::ids::{DeclarationId, OfficeCode};
use tongguan_domain::lane::Selectivity;
use tongguan_storage::seal::Keyring;
use tongguan_testkit::world::{Beginning, World};

use crate::support::*;

on_both_engines! {
    a_picture_is_kept_sealed_and_bare_and_that_it_was_added_is_an_event,
    what_is_no_picture_or_too_much_or_elsewhere_is_not_kept,
    a_picture_is_forgotten_with_its_month,
}

/// A picture with the place where it was taken.
const WEBP: &[u8] = b"RIFF\x20\0\0\0WEBPVP8 \x04\0\0\0rainEXIF\x08\0\0\0MM north";
const BARE: &[u8] = b"RIFF\x10\0\0\0WEBPVP8 \x04\0\0\0rain";

/// A world in which everything is examined, and the first parcel's declaration.
fn examined(on: On) -> (World, DeclarationId) {
    let selectivity = Selectivity { red_per_10_000: 10_000, ..Selectivity::default() };
    let default_office = OfficeSettings { selectivity, ..OfficeSettings::default() };
    let settings = Settings { default_office, ..Settings::default() };
    let mut world = World::with(on(Beginning { settings, ..Beginning::unsigned() }));
    let parcel = nth(1);
    world.send(&parcel.documents());
    let id = world.declaration(&parcel).unwrap().id;
    (world, id)
}

fn pictures(world: &World) -> Pictures {
    let enquiries = Arc::new(Enquiries::new(world.store.clone()));
    Pictures::new(enquiries, Arc::new(Keyring::from_master(&[7; 32])))
}

fn office(code: &str) -> Reach {
    Reach::Office(OfficeCode::parse(code).unwrap())
}

fn add(world: &World, reach: Reach, id: DeclarationId, bytes: &[u8]) -> Result<i64, PictureError> {
    let actor = Actor { name: "wu.bin".into(), ..Actor::default() };
    let now = tongguan_application::ports::Clock::now(&*world.clock);
    pictures(world).add(reach, id, bytes, &actor, now)
}

fn a_picture_is_kept_sealed_and_bare_and_that_it_was_added_is_an_event(on: On) {
    let (world, id) = examined(on);
    assert_eq!(add(&world, office("2916"), id, WEBP).unwrap(), 1);
    assert_eq!(add(&world, office("2916"), id, BARE).unwrap(), 2);
    let shown = pictures(&world).show(office("2916"), id, 1).unwrap();
    assert_eq!(shown, (Format::Webp, BARE.to_vec()));
    let body = world.store.read(|view| view.picture_body(id, 1)).unwrap().unwrap();
    assert!(!body.body.windows(4).any(|part| part == b"rain" || part == b"WEBP"), "sealed");
    let filter = AuditFilter { register: Some(Register::Pictures), ..AuditFilter::default() };
    let events = world.store.read(|view| audited(view, &filter, None, 9)).unwrap();
    assert_eq!(events.len(), 2);
    let first = &events[1];
    assert_eq!(first.entry.subject, Subject::Declaration(id));
    assert_eq!((first.entry.change, first.cause.who()), (ChangeKind::Added, "wu.bin"));
    let told: Vec<_> = first.entry.fields.iter().map(|field| &*field.after).collect();
    assert_eq!(told[..3], ["1", "image/webp", "24"]);
}

fn what_is_no_picture_or_too_much_or_elsewhere_is_not_kept(on: On) {
    let (mut world, id) = examined(on);
    let here = office("2916");
    for (bytes, reach, wanted) in [
        (&b"<svg/>"[..], here, "it is no picture"),
        (&WEBP[..30], here, "it is no picture"),
        (WEBP, office("0100"), "there is nothing of that number"),
        (&vec![0; LARGEST + 1], here, "a picture has at most 8 MiB"),
    ] {
        let why = add(&world, reach, id, bytes).unwrap_err().to_string();
        assert!(why.starts_with(wanted), "{why}");
    }
    for n in 1..=MOST {
        assert_eq!(add(&world, here, id, WEBP).unwrap(), i64::try_from(n).unwrap());
    }
    assert!(matches!(add(&world, here, id, WEBP), Err(PictureError::TooMany)));
    let shown = pictures(&world).show(office("0100"), id, 1);
    assert!(matches!(shown, Err(PictureError::Unknown)), "{shown:?}");
    let shown = pictures(&world).show(here, id, 99);
    assert!(matches!(shown, Err(PictureError::Unknown)), "{shown:?}");
    // What is not examined has no pictures.
    let settings = Settings::default();
    world.set_settings(Arc::new(settings));
    let released = nth(2);
    world.send(&released.documents());
    let released = world.declaration(&released).unwrap().id;
    let why = add(&world, here, released, WEBP).unwrap_err();
    assert!(matches!(why, PictureError::NotExamined), "{why}");
}

fn a_picture_is_forgotten_with_its_month(on: On) {
    let (world, id) = examined(on);
    add(&world, office("2916"), id, WEBP).unwrap();
    let mut writer = world.store.writer().unwrap();
    writer.transaction(|tx| tx.forget_periods(&[("2026-03",)])).unwrap();
    let shown = pictures(&world).show(office("2916"), id, 1);
    assert!(matches!(shown, Err(PictureError::NotKept)), "{shown:?}");
}
