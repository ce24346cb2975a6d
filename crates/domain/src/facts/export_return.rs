//! Facts of requests to return exported goods, and of tallies.

use rust_decimal::Decimal;

use crate::ids::{DeclarationNumber, FunctionalReference, OfficeCode, PartyId, WaybillNumber};
use crate::returns::{ExportReturnItem, ExportReturnRequest, ReturnTally, ReturnTransport};

/// What is kept of a request to return exported goods (退货申请单).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportReturnFacts {
    /// 清单编号: the export declaration.
    pub declaration_no: DeclarationNumber,
    /// 电商企业.
    pub merchant: PartyId,
    /// 物流企业.
    pub carrier: PartyId,
    /// 申报企业.
    pub declarant: PartyId,
    /// 物流运单编号.
    pub waybill_no: WaybillNumber,
    /// 企业内部编号.
    pub reference: FunctionalReference,
    /// 贸易方式: `9661`, `1261`.
    pub mode: Box<str>,
    /// 申报地海关.
    pub office: OfficeCode,
    /// 口岸海关.
    pub port: OfficeCode,
    /// How the goods come back.
    pub transport: ReturnTransport,
    /// 起运国.
    pub departure_country: Box<str>,
    /// The goods that come back.
    pub items: Vec<ExportReturnItemFacts>,
}

/// What is kept of one line of goods that come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportReturnItemFacts {
    /// 商品序号: the line of the declaration.
    pub number: i32,
    /// 商品编码.
    pub hs_code: Box<str>,
    /// 商品名称.
    pub name: Box<str>,
    /// 计量单位.
    pub unit: Box<str>,
    /// 数量.
    pub quantity: Decimal,
    /// 法定计量单位.
    pub statutory_unit: Box<str>,
    /// 法定数量.
    pub statutory_quantity: Decimal,
    /// 第二计量单位 and 第二数量.
    pub second: Option<(Box<str>, Decimal)>,
}

/// What is kept of a tally of returned exports (退货理货明细单).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TallyFacts {
    /// 监管场所经营人.
    pub operator: PartyId,
    /// 物流企业.
    pub carrier: PartyId,
    /// 物流运单编号.
    pub waybill_no: WaybillNumber,
    /// 清单编号, where the facility says it.
    pub declaration_no: Option<DeclarationNumber>,
    /// 企业内部编号.
    pub reference: FunctionalReference,
    /// 申报地海关.
    pub office: OfficeCode,
    /// How the goods came back.
    pub transport: ReturnTransport,
}

impl ExportReturnFacts {
    /// The facts of a request whose parties are resolved and whose mode is said.
    pub fn of(
        request: &ExportReturnRequest,
        mode: &str,
        [merchant, carrier, declarant]: [PartyId; 3],
    ) -> Self {
        Self {
            declaration_no: request.declaration_no.clone(),
            merchant,
            carrier,
            declarant,
            waybill_no: request.waybill_no.clone(),
            reference: request.reference.clone(),
            mode: mode.into(),
            office: request.office,
            port: request.port,
            transport: request.transport.clone(),
            departure_country: request.departure_country.clone(),
            items: request.items.iter().map(ExportReturnItemFacts::of).collect(),
        }
    }
}

impl ExportReturnItemFacts {
    fn of(item: &ExportReturnItem) -> Self {
        Self {
            number: item.number,
            hs_code: item.hs_code.clone(),
            name: item.name.clone(),
            unit: item.unit.clone(),
            quantity: item.quantity,
            statutory_unit: item.statutory_unit.clone(),
            statutory_quantity: item.statutory_quantity,
            second: item.second_unit.clone().zip(item.second_quantity),
        }
    }
}

impl TallyFacts {
    /// The facts of a tally whose parties are resolved.
    pub fn of(tally: &ReturnTally, operator: PartyId, carrier: PartyId) -> Self {
        Self {
            operator,
            carrier,
            waybill_no: tally.waybill_no.clone(),
            declaration_no: tally.declaration_no.clone(),
            reference: tally.reference.clone(),
            office: tally.office,
            transport: tally.transport.clone(),
        }
    }
}
