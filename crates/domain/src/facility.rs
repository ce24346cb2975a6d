//! What the operator of a customs-controlled place reports (监管作业场所).

use crate::commerce::Filing;
use crate::ids::{
    FunctionalReference, OfficeCode, ProvisionalNumber, WarehouseEntryNumber, WaybillNumber,
};
use crate::party::NamedParty;

/// The parcels of a master bill that entered a facility (入库明细单; CEB711 `Delivery`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WarehouseEntry {
    /// Number, action, time, stage.
    pub filing: Filing,
    /// 申报地海关 (`customsCode`).
    pub office: OfficeCode,
    /// 企业内部编号 (`copNo`): the entry's own.
    pub reference: Option<FunctionalReference>,
    /// 预录入编号 (`preNo`), once the port has given it.
    pub provisional_no: Option<ProvisionalNumber>,
    /// 入库单编号 (`rkdNo`), once customs has given it.
    pub entry_no: Option<WarehouseEntryNumber>,
    /// 监管场所经营人 (`operator…`): for mail, the postal operator.
    pub operator: NamedParty,
    /// 进出口标记 (`ieFlag`): `I`.
    pub direction: Box<str>,
    /// 运输方式 (`trafMode`).
    pub transport_mode: Box<str>,
    /// 运输工具编号 (`trafNo`).
    pub vehicle: Box<str>,
    /// 航班航次号 (`voyageNo`).
    pub voyage: Box<str>,
    /// 提运单号 (`billNo`): the master bill.
    pub bill_no: Box<str>,
    /// 物流企业 (`logistics…`).
    pub carrier: NamedParty,
    /// 卸货库位 (`unloadLocation`).
    pub location: Option<Box<str>>,
    /// 备注 (`note`).
    pub note: Option<Box<str>>,
    /// The parcels, in the order of the document.
    pub parcels: Vec<EnteredParcel>,
}

/// One parcel that entered (`DeliveryList`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnteredParcel {
    /// 序号 (`gnum`), from 1.
    pub number: i32,
    /// 物流运单编号 (`logisticsNo`).
    pub waybill_no: WaybillNumber,
    /// 备注 (`note`).
    pub note: Option<Box<str>>,
}
