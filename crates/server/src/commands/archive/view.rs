//! How archived parcels are told.

use jiff::Span;
use jiff::civil::date;
use serde_json::{Value, json};
use tongguan_application::archiving::ArchivedParcel;
use tongguan_application::archiving::tables::{LINES, PARCELS};
use tongguan_archive::column::{Row, SCALE, Table, Value as Cell};
use tongguan_domain::money::Money;
use tongguan_domain::time::Moment;

pub(super) fn as_json(ArchivedParcel { month, parcel, lines }: &ArchivedParcel) -> Value {
    let mut all = row_as_json(&PARCELS, parcel);
    if let Some(fields) = all.as_object_mut() {
        fields.insert("archived_in".to_owned(), json!(month));
        let lines: Vec<_> = lines.iter().map(|line| row_as_json(&LINES, line)).collect();
        fields.insert("lines".to_owned(), json!(lines));
    }
    all
}

/// Numbers that are money or exact, days and ids are texts, so that no reader rounds them.
fn row_as_json(table: &Table, row: &Row) -> Value {
    let fields = table.columns.iter().zip(row).map(|(column, cell)| {
        let value = if *cell == Cell::Absent { Value::Null } else { Value::String(said(cell)) };
        (column.name.to_owned(), value)
    });
    Value::Object(fields.collect())
}

pub(super) fn said(cell: &Cell) -> String {
    match cell {
        Cell::Absent => String::new(),
        Cell::Text(text) => text.clone(),
        Cell::Whole(number) => number.to_string(),
        Cell::Day(days) => {
            let day = date(1970, 1, 1).checked_add(Span::new().days(*days));
            day.map_or_else(|_| days.to_string(), |day| day.to_string())
        }
        Cell::Instant(micros) => Moment::from_micros(*micros).to_string(),
        Cell::Fen(fen) => Money::from_fen(*fen).to_string(),
        Cell::Exact(exact) => exactly(*exact),
    }
}

/// An exact number without the zeros at its end.
fn exactly(number: i128) -> String {
    let one = 10_u128.pow(SCALE);
    let (whole, rest) = (number.unsigned_abs() / one, number.unsigned_abs() % one);
    let sign = if number < 0 { "-" } else { "" };
    let width = usize::try_from(SCALE).unwrap_or_default();
    let behind = format!("{rest:0width$}");
    match behind.trim_end_matches('0') {
        "" => format!("{sign}{whole}"),
        behind => format!("{sign}{whole}.{behind}"),
    }
}
