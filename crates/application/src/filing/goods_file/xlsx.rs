//! The first sheet of a workbook (XLSX).
//!
//! A workbook is an archive. Its parts are unpacked here, all of them together no longer than a bound whatever the
//! archive announces, and only then read. Cells are read one after the other, because a sheet may say of itself
//! that it is as large as a sheet can be.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _, Write as _};

use calamine::{Data, DataRef, Reader as _, Xlsx};
use tongguan_domain::defect::Defect;
use tongguan_domain::filing::rules::FILE_TOO_LONG;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::{Cells, MOST_COLUMNS, MOST_ROWS, bounded, too_many_rows, unreadable};

/// All parts of a workbook together, unpacked, in bytes.
const MOST_UNPACKED: u64 = 32 << 20;
/// The most parts of a workbook.
const MOST_PARTS: usize = 200;
/// The most cells that are looked at, blank ones included.
const MOST_CELLS: usize = 4 * MOST_ROWS * MOST_COLUMNS;

/// The cells of every row that is not blank.
pub(super) fn cells(bytes: &[u8]) -> Result<Cells, Defect> {
    let mut book = Xlsx::new(Cursor::new(unpacked(bytes)?)).map_err(unreadable)?;
    let sheet = book.sheet_names().into_iter().next().ok_or_else(|| unreadable("no sheet"))?;
    let mut reader = book.worksheet_cells_reader(&sheet).map_err(unreadable)?;
    let (mut rows, mut looked_at) = (BTreeMap::<u32, Vec<String>>::new(), 0_usize);
    while let Some(cell) = reader.next_cell().map_err(unreadable)? {
        looked_at += 1;
        let (row, column) = cell.get_position();
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        let text = written(cell.get_value());
        if text.trim().is_empty() {
            if looked_at > MOST_CELLS {
                return Err(too_many_rows());
            }
            continue;
        }
        if column >= MOST_COLUMNS {
            return Err(unreadable(format!("column {}", column + 1)));
        }
        let cells = rows.entry(row).or_default();
        if cells.len() <= column {
            cells.resize(column + 1, String::new());
        }
        if let Some(cell) = cells.get_mut(column) {
            *cell = bounded(&text);
        }
        if rows.len() > MOST_ROWS + 1 {
            return Err(too_many_rows());
        }
    }
    let number = |row: u32| usize::try_from(row).unwrap_or(usize::MAX).saturating_add(1);
    Ok(rows.into_iter().map(|(row, cells)| (number(row), cells)).collect())
}

/// A workbook of one sheet that holds these lines as text; nothing where it cannot be written.
pub(super) fn workbook(lines: &[Vec<String>]) -> Option<Vec<u8>> {
    let rows: String = lines.iter().map(|line| format!("<row>{}</row>", row(line))).collect();
    let sheet =
        format!("{HEAD}<worksheet xmlns=\"{MAIN}\"><sheetData>{rows}</sheetData></worksheet>");
    let mut book = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in PARTS.into_iter().chain([("xl/worksheets/sheet1.xml", &*sheet)]) {
        book.start_file(name, SimpleFileOptions::default()).ok()?;
        book.write_all(content.as_bytes()).ok()?;
    }
    Some(book.finish().ok()?.into_inner())
}

/// Cells as text of their own, so that no number loses its zeros and nothing is calculated.
fn row(line: &[String]) -> String {
    let cell = |text: &String| {
        let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        format!("<c t=\"inlineStr\"><is><t xml:space=\"preserve\">{text}</t></is></c>")
    };
    line.iter().map(cell).collect()
}

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>";
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
/// What a workbook of one sheet has besides the sheet (ECMA-376).
const PARTS: [(&str, &str); 4] = [
    (
        "[Content_Types].xml",
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\
         <Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
         <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Default Extension=\"xml\" ContentType=\"application/xml\"/>\
         <Override PartName=\"/xl/workbook.xml\" \
         ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>\
         <Override PartName=\"/xl/worksheets/sheet1.xml\" \
         ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/></Types>",
    ),
    (
        "_rels/.rels",
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\
         <Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
         <Relationship Id=\"rId1\" Target=\"xl/workbook.xml\" \
         Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\"/></Relationships>",
    ),
    (
        "xl/workbook.xml",
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\
         <workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
         xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\">\
         <sheets><sheet name=\"goods\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>",
    ),
    (
        "xl/_rels/workbook.xml.rels",
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\
         <Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
         <Relationship Id=\"rId1\" Target=\"worksheets/sheet1.xml\" \
         Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\"/></Relationships>",
    ),
];

/// The same archive, its parts not packed, and bounded.
fn unpacked(bytes: &[u8]) -> Result<Vec<u8>, Defect> {
    let mut packed = ZipArchive::new(Cursor::new(bytes)).map_err(unreadable)?;
    if packed.len() > MOST_PARTS {
        return Err(unreadable(format!("{} parts", packed.len())));
    }
    let mut plain = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut left = MOST_UNPACKED;
    for place in 0..packed.len() {
        let part = packed.by_index(place).map_err(unreadable)?;
        // Macros, pictures and the like hold no cell.
        let name = part.name().map_err(unreadable)?.into_owned();
        if !(name.ends_with(".xml") || name.ends_with(".rels")) {
            continue;
        }
        let mut content = Vec::new();
        // One byte more than may be: whether it is there tells whether the bound holds.
        part.take(left + 1).read_to_end(&mut content).map_err(unreadable)?;
        left = left.checked_sub(content.len() as u64).ok_or_else(|| {
            Defect::at(&FILE_TOO_LONG, "").expected(format!("{} MiB", MOST_UNPACKED >> 20))
        })?;
        plain.start_file(name, options).map_err(unreadable)?;
        plain.write_all(&content).map_err(unreadable)?;
    }
    Ok(plain.finish().map_err(unreadable)?.into_inner())
}

/// A cell as people see it; a whole number without a point.
fn written(value: &DataRef<'_>) -> String {
    match value {
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Empty => String::new(),
        other => Data::from(other.clone()).to_string(),
    }
}
