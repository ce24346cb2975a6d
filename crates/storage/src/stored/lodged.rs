//! What a declaration takes and owes, as it is stored within its state.

use serde::{Deserialize, Serialize};
use tongguan_domain::allowance::AllowanceKey;
use tongguan_domain::declaration::{Assessed, Lodged, Reservation};
use tongguan_domain::mark::Mark;
use tongguan_domain::money::Money;

use super::StoredError;
use super::facts::StoredMark;
use super::tax::StoredTaxV1;

/// What a declaration takes and owes, judged by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredAssessedV1 {
    tax: Option<StoredTaxV1>,
    dutiable: i64,
    annual_limit: i64,
    certified: bool,
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
