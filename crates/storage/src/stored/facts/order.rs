//! An order, as it is stored.

use serde::{Deserialize, Serialize};
use tongguan_domain::facts::{LineFacts, OrderFacts};
use tongguan_domain::ids::{PartyId, PaymentTransaction};
use tongguan_domain::mark::Mark;

use super::{StoredConsigneeV1, StoredMark, StoredPersonV1, damaged};
use crate::stored::StoredError;
use crate::stored::decimal::StoredDecimal;

/// An order (订单).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredOrderV1 {
    platform: i64,
    merchant: i64,
    payment_institution: Option<i64>,
    payment_transaction: Option<String>,
    goods_value: StoredDecimal,
    freight: StoredDecimal,
    discount: StoredDecimal,
    tax_withheld: StoredDecimal,
    paid: StoredDecimal,
    buyer: StoredPersonV1,
    buyer_telephone: Option<StoredMark>,
    consignee: StoredConsigneeV1,
    followers: Vec<StoredMark>,
    lines: Vec<StoredLineV1>,
}

/// A line of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredLineV1 {
    number: i32,
    name: Box<str>,
    unit: Box<str>,
    quantity: StoredDecimal,
    price: StoredDecimal,
    total_price: StoredDecimal,
}

impl From<&OrderFacts> for StoredOrderV1 {
    fn from(order: &OrderFacts) -> Self {
        Self {
            platform: order.platform.0,
            merchant: order.merchant.0,
            payment_institution: order.payment_institution.map(|id| id.0),
            payment_transaction: order.payment_transaction.as_ref().map(ToString::to_string),
            goods_value: order.goods_value.into(),
            freight: order.freight.into(),
            discount: order.discount.into(),
            tax_withheld: order.tax_withheld.into(),
            paid: order.paid.into(),
            buyer: order.buyer.into(),
            buyer_telephone: order.buyer_telephone.map(Mark::to_bytes),
            consignee: order.consignee.into(),
            followers: order.followers.iter().copied().map(Mark::to_bytes).collect(),
            lines: order.lines.iter().map(StoredLineV1::from).collect(),
        }
    }
}

impl TryFrom<StoredOrderV1> for OrderFacts {
    type Error = StoredError;
    fn try_from(stored: StoredOrderV1) -> Result<Self, StoredError> {
        let transaction = stored.payment_transaction.as_deref().map(PaymentTransaction::parse);
        Ok(Self {
            platform: PartyId(stored.platform),
            merchant: PartyId(stored.merchant),
            payment_institution: stored.payment_institution.map(PartyId),
            payment_transaction: transaction.transpose().map_err(damaged)?,
            goods_value: stored.goods_value.try_into()?,
            freight: stored.freight.try_into()?,
            discount: stored.discount.try_into()?,
            tax_withheld: stored.tax_withheld.try_into()?,
            paid: stored.paid.try_into()?,
            buyer: stored.buyer.into(),
            buyer_telephone: stored.buyer_telephone.map(Mark::from_bytes),
            consignee: stored.consignee.into(),
            followers: stored.followers.into_iter().map(Mark::from_bytes).collect(),
            lines: stored.lines.into_iter().map(LineFacts::try_from).collect::<Result<_, _>>()?,
        })
    }
}

impl From<&LineFacts> for StoredLineV1 {
    fn from(line: &LineFacts) -> Self {
        Self {
            number: line.number,
            name: line.name.clone(),
            unit: line.unit.clone(),
            quantity: line.quantity.into(),
            price: line.price.into(),
            total_price: line.total_price.into(),
        }
    }
}

impl TryFrom<StoredLineV1> for LineFacts {
    type Error = StoredError;
    fn try_from(stored: StoredLineV1) -> Result<Self, StoredError> {
        Ok(Self {
            number: stored.number,
            name: stored.name,
            unit: stored.unit,
            quantity: stored.quantity.try_into()?,
            price: stored.price.try_into()?,
            total_price: stored.total_price.try_into()?,
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
        fn an_order_comes_back_as_it_was(facts in any::order()) {
            prop_assert_eq!(OrderFacts::try_from(StoredOrderV1::from(&facts)), Ok(facts));
        }

        #[test]
        fn a_transaction_that_is_none_is_refused(facts in any::order()) {
            let mut stored = StoredOrderV1::from(&facts);
            stored.payment_transaction = Some(" ".to_owned());
            prop_assert!(OrderFacts::try_from(stored).is_err());
        }
    }
}
