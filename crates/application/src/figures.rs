//! Live figures (实时数据): how many declarations came in, went down which lane and were released or refused, by
//! the hour. Counted from the audit events by the projector of the lists, beside clearing, and no record.

use std::collections::BTreeMap;

use jiff::civil::Date;
use tongguan_domain::ids::{DeclarationId, OfficeCode};
use tongguan_domain::status::ReturnStatus;
use tongguan_domain::time::Moment;
use tongguan_storage::stored::event::{StoredEvent, StoredSubjectV1};
use tongguan_storage::{Event, FigureRow, PartyParcel, StorageError, View};

use crate::parcels::ParcelsError;

/// The length of an hour, in microseconds.
const HOUR: i64 = 3_600_000_000;
/// The hours of a day.
pub const HOURS: usize = 24;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Figure {
    /// All documents agree: it has a number (入库).
    Entered,
    /// It passed without anybody's look (绿色通道).
    Green,
    /// It was sent to review when it was entered (黄色通道).
    Yellow,
    /// It was sent to examination when it was entered (红色通道).
    Red,
    /// Released (放行).
    Released,
    /// Refused, or cancelled before its release (退单).
    Refused,
}

/// What was counted in a day, up to now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Today {
    /// The beginning of the day in China.
    pub begins_at: Moment,
    counts: BTreeMap<(usize, Figure), i64>,
}

/// What was counted of an office on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficeDay {
    /// The office's code (关区代码).
    pub office: String,
    counts: BTreeMap<Figure, i64>,
}

impl Figure {
    /// All of them, with their numbers in rows.
    const NUMBERED: [(i64, Self); 6] = [
        (1, Self::Entered),
        (2, Self::Green),
        (3, Self::Yellow),
        (4, Self::Red),
        (5, Self::Released),
        (6, Self::Refused),
    ];

    fn number(self) -> i64 {
        Self::NUMBERED.into_iter().find(|(_, figure)| *figure == self).map_or(0, |(n, _)| n)
    }

    /// What one decision counts for, by the statuses that it told.
    fn of(statuses: &[i32]) -> Vec<Self> {
        let told = |status: ReturnStatus| statuses.contains(&status.number());
        let mut figures = Vec::new();
        if told(ReturnStatus::Entered) {
            let lane = if told(ReturnStatus::Examined) {
                Self::Red
            } else if told(ReturnStatus::InReview) {
                Self::Yellow
            } else {
                Self::Green
            };
            figures.extend([Self::Entered, lane]);
        }
        if told(ReturnStatus::Released) {
            figures.push(Self::Released);
        }
        if told(ReturnStatus::Refused) {
            figures.push(Self::Refused);
        }
        figures
    }
}

/// What events add to the figures; `parcels` says of which office their declarations are.
///
/// # Errors
/// An event that does not decode.
pub(crate) fn counted(
    events: &[Event],
    parcels: &[PartyParcel],
) -> Result<Vec<FigureRow>, ParcelsError> {
    let of: BTreeMap<DeclarationId, _> =
        parcels.iter().map(|row| (row.declaration_id, (&row.office, row.direction))).collect();
    let mut counts = BTreeMap::<_, i64>::new();
    for event in events {
        let hour = event.at.micros().div_euclid(HOUR) * HOUR;
        for entry in StoredEvent::decode(&event.body)?.entries {
            let (StoredSubjectV1::Declaration(id) | StoredSubjectV1::Export(id)) = entry.subject
            else {
                continue;
            };
            let Some((office, direction)) = of.get(&DeclarationId(id)) else { continue };
            for figure in Figure::of(&entry.statuses) {
                *counts.entry((hour, *office, *direction, figure.number())).or_default() += 1;
            }
        }
    }
    let row =
        |((hour, office, direction, kind), count): ((i64, &String, i64, i64), i64)| FigureRow {
            hour: Moment::from_micros(hour),
            office: office.clone(),
            direction,
            kind,
            count,
        };
    Ok(counts.into_iter().map(row).collect())
}

/// What was counted today, of an office or of all.
///
/// # Errors
/// [`StorageError`].
pub fn today(
    view: &mut View<'_>,
    office: Option<OfficeCode>,
    now: Moment,
) -> Result<Today, StorageError> {
    let begins_at = Moment::start_of(now.china_day());
    let office = office.map(|office| office.to_string());
    let mut counts = BTreeMap::new();
    for row in view.figures(begins_at, begins_at.plus_days(1), office.as_deref())? {
        let known = Figure::NUMBERED.into_iter().find(|(number, _)| *number == row.kind);
        let hour = usize::try_from((row.hour.micros() - begins_at.micros()).div_euclid(HOUR));
        if let (Some((_, figure)), Ok(hour)) = (known, hour) {
            *counts.entry((hour, figure)).or_default() += row.count;
        }
    }
    Ok(Today { begins_at, counts })
}

/// What was counted on a day in China, of an office or of each that has anything, in the order of their codes.
///
/// # Errors
/// [`StorageError`].
pub fn on_day(
    view: &mut View<'_>,
    office: Option<OfficeCode>,
    day: Date,
) -> Result<Vec<OfficeDay>, StorageError> {
    let begins_at = Moment::start_of(day);
    let office = office.map(|office| office.to_string());
    let mut offices = BTreeMap::<String, BTreeMap<Figure, i64>>::new();
    let end = begins_at.plus_days(1);
    for (office, kind, count) in view.figures_of_offices(begins_at, end, office.as_deref())? {
        let known = Figure::NUMBERED.into_iter().find(|(number, _)| *number == kind);
        if let Some((_, figure)) = known {
            offices.entry(office).or_default().insert(figure, count);
        }
    }
    Ok(offices.into_iter().map(|(office, counts)| OfficeDay { office, counts }).collect())
}

impl OfficeDay {
    /// How many.
    pub fn total(&self, figure: Figure) -> i64 {
        self.counts.get(&figure).copied().unwrap_or(0)
    }
}

impl Today {
    /// How many in one hour of the day, from 0.
    pub fn in_hour(&self, hour: usize, figure: Figure) -> i64 {
        self.counts.get(&(hour, figure)).copied().unwrap_or(0)
    }

    /// How many in all.
    pub fn total(&self, figure: Figure) -> i64 {
        (0..HOURS).map(|hour| self.in_hour(hour, figure)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_at_once_counts_for_each_of_it() {
        use Figure::{Entered, Green, Red, Refused, Released, Yellow};
        assert_eq!(Figure::of(&[2, 3, 120, 399, 800]), [Entered, Green, Released]);
        assert_eq!(Figure::of(&[2, 3, 120, 300]), [Entered, Yellow]);
        assert_eq!(Figure::of(&[120, 500]), [Entered, Red]);
        assert_eq!(Figure::of(&[399, 800]), [Released]);
        assert_eq!(Figure::of(&[2, 3, 100]), [Refused]);
        assert_eq!(Figure::of(&[500]), [], "by an officer, after it was entered");
        assert_eq!(Figure::of(&[2]), []);
    }
}
