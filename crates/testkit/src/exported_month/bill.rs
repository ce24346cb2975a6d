//! The master bills of the month: parcels that are lodged, arrive and leave together.

use tongguan_domain::ids::{IdError, OfficeCode};
use tongguan_domain::time::Moment;

use super::ExportedMonth;
use crate::traffic::dice::Dice;

/// How many parcels travel under a bill.
pub const PARCELS: u64 = 12;
const HOUR: u64 = 3_600_000;
/// Where lists are declared.
pub const OFFICES: [&str; 3] = ["2916", "2916", "2910"];

/// A master bill, as the carrier plans it.
#[derive(Debug, Clone)]
pub struct Bill {
    /// Its number, from 0.
    pub n: u64,
    /// When its first document is written.
    pub starts_at: Moment,
    /// Where its parcels are declared.
    pub office: OfficeCode,
    /// Mode of transport of its link (607), where there is one.
    pub linked: Option<&'static str>,
    /// Whether one report says that all of it arrived.
    pub arrives_whole: bool,
    /// Where it leaves, where that is neither the office nor the port of the lists.
    pub elsewhere: Option<OfficeCode>,
    /// When its two flights leave.
    pub left_at: [Moment; 2],
    /// Whether its documents come in any order.
    pub is_jumbled: bool,
}

impl Bill {
    /// The `n`th bill of a month, from 0.
    ///
    /// # Errors
    /// None for any `n`.
    pub fn of(month: &ExportedMonth, n: u64) -> Result<Self, IdError> {
        let mut dice = Dice::new(month.seed, "bill of the month", n);
        let starts_at = month.place(n);
        let office = *dice.pick(&OFFICES);
        let linked = dice.one_in(2).then(|| *dice.pick(&["5", "5", "4", "2"]));
        let elsewhere = dice.one_in(8).then(|| OfficeCode::parse("5141")).transpose()?;
        let flight = |dice: &mut Dice| later(starts_at, dice.between(24 * HOUR, 50 * HOUR));
        Ok(Self {
            n,
            starts_at,
            office: OfficeCode::parse(office)?,
            arrives_whole: linked.is_some() && dice.one_in(2),
            linked,
            elsewhere,
            left_at: [flight(&mut dice), flight(&mut dice)],
            is_jumbled: dice.one_in(3),
        })
    }

    /// Its number on paper.
    pub fn number(&self) -> String {
        format!("999{:08}", self.n)
    }
}

/// So many milliseconds later, to the second.
pub fn later(moment: Moment, millis: u64) -> Moment {
    moment.plus_millis(i64::try_from(millis / 1_000 * 1_000).unwrap_or_default())
}
