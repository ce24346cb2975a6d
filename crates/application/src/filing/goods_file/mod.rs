//! Files of goods, in CSV or XLSX: the columns named by the first row, goods in every further one.
//!
//! What a stranger sends is bounded before it is read: bytes, rows, cells, and what a workbook unpacks to.

mod csv;
#[cfg(test)]
mod tests;
mod xlsx;

pub use csv::{decoded, line};

use std::collections::HashMap;

use tongguan_domain::defect::Defect;
use tongguan_domain::filing::rules::{
    CELL_WITHOUT_COLUMN, COLUMN_MISSING, COLUMN_TWICE, FILE_TOO_LONG, NO_ROWS, NOT_A_TABLE,
    REPEATED, TOO_MANY_ROWS, UNKNOWN_COLUMN,
};
use tongguan_domain::filing::{FIELDS, FiledGoods, GoodsReader, Texts};

/// The longest file, in bytes.
pub const MOST_BYTES: usize = 4 << 20;
/// The most rows of goods.
pub const MOST_ROWS: usize = 2_000;
/// The most columns; the known ones are fewer, and unknown ones are told.
const MOST_COLUMNS: usize = 64;
/// The longest cell, in characters; no field holds as much.
const LONGEST_CELL: usize = 1_000;
/// The columns that must be there.
const REQUIRED: [&str; 8] =
    ["itemNo", "gcode", "gname", "gmodel", "unit", "unit1", "qty1", "netWeight"];

/// A row of goods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoodsRow {
    /// Which row of the file, from 1; the columns' names stand in the first.
    pub row: usize,
    /// 企业商品货号 as it stands there.
    pub item_no: String,
    /// The goods, or all that is wrong, by column.
    pub goods: Result<FiledGoods, Vec<Defect>>,
}

/// What the cells of a file say: the number of each row that is not blank, and its cells.
type Cells = Vec<(usize, Vec<String>)>;

/// Reads a file of goods.
///
/// # Errors
/// What is wrong with the file as a whole; what is wrong with a row stands in the row.
pub fn read(bytes: &[u8], reader: &GoodsReader) -> Result<Vec<GoodsRow>, Vec<Defect>> {
    if bytes.len() > MOST_BYTES {
        let limit = format!("{} MiB", MOST_BYTES >> 20);
        return Err(vec![Defect::at(&FILE_TOO_LONG, "").expected(limit)]);
    }
    // What every workbook begins with, and no table in text does.
    let cells =
        if bytes.starts_with(b"PK\x03\x04") { xlsx::cells(bytes) } else { csv::cells(bytes) };
    let mut cells = cells.map_err(|defect| vec![defect])?.into_iter();
    let Some((_, header)) = cells.next() else { return Err(vec![Defect::at(&NO_ROWS, "")]) };
    let columns = columns(&header)?;
    let mut rows: Vec<_> =
        cells.map(|(row, cells)| goods_row(row, &columns, &cells, reader)).collect();
    if rows.is_empty() {
        return Err(vec![Defect::at(&NO_ROWS, "")]);
    }
    refuse_repeated(&mut rows);
    Ok(rows)
}

/// The same as [`template`], as a workbook (XLSX); nothing where it cannot be written.
pub fn template_workbook(in_chinese: bool) -> Option<Vec<u8>> {
    xlsx::workbook(&template(in_chinese))
}

/// A file to begin with: the columns, named in Chinese or as the elements of messages, and one row of goods.
pub fn template(in_chinese: bool) -> Vec<Vec<String>> {
    let name =
        |(element, zh, _): (&str, &str, &str)| if in_chinese { zh } else { element }.to_owned();
    let example = [
        "CREAM-50",
        "3304990029",
        "面霜",
        "50ml/瓶，品牌：样品",
        "样品",
        "法国",
        "瓶",
        "千克",
        "0.05",
        "件",
        "1",
        "0.05",
        "120.00",
        "人民币",
        "6901234567892",
        "",
    ];
    vec![FIELDS.map(name).to_vec(), example.map(str::to_owned).to_vec()]
}

/// The field of each column.
fn columns(header: &[String]) -> Result<Vec<&'static str>, Vec<Defect>> {
    let mut defects = Vec::new();
    let mut columns = Vec::with_capacity(header.len());
    for name in header.iter().map(|name| name.trim()) {
        let known = FIELDS.iter().find(|(element, zh, en)| {
            element.eq_ignore_ascii_case(name) || *zh == name || en.eq_ignore_ascii_case(name)
        });
        match known {
            Some((element, ..)) if columns.contains(element) => {
                defects.push(Defect::at(&COLUMN_TWICE, name).found(name));
            }
            Some((element, ..)) => columns.push(*element),
            None => defects.push(Defect::at(&UNKNOWN_COLUMN, name).found(name)),
        }
    }
    let missing = REQUIRED.into_iter().filter(|name| !columns.contains(name));
    defects.extend(missing.map(|name| {
        let zh = FIELDS.iter().find(|(element, ..)| *element == name).map_or("", |(_, zh, _)| zh);
        Defect::at(&COLUMN_MISSING, name).expected(format!("{zh} {name}"))
    }));
    if defects.is_empty() { Ok(columns) } else { Err(defects) }
}

fn goods_row(
    row: usize,
    columns: &[&'static str],
    cells: &[String],
    reader: &GoodsReader,
) -> GoodsRow {
    let texts: Texts = columns.iter().copied().zip(cells.iter().map(String::as_str)).collect();
    let item_no = texts.get("itemNo").unwrap_or_default().chars().take(30).collect();
    let mut goods = reader.read(&texts);
    if cells.iter().skip(columns.len()).any(|cell| !cell.trim().is_empty()) {
        let defect = Defect::at(&CELL_WITHOUT_COLUMN, "");
        match &mut goods {
            Ok(_) => goods = Err(vec![defect]),
            Err(defects) => defects.push(defect),
        }
    }
    GoodsRow { row, item_no, goods }
}

/// Of two rows about the same goods the later is not taken.
fn refuse_repeated(rows: &mut [GoodsRow]) {
    let mut first = HashMap::new();
    for row in rows.iter_mut().filter(|row| !row.item_no.is_empty()) {
        if let Some(earlier) = first.get(&row.item_no) {
            let defect = Defect::at(&REPEATED, "itemNo").found(earlier);
            match &mut row.goods {
                Ok(_) => row.goods = Err(vec![defect]),
                Err(defects) => defects.push(defect),
            }
        } else {
            first.insert(row.item_no.clone(), row.row);
        }
    }
}

fn unreadable(why: impl std::fmt::Display) -> Defect {
    Defect::at(&NOT_A_TABLE, "").found(why)
}

fn too_many_rows() -> Defect {
    Defect::at(&TOO_MANY_ROWS, "").expected(MOST_ROWS)
}

/// A cell as long as any field could be read from it.
fn bounded(text: &str) -> String {
    text.chars().take(LONGEST_CELL).collect()
}
