//! For how long law lets records be kept, and wants them kept (保存期限).

use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::entries::ParameterKind;
use crate::pack::Pack;
use crate::row::RowId;

/// Records that are kept for a time of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordClass {
    /// Messages as they were received (报文原文): the only place where persons stand.
    Originals,
    /// Responses in the verifiable log (回执).
    Responses,
    /// Who decided what, in the verifiable log (决定).
    Events,
    /// Who changed what in the registers, in the verifiable log (变更).
    Changes,
}

/// Until when something is kept, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptUntil {
    /// The last day.
    pub last_day: Date,
    /// For how many years.
    pub years: i64,
    /// The row that says so.
    pub row: RowId,
}

impl RecordClass {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Originals, Self::Responses, Self::Events, Self::Changes];

    /// Its name on the command line and in statements.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Originals => "originals",
            Self::Responses => "responses",
            Self::Events => "events",
            Self::Changes => "changes",
        }
    }

    /// The class of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }

    const fn parameter(self) -> ParameterKind {
        match self {
            Self::Originals => ParameterKind::RetentionOriginalsYears,
            Self::Responses => ParameterKind::RetentionResponsesYears,
            Self::Events => ParameterKind::RetentionEventsYears,
            Self::Changes => ParameterKind::RetentionChangesYears,
        }
    }
}

impl Pack {
    /// Until when records of a class are kept whose matter was over on a day: for the class's own years or those that
    /// records are kept at least, by the law of that day or of `today`, whichever is the longest, for a term that was
    /// made longer since holds for them, too. None where no row says anything: then nothing is erased.
    pub fn kept_until(&self, class: RecordClass, over_on: Date, today: Date) -> Option<KeptUntil> {
        // The last of equals is taken: the class's own row, of today.
        let kinds = [ParameterKind::RecordRetentionYears, class.parameter()];
        let rows = kinds.into_iter().flat_map(|kind| {
            [over_on, today].into_iter().filter_map(move |day| self.parameter(kind, day))
        });
        // Where a class has no row of its own, nobody has said how long it is kept.
        self.parameter(class.parameter(), today)?;
        let (years, row) =
            rows.filter_map(|row| Some((row.entry.count()?, &row.id))).max_by_key(|it| it.0)?;
        let last_day = over_on.checked_add(i32::try_from(years).ok()?.years()).ok()?;
        Some(KeptUntil { last_day, years, row: row.clone() })
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::pack::Table;
    use crate::text::Defaults;

    fn with(rows: &str) -> Pack {
        let text = format!("id,parameter,value,valid_from,valid_to,source\n{rows}");
        let reading = Table::Parameters.read(&text, &Defaults::default());
        assert_eq!(reading.defects, []);
        Pack::builtin().overlay(reading.rows)
    }

    fn years(pack: &Pack, class: RecordClass, over_on: Date, today: Date) -> Option<(i64, String)> {
        pack.kept_until(class, over_on, today).map(|kept| (kept.years, kept.row.to_string()))
    }

    #[test]
    fn every_class_is_kept_for_three_years_at_least() {
        let (over_on, today) = (date(2023, 5, 31), date(2026, 11, 23));
        for class in RecordClass::ALL {
            assert!(years(&Pack::builtin(), class, over_on, today).unwrap().0 >= 3, "{class:?}");
        }
        let shorter = with("CN-KEEP-ORIGINALS,retention-originals-years,1,2016-10-01,,a mistake\n");
        let kept = years(&shorter, RecordClass::Originals, over_on, today);
        assert_eq!(kept, Some((3, "CN-KEEP".to_owned())));
    }

    #[test]
    fn a_longer_term_holds_for_what_is_still_kept_and_a_shorter_one_does_not() {
        let pack = with(
            "X,retention-originals-years,5,2025-01-01,2025-12-31,a notice\n\
                         Y,retention-originals-years,4,2026-01-01,,a notice\n",
        );
        let originals = |over_on, today| years(&pack, RecordClass::Originals, over_on, today);
        let old = date(2023, 5, 31);
        assert_eq!(originals(old, date(2024, 1, 1)).unwrap().0, 3);
        assert_eq!(originals(old, date(2025, 6, 1)), Some((5, "X".to_owned())));
        assert_eq!(originals(date(2025, 6, 1), date(2026, 6, 1)), Some((5, "X".to_owned())));
        assert_eq!(originals(old, date(2026, 6, 1)), Some((4, "Y".to_owned())));
    }

    #[test]
    fn the_last_day_is_the_same_day_years_later() {
        let last = |day| {
            let kept = Pack::builtin().kept_until(RecordClass::Originals, day, date(2026, 1, 1));
            kept.unwrap().last_day
        };
        assert_eq!(last(date(2023, 5, 31)), date(2026, 5, 31));
        assert_eq!(last(date(2024, 2, 29)), date(2027, 2, 28));
    }

    #[test]
    fn what_no_row_speaks_of_is_not_erased() {
        let none =
            Pack::builtin().kept_until(RecordClass::Originals, date(2010, 1, 1), date(2015, 1, 1));
        assert_eq!(none, None);
    }
}
