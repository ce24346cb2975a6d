//! Collections: what was paid for an export order.

use super::Filing;
use crate::ids::{OrderNumber, PaymentTransaction};
use crate::money::Amount;
use crate::party::{NamedParty, PartyCode};
use crate::time::Moment;

/// A collection for an export order (收款单; CEB403 `Receipts`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collection {
    /// Number, action, time, stage.
    pub filing: Filing,
    /// 电商平台 (`ebp…`).
    pub platform: NamedParty,
    /// 电商企业 (`ebc…`).
    pub merchant: NamedParty,
    /// 订单编号 (`orderNo`).
    pub order_no: OrderNumber,
    /// 支付企业代码 (`payCode`): of a domestic institution.
    pub institution: Option<PartyCode>,
    /// 支付企业名称 (`payName`); `现金支付` when it was paid in cash.
    pub institution_name: Box<str>,
    /// 支付交易编号 (`payNo`).
    pub transaction: Option<PaymentTransaction>,
    /// 收款金额 (`charge`).
    pub amount: Amount,
    /// 币制 (`currency`).
    pub currency: Box<str>,
    /// 到账时间 (`accountingDate`).
    pub received_at: Moment,
    /// 备注 (`note`).
    pub note: Option<Box<str>>,
}
