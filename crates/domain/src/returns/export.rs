//! What a merchant says whose exported goods come back.

use crate::commerce::Filing;
use crate::ids::{
    DeclarationNumber, FunctionalReference, OfficeCode, ProvisionalNumber, WaybillNumber,
};
use crate::party::NamedParty;
use rust_decimal::Decimal;

/// A request to return exported goods (退货申请单; CEB213 `InvtRefund`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportReturnRequest {
    /// Number, action, time, stage.
    pub filing: Filing,
    /// 申报地海关 (`customsCode`).
    pub office: OfficeCode,
    /// 监管场所代码 (`loctNo`).
    pub facility: Option<Box<str>>,
    /// 电商平台 (`ebp…`).
    pub platform: NamedParty,
    /// 电商企业 (`ebc…`).
    pub merchant: NamedParty,
    /// 物流运单编号 (`logisticsNo`): of the original waybill, or of the one inbound.
    pub waybill_no: WaybillNumber,
    /// 物流企业 (`logistics…`).
    pub carrier: NamedParty,
    /// 企业内部编号 (`coElNo`): the request's own.
    pub reference: FunctionalReference,
    /// 预录入编号 (`preNo`), once the port has given it.
    pub provisional_no: Option<ProvisionalNumber>,
    /// 清单编号 (`invtNo`): the export declaration.
    pub declaration_no: DeclarationNumber,
    /// 贸易方式 (`tradeMode`): `9661`, `1261`; the schema leaves it out where the text demands it.
    pub mode: Option<Box<str>>,
    /// 申报企业 (`agent…`).
    pub declarant: NamedParty,
    /// 进出口标记 (`ieFlag`): `I`.
    pub direction: Box<str>,
    /// How the goods come back.
    pub transport: ReturnTransport,
    /// 口岸海关 (`portCode`).
    pub port: OfficeCode,
    /// 退货原因 (`reason`).
    pub reason: Box<str>,
    /// 起运国 (`country`): not China.
    pub departure_country: Box<str>,
    /// 备注 (`note`).
    pub note: Option<Box<str>>,
    /// The goods that come back, in the order of the document.
    pub items: Vec<ExportReturnItem>,
}

/// How returned exports come back (`billNo`, `trafMode`, `trafName`, `voyageNo`): all said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnTransport {
    /// 提运单号 (`billNo`): the waybill number when there is none.
    pub bill_no: Box<str>,
    /// 运输方式 (`trafMode`).
    pub mode: Box<str>,
    /// 运输工具名称 (`trafName`).
    pub vehicle: Box<str>,
    /// 航班航次号 (`voyageNo`).
    pub voyage: Box<str>,
}

/// One line of exported goods that come back (`InvtRefundList`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportReturnItem {
    /// 商品序号 (`gnum`): the line of the declaration.
    pub number: i32,
    /// 商品编码 (`gcode`), as declared.
    pub hs_code: Box<str>,
    /// 商品名称 (`gname`), as declared.
    pub name: Box<str>,
    /// 规格型号 (`gmodel`), as declared.
    pub specification: Box<str>,
    /// 数量 (`qty`), in `unit`; at most what was declared, like the other two.
    pub quantity: Decimal,
    /// 计量单位 (`unit`).
    pub unit: Box<str>,
    /// 法定数量 (`qty1`), in `statutory_unit`.
    pub statutory_quantity: Decimal,
    /// 法定计量单位 (`unit1`).
    pub statutory_unit: Box<str>,
    /// 第二数量 (`qty2`), in `second_unit`.
    pub second_quantity: Option<Decimal>,
    /// 第二计量单位 (`unit2`).
    pub second_unit: Option<Box<str>>,
    /// 备注 (`note`).
    pub note: Option<Box<str>>,
}
