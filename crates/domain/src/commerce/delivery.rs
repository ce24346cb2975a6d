//! Delivery of a parcel.

use super::Filing;
use crate::ids::WaybillNumber;
use crate::party::NamedParty;
use crate::time::Moment;

/// What became of a parcel (运单状态; CEB513 `LogisticsStatus`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryStatus {
    /// Number, action, time, stage.
    pub filing: Filing,
    /// 物流企业 (`logistics…`).
    pub carrier: NamedParty,
    /// 物流运单编号 (`logisticsNo`).
    pub number: WaybillNumber,
    /// 物流运单状态 (`logisticsStatus`): only `S`, signed for.
    pub status: Box<str>,
    /// 物流状态时间 (`logisticsTime`).
    pub happened_at: Moment,
    /// 备注 (`note`).
    pub note: Option<Box<str>>,
}
