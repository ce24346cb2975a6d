//! Rows and changes of tables as people and machines read them.

use std::io::{self, Write};

use comfy_table::{Table as Grid, presets};
use serde_json::{Map, Value, json};
use tongguan_codelists::text::Defect;
use tongguan_codelists::{Change, Diff, Row, Table};

/// Prints rows of a table.
pub fn print_rows(table: Table, rows: &[Row], json: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if json {
        let rows: Vec<Value> = rows.iter().map(|row| row_json(table, row)).collect();
        writeln!(out, "{}", json!({ "table": table.name(), "rows": rows }))?;
    } else {
        let mut grid = grid(&table.columns());
        for row in rows {
            grid.add_row(row.cells());
        }
        writeln!(out, "{grid}")?;
    }
    Ok(())
}

/// A table for the terminal with these columns.
pub fn grid(columns: &[&str]) -> Grid {
    let mut grid = Grid::new();
    grid.load_style(presets::NOTHING);
    grid.set_header(columns.iter().copied());
    grid
}

fn row_json(table: Table, row: &Row) -> Value {
    let cells = table.columns().into_iter().zip(row.cells());
    let fields: Map<String, Value> = cells
        .map(|(column, cell)| {
            let value = if cell.is_empty() { Value::Null } else { Value::String(cell) };
            (column.to_owned(), value)
        })
        .collect();
    Value::Object(fields)
}

/// What an import changes, and what is wrong with the file, as JSON.
pub fn diff_json(table: Table, diff: &Diff, defects: &[Defect]) -> Value {
    let defects: Vec<Value> = defects.iter().map(defect_json).collect();
    let rows = |rows: &[Row]| rows.iter().map(|row| row_json(table, row)).collect::<Vec<_>>();
    let changes = |changes: &[Change]| {
        let change = |change: &Change| {
            json!({
                "before": row_json(table, &change.before),
                "after": row_json(table, &change.after),
            })
        };
        changes.iter().map(change).collect::<Vec<_>>()
    };
    let conflicts: Vec<Value> = diff
        .conflicts
        .iter()
        .map(|c| json!({ "row": c.row.as_str(), "with": c.with.as_str(), "key": c.key, "valid_from": c.from.to_string() }))
        .collect();
    json!({
        "table": table.name(),
        "added": rows(&diff.added),
        "changed": changes(&diff.changed),
        "ended": changes(&diff.ended),
        "unchanged": diff.unchanged,
        "conflicts": conflicts,
        "defects": defects,
    })
}

/// What an import changes, a line for each row and one for each cell of it that changed.
pub fn write_diff(out: &mut impl Write, table: Table, diff: &Diff) -> io::Result<()> {
    for row in &diff.added {
        writeln!(out, "+ {}", row.cells().join("\t"))?;
    }
    for (sign, changes) in [("~", &diff.changed), ("-", &diff.ended)] {
        for Change { before, after } in changes {
            writeln!(out, "{sign} {}", after.id())?;
            let cells = before.cells().into_iter().zip(after.cells());
            for (column, (was, is)) in table.columns().iter().zip(cells) {
                if was != is {
                    writeln!(out, "    {column}: `{was}` -> `{is}`")?;
                }
            }
        }
    }
    for conflict in &diff.conflicts {
        writeln!(
            out,
            "! {}: begins to hold for {} on {}, as {} does: give both one id, or other days",
            conflict.row, conflict.key, conflict.from, conflict.with
        )?;
    }
    writeln!(
        out,
        "{table}: {} added, {} changed, {} ended, {} unchanged, {} conflicts",
        diff.added.len(),
        diff.changed.len(),
        diff.ended.len(),
        diff.unchanged,
        diff.conflicts.len()
    )
}

fn defect_json(defect: &Defect) -> Value {
    json!({
        "line": defect.line,
        "column": defect.column,
        "found": defect.found,
        "expected": defect.expected,
    })
}
