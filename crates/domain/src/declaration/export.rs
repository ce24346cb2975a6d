//! What a declarant says about an exported parcel.

use super::{BondedStock, Transport};
use crate::commerce::Filing;
use crate::ids::{
    DeclarationNumber, FunctionalReference, OfficeCode, OrderNumber, ProvisionalNumber,
    WaybillNumber,
};
use crate::money::Amount;
use crate::party::NamedParty;
use jiff::civil::Date;
use rust_decimal::Decimal;

/// An export declaration (出口申报清单; CEB603 `Inventory`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportDeclaration {
    /// Number, action, time, stage.
    pub filing: Filing,
    /// 申报地海关 (`customsCode`).
    pub office: OfficeCode,
    /// 电商平台 (`ebp…`); `无` stands for a foreign platform.
    pub platform: NamedParty,
    /// 订单编号 (`orderNo`), or the number of a booking.
    pub order_no: OrderNumber,
    /// 物流企业 (`logistics…`).
    pub carrier: NamedParty,
    /// 物流运单编号 (`logisticsNo`).
    pub waybill_no: WaybillNumber,
    /// 企业内部编号 (`copNo`).
    pub reference: FunctionalReference,
    /// 预录入编号 (`preNo`), once the port has given it.
    pub provisional_no: Option<ProvisionalNumber>,
    /// 清单编号 (`invtNo`), once customs has given it.
    pub declaration_no: Option<DeclarationNumber>,
    /// 进出口标记 (`ieFlag`): `E`.
    pub direction: Box<str>,
    /// 口岸海关 (`portCode`): where the goods leave.
    pub port: OfficeCode,
    /// 出口日期 (`ieDate`).
    pub exported_on: Date,
    /// 申报业务类型 (`statisticsFlag`).
    pub statistics: StatisticsFlag,
    /// 申报企业 (`agent…`).
    pub declarant: NamedParty,
    /// 电商企业 (`ebc…`).
    pub merchant: NamedParty,
    /// 生产销售企业 (`owner…`); `NO` stands for one that is not registered.
    pub producer: NamedParty,
    /// What ties it to bonded stock.
    pub bonded: BondedStock,
    /// 贸易方式 (`tradeMode`): `9610`, `1210`, `9710`, `9810`.
    pub mode: Box<str>,
    /// How the goods travel, as far as it is known.
    pub transport: Transport,
    /// 总包号 (`totalPackageNo`).
    pub bag_no: Option<Box<str>>,
    /// 监管场所代码 (`loctNo`).
    pub facility: Option<Box<str>>,
    /// 许可证件号 (`licenseNo`).
    pub licence: Option<Box<str>>,
    /// 运抵国 (`country`).
    pub destination_country: Box<str>,
    /// 指运港 (`POD`).
    pub destination_port: Box<str>,
    /// 运费 (`freight`, `fCurrency`, `fFlag`).
    pub freight: Charge,
    /// 保费 (`insuredFee`, `iCurrency`, `iFlag`).
    pub insurance: Charge,
    /// 包装种类 (`wrapType`).
    pub packaging: Box<str>,
    /// 件数 (`packNo`).
    pub packages: i64,
    /// 毛重 (`grossWeight`), kilograms.
    pub gross_weight_kg: Decimal,
    /// 净重 (`netWeight`), kilograms.
    pub net_weight_kg: Decimal,
    /// 备注 (`note`).
    pub note: Option<Box<str>>,
    /// The goods, in the order of the document.
    pub items: Vec<ExportItem>,
}

/// What becomes of the declaration in the statistics (申报业务类型; `statisticsFlag`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StatisticsFlag {
    /// Summed up in the statistics alone (简化申报): without licence, duty or refund of tax. [A]
    Simplified,
    /// Merged into a formal declaration each month (汇总申报). [B]
    Consolidated,
}

impl StatisticsFlag {
    /// From the wire's letter.
    pub fn from_wire(text: &str) -> Option<Self> {
        match text {
            "A" => Some(Self::Simplified),
            "B" => Some(Self::Consolidated),
            _ => None,
        }
    }

    /// The wire's letter.
    pub const fn to_wire(self) -> &'static str {
        match self {
            Self::Simplified => "A",
            Self::Consolidated => "B",
        }
    }
}

/// Freight or insurance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// How much; 0 if none.
    pub amount: Amount,
    /// 币制 (`fCurrency`, `iCurrency`).
    pub currency: Box<str>,
    /// What the amount is.
    pub flag: ChargeFlag,
}

/// What the amount of a charge is (`fFlag`, `iFlag`). The schema admits a total alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChargeFlag {
    /// 总价. [3]
    Total,
}

impl ChargeFlag {
    /// From the wire's digit.
    pub fn from_wire(text: &str) -> Option<Self> {
        (text == "3").then_some(Self::Total)
    }

    /// The wire's digit.
    pub const fn to_wire(self) -> &'static str {
        match self {
            Self::Total => "3",
        }
    }
}

/// One line of exported goods (`InventoryList`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportItem {
    /// 商品序号 (`gnum`), from 1; pairs with the order's line.
    pub number: i32,
    /// 企业商品货号 (`itemNo`).
    pub item_no: Box<str>,
    /// 账册备案料号 (`itemRecordNo`).
    pub account_item: Option<Box<str>>,
    /// 企业商品名称 (`itemName`): the name under which tax is refunded.
    pub item_name: Option<Box<str>>,
    /// 商品编码 (`gcode`): ten digits, of which a simplified declaration needs the first four.
    pub hs_code: Box<str>,
    /// 商品名称 (`gname`).
    pub name: Box<str>,
    /// 规格型号 (`gmodel`).
    pub specification: Box<str>,
    /// 条形码 (`barCode`); `无` when there is none.
    pub barcode: Box<str>,
    /// 最终目的国 (`country`).
    pub destination_country: Box<str>,
    /// 币制 (`currency`).
    pub currency: Box<str>,
    /// 数量 (`qty`), in `unit`.
    pub quantity: Decimal,
    /// 法定数量 (`qty1`), in `statutory_unit`.
    pub statutory_quantity: Decimal,
    /// 第二数量 (`qty2`), in `second_unit`.
    pub second_quantity: Option<Decimal>,
    /// 计量单位 (`unit`).
    pub unit: Box<str>,
    /// 法定计量单位 (`unit1`).
    pub statutory_unit: Box<str>,
    /// 第二计量单位 (`unit2`).
    pub second_unit: Option<Box<str>>,
    /// 单价 (`price`), free on board.
    pub price: Amount,
    /// 总价 (`totalPrice`).
    pub total_price: Amount,
    /// 备注 (`note`).
    pub note: Option<Box<str>>,
}
