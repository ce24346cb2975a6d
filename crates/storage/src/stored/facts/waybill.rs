//! A waybill and its delivery, as they are stored.

use serde::{Deserialize, Serialize};
use tongguan_domain::facts::{DeliveryFacts, WaybillFacts};
use tongguan_domain::ids::{OrderNumber, PartyId, WaybillNumber};
use tongguan_domain::mark::Mark;
use tongguan_domain::time::Moment;

use super::{StoredConsigneeV1, StoredMark, damaged};
use crate::stored::StoredError;
use crate::stored::decimal::StoredDecimal;

/// A waybill (运单).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredWaybillV1 {
    carrier: i64,
    number: String,
    bill_no: Option<Box<str>>,
    order_no: Option<String>,
    freight: Option<StoredDecimal>,
    insurance: Option<StoredDecimal>,
    gross_weight_kg: StoredDecimal,
    consignee: StoredConsigneeV1,
    followers: Vec<StoredMark>,
}

/// A delivery (运单状态).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredDeliveryV1 {
    carrier: i64,
    number: String,
    happened_at: i64,
}

impl From<&WaybillFacts> for StoredWaybillV1 {
    fn from(waybill: &WaybillFacts) -> Self {
        Self {
            carrier: waybill.carrier.0,
            number: waybill.number.to_string(),
            bill_no: waybill.bill_no.clone(),
            order_no: waybill.order_no.as_ref().map(ToString::to_string),
            freight: waybill.freight.map(Into::into),
            insurance: waybill.insurance.map(Into::into),
            gross_weight_kg: waybill.gross_weight_kg.into(),
            consignee: waybill.consignee.into(),
            followers: waybill.followers.iter().copied().map(Mark::to_bytes).collect(),
        }
    }
}

impl TryFrom<StoredWaybillV1> for WaybillFacts {
    type Error = StoredError;
    fn try_from(stored: StoredWaybillV1) -> Result<Self, StoredError> {
        let order_no = stored.order_no.as_deref().map(OrderNumber::parse);
        Ok(Self {
            carrier: PartyId(stored.carrier),
            number: WaybillNumber::parse(&stored.number).map_err(damaged)?,
            bill_no: stored.bill_no,
            order_no: order_no.transpose().map_err(damaged)?,
            freight: stored.freight.map(TryInto::try_into).transpose()?,
            insurance: stored.insurance.map(TryInto::try_into).transpose()?,
            gross_weight_kg: stored.gross_weight_kg.try_into()?,
            consignee: stored.consignee.into(),
            followers: stored.followers.into_iter().map(Mark::from_bytes).collect(),
        })
    }
}

impl From<&DeliveryFacts> for StoredDeliveryV1 {
    fn from(delivery: &DeliveryFacts) -> Self {
        Self {
            carrier: delivery.carrier.0,
            number: delivery.number.to_string(),
            happened_at: delivery.happened_at.micros(),
        }
    }
}

impl TryFrom<StoredDeliveryV1> for DeliveryFacts {
    type Error = StoredError;
    fn try_from(stored: StoredDeliveryV1) -> Result<Self, StoredError> {
        Ok(Self {
            carrier: PartyId(stored.carrier),
            number: WaybillNumber::parse(&stored.number).map_err(damaged)?,
            happened_at: Moment::from_micros(stored.happened_at),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stored::any;

    proptest! {
        #[test]
        fn a_waybill_comes_back_as_it_was(facts in any::waybill()) {
            prop_assert_eq!(WaybillFacts::try_from(StoredWaybillV1::from(&facts)), Ok(facts));
        }

        #[test]
        fn a_delivery_comes_back_as_it_was(facts in any::delivery()) {
            prop_assert_eq!(DeliveryFacts::try_from(StoredDeliveryV1::from(&facts)), Ok(facts));
        }

        #[test]
        fn numbers_that_are_none_are_refused(waybill in any::waybill(), delivery in any::delivery()) {
            let stored = StoredWaybillV1::from(&waybill);
            let unnumbered = StoredWaybillV1 { number: String::new(), ..stored.clone() };
            prop_assert!(WaybillFacts::try_from(unnumbered).is_err());
            let unordered = StoredWaybillV1 { order_no: Some("x".repeat(61)), ..stored };
            prop_assert!(WaybillFacts::try_from(unordered).is_err());
            let stored = StoredDeliveryV1 { number: " ".into(), ..StoredDeliveryV1::from(&delivery) };
            prop_assert!(DeliveryFacts::try_from(stored).is_err());
        }
    }
}
