//! Months in the archive: what is there, what is found there, and what is not.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use tongguan_application::archiving::tables::{EVENTS, LINES, PARCELS, RESPONSES, TABLES};
use tongguan_application::archiving::{
    Archived, ArchivingError, Candidate, Refused, archive, candidates, find, verify,
};
use tongguan_application::ports::Clock as _;
use tongguan_application::transparency::{found, standing};
use tongguan_archive::ArchiveError;
use tongguan_archive::column::{Row, Table, Value};
use tongguan_archive::shelf::Shelf;
use tongguan_domain::month::Month;
use tongguan_domain::time::Moment;
use tongguan_storage::seal::Keyring;
use tongguan_testkit::exports::export;
use tongguan_testkit::world::{Beginning, World};
use tongguan_transparency::note::{Algorithm, Signer, Verifier};

use crate::support::*;

on_both_engines! {
    a_month_that_is_over_is_archived_once,
    what_is_archived_is_what_the_database_says,
    no_person_stands_in_the_archive,
    what_was_changed_in_the_archive_is_found,
    a_month_with_an_open_parcel_waits,
}

pub const MARCH: &str = "2026-03";

pub fn march() -> Month {
    Month::parse(MARCH).unwrap()
}

fn on_day(day: &str) -> Moment {
    Moment::parse_wire(&format!("{day}120000")).unwrap()
}

/// A parcel that was delivered, one that was refused and an export that left.
pub fn over(on: On) -> World {
    let mut world = World::with(on(Beginning::unsigned()));
    let (import, exported) = (nth(1), export(2, sent_at()).unwrap());
    world.send(&import.documents());
    world.send([&import.delivery_document()]);
    let mut other = nth(3);
    other.waybill.consignee.address = "别处".into();
    world.send(&other.documents());
    world.send(&exported.documents());
    world.send([&exported.arrival_document()]);
    world.send([&exported.departure_document()]);
    world
}

fn shelf() -> (tempfile::TempDir, Shelf) {
    let directory = tempfile::tempdir().unwrap();
    let shelf = Shelf::at(directory.path().to_str().unwrap()).unwrap();
    (directory, shelf)
}

pub fn archived(world: &World, shelf: &Shelf) -> Result<Archived, ArchivingError> {
    let keyring = Arc::new(Keyring::from_master(&[7; 32]));
    let log = found(&world.store, &keyring, None, world.clock.now()).unwrap();
    let at = (&caused(), on_day("20260801"));
    archive(&world.store, (shelf, "here"), Some(&log), march(), at, &mut |_| {})
}

pub fn candidate(world: &World, shelf: &Shelf, day: &str) -> Candidate {
    let mut all = candidates(&world.store, shelf, None, (3, on_day(day))).unwrap();
    assert_eq!((all.len(), all[0].month), (1, march()), "{all:?}");
    all.remove(0)
}

pub fn rows(shelf: &Shelf, table: Table) -> Vec<Row> {
    let (manifest, _) = shelf.manifest(MARCH).unwrap().unwrap();
    let reader = shelf.open(MARCH, table, manifest.file(table.name).unwrap()).unwrap();
    (0..reader.groups()).flat_map(|group| reader.rows(group).unwrap()).collect()
}

fn cell<'r>(table: &Table, row: &'r Row, column: &str) -> &'r Value {
    &row[table.place(column).unwrap()]
}

pub fn key(world: &World) -> Verifier {
    Verifier::parse(&standing(&world.store).unwrap().unwrap().verifier).unwrap()
}

fn a_month_that_is_over_is_archived_once(on: On) {
    let world = over(on);
    let (_directory, shelf) = shelf();
    assert_eq!(candidate(&world, &shelf, "20260630").refused, Some(Refused::TooYoung));
    let ready = candidate(&world, &shelf, "20260701");
    assert_eq!((ready.declarations, ready.refused), (3, None));

    let done = archived(&world, &shelf).unwrap();
    let again = candidate(&world, &shelf, "20260701");
    assert_eq!(again.refused, Some(Refused::Archived(on_day("20260801"))));
    let row = world.store.read(|view| view.archived_month(MARCH)).unwrap().unwrap();
    assert_eq!((&*row.location, row.parcels), ("here", 3));
    // Where the files are gone, it is archived anew.
    fs::remove_dir_all(shelf.month(MARCH)).unwrap();
    assert_eq!(candidate(&world, &shelf, "20260701").refused, None);
    assert_eq!(archived(&world, &shelf).unwrap().manifest.figures, done.manifest.figures);
    let april = candidates(
        &world.store,
        &shelf,
        Some(Month::parse("2026-04").unwrap()),
        (0, on_day("20260801")),
    );
    assert_eq!(april.unwrap()[0].refused, Some(Refused::Empty));
}

fn what_is_archived_is_what_the_database_says(on: On) {
    let world = over(on);
    let (_directory, shelf) = shelf();
    let done = archived(&world, &shelf).unwrap();
    let verified = verify(&shelf, MARCH, Some(&key(&world)), &mut |_| {}).unwrap();
    assert!(verified.is_signed && verified.manifest == done.manifest);

    let declaration = world.declaration(&nth(1)).unwrap();
    let tax = declaration.state.tax().unwrap();
    let figure = |name: &str| done.manifest.figures[name];
    assert_eq!((figure("parcels"), figure("imports"), figure("exports")), (3, 2, 1));
    assert_eq!((figure("vat_fen"), figure("duty_fen")), (tax.vat.fen(), tax.duty.fen()));
    assert_eq!(figure("dutiable_fen"), tax.dutiable.fen());
    let counts = world.store.read(|view| view.row_counts()).unwrap();
    let places = |table: Table, columns: [&str; 2]| {
        let place = |row: &Row| columns.map(|column| cell(&table, row, column).number().unwrap());
        let mut all: Vec<_> = rows(&shelf, table).iter().map(place).collect();
        all.sort_unstable();
        all.dedup();
        i64::try_from(all.len()).unwrap()
    };
    assert_eq!(places(RESPONSES, ["partition", "place"]), counts["response"]);
    assert_eq!(places(EVENTS, ["partition", "place"]), counts["event"]);

    let months = shelf.months().unwrap();
    for number in [declaration.facts.order_no.as_str(), declaration.facts.waybill_no.as_str()] {
        let found = find(&shelf, &months, number).unwrap();
        assert_eq!(found.len(), 1, "{number}");
        let (row, lines) = (&found[0].parcel, &found[0].lines);
        assert_eq!(row[0], Value::Whole(declaration.id.0));
        assert_eq!(*cell(&PARCELS, row, "status"), Value::Whole(899));
        assert_eq!(*cell(&PARCELS, row, "vat"), Value::Fen(tax.vat.fen()));
        assert_eq!(lines.len(), declaration.facts.items.len());
        let total = declaration.facts.items[0].total_price.value();
        assert_eq!(*cell(&LINES, &lines[0], "total_price"), Value::exact(total).unwrap());
    }
    assert_eq!(find(&shelf, &months, &declaration.id.to_string()).unwrap().len(), 1);
    assert_eq!(find(&shelf, &months, "unknown").unwrap(), []);
}

fn no_person_stands_in_the_archive(on: On) {
    let world = over(on);
    let (_directory, shelf) = shelf();
    archived(&world, &shelf).unwrap();
    let parcel = nth(1);
    let facts = world.declaration(&parcel).unwrap().facts;
    let mark = |mark: [u8; 16]| mark.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let buyer = &parcel.declaration.buyer;
    let private = [
        buyer.name.to_string(),
        parcel.declaration.consignee_address.to_string(),
        mark(facts.buyer.person.to_bytes()),
        mark(facts.buyer_telephone.to_bytes()),
        mark(facts.consignee_address.to_bytes()),
    ];
    let mut seen = 0;
    for table in TABLES {
        for row in rows(&shelf, table) {
            for text in row.iter().filter_map(Value::text) {
                seen += 1;
                let is_told = private.iter().find(|it| text.contains(it.as_str()));
                assert_eq!(is_told, None, "{}: {text}", table.name);
            }
        }
    }
    assert!(seen > 100 && private.iter().all(|it| it.chars().count() > 1), "{private:?}");
}

fn what_was_changed_in_the_archive_is_found(on: On) {
    let world = over(on);
    let (_directory, shelf) = shelf();
    archived(&world, &shelf).unwrap();
    let key = key(&world);
    let look = |key: Option<&Verifier>| verify(&shelf, MARCH, key, &mut |_| {});
    let manifest = shelf.month(MARCH).join("manifest.json");
    let whole = fs::read_to_string(&manifest).unwrap();

    let write = |path: &Path, text: &str| fs::write(path, text).unwrap();
    write(&manifest, &whole.replace("\"vat_fen\": ", "\"vat_fen\": 1"));
    assert!(matches!(look(Some(&key)), Err(ArchivingError::Unsigned { .. })));
    let wrong = look(None).unwrap_err();
    assert!(
        matches!(&wrong, ArchivingError::Figure { figure, .. } if figure == "vat_fen"),
        "{wrong}"
    );
    write(&manifest, &whole.replace("parcels.parquet", "../parcels.parquet"));
    let outside = look(None).unwrap_err();
    assert!(matches!(outside, ArchivingError::Archive(ArchiveError::Manifest { .. })), "{outside}");
    write(&manifest, &whole);
    assert!(look(Some(&key)).is_ok());

    let other = Signer::new("other.example/log", Algorithm::Text, &[8; 32]).unwrap();
    assert!(matches!(look(Some(other.verifier())), Err(ArchivingError::Unsigned { .. })));
    let file = shelf.month(MARCH).join("lines.parquet");
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&file, bytes).unwrap();
    let changed = look(Some(&key)).unwrap_err();
    assert!(matches!(changed, ArchivingError::Archive(ArchiveError::Differs { .. })), "{changed}");
    let none = verify(&shelf, "2026-04", None, &mut |_| {}).unwrap_err();
    assert!(matches!(none, ArchivingError::NoMonth { .. }), "{none}");
}

fn a_month_with_an_open_parcel_waits(on: On) {
    let mut world = over(on);
    let (_directory, shelf) = shelf();
    world.send(&nth(4).documents());
    assert_eq!(candidate(&world, &shelf, "20260701").refused, Some(Refused::Open(1)));
    world.send([&nth(4).delivery_document()]);
    let ready = candidate(&world, &shelf, "20260701");
    assert_eq!((ready.declarations, ready.refused), (4, None));
}
