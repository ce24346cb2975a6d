//! One connection to either engine. Nothing above this module knows which it is.

pub(crate) mod postgres;
pub(crate) mod sqlite;

use crate::cell::{Cell, Column, ColumnType};
use crate::dialect::Dialect;
use crate::error::StorageError;
use crate::faults::{self, Point};

/// A connection.
#[derive(Debug)]
pub(crate) enum Link {
    Sqlite(sqlite::SqliteLink),
    Postgres(postgres::PostgresLink),
}

/// What a transaction is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
}

/// Rows to be written or keys to be looked up: cells, row after row.
#[derive(Debug)]
pub(crate) struct Grid<'a> {
    pub(crate) types: &'static [ColumnType],
    pub(crate) cells: Vec<Cell<'a>>,
}

impl<'a> Grid<'a> {
    pub(crate) fn rows(&self) -> std::slice::ChunksExact<'_, Cell<'a>> {
        self.cells.chunks_exact(self.types.len().max(1))
    }
}

/// What a statement does with each row that it finds.
pub(crate) type Each<'e> = &'e mut dyn FnMut(&RowView<'_>) -> Result<(), StorageError>;

macro_rules! on_either {
    ($self:ident, $link:ident => $call:expr) => {
        match $self {
            Link::Sqlite($link) => $call,
            Link::Postgres($link) => $call,
        }
    };
}

impl Link {
    pub(crate) const fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    pub(crate) fn begin(&mut self, access: Access) -> Result<(), StorageError> {
        faults::reach(Point::Begin)?;
        on_either!(self, link => link.begin(access))
    }

    pub(crate) fn commit(&mut self) -> Result<(), StorageError> {
        if let Err(fault) = faults::reach(Point::Commit) {
            self.roll_back();
            return Err(fault);
        }
        on_either!(self, link => link.commit())?;
        faults::reach(Point::Committed)
    }

    /// Ends the transaction without a trace. A connection that cannot even do that is given up.
    pub(crate) fn roll_back(&mut self) {
        on_either!(self, link => link.roll_back());
    }

    /// Runs statements that neither take nor give values.
    pub(crate) fn script(&mut self, text: &str) -> Result<(), StorageError> {
        on_either!(self, link => link.script(text))
    }

    /// The statements that were prepared on it, where they are known.
    pub(crate) fn statements(&self) -> Vec<String> {
        match self {
            Self::Sqlite(_) => Vec::new(),
            Self::Postgres(link) => link.statements(),
        }
    }

    /// Runs one query.
    pub(crate) fn query(
        &mut self,
        text: &str,
        values: &[Cell<'_>],
        each: Each<'_>,
    ) -> Result<(), StorageError> {
        faults::reach(Point::Statement(text))?;
        let text = self.dialect().parameters(text);
        on_either!(self, link => link.query(&text, values, each))
    }

    /// Runs a statement for all rows of the grid and counts the rows that it changed.
    pub(crate) fn run_set(&mut self, text: &str, grid: &Grid<'_>) -> Result<u64, StorageError> {
        if grid.cells.is_empty() {
            return Ok(0);
        }
        faults::reach(Point::Statement(text))?;
        on_either!(self, link => link.run_set(text, grid))
    }

    /// Runs a statement for each row of the grid, and another one for those that it did not change: SQLite
    /// alone runs statements row by row.
    pub(crate) fn run_each_or(
        &mut self,
        text: &str,
        otherwise: &str,
        grid: &Grid<'_>,
    ) -> Result<u64, StorageError> {
        faults::reach(Point::Statement(text))?;
        match self {
            Self::Sqlite(link) => link.run_each_or(text, otherwise, grid),
            Self::Postgres(_) => self.run_set(otherwise, grid),
        }
    }

    /// Runs a query for all rows of the grid.
    pub(crate) fn query_set(
        &mut self,
        text: &str,
        grid: &Grid<'_>,
        each: Each<'_>,
    ) -> Result<(), StorageError> {
        if grid.cells.is_empty() {
            return Ok(());
        }
        faults::reach(Point::Statement(text))?;
        on_either!(self, link => link.query_set(text, grid, each))
    }
}

/// A row as a driver gives it.
#[derive(Debug)]
pub enum RowView<'r> {
    /// From SQLite.
    Sqlite(&'r rusqlite::Row<'r>),
    /// From PostgreSQL.
    Postgres(&'r ::postgres::Row),
}

impl RowView<'_> {
    /// Reads the columns from left to right.
    pub(crate) const fn columns(&self, table: &'static str) -> Columns<'_> {
        Columns { view: self, table, index: 0 }
    }

    /// The value of a column of that type, whatever it means.
    pub(crate) fn plain(
        &self,
        table: &'static str,
        index: usize,
        of: ColumnType,
    ) -> Result<Cell<'_>, StorageError> {
        self.cell(index, of).map_err(|reason| StorageError::Corrupt { table, column: "?", reason })
    }

    fn cell(&self, index: usize, of: ColumnType) -> Result<Cell<'_>, String> {
        match self {
            Self::Sqlite(row) => sqlite::cell(row, index),
            Self::Postgres(row) => postgres::cell(row, index, of),
        }
    }
}

/// The columns of a row, from left to right.
#[derive(Debug)]
pub struct Columns<'v> {
    view: &'v RowView<'v>,
    table: &'static str,
    index: usize,
}

impl Columns<'_> {
    /// The next column, which is called `column`.
    pub(crate) fn next<T: Column>(&mut self, column: &'static str) -> Result<T, StorageError> {
        let index = self.index;
        self.index += 1;
        let corrupt = |reason| StorageError::Corrupt { table: self.table, column, reason };
        let cell = self.view.cell(index, T::TYPE).map_err(corrupt)?;
        T::read(cell).ok_or_else(|| {
            // The kind of the value and not the value: it may be personal data.
            let found = match cell {
                Cell::Null => "NULL".to_owned(),
                Cell::Integer(value) => format!("the integer {value}"),
                Cell::Text(text) => format!("a text of {} bytes", text.len()),
                Cell::Bytes(bytes) => format!("{} bytes", bytes.len()),
            };
            corrupt(format!("{found} is not a value of it"))
        })
    }
}
