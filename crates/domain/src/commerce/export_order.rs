//! Export orders.

use super::Filing;
use crate::ids::OrderNumber;
use crate::money::Amount;
use crate::party::NamedParty;
use rust_decimal::Decimal;

/// An export order, or the booking of an overseas warehouse (电子订单; CEB303 `Order`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportOrder {
    /// Number, action, time, stage.
    pub filing: Filing,
    /// 订单类型 (`orderType`).
    pub order_type: ExportOrderType,
    /// 订单编号 (`orderNo`), of a booking the booking's number.
    pub order_no: OrderNumber,
    /// 电商平台 (`ebp…`); `无` stands for a foreign platform.
    pub platform: NamedParty,
    /// 电商企业 (`ebc…`).
    pub merchant: NamedParty,
    /// 商品价格 (`goodsValue`): free on board, without freight.
    pub goods_value: Amount,
    /// 运杂费 (`freight`).
    pub freight: Amount,
    /// 币制 (`currency`).
    pub currency: Box<str>,
    /// 备注 (`note`).
    pub note: Option<Box<str>>,
    /// The goods, in the order of the document.
    pub lines: Vec<ExportOrderLine>,
}

/// Who buys (订单类型; `orderType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportOrderType {
    /// A consumer abroad (B2C). [E]
    Retail,
    /// An enterprise abroad (B2B). [B]
    Business,
    /// Nobody yet: the goods are booked into a warehouse abroad (海外仓订仓单). [W]
    Warehouse,
}

impl ExportOrderType {
    /// From the wire's letter.
    pub fn from_wire(text: &str) -> Option<Self> {
        match text {
            "E" => Some(Self::Retail),
            "B" => Some(Self::Business),
            "W" => Some(Self::Warehouse),
            _ => None,
        }
    }

    /// The wire's letter.
    pub const fn to_wire(self) -> &'static str {
        match self {
            Self::Retail => "E",
            Self::Business => "B",
            Self::Warehouse => "W",
        }
    }
}

/// One line of goods in an export order (`OrderList`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportOrderLine {
    /// 商品序号 (`gnum`), from 1.
    pub number: i32,
    /// 企业商品货号 (`itemNo`).
    pub item_no: Box<str>,
    /// 企业商品名称 (`itemName`).
    pub name: Box<str>,
    /// 企业商品描述 (`itemDescribe`).
    pub description: Option<Box<str>>,
    /// 条形码 (`barCode`).
    pub barcode: Option<Box<str>>,
    /// 计量单位 (`unit`).
    pub unit: Box<str>,
    /// 币制 (`currency`).
    pub currency: Box<str>,
    /// 数量 (`qty`), in `unit`.
    pub quantity: Decimal,
    /// 单价 (`price`).
    pub price: Amount,
    /// 总价 (`totalPrice`).
    pub total_price: Amount,
    /// 备注 (`note`).
    pub note: Option<Box<str>>,
}
