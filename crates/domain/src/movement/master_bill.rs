//! The master bill that parcels travel under.

use crate::commerce::{Filing, Part};
use crate::ids::{
    DeclarationNumber, FunctionalReference, OfficeCode, ProvisionalNumber, WaybillNumber,
};
use crate::party::NamedParty;
use rust_decimal::Decimal;

/// Parcels travel under a master bill (清单总分单; CEB607 `WayBill`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MasterBillLink {
    /// Number, action, time, stage.
    pub filing: Filing,
    /// 申报地海关 (`customsCode`).
    pub office: OfficeCode,
    /// 企业内部编号 (`copNo`).
    pub reference: FunctionalReference,
    /// 预录入编号 (`preNo`), once the port has given it.
    pub provisional_no: Option<ProvisionalNumber>,
    /// 申报企业 (`agent…`).
    pub declarant: NamedParty,
    /// 监管场所代码 (`loctNo`).
    pub facility: Option<Box<str>>,
    /// 运输方式 (`trafMode`).
    pub transport_mode: Box<str>,
    /// 运输工具名称 (`trafName`).
    pub vehicle: Box<str>,
    /// 航班航次号 (`voyageNo`).
    pub voyage: Box<str>,
    /// 提运单号 (`billNo`).
    pub bill_no: Box<str>,
    /// 境内运输工具编号 (`domesticTrafNo`).
    pub domestic_vehicle: Option<Box<str>>,
    /// 毛重 (`grossWeight`), kilograms.
    pub gross_weight_kg: Decimal,
    /// 物流企业 (`logistics…`).
    pub carrier: NamedParty,
    /// Which part of how many.
    pub part: Part,
    /// 备注 (`note`).
    pub note: Option<Box<str>>,
    /// The parcels, in the order of the document.
    pub parcels: Vec<MasterBillLine>,
}

/// One parcel under a master bill (`WayBillList`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MasterBillLine {
    /// 序号 (`gnum`), from 1.
    pub number: i32,
    /// 总包号 (`totalPackageNo`).
    pub bag_no: Option<Box<str>>,
    /// 物流运单编号 (`logisticsNo`).
    pub waybill_no: WaybillNumber,
    /// 清单编号 (`invtNo`): of a parcel that comes back, the original export declaration.
    pub declaration_no: Option<DeclarationNumber>,
    /// 备注 (`note`).
    pub note: Option<Box<str>>,
}
