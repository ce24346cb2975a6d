//! Payments.

use super::Filing;
use crate::ids::{OrderNumber, PaymentTransaction};
use crate::money::Amount;
use crate::party::NamedParty;
use crate::person::Identity;
use crate::time::Moment;

/// An import payment (支付单; CEB411 `Payment`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// Number, action, time, stage.
    pub filing: Filing,
    /// 支付企业 (`pay…`).
    pub institution: NamedParty,
    /// 支付交易编号 (`payTransactionId`).
    pub transaction: PaymentTransaction,
    /// 订单编号 (`orderNo`).
    pub order_no: OrderNumber,
    /// 电商平台 (`ebp…`).
    pub platform: NamedParty,
    /// 支付人 (`payerIdType`, `payerIdNumber`, `payerName`).
    pub payer: Identity,
    /// 支付人电话 (`telephone`).
    pub telephone: Option<Box<str>>,
    /// 支付金额 (`amountPaid`).
    pub amount: Amount,
    /// 币制 (`currency`).
    pub currency: Box<str>,
    /// 支付时间 (`payTime`).
    pub paid_at: Moment,
    /// 备注 (`note`).
    pub note: Option<Box<str>>,
}
