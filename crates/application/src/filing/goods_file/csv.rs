//! CSV, as spreadsheets and the programs of enterprises write it: UTF-8 with or without its mark, or GB18030.

use std::borrow::Cow;

use encoding_rs::GB18030;
use tongguan_domain::defect::Defect;

use super::{Cells, MOST_COLUMNS, MOST_ROWS, bounded, too_many_rows, unreadable};

/// The cells of every row that is not blank.
pub(super) fn cells(bytes: &[u8]) -> Result<Cells, Defect> {
    let text = text(bytes)?;
    // With one sign at the end of a line, lines are counted right.
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let mut reader =
        ::csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let (mut rows, mut inside) = (Vec::new(), 0);
    for record in reader.records() {
        let record = record.map_err(unreadable)?;
        // A spreadsheet counts a cell of several lines as one row.
        let row = record.position().map_or(0, |at| line(&text, at)).saturating_sub(inside);
        inside += record.iter().map(|cell| cell.matches('\n').count()).sum::<usize>();
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if rows.len() > MOST_ROWS {
            return Err(too_many_rows());
        }
        rows.push((row, record.iter().take(MOST_COLUMNS).map(bounded).collect()));
    }
    Ok(rows)
}

/// The line on which a record begins: it is placed before the blank lines above it.
pub fn line(text: &str, at: &::csv::Position) -> usize {
    let rest = usize::try_from(at.byte()).ok().and_then(|from| text.as_bytes().get(from..));
    let blank = rest.unwrap_or_default().iter().take_while(|byte| **byte == b'\n').count();
    usize::try_from(at.line()).unwrap_or(usize::MAX).saturating_add(blank)
}

fn text(bytes: &[u8]) -> Result<Cow<'_, str>, Defect> {
    decoded(bytes).ok_or_else(|| unreadable("NUL, or neither UTF-8 nor GB18030"))
}

/// A text file: what is not UTF-8 is what Chinese spreadsheets write, or nothing that can be read.
pub fn decoded(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let text = match str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => {
            let (text, had_errors) = GB18030.decode_without_bom_handling(bytes);
            Some(text).filter(|_| !had_errors)?
        }
    };
    (!text.contains('\0')).then_some(text)
}
