//! Files of goods: what is read of them, and what is told of those that cannot be.

use std::io::{Cursor, Write as _};

use encoding_rs::GB18030;
use jiff::civil::date;
use tongguan_codelists::Pack;
use tongguan_domain::filing::GoodsReader;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{MOST_BYTES, MOST_ROWS, read, template, template_workbook};

const HEADER: &str = "企业商品货号,商品编码,商品名称,规格型号,计量单位,法定计量单位,法定数量,净重";
const CREAM: &str = "A,3304990029,面霜,50ml,瓶,千克,0.05,0.05";

fn reader() -> GoodsReader {
    GoodsReader::new(&Pack::builtin(), date(2026, 11, 23))
}

/// Each row: its number, its item, and what is wrong with it.
fn told(bytes: &[u8]) -> Vec<(usize, String, Vec<String>)> {
    let rows = read(bytes, &reader()).unwrap();
    let rows = rows.into_iter().map(|row| {
        let defects = row.goods.err().unwrap_or_default();
        let defects = defects.iter().map(|it| format!("{} {}", it.pointer, it.rule.code));
        (row.row, row.item_no, defects.collect())
    });
    rows.collect()
}

fn refused(bytes: &[u8]) -> Vec<&'static str> {
    read(bytes, &reader()).unwrap_err().iter().map(|defect| defect.rule.code).collect()
}

/// A workbook with one sheet of these cells, all of them texts but those that begin with `#`.
fn workbook(rows: &[&[&str]], dimension: &str) -> Vec<u8> {
    let mut sheet = format!(
        "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">\
         <dimension ref=\"{dimension}\"/><sheetData>"
    );
    for (row, cells) in rows.iter().enumerate() {
        sheet.push_str(&format!("<row r=\"{}\">", row + 1));
        for (column, text) in ('A'..).zip(*cells) {
            let place = format!("{column}{}", row + 1);
            sheet.push_str(&match text.strip_prefix('#') {
                Some(number) => format!("<c r=\"{place}\"><v>{number}</v></c>"),
                None => format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>"),
            });
        }
        sheet.push_str("</row>");
    }
    sheet.push_str("</sheetData></worksheet>");
    archive(&[("xl/worksheets/sheet1.xml", sheet.as_bytes())])
}

fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    const TYPES: &str =
        "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>";
    const BOOK: &str = "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
        xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\">\
        <sheets><sheet name=\"商品\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>";
    const RELATIONS: &str = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
        <Relationship Id=\"rId1\" Target=\"worksheets/sheet1.xml\" \
        Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\"/></Relationships>";
    const ROOT: &str = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
        <Relationship Id=\"rId1\" Target=\"xl/workbook.xml\" \
        Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\"/></Relationships>";
    let fixed: [(&str, &[u8]); 4] = [
        ("[Content_Types].xml", TYPES.as_bytes()),
        ("_rels/.rels", ROOT.as_bytes()),
        ("xl/workbook.xml", BOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", RELATIONS.as_bytes()),
    ];
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in fixed.iter().chain(parts) {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn csv_is_read_in_both_encodings_and_every_row_is_told_of() {
    let text =
        format!("{HEADER}\r\n{CREAM}\r\n,,\r\nB,330499002,,50ml,瓶,筐子,0,0.05\r\n{CREAM}\r\n");
    let expected = [
        (2, "A".to_owned(), vec![]),
        (
            4,
            "B".to_owned(),
            [
                "gcode filing-malformed",
                "gname filing-missing",
                "unit1 filing-unknown-code",
                "qty1 filing-malformed",
            ]
            .map(str::to_owned)
            .to_vec(),
        ),
        (5, "A".to_owned(), vec!["itemNo filing-repeated".to_owned()]),
    ];
    assert_eq!(told(text.as_bytes()), expected);
    assert_eq!(told(format!("\u{feff}{text}").as_bytes()), expected);
    let (chinese, ..) = GB18030.encode(&text);
    assert!(str::from_utf8(&chinese).is_err());
    assert_eq!(told(&chinese), expected);
}

#[test]
fn the_template_is_read_as_it_is() {
    for in_chinese in [true, false] {
        let lines = template(in_chinese);
        let text: Vec<_> = lines.iter().map(|line| line.join(",")).collect();
        let expected = [(2, "CREAM-50".to_owned(), vec![])];
        assert_eq!(told(text.join("\n").as_bytes()), expected);
        assert_eq!(told(&template_workbook(in_chinese).unwrap()), expected, "as a workbook");
    }
}

#[test]
fn a_workbook_is_read_cell_by_cell() {
    let header: Vec<_> = HEADER.split(',').collect();
    let good = ["A", "#3304990029", "面霜", "50ml", "瓶", "千克", "#0.05", "#0.05"];
    let lost_zero = ["B", "#101210010", "马", "改良种用", "头", "千克", "#1", "#1"];
    // It says of itself that it has 16,384 times 1,048,576 cells.
    let book = workbook(&[&header, &good, &[], &lost_zero], "A1:XFD1048576");
    assert_eq!(
        told(&book),
        [
            (2, "A".to_owned(), vec![]),
            (4, "B".to_owned(), vec!["gcode filing-malformed".to_owned()]),
        ]
    );
}

#[test]
fn a_file_that_is_no_table_of_goods_is_refused_with_its_reason() {
    assert_eq!(refused(b""), ["filing-no-rows"]);
    assert_eq!(refused(HEADER.as_bytes()), ["filing-no-rows"]);
    assert_eq!(refused(b"\xff\xfe\x00\x01"), ["filing-file-unreadable"]);
    assert_eq!(refused(b"PK\x03\x04 and nothing else"), ["filing-file-unreadable"]);
    let column = format!("{HEADER},颜色,净重\n{CREAM},红,1\n");
    assert_eq!(refused(column.as_bytes()), ["filing-unknown-column", "filing-column-twice"]);
    assert_eq!(refused(b"itemNo,gcode\nA,1\n").len(), 6, "each missing column is named");
    let rows = format!("{HEADER}\n{}", format!("{CREAM}\n").repeat(MOST_ROWS + 1));
    assert_eq!(refused(rows.as_bytes()), ["filing-too-many-rows"]);
    assert_eq!(refused(&vec![b'a'; MOST_BYTES + 1]), ["filing-file-too-long"]);
    let lines = format!("{HEADER}\n\n{}\n{CREAM}\n", CREAM.replace("50ml", "\"50ml\r\n瓶\""));
    assert_eq!(told(lines.as_bytes()).iter().map(|row| row.0).collect::<Vec<_>>(), [3, 4]);
    let more = told(format!("{HEADER}\n{CREAM},x\n").as_bytes());
    assert_eq!(more[0].2, [" filing-cell-without-column"]);
}

#[test]
fn an_archive_that_unpacks_to_far_more_is_refused() {
    let bomb = archive(&[("xl/worksheets/sheet1.xml", &vec![b' '; 40 << 20])]);
    assert!(bomb.len() < MOST_BYTES, "it is small as it comes");
    assert_eq!(refused(&bomb), ["filing-file-too-long"]);
    let parts: Vec<_> = (0..300).map(|n| format!("xl/p{n}.xml")).collect();
    let parts: Vec<_> = parts.iter().map(|name| (name.as_str(), &b"<a/>"[..])).collect();
    assert_eq!(refused(&archive(&parts)), ["filing-file-unreadable"]);
}
