//! Months in a bucket: as in a directory, and whatever the store does.

use std::sync::Arc;

use tongguan_application::archiving::tables::{LINES, PARCELS, TABLES};
use tongguan_application::archiving::{ArchivingError, Refused, find, verify};
use tongguan_application::ports::Clock;
use tongguan_archive::ArchiveError;
use tongguan_archive::shelf::Shelf;
use tongguan_domain::time::Moment;
use tongguan_gateways::s3::{Location, S3, S3Settings};
use tongguan_testbed::bucket::{BucketStandIn, KEY, SECRET, Trouble};
use tongguan_testkit::world::World;

use crate::archiving::{MARCH, archived, candidate, key, over, rows};
use crate::support::*;

on_both_engines! {
    a_bucket_holds_what_a_directory_does,
    a_month_that_broke_off_anywhere_is_none_and_is_begun_anew,
    what_was_changed_in_a_bucket_is_found,
    a_bucket_that_cannot_be_asked_is_no_missing_signature,
}

/// A clock that stands, and waits for nothing.
struct Still;

impl Clock for Still {
    fn now(&self) -> Moment {
        sent_at()
    }

    fn pause(&self, _: std::time::Duration) {}
}

fn bucket() -> (BucketStandIn, Shelf) {
    let stand_in = BucketStandIn::start().unwrap();
    let settings = S3Settings {
        location: Location::parse("s3://archive/customs").unwrap(),
        endpoint: Some(stand_in.endpoint.clone()),
        region: "us-east-1".to_owned(),
        key: KEY.to_owned(),
        secret: SECRET.to_owned(),
        token: None,
    };
    let bucket = S3::open(settings, Arc::new(Still)).unwrap();
    (stand_in, Shelf::of(Arc::new(bucket)))
}

fn name_of(file: &str) -> String {
    format!("archive/customs/{MARCH}/{file}")
}

/// What was asked to be written, in order.
fn put(stand_in: &BucketStandIn) -> Vec<String> {
    stand_in.with(|kept| {
        let put = kept.asked.iter().filter_map(|it| it.strip_prefix("PUT /archive/customs/"));
        put.map(|it| it.split(' ').next().unwrap().to_owned()).collect()
    })
}

fn first_order(shelf: &Shelf) -> String {
    rows(shelf, PARCELS)[0][PARCELS.place("order_no").unwrap()].text().unwrap().to_owned()
}

fn ready(world: &World, shelf: &Shelf) -> Option<Refused> {
    candidate(world, shelf, "20260701").refused
}

fn a_bucket_holds_what_a_directory_does(on: On) {
    let world = over(on);
    let (stand_in, shelf) = bucket();
    assert_eq!(shelf.months().unwrap(), Vec::<String>::new());
    let done = archived(&world, &shelf).unwrap();
    assert_eq!(shelf.months().unwrap(), [MARCH]);
    assert!(matches!(ready(&world, &shelf), Some(Refused::Archived(_))));
    // The manifest comes behind all that it names, and its signature behind it.
    let put = put(&stand_in);
    let manifest = put.iter().position(|it| it.ends_with("manifest.json")).unwrap();
    assert_eq!((put.len(), manifest), (TABLES.len() + 2, TABLES.len()), "{put:?}");
    let verified = verify(&shelf, MARCH, Some(&key(&world)), &mut |_| {}).unwrap();
    assert!(verified.is_signed && verified.digest == done.digest);

    let directory = tempfile::tempdir().unwrap();
    let beside = Shelf::at(directory.path().to_str().unwrap()).unwrap();
    assert_eq!(archived(&world, &beside).unwrap().manifest.figures, done.manifest.figures);
    for table in TABLES {
        assert_eq!(rows(&shelf, table), rows(&beside, table), "{}", table.name);
    }
    let (months, order) = ([MARCH.to_owned()], first_order(&shelf));
    let found = find(&shelf, &months, &order).unwrap();
    assert_eq!(found, find(&beside, &months, &order).unwrap());
    assert!(found.len() == 1 && !found[0].lines.is_empty());
    assert_eq!(find(&shelf, &months, "unknown").unwrap(), []);
}

fn a_month_that_broke_off_anywhere_is_none_and_is_begun_anew(on: On) {
    let world = over(on);
    let (stand_in, shelf) = bucket();
    let all = TABLES.len() + 2;
    for whole in 0..all {
        // After so many objects the store is gone, for as long as it is asked.
        let gone = std::iter::repeat_n(Some(Trouble::SlowDown), 100);
        // Behind the manifest all tables and the manifest itself are read back.
        let read_back = if whole > TABLES.len() { TABLES.len() + 1 } else { 0 };
        stand_in.trouble(std::iter::repeat_n(None, whole + read_back).chain(gone));
        let broken_off = archived(&world, &shelf).unwrap_err();
        let is_bucket = matches!(broken_off, ArchivingError::Archive(ArchiveError::Bucket { .. }));
        assert!(is_bucket, "{whole}: {broken_off}");
        stand_in.trouble([]);
        let has_manifest = whole > TABLES.len();
        assert_eq!(shelf.months().unwrap().len(), usize::from(has_manifest), "{whole}");
        assert_eq!(ready(&world, &shelf), None, "{whole}: it is not taken for archived");
        assert!(world.store.read(|view| view.archived_month(MARCH)).unwrap().is_none());
    }
    let answer_lost = std::iter::repeat_n([None, Some(Trouble::AnswerLost)], 4).flatten();
    stand_in.trouble(answer_lost);
    archived(&world, &shelf).unwrap();
    assert!(matches!(ready(&world, &shelf), Some(Refused::Archived(_))));
    verify(&shelf, MARCH, Some(&key(&world)), &mut |_| {}).unwrap();

    // What is damaged is made anew once its manifest is taken away.
    stand_in.with(|kept| {
        for byte in kept.objects.get_mut(&name_of(&PARCELS.file())).unwrap() {
            *byte = 0;
        }
    });
    verify(&shelf, MARCH, None, &mut |_| {}).unwrap_err();
    stand_in.with(|kept| kept.objects.remove(&name_of("manifest.json")));
    assert_eq!(ready(&world, &shelf), None);
    archived(&world, &shelf).unwrap();
    verify(&shelf, MARCH, Some(&key(&world)), &mut |_| {}).unwrap();
}

fn what_was_changed_in_a_bucket_is_found(on: On) {
    let world = over(on);
    let (stand_in, shelf) = bucket();
    archived(&world, &shelf).unwrap();
    let (months, order) = ([MARCH.to_owned()], first_order(&shelf));
    let whole = stand_in.with(|kept| kept.objects.clone());
    let look = || verify(&shelf, MARCH, Some(&key(&world)), &mut |_| {});
    let differs = |found: ArchivingError| match found {
        ArchivingError::Archive(ArchiveError::Differs { .. }) => {}
        other => panic!("{other:?}"),
    };
    for table in TABLES {
        let name = name_of(&table.file());
        stand_in.with(|kept| kept.objects.get_mut(&name).unwrap()[40] ^= 1);
        differs(look().unwrap_err());
        stand_in.with(|kept| kept.objects.get_mut(&name).unwrap().truncate(60));
        differs(look().unwrap_err());
        stand_in.with(|kept| kept.objects.remove(&name));
        let gone = look().unwrap_err();
        let told = format!("{gone:?}");
        assert!(told.contains("there is none of that name"), "{told}");
        stand_in.with(|kept| kept.objects.clone_from(&whole));
    }
    // Whoever looks something up finds at least that it has another length.
    for table in [PARCELS, LINES] {
        stand_in.with(|kept| kept.objects.get_mut(&name_of(&table.file())).unwrap().push(0));
        let found = find(&shelf, &months, &order).unwrap_err();
        let is_bucket = matches!(found, ArchivingError::Archive(ArchiveError::Bucket { .. }));
        assert!(is_bucket, "{found:?}");
        stand_in.with(|kept| kept.objects.clone_from(&whole));
    }
    stand_in.with(|kept| kept.objects.remove(&name_of("manifest.note")));
    assert!(matches!(look(), Err(ArchivingError::Unsigned { .. })));
    verify(&shelf, MARCH, None, &mut |_| {}).unwrap();
}

fn a_bucket_that_cannot_be_asked_is_no_missing_signature(on: On) {
    let world = over(on);
    let (stand_in, shelf) = bucket();
    archived(&world, &shelf).unwrap();
    let gone = || std::iter::repeat_n(Some(Trouble::SlowDown), 6);
    stand_in.trouble(std::iter::once(None).chain(gone()));
    let note = verify(&shelf, MARCH, Some(&key(&world)), &mut |_| {}).unwrap_err();
    let (months, order) = ([MARCH.to_owned()], first_order(&shelf));
    // Behind the manifest, in the middle of a table: no damage, either.
    stand_in.trouble(std::iter::once(None).chain(gone()));
    let table = find(&shelf, &months, &order).unwrap_err();
    for told in [note, table] {
        let is_bucket = matches!(told, ArchivingError::Archive(ArchiveError::Bucket { .. }));
        assert!(is_bucket, "{told:?}");
    }
}
