//! What was put on a shelf is read again as it was, and what was changed there is found.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;

use proptest::collection::vec;
use proptest::prelude::*;
use tongguan_archive::ArchiveError;
use tongguan_archive::column::{Column, Kind, Row, Table, Value};
use tongguan_archive::file::TableReader;
use tongguan_archive::manifest::FileEntry;
use tongguan_archive::shelf::Shelf;

const THINGS: Table = Table {
    name: "things",
    version: 1,
    columns: &[
        Column::of("id", Kind::Whole),
        Column::of("name", Kind::Text),
        Column::maybe("note", Kind::Text),
        Column::of("day", Kind::Day),
        Column::maybe("seen_at", Kind::Instant),
        Column::of("price", Kind::Money),
        Column::maybe("weight", Kind::Exact),
    ],
};

fn row() -> impl Strategy<Value = Row> {
    let maybe =
        |value: BoxedStrategy<Value>| prop_oneof![Just(Value::Absent), value.clone(), value];
    (
        any::<i64>().prop_map(Value::Whole),
        ".{0,20}".prop_map(Value::Text),
        maybe(".{0,20}".prop_map(Value::Text).boxed()),
        any::<i32>().prop_map(Value::Day),
        maybe(any::<i64>().prop_map(Value::Instant).boxed()),
        any::<i64>().prop_map(Value::Fen),
        maybe(any::<i128>().prop_map(Value::Exact).boxed()),
    )
        .prop_map(|(id, name, note, day, at, price, weight)| {
            vec![id, name, note, day, at, price, weight]
        })
}

fn shelf() -> (tempfile::TempDir, Shelf) {
    let directory = tempfile::tempdir().unwrap();
    let shelf = Shelf::at(directory.path().to_str().unwrap()).unwrap();
    (directory, shelf)
}

fn keep(shelf: &Shelf, groups: &[Vec<Row>]) -> FileEntry {
    let mut draft = shelf.draft("2026-03", THINGS).unwrap();
    for group in groups {
        draft.write(group).unwrap();
    }
    draft.keep().unwrap()
}

fn thing(id: i64) -> Row {
    vec![
        Value::Whole(id),
        Value::Text("奶粉".into()),
        Value::Absent,
        Value::Day(20_500),
        Value::Instant(1),
        Value::Fen(19_900),
        Value::Exact(14_000_000_000),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn every_row_is_read_again_as_it_was_written(groups in vec(vec(row(), 1..40), 0..4)) {
        let (_directory, shelf) = shelf();
        let entry = keep(&shelf, &groups);
        let reader = shelf.open("2026-03", THINGS, &entry).unwrap();
        let read: Vec<_> = (0..reader.groups()).map(|group| reader.rows(group).unwrap()).collect();
        prop_assert_eq!(&read, &groups);
        prop_assert_eq!(entry.rows, u64::try_from(groups.concat().len()).unwrap());
    }
}

#[test]
fn nothing_is_there_under_its_name_before_it_is_whole() {
    let (_directory, shelf) = shelf();
    let mut draft = shelf.draft("2026-03", THINGS).unwrap();
    draft.write(&[thing(1)]).unwrap();
    drop(draft);
    let place = shelf.month("2026-03").join("things.parquet");
    assert!(!place.exists());
    // And who comes back begins anew.
    let entry = keep(&shelf, &[vec![thing(7), thing(3)]]);
    assert_eq!((entry.rows, entry.first_id, entry.last_id), (2, Some(3), Some(7)));
    assert_eq!(shelf.months().unwrap(), Vec::<String>::new(), "there is no manifest");
}

#[test]
fn a_byte_that_was_changed_is_found_wherever_it_stands() {
    let (_directory, shelf) = shelf();
    let entry = keep(&shelf, &[vec![thing(1), thing(2)], vec![thing(3)]]);
    let place = shelf.month("2026-03").join("things.parquet");
    let whole = fs::read(&place).unwrap();
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 0x40;
        fs::write(&place, &changed).unwrap();
        let found = shelf.open("2026-03", THINGS, &entry).err();
        assert!(matches!(found, Some(ArchiveError::Differs { .. })), "byte {at}: {found:?}");
        // Whoever reads it without its manifest is refused or reads something, and never panics.
        if let Ok(reader) = TableReader::open(&place, THINGS) {
            for group in 0..reader.groups() {
                reader.rows(group).ok();
            }
        }
    }
    for end in [0, 3, whole.len() / 2, whole.len() - 1] {
        fs::write(&place, &whole[..end]).unwrap();
        assert!(shelf.open("2026-03", THINGS, &entry).is_err());
        assert!(TableReader::open(&place, THINGS).is_err(), "{end} bytes");
    }
}

#[test]
fn what_does_not_fit_its_column_is_refused() {
    let (_directory, shelf) = shelf();
    let mut draft = shelf.draft("2026-03", THINGS).unwrap();
    let mut without_name = thing(1);
    without_name[1] = Value::Absent;
    let mut price_in_words = thing(1);
    price_in_words[5] = Value::Text("199".into());
    let short = thing(1)[..6].to_vec();
    for wrong in [without_name, price_in_words, short] {
        let refused = draft.write(&[thing(2), wrong]);
        assert!(
            matches!(refused, Err(ArchiveError::Misfit { table: "things", .. })),
            "{refused:?}"
        );
    }
    draft.write(&[thing(2)]).unwrap();
    let entry = draft.keep().unwrap();
    assert_eq!(entry.rows, 1);
    const OTHER: Table = Table { columns: &[Column::of("id", Kind::Text)], ..THINGS };
    let other = shelf.open("2026-03", OTHER, &entry).err();
    assert!(matches!(other, Some(ArchiveError::OtherColumns { .. })));
}

#[test]
fn only_a_directory_is_a_shelf() {
    for wrong in ["", "s3://bucket/prefix", "https://store.example/x"] {
        assert!(matches!(Shelf::at(wrong), Err(ArchiveError::NoShelf(_))), "{wrong}");
    }
}
