//! The three-document match (三单比对): declaration against order, payment and waybill.
//!
//! Every mismatch is found, in the order of `docs/reference/matching.md`; values that are personal
//! data are compared by mark and never quoted.

use crate::defect::{Defect, Official, Rule};
use crate::facts::{DeclarationFacts, OrderFacts, PaymentFacts, WaybillFacts};
use crate::money::Amount;

/// What a declaration is matched with.
#[derive(Debug, Clone, Copy)]
pub struct Documents<'d> {
    /// 订单.
    pub order: &'d OrderFacts,
    /// 支付单.
    pub payment: &'d PaymentFacts,
    /// 运单.
    pub waybill: &'d WaybillFacts,
}

macro_rules! rules {
    ($( $(#[$doc:meta])* $name:ident $official:expr, $code:literal $zh:literal $en:literal; )*) => {
        $(
            $(#[$doc])*
            pub static $name: Rule = Rule { code: $code, official: $official, zh: $zh, en: $en };
        )*
        /// Every rule of the match, in order of precedence.
        pub static ALL: &[&Rule] = &[ $( &$name, )* ];
    };
}

const fn customs(code: u32) -> Option<Official> {
    Some(Official::Customs(code))
}

rules! {
    /// Declaration and order name different merchants.
    MERCHANT None, "match-merchant" "清单与订单的电商企业不一致" "declaration and order name different merchants";
    /// The buyer's name differs between declaration and order.
    BUYER_NAME customs(13127), "match-buyer-name" "清单上的订购人姓名与订单上的订购人姓名不一致" "the buyer's name differs between declaration and order";
    /// The buyer's identity number differs.
    BUYER_NUMBER None, "match-buyer-number" "清单上的订购人证件号码与订单上的订购人证件号码不一致" "the buyer's identity number differs between declaration and order";
    /// The buyer's telephone differs.
    BUYER_TELEPHONE customs(130126), "match-buyer-telephone" "清单上的订购人电话号码与订单上的订购人电话号码不一致" "the buyer's telephone differs between declaration and order";
    /// Payment and order disagree about the payment institution or transaction.
    PAYMENT_INSTITUTION customs(13035), "match-payment-institution" "支付企业不一致" "order and payment name different payment institutions";
    /// The order points at another transaction of the institution.
    PAYMENT_TRANSACTION None, "match-payment-transaction" "订单与支付单的支付交易编号不一致" "order and payment name different transactions";
    /// The amount paid differs.
    AMOUNT_PAID customs(1332), "match-amount-paid" "支付单支付金额与订单支付金额不一致,[OrderHead.acturalPaid:{expected},PaymentHead.amountPaid:{found}]" "the payment is {found}, the order says {expected}";
    /// The buyer's identity is not certified and somebody else paid.
    PAYER None, "match-payer" "支付人与订购人不一致" "the payer is not the buyer, whose identity is not certified";
    /// The waybill belongs to another order.
    WAYBILL_ORDER None, "match-waybill-order" "运单的订单编号与清单不一致" "the waybill belongs to another order";
    /// The consignee differs between order and waybill.
    CONSIGNEE None, "match-consignee" "订单与运单的收货人姓名、电话或地址不一致" "the consignee differs between order and waybill";
    /// The delivery address differs between declaration and order.
    ADDRESS None, "match-address" "清单与订单的收货地址不一致" "the delivery address differs between declaration and order";
    /// Another number of lines.
    LINE_COUNT customs(1320), "match-line-count" "清单表体商品项与订单表体商品项的项数不一致" "declaration and order have different numbers of lines";
    /// A line differs in name, quantity, unit or price.
    LINE customs(1322), "match-line" "订单清单表体商品项不一致" "a line differs between declaration and order";
    /// The goods' total differs.
    GOODS_VALUE None, "match-goods-value" "清单商品总价{found}与订单商品价格{expected}不一致" "the declared goods are worth {found}, the order says {expected}";
    /// The freight differs.
    FREIGHT None, "match-freight" "清单运费{found}与订单运杂费{expected}不一致" "the declared freight is {found}, the order says {expected}";
}

/// Every mismatch of `declaration` with its documents, in order of precedence. `certified` says that
/// the buyer's name and number are known to be a true pair; otherwise the payer must be the buyer.
pub fn compare(
    declaration: &DeclarationFacts,
    documents: Documents<'_>,
    certified: bool,
    pointer: &str,
) -> Vec<Defect> {
    let mut mismatches = Vec::new();
    let mut differ = |agrees: bool, rule: &'static Rule, path: &str| {
        if !agrees {
            mismatches.push(Defect::at(rule, format!("{pointer}/{path}")));
        }
    };
    let Documents { order, payment, waybill } = documents;
    let head = |name: &str| format!("InventoryHead/{name}");

    differ(declaration.merchant == order.merchant, &MERCHANT, &head("ebcCode"));
    differ(declaration.buyer.name == order.buyer.name, &BUYER_NAME, &head("buyerName"));
    differ(declaration.buyer.number == order.buyer.number, &BUYER_NUMBER, &head("buyerIdNumber"));
    let telephone = order.buyer_telephone.is_none_or(|known| known == declaration.buyer_telephone);
    differ(telephone, &BUYER_TELEPHONE, &head("buyerTelephone"));
    let institution = order.payment_institution.is_none_or(|named| named == payment.institution);
    differ(institution, &PAYMENT_INSTITUTION, &head("orderNo"));
    let transaction =
        order.payment_transaction.as_ref().is_none_or(|named| *named == payment.transaction);
    differ(transaction, &PAYMENT_TRANSACTION, &head("orderNo"));
    let payer = certified
        || (payment.payer.name, payment.payer.number) == (order.buyer.name, order.buyer.number);
    differ(payer, &PAYER, &head("buyerIdNumber"));
    let same_order = waybill.order_no.as_ref().is_none_or(|named| *named == declaration.order_no);
    differ(same_order, &WAYBILL_ORDER, &head("logisticsNo"));
    differ(order.consignee == waybill.consignee, &CONSIGNEE, &head("logisticsNo"));
    let address = declaration.consignee_address == order.consignee.address;
    differ(address, &ADDRESS, &head("consigneeAddress"));

    mismatches.extend(compare_amounts(declaration, order, payment, pointer));
    mismatches.extend(compare_lines(declaration, order, pointer));
    mismatches.sort_by_key(|defect| ALL.iter().position(|rule| std::ptr::eq(*rule, defect.rule)));
    mismatches
}

fn compare_amounts(
    declaration: &DeclarationFacts,
    order: &OrderFacts,
    payment: &PaymentFacts,
    pointer: &str,
) -> Vec<Defect> {
    let goods: Amount = declaration.items.iter().map(|item| item.total_price).sum();
    [
        (&AMOUNT_PAID, "orderNo", payment.amount, order.paid),
        (&GOODS_VALUE, "orderNo", goods, order.goods_value),
        (&FREIGHT, "freight", declaration.freight, order.freight),
    ]
    .into_iter()
    .filter(|(_, _, found, expected)| found != expected)
    .map(|(rule, name, found, expected)| {
        let pointer = format!("{pointer}/InventoryHead/{name}");
        Defect::at(rule, pointer).found(found).expected(expected)
    })
    .collect()
}

/// Lines pair by number. The seller's name is compared where the declaration gives it; the declared
/// name (`gname`) is customs' language and may differ.
fn compare_lines(declaration: &DeclarationFacts, order: &OrderFacts, pointer: &str) -> Vec<Defect> {
    if declaration.items.len() != order.lines.len() {
        let pointer = format!("{pointer}/InventoryList");
        let defect = Defect::at(&LINE_COUNT, pointer);
        return vec![defect.found(declaration.items.len()).expected(order.lines.len())];
    }
    let differs = |item: &crate::facts::ItemFacts| {
        !order.lines.iter().any(|line| {
            line.number == item.number
                && line.quantity == item.quantity
                && line.unit == item.unit
                && line.total_price == item.total_price
                && item.item_name.as_ref().is_none_or(|name| *name == line.name)
        })
    };
    (1..)
        .zip(&declaration.items)
        .filter(|(_, item)| differs(item))
        .map(|(position, _)| Defect::at(&LINE, format!("{pointer}/InventoryList[{position}]")))
        .collect()
}
