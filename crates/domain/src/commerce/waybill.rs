//! Waybills.

use super::Filing;
use crate::ids::{OrderNumber, WaybillNumber};
use crate::money::Amount;
use crate::party::NamedParty;
use crate::person::Consignee;
use rust_decimal::Decimal;

/// An import waybill (物流运单; CEB511 `Logistics`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waybill {
    /// Number, action, time, stage.
    pub filing: Filing,
    /// 物流企业 (`logistics…`).
    pub carrier: NamedParty,
    /// 物流运单编号 (`logisticsNo`).
    pub number: WaybillNumber,
    /// 提运单号 (`billNo`).
    pub bill_no: Option<Box<str>>,
    /// 订单编号 (`orderNo`): absent in layouts before 2022.
    pub order_no: Option<OrderNumber>,
    /// 运杂费 (`freight`).
    pub freight: Option<Amount>,
    /// 保价费 (`insuredFee`).
    pub insurance: Option<Amount>,
    /// 币制 (`currency`).
    pub currency: Box<str>,
    /// 毛重 (`weight`), kilograms.
    pub gross_weight_kg: Decimal,
    /// 件数 (`packNo`): 1.
    pub packages: i64,
    /// 主要货物信息 (`goodsInfo`).
    pub goods: Option<Box<str>>,
    /// 收货人 (`consignee…`).
    pub consignee: Consignee,
    /// 备注 (`note`).
    pub note: Option<Box<str>>,
}
