//! Instants, and the days and years that the law counts.
//!
//! A [`Moment`] is an instant in UTC. Days of law are taken from it in the jurisdiction's zone:
//! China is UTC+8 all year, so no time-zone database is needed.

use std::fmt;

use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

/// The zone of Chinese law and of every time on the CEB wire.
const CHINA: Offset = Offset::constant(8);

/// An instant: microseconds since 1970-01-01 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(i64);

impl Moment {
    /// From microseconds since 1970; outside the years −9999 to 9999 the nearest end is taken.
    pub fn from_micros(micros: i64) -> Self {
        let bounded = micros.clamp(
            Timestamp::MIN.as_microsecond(),
            // A day short of the end, so that the local time exists as well.
            Timestamp::MAX.as_microsecond() - 86_400_000_000,
        );
        Self(bounded)
    }

    /// Midnight in China at the start of `day`.
    pub fn start_of(day: Date) -> Self {
        Self::from_china(day.to_datetime(jiff::civil::Time::midnight()))
    }

    /// Reads `YYYYMMDDhhmmss` as China time (报送时间 and its like; `C14`).
    pub fn parse_wire(text: &str) -> Option<Self> {
        if text.len() != 14 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let (day, time) = text.split_at(8);
        let number = |range: std::ops::Range<usize>| time[range].parse::<i8>().ok();
        let time = jiff::civil::Time::new(number(0..2)?, number(2..4)?, number(4..6)?, 0).ok()?;
        Some(Self::from_china(parse_day(day)?.to_datetime(time)))
    }

    /// Microseconds since 1970.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The day in China.
    pub fn china_day(self) -> Date {
        self.in_china().date()
    }

    /// `YYYYMMDDhhmmss` in China (`C14`).
    pub fn to_wire_seconds(self) -> String {
        self.in_china().strftime("%Y%m%d%H%M%S").to_string()
    }

    /// `YYYYMMDDhhmmssSSS` in China (回执时间; `C17`).
    pub fn to_wire_millis(self) -> String {
        let millis = self.0.div_euclid(1000).rem_euclid(1000);
        format!("{}{millis:03}", self.to_wire_seconds())
    }

    /// Rounded down to the millisecond, the resolution of responses.
    pub fn floor_millis(self) -> Self {
        Self(self.0 - self.0.rem_euclid(1000))
    }

    /// So many milliseconds later.
    pub fn plus_millis(self, millis: i64) -> Self {
        Self::from_micros(self.0.saturating_add(millis.saturating_mul(1000)))
    }

    /// So many days of 24 hours later.
    pub fn plus_days(self, days: i64) -> Self {
        self.plus_millis(days.saturating_mul(86_400_000))
    }

    /// The time from `earlier` to this moment; negative when it is in fact later.
    pub fn since(self, earlier: Self) -> SignedDuration {
        SignedDuration::from_micros(self.0.saturating_sub(earlier.0))
    }

    fn from_china(local: DateTime) -> Self {
        CHINA.to_timestamp(local).map_or(Self(0), |instant| Self(instant.as_microsecond()))
    }

    fn in_china(self) -> DateTime {
        let instant = Timestamp::from_microsecond(self.0).unwrap_or(Timestamp::UNIX_EPOCH);
        CHINA.to_datetime(instant)
    }
}

impl fmt::Display for Moment {
    /// RFC 3339 in China's zone, to the millisecond.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+08:00", self.in_china().strftime("%Y-%m-%dT%H:%M:%S%.3f"))
    }
}

/// Reads a day `YYYYMMDD` (申报日期 and its like; `C8`).
pub fn parse_day(text: &str) -> Option<Date> {
    if text.len() != 8 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Date::new(text[..4].parse().ok()?, text[4..6].parse().ok()?, text[6..].parse().ok()?).ok()
}

/// Writes a day as `YYYYMMDD`.
pub fn wire_day(day: Date) -> String {
    day.strftime("%Y%m%d").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wire_speaks_china_time() {
        let moment = Moment::parse_wire("20260101003000").unwrap();
        assert_eq!(moment.to_string(), "2026-01-01T00:30:00.000+08:00");
        assert_eq!(moment.micros(), 1_767_198_600_000_000);
        assert_eq!(moment.to_wire_seconds(), "20260101003000");
        assert_eq!(moment.plus_millis(7).to_wire_millis(), "20260101003000007");
    }

    #[test]
    fn the_year_turns_in_china_first() {
        // 16:30 on 31 December in UTC.
        let moment = Moment::from_micros(1_767_198_600_000_000);
        assert_eq!(moment.china_day(), jiff::civil::date(2026, 1, 1));
    }

    #[test]
    fn times_that_are_not_times_are_refused() {
        for wrong in ["", "2026010100300", "20260230000000", "20260101240000", "Mon Aug 13 09:"] {
            assert_eq!(Moment::parse_wire(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn extreme_moments_do_not_panic() {
        for micros in [i64::MIN, i64::MAX] {
            assert!(!Moment::from_micros(micros).to_wire_millis().is_empty());
        }
    }
}
