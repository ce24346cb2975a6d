//! One table in one Parquet file: written in groups of rows, and read again group by group.

mod cells;

use std::fs::File;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{ChunkReader, FileReader, RowGroupReader, SerializedFileReader};
use parquet::file::statistics::Statistics;
use parquet::file::writer::SerializedFileWriter;

use crate::ArchiveError;
use crate::bucket::NotKept;
use crate::column::{Column, Kind, Row, Table, Value};
use cells::{put_kind, take_kind};

/// How hard zstd works: what is written once and read for years may cost a little.
const LEVEL: i32 = 6;

/// Writes one table.
pub struct TableWriter {
    table: Table,
    path: PathBuf,
    writer: SerializedFileWriter<File>,
    groups: usize,
    rows: u64,
}

/// Reads one table.
pub struct TableReader {
    table: Table,
    path: PathBuf,
    reader: Box<dyn FileReader>,
}

impl TableWriter {
    /// Into a file that is open for writing and called `path`.
    ///
    /// # Errors
    /// [`ArchiveError::Parquet`].
    pub fn new(file: File, path: &Path, table: Table) -> Result<Self, ArchiveError> {
        let fault = |source| ArchiveError::Parquet { path: path.to_owned(), source };
        let level = ZstdLevel::try_new(LEVEL).map_err(fault)?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(level))
            .set_created_by("tongguan".to_owned())
            .build();
        let schema = table.parquet().map_err(fault)?;
        let writer =
            SerializedFileWriter::new(file, schema, Arc::new(properties)).map_err(fault)?;
        Ok(Self { table, path: path.to_owned(), writer, groups: 0, rows: 0 })
    }

    /// Writes a group of rows; gives which group it is, from 0.
    ///
    /// # Errors
    /// [`ArchiveError::Misfit`], [`ArchiveError::Parquet`].
    pub fn write(&mut self, rows: &[Row]) -> Result<usize, ArchiveError> {
        let Self { table, path, writer, .. } = self;
        let fault = |source| ArchiveError::Parquet { path: path.clone(), source };
        if let Some(misfit) = rows.iter().find_map(|row| misfit(table, row)) {
            return Err(misfit);
        }
        let mut group = writer.next_row_group().map_err(fault)?;
        for (place, of) in table.columns.iter().enumerate() {
            let cells: Vec<_> = rows.iter().filter_map(|row| row.get(place)).collect();
            if let Some(mut column) = group.next_column().map_err(fault)? {
                put_kind(&mut column, of, &cells).map_err(fault)?;
                column.close().map_err(fault)?;
            }
        }
        group.close().map_err(fault)?;
        let number = self.groups;
        self.groups += 1;
        self.rows += u64::try_from(rows.len()).unwrap_or_default();
        Ok(number)
    }

    /// How many rows were written.
    pub const fn rows(&self) -> u64 {
        self.rows
    }

    /// Ends the file, which is not durable yet.
    ///
    /// # Errors
    /// [`ArchiveError::Parquet`].
    pub fn finish(self) -> Result<File, ArchiveError> {
        let path = self.path;
        self.writer.into_inner().map_err(|source| ArchiveError::Parquet { path, source })
    }
}

impl TableReader {
    /// Opens a file, which must hold the columns of the table. Whether it is the file of a manifest is not looked at:
    /// see [`crate::shelf::Shelf::open`].
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn open(path: &Path, table: Table) -> Result<Self, ArchiveError> {
        let file = File::open(path).map_err(|source| ArchiveError::File {
            path: path.to_owned(),
            what: "cannot be opened",
            source,
        })?;
        Self::of(file, path, table)
    }

    /// Of what is read where it is needed.
    pub(crate) fn of(
        from: impl ChunkReader + 'static,
        path: &Path,
        table: Table,
    ) -> Result<Self, ArchiveError> {
        let fault = |source| unread(path, source);
        let reader = Box::new(SerializedFileReader::new(from).map_err(fault)?);
        let found = reader.metadata().file_metadata().schema_descr().root_schema_ptr();
        let own = table.parquet().map_err(fault)?;
        if found.get_fields() != own.get_fields() {
            return Err(ArchiveError::OtherColumns { path: path.to_owned(), table: table.name });
        }
        Ok(Self { table, path: path.to_owned(), reader })
    }

    /// How many groups of rows there are.
    pub fn groups(&self) -> usize {
        self.reader.metadata().num_row_groups()
    }

    /// The rows of a group, in order.
    ///
    /// # Errors
    /// [`ArchiveError::Parquet`].
    pub fn rows(&self, group: usize) -> Result<Vec<Row>, ArchiveError> {
        self.guarded(|| {
            let of = self.group(group)?;
            let count = rows_in(&*of);
            let mut rows: Vec<Row> = Vec::new();
            rows.resize_with(count, || Vec::with_capacity(self.table.columns.len()));
            for place in 0..self.table.columns.len() {
                for (row, cell) in rows.iter_mut().zip(self.cells(&*of, place)?) {
                    row.push(cell);
                }
            }
            Ok(rows)
        })
    }

    /// One column of a group, in order of the rows; nothing else of the group is read.
    ///
    /// # Errors
    /// [`ArchiveError::Parquet`].
    pub fn column(&self, group: usize, place: usize) -> Result<Vec<Value>, ArchiveError> {
        self.guarded(|| self.cells(&*self.group(group)?, place))
    }

    /// Whether a group may hold a row with that number in its first column, as far as its header says.
    pub fn may_hold(&self, group: usize, number: i64) -> bool {
        let metadata = self.reader.metadata();
        if group >= metadata.num_row_groups() {
            return false;
        }
        let first = metadata.row_group(group).columns().first();
        let bounds = first.and_then(|first| match first.statistics()? {
            Statistics::Int64(of) => Some((*of.min_opt()?, *of.max_opt()?)),
            _ => None,
        });
        bounds.is_none_or(|(least, greatest)| (least..=greatest).contains(&number))
    }

    /// The library asserts what it expects of pages. Whoever made the file may have made its digest, too.
    fn guarded<T>(
        &self,
        read: impl FnOnce() -> Result<T, ParquetError>,
    ) -> Result<T, ArchiveError> {
        let read = catch_unwind(AssertUnwindSafe(read));
        let gave_up = || ParquetError::General("its pages are not what its header says".to_owned());
        let read = read.unwrap_or_else(|_| Err(gave_up()));
        read.map_err(|source| unread(&self.path, source))
    }

    fn group(&self, group: usize) -> Result<Box<dyn RowGroupReader + '_>, ParquetError> {
        if group >= self.groups() {
            return Err(ParquetError::General(format!("there is no group {group} of rows")));
        }
        self.reader.get_row_group(group)
    }

    fn cells(&self, of: &dyn RowGroupReader, place: usize) -> Result<Vec<Value>, ParquetError> {
        let no = || ParquetError::General(format!("there is no column {place}"));
        let (column, count) = (self.table.columns.get(place).ok_or_else(no)?, rows_in(of));
        let cells = take_kind(of.get_column_reader(place)?, column, count)?;
        if cells.len() == count {
            return Ok(cells);
        }
        let why = format!("column `{}` has {} values of {count}", column.name, cells.len());
        Err(ParquetError::General(why))
    }
}

/// Why a file cannot be read: damage, or a bucket that did not give it.
fn unread(path: &Path, source: ParquetError) -> ArchiveError {
    let path = path.to_owned();
    let not_kept = match &source {
        ParquetError::External(error) => error.downcast_ref::<NotKept>().or_else(|| {
            let error = error.downcast_ref::<io::Error>()?;
            error.get_ref()?.downcast_ref::<NotKept>()
        }),
        _ => None,
    };
    match not_kept.cloned() {
        Some(source) => ArchiveError::Bucket { path, what: "cannot be read", source },
        None => ArchiveError::Parquet { path, source },
    }
}

fn rows_in(of: &dyn RowGroupReader) -> usize {
    usize::try_from(of.metadata().num_rows()).unwrap_or_default()
}

/// What of a row does not fit its table.
fn misfit(table: &Table, row: &Row) -> Option<ArchiveError> {
    let named = |column: &'static str, value: String| ArchiveError::Misfit {
        table: table.name,
        column,
        value,
    };
    if row.len() != table.columns.len() {
        return Some(named("*", format!("{} values", row.len())));
    }
    let wrong = |(column, value): &(&Column, &Value)| match value {
        Value::Absent => !column.is_optional,
        Value::Text(_) => column.kind != Kind::Text,
        Value::Whole(_) => column.kind != Kind::Whole,
        Value::Day(_) => column.kind != Kind::Day,
        Value::Instant(_) => column.kind != Kind::Instant,
        Value::Fen(_) => column.kind != Kind::Money,
        Value::Exact(_) => column.kind != Kind::Exact,
    };
    let (column, value) = table.columns.iter().zip(row).find(wrong)?;
    Some(named(column.name, format!("{value:?}")))
}
