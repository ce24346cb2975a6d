//! Tables as text: comma- or tab-separated, with a header line.
//!
//! Reading never stops at the first fault: it gives the rows that are right and every [`Defect`] of
//! those that are not. Columns may stand in any order; unknown ones are defects, because a misspelt
//! `valid_to` must not be lost in silence.

use std::collections::HashSet;

use jiff::civil::Date;

use crate::cells::{Cells, day};
use crate::row::{Confidence, Dated, Entry, RowId, Validity};

/// One fault in a table: where, what stands there, what should.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: found `{found}`, expected {expected}")]
pub struct Defect {
    /// The line, counted from 1; the header is line 1.
    pub line: u64,
    /// The column's name.
    pub column: String,
    /// What stands there, shortened to 60 characters.
    pub found: String,
    /// What should stand there.
    pub expected: String,
}

impl Defect {
    pub(crate) fn new(line: u64, column: &str, found: &str, expected: &str) -> Self {
        Self {
            line,
            column: column.to_owned(),
            found: found.chars().take(60).collect(),
            expected: expected.to_owned(),
        }
    }
}

/// How cells are kept apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Separator {
    /// `.csv`
    Comma,
    /// `.tsv`
    Tab,
}

impl Separator {
    /// Tab if the header line holds one, comma otherwise.
    pub fn of(text: &str) -> Self {
        let header = text.lines().next().unwrap_or_default();
        if header.contains('\t') { Self::Tab } else { Self::Comma }
    }

    const fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Tab => b'\t',
        }
    }
}

/// What a file need not say on each line.
#[derive(Debug, Clone, Default)]
pub struct Defaults {
    /// The first day of validity where a line gives none.
    pub valid_from: Option<Date>,
    /// The source where a line gives none.
    pub source: Option<String>,
    /// Columns of the file that go by another name here: `(theirs, ours)`. An empty name of ours
    /// leaves the column out.
    pub columns: Vec<(String, String)>,
}

/// What was read: the right rows, and the faults of the others.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading<R> {
    /// The rows, in the order of the file.
    pub rows: Vec<R>,
    /// The faults, in the order of the file.
    pub defects: Vec<Defect>,
}

/// The columns that close every line.
pub(crate) const CLOSING: [&str; 4] = ["valid_from", "valid_to", "source", "confidence"];

/// All columns of a table, in the order in which they are written.
pub(crate) fn columns<E: Entry>() -> Vec<&'static str> {
    let mut all = vec!["id"];
    all.extend_from_slice(E::COLUMNS);
    all.extend_from_slice(&CLOSING);
    all
}

/// Reads a table. A row without an id is given one from its key and its first day.
pub fn read<E: Entry>(text: &str, separator: Separator, defaults: &Defaults) -> Reading<Dated<E>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator.byte())
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut reading = Reading { rows: Vec::new(), defects: Vec::new() };
    let mut header: Option<Vec<String>> = None;
    let mut ids = HashSet::new();
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                reading.defects.push(Defect::new(line, "", "", &error.to_string()));
                continue;
            }
        };
        let line = record.position().map_or(0, csv::Position::line);
        let Some(columns) = &header else {
            header = Some(read_header::<E>(line, &record, defaults, &mut reading.defects));
            continue;
        };
        if record.len() != columns.len() {
            let expected = format!("{} cells", columns.len());
            let found = format!("{} cells", record.len());
            reading.defects.push(Defect::new(line, "", &found, &expected));
            continue;
        }
        let before = reading.defects.len();
        let cells = Cells::new(line, columns, record.iter().collect(), &mut reading.defects);
        let Some(row) = read_row::<E>(cells, defaults) else { continue };
        if !ids.insert(row.id.clone()) {
            let expected = "an id that no earlier line has";
            reading.defects.push(Defect::new(line, "id", row.id.as_str(), expected));
        }
        if reading.defects.len() == before {
            reading.rows.push(row);
        }
    }
    if header.is_none() {
        reading.defects.push(Defect::new(1, "", "", "a header line"));
    }
    reading
}

/// Reads one row from its cells in the order of the table's columns, as [`Dated::cells`] gave them.
///
/// # Errors
/// Every defect; the line is 1.
pub fn read_cells<E: Entry>(cells: &[&str]) -> Result<Dated<E>, Vec<Defect>> {
    let names: Vec<String> = columns::<E>().into_iter().map(str::to_owned).collect();
    let mut defects = Vec::new();
    let reader = Cells::new(1, &names, cells.to_vec(), &mut defects);
    match read_row(reader, &Defaults::default()) {
        Some(row) if defects.is_empty() => Ok(row),
        _ => Err(defects),
    }
}

/// Writes a table, header first.
pub fn write<E: Entry>(rows: &[Dated<E>], separator: Separator) -> String {
    let records = rows.iter().map(Dated::cells);
    write_cells(&columns::<E>(), records, separator)
}

/// Writes a header and lines of cells that are already texts.
pub(crate) fn write_cells(
    columns: &[&str],
    rows: impl Iterator<Item = Vec<String>>,
    separator: Separator,
) -> String {
    let mut writer =
        csv::WriterBuilder::new().delimiter(separator.byte()).from_writer(Vec::<u8>::new());
    let header = columns.iter().map(|&name| name.to_owned()).collect();
    for record in std::iter::once(header).chain(rows) {
        // Writing into memory fails only for records of unequal length, which `cells` never gives.
        let written = writer.write_record(&record);
        debug_assert!(written.is_ok(), "{written:?}");
    }
    writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

fn read_header<E: Entry>(
    line: u64,
    record: &csv::StringRecord,
    defaults: &Defaults,
    defects: &mut Vec<Defect>,
) -> Vec<String> {
    let known = columns::<E>();
    let ours = |theirs: &str| {
        let renamed = defaults.columns.iter().find(|(name, _)| name == theirs);
        renamed.map_or(theirs, |(_, ours)| ours).to_owned()
    };
    let names: Vec<String> = record.iter().map(|name| ours(name.trim())).collect();
    for (place, name) in names.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
        if !known.contains(&name.as_str()) {
            let expected = format!("one of {}", known.join(", "));
            defects.push(Defect::new(line, name, name, &expected));
        } else if names[..place].contains(name) {
            defects.push(Defect::new(line, name, name, "each column once"));
        }
    }
    names
}

fn read_row<E: Entry>(mut cells: Cells<'_>, defaults: &Defaults) -> Option<Dated<E>> {
    let entry = E::read(&mut cells);
    let validity = read_validity(&mut cells, defaults);
    let source = match (cells.optional("source"), &defaults.source) {
        (None, Some(default)) => Some(default.as_str().into()),
        _ => cells.text("source"),
    };
    let confidence = cells.parsed_if_any(
        "confidence",
        "`confirmed`, `likely`, `unverified` or nothing",
        Confidence::from_word,
    );
    let (entry, validity) = (entry?, validity?);
    let id = cells.optional("id").map_or_else(
        || {
            let slug = entry.slug();
            RowId::new(&format!("{}/{slug}/{}", E::TABLE.name(), validity.from))
        },
        RowId::new,
    );
    Some(Dated {
        id,
        entry,
        validity,
        source: source?,
        confidence: confidence?.unwrap_or(Confidence::Unverified),
    })
}

fn read_validity(cells: &mut Cells<'_>, defaults: &Defaults) -> Option<Validity> {
    const EXPECTED: &str = "a day such as 2026-01-31";
    let from = match (cells.optional("valid_from"), defaults.valid_from) {
        (None, Some(default)) => Some(default),
        _ => cells.parsed("valid_from", EXPECTED, day),
    };
    let to = cells.parsed_if_any("valid_to", EXPECTED, day);
    let (from, to) = (from?, to?);
    if to.is_some_and(|to| to < from) {
        cells.note("valid_to", "a day not before valid_from");
        return None;
    }
    Some(Validity { from, to })
}
