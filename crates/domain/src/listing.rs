//! Making an export list (出口清单) from what is known already: order, waybill and registered goods.
//!
//! The list agrees with its own documents by construction: what the match compares is taken from them.

use std::collections::HashMap;

use jiff::civil::Date;
use rust_decimal::{Decimal, RoundingStrategy};

use crate::commerce::{ExportOrder, ExportOrderLine, ExportWaybill, Filing};
use crate::declaration::{
    BondedStock, Charge, ChargeFlag, ExportDeclaration, ExportItem, StatisticsFlag, Transport,
};
use crate::defect::{Defect, unnumbered};
use crate::facts::ExportMode;
use crate::ids::{FunctionalReference, OfficeCode};
use crate::matching::listed_item_no;
use crate::money::Amount;
use crate::party::NamedParty;

/// Goods as their merchant registered them (备案商品), by their item number.
pub type Register = HashMap<Box<str>, RegisteredGoods>;

/// Goods as their merchant registered them (备案商品).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredGoods {
    /// 商品编码: ten digits.
    pub hs_code: Box<str>,
    /// 商品名称.
    pub name: Box<str>,
    /// 规格型号.
    pub specification: Box<str>,
    /// 条形码, unless the order names one.
    pub barcode: Option<Box<str>>,
    /// 计量单位: the unit they are sold in.
    pub unit: Box<str>,
    /// 法定计量单位.
    pub statutory: Measure,
    /// 第二计量单位, where the tariff has one.
    pub second: Option<Measure>,
    /// Net weight of one in kilograms.
    pub net_weight_kg: Decimal,
    /// 账册备案料号, of goods from a special zone.
    pub account_item: Option<Box<str>>,
}

/// How much of another unit one of the goods is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// The other unit.
    pub unit: Box<str>,
    /// How much of it one is.
    pub of_one: Decimal,
}

/// What neither order nor waybill nor register says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// Number, action, time, stage.
    pub filing: Filing,
    /// 企业内部编号.
    pub reference: FunctionalReference,
    /// 申报地海关.
    pub office: OfficeCode,
    /// 口岸海关.
    pub port: OfficeCode,
    /// 出口日期.
    pub exported_on: Date,
    /// 申报业务类型.
    pub statistics: StatisticsFlag,
    /// 申报企业.
    pub declarant: NamedParty,
    /// 生产销售企业; the merchant when absent.
    pub producer: Option<NamedParty>,
    /// What ties it to bonded stock.
    pub bonded: BondedStock,
    /// 贸易方式.
    pub mode: ExportMode,
    /// How the goods travel, as far as it is known.
    pub transport: Transport,
    /// 监管场所代码.
    pub facility: Option<Box<str>>,
    /// 许可证件号.
    pub licence: Option<Box<str>>,
    /// 运抵国 and 最终目的国.
    pub destination_country: Box<str>,
    /// 指运港.
    pub destination_port: Box<str>,
    /// 包装种类.
    pub packaging: Box<str>,
}

unnumbered! {
    /// Goods of the order are not registered.
    GOODS_UNREGISTERED "listing-goods-unregistered" "商品货号[{found}]未备案" "goods {found} are not registered";
    /// The order counts goods in another unit than the register.
    UNIT_DIFFERS "listing-unit" "订单计量单位{found}与备案{expected}不一致" "the order counts in unit {found}, the register in {expected}";
    /// Orders of that type are not exported in that mode.
    ORDER_TYPE_DIFFERS "listing-order-type" "监管方式{mode}的订单类型应为{expected}，实为{found}" "goods of mode {mode} are sold by an order of type {expected}, not {found}";
    /// The waybill is of another merchant.
    MERCHANT_DIFFERS "listing-merchant" "运单的电商企业{found}与订单的{expected}不一致" "the waybill is of merchant {found}, the order of {expected}";
    /// Order lines do not add up to the goods' value.
    VALUE_DIFFERS "listing-goods-value" "订单商品价格{found}与表体合计{expected}不一致" "the order says {found}, its lines come to {expected}";
    /// The registered net weights exceed what the waybill weighs.
    WEIGHT_EXCEEDED "listing-weight" "备案净重合计{found}大于运单毛重{expected}" "the goods weigh {found} net by the register, the waybill {expected} in all";
}

/// The list, unsigned and never sent.
///
/// # Errors
/// Everything that keeps it from agreeing with its documents, with pointers into order and waybill.
pub fn export_list(
    order: &ExportOrder,
    waybill: &ExportWaybill,
    goods: &Register,
    terms: Terms,
) -> Result<ExportDeclaration, Vec<Defect>> {
    let mut defects = disagreements(order, waybill, terms.mode);
    let mut items = Vec::with_capacity(order.lines.len());
    let mut net_weight_kg = Decimal::ZERO;
    for (position, line) in (1..).zip(&order.lines) {
        let at = |rule, name| Defect::at(rule, format!("/Order/OrderList[{position}]/{name}"));
        match goods.get(&line.item_no) {
            None => defects.push(at(&GOODS_UNREGISTERED, "itemNo").found(&line.item_no)),
            Some(known) if known.unit != line.unit => {
                defects.push(at(&UNIT_DIFFERS, "unit").found(&line.unit).expected(&known.unit));
            }
            Some(known) => {
                net_weight_kg += known.net_weight_kg * line.quantity;
                items.push(item(line, known, &terms.destination_country));
            }
        }
    }
    let net_weight_kg = rounded(net_weight_kg);
    if net_weight_kg > waybill.gross_weight_kg {
        let defect = Defect::at(&WEIGHT_EXCEEDED, "/Logistics/grossWeight");
        defects.push(defect.found(net_weight_kg).expected(waybill.gross_weight_kg));
    }
    if !defects.is_empty() {
        return Err(defects);
    }
    Ok(declaration(order, waybill, terms, items, net_weight_kg))
}

fn disagreements(order: &ExportOrder, waybill: &ExportWaybill, mode: ExportMode) -> Vec<Defect> {
    let mut defects = Vec::new();
    let wanted = mode.order_type();
    if order.order_type != wanted {
        let defect = Defect::at(&ORDER_TYPE_DIFFERS, "/Order/OrderHead/orderType");
        let defect = defect.found(order.order_type.to_wire()).expected(wanted.to_wire());
        defects.push(defect.with("mode", mode));
    }
    let merchant = &order.merchant.code;
    if let Some(other) = waybill.merchant.as_ref().filter(|other| *other != merchant) {
        let defect = Defect::at(&MERCHANT_DIFFERS, "/Logistics/ebcCode");
        defects.push(defect.found(other.as_str()).expected(merchant.as_str()));
    }
    let value: Amount = order.lines.iter().map(|line| line.total_price).sum();
    if value != order.goods_value {
        let defect = Defect::at(&VALUE_DIFFERS, "/Order/OrderHead/goodsValue");
        defects.push(defect.found(order.goods_value).expected(value));
    }
    defects
}

fn item(line: &ExportOrderLine, goods: &RegisteredGoods, destination: &str) -> ExportItem {
    let quantity_in = |measure: &Measure| rounded(measure.of_one * line.quantity);
    let barcode = line.barcode.clone().or_else(|| goods.barcode.clone());
    ExportItem {
        number: line.number,
        item_no: listed_item_no(&line.item_no).into(),
        account_item: goods.account_item.clone(),
        item_name: Some(line.name.clone()),
        hs_code: goods.hs_code.clone(),
        name: goods.name.clone(),
        specification: goods.specification.clone(),
        barcode: barcode.unwrap_or_else(|| NO_BARCODE.into()),
        destination_country: destination.into(),
        currency: line.currency.clone(),
        quantity: line.quantity,
        statutory_quantity: quantity_in(&goods.statutory),
        second_quantity: goods.second.as_ref().map(quantity_in),
        unit: line.unit.clone(),
        statutory_unit: goods.statutory.unit.clone(),
        second_unit: goods.second.as_ref().map(|second| second.unit.clone()),
        price: line.price,
        total_price: line.total_price,
        note: None,
    }
}

fn declaration(
    order: &ExportOrder,
    waybill: &ExportWaybill,
    terms: Terms,
    items: Vec<ExportItem>,
    net_weight_kg: Decimal,
) -> ExportDeclaration {
    let charge =
        |amount| Charge { amount, currency: waybill.currency.clone(), flag: ChargeFlag::Total };
    ExportDeclaration {
        filing: terms.filing,
        office: terms.office,
        platform: order.platform.clone(),
        order_no: order.order_no.clone(),
        carrier: waybill.carrier.clone(),
        waybill_no: waybill.number.clone(),
        reference: terms.reference,
        provisional_no: None,
        declaration_no: None,
        direction: "E".into(),
        port: terms.port,
        exported_on: terms.exported_on,
        statistics: terms.statistics,
        declarant: terms.declarant,
        merchant: order.merchant.clone(),
        producer: terms.producer.unwrap_or_else(|| order.merchant.clone()),
        bonded: terms.bonded,
        mode: terms.mode.to_wire().into(),
        transport: terms.transport,
        bag_no: None,
        facility: terms.facility,
        licence: terms.licence,
        destination_country: terms.destination_country,
        destination_port: terms.destination_port,
        freight: charge(waybill.freight),
        insurance: charge(waybill.insurance),
        packaging: terms.packaging,
        packages: waybill.packages,
        gross_weight_kg: waybill.gross_weight_kg,
        net_weight_kg,
        note: None,
        items,
    }
}

/// What stands for no bar code.
const NO_BARCODE: &str = "无";

/// To the five digits that the wire has, half up.
fn rounded(quantity: Decimal) -> Decimal {
    quantity.round_dp_with_strategy(5, RoundingStrategy::MidpointAwayFromZero).normalize()
}

#[cfg(test)]
mod tests;
