//! Facts of a payment.

use super::PersonMarks;
use crate::commerce::Payment;
use crate::ids::{PartyId, PaymentTransaction};
use crate::mark::Marker;
use crate::money::Amount;

/// What is kept of a payment (支付单).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentFacts {
    /// 支付企业.
    pub institution: PartyId,
    /// 支付交易编号.
    pub transaction: PaymentTransaction,
    /// 电商平台.
    pub platform: PartyId,
    /// 支付人.
    pub payer: PersonMarks,
    /// 支付金额.
    pub amount: Amount,
}

impl PaymentFacts {
    /// The facts of a payment whose parties are resolved.
    pub fn of(
        payment: &Payment,
        institution: PartyId,
        platform: PartyId,
        marker: &impl Marker,
    ) -> Self {
        Self {
            institution,
            transaction: payment.transaction.clone(),
            platform,
            payer: PersonMarks::of(&payment.payer, marker),
            amount: payment.amount,
        }
    }
}
