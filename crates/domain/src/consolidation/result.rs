//! What customs made of a request to consolidate.

use crate::commerce::Part;
use crate::ids::{
    ConsolidatedNumber, ConsolidationNumber, DeclarationNumber, FormalDeclarationNumber, Guid,
    OfficeCode, ProvisionalNumber, WaybillNumber,
};
use crate::party::NamedParty;
use crate::time::Moment;
use rust_decimal::Decimal;

/// A formal declaration that export declarations were consolidated into (汇总结果单; CEB792
/// `SummaryResult`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsolidationResult {
    /// 系统唯一序号 (`guid`).
    pub guid: Guid,
    /// 申报地海关 (`customsCode`).
    pub office: OfficeCode,
    /// 汇总申请编号 (`sumNo`): the request.
    pub consolidation_no: ConsolidationNumber,
    /// 汇总处理时间 (`opDate`), to the millisecond.
    pub decided_at: Moment,
    /// 汇总统一编号 (`declSeqNo`): one for each formal declaration.
    pub number: ConsolidatedNumber,
    /// 暂存编号 (`decTmpNo`), once the port has stored the formal declaration.
    pub stored_no: Option<Box<str>>,
    /// 预录入编号 (`decPreNo`), once the port has given it.
    pub provisional_no: Option<ProvisionalNumber>,
    /// 报关单编号 (`entryId`), once customs has given it.
    pub formal_no: Option<FormalDeclarationNumber>,
    /// 报关单状态 (`decState`): customs sets its values.
    pub state: Box<str>,
    /// 申报企业 (`agent…`).
    pub declarant: NamedParty,
    /// 电商企业 (`ebc…`).
    pub merchant: NamedParty,
    /// 报关单位 (`declAgent…`): who lodges the formal declaration.
    pub formal_declarant: NamedParty,
    /// 毛重 (`grossWeight`), kilograms.
    pub gross_weight_kg: Decimal,
    /// 净重 (`netWeight`), kilograms.
    pub net_weight_kg: Decimal,
    /// Which part of the result this is.
    pub part: Part,
    /// 备注 (`note`).
    pub note: Option<Box<str>>,
    /// Where each line of each declaration went.
    pub lines: Vec<ConsolidatedLine>,
}

/// Where one line of one declaration went (`SummaryResultList`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsolidatedLine {
    /// 清单编号 (`invtNo`): the export declaration.
    pub declaration_no: DeclarationNumber,
    /// 物流运单编号 (`logisticsNo`).
    pub waybill_no: WaybillNumber,
    /// 顺序号 (`gseqno`): the line of the formal declaration.
    pub formal_line: i32,
    /// 商品序号 (`gnum`): the line of the export declaration.
    pub number: i32,
    /// 商品编码 (`gcode`): ten digits.
    pub hs_code: Box<str>,
}
