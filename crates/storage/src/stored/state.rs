//! Where a declaration stands, as it is stored.

use serde::{Deserialize, Serialize};
use tongguan_domain::allowance::AllowanceKey;
use tongguan_domain::declaration::{
    Assessed, Detention, Entered, ImportState, Lodged, Release, Reservation,
};
use tongguan_domain::ids::DeclarationNumber;
use tongguan_domain::mark::Mark;
use tongguan_domain::money::Money;
use tongguan_domain::tax_bill::{TaxDue, TaxLine};
use tongguan_domain::time::Moment;

use super::facts::{StoredMark, damaged};
use super::{StoredError, decode, encode, versioned};

/// Where a declaration stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum StoredStateV1 {
    /// [1]
    Stored(StoredAssessedV1),
    /// [2], with the end of waiting in microseconds since 1970.
    Waiting(StoredLodgedV1, i64),
    /// [300]
    InReview(StoredEnteredV1),
    /// [500]
    UnderExamination(StoredEnteredV1),
    /// [399]
    AwaitingGuarantee(StoredEnteredV1),
    /// [501–599]
    Detained(StoredEnteredV1, StoredDetentionV1),
    /// [600]
    Suspended(StoredEnteredV1),
    /// [800]
    Released(StoredReleaseV1),
    /// [899]
    Closed(StoredReleaseV1),
    /// [700]
    ShippedBack(String),
    /// [100]
    Refused,
    /// Deleted by its declarant.
    Deleted,
}

/// What a declaration takes and owes, judged by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredAssessedV1 {
    tax: Option<StoredTaxV1>,
    dutiable: i64,
    annual_limit: i64,
    certified: bool,
}

/// To whom detained goods are handed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum StoredDetentionV1 {
    /// [501]
    Clearance,
    /// [502]
    Investigation,
    /// [503]
    Legal,
    /// [599]
    Other,
}

/// What is settled at lodging.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredLodgedV1 {
    reservation: StoredReservationV1,
    annual_limit: i64,
    tax: Option<StoredTaxV1>,
    certified: bool,
}

/// Part of a yearly allowance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredReservationV1 {
    person: StoredMark,
    year: i16,
    amount: i64,
}

/// An entered declaration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredEnteredV1 {
    number: String,
    lodged: StoredLodgedV1,
}

/// A release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredReleaseV1 {
    number: String,
    released_at: i64,
    used: StoredReservationV1,
    tax: StoredTaxV1,
}

/// The tax of a declaration: the sums follow from the lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredTaxV1(Vec<StoredTaxLineV1>);

impl StoredTaxV1 {
    /// The bytes for a tax bill's `body`.
    ///
    /// # Errors
    /// See [`encode`].
    pub fn encode(&self) -> Result<Vec<u8>, StoredError> {
        encode("tax", 1, self)
    }

    /// From the `body` of a tax bill.
    ///
    /// # Errors
    /// [`StoredError`].
    pub fn decode(body: &[u8]) -> Result<Self, StoredError> {
        match versioned("tax", body)? {
            (1, fields) => decode("tax", fields),
            (version, _) => Err(StoredError::UnknownVersion { form: "tax", version }),
        }
    }
}

/// The tax of one line, in fen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredTaxLineV1 {
    number: i32,
    hs_code: Box<str>,
    dutiable: i64,
    duty: i64,
    vat: i64,
    consumption_tax: i64,
}

impl From<&ImportState> for StoredStateV1 {
    fn from(state: &ImportState) -> Self {
        match state {
            ImportState::Stored(assessed) => Self::Stored(assessed.into()),
            ImportState::Waiting { lodged, expires_at } => {
                Self::Waiting(lodged.into(), expires_at.micros())
            }
            ImportState::InReview(entered) => Self::InReview(entered.into()),
            ImportState::UnderExamination(entered) => Self::UnderExamination(entered.into()),
            ImportState::AwaitingGuarantee(entered) => Self::AwaitingGuarantee(entered.into()),
            ImportState::Detained { entered, by } => Self::Detained(entered.into(), (*by).into()),
            ImportState::Suspended(entered) => Self::Suspended(entered.into()),
            ImportState::Released(release) => Self::Released(release.into()),
            ImportState::Closed(release) => Self::Closed(release.into()),
            ImportState::ShippedBack(number) => Self::ShippedBack(number.to_string()),
            ImportState::Refused => Self::Refused,
            ImportState::Deleted => Self::Deleted,
        }
    }
}

impl TryFrom<StoredStateV1> for ImportState {
    type Error = StoredError;
    fn try_from(stored: StoredStateV1) -> Result<Self, StoredError> {
        Ok(match stored {
            StoredStateV1::Stored(assessed) => Self::Stored(assessed.try_into()?),
            StoredStateV1::Waiting(lodged, expires_at) => Self::Waiting {
                lodged: lodged.try_into()?,
                expires_at: Moment::from_micros(expires_at),
            },
            StoredStateV1::InReview(entered) => Self::InReview(entered.try_into()?),
            StoredStateV1::UnderExamination(entered) => Self::UnderExamination(entered.try_into()?),
            StoredStateV1::AwaitingGuarantee(entered) => {
                Self::AwaitingGuarantee(entered.try_into()?)
            }
            StoredStateV1::Detained(entered, by) => {
                Self::Detained { entered: entered.try_into()?, by: by.into() }
            }
            StoredStateV1::Suspended(entered) => Self::Suspended(entered.try_into()?),
            StoredStateV1::Released(release) => Self::Released(release.try_into()?),
            StoredStateV1::Closed(release) => Self::Closed(release.try_into()?),
            StoredStateV1::ShippedBack(number) => Self::ShippedBack(declaration_number(&number)?),
            StoredStateV1::Refused => Self::Refused,
            StoredStateV1::Deleted => Self::Deleted,
        })
    }
}

impl From<&Assessed> for StoredAssessedV1 {
    fn from(assessed: &Assessed) -> Self {
        Self {
            tax: assessed.tax.as_ref().map(Into::into),
            dutiable: assessed.dutiable.fen(),
            annual_limit: assessed.annual_limit.fen(),
            certified: assessed.certified,
        }
    }
}

impl TryFrom<StoredAssessedV1> for Assessed {
    type Error = StoredError;
    fn try_from(stored: StoredAssessedV1) -> Result<Self, StoredError> {
        Ok(Self {
            tax: stored.tax.map(TryInto::try_into).transpose()?,
            dutiable: Money::from_fen(stored.dutiable),
            annual_limit: Money::from_fen(stored.annual_limit),
            certified: stored.certified,
        })
    }
}

impl From<Detention> for StoredDetentionV1 {
    fn from(by: Detention) -> Self {
        match by {
            Detention::Clearance => Self::Clearance,
            Detention::Investigation => Self::Investigation,
            Detention::Legal => Self::Legal,
            Detention::Other => Self::Other,
        }
    }
}

impl From<StoredDetentionV1> for Detention {
    fn from(stored: StoredDetentionV1) -> Self {
        match stored {
            StoredDetentionV1::Clearance => Self::Clearance,
            StoredDetentionV1::Investigation => Self::Investigation,
            StoredDetentionV1::Legal => Self::Legal,
            StoredDetentionV1::Other => Self::Other,
        }
    }
}

impl From<&Lodged> for StoredLodgedV1 {
    fn from(lodged: &Lodged) -> Self {
        Self {
            reservation: lodged.reservation.into(),
            annual_limit: lodged.annual_limit.fen(),
            tax: lodged.tax.as_ref().map(Into::into),
            certified: lodged.certified,
        }
    }
}

impl TryFrom<StoredLodgedV1> for Lodged {
    type Error = StoredError;
    fn try_from(stored: StoredLodgedV1) -> Result<Self, StoredError> {
        Ok(Self {
            reservation: stored.reservation.into(),
            annual_limit: Money::from_fen(stored.annual_limit),
            tax: stored.tax.map(TryInto::try_into).transpose()?,
            certified: stored.certified,
        })
    }
}

impl From<Reservation> for StoredReservationV1 {
    fn from(reservation: Reservation) -> Self {
        Self {
            person: reservation.key.person.to_bytes(),
            year: reservation.key.year,
            amount: reservation.amount.fen(),
        }
    }
}

impl From<StoredReservationV1> for Reservation {
    fn from(stored: StoredReservationV1) -> Self {
        let key = AllowanceKey { person: Mark::from_bytes(stored.person), year: stored.year };
        Self { key, amount: Money::from_fen(stored.amount) }
    }
}

impl From<&Entered> for StoredEnteredV1 {
    fn from(entered: &Entered) -> Self {
        Self { number: entered.number.to_string(), lodged: (&entered.lodged).into() }
    }
}

impl TryFrom<StoredEnteredV1> for Entered {
    type Error = StoredError;
    fn try_from(stored: StoredEnteredV1) -> Result<Self, StoredError> {
        Ok(Self { number: declaration_number(&stored.number)?, lodged: stored.lodged.try_into()? })
    }
}

impl From<&Release> for StoredReleaseV1 {
    fn from(release: &Release) -> Self {
        Self {
            number: release.number.to_string(),
            released_at: release.released_at.micros(),
            used: release.used.into(),
            tax: (&release.tax).into(),
        }
    }
}

impl TryFrom<StoredReleaseV1> for Release {
    type Error = StoredError;
    fn try_from(stored: StoredReleaseV1) -> Result<Self, StoredError> {
        Ok(Self {
            number: declaration_number(&stored.number)?,
            released_at: Moment::from_micros(stored.released_at),
            used: stored.used.into(),
            tax: stored.tax.try_into()?,
        })
    }
}

impl From<&TaxDue> for StoredTaxV1 {
    fn from(tax: &TaxDue) -> Self {
        let line = |line: &TaxLine| StoredTaxLineV1 {
            number: line.number,
            hs_code: line.hs_code.clone(),
            dutiable: line.dutiable.fen(),
            duty: line.duty.fen(),
            vat: line.vat.fen(),
            consumption_tax: line.consumption_tax.fen(),
        };
        Self(tax.lines.iter().map(line).collect())
    }
}

impl TryFrom<StoredTaxV1> for TaxDue {
    type Error = StoredError;
    fn try_from(stored: StoredTaxV1) -> Result<Self, StoredError> {
        let line = |line: StoredTaxLineV1| TaxLine {
            number: line.number,
            hs_code: line.hs_code,
            dutiable: Money::from_fen(line.dutiable),
            duty: Money::from_fen(line.duty),
            vat: Money::from_fen(line.vat),
            consumption_tax: Money::from_fen(line.consumption_tax),
        };
        Self::of(stored.0.into_iter().map(line).collect()).map_err(damaged)
    }
}

fn declaration_number(text: &str) -> Result<DeclarationNumber, StoredError> {
    DeclarationNumber::parse(text).map_err(damaged)
}
