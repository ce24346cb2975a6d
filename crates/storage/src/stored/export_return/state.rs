//! Where a return of exported goods stands, as it is stored.

use serde::{Deserialize, Serialize};
use tongguan_domain::readmission::{Discrepancy, ExportReturnState, Relief, Tallied};
use tongguan_domain::time::{Moment, parse_day, wire_day};

use crate::stored::StoredError;
use crate::stored::facts::damaged;

/// Where a return stands; times are microseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum StoredExportReturnStateV1 {
    /// [1]
    Stored,
    /// [120]
    Admitted,
    /// [500]
    UnderExamination(StoredTalliedV1),
    /// [800], and when.
    Completed(StoredTalliedV1, i64),
    /// [100]
    Refused,
    /// Deleted by its declarant.
    Deleted,
}

/// Goods as they were tallied: when, what differed by its place in [`Discrepancy::ALL`], and what they are
/// free of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredTalliedV1(pub(super) i64, pub(super) Vec<u8>, pub(super) StoredReliefV1);

/// What goods are free of; days as on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum StoredReliefV1 {
    /// Until when, by which row, except for which lines.
    Granted(String, Box<str>, Vec<i32>),
    /// Until when they would have been, by which row.
    Late(String, Box<str>),
    /// No notice speaks of them.
    NoNotice,
}

impl From<&ExportReturnState> for StoredExportReturnStateV1 {
    fn from(state: &ExportReturnState) -> Self {
        match state {
            ExportReturnState::Stored => Self::Stored,
            ExportReturnState::Admitted => Self::Admitted,
            ExportReturnState::UnderExamination(tallied) => Self::UnderExamination(tallied.into()),
            ExportReturnState::Completed { tallied, released_at } => {
                Self::Completed(tallied.into(), released_at.micros())
            }
            ExportReturnState::Refused => Self::Refused,
            ExportReturnState::Deleted => Self::Deleted,
        }
    }
}

impl TryFrom<StoredExportReturnStateV1> for ExportReturnState {
    type Error = StoredError;
    fn try_from(stored: StoredExportReturnStateV1) -> Result<Self, StoredError> {
        use StoredExportReturnStateV1 as Form;
        Ok(match stored {
            Form::Stored => Self::Stored,
            Form::Admitted => Self::Admitted,
            Form::UnderExamination(tallied) => Self::UnderExamination(tallied.try_into()?),
            Form::Completed(tallied, released_at) => Self::Completed {
                tallied: tallied.try_into()?,
                released_at: Moment::from_micros(released_at),
            },
            Form::Refused => Self::Refused,
            Form::Deleted => Self::Deleted,
        })
    }
}

impl From<&Tallied> for StoredTalliedV1 {
    fn from(tallied: &Tallied) -> Self {
        let place = |one: &Discrepancy| (0..).zip(Discrepancy::ALL).find(|(_, it)| it == one);
        let differs = tallied.discrepancies.iter().filter_map(place).map(|(place, _)| place);
        let relief = match &tallied.relief {
            Relief::Granted { until, row, except } => {
                StoredReliefV1::Granted(wire_day(*until), row.clone(), except.clone())
            }
            Relief::Late { until, row } => StoredReliefV1::Late(wire_day(*until), row.clone()),
            Relief::NoNotice => StoredReliefV1::NoNotice,
        };
        Self(tallied.at.micros(), differs.collect(), relief)
    }
}

impl TryFrom<StoredTalliedV1> for Tallied {
    type Error = StoredError;
    fn try_from(stored: StoredTalliedV1) -> Result<Self, StoredError> {
        let StoredTalliedV1(at, differs, relief) = stored;
        let named = |place: u8| Discrepancy::ALL.get(usize::from(place)).copied();
        let differs = differs.into_iter().map(|place| named(place).ok_or(damaged("discrepancy")));
        let day = |text: &str| parse_day(text).ok_or_else(|| damaged("day"));
        Ok(Self {
            at: Moment::from_micros(at),
            discrepancies: differs.collect::<Result<_, _>>()?,
            relief: match relief {
                StoredReliefV1::Granted(until, row, except) => {
                    Relief::Granted { until: day(&until)?, row, except }
                }
                StoredReliefV1::Late(until, row) => Relief::Late { until: day(&until)?, row },
                StoredReliefV1::NoNotice => Relief::NoNotice,
            },
        })
    }
}
