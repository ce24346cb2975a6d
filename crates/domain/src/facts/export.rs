//! Facts of export orders, waybills and declarations.

use std::fmt;

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::commerce::{Collection, ExportOrder, ExportOrderLine, ExportOrderType, ExportWaybill};
use crate::declaration::{ExportDeclaration, ExportItem, StatisticsFlag};
use crate::ids::{
    FunctionalReference, OfficeCode, OrderNumber, PartyId, PaymentTransaction, WaybillNumber,
};
use crate::money::Amount;
use crate::time::Moment;

/// The supervision modes (监管方式) under which a parcel is exported by list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExportMode {
    /// Retail (零售出口). [9610]
    Retail,
    /// From a special zone (特殊区域出口). [1210]
    Zone,
    /// Direct to a foreign firm (B2B直接出口). [9710]
    Business,
    /// To a warehouse abroad (出口海外仓). [9810]
    OverseasWarehouse,
}

impl ExportMode {
    /// From the wire's four digits (`tradeMode`).
    pub fn from_wire(text: &str) -> Option<Self> {
        match text {
            "9610" => Some(Self::Retail),
            "1210" => Some(Self::Zone),
            "9710" => Some(Self::Business),
            "9810" => Some(Self::OverseasWarehouse),
            _ => None,
        }
    }

    /// The wire's four digits.
    pub const fn to_wire(self) -> &'static str {
        match self {
            Self::Retail => "9610",
            Self::Zone => "1210",
            Self::Business => "9710",
            Self::OverseasWarehouse => "9810",
        }
    }

    /// The type of order that goods of this mode are sold by.
    pub const fn order_type(self) -> ExportOrderType {
        match self {
            Self::Retail | Self::Zone => ExportOrderType::Retail,
            Self::Business => ExportOrderType::Business,
            Self::OverseasWarehouse => ExportOrderType::Warehouse,
        }
    }
}

impl fmt::Display for ExportMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.to_wire())
    }
}

/// What is kept of a collection (收款单).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectionFacts {
    /// 电商平台; none where it is a foreign one (`无`).
    pub platform: Option<PartyId>,
    /// 电商企业.
    pub merchant: PartyId,
    /// 支付企业; none where it is abroad, or was paid in cash.
    pub institution: Option<PartyId>,
    /// 支付交易编号.
    pub transaction: Option<PaymentTransaction>,
    /// 收款金额.
    pub amount: Amount,
    /// 币制.
    pub currency: Box<str>,
    /// 到账时间.
    pub received_at: Moment,
}

impl CollectionFacts {
    /// The facts of a collection whose parties are resolved.
    pub fn of(
        collection: &Collection,
        platform: Option<PartyId>,
        merchant: PartyId,
        institution: Option<PartyId>,
    ) -> Self {
        Self {
            platform,
            merchant,
            institution,
            transaction: collection.transaction.clone(),
            amount: collection.amount,
            currency: collection.currency.clone(),
            received_at: collection.received_at,
        }
    }
}

/// What is kept of an export order (出口订单).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportOrderFacts {
    /// 订单类型.
    pub order_type: ExportOrderType,
    /// 电商平台; none where it is a foreign one (`无`).
    pub platform: Option<PartyId>,
    /// 电商企业.
    pub merchant: PartyId,
    /// 商品价格.
    pub goods_value: Amount,
    /// 币制.
    pub currency: Box<str>,
    /// The goods.
    pub lines: Vec<ExportLineFacts>,
}

/// What is kept of one line of an export order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportLineFacts {
    /// 商品序号.
    pub number: i32,
    /// 企业商品货号.
    pub item_no: Box<str>,
    /// 计量单位.
    pub unit: Box<str>,
    /// 数量.
    pub quantity: Decimal,
    /// 总价.
    pub total_price: Amount,
    /// 币制.
    pub currency: Box<str>,
}

/// What is kept of an export waybill (出口运单).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportWaybillFacts {
    /// 物流企业.
    pub carrier: PartyId,
    /// 物流运单编号.
    pub number: WaybillNumber,
    /// 电商企业, where the waybill names it.
    pub merchant: Option<PartyId>,
    /// 毛重, kilograms.
    pub gross_weight_kg: Decimal,
    /// 件数.
    pub packages: i64,
}

/// What is kept of an export declaration (出口申报清单).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportFacts {
    /// 订单编号.
    pub order_no: OrderNumber,
    /// Who takes part.
    pub parties: ExportParties,
    /// 物流运单编号.
    pub waybill_no: WaybillNumber,
    /// 企业内部编号.
    pub reference: FunctionalReference,
    /// 监管方式.
    pub mode: ExportMode,
    /// 申报业务类型.
    pub statistics: StatisticsFlag,
    /// 申报地海关.
    pub office: OfficeCode,
    /// 口岸海关.
    pub port: OfficeCode,
    /// 出口日期.
    pub exported_on: Date,
    /// 生产销售单位: a code, or `NO`.
    pub producer: Box<str>,
    /// 账册编号.
    pub account_book: Option<Box<str>>,
    /// 运输方式.
    pub transport_mode: Box<str>,
    /// 提运单号, once known.
    pub bill_no: Option<Box<str>>,
    /// 许可证件号.
    pub licence: Option<Box<str>>,
    /// 运抵国.
    pub destination_country: Box<str>,
    /// 件数.
    pub packages: i64,
    /// 毛重, kilograms.
    pub gross_weight_kg: Decimal,
    /// 净重, kilograms.
    pub net_weight_kg: Decimal,
    /// The goods.
    pub items: Vec<ExportItemFacts>,
}

/// The parties of an export declaration, resolved to registry ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExportParties {
    /// 电商平台; none where it is a foreign one (`无`).
    pub platform: Option<PartyId>,
    /// 电商企业.
    pub merchant: PartyId,
    /// 物流企业.
    pub carrier: PartyId,
    /// 申报企业.
    pub declarant: PartyId,
}

/// What is kept of one line of declared goods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportItemFacts {
    /// 商品序号.
    pub number: i32,
    /// 企业商品货号.
    pub item_no: Box<str>,
    /// 账册备案料号.
    pub account_item: Option<Box<str>>,
    /// 企业商品名称, where given.
    pub item_name: Option<Box<str>>,
    /// 商品编码.
    pub hs_code: Box<str>,
    /// 商品名称.
    pub name: Box<str>,
    /// 最终目的国.
    pub destination_country: Box<str>,
    /// 币制.
    pub currency: Box<str>,
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
    /// 总价.
    pub total_price: Amount,
}

impl ExportOrderFacts {
    /// The facts of an order whose parties are resolved.
    pub fn of(order: &ExportOrder, platform: Option<PartyId>, merchant: PartyId) -> Self {
        Self {
            order_type: order.order_type,
            platform,
            merchant,
            goods_value: order.goods_value,
            currency: order.currency.clone(),
            lines: order.lines.iter().map(ExportLineFacts::of).collect(),
        }
    }
}

impl ExportLineFacts {
    fn of(line: &ExportOrderLine) -> Self {
        Self {
            number: line.number,
            item_no: line.item_no.clone(),
            unit: line.unit.clone(),
            quantity: line.quantity,
            total_price: line.total_price,
            currency: line.currency.clone(),
        }
    }
}

impl ExportWaybillFacts {
    /// The facts of a waybill whose parties are resolved.
    pub fn of(waybill: &ExportWaybill, carrier: PartyId, merchant: Option<PartyId>) -> Self {
        Self {
            carrier,
            number: waybill.number.clone(),
            merchant,
            gross_weight_kg: waybill.gross_weight_kg,
            packages: waybill.packages,
        }
    }
}

impl ExportFacts {
    /// The facts of a declaration whose parties are resolved.
    pub fn of(declaration: &ExportDeclaration, mode: ExportMode, parties: ExportParties) -> Self {
        Self {
            order_no: declaration.order_no.clone(),
            parties,
            waybill_no: declaration.waybill_no.clone(),
            reference: declaration.reference.clone(),
            mode,
            statistics: declaration.statistics,
            office: declaration.office,
            port: declaration.port,
            exported_on: declaration.exported_on,
            producer: declaration.producer.code.as_str().into(),
            account_book: declaration.bonded.account_book.clone(),
            transport_mode: declaration.transport.mode.clone(),
            bill_no: declaration.transport.bill_no.clone(),
            licence: declaration.licence.clone(),
            destination_country: declaration.destination_country.clone(),
            packages: declaration.packages,
            gross_weight_kg: declaration.gross_weight_kg,
            net_weight_kg: declaration.net_weight_kg,
            items: declaration.items.iter().map(ExportItemFacts::of).collect(),
        }
    }
}

impl ExportItemFacts {
    fn of(item: &ExportItem) -> Self {
        Self {
            number: item.number,
            item_no: item.item_no.clone(),
            account_item: item.account_item.clone(),
            item_name: item.item_name.clone(),
            hs_code: item.hs_code.clone(),
            name: item.name.clone(),
            destination_country: item.destination_country.clone(),
            currency: item.currency.clone(),
            unit: item.unit.clone(),
            quantity: item.quantity,
            statutory_unit: item.statutory_unit.clone(),
            statutory_quantity: item.statutory_quantity,
            second: item.second_unit.clone().zip(item.second_quantity),
            total_price: item.total_price,
        }
    }
}
