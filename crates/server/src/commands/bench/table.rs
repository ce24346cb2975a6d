//! Tables for people, in Markdown, so that what was measured can be written down as it is.

use std::io::{self, Write};

/// Writes a table: what the columns are called, and rows of as many cells.
///
/// # Errors
/// When it cannot be written.
pub fn write_table(
    out: &mut impl Write,
    columns: &[impl AsRef<str>],
    rows: &[Vec<String>],
) -> io::Result<()> {
    let widths: Vec<_> = (0..columns.len())
        .map(|n| {
            let cells = rows.iter().filter_map(|row| row.get(n)).map(String::as_str);
            let heading = columns.get(n).map(AsRef::as_ref);
            cells.chain(heading).map(|cell| cell.chars().count()).max().unwrap_or(0)
        })
        .collect();
    write_row(out, columns.iter().map(AsRef::as_ref), &widths)?;
    let lines: Vec<_> = widths.iter().map(|width| "-".repeat((*width).max(3))).collect();
    write_row(out, lines.iter().map(String::as_str), &widths)?;
    rows.iter().try_for_each(|row| write_row(out, row.iter().map(String::as_str), &widths))
}

fn write_row<'c>(
    out: &mut impl Write,
    cells: impl Iterator<Item = &'c str>,
    widths: &[usize],
) -> io::Result<()> {
    let cells = cells.zip(widths).map(|(cell, &width)| format!("{cell:<width$}"));
    writeln!(out, "| {} |", cells.collect::<Vec<_>>().join(" | "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_each_other() {
        let mut out = Vec::new();
        let rows = [vec!["100 parcels".into(), "1".into()], vec!["通关".into(), "12".into()]];
        write_table(&mut out, &["what", "a second"], &rows).unwrap();
        let lines = String::from_utf8(out).unwrap();
        assert_eq!(
            lines.lines().collect::<Vec<_>>(),
            [
                "| what        | a second |",
                "| ----------- | -------- |",
                "| 100 parcels | 1        |",
                "| 通关          | 12       |",
            ]
        );
    }
}
