//! A registry file in CSV: a party or a place a line, the columns named by the first line.

use std::borrow::Cow;

use super::super::defect::{MALFORMED, NOT_CSV, REPEATED, UNKNOWN_FIELD, at};
use super::Found;
use super::draft::{Draft, Holds, Kind, OPERATOR, Text};
use tongguan_domain::defect::Defect;

/// Between several texts in one cell.
const BETWEEN: char = ';';

/// One column: its field, unless it is unknown.
type Column = Option<(&'static str, Holds)>;

/// The parties of the file, or its places where it has their column.
pub(super) fn drafts(text: &str, found: &mut Found) -> Vec<Draft<'static>> {
    let mut reader =
        ::csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut header: Option<(Kind, Vec<Column>)> = None;
    let mut drafts = Vec::new();
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().map_or(1, ::csv::Position::line);
                let defect = Defect::at(&NOT_CSV, format!("line {line}"));
                found.note(line, defect.with("reason", error));
                continue;
            }
        };
        let line = record.position().map_or(1, ::csv::Position::line);
        match &header {
            None => {
                let is_of_places = record.iter().any(|name| name.trim() == OPERATOR);
                let kind = if is_of_places { Kind::Place } else { Kind::Party };
                header = Some((kind, columns(kind, line, &record, found)));
            }
            Some((_, columns)) if columns.len() != record.len() => {
                let defect = Defect::at(&MALFORMED, format!("line {line}"));
                let defect = defect.found(format!("{} cells", record.len()));
                found.note(line, defect.expected(format!("{} cells", columns.len())));
            }
            Some((kind, columns)) => drafts.push(draft(*kind, line, columns, &record)),
        }
    }
    drafts
}

fn columns(kind: Kind, line: u64, record: &::csv::StringRecord, found: &mut Found) -> Vec<Column> {
    let mut columns = Vec::with_capacity(record.len());
    for name in record {
        let column = kind.field(name.trim());
        if column.is_none() {
            let defect = at(&UNKNOWN_FIELD, line, name.trim()).found(name.trim());
            found.note(line, defect.expected(kind.field_names()));
        } else if columns.contains(&column) {
            let defect = at(&REPEATED, line, name.trim()).found(name.trim());
            found.note(line, defect.with("line", line));
        }
        columns.push(column);
    }
    columns
}

fn draft(
    kind: Kind,
    line: u64,
    columns: &[Column],
    record: &::csv::StringRecord,
) -> Draft<'static> {
    let mut draft = Draft::new(kind, line);
    for (column, cell) in columns.iter().zip(record) {
        let Some((name, holds)) = column else { continue };
        let text = |value: &str| Text { line, value: Cow::Owned(value.trim().to_owned()) };
        let texts: Vec<_> = match holds {
            _ if cell.trim().is_empty() => continue,
            Holds::Texts => cell.split(BETWEEN).map(text).collect(),
            Holds::Text | Holds::Day | Holds::Amount => vec![text(cell)],
        };
        if name.starts_with("guarantee.") {
            draft.guarantee = Some(line);
        }
        draft.fields.insert(name, texts);
    }
    draft
}
