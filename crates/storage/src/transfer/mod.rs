//! Moving an embedded database to a server: every row of every table, a portion at a time. What was begun
//! goes on where it stood, and in the end every row is read again on both sides and compared.
//!
//! Whatever moves is marked: the source before its first row is read, the server until its last one was
//! compared. Nothing else opens either of them meanwhile, and the source never again, or two databases would
//! each go on from one state.

mod compare;
mod copy;
mod shape;
#[cfg(test)]
mod tests;

use std::path::Path;

use tongguan_domain::time::Moment;

pub use compare::Compared;
use shape::{Shape, UNTOUCHED, shapes};

use crate::cell::{Cell, Column, ColumnType, ToCell};
use crate::driver::postgres::{PostgresLink, Session};
use crate::error::{OpenError, StorageError};
use crate::row::Replaceable;
use crate::seal::random;
use crate::store::{Store, StoreSettings, Target};
use crate::tx::Tx;

/// How much is moved in one transaction, and kept in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Portion {
    /// The most rows.
    pub rows: usize,
    /// Bytes behind which no further row is taken.
    pub bytes: usize,
}

impl Default for Portion {
    fn default() -> Self {
        Self { rows: 20_000, bytes: 16 << 20 }
    }
}

/// What is done now, of which table, and how far it is: for whoever waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress<'t> {
    /// Its rows are moved.
    Moves {
        /// The table.
        table: &'t str,
        /// So many of its rows are on the server.
        rows: i64,
        /// Of so many.
        of: i64,
    },
    /// Its rows are read on both sides.
    Compares {
        /// The table.
        table: &'t str,
    },
}

/// Why nothing was moved, or not all of it.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// One of the two could not be opened.
    #[error("a database could not be opened")]
    Open(#[from] OpenError),
    /// A statement failed. What was moved stays, and goes on when it is begun again.
    #[error("the move stopped; begin it again and it goes on")]
    Storage(#[from] StorageError),
    /// A service or another command works on the source.
    #[error("the embedded database is in use: end the process that serves it")]
    InUse,
    /// The server holds what is not of this database.
    #[error("table `{table}` on the server is not empty: name a database that is new")]
    NotEmpty {
        /// The first such table.
        table: String,
    },
    /// What lies on the server was begun from another database.
    #[error("another database is being moved to that server: name a database that is new")]
    OtherSource,
    /// All was moved before.
    #[error("all of it was moved before: use the server")]
    Moved,
    /// Rows differ after all. Nothing was finished.
    #[error(
        "table `{}` differs: {} rows here and {} on the server; begin again with a database that is new",
        .0.table, .0.rows, .0.rows_there
    )]
    Differs(Box<Compared>),
}

/// Where a database stands that moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Its rows are being moved away.
    Leaves = 1,
    /// They were: it is used no more.
    Left = 2,
    /// Rows of another one are being moved here.
    Fills = 3,
}

impl ToCell for Standing {
    const TYPE: ColumnType = ColumnType::Integer;
    fn cell(&self) -> Cell<'_> {
        Cell::Integer(*self as i64)
    }
}

impl Column for Standing {
    fn read(cell: Cell<'_>) -> Option<Self> {
        [Self::Leaves, Self::Left, Self::Fills].into_iter().find(|standing| standing.cell() == cell)
    }
}

row! {
    /// That a database moves: one row, of the source and of the server alike.
    pub struct TransferRow in "transfer", key 1 {
        /// Which move: drawn by the source when it was begun.
        mark: Vec<u8>,
        /// Where this database stands in it.
        standing: Standing,
        /// When that was so.
        at: Moment,
    }
}

row! {
    /// How far a table has come, on the server.
    pub struct TransferTableRow in "transfer_table", key 1 {
        /// The table.
        name: String,
        /// How many of its rows are there.
        moved: i64,
        /// The key of the last of them; `None` before the first.
        behind: Option<Vec<u8>>,
    }
}

impl Replaceable for TransferRow {}

/// Moves what lies in the directory `from` to the new database `to`, or goes on with it; gives what was
/// compared, in order of the tables' names.
///
/// # Errors
/// [`TransferError`]; whatever was moved before stays, and counts when it is begun again.
pub fn transfer(
    from: &Path,
    to: &str,
    settings: StoreSettings,
    portion: Portion,
    now: Moment,
    tell: &mut dyn FnMut(Progress<'_>),
) -> Result<Vec<Compared>, TransferError> {
    let source = Store::open_moving(&Target::Sqlite(from.to_owned()), settings, now)?;
    if !source.is_sole_process() {
        return Err(TransferError::InUse);
    }
    let target = Store::open_moving(&Target::Postgres(to.to_owned()), settings, now)?;
    let shapes = shapes(&mut source.scanning_link()?)?;
    let leaving = mark_source(&source, now)?;
    if leaving.standing == Standing::Leaves {
        begin_target(&target, &leaving.mark, &shapes, now)?;
    }
    let mut reading = source.scanning_link()?;
    let mut writing = PostgresLink::new(to, Session::Bulk);
    if leaving.standing == Standing::Leaves {
        for shape in &shapes {
            copy::table(&mut reading, &mut writing, shape, portion, tell)?;
        }
    } else if standing(&target)?.is_none_or(|filling| filling.mark != leaving.mark) {
        return Err(TransferError::Moved);
    }
    let mut compared = Vec::with_capacity(shapes.len());
    for shape in &shapes {
        tell(Progress::Compares { table: &shape.name });
        compared.push(compare::table(&mut reading, &mut writing, shape)?);
    }
    // The source first: dying between the two leaves none that opens, rather than both.
    let left = TransferRow { standing: Standing::Left, at: now, ..leaving };
    source.small_writer()?.transaction(|tx| tx.upsert(&[left]))?;
    // New tables have no statistics, and readers would scan them whole.
    writing.script("ANALYZE")?;
    target.small_writer()?.transaction(|tx| {
        tx.script("DELETE FROM transfer_table")?;
        tx.script("DELETE FROM transfer")
    })?;
    Ok(compared)
}

/// Lets the database in `from` be used again, of which a move was begun and is not wanted any more. Gives
/// whether there was one. What lies on the server stays unusable: it can be dropped.
///
/// # Errors
/// [`TransferError::Moved`] where all of it was moved.
pub fn give_up(from: &Path, settings: StoreSettings, now: Moment) -> Result<bool, TransferError> {
    let source = Store::open_moving(&Target::Sqlite(from.to_owned()), settings, now)?;
    match standing(&source)?.map(|row| row.standing) {
        None => Ok(false),
        Some(Standing::Left) => Err(TransferError::Moved),
        Some(Standing::Leaves | Standing::Fills) => {
            source.small_writer()?.transaction(|tx| tx.script("DELETE FROM transfer"))?;
            Ok(true)
        }
    }
}

/// Refuses a database that moves, or that was moved away.
pub(crate) fn refuse_moving(store: &Store) -> Result<(), OpenError> {
    match standing(store)?.map(|row| row.standing) {
        None => Ok(()),
        Some(Standing::Left) => Err(OpenError::Moved),
        Some(Standing::Leaves | Standing::Fills) => Err(OpenError::Moving),
    }
}

fn standing(store: &Store) -> Result<Option<TransferRow>, StorageError> {
    store.read(|view| Ok(view.select("", &[])?.into_iter().next()))
}

/// The mark of the source: drawn now, unless it was drawn before.
fn mark_source(source: &Store, now: Moment) -> Result<TransferRow, TransferError> {
    source.small_writer()?.transaction(|tx| {
        if let Some(marked) = tx.select::<TransferRow>("", &[])?.into_iter().next() {
            return Ok(marked);
        }
        let mark = random::<16>().map_err(StorageError::from)?;
        let row = TransferRow { mark: mark.to_vec(), standing: Standing::Leaves, at: now };
        tx.insert([&row])?;
        Ok(row)
    })
}

/// Marks the server, where it is new, and takes out the rows that every new database has.
fn begin_target(
    target: &Store,
    mark: &[u8],
    shapes: &[Shape],
    now: Moment,
) -> Result<(), TransferError> {
    target.small_writer()?.transaction(|tx| {
        if let Some(filling) = tx.select::<TransferRow>("", &[])?.into_iter().next() {
            let ours = filling.mark == mark && filling.standing == Standing::Fills;
            return if ours { Ok(()) } else { Err(TransferError::OtherSource) };
        }
        for shape in shapes {
            refuse_rows(tx, &shape.name)?;
        }
        for (table, _) in UNTOUCHED {
            tx.script(&format!("DELETE FROM {table}"))?;
        }
        let fresh: Vec<_> = shapes
            .iter()
            .map(|shape| TransferTableRow { name: shape.name.clone(), moved: 0, behind: None })
            .collect();
        tx.insert(&fresh)?;
        tx.insert(&[TransferRow { mark: mark.to_vec(), standing: Standing::Fills, at: now }])?;
        Ok(())
    })
}

/// Refuses a table that holds more than a new database does.
fn refuse_rows(tx: &mut Tx<'_>, table: &str) -> Result<(), TransferError> {
    let touched = UNTOUCHED.iter().find(|(name, _)| *name == table);
    let filter = touched.map(|(_, touched)| format!(" WHERE {touched}")).unwrap_or_default();
    let text = format!("SELECT COUNT(*) FROM (SELECT 1 FROM {table}{filter} LIMIT 1) AS any_row");
    match tx.single_of::<i64>(&text, &[])? {
        Some(0) | None => Ok(()),
        Some(_) => Err(TransferError::NotEmpty { table: table.to_owned() }),
    }
}
