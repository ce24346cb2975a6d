//! Facts of a declaration.

use super::PersonMarks;
use crate::declaration::{GoodsItem, ImportDeclaration};
use crate::ids::{
    AccountBookNumber, AccountItemNumber, FunctionalReference, OfficeCode, OrderNumber, PartyId,
    WaybillNumber,
};
use crate::mark::{Mark, Marker, Personal};
use crate::money::Amount;
use jiff::civil::Date;
use rust_decimal::Decimal;
use std::fmt;

/// The supervision modes (监管方式) under which a parcel is imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Direct purchase (直购进口). [9610]
    Direct,
    /// Bonded (网购保税进口). [1210]
    Bonded,
    /// Bonded A, outside the pilot cities (网购保税进口A). [1239]
    BondedA,
}

impl Mode {
    /// From the wire's four digits (`tradeMode`).
    pub fn from_wire(text: &str) -> Option<Self> {
        match text {
            "9610" => Some(Self::Direct),
            "1210" => Some(Self::Bonded),
            "1239" => Some(Self::BondedA),
            _ => None,
        }
    }

    /// The wire's four digits.
    pub const fn to_wire(self) -> &'static str {
        match self {
            Self::Direct => "9610",
            Self::Bonded => "1210",
            Self::BondedA => "1239",
        }
    }

    /// Whether the goods leave a bonded zone.
    pub const fn is_bonded(self) -> bool {
        matches!(self, Self::Bonded | Self::BondedA)
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.to_wire())
    }
}

/// What is kept of an import declaration (进口申报清单).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclarationFacts {
    /// 订单编号.
    pub order_no: OrderNumber,
    /// 电商平台.
    pub platform: PartyId,
    /// 电商企业.
    pub merchant: PartyId,
    /// 物流企业.
    pub carrier: PartyId,
    /// 申报企业.
    pub declarant: PartyId,
    /// 担保企业.
    pub guarantor: PartyId,
    /// 物流运单编号.
    pub waybill_no: WaybillNumber,
    /// 企业内部编号.
    pub reference: Option<FunctionalReference>,
    /// 监管方式.
    pub mode: Mode,
    /// 申报地海关.
    pub office: OfficeCode,
    /// 口岸海关: where the goods came into the country.
    pub port: OfficeCode,
    /// 账册编号, of bonded goods.
    pub account_book: Option<AccountBookNumber>,
    /// 申报日期: picks the rows of law.
    pub declared_on: Date,
    /// 订购人.
    pub buyer: PersonMarks,
    /// 订购人电话.
    pub buyer_telephone: Mark,
    /// 收货地址.
    pub consignee_address: Mark,
    /// 运费.
    pub freight: Amount,
    /// 保费.
    pub insurance: Amount,
    /// 净重, kilograms.
    pub net_weight_kg: Decimal,
    /// The goods.
    pub items: Vec<ItemFacts>,
}

/// What is kept of one line of declared goods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemFacts {
    /// 商品序号.
    pub number: i32,
    /// 账册备案料号, of bonded goods.
    pub account_item: Option<AccountItemNumber>,
    /// 企业商品货号, by which goods are registered.
    pub item_no: Option<Box<str>>,
    /// 商品编码, ten digits.
    pub hs_code: Box<str>,
    /// 商品名称: the positive list may admit a code under one name only.
    pub name: Box<str>,
    /// 企业商品名称, where given.
    pub item_name: Option<Box<str>>,
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
    /// 单价.
    pub price: Amount,
    /// 总价.
    pub total_price: Amount,
}

/// The parties of a declaration, resolved to registry ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeclarationParties {
    /// 电商平台.
    pub platform: PartyId,
    /// 电商企业.
    pub merchant: PartyId,
    /// 物流企业.
    pub carrier: PartyId,
    /// 申报企业.
    pub declarant: PartyId,
    /// 担保企业.
    pub guarantor: PartyId,
}

impl DeclarationFacts {
    /// The facts of a declaration whose parties are resolved.
    pub fn of(
        declaration: &ImportDeclaration,
        mode: Mode,
        parties: DeclarationParties,
        marker: &impl Marker,
    ) -> Self {
        Self {
            order_no: declaration.order_no.clone(),
            platform: parties.platform,
            merchant: parties.merchant,
            carrier: parties.carrier,
            declarant: parties.declarant,
            guarantor: parties.guarantor,
            waybill_no: declaration.waybill_no.clone(),
            reference: declaration.reference.clone(),
            mode,
            office: declaration.office,
            port: declaration.port,
            account_book: declaration
                .bonded
                .account_book
                .as_deref()
                .and_then(|number| AccountBookNumber::parse(number).ok()),
            declared_on: declaration.declared_on,
            buyer: PersonMarks::of(&declaration.buyer, marker),
            buyer_telephone: marker.mark(Personal::Telephone, &declaration.buyer_telephone),
            consignee_address: marker.mark(Personal::Address, &declaration.consignee_address),
            freight: declaration.freight,
            insurance: declaration.insurance,
            net_weight_kg: declaration.net_weight_kg,
            items: declaration.items.iter().map(ItemFacts::of).collect(),
        }
    }

    /// The dutiable value (完税价格): goods, freight and insurance.
    pub fn dutiable_value(&self) -> Amount {
        self.items.iter().map(|item| item.total_price).sum::<Amount>()
            + self.freight
            + self.insurance
    }
}

impl ItemFacts {
    fn of(item: &GoodsItem) -> Self {
        Self {
            number: item.number,
            account_item: item
                .account_item
                .as_deref()
                .and_then(|number| AccountItemNumber::parse(number).ok()),
            item_no: item.item_no.clone(),
            hs_code: item.hs_code.clone(),
            name: item.name.clone(),
            item_name: item.item_name.clone(),
            unit: item.unit.clone(),
            quantity: item.quantity,
            statutory_unit: item.statutory_unit.clone(),
            statutory_quantity: item.statutory_quantity,
            second: item.second_unit.clone().zip(item.second_quantity),
            price: item.price,
            total_price: item.total_price,
        }
    }
}
