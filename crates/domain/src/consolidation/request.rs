//! What a declarant asks to be consolidated.

use crate::commerce::{Filing, Part};
use crate::ids::{
    ConsolidationNumber, DeclarationNumber, FunctionalReference, OfficeCode, ProvisionalNumber,
};
use crate::party::NamedParty;
use crate::time::Moment;

/// A request to consolidate export declarations (汇总申请单; CEB701 `SummaryApply`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsolidationRequest {
    /// Number, action, time, stage.
    pub filing: Filing,
    /// 申报地海关 (`customsCode`).
    pub office: OfficeCode,
    /// 企业内部编号 (`copNo`): the request's own, the same in all its parts.
    pub reference: FunctionalReference,
    /// 预录入编号 (`preNo`), once the port has given it.
    pub provisional_no: Option<ProvisionalNumber>,
    /// 汇总申请编号 (`sumNo`), once customs has given it.
    pub consolidation_no: Option<ConsolidationNumber>,
    /// 申报企业 (`agent…`).
    pub declarant: NamedParty,
    /// 电商企业 (`ebc…`).
    pub merchant: NamedParty,
    /// 报关单位 (`declAgent…`): who lodges the formal declaration.
    pub formal_declarant: NamedParty,
    /// Which declarations are meant.
    pub scope: Scope,
    /// 监管场所代码 (`loctNo`).
    pub facility: Option<Box<str>>,
    /// Which parties a formal declaration keeps apart.
    pub grouping: Grouping,
    /// Which names its lines keep apart.
    pub naming: GoodsNaming,
    /// Which part of the request this is.
    pub part: Part,
    /// 备注 (`note`).
    pub note: Option<Box<str>>,
}

/// Which declarations are to be consolidated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// These (`SummaryApplyList`/`invtNo`): at least one.
    Declarations(Vec<DeclarationNumber>),
    /// Those of a period (`startTime`, `endTime`). The standard says that a list beside it is ignored.
    Period {
        /// 汇总开始时间 (`startTime`).
        from: Moment,
        /// 汇总结束时间 (`endTime`): not before `from`.
        until: Moment,
    },
}

/// Which parties a formal declaration keeps apart (收发货人汇总标志; `summaryFlag`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grouping {
    /// The consignor alone (收发货人). [1]
    Consignor,
    /// The consignor and the producer or seller (收发货人和生产销售单位). [2]
    ConsignorAndProducer,
}

impl Grouping {
    /// From the wire's digit.
    pub fn from_wire(text: &str) -> Option<Self> {
        match text {
            "1" => Some(Self::Consignor),
            "2" => Some(Self::ConsignorAndProducer),
            _ => None,
        }
    }

    /// The wire's digit.
    pub const fn to_wire(self) -> &'static str {
        match self {
            Self::Consignor => "1",
            Self::ConsignorAndProducer => "2",
        }
    }
}

/// Which names of goods a formal declaration's lines keep apart (按商品名汇总标志; `itemNameFlag`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GoodsNaming {
    /// The names as they were declared. [1]
    Declared,
    /// One generic name for all goods of a code. [anything else]
    Generic,
}

impl GoodsNaming {
    /// From the wire's character: the standard defines `1` and leaves the others to the generic name.
    pub fn from_wire(text: &str) -> Self {
        if text == "1" { Self::Declared } else { Self::Generic }
    }

    /// The wire's character; of those that mean the generic name, `0` is written.
    pub const fn to_wire(self) -> &'static str {
        match self {
            Self::Declared => "1",
            Self::Generic => "0",
        }
    }
}
