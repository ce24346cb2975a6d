//! Where a declaration stands, as it is stored.

use serde::{Deserialize, Serialize};
use tongguan_domain::declaration::{Detention, Entered, ImportState, Release};
use tongguan_domain::ids::DeclarationNumber;
use tongguan_domain::time::Moment;

use super::StoredError;
use super::facts::damaged;
use super::lodged::{StoredAssessedV1, StoredLodgedV1, StoredReservationV1};
use super::tax::StoredTaxV1;

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
    /// [100], with the number.
    Cancelled(String),
    /// [399]
    AwaitingEntry(StoredEnteredV1),
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

impl From<&ImportState> for StoredStateV1 {
    fn from(state: &ImportState) -> Self {
        match state {
            ImportState::Stored(assessed) => Self::Stored(assessed.into()),
            ImportState::Waiting { lodged, expires_at } => {
                Self::Waiting(lodged.into(), expires_at.micros())
            }
            ImportState::InReview(entered) => Self::InReview(entered.into()),
            ImportState::UnderExamination(entered) => Self::UnderExamination(entered.into()),
            ImportState::AwaitingEntry(entered) => Self::AwaitingEntry(entered.into()),
            ImportState::AwaitingGuarantee(entered) => Self::AwaitingGuarantee(entered.into()),
            ImportState::Detained { entered, by } => Self::Detained(entered.into(), (*by).into()),
            ImportState::Suspended(entered) => Self::Suspended(entered.into()),
            ImportState::Released(release) => Self::Released(release.into()),
            ImportState::Closed(release) => Self::Closed(release.into()),
            ImportState::ShippedBack(number) => Self::ShippedBack(number.to_string()),
            ImportState::Refused => Self::Refused,
            ImportState::Deleted => Self::Deleted,
            ImportState::Cancelled(number) => Self::Cancelled(number.to_string()),
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
            StoredStateV1::AwaitingEntry(entered) => Self::AwaitingEntry(entered.try_into()?),
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
            StoredStateV1::Cancelled(number) => Self::Cancelled(declaration_number(&number)?),
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
            used: (&release.used).into(),
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
            used: stored.used.try_into()?,
            tax: stored.tax.try_into()?,
        })
    }
}

fn declaration_number(text: &str) -> Result<DeclarationNumber, StoredError> {
    DeclarationNumber::parse(text).map_err(damaged)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tongguan_domain::allowance::{AllowanceKey, LimitedQuantity};
    use tongguan_domain::declaration::{Assessed, Lodged, Reservation};
    use tongguan_domain::mark::Mark;
    use tongguan_domain::money::Money;
    use tongguan_domain::quantity::{Measure, Quantity};
    use tongguan_domain::tax_bill::{TaxDue, TaxLine};

    use super::*;
    use crate::stored::golden::keeps;
    use crate::stored::lodged::StoredQuantityV1;
    use crate::stored::{any, decode, encode, versioned};

    fn number() -> DeclarationNumber {
        DeclarationNumber::parse("0100").unwrap()
    }

    fn tax() -> TaxDue {
        let [dutiable, vat] = [19_900, 1_811].map(Money::from_fen);
        let (number, hs_code) = (1, "1901101090".into());
        let (duty, consumption_tax) = (Money::ZERO, Money::ZERO);
        TaxDue::of(vec![TaxLine { number, hs_code, dutiable, duty, vat, consumption_tax }]).unwrap()
    }

    /// A kilogram and a quarter of two.
    fn sugar() -> LimitedQuantity {
        let line = "17019910".parse().unwrap();
        let [amount, limit] = [1_250_000_000_000, 2_000_000_000_000]
            .map(|trillionths| Quantity::from_trillionths(trillionths).unwrap());
        LimitedQuantity { line, measure: Measure::Mass, amount, limit }
    }

    fn reservation() -> Reservation {
        let key = AllowanceKey { person: Mark::from_bytes([0xA1; 16]), year: 2026 };
        Reservation { key, amount: Money::from_fen(19_900), quantities: vec![sugar()] }
    }

    fn lodged() -> Lodged {
        let annual_limit = Money::from_fen(2_600_000);
        Lodged { reservation: reservation(), annual_limit, tax: Some(tax()), certified: true }
    }

    fn entered() -> Entered {
        Entered { number: number(), lodged: lodged() }
    }

    fn release() -> Release {
        let released_at = Moment::from_micros(2_000_000);
        Release { number: number(), released_at, used: reservation(), tax: tax() }
    }

    fn states() -> Vec<(&'static str, ImportState)> {
        [before_entry(), in_hand(), detained(), ended()].concat()
    }

    fn before_entry() -> Vec<(&'static str, ImportState)> {
        let assessed = Assessed {
            tax: None,
            dutiable: Money::from_fen(19_900),
            annual_limit: Money::from_fen(2_600_000),
            quantities: vec![sugar()],
            certified: false,
        };
        let unlimited = Assessed { quantities: Vec::new(), ..assessed.clone() };
        let expires_at = Moment::from_micros(1_000_000);
        vec![
            (
                "010000f8b60280b1bd02010831373031393931300080d0f29ce1488080d194b57400",
                ImportState::Stored(assessed),
            ),
            ("010000f8b60280b1bd020000", ImportState::Stored(unlimited)),
            (
                "0101a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1d41ff8b602010831373031393931300080d0f29c
                e1488080d194b57480b1bd020101020a31393031313031303930f8b60200a61c000180897a",
                ImportState::Waiting { lodged: lodged(), expires_at },
            ),
        ]
    }

    fn in_hand() -> Vec<(&'static str, ImportState)> {
        vec![
            (
                "01020430313030a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1d41ff8b60201083137303139393130
                0080d0f29ce1488080d194b57480b1bd020101020a31393031313031303930f8b60200a61c00
                01",
                ImportState::InReview(entered()),
            ),
            (
                "01030430313030a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1d41ff8b60201083137303139393130
                0080d0f29ce1488080d194b57480b1bd020101020a31393031313031303930f8b60200a61c00
                01",
                ImportState::UnderExamination(entered()),
            ),
            (
                "01040430313030a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1d41ff8b60201083137303139393130
                0080d0f29ce1488080d194b57480b1bd020101020a31393031313031303930f8b60200a61c00
                01",
                ImportState::AwaitingGuarantee(entered()),
            ),
            (
                "010d0430313030a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1d41ff8b60201083137303139393130
                0080d0f29ce1488080d194b57480b1bd020101020a31393031313031303930f8b60200a61c00
                01",
                ImportState::AwaitingEntry(entered()),
            ),
            (
                "01060430313030a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1d41ff8b60201083137303139393130
                0080d0f29ce1488080d194b57480b1bd020101020a31393031313031303930f8b60200a61c00
                01",
                ImportState::Suspended(entered()),
            ),
        ]
    }

    fn detained() -> Vec<(&'static str, ImportState)> {
        let detained = |by| ImportState::Detained { entered: entered(), by };
        vec![
            (
                "01050430313030a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1d41ff8b60201083137303139393130
                0080d0f29ce1488080d194b57480b1bd020101020a31393031313031303930f8b60200a61c00
                0100",
                detained(Detention::Clearance),
            ),
            (
                "01050430313030a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1d41ff8b60201083137303139393130
                0080d0f29ce1488080d194b57480b1bd020101020a31393031313031303930f8b60200a61c00
                0101",
                detained(Detention::Investigation),
            ),
            (
                "01050430313030a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1d41ff8b60201083137303139393130
                0080d0f29ce1488080d194b57480b1bd020101020a31393031313031303930f8b60200a61c00
                0102",
                detained(Detention::Legal),
            ),
            (
                "01050430313030a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1d41ff8b60201083137303139393130
                0080d0f29ce1488080d194b57480b1bd020101020a31393031313031303930f8b60200a61c00
                0103",
                detained(Detention::Other),
            ),
        ]
    }

    fn ended() -> Vec<(&'static str, ImportState)> {
        vec![
            (
                "010704303130308092f401a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1d41ff8b602010831373031
                393931300080d0f29ce1488080d194b57401020a31393031313031303930f8b60200a61c00",
                ImportState::Released(release()),
            ),
            (
                "010804303130308092f401a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1d41ff8b602010831373031
                393931300080d0f29ce1488080d194b57401020a31393031313031303930f8b60200a61c00",
                ImportState::Closed(release()),
            ),
            ("01090430313030", ImportState::ShippedBack(number())),
            ("010a", ImportState::Refused),
            ("010b", ImportState::Deleted),
            ("010c0430313030", ImportState::Cancelled(number())),
        ]
    }

    /// As a declaration's body does, whose version covers the state too.
    fn read(body: &[u8]) -> Result<StoredStateV1, StoredError> {
        match versioned("state", body)? {
            (1, fields) => decode("state", fields),
            (version, _) => Err(StoredError::UnknownVersion { form: "state", version }),
        }
    }

    #[test]
    fn every_state_is_kept() {
        for (written, state) in states() {
            keeps(written, &StoredStateV1::from(&state), |state| encode("state", 1, state), read);
        }
    }

    #[test]
    fn a_number_that_is_none_is_refused() {
        let stored = StoredStateV1::ShippedBack("x".repeat(DeclarationNumber::LIMIT + 1));
        assert!(matches!(ImportState::try_from(stored), Err(StoredError::Damaged { .. })));
        let mut stored = StoredReleaseV1::from(&release());
        stored.number.clear();
        assert!(ImportState::try_from(StoredStateV1::Released(stored)).is_err());
        let mut stored = StoredEnteredV1::from(&entered());
        stored.number.clear();
        assert!(ImportState::try_from(StoredStateV1::InReview(stored)).is_err());
    }

    #[test]
    fn a_limited_quantity_that_is_none_is_refused() {
        let waiting = |spoil: fn(&mut StoredQuantityV1)| {
            let mut stored = StoredLodgedV1::from(&lodged());
            stored.reservation.quantities.iter_mut().for_each(spoil);
            ImportState::try_from(StoredStateV1::Waiting(stored, 0))
        };
        assert!(waiting(|_| ()).is_ok());
        let spoilt: [fn(&mut StoredQuantityV1); 3] =
            [|q| q.amount = -1, |q| q.limit = i64::MIN, |q| q.line = "1701991".to_owned()];
        for spoil in spoilt {
            assert!(matches!(waiting(spoil), Err(StoredError::Damaged { .. })));
        }
    }

    proptest! {
        #[test]
        fn every_state_comes_back_as_it_was(state in any::state()) {
            prop_assert_eq!(ImportState::try_from(StoredStateV1::from(&state)), Ok(state));
        }
    }
}
