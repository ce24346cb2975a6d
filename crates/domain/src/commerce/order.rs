//! Orders.

use super::Filing;
use crate::ids::{OrderNumber, PaymentTransaction};
use crate::money::Amount;
use crate::party::{NamedParty, PartyCode};
use crate::person::{Consignee, Identity};
use rust_decimal::Decimal;

/// An import order (电子订单; CEB311 `Order`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Number, action, time, stage.
    pub filing: Filing,
    /// 订单类型 (`orderType`): `I` in import.
    pub order_type: Box<str>,
    /// 订单编号 (`orderNo`).
    pub order_no: OrderNumber,
    /// 电商平台 (`ebp…`).
    pub platform: NamedParty,
    /// 电商企业 (`ebc…`).
    pub merchant: NamedParty,
    /// 商品价格 (`goodsValue`): the price agreed, the part paid by vouchers included.
    pub goods_value: Amount,
    /// 运杂费 (`freight`).
    pub freight: Amount,
    /// 非现金抵扣金额 (`discount`): points, vouchers, virtual money.
    pub discount: Amount,
    /// 代扣税款 (`taxTotal`).
    pub tax_withheld: Amount,
    /// 实际支付金额 (`acturalPaid`).
    pub paid: Amount,
    /// 币制 (`currency`).
    pub currency: Box<str>,
    /// 订购人注册号 (`buyerRegNo`).
    pub buyer_account: Box<str>,
    /// 订购人 (`buyerIdType`, `buyerIdNumber`, `buyerName`).
    pub buyer: Identity,
    /// 订购人电话 (`buyerTelephone`): absent in layouts before 2018.
    pub buyer_telephone: Option<Box<str>>,
    /// What the order says about its payment, if anything.
    pub payment: PaymentReference,
    /// 商品批次号 (`batchNumbers`).
    pub batch_numbers: Option<Box<str>>,
    /// 收货人 (`consignee…`).
    pub consignee: Consignee,
    /// 收货地址行政区划代码 (`consigneeDistrict`).
    pub consignee_district: Option<Box<str>>,
    /// 备注 (`note`).
    pub note: Option<Box<str>>,
    /// The goods, in the order of the document.
    pub lines: Vec<OrderLine>,
}

/// The payment that an order points at (`payCode`, `payName`, `payTransactionId`): all optional.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PaymentReference {
    /// 支付企业代码 (`payCode`).
    pub institution: Option<PartyCode>,
    /// 支付企业名称 (`payName`).
    pub institution_name: Option<Box<str>>,
    /// 支付交易编号 (`payTransactionId`).
    pub transaction: Option<PaymentTransaction>,
}

/// One line of goods in an order (`OrderList`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderLine {
    /// 商品序号 (`gnum`), from 1.
    pub number: i32,
    /// 企业商品货号 (`itemNo`).
    pub item_no: Option<Box<str>>,
    /// 企业商品名称 (`itemName`).
    pub name: Box<str>,
    /// 规格型号 (`gmodel`): absent in layouts before 2018.
    pub specification: Option<Box<str>>,
    /// 企业商品描述 (`itemDescribe`).
    pub description: Option<Box<str>>,
    /// 条形码 (`barCode`).
    pub barcode: Option<Box<str>>,
    /// 计量单位 (`unit`).
    pub unit: Box<str>,
    /// 数量 (`qty`), in `unit`.
    pub quantity: Decimal,
    /// 单价 (`price`); 0 for a gift.
    pub price: Amount,
    /// 总价 (`totalPrice`).
    pub total_price: Amount,
    /// 币制 (`currency`).
    pub currency: Box<str>,
    /// 原产国 (`country`).
    pub origin: Box<str>,
    /// 备注 (`note`).
    pub note: Option<Box<str>>,
}
