//! Days on which offices work against the habit of the week.

use jiff::civil::Date;

use crate::cells::{Cells, day};
use crate::pack::Table;
use crate::row::Entry;

/// Whether offices work on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayKind {
    /// A day of rest (放假), whatever day of the week it is.
    Rest,
    /// A working day (上班), although it is a Saturday or Sunday.
    Work,
}

impl DayKind {
    /// The word in files.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Rest => "rest",
            Self::Work => "work",
        }
    }
}

/// A row of `calendar` (节假日安排): one day that differs from its day of the week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarDay {
    /// The day.
    pub day: Date,
    /// What is done on it.
    pub kind: DayKind,
    /// The Chinese name of the occasion.
    pub zh: Box<str>,
}

impl Entry for CalendarDay {
    const TABLE: Table = Table::Calendar;
    const COLUMNS: &'static [&'static str] = &["day", "kind", "zh"];
    type Key = Date;

    fn key(&self) -> Date {
        self.day
    }

    fn read(cells: &mut Cells<'_>) -> Option<Self> {
        let day = cells.parsed("day", "a day such as 2026-01-31", day);
        let kind = cells.parsed("kind", "`rest` or `work`", |word| {
            [DayKind::Rest, DayKind::Work].into_iter().find(|kind| kind.word() == word)
        });
        let zh = cells.text("zh");
        Some(Self { day: day?, kind: kind?, zh: zh? })
    }

    fn write(&self) -> Vec<String> {
        vec![self.day.to_string(), self.kind.word().to_owned(), self.zh.to_string()]
    }
}
