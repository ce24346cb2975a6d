//! Checks of an order.

use super::*;
use crate::commerce::Order;
use crate::official;

/// Every finding in `order`, with pointers below `pointer` (the document's element).
pub fn check_order(order: &Order, pointer: &str) -> Vec<Defect> {
    let mut findings = Findings::below(pointer);
    let head = |name: &str| format!("OrderHead/{name}");
    findings.require(&*order.order_type == "I", &ORDER_TYPE, &head("orderType"), &order.order_type);
    for (name, amount) in [
        ("goodsValue", order.goods_value),
        ("freight", order.freight),
        ("discount", order.discount),
        ("taxTotal", order.tax_withheld),
        ("acturalPaid", order.paid),
    ] {
        findings.require(!amount.is_negative(), &ORDER_NEGATIVE, &head(name), amount);
    }
    let sum = order.goods_value + order.freight + order.tax_withheld - order.discount;
    if order.paid != sum {
        let defect = findings.at(&ORDER_PAID_SUM, &head("acturalPaid"));
        findings.defects.push(defect.found(order.paid).expected(sum));
    }
    let currency = &*order.currency;
    findings.require(currency == CNY, &ORDER_CURRENCY, &head("currency"), currency);
    let id_type = &*order.buyer.id_type;
    findings.require(id_type == RESIDENT_CARD, &ORDER_BUYER_ID_TYPE, &head("buyerIdType"), id_type);
    if id_type == RESIDENT_CARD && !order.buyer.has_valid_number() {
        let defect = findings.at(&ORDER_BUYER_ID, &head("buyerIdNumber"));
        findings.defects.push(defect);
    }
    findings.require_line_numbers(
        order.lines.iter().map(|line| line.number),
        "OrderList",
        &official::order::LINE_REPEATED,
        &ORDER_LINE_GAP,
    );
    for (line, position) in order.lines.iter().zip(1..) {
        let path = |name: &str| format!("OrderList[{position}]/{name}");
        let positive = line.quantity > Decimal::ZERO;
        findings.require(positive, &ORDER_LINE_QUANTITY, &path("qty"), line.quantity);
        let right = is_line_total(line.price, line.quantity, line.total_price);
        findings.require(right, &ORDER_LINE_TOTAL, &path("totalPrice"), line.total_price);
        let negative = line.price.is_negative();
        findings.require(!negative, &ORDER_NEGATIVE, &path("price"), line.price);
        let currency = &*line.currency;
        findings.require(currency == CNY, &ORDER_CURRENCY, &path("currency"), currency);
    }
    findings.defects
}
