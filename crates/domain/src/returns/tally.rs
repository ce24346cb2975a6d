//! What a facility found when exported goods came back.

use super::ReturnTransport;
use crate::commerce::Filing;
use crate::ids::{
    DeclarationNumber, FunctionalReference, OfficeCode, ProvisionalNumber, WaybillNumber,
};
use crate::party::NamedParty;

/// A tally of returned exports, one for each parcel (退货理货明细单; CEB215 `InvtRefundDetail`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnTally {
    /// Number, action, time, stage.
    pub filing: Filing,
    /// 申报地海关 (`customsCode`).
    pub office: OfficeCode,
    /// 监管场所经营人 (`operator…`).
    pub operator: NamedParty,
    /// 物流企业 (`logistics…`).
    pub carrier: NamedParty,
    /// 物流运单编号 (`logisticsNo`): of the original waybill, or of the one inbound.
    pub waybill_no: WaybillNumber,
    /// 清单编号 (`invtNo`): the export declaration.
    pub declaration_no: Option<DeclarationNumber>,
    /// 企业内部编号 (`coElNo`): the tally's own.
    pub reference: FunctionalReference,
    /// 预录入编号 (`preNo`), once the port has given it.
    pub provisional_no: Option<ProvisionalNumber>,
    /// 进出口标记 (`ieFlag`): `I`.
    pub direction: Box<str>,
    /// How the goods came back.
    pub transport: ReturnTransport,
    /// 仓储位置 (`location`): where the parcel lies.
    pub location: Option<Box<str>>,
    /// 备注 (`note`).
    pub note: Option<Box<str>>,
}
