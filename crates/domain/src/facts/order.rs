//! Facts of an order.

use super::{ConsigneeMarks, PersonMarks, followers};
use crate::commerce::{Order, OrderLine};
use crate::ids::{PartyId, PaymentTransaction};
use crate::mark::{Mark, Marker, Personal};
use crate::money::Amount;
use rust_decimal::Decimal;

/// What is kept of an order (订单).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderFacts {
    /// 电商平台.
    pub platform: PartyId,
    /// 电商企业.
    pub merchant: PartyId,
    /// 支付企业, where the order names it.
    pub payment_institution: Option<PartyId>,
    /// 支付交易编号, where the order names it.
    pub payment_transaction: Option<PaymentTransaction>,
    /// 商品价格.
    pub goods_value: Amount,
    /// 运杂费.
    pub freight: Amount,
    /// 非现金抵扣金额.
    pub discount: Amount,
    /// 代扣税款.
    pub tax_withheld: Amount,
    /// 实际支付金额.
    pub paid: Amount,
    /// 订购人.
    pub buyer: PersonMarks,
    /// 订购人电话.
    pub buyer_telephone: Option<Mark>,
    /// 收货人.
    pub consignee: ConsigneeMarks,
    /// Who may follow the parcel by the order's number: whoever knows the end of the buyer's telephone or of
    /// the consignee's.
    pub followers: Vec<Mark>,
    /// The goods.
    pub lines: Vec<LineFacts>,
}

/// What is kept of one line of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineFacts {
    /// 商品序号.
    pub number: i32,
    /// 企业商品名称.
    pub name: Box<str>,
    /// 计量单位.
    pub unit: Box<str>,
    /// 数量.
    pub quantity: Decimal,
    /// 单价.
    pub price: Amount,
    /// 总价.
    pub total_price: Amount,
}

impl OrderFacts {
    /// The facts of an order whose parties are resolved.
    pub fn of(
        order: &Order,
        platform: PartyId,
        merchant: PartyId,
        payment_institution: Option<PartyId>,
        marker: &impl Marker,
    ) -> Self {
        let telephones = order.buyer_telephone.iter().chain([&order.consignee.telephone]);
        let telephones = telephones.map(AsRef::as_ref);
        Self {
            platform,
            merchant,
            payment_institution,
            payment_transaction: order.payment.transaction.clone(),
            goods_value: order.goods_value,
            freight: order.freight,
            discount: order.discount,
            tax_withheld: order.tax_withheld,
            paid: order.paid,
            buyer: PersonMarks::of(&order.buyer, marker),
            buyer_telephone: order
                .buyer_telephone
                .as_ref()
                .map(|telephone| marker.mark(Personal::Telephone, telephone)),
            consignee: ConsigneeMarks::of(&order.consignee, marker),
            followers: followers(order.order_no.as_str(), telephones, marker),
            lines: order.lines.iter().map(LineFacts::of).collect(),
        }
    }
}

impl LineFacts {
    fn of(line: &OrderLine) -> Self {
        Self {
            number: line.number,
            name: line.name.clone(),
            unit: line.unit.clone(),
            quantity: line.quantity,
            price: line.price,
            total_price: line.total_price,
        }
    }
}
