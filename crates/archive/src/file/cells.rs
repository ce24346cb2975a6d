//! The cells of a column, as Parquet has them and as we do.

use parquet::column::reader::{ColumnReader, get_typed_column_reader};
use parquet::data_type::{
    ByteArray, ByteArrayType, DataType, FixedLenByteArray, FixedLenByteArrayType, Int32Type,
    Int64Type,
};
use parquet::errors::ParquetError;
use parquet::file::writer::SerializedColumnWriter;

use crate::column::{Column, Kind, Value};

/// Writes the cells of a column.
pub(super) fn put_kind(
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

/// Reads so many cells of a column, or fewer where there are no more.
pub(super) fn take_kind(
    from: ColumnReader,
    of: &Column,
    count: usize,
) -> Result<Vec<Value>, ParquetError> {
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
