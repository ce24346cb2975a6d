//! The body of a claim's row: what has met there beside its columns.

use serde::{Deserialize, Serialize};

use super::movement::StoredMovementV1;
use super::{StoredError, decode, encode, versioned};

const FORM: &str = "claim";

/// The form that is written now.
pub type StoredClaim = StoredClaimV1;

/// What has met at a claim, first form. A claim at which nothing of it met has no body.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StoredClaimV1 {
    /// At an export waybill: what reports of movement have said of its parcel.
    pub movement: StoredMovementV1,
    /// At the number of a split report: how many of its parts have come, of how many.
    pub parts: Option<(u32, u32)>,
}

impl StoredClaim {
    /// The bytes for `body`.
    ///
    /// # Errors
    /// See [`encode`].
    pub fn encode(&self) -> Result<Vec<u8>, StoredError> {
        encode(FORM, 1, self)
    }

    /// From a `body` of any version.
    ///
    /// # Errors
    /// [`StoredError`].
    pub fn decode(body: &[u8]) -> Result<Self, StoredError> {
        match versioned(FORM, body)? {
            (1, fields) => decode::<StoredClaimV1>(FORM, fields),
            (version, _) => Err(StoredError::UnknownVersion { form: FORM, version }),
        }
    }
}

#[cfg(test)]
mod tests {
    use tongguan_domain::ids::OfficeCode;
    use tongguan_domain::movement::{Departed, MasterBill, ParcelMovement};
    use tongguan_domain::time::Moment;

    use super::*;
    use crate::stored::golden::keeps;

    #[test]
    fn what_met_at_a_claim_is_kept() {
        let keeps = |written: &str, claim: &StoredClaim| {
            keeps(written, claim, StoredClaim::encode, StoredClaim::decode);
        };
        let movement = ParcelMovement {
            linked: Some(MasterBill {
                bill_no: "B".into(),
                transport_mode: "5".into(),
                vehicle: "V".into(),
                voyage: "N".into(),
                domestic_vehicle: Some("T".into()),
                sent_at: Moment::from_micros(1),
            }),
            departed: Some(Departed {
                left_at: Moment::from_micros(2),
                office: OfficeCode::parse("2916").unwrap(),
                transport_mode: "5".into(),
                bill_no: None,
            }),
        };
        let linked = "01 0142 0135 0156 014e 01 0154 02";
        let departed = "01 04 0432393136 0135 00";
        let claim = StoredClaim { movement: (&movement).into(), parts: None };
        keeps(&format!("01 {linked} {departed} 00"), &claim);
        let parts = StoredClaim { parts: Some((2, 3)), ..StoredClaim::default() };
        keeps("01 00 00 01 02 03", &parts);
    }
}
