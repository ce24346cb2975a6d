//! What laying a file over a pack would change, before it is done.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;

use crate::pack::{Pack, Row, Table};
use crate::row::{RowId, Validity};

/// A row before and after.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// As the pack has it.
    pub before: Row,
    /// As the file has it.
    pub after: Row,
}

/// Two rows that begin to hold for one key on the same day, so that neither can win.
#[derive(Debug, Clone, PartialEq)]
pub struct Conflict {
    /// The row that would be laid.
    pub row: RowId,
    /// The row that is there already, in the pack or earlier in the file.
    pub with: RowId,
    /// The key of both.
    pub key: String,
    /// The day.
    pub from: Date,
}

/// What laying rows over a pack would do. A file is a patch: rows that it does not name stay.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Diff {
    /// Rows of a new id.
    pub added: Vec<Row>,
    /// Rows of which something else than the end was changed.
    pub changed: Vec<Change>,
    /// Rows that only got an earlier end.
    pub ended: Vec<Change>,
    /// How many rows are as they were.
    pub unchanged: usize,
    /// Rows that must not be laid.
    pub conflicts: Vec<Conflict>,
}

impl Diff {
    /// Compares `rows` with the pack that they would be laid over.
    pub fn between(pack: &Pack, rows: Vec<Row>) -> Self {
        let mut diff = Self { conflicts: conflicts(pack, &rows), ..Self::default() };
        for after in rows {
            match pack.row(after.table(), after.id()) {
                None => diff.added.push(after),
                Some(before) if before == after => diff.unchanged += 1,
                Some(before) if is_end_of(&before, &after) => {
                    diff.ended.push(Change { before, after });
                }
                Some(before) => diff.changed.push(Change { before, after }),
            }
        }
        diff
    }

    /// Whether laying the rows would change nothing.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.ended.is_empty()
    }
}

fn is_end_of(before: &Row, after: &Row) -> bool {
    let (was, is) = (before.validity(), after.validity());
    let earlier = is.to.is_some_and(|to| was.to.is_none_or(|end| to < end));
    earlier && before.clone().holding(Validity { to: is.to, ..was }) == *after
}

fn conflicts(pack: &Pack, rows: &[Row]) -> Vec<Conflict> {
    let replaced: HashSet<(Table, &RowId)> =
        rows.iter().map(|row| (row.table(), row.id())).collect();
    let mut first: HashMap<(Table, String, Date), RowId> = HashMap::new();
    let tables: Vec<Table> = {
        let named = |table: &Table| rows.iter().any(|row| row.table() == *table);
        Table::ALL.iter().copied().filter(|table| !table.allows_many()).filter(named).collect()
    };
    for row in tables.iter().flat_map(|&table| pack.rows(table)) {
        if !replaced.contains(&(row.table(), row.id())) {
            first.insert((row.table(), row.key(), row.validity().from), row.id().clone());
        }
    }
    let mut conflicts = Vec::new();
    for row in rows.iter().filter(|row| !row.table().allows_many()) {
        let (key, from) = (row.key(), row.validity().from);
        match first.get(&(row.table(), key.clone(), from)) {
            Some(with) if with != row.id() => {
                conflicts.push(Conflict { row: row.id().clone(), with: with.clone(), key, from });
            }
            _ => {
                first.insert((row.table(), key, from), row.id().clone());
            }
        }
    }
    conflicts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Defaults;

    fn offices(lines: &str) -> Vec<Row> {
        let text = format!("id,code,zh,en,valid_from,valid_to,source\n{lines}");
        let reading = Table::Offices.read(&text, &Defaults::default());
        assert_eq!(reading.defects, []);
        reading.rows
    }

    #[test]
    fn rows_are_added_changed_ended_or_left() {
        let pack = Pack::builtin().overlay(offices(
            "a,2901,甲,A,2020-01-01,,s\nb,2902,乙,B,2020-01-01,,s\nc,2903,丙,C,2020-01-01,,s\n",
        ));
        let diff = Diff::between(
            &pack,
            offices(
                "a,2901,甲,A,2020-01-01,,s\nb,2902,乙,B,2020-01-01,2025-12-31,s\n\
                 c,2903,丙丙,C,2020-01-01,,s\nd,2904,丁,D,2020-01-01,,s\n",
            ),
        );
        let ids = |rows: Vec<&Row>| rows.iter().map(|row| row.id().to_string()).collect::<Vec<_>>();
        assert_eq!(diff.unchanged, 1);
        assert_eq!(ids(diff.ended.iter().map(|change| &change.after).collect()), ["b"]);
        assert_eq!(ids(diff.changed.iter().map(|change| &change.after).collect()), ["c"]);
        assert_eq!(ids(diff.added.iter().collect()), ["d"]);
        assert_eq!(diff.conflicts, []);
    }

    #[test]
    fn two_rows_that_begin_on_the_same_day_conflict() {
        let rows = offices("x,2900,杭州,H,1990-01-01,,s\ny,2905,甲,A,2020-01-01,,s\n");
        let mut twice = rows.clone();
        twice.extend(offices("z,2905,乙,B,2020-01-01,,s\n"));
        let diff = Diff::between(&Pack::builtin(), twice);
        let pairs: Vec<_> =
            diff.conflicts.iter().map(|c| (c.row.as_str(), c.with.as_str())).collect();
        assert_eq!(pairs, [("x", "OFFICE-2900"), ("z", "y")]);
    }

    #[test]
    fn a_replaced_row_does_not_conflict_with_its_replacement() {
        let rows = offices("OFFICE-2900,2900,杭州,H,1990-01-01,,s\n");
        assert_eq!(Diff::between(&Pack::builtin(), rows).conflicts, []);
    }
}
