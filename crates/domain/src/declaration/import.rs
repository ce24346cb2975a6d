//! What a declarant says about an imported parcel.

use crate::commerce::Filing;
use crate::ids::{
    DeclarationNumber, FunctionalReference, OfficeCode, OrderNumber, ProvisionalNumber,
    WaybillNumber,
};
use crate::money::Amount;
use crate::party::{NamedParty, PartyCode};
use crate::person::Identity;
use jiff::civil::Date;
use rust_decimal::Decimal;

/// An import declaration (进口申报清单; CEB621 `Inventory`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportDeclaration {
    /// Number, action, time, stage.
    pub filing: Filing,
    /// 订单编号 (`orderNo`).
    pub order_no: OrderNumber,
    /// 电商平台 (`ebp…`).
    pub platform: NamedParty,
    /// 电商企业 (`ebc…`).
    pub merchant: NamedParty,
    /// 物流运单编号 (`logisticsNo`).
    pub waybill_no: WaybillNumber,
    /// 物流企业 (`logistics…`).
    pub carrier: NamedParty,
    /// 企业内部编号 (`copNo`).
    pub reference: Option<FunctionalReference>,
    /// 预录入编号 (`preNo`), once the port has given it.
    pub provisional_no: Option<ProvisionalNumber>,
    /// 担保企业编号 (`assureCode`): who guarantees the tax.
    pub guarantor: PartyCode,
    /// What ties it to bonded stock.
    pub bonded: BondedStock,
    /// 清单编号 (`invtNo`), once customs has given it.
    pub declaration_no: Option<DeclarationNumber>,
    /// 进出口标记 (`ieFlag`): `I`.
    pub direction: Box<str>,
    /// 申报日期 (`declTime`).
    pub declared_on: Date,
    /// 申报地海关 (`customsCode`).
    pub office: OfficeCode,
    /// 口岸海关 (`portCode`).
    pub port: OfficeCode,
    /// 进口日期 (`ieDate`).
    pub arrived_on: Option<Date>,
    /// 订购人 (`buyerIdType`, `buyerIdNumber`, `buyerName`).
    pub buyer: Identity,
    /// 订购人电话 (`buyerTelephone`).
    pub buyer_telephone: Box<str>,
    /// 收货地址 (`consigneeAddress`).
    pub consignee_address: Box<str>,
    /// 申报企业 (`agent…`).
    pub declarant: NamedParty,
    /// 贸易方式 (`tradeMode`): `9610`, `1210`, `1239`.
    pub mode: Box<str>,
    /// How the goods travel.
    pub transport: Transport,
    /// 监管场所代码 (`loctNo`).
    pub facility: Option<Box<str>>,
    /// 许可证件号 (`licenseNo`).
    pub licence: Option<Box<str>>,
    /// 起运国 (`country`).
    pub departure_country: Box<str>,
    /// 运费 (`freight`).
    pub freight: Amount,
    /// 保费 (`insuredFee`).
    pub insurance: Amount,
    /// 币制 (`currency`).
    pub currency: Box<str>,
    /// 包装种类 (`wrapType`).
    pub packaging: Option<Box<str>>,
    /// 件数 (`packNo`): 1.
    pub packages: i64,
    /// 毛重 (`grossWeight`), kilograms.
    pub gross_weight_kg: Decimal,
    /// 净重 (`netWeight`), kilograms.
    pub net_weight_kg: Decimal,
    /// 备注 (`note`).
    pub note: Option<Box<str>>,
    /// The goods, in the order of the document.
    pub items: Vec<GoodsItem>,
}

/// What ties a declaration to bonded stock (`emsNo`, `areaCode`, `areaName`; in export `emsNo`, `iacCode`,
/// `iacName`): needed for 1210.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BondedStock {
    /// 账册编号 (`emsNo`).
    pub account_book: Option<Box<str>>,
    /// 区内企业代码 (`areaCode`, `iacCode`).
    pub warehouse: Option<PartyCode>,
    /// 区内企业名称 (`areaName`, `iacName`).
    pub warehouse_name: Option<Box<str>>,
}

/// How the goods travel (`trafMode`, `trafNo`, `voyageNo`, `billNo`; in export `trafName`): the last three
/// for import by 9610, and in export by now or later, with the master bill.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Transport {
    /// 运输方式 (`trafMode`).
    pub mode: Box<str>,
    /// 运输工具编号 (`trafNo`, `trafName`).
    pub vehicle: Option<Box<str>>,
    /// 航班航次号 (`voyageNo`).
    pub voyage: Option<Box<str>>,
    /// 提运单号 (`billNo`).
    pub bill_no: Option<Box<str>>,
}

/// One line of declared goods (`InventoryList`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoodsItem {
    /// 商品序号 (`gnum`), from 1; pairs with the order's line.
    pub number: i32,
    /// 账册备案料号 (`itemRecordNo`).
    pub account_item: Option<Box<str>>,
    /// 企业商品货号 (`itemNo`).
    pub item_no: Option<Box<str>>,
    /// 企业商品名称 (`itemName`).
    pub item_name: Option<Box<str>>,
    /// 商品编码 (`gcode`): ten digits.
    pub hs_code: Box<str>,
    /// 商品名称 (`gname`).
    pub name: Box<str>,
    /// 规格型号 (`gmodel`).
    pub specification: Box<str>,
    /// 条形码 (`barCode`).
    pub barcode: Option<Box<str>>,
    /// 原产国 (`country`).
    pub origin: Box<str>,
    /// 贸易国 (`tradeCountry`).
    pub trade_country: Option<Box<str>>,
    /// 币制 (`currency`).
    pub currency: Box<str>,
    /// 数量 (`qty`), in `unit`.
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
    /// 单价 (`price`).
    pub price: Amount,
    /// 总价 (`totalPrice`).
    pub total_price: Amount,
    /// 备注 (`note`).
    pub note: Option<Box<str>>,
}
