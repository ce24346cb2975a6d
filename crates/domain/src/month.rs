//! Calendar months, by which exports are consolidated and counted.

use std::fmt;

use jiff::civil::Date;

use crate::time::Moment;

/// A month in China.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month(Date);

/// A text is not a month.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a month such as 2026-09")]
pub struct NotAMonth(String);

impl Month {
    /// Reads `2026-09`.
    ///
    /// # Errors
    /// [`NotAMonth`].
    pub fn parse(text: &str) -> Result<Self, NotAMonth> {
        let wrong = || NotAMonth(text.to_owned());
        let (year, month) = text.split_once('-').ok_or_else(wrong)?;
        let digits = |text: &str, length| {
            text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !digits(year, 4) || !digits(month, 2) {
            return Err(wrong());
        }
        let (Ok(year), Ok(month)) = (year.parse(), month.parse()) else { return Err(wrong()) };
        Date::new(year, month, 1).map(Self).map_err(|_| wrong())
    }

    /// The month of a moment.
    pub fn of(moment: Moment) -> Self {
        Self(moment.china_day().first_of_month())
    }

    /// Its first day.
    pub const fn first_day(self) -> Date {
        self.0
    }

    /// Its last day.
    pub fn last_day(self) -> Date {
        self.0.last_of_month()
    }

    /// Its first instant.
    pub fn start(self) -> Moment {
        Moment::start_of(self.0)
    }

    /// The first instant after it.
    pub fn end(self) -> Moment {
        Moment::start_of(self.last_day()).plus_days(1)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0.year(), self.0.month())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_that_of_china() {
        let month = Month::parse("2026-09").unwrap();
        assert_eq!(month.to_string(), "2026-09");
        assert_eq!(month.start(), Moment::parse_wire("20260901000000").unwrap());
        assert_eq!(month.end(), Moment::parse_wire("20261001000000").unwrap());
        let last = Moment::parse_wire("20260930235959").unwrap();
        assert_eq!((Month::of(last), Month::of(month.start())), (month, month));
        assert_ne!(Month::of(month.end()), month);
    }

    #[test]
    fn what_is_no_month_is_refused() {
        for wrong in ["", "2026", "2026-9", "2026-13", "2026-00", "26-09", "2026-09-01", "+026-09"]
        {
            assert_eq!(Month::parse(wrong), Err(NotAMonth(wrong.into())), "{wrong}");
        }
    }
}
