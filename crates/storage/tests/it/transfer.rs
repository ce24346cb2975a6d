//! An embedded database that is moved to a server.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use rusqlite::Connection;
use tongguan_storage::{
    Compared, OpenError, Portion, Progress, Register, Store, StoreSettings, Target, TransferError,
    give_up, transfer,
};

use crate::fixture::{Fixture, at};

/// Small, so that every table takes several.
const PORTION: Portion = Portion { rows: 7, bytes: 300 };
/// How many rows each table is given that takes so many.
const ROWS: i64 = 40;

/// Both sides; the server's as its owner sees it.
struct Move {
    source: Fixture,
    directory: PathBuf,
    server: Fixture,
    url: String,
}

/// None where there is no server; the reason has been said loudly.
fn of_full_source() -> Option<Move> {
    let server = Fixture::postgres()?;
    let source = Fixture::sqlite();
    let (Target::Sqlite(directory), Target::Postgres(url)) = (&source.target, &server.target)
    else {
        panic!("one of each");
    };
    let (directory, url) = (directory.clone(), url.clone());
    fill(&directory);
    Some(Move { source, directory, server, url })
}

impl Move {
    fn run(&self, tell: &mut dyn FnMut(Progress<'_>)) -> Result<Vec<Compared>, TransferError> {
        transfer(&self.directory, &self.url, StoreSettings::default(), PORTION, at(9), tell)
    }

    fn open_source(&self) -> Result<Store, OpenError> {
        Store::open(&self.source.target, StoreSettings::default(), at(10))
    }

    fn open_server(&self) -> Result<Store, OpenError> {
        Store::open(&self.server.target, StoreSettings::default(), at(10))
    }
}

/// Gives every table rows of every kind of value, past what writes it.
fn fill(directory: &std::path::Path) {
    let connection = Connection::open(directory.join("tongguan.db")).unwrap();
    let names = |text: &str| -> Vec<String> {
        let mut statement = connection.prepare(text).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
    };
    let tables = names(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' \
         AND name NOT IN ('schema_migration', 'transfer', 'transfer_table', 'partition', 'process')",
    );
    for table in tables {
        let cells = |of_integer: &str| {
            names(&format!(
                "SELECT CASE WHEN type = 'INTEGER' AND pk > 0 THEN '1 + i' \
                 WHEN type = 'INTEGER' THEN '{of_integer}' \
                 WHEN \"notnull\" = 0 AND type = 'TEXT' THEN 'CASE i % 3 WHEN 0 THEN NULL ELSE ''字'' || i END' \
                 WHEN type = 'TEXT' THEN '''关'' || (i * 7919 % 100)' ELSE 'CAST(''x'' || i AS BLOB)' END \
                 FROM pragma_table_info('{table}') ORDER BY cid"
            ))
            .join(", ")
        };
        // Most columns take any number; of a few tables only some pairs are allowed.
        for of_integer in ["1", "0"] {
            let text = format!(
                "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS} - 1) \
                 INSERT OR IGNORE INTO {table} SELECT {} FROM n",
                cells(of_integer)
            );
            connection.execute(&text, []).unwrap_or_else(|error| panic!("{table}: {error}"));
        }
        let rows: i64 = connection
            .query_row(&format!("SELECT COUNT(*) FROM {table}"), [], |row| row.get(0))
            .unwrap();
        assert!(rows > 0, "{table} was given nothing");
    }
}

#[test]
fn every_row_is_moved_and_compared_and_only_the_server_opens_then() {
    let Some(moved) = of_full_source() else { return };
    let (mut moves, mut seen) = (0, Vec::new());
    let compared = moved
        .run(&mut |progress| match progress {
            Progress::Moves { rows, of, .. } => {
                assert!(rows <= of);
                moves += 1;
            }
            Progress::Compares { table } => seen.push(table.to_owned()),
        })
        .unwrap();
    assert!(compared.iter().all(|table| table.rows == table.rows_there));
    let document = compared.iter().find(|table| table.table == "document").unwrap();
    assert_eq!(document.rows, ROWS as u64);
    assert_eq!(seen.len(), compared.len());
    assert!(moves > 3 * compared.len(), "in portions");
    assert!(matches!(moved.open_source(), Err(OpenError::Moved)));
    let server = moved.open_server().unwrap();
    assert_eq!(server.read(|view| view.partitions()).unwrap().len(), 256);
    let texts = moved.server.raw("SELECT order_no FROM document ORDER BY order_no").unwrap();
    let kept = moved.source.raw("SELECT order_no FROM document ORDER BY order_no").unwrap();
    assert_eq!(texts, kept);
    assert!(matches!(moved.run(&mut |_| ()), Err(TransferError::Moved)));
}

#[test]
fn whatever_interrupts_it_it_goes_on_where_it_stood() {
    let Some(moved) = of_full_source() else { return };
    let mut largest = 0;
    // Each run dies a little later than the last: before anything, in the middle, while comparing.
    for patience in (0..).step_by(37) {
        let mut calls = 0;
        let run = catch_unwind(AssertUnwindSafe(|| {
            moved.run(&mut |progress| {
                if let Progress::Moves { table: "document", rows, .. } = progress {
                    assert!(rows >= largest, "what was moved stays");
                    largest = rows;
                }
                calls += 1;
                assert!(calls <= patience, "interrupted");
            })
        }));
        if let Ok(done) = run {
            assert_eq!(done.unwrap().iter().filter(|table| table.rows == 0).count(), 0);
            break;
        }
        assert!(matches!(moved.open_source(), Err(OpenError::Moving)));
        if patience > 0 {
            assert!(matches!(moved.open_server(), Err(OpenError::Moving)));
        }
    }
    moved.open_server().unwrap();
}

#[test]
fn a_row_that_differs_is_found_and_nothing_is_finished() {
    let Some(moved) = of_full_source() else { return };
    let mut altered = false;
    let outcome = moved.run(&mut |progress| {
        if matches!(progress, Progress::Compares { .. }) && !altered {
            altered = true;
            let change = "UPDATE document SET guid = 'other' WHERE number = \
                          (SELECT MIN(number) FROM document) RETURNING guid";
            moved.server.raw(change).unwrap();
        }
    });
    let Err(TransferError::Differs(found)) = outcome else { panic!("{outcome:?}") };
    assert_eq!(found.table, "document");
    assert!(matches!(moved.open_source(), Err(OpenError::Moving)));
    assert!(matches!(moved.open_server(), Err(OpenError::Moving)));
}

#[test]
fn what_was_begun_can_be_given_up() {
    let Some(moved) = of_full_source() else { return };
    assert!(!give_up(&moved.directory, StoreSettings::default(), at(9)).unwrap());
    let begun = catch_unwind(AssertUnwindSafe(|| moved.run(&mut |_| panic!("interrupted"))));
    assert!(begun.is_err());
    assert!(give_up(&moved.directory, StoreSettings::default(), at(9)).unwrap());
    moved.open_source().unwrap();
    assert!(matches!(moved.open_server(), Err(OpenError::Moving)), "half of it serves nobody");
}

#[test]
fn only_a_new_database_is_filled_and_only_by_one() {
    let Some(moved) = of_full_source() else { return };
    moved.server.write(|tx| tx.bump(Register::Registry));
    let used = moved.run(&mut |_| ());
    assert!(
        matches!(&used, Err(TransferError::NotEmpty { table }) if table == "revision"),
        "{used:?}"
    );
    let Some(server) = Fixture::postgres() else { return };
    let Target::Postgres(url) = &server.target else { panic!("a server") };
    let other = Fixture::sqlite();
    let Target::Sqlite(directory) = &other.target else { panic!("a directory") };
    let begin = |tell: &mut dyn FnMut(Progress<'_>)| {
        transfer(directory, url, StoreSettings::default(), PORTION, at(9), tell)
    };
    assert!(catch_unwind(AssertUnwindSafe(|| begin(&mut |_| panic!("interrupted")))).is_err());
    let second =
        transfer(&moved.directory, url, StoreSettings::default(), PORTION, at(9), &mut |_| ());
    assert!(matches!(second, Err(TransferError::OtherSource)), "{second:?}");
}

#[test]
fn what_a_process_serves_is_not_moved() {
    let Some(moved) = of_full_source() else { return };
    assert!(moved.source.store.is_sole_process());
    assert!(matches!(moved.run(&mut |_| ()), Err(TransferError::InUse)));
    moved.open_source().unwrap();
}
