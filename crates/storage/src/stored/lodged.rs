//! What a declaration takes and owes, as it is stored within its state.

use serde::{Deserialize, Serialize};
use tongguan_domain::allowance::{AllowanceKey, LimitedQuantity};
use tongguan_domain::declaration::{Assessed, Lodged, Reservation};
use tongguan_domain::mark::Mark;
use tongguan_domain::money::Money;
use tongguan_domain::quantity::{Measure, Quantity, QuantityOutOfRange};

use super::StoredError;
use super::facts::{StoredMark, damaged};
use super::tax::StoredTaxV1;

/// What a declaration takes and owes, judged by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredAssessedV1 {
    tax: Option<StoredTaxV1>,
    dutiable: i64,
    annual_limit: i64,
    quantities: Vec<StoredQuantityV1>,
    certified: bool,
}

/// What is settled at lodging.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredLodgedV1 {
    pub(super) reservation: StoredReservationV1,
    annual_limit: i64,
    tax: Option<StoredTaxV1>,
    certified: bool,
}

/// Part of a yearly allowance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredReservationV1 {
    person: StoredMark,
    year: i16,
    amount: i64,
    pub(super) quantities: Vec<StoredQuantityV1>,
}

/// What is taken of a line whose quantity is limited, in trillionths of the measure's base unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredQuantityV1 {
    pub(super) line: String,
    measure: StoredMeasureV1,
    pub(super) amount: i64,
    pub(super) limit: i64,
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum StoredMeasureV1 {
    /// Kilograms.
    Mass,
    /// Litres.
    Volume,
    /// Pieces.
    Piece,
    /// Sheets.
    Sheet,
}

impl From<&Assessed> for StoredAssessedV1 {
    fn from(assessed: &Assessed) -> Self {
        Self {
            tax: assessed.tax.as_ref().map(Into::into),
            dutiable: assessed.dutiable.fen(),
            annual_limit: assessed.annual_limit.fen(),
            quantities: assessed.quantities.iter().map(Into::into).collect(),
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
            quantities: read_quantities(stored.quantities)?,
            certified: stored.certified,
        })
    }
}

impl From<&Lodged> for StoredLodgedV1 {
    fn from(lodged: &Lodged) -> Self {
        Self {
            reservation: (&lodged.reservation).into(),
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
            reservation: stored.reservation.try_into()?,
            annual_limit: Money::from_fen(stored.annual_limit),
            tax: stored.tax.map(TryInto::try_into).transpose()?,
            certified: stored.certified,
        })
    }
}

impl From<&Reservation> for StoredReservationV1 {
    fn from(reservation: &Reservation) -> Self {
        Self {
            person: reservation.key.person.to_bytes(),
            year: reservation.key.year,
            amount: reservation.amount.fen(),
            quantities: reservation.quantities.iter().map(Into::into).collect(),
        }
    }
}

impl TryFrom<StoredReservationV1> for Reservation {
    type Error = StoredError;
    fn try_from(stored: StoredReservationV1) -> Result<Self, StoredError> {
        Ok(Self {
            key: AllowanceKey { person: Mark::from_bytes(stored.person), year: stored.year },
            amount: Money::from_fen(stored.amount),
            quantities: read_quantities(stored.quantities)?,
        })
    }
}

impl From<&LimitedQuantity> for StoredQuantityV1 {
    fn from(quantity: &LimitedQuantity) -> Self {
        Self {
            line: quantity.line.to_string(),
            measure: quantity.measure.into(),
            amount: quantity.amount.trillionths(),
            limit: quantity.limit.trillionths(),
        }
    }
}

fn read_quantities(stored: Vec<StoredQuantityV1>) -> Result<Vec<LimitedQuantity>, StoredError> {
    let quantity = |trillionths| {
        Quantity::from_trillionths(trillionths).ok_or_else(|| damaged(QuantityOutOfRange))
    };
    stored
        .into_iter()
        .map(|stored| {
            Ok(LimitedQuantity {
                line: stored.line.parse().map_err(damaged)?,
                measure: stored.measure.into(),
                amount: quantity(stored.amount)?,
                limit: quantity(stored.limit)?,
            })
        })
        .collect()
}

impl From<Measure> for StoredMeasureV1 {
    fn from(measure: Measure) -> Self {
        match measure {
            Measure::Mass => Self::Mass,
            Measure::Volume => Self::Volume,
            Measure::Piece => Self::Piece,
            Measure::Sheet => Self::Sheet,
        }
    }
}

impl From<StoredMeasureV1> for Measure {
    fn from(stored: StoredMeasureV1) -> Self {
        match stored {
            StoredMeasureV1::Mass => Self::Mass,
            StoredMeasureV1::Volume => Self::Volume,
            StoredMeasureV1::Piece => Self::Piece,
            StoredMeasureV1::Sheet => Self::Sheet,
        }
    }
}
