//! What tables there are, as the embedded database itself says: a table that a later migration adds is moved
//! without anybody thinking of it.

use crate::cell::{Cell, ColumnType};
use crate::driver::{Link, RowView};
use crate::error::StorageError;

/// Tables of whose rows each database has its own.
const OWN: [&str; 3] = ["schema_migration", "transfer", "transfer_table"];

/// Tables that have rows in a new database, and by what one sees that somebody has worked with them.
pub(super) const UNTOUCHED: [(&str, &str); 3] =
    [("partition", "next_seq <> 1"), ("process", "epoch <> 0"), ("revision", "n <> 0")];

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) name: String,
    /// Its columns with their types.
    pub(super) columns: Vec<(String, ColumnType)>,
    /// The primary key's columns, in the order in which the rows lie here: places in `columns`.
    pub(super) key: Vec<usize>,
}

impl Shape {
    /// The columns' names, with commas between.
    pub(super) fn listed(&self) -> String {
        self.columns.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// The key's columns, with commas between.
    pub(super) fn listed_key(&self) -> String {
        let names = self.key.iter().filter_map(|place| self.columns.get(*place));
        names.map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")
    }

    pub(super) fn types(&self) -> impl Iterator<Item = ColumnType> {
        self.columns.iter().map(|(_, of)| *of)
    }

    /// The cells of a row of all columns.
    pub(super) fn cells<'v>(&self, view: &'v RowView<'_>) -> Result<Vec<Cell<'v>>, StorageError> {
        self.types()
            .enumerate()
            .map(|(index, of)| view.plain("a table that moves", index, of))
            .collect()
    }
}

/// All tables whose rows are moved, in order of their names, but for those that refer to another one: they
/// come behind it.
pub(super) fn shapes(source: &mut Link) -> Result<Vec<Shape>, StorageError> {
    let mut names = Vec::<String>::new();
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' \
                  AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY name";
    source.query(tables, &[], &mut |view| {
        names.push(view.columns("sqlite_schema").next("name")?);
        Ok(())
    })?;
    names.retain(|name| !OWN.contains(&name.as_str()));
    let mut ordered = Vec::with_capacity(names.len());
    while !names.is_empty() {
        let mut later = Vec::new();
        let before = names.len();
        for name in std::mem::take(&mut names) {
            let refers_to = referred(source, &name)?;
            let is_behind =
                |other: &String| ordered.iter().any(|shape: &Shape| shape.name == *other);
            if refers_to.iter().all(|other| *other == name || is_behind(other)) {
                ordered.push(shape(source, name)?);
            } else {
                later.push(name);
            }
        }
        if later.len() == before {
            let reason = format!("{} refer to each other in a circle", later.join(", "));
            return Err(StorageError::Corrupt { table: "sqlite_schema", column: "sql", reason });
        }
        names = later;
    }
    Ok(ordered)
}

/// The tables that rows of a table refer to.
fn referred(source: &mut Link, name: &str) -> Result<Vec<String>, StorageError> {
    let mut tables = Vec::new();
    let text = "SELECT \"table\" FROM pragma_foreign_key_list($1)";
    source.query(text, &[Cell::Text(name)], &mut |view| {
        tables.push(view.columns("pragma_foreign_key_list").next("table")?);
        Ok(())
    })?;
    Ok(tables)
}

fn shape(source: &mut Link, name: String) -> Result<Shape, StorageError> {
    let mut columns = Vec::new();
    let mut key = Vec::new();
    let text = "SELECT name, type, pk FROM pragma_table_info($1) ORDER BY cid";
    source.query(text, &[Cell::Text(&name)], &mut |view| {
        let mut said = view.columns("pragma_table_info");
        let (column, of): (String, String) = (said.next("name")?, said.next("type")?);
        let of = match of.as_str() {
            "INTEGER" => ColumnType::Integer,
            "TEXT" => ColumnType::Text,
            _ => ColumnType::Bytes,
        };
        let place: i64 = said.next("pk")?;
        if place > 0 {
            key.push((place, columns.len()));
        }
        columns.push((column, of));
        Ok(())
    })?;
    key.sort_unstable();
    Ok(Shape { name, columns, key: key.into_iter().map(|(_, column)| column).collect() })
}
