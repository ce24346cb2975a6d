//! The schema on PostgreSQL: whether its tables could be spread over hosts.

use std::collections::BTreeMap;
use std::path::Path;

use postgres::{Client, NoTls};
use tongguan_storage::{Distribution, Target, distribution};

use crate::fixture::Fixture;

/// The page that says where each table would lie.
const PAGE: &str = include_str!("../../../../docs/reference/distribution.md");

/// A connection to a new database; `None` where there is no server, which has been said loudly.
fn schema() -> Option<(Client, Fixture)> {
    let fixture = Fixture::postgres()?;
    let Target::Postgres(url) = &fixture.target else { unreachable!("a fixture of PostgreSQL") };
    let client = Client::connect(url, NoTls).unwrap();
    // In this order, for they are dropped in it.
    Some((client, fixture))
}

/// The columns of each unique index, by table: of the primary key first.
fn keys(client: &mut Client) -> BTreeMap<String, Vec<Vec<String>>> {
    let text = "SELECT t.relname, ARRAY(SELECT a.attname::text FROM UNNEST(i.indkey::int[]) \
                WITH ORDINALITY AS k(n, place) JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.n \
                ORDER BY place) FROM pg_class t JOIN pg_index i ON i.indrelid = t.oid AND i.indisunique \
                WHERE t.relkind = 'r' AND t.relnamespace = 'public'::regnamespace \
                ORDER BY t.relname, i.indisprimary DESC";
    let mut keys = BTreeMap::<String, Vec<Vec<String>>>::new();
    for row in client.query(text, &[]).unwrap() {
        keys.entry(row.get(0)).or_default().push(row.get(1));
    }
    keys
}

fn names(client: &mut Client, text: &str) -> Vec<String> {
    client.query(text, &[]).unwrap().iter().map(|row| row.get(0)).collect()
}

#[test]
fn every_table_has_a_key_and_every_unique_key_the_column_that_distributes() {
    let Some((mut client, _fixture)) = schema() else { return };
    let tables = names(
        &mut client,
        "SELECT relname::text FROM pg_class WHERE relkind = 'r' \
         AND relnamespace = 'public'::regnamespace ORDER BY relname",
    );
    let keys = keys(&mut client);
    assert!(tables.len() > 90, "{tables:?}");
    assert_eq!(tables, keys.keys().cloned().collect::<Vec<_>>(), "each has a primary key");
    for (table, keys) in &keys {
        let Distribution::By(column) = distribution(table, &keys[0]) else { continue };
        for key in keys {
            assert!(
                key.iter().any(|it| it == column),
                "{table}: {key:?} is unique without {column}"
            );
        }
    }
}

#[test]
fn the_page_says_where_each_table_lies() {
    let Some((mut client, _fixture)) = schema() else { return };
    let mut lines = BTreeMap::<String, Vec<String>>::new();
    for (table, keys) in keys(&mut client) {
        let place = match distribution(&table, &keys[0]) {
            Distribution::By(column) => format!("by `{column}`"),
            Distribution::Everywhere => "on every host".to_owned(),
            Distribution::OneHost => "on one host".to_owned(),
        };
        lines.entry(place).or_default().push(format!("`{table}`"));
    }
    for (place, tables) in lines {
        let line = format!("| {place} | {} |", tables.join(", "));
        assert!(PAGE.contains(&line), "docs/reference/distribution.md has to say:\n{line}");
    }
}

#[test]
fn nothing_needs_one_host_for_all() {
    let Some((mut client, _fixture)) = schema() else { return };
    let sequences = "SELECT relname::text FROM pg_class WHERE relkind = 'S'";
    assert_eq!(names(&mut client, sequences), [""; 0], "numbers come from rows of a partition");
    let keys = keys(&mut client);
    let is_distributed = |table: &String| {
        keys.get(table)
            .is_some_and(|keys| matches!(distribution(table, &keys[0]), Distribution::By(_)))
    };
    let text = "SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint \
                WHERE contype = 'f'";
    for row in client.query(text, &[]).unwrap() {
        let (from, to): (String, String) = (row.get(0), row.get(1));
        assert!(!is_distributed(&from) && !is_distributed(&to), "{from} refers to {to}");
    }
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let locking = texts(&source).into_iter().find(|(_, text)| text.contains("pg_advisory"));
    assert_eq!(locking.map(|(path, _)| path), None, "an advisory lock is of one host");
}

fn texts(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(texts(&path));
        } else {
            found.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
        }
    }
    found
}
