//! Where a declaration may stand to be cancelled on request (撤销).

use std::fmt;

use crate::cells::Cells;
use crate::pack::Table;
use crate::row::Entry;

/// Which way the goods of a declaration go (进出口标记).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// 进口.
    Import,
    /// 出口.
    Export,
}

impl Direction {
    /// The word in files.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::Export => "export",
        }
    }
}

/// A row of `cancellable_states`: a declaration at that status may be cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CancellableState {
    /// Of imports or of exports.
    pub direction: Direction,
    /// The official status (回执状态), such as 300.
    pub status: i32,
}

impl fmt::Display for CancellableState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.direction.word(), self.status)
    }
}

impl Entry for CancellableState {
    const TABLE: Table = Table::CancellableStates;
    const COLUMNS: &'static [&'static str] = &["direction", "status"];
    type Key = Self;

    fn key(&self) -> Self {
        *self
    }

    fn read(cells: &mut Cells<'_>) -> Option<Self> {
        let direction = cells.parsed("direction", "`import` or `export`", |word| {
            [Direction::Import, Direction::Export].into_iter().find(|known| known.word() == word)
        });
        let status = cells.parsed("status", "a status from 1 to 999", |text| {
            text.parse().ok().filter(|status| (1..=999).contains(status))
        });
        Some(Self { direction: direction?, status: status? })
    }

    fn write(&self) -> Vec<String> {
        vec![self.direction.word().to_owned(), self.status.to_string()]
    }
}
