//! Moving the rows of one table, in the order of their key.

use serde::{Deserialize, Serialize};

use super::shape::Shape;
use super::{Portion, Progress, TransferTableRow};
use crate::cell::{Cell, ToCell as _};
use crate::driver::postgres::PostgresLink;
use crate::driver::{Access, Link};
use crate::error::StorageError;
use crate::row::Row as _;
use crate::tx::View;

/// A value that outlives the row it was read from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Value {
    Null,
    Integer(i64),
    Text(String),
    Bytes(Vec<u8>),
}

impl Value {
    fn of(cell: Cell<'_>) -> Self {
        match cell {
            Cell::Null => Self::Null,
            Cell::Integer(value) => Self::Integer(value),
            Cell::Text(text) => Self::Text(text.to_owned()),
            Cell::Bytes(bytes) => Self::Bytes(bytes.to_vec()),
        }
    }

    fn cell(&self) -> Cell<'_> {
        match self {
            Self::Null => Cell::Null,
            Self::Integer(value) => Cell::Integer(*value),
            Self::Text(text) => Cell::Text(text),
            Self::Bytes(bytes) => Cell::Bytes(bytes),
        }
    }

    const fn size(&self) -> usize {
        match self {
            Self::Null => 1,
            Self::Integer(_) => 8,
            Self::Text(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
        }
    }
}

/// Moves what of a table is not on the server yet.
pub(super) fn table(
    source: &mut Link,
    target: &mut PostgresLink,
    shape: &Shape,
    portion: Portion,
    tell: &mut dyn FnMut(Progress<'_>),
) -> Result<(), StorageError> {
    let of = count(source, shape)?;
    let mut standing = standing(target, shape)?;
    loop {
        tell(Progress::Moves { table: &shape.name, rows: standing.moved, of });
        let rows = behind(source, shape, standing.behind.as_deref(), portion)?;
        let Some(last) = rows.last() else { return Ok(()) };
        let key: Vec<_> = shape.key.iter().filter_map(|place| last.get(*place)).collect();
        standing.behind = Some(encoded(&shape.name, &key)?);
        standing.moved += i64::try_from(rows.len()).unwrap_or(i64::MAX);
        write(target, shape, &rows, &standing)?;
    }
}

/// Writes rows, and with them how far the table has come.
fn write(
    target: &mut PostgresLink,
    shape: &Shape,
    rows: &[Vec<Value>],
    standing: &TransferTableRow,
) -> Result<(), StorageError> {
    let cells: Vec<Vec<_>> = rows.iter().map(|row| row.iter().map(Value::cell).collect()).collect();
    let types: Vec<_> = shape.types().collect();
    let step = [standing.moved.cell(), standing.behind.cell(), standing.name.cell()];
    target.begin(Access::Write)?;
    let written = target.copy_in(&shape.name, &shape.listed(), &types, &cells).and_then(|()| {
        let text = "UPDATE transfer_table SET moved = $1, behind = $2 WHERE name = $3";
        target.query(text, &step, &mut |_| Ok(()))
    });
    if let Err(error) = written {
        target.roll_back();
        return Err(error);
    }
    target.commit()
}

/// The rows behind a key, as many as make one portion, at least one where there is one.
fn behind(
    source: &mut Link,
    shape: &Shape,
    key: Option<&[u8]>,
    portion: Portion,
) -> Result<Vec<Vec<Value>>, StorageError> {
    let key: Vec<Value> = match key {
        None => Vec::new(),
        Some(bytes) => postcard::from_bytes(bytes).map_err(|error| corrupt(&shape.name, error))?,
    };
    let names = shape.listed_key();
    let filter = if key.is_empty() {
        String::new()
    } else {
        let places: Vec<_> = (1..=key.len()).map(|n| format!("${n}")).collect();
        format!("WHERE ({names}) > ({})", places.join(", "))
    };
    let text = format!(
        "SELECT {} FROM {} {filter} ORDER BY {names} LIMIT {}",
        shape.listed(),
        shape.name,
        portion.rows.max(1)
    );
    let values: Vec<_> = key.iter().map(Value::cell).collect();
    let (mut rows, mut bytes) = (Vec::new(), 0);
    View::begin(source, Access::Read)?.query(&text, &values, &mut |view| {
        if bytes < portion.bytes || rows.is_empty() {
            let row: Vec<_> = shape.cells(view)?.into_iter().map(Value::of).collect();
            bytes += row.iter().map(Value::size).sum::<usize>();
            rows.push(row);
        }
        Ok(())
    })?;
    Ok(rows)
}

fn standing(target: &mut PostgresLink, shape: &Shape) -> Result<TransferTableRow, StorageError> {
    let mut found = None;
    let text = "SELECT name, moved, behind FROM transfer_table WHERE name = $1";
    target.query(text, &[shape.name.cell()], &mut |view| {
        found = Some(TransferTableRow::read(view)?);
        Ok(())
    })?;
    found.ok_or(StorageError::Missing { table: "transfer_table", missing: 1 })
}

fn count(source: &mut Link, shape: &Shape) -> Result<i64, StorageError> {
    let text = format!("SELECT COUNT(*) FROM {}", shape.name);
    let count = View::begin(source, Access::Read)?.single_of(&text, &[])?;
    Ok(count.unwrap_or(0))
}

fn encoded(table: &str, key: &[&Value]) -> Result<Vec<u8>, StorageError> {
    postcard::to_allocvec(key).map_err(|error| corrupt(table, error))
}

fn corrupt(table: &str, error: postcard::Error) -> StorageError {
    let reason = format!("the place in `{table}`: {error}");
    StorageError::Corrupt { table: "transfer_table", column: "behind", reason }
}
