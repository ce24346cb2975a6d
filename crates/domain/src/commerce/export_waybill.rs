//! Export waybills.

use super::Filing;
use crate::ids::WaybillNumber;
use crate::money::Amount;
use crate::party::{NamedParty, PartyCode};
use rust_decimal::Decimal;

/// An export waybill (物流运单; CEB505 `Logistics`). It does not name its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportWaybill {
    /// Number, action, time, stage.
    pub filing: Filing,
    /// 物流企业 (`logistics…`).
    pub carrier: NamedParty,
    /// 物流运单编号 (`logisticsNo`).
    pub number: WaybillNumber,
    /// 运费 (`freight`).
    pub freight: Amount,
    /// 保价费 (`insuredFee`).
    pub insurance: Amount,
    /// 币制 (`currency`).
    pub currency: Box<str>,
    /// 毛重 (`grossWeight`), kilograms.
    pub gross_weight_kg: Decimal,
    /// 件数 (`packNo`).
    pub packages: i64,
    /// 主要货物信息 (`goodsInfo`).
    pub goods: Box<str>,
    /// 电商企业代码 (`ebcCode`).
    pub merchant: Option<PartyCode>,
    /// 电商企业名称 (`ebcName`).
    pub merchant_name: Option<Box<str>>,
    /// 电商企业电话 (`ebcTelephone`).
    pub merchant_telephone: Option<Box<str>>,
    /// 备注 (`note`).
    pub note: Option<Box<str>>,
}
