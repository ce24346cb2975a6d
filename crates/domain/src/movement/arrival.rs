//! Arrival at the supervised place.

use super::ReportedParcel;
use crate::commerce::{Filing, Part};
use crate::ids::{FunctionalReference, OfficeCode, ProvisionalNumber};
use crate::party::NamedParty;

/// Parcels arrived at a supervised place (运抵单; CEB507 `Arrival`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArrivalReport {
    /// Number, action, time, stage.
    pub filing: Filing,
    /// 申报地海关 (`customsCode`).
    pub office: OfficeCode,
    /// 企业内部编号 (`copNo`).
    pub reference: FunctionalReference,
    /// 预录入编号 (`preNo`), once the port has given it.
    pub provisional_no: Option<ProvisionalNumber>,
    /// 监管场所经营人 (`operator…`).
    pub operator: NamedParty,
    /// 监管场所代码 (`loctNo`).
    pub facility: Option<Box<str>>,
    /// 进出口标记 (`ieFlag`): `E`.
    pub direction: Box<str>,
    /// 运输方式 (`trafMode`).
    pub transport_mode: Box<str>,
    /// 提运单号 (`billNo`).
    pub bill_no: Option<Box<str>>,
    /// 境内运输工具编号 (`domesticTrafNo`): what brought them.
    pub domestic_vehicle: Box<str>,
    /// 物流企业 (`logistics…`).
    pub carrier: NamedParty,
    /// Which part of how many.
    pub part: Part,
    /// 备注 (`note`).
    pub note: Option<Box<str>>,
    /// The parcels; none means all of the bill.
    pub parcels: Vec<ReportedParcel>,
}
