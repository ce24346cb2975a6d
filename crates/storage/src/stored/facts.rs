//! Facts of documents, as they are stored: narrow, with marks in place of personal texts.

use serde::{Deserialize, Serialize};
use tongguan_domain::facts::{
    ConsigneeMarks, DeliveryFacts, LineFacts, OrderFacts, PaymentFacts, PersonMarks, WaybillFacts,
};
use tongguan_domain::ids::{OrderNumber, PartyId, PaymentTransaction, WaybillNumber};
use tongguan_domain::mark::Mark;
use tongguan_domain::time::Moment;

use super::StoredError;
use super::decimal::StoredDecimal;

/// Sixteen bytes of a mark.
pub type StoredMark = [u8; 16];

/// A buyer or payer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredPersonV1 {
    person: StoredMark,
    name: StoredMark,
    number: StoredMark,
}

/// A consignee.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredConsigneeV1 {
    name: StoredMark,
    telephone: StoredMark,
    address: StoredMark,
}

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

/// A payment (支付单).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredPaymentV1 {
    institution: i64,
    transaction: String,
    platform: i64,
    payer: StoredPersonV1,
    amount: StoredDecimal,
}

/// A waybill (运单).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredWaybillV1 {
    carrier: i64,
    number: String,
    order_no: Option<String>,
    freight: Option<StoredDecimal>,
    insurance: Option<StoredDecimal>,
    gross_weight_kg: StoredDecimal,
    consignee: StoredConsigneeV1,
}

/// A delivery (运单状态).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredDeliveryV1 {
    carrier: i64,
    number: String,
    happened_at: i64,
}

impl From<PersonMarks> for StoredPersonV1 {
    fn from(marks: PersonMarks) -> Self {
        Self {
            person: marks.person.to_bytes(),
            name: marks.name.to_bytes(),
            number: marks.number.to_bytes(),
        }
    }
}

impl From<StoredPersonV1> for PersonMarks {
    fn from(stored: StoredPersonV1) -> Self {
        Self {
            person: Mark::from_bytes(stored.person),
            name: Mark::from_bytes(stored.name),
            number: Mark::from_bytes(stored.number),
        }
    }
}

impl From<ConsigneeMarks> for StoredConsigneeV1 {
    fn from(marks: ConsigneeMarks) -> Self {
        Self {
            name: marks.name.to_bytes(),
            telephone: marks.telephone.to_bytes(),
            address: marks.address.to_bytes(),
        }
    }
}

impl From<StoredConsigneeV1> for ConsigneeMarks {
    fn from(stored: StoredConsigneeV1) -> Self {
        Self {
            name: Mark::from_bytes(stored.name),
            telephone: Mark::from_bytes(stored.telephone),
            address: Mark::from_bytes(stored.address),
        }
    }
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

impl From<&PaymentFacts> for StoredPaymentV1 {
    fn from(payment: &PaymentFacts) -> Self {
        Self {
            institution: payment.institution.0,
            transaction: payment.transaction.to_string(),
            platform: payment.platform.0,
            payer: payment.payer.into(),
            amount: payment.amount.into(),
        }
    }
}

impl TryFrom<StoredPaymentV1> for PaymentFacts {
    type Error = StoredError;
    fn try_from(stored: StoredPaymentV1) -> Result<Self, StoredError> {
        Ok(Self {
            institution: PartyId(stored.institution),
            transaction: PaymentTransaction::parse(&stored.transaction).map_err(damaged)?,
            platform: PartyId(stored.platform),
            payer: stored.payer.into(),
            amount: stored.amount.try_into()?,
        })
    }
}

impl From<&WaybillFacts> for StoredWaybillV1 {
    fn from(waybill: &WaybillFacts) -> Self {
        Self {
            carrier: waybill.carrier.0,
            number: waybill.number.to_string(),
            order_no: waybill.order_no.as_ref().map(ToString::to_string),
            freight: waybill.freight.map(Into::into),
            insurance: waybill.insurance.map(Into::into),
            gross_weight_kg: waybill.gross_weight_kg.into(),
            consignee: waybill.consignee.into(),
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
            order_no: order_no.transpose().map_err(damaged)?,
            freight: stored.freight.map(TryInto::try_into).transpose()?,
            insurance: stored.insurance.map(TryInto::try_into).transpose()?,
            gross_weight_kg: stored.gross_weight_kg.try_into()?,
            consignee: stored.consignee.into(),
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

/// A stored identifier that is none.
pub(super) fn damaged(error: impl std::fmt::Display) -> StoredError {
    StoredError::Damaged { form: "facts", reason: error.to_string() }
}
