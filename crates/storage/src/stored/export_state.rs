//! Where an export declaration stands, as it is stored.

use serde::{Deserialize, Serialize};
use tongguan_domain::declaration::{ExportEntry, ExportRelease, ExportState};
use tongguan_domain::ids::DeclarationNumber;
use tongguan_domain::time::Moment;

use super::StoredError;
use super::facts::damaged;

/// Where an export declaration stands; times are microseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum StoredExportStateV1 {
    /// [1]
    Stored,
    /// [2], with the end of waiting.
    Waiting(i64),
    /// [300], and whether a licence has to be verified.
    InReview(StoredExportEntryV1, bool),
    /// [500], and whether a licence has to be verified afterwards.
    UnderExamination(StoredExportEntryV1, bool),
    /// [399]
    Reviewed(StoredExportEntryV1),
    /// [800]
    Released(StoredExportReleaseV1),
    /// [500], stopped on the way.
    Recalled(StoredExportReleaseV1),
    /// [899], with the time of departure.
    Closed(StoredExportReleaseV1, i64),
    /// [100], after the release.
    Withdrawn(StoredExportReleaseV1),
    /// [100], before the release.
    Cancelled(String),
    /// [100]
    Refused,
    /// Deleted by its declarant.
    Deleted,
}

/// An entered export declaration: its number, and when the goods arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredExportEntryV1(String, Option<i64>);

/// A released export declaration: its number, when the goods arrived, and when they were released.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredExportReleaseV1(String, i64, i64);

impl From<&ExportState> for StoredExportStateV1 {
    fn from(state: &ExportState) -> Self {
        match state {
            ExportState::Stored => Self::Stored,
            ExportState::Waiting { expires_at } => Self::Waiting(expires_at.micros()),
            ExportState::InReview { entry, licence } => Self::InReview(entry.into(), *licence),
            ExportState::UnderExamination { entry, licence } => {
                Self::UnderExamination(entry.into(), *licence)
            }
            ExportState::Reviewed(entry) => Self::Reviewed(entry.into()),
            ExportState::Released(release) => Self::Released(release.into()),
            ExportState::Recalled(release) => Self::Recalled(release.into()),
            ExportState::Closed { release, departed_at } => {
                Self::Closed(release.into(), departed_at.micros())
            }
            ExportState::Withdrawn(release) => Self::Withdrawn(release.into()),
            ExportState::Cancelled(number) => Self::Cancelled(number.to_string()),
            ExportState::Refused => Self::Refused,
            ExportState::Deleted => Self::Deleted,
        }
    }
}

impl TryFrom<StoredExportStateV1> for ExportState {
    type Error = StoredError;
    fn try_from(stored: StoredExportStateV1) -> Result<Self, StoredError> {
        use StoredExportStateV1 as Form;
        Ok(match stored {
            Form::Stored => Self::Stored,
            Form::Waiting(expires_at) => {
                Self::Waiting { expires_at: Moment::from_micros(expires_at) }
            }
            Form::InReview(entry, licence) => Self::InReview { entry: entry.try_into()?, licence },
            Form::UnderExamination(entry, licence) => {
                Self::UnderExamination { entry: entry.try_into()?, licence }
            }
            Form::Reviewed(entry) => Self::Reviewed(entry.try_into()?),
            Form::Released(release) => Self::Released(release.try_into()?),
            Form::Recalled(release) => Self::Recalled(release.try_into()?),
            Form::Closed(release, departed_at) => Self::Closed {
                release: release.try_into()?,
                departed_at: Moment::from_micros(departed_at),
            },
            Form::Withdrawn(release) => Self::Withdrawn(release.try_into()?),
            Form::Cancelled(number) => Self::Cancelled(declaration_number(&number)?),
            Form::Refused => Self::Refused,
            Form::Deleted => Self::Deleted,
        })
    }
}

impl From<&ExportEntry> for StoredExportEntryV1 {
    fn from(entry: &ExportEntry) -> Self {
        Self(entry.number.to_string(), entry.arrived_at.map(Moment::micros))
    }
}

impl TryFrom<StoredExportEntryV1> for ExportEntry {
    type Error = StoredError;
    fn try_from(stored: StoredExportEntryV1) -> Result<Self, StoredError> {
        let StoredExportEntryV1(number, arrived_at) = stored;
        let arrived_at = arrived_at.map(Moment::from_micros);
        Ok(Self { number: declaration_number(&number)?, arrived_at })
    }
}

impl From<&ExportRelease> for StoredExportReleaseV1 {
    fn from(release: &ExportRelease) -> Self {
        let ExportRelease { number, arrived_at, released_at } = release;
        Self(number.to_string(), arrived_at.micros(), released_at.micros())
    }
}

impl TryFrom<StoredExportReleaseV1> for ExportRelease {
    type Error = StoredError;
    fn try_from(stored: StoredExportReleaseV1) -> Result<Self, StoredError> {
        let StoredExportReleaseV1(number, arrived_at, released_at) = stored;
        Ok(Self {
            number: declaration_number(&number)?,
            arrived_at: Moment::from_micros(arrived_at),
            released_at: Moment::from_micros(released_at),
        })
    }
}

fn declaration_number(text: &str) -> Result<DeclarationNumber, StoredError> {
    DeclarationNumber::parse(text).map_err(damaged)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stored::golden::keeps;
    use crate::stored::{any, decode, encode, versioned};

    type Form = StoredExportStateV1;

    fn keeps_state(written: &str, state: &ExportState) {
        let encoding = |form: &Form| encode("state", 1, form);
        let decoding = |bytes: &[u8]| match versioned("state", bytes)? {
            (1, fields) => decode::<Form>("state", fields),
            (version, _) => Err(StoredError::UnknownVersion { form: "state", version }),
        };
        keeps(written, &Form::from(state), encoding, decoding);
        assert_eq!(ExportState::try_from(Form::from(state)).as_ref(), Ok(state));
    }

    #[test]
    fn every_state_is_kept() {
        let at = Moment::from_micros;
        let number = || DeclarationNumber::parse("0100").unwrap();
        let entry = |arrived_at| ExportEntry { number: number(), arrived_at };
        let release = || ExportRelease { number: number(), arrived_at: at(1), released_at: at(2) };
        for (written, state) in [
            ("01 00", ExportState::Stored),
            ("01 01 06", ExportState::Waiting { expires_at: at(3) }),
            ("01 02 0430313030 00 01", ExportState::InReview { entry: entry(None), licence: true }),
            (
                "01 03 0430313030 0102 00",
                ExportState::UnderExamination { entry: entry(Some(at(1))), licence: false },
            ),
            ("01 04 0430313030 00", ExportState::Reviewed(entry(None))),
            ("01 05 0430313030 02 04", ExportState::Released(release())),
            ("01 06 0430313030 02 04", ExportState::Recalled(release())),
            (
                "01 07 0430313030 02 04 06",
                ExportState::Closed { release: release(), departed_at: at(3) },
            ),
            ("01 08 0430313030 02 04", ExportState::Withdrawn(release())),
            ("01 09 0430313030", ExportState::Cancelled(number())),
            ("01 0a", ExportState::Refused),
            ("01 0b", ExportState::Deleted),
        ] {
            keeps_state(written, &state);
        }
    }

    proptest! {
        #[test]
        fn any_state_comes_back(state in any::export_state()) {
            let form = Form::from(&state);
            let bytes = encode("state", 1, &form).unwrap();
            let (_, fields) = versioned("state", &bytes).unwrap();
            prop_assert_eq!(ExportState::try_from(decode::<Form>("state", fields).unwrap()), Ok(state));
        }
    }
}
