//! What every row of every table has: an id, a validity, a source, and how sure we are of it.

use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;

use crate::cells::Cells;
use crate::pack::Table;

/// The stable name of a row, such as `CN-LIM-2`: decisions are stored with the rows they used.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowId(Arc<str>);

impl RowId {
    /// Takes a name as it is.
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RowId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// From which day to which day a row is law, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// The first day.
    pub from: Date,
    /// The last day; none when no end is known.
    pub to: Option<Date>,
}

impl Validity {
    /// Whether `day` lies within.
    pub fn covers(self, day: Date) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }
}

/// How sure we are of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confidence {
    /// Read in the statute, the official notice, or an authority's own explanation of it.
    Confirmed,
    /// Read in a secondary source.
    Likely,
    /// Not checked against a source: look it up before relying on it.
    Unverified,
}

impl Confidence {
    /// The word in files.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Likely => "likely",
            Self::Unverified => "unverified",
        }
    }

    /// Reads the word of a file.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Confirmed, Self::Likely, Self::Unverified].into_iter().find(|c| c.word() == word)
    }
}

/// One table's own columns, between the id and the validity.
pub trait Entry: Clone + PartialEq + Sized {
    /// Which table.
    const TABLE: Table;
    /// The names of the own columns, in the order of the file.
    const COLUMNS: &'static [&'static str];
    /// Whether several rows may hold for one key on the same day.
    const MANY: bool = false;
    /// What rows are looked up by.
    type Key: Ord + Clone + fmt::Display;

    /// What this row is looked up by.
    fn key(&self) -> Self::Key;

    /// What tells the row from others of the same day, where a file gives no id.
    fn slug(&self) -> String {
        self.key().to_string()
    }

    /// Reads the own columns; what is wrong is noted in `cells`.
    fn read(cells: &mut Cells<'_>) -> Option<Self>;

    /// Writes the own columns, so that reading them gives the same entry.
    fn write(&self) -> Vec<String>;
}

/// One row: an entry with its id, validity, source and confidence.
#[derive(Debug, Clone, PartialEq)]
pub struct Dated<E> {
    /// The row's stable name.
    pub id: RowId,
    /// What it says.
    pub entry: E,
    /// When it holds.
    pub validity: Validity,
    /// The law, notice or standard it was taken from.
    pub source: Box<str>,
    /// How sure we are of it.
    pub confidence: Confidence,
}

impl<E: Entry> Dated<E> {
    /// All cells in the order of [`Table::columns`].
    pub fn cells(&self) -> Vec<String> {
        let mut cells = vec![self.id.to_string()];
        cells.extend(self.entry.write());
        cells.push(self.validity.from.to_string());
        cells.push(self.validity.to.map(|day| day.to_string()).unwrap_or_default());
        cells.push(self.source.to_string());
        cells.push(self.confidence.word().to_owned());
        cells
    }
}
