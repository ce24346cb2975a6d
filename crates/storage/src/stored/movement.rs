//! What reports of movement have said of a parcel, as it is stored with its claim and its declaration.

use serde::{Deserialize, Serialize};
use tongguan_domain::commerce::Part;
use tongguan_domain::facts::MasterBillFacts;
use tongguan_domain::ids::{DeclarationNumber, OfficeCode, PartyId, WaybillNumber};
use tongguan_domain::movement::{Departed, MasterBill, ParcelMovement};
use tongguan_domain::time::Moment;

use super::StoredError;
use super::facts::damaged;

/// What reports have said of a parcel; times are microseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StoredMovementV1 {
    linked: Option<StoredMasterBillV1>,
    departed: Option<StoredDepartedV1>,
}

/// A master bill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredMasterBillV1 {
    bill_no: Box<str>,
    transport_mode: Box<str>,
    vehicle: Box<str>,
    voyage: Box<str>,
    domestic_vehicle: Option<Box<str>>,
    sent_at: i64,
}

/// A departure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredDepartedV1 {
    left_at: i64,
    office: String,
    transport_mode: Box<str>,
    bill_no: Option<Box<str>>,
}

/// A master bill link (清单总分单).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredMasterBillLinkV1 {
    carrier: i64,
    part: (u32, u32),
    bill: StoredMasterBillV1,
    waybills: Vec<String>,
    returned: Vec<String>,
}

impl From<&ParcelMovement> for StoredMovementV1 {
    fn from(movement: &ParcelMovement) -> Self {
        Self {
            linked: movement.linked.as_ref().map(StoredMasterBillV1::from),
            departed: movement.departed.as_ref().map(StoredDepartedV1::from),
        }
    }
}

impl TryFrom<StoredMovementV1> for ParcelMovement {
    type Error = StoredError;
    fn try_from(stored: StoredMovementV1) -> Result<Self, StoredError> {
        Ok(Self {
            linked: stored.linked.map(MasterBill::from),
            departed: stored.departed.map(Departed::try_from).transpose()?,
        })
    }
}

impl From<&MasterBill> for StoredMasterBillV1 {
    fn from(bill: &MasterBill) -> Self {
        Self {
            bill_no: bill.bill_no.clone(),
            transport_mode: bill.transport_mode.clone(),
            vehicle: bill.vehicle.clone(),
            voyage: bill.voyage.clone(),
            domestic_vehicle: bill.domestic_vehicle.clone(),
            sent_at: bill.sent_at.micros(),
        }
    }
}

impl From<StoredMasterBillV1> for MasterBill {
    fn from(stored: StoredMasterBillV1) -> Self {
        Self {
            bill_no: stored.bill_no,
            transport_mode: stored.transport_mode,
            vehicle: stored.vehicle,
            voyage: stored.voyage,
            domestic_vehicle: stored.domestic_vehicle,
            sent_at: Moment::from_micros(stored.sent_at),
        }
    }
}

impl From<&Departed> for StoredDepartedV1 {
    fn from(departed: &Departed) -> Self {
        Self {
            left_at: departed.left_at.micros(),
            office: departed.office.to_string(),
            transport_mode: departed.transport_mode.clone(),
            bill_no: departed.bill_no.clone(),
        }
    }
}

impl TryFrom<StoredDepartedV1> for Departed {
    type Error = StoredError;
    fn try_from(stored: StoredDepartedV1) -> Result<Self, StoredError> {
        Ok(Self {
            left_at: Moment::from_micros(stored.left_at),
            office: OfficeCode::parse(&stored.office).map_err(damaged)?,
            transport_mode: stored.transport_mode,
            bill_no: stored.bill_no,
        })
    }
}

impl From<&MasterBillFacts> for StoredMasterBillLinkV1 {
    fn from(facts: &MasterBillFacts) -> Self {
        Self {
            carrier: facts.carrier.0,
            part: (facts.part.number(), facts.part.of()),
            bill: (&facts.bill).into(),
            waybills: facts.waybills.iter().map(ToString::to_string).collect(),
            returned: facts.returned.iter().map(ToString::to_string).collect(),
        }
    }
}

impl TryFrom<StoredMasterBillLinkV1> for MasterBillFacts {
    type Error = StoredError;
    fn try_from(stored: StoredMasterBillLinkV1) -> Result<Self, StoredError> {
        let (number, of) = stored.part;
        let waybills = stored.waybills.iter().map(|number| WaybillNumber::parse(number));
        let returned = stored.returned.iter().map(|number| DeclarationNumber::parse(number));
        Ok(Self {
            carrier: PartyId(stored.carrier),
            part: Part::new(number, of).ok_or_else(|| damaged("part"))?,
            bill: stored.bill.into(),
            waybills: waybills.collect::<Result<_, _>>().map_err(damaged)?,
            returned: returned.collect::<Result<_, _>>().map_err(damaged)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stored::{any, decode, encode, versioned};

    proptest! {
        #[test]
        fn any_movement_comes_back(movement in any::movement()) {
            let bytes = encode("movement", 1, &StoredMovementV1::from(&movement)).unwrap();
            let (_, fields) = versioned("movement", &bytes).unwrap();
            let stored = decode::<StoredMovementV1>("movement", fields).unwrap();
            prop_assert_eq!(ParcelMovement::try_from(stored), Ok(movement));
        }

        #[test]
        fn any_link_comes_back(link in any::master_bill_link()) {
            let bytes = encode("link", 1, &StoredMasterBillLinkV1::from(&link)).unwrap();
            let (_, fields) = versioned("link", &bytes).unwrap();
            let stored = decode::<StoredMasterBillLinkV1>("link", fields).unwrap();
            prop_assert_eq!(MasterBillFacts::try_from(stored), Ok(link));
        }
    }
}
