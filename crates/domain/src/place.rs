//! Supervised places (监管作业场所): where goods stand under the eyes of customs, and who runs them.

use jiff::civil::Date;

use crate::ids::{OfficeCode, PartyId, PlaceCode};

/// A supervised place (监管作业场所; `loctNo`) as it is registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupervisedPlace {
    /// Its code.
    pub code: PlaceCode,
    /// What it is called, in Chinese.
    pub name: Box<str>,
    /// What it is called in English, where it has such a name.
    pub name_en: Option<Box<str>>,
    /// The office that supervises it (主管海关).
    pub office: OfficeCode,
    /// The enterprise that runs it (监管场所经营人).
    pub operator: PartyId,
    /// The first day of its registration, in China.
    pub valid_from: Date,
    /// The last day; open-ended where absent.
    pub valid_to: Option<Date>,
}

impl SupervisedPlace {
    /// Whether it is registered on a day.
    pub fn is_valid_on(&self, day: Date) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|last| day <= last)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_place_is_valid_from_its_first_day_to_its_last() {
        let place = SupervisedPlace {
            code: PlaceCode::parse("CNNGB2916").unwrap(),
            name: "某某监管作业场所".into(),
            name_en: None,
            office: OfficeCode::parse("2916").unwrap(),
            operator: PartyId(7),
            valid_from: date(2026, 1, 1),
            valid_to: Some(date(2026, 12, 31)),
        };
        let days = [(2025, 12, 31), (2026, 1, 1), (2026, 12, 31), (2027, 1, 1)];
        let valid = days.map(|(year, month, day)| place.is_valid_on(date(year, month, day)));
        assert_eq!(valid, [false, true, true, false]);
        let endless = SupervisedPlace { valid_to: None, ..place };
        assert!(endless.is_valid_on(date(2099, 1, 1)));
    }
}
