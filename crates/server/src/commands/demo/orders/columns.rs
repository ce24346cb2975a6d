//! Which column of the file holds which field.

use csv::StringRecord;

/// The fields, each with whether a file must have it.
const FIELDS: [(&str, bool); 11] = [
    ("order", true),
    ("buyer", false),
    ("name", true),
    ("quantity", true),
    ("price", true),
    ("sku", false),
    ("time", false),
    ("currency", false),
    ("country", false),
    ("hs", false),
    ("weight", false),
];

/// Where each field stands.
#[derive(Debug)]
pub struct Columns(Vec<(&'static str, usize, String)>);

/// One cell of a line.
#[derive(Debug, Clone, Copy)]
pub struct Cell<'c> {
    /// What it says, without space around it.
    pub text: &'c str,
    line: u64,
    column: usize,
    name: &'c str,
}

impl Columns {
    /// Finds the fields in a header; a field that is not mapped is called as it is.
    ///
    /// # Errors
    /// A field that does not exist, or a column that is not there.
    pub fn find(header: &StringRecord, map: &[String]) -> anyhow::Result<Self> {
        let mut names: Vec<(&'static str, &str, bool)> =
            FIELDS.iter().map(|(field, must)| (*field, *field, *must)).collect();
        for entry in map {
            let (field, column) = entry.split_once('=').unwrap_or((entry, ""));
            let Some(name) = names.iter_mut().find(|(known, _, _)| *known == field) else {
                let known: Vec<_> = FIELDS.iter().map(|(field, _)| *field).collect();
                anyhow::bail!("--map {entry}: a field is one of {}", known.join(", "));
            };
            (name.1, name.2) = (column, true);
        }
        let mut found = Vec::new();
        for (field, column, must) in names {
            match header
                .iter()
                .position(|name| name.trim_start_matches('\u{feff}').trim() == column)
            {
                Some(index) => found.push((field, index, column.to_owned())),
                None if must => anyhow::bail!(
                    "there is no column `{column}` for {field}; name it with --map {field}=COLUMN"
                ),
                None => {}
            }
        }
        Ok(Self(found))
    }

    /// The cell of a field; `None` where the file has no such column, or nothing in it.
    pub fn cell<'c>(&'c self, record: &'c StringRecord, field: &str) -> Option<Cell<'c>> {
        let (_, index, name) = self.0.iter().find(|(known, _, _)| *known == field)?;
        let text = record.get(*index).unwrap_or_default().trim();
        let line = record.position().map_or(0, csv::Position::line);
        (!text.is_empty()).then_some(Cell { text, line, column: index + 1, name })
    }

    /// What to say of a field that has nothing in it.
    pub fn empty(&self, record: &StringRecord, field: &str) -> String {
        let column = self.0.iter().find(|(known, _, _)| *known == field);
        let (column, name) =
            column.map_or((0, field), |(_, index, name)| (index + 1, name.as_str()));
        let line = record.position().map_or(0, csv::Position::line);
        format!("line {line}, column {column} ({name}): empty, expected a value")
    }
}

impl Cell<'_> {
    /// What to say when it is not `expected`.
    pub fn wrong(&self, expected: &str) -> String {
        let Self { text, line, column, name } = self;
        format!("line {line}, column {column} ({name}): `{text}` is not {expected}")
    }
}
