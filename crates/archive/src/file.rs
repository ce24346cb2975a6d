//! One table in one Parquet file: written in groups of rows, and read again group by group.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parquet::basic::{Compression, ZstdLevel};
use parquet::column::reader::{ColumnReader, get_typed_column_reader};
use parquet::data_type::{
    ByteArray, ByteArrayType, DataType, FixedLenByteArray, FixedLenByteArrayType, Int32Type,
    Int64Type,
};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};

use crate::ArchiveError;
use crate::column::{Column, Kind, Row, Table, Value};

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
    reader: SerializedFileReader<File>,
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
        let fault = |source| ArchiveError::Parquet { path: path.to_owned(), source };
        let file = File::open(path).map_err(|source| ArchiveError::File {
            path: path.to_owned(),
            what: "cannot be opened",
            source,
        })?;
        let reader = SerializedFileReader::new(file).map_err(fault)?;
        let found = reader.metadata().file_metadata().schema_descr().root_schema_ptr();
        let own = table.parquet().map_err(fault)?;
        if found.get_fields() != own.get_fields() {
            return Err(ArchiveError::OtherColumns { path: path.to_owned(), table: table.name });
        }
        Ok(Self { table, path: path.to_owned(), reader })
    }

    /// How many groups of rows there are.
    pub fn groups(&self) -> usize {
        self.reader.num_row_groups()
    }

    /// The rows of a group, in order.
    ///
    /// # Errors
    /// [`ArchiveError::Parquet`].
    pub fn rows(&self, group: usize) -> Result<Vec<Row>, ArchiveError> {
        // The library asserts what it expects of pages. Whoever made the file may have made its digest, too.
        let read = catch_unwind(AssertUnwindSafe(|| self.read(group)));
        let gave_up = || ParquetError::General("its pages are not what its header says".to_owned());
        let rows = read.unwrap_or_else(|_| Err(gave_up()));
        rows.map_err(|source| ArchiveError::Parquet { path: self.path.clone(), source })
    }

    fn read(&self, group: usize) -> Result<Vec<Row>, ParquetError> {
        if group >= self.groups() {
            return Err(ParquetError::General(format!("there is no group {group} of rows")));
        }
        let of = self.reader.get_row_group(group)?;
        let count = usize::try_from(of.metadata().num_rows()).unwrap_or_default();
        let mut rows: Vec<Row> = Vec::new();
        rows.resize_with(count, || Vec::with_capacity(self.table.columns.len()));
        for (place, column) in self.table.columns.iter().enumerate() {
            let cells = take_kind(of.get_column_reader(place)?, column, count)?;
            if cells.len() != count {
                let why = format!("column `{}` has {} values of {count}", column.name, cells.len());
                return Err(ParquetError::General(why));
            }
            for (row, cell) in rows.iter_mut().zip(cells) {
                row.push(cell);
            }
        }
        Ok(rows)
    }
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

fn put_kind(
    to: &mut SerializedColumnWriter<'_>,
    of: &Column,
    cells: &[&Value],
) -> Result<(), ParquetError> {
    match of.kind {
        Kind::Text => {
            put::<ByteArrayType>(to, of, cells, |value| value.text().map(ByteArray::from))
        }
        Kind::Whole | Kind::Instant | Kind::Money => put::<Int64Type>(to, of, cells, Value::number),
        Kind::Day => put::<Int32Type>(to, of, cells, |value| match value {
            Value::Day(day) => Some(*day),
            _ => None,
        }),
        Kind::Exact => put::<FixedLenByteArrayType>(to, of, cells, |value| match value {
            Value::Exact(exact) => {
                Some(FixedLenByteArray::from(ByteArray::from(exact.to_be_bytes().to_vec())))
            }
            _ => None,
        }),
    }
}

fn put<T: DataType>(
    to: &mut SerializedColumnWriter<'_>,
    of: &Column,
    cells: &[&Value],
    physical: impl Fn(&Value) -> Option<T::T>,
) -> Result<(), ParquetError> {
    let values: Vec<_> = cells.iter().filter_map(|cell| physical(cell)).collect();
    let levels: Vec<i16> =
        cells.iter().map(|cell| i16::from(!matches!(cell, Value::Absent))).collect();
    let levels = of.is_optional.then_some(&*levels);
    to.typed::<T>().write_batch(&values, levels, None).map(drop)
}

fn take_kind(from: ColumnReader, of: &Column, count: usize) -> Result<Vec<Value>, ParquetError> {
    match of.kind {
        Kind::Text => take::<ByteArrayType>(from, of, count, |bytes| {
            Ok(Value::Text(bytes.as_utf8()?.to_owned()))
        }),
        Kind::Whole => take::<Int64Type>(from, of, count, |number| Ok(Value::Whole(number))),
        Kind::Instant => take::<Int64Type>(from, of, count, |number| Ok(Value::Instant(number))),
        Kind::Money => take::<Int64Type>(from, of, count, |number| Ok(Value::Fen(number))),
        Kind::Day => take::<Int32Type>(from, of, count, |day| Ok(Value::Day(day))),
        Kind::Exact => take::<FixedLenByteArrayType>(from, of, count, |bytes| {
            let bytes: [u8; 16] = bytes
                .data()
                .try_into()
                .map_err(|_| ParquetError::General("an exact number has no 16 bytes".to_owned()))?;
            Ok(Value::Exact(i128::from_be_bytes(bytes)))
        }),
    }
}

fn take<T: DataType>(
    from: ColumnReader,
    of: &Column,
    count: usize,
    value: impl Fn(T::T) -> Result<Value, ParquetError>,
) -> Result<Vec<Value>, ParquetError> {
    let mut reader = get_typed_column_reader::<T>(from);
    let (mut levels, mut found) = (Vec::<i16>::new(), Vec::<T::T>::new());
    let mut read = 0;
    while read < count {
        let levels = of.is_optional.then_some(&mut levels);
        let (records, _, _) = reader.read_records(count - read, levels, None, &mut found)?;
        if records == 0 {
            break;
        }
        read += records;
    }
    let mut found = found.into_iter();
    if !of.is_optional {
        return found.map(value).collect();
    }
    let missing = || ParquetError::General("a column has fewer values than levels".to_owned());
    levels
        .into_iter()
        .map(|level| match level {
            0 => Ok(Value::Absent),
            _ => value(found.next().ok_or_else(missing)?),
        })
        .collect()
}
