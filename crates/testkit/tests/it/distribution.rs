//! The statements by which parcels are cleared on PostgreSQL: whether each finds its rows on the hosts that its
//! batch names, if the tables were spread over hosts.

use std::collections::BTreeMap;

use postgres::{Client, NoTls};
use tongguan_storage::{Distribution, distribution};
use tongguan_testkit::exports::export;
use tongguan_testkit::postgres::database;
use tongguan_testkit::world::{Beginning, World};

use crate::support::*;

/// Imports and exports from the first document to the end of their way, and a parcel that comes again.
fn cleared() -> Option<World> {
    let database = Some(database()?);
    let mut world = World::with(Beginning { database, ..Beginning::unsigned() });
    let parcels: Vec<_> = (1..=20).map(nth).collect();
    for parcel in &parcels {
        world.send(&parcel.documents());
    }
    world.send(&parcels[0].documents());
    // A declaration that waits for what it names.
    for document in nth(41).documents().iter().rev() {
        world.send([document]);
    }
    for n in 21..=40 {
        let export = export(n, sent_at()).unwrap();
        let [order, waybill, declaration] = export.documents();
        world.send([&order, &waybill, &declaration]);
        world.send([&export.arrival_document()]);
        world.send([&export.departure_document()]);
    }
    Some(world)
}

/// The column by which each table that grows is distributed.
fn distributed(world: &World) -> BTreeMap<String, &'static str> {
    let mut client = Client::connect(&world.database().unwrap().url, NoTls).unwrap();
    let text = "SELECT t.relname::text, a.attname::text FROM pg_class t \
                JOIN pg_index i ON i.indrelid = t.oid AND i.indisprimary \
                JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.indkey[0] \
                WHERE t.relnamespace = 'public'::regnamespace";
    let rows = client.query(text, &[]).unwrap();
    let by = rows.iter().filter_map(|row| match distribution(row.get(0), &[row.get(1)]) {
        Distribution::By(column) => Some((row.get(0), column)),
        Distribution::Everywhere | Distribution::OneHost => None,
    });
    by.collect()
}

/// The tables that a statement names behind the words that tables stand behind.
fn tables(statement: &str) -> Vec<&str> {
    let words: Vec<_> = statement.split_whitespace().collect();
    let behind =
        words.windows(2).filter(|two| ["FROM", "JOIN", "INTO", "UPDATE"].contains(&two[0]));
    behind.map(|two| two[1].trim_end_matches([',', ')'])).collect()
}

/// Whether a statement finds, or puts, rows of a table by a column.
fn names(statement: &str, table: &str, column: &str) -> bool {
    let inserted = format!("INSERT INTO {table} (");
    let listed = statement.split_once(&inserted).and_then(|(_, rest)| rest.split_once(')'));
    let conditions = statement.split_once(" ON ").or(statement.split_once(" WHERE "));
    let is_compared = |by: &str| {
        conditions.is_some_and(|(_, conditions)| {
            conditions.split(" AND ").any(|it| it.trim_start_matches("WHERE ").starts_with(by))
        })
    };
    listed.is_some_and(|(columns, _)| columns.split(", ").any(|it| it == column))
        || is_compared(&format!("{table}.{column} = "))
        || is_compared(&format!("{column} = "))
}

#[test]
fn statements_that_clear_parcels_name_the_column_that_distributes() {
    let Some(mut world) = cleared() else { return };
    let distributed = distributed(&world);
    let statements = world.statements();
    let (mut seen, mut further) = (0, Vec::new());
    for statement in &statements {
        for table in tables(statement) {
            let Some(column) = distributed.get(table) else { continue };
            seen += 1;
            if !names(statement, table, column) {
                further.push(statement);
            }
        }
    }
    assert!(seen >= 25, "{seen}: {statements:#?}");
    assert!(further.is_empty(), "{further:#?}");
}

#[test]
fn a_statement_without_the_column_is_found_out() {
    let by_key = "SELECT claim.bucket FROM UNNEST($1::BIGINT[]) AS k(bucket) JOIN claim ON claim.bucket = k.bucket";
    assert_eq!(
        tables(by_key),
        ["UNNEST($1::BIGINT[])", "claim"].map(|it| it.trim_end_matches(')'))
    );
    assert!(names(by_key, "claim", "bucket"));
    let by_bill = "SELECT claim.bucket FROM claim WHERE claim.bill_no = $1";
    assert!(!names(by_bill, "claim", "bucket"));
    assert!(names("INSERT INTO claim (bucket, kind) SELECT 1, 2", "claim", "bucket"));
    assert!(!names("UPDATE claim SET bucket = 1 WHERE kind = 2", "claim", "bucket"));
}
