//! Export orders, collections and waybills, as they are stored.

use serde::{Deserialize, Serialize};
use tongguan_domain::commerce::ExportOrderType;
use tongguan_domain::facts::{
    CollectionFacts, ExportLineFacts, ExportOrderFacts, ExportWaybillFacts,
};
use tongguan_domain::ids::{PartyId, PaymentTransaction, WaybillNumber};
use tongguan_domain::time::Moment;

use super::damaged;
use crate::stored::StoredError;
use crate::stored::decimal::StoredDecimal;

/// An export order (出口订单); its type is the wire's letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredExportOrderV1 {
    order_type: String,
    platform: Option<i64>,
    merchant: i64,
    goods_value: StoredDecimal,
    currency: Box<str>,
    lines: Vec<StoredExportLineV1>,
}

/// A line of an export order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredExportLineV1 {
    number: i32,
    item_no: Box<str>,
    unit: Box<str>,
    quantity: StoredDecimal,
    total_price: StoredDecimal,
    currency: Box<str>,
}

/// A collection (收款单).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredCollectionV1 {
    platform: Option<i64>,
    merchant: i64,
    institution: Option<i64>,
    transaction: Option<String>,
    amount: StoredDecimal,
    currency: Box<str>,
    /// In microseconds since 1970.
    received_at: i64,
}

/// An export waybill (出口运单).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredExportWaybillV1 {
    carrier: i64,
    number: String,
    merchant: Option<i64>,
    gross_weight_kg: StoredDecimal,
    packages: i64,
}

impl From<&ExportOrderFacts> for StoredExportOrderV1 {
    fn from(order: &ExportOrderFacts) -> Self {
        Self {
            order_type: order.order_type.to_wire().to_owned(),
            platform: order.platform.map(|id| id.0),
            merchant: order.merchant.0,
            goods_value: order.goods_value.into(),
            currency: order.currency.clone(),
            lines: order.lines.iter().map(StoredExportLineV1::from).collect(),
        }
    }
}

impl TryFrom<StoredExportOrderV1> for ExportOrderFacts {
    type Error = StoredError;
    fn try_from(stored: StoredExportOrderV1) -> Result<Self, StoredError> {
        let lines = stored.lines.into_iter().map(ExportLineFacts::try_from);
        Ok(Self {
            order_type: ExportOrderType::from_wire(&stored.order_type)
                .ok_or_else(|| damaged("order type"))?,
            platform: stored.platform.map(PartyId),
            merchant: PartyId(stored.merchant),
            goods_value: stored.goods_value.try_into()?,
            currency: stored.currency,
            lines: lines.collect::<Result<_, _>>()?,
        })
    }
}

impl From<&ExportLineFacts> for StoredExportLineV1 {
    fn from(line: &ExportLineFacts) -> Self {
        Self {
            number: line.number,
            item_no: line.item_no.clone(),
            unit: line.unit.clone(),
            quantity: line.quantity.into(),
            total_price: line.total_price.into(),
            currency: line.currency.clone(),
        }
    }
}

impl TryFrom<StoredExportLineV1> for ExportLineFacts {
    type Error = StoredError;
    fn try_from(stored: StoredExportLineV1) -> Result<Self, StoredError> {
        Ok(Self {
            number: stored.number,
            item_no: stored.item_no,
            unit: stored.unit,
            quantity: stored.quantity.try_into()?,
            total_price: stored.total_price.try_into()?,
            currency: stored.currency,
        })
    }
}

impl From<&CollectionFacts> for StoredCollectionV1 {
    fn from(collection: &CollectionFacts) -> Self {
        Self {
            platform: collection.platform.map(|id| id.0),
            merchant: collection.merchant.0,
            institution: collection.institution.map(|id| id.0),
            transaction: collection.transaction.as_ref().map(ToString::to_string),
            amount: collection.amount.into(),
            currency: collection.currency.clone(),
            received_at: collection.received_at.micros(),
        }
    }
}

impl TryFrom<StoredCollectionV1> for CollectionFacts {
    type Error = StoredError;
    fn try_from(stored: StoredCollectionV1) -> Result<Self, StoredError> {
        let transaction = stored.transaction.as_deref().map(PaymentTransaction::parse);
        Ok(Self {
            platform: stored.platform.map(PartyId),
            merchant: PartyId(stored.merchant),
            institution: stored.institution.map(PartyId),
            transaction: transaction.transpose().map_err(damaged)?,
            amount: stored.amount.try_into()?,
            currency: stored.currency,
            received_at: Moment::from_micros(stored.received_at),
        })
    }
}

impl From<&ExportWaybillFacts> for StoredExportWaybillV1 {
    fn from(waybill: &ExportWaybillFacts) -> Self {
        Self {
            carrier: waybill.carrier.0,
            number: waybill.number.to_string(),
            merchant: waybill.merchant.map(|id| id.0),
            gross_weight_kg: waybill.gross_weight_kg.into(),
            packages: waybill.packages,
        }
    }
}

impl TryFrom<StoredExportWaybillV1> for ExportWaybillFacts {
    type Error = StoredError;
    fn try_from(stored: StoredExportWaybillV1) -> Result<Self, StoredError> {
        Ok(Self {
            carrier: PartyId(stored.carrier),
            number: WaybillNumber::parse(&stored.number).map_err(damaged)?,
            merchant: stored.merchant.map(PartyId),
            gross_weight_kg: stored.gross_weight_kg.try_into()?,
            packages: stored.packages,
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
        fn any_order_comes_back(order in any::export_order()) {
            let bytes = encode("facts", 1, &StoredExportOrderV1::from(&order)).unwrap();
            let (_, fields) = versioned("facts", &bytes).unwrap();
            let stored = decode::<StoredExportOrderV1>("facts", fields).unwrap();
            prop_assert_eq!(ExportOrderFacts::try_from(stored), Ok(order));
        }

        #[test]
        fn any_collection_comes_back(collection in any::collection()) {
            let bytes = encode("facts", 1, &StoredCollectionV1::from(&collection)).unwrap();
            let (_, fields) = versioned("facts", &bytes).unwrap();
            let stored = decode::<StoredCollectionV1>("facts", fields).unwrap();
            prop_assert_eq!(CollectionFacts::try_from(stored), Ok(collection));
        }

        #[test]
        fn any_waybill_comes_back(waybill in any::export_waybill()) {
            let bytes = encode("facts", 1, &StoredExportWaybillV1::from(&waybill)).unwrap();
            let (_, fields) = versioned("facts", &bytes).unwrap();
            let stored = decode::<StoredExportWaybillV1>("facts", fields).unwrap();
            prop_assert_eq!(ExportWaybillFacts::try_from(stored), Ok(waybill));
        }
    }
}
