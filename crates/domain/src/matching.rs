//! The three-document match (三单比对): declaration against order, payment and waybill.
//!
//! Every mismatch is found, in the order of `docs/reference/matching.md`; values that are personal
//! data are compared by mark and never quoted.

mod export;

use crate::defect::{Defect, Rule};
use crate::facts::{
    DeclarationFacts, ItemFacts, LineFacts, OrderFacts, PaymentFacts, WaybillFacts,
};
use crate::money::Amount;
use crate::official::customs::{
    AMOUNTS_DIFFER, BUYER_NAME_DIFFERS, BUYER_TELEPHONE_DIFFERS, INSTITUTION_DIFFERS,
    LINE_COUNT_DIFFERS, LINES_DIFFER,
};

pub use export::{EXPORT_RULES, ExportDocuments, compare_export, listed_item_no};

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

/// Declaration and order name different merchants.
pub static MERCHANT_DIFFERS: Rule = Rule {
    code: "match-merchant",
    official: None,
    zh: "清单与订单的电商企业不一致",
    en: "declaration and order name different merchants",
};

/// The buyer's identity number differs.
pub static BUYER_NUMBER_DIFFERS: Rule = Rule {
    code: "match-buyer-number",
    official: None,
    zh: "清单上的订购人证件号码与订单上的订购人证件号码不一致",
    en: "the buyer's identity number differs between declaration and order",
};

/// The order points at another transaction of the institution.
pub static TRANSACTION_DIFFERS: Rule = Rule {
    code: "match-payment-transaction",
    official: None,
    zh: "订单与支付单的支付交易编号不一致",
    en: "order and payment name different transactions",
};

/// The buyer's identity is not certified and somebody else paid.
pub static PAYER_DIFFERS: Rule = Rule {
    code: "match-payer",
    official: None,
    zh: "支付人与订购人不一致",
    en: "the payer is not the buyer, whose identity is not certified",
};

/// The waybill belongs to another order.
pub static WAYBILL_OF_OTHER_ORDER: Rule = Rule {
    code: "match-waybill-order",
    official: None,
    zh: "运单[{waybill}]的订单编号与清单不一致",
    en: "waybill [{waybill}] belongs to another order",
};

/// The consignee differs between order and waybill.
pub static CONSIGNEE_DIFFERS: Rule = Rule {
    code: "match-consignee",
    official: None,
    zh: "订单与运单的收货人{what}不一致",
    en: "the consignee differs between order and waybill: {what}",
};

/// The delivery address differs between declaration and order.
pub static ADDRESS_DIFFERS: Rule = Rule {
    code: "match-address",
    official: None,
    zh: "清单与订单的收货地址不一致",
    en: "the delivery address differs between declaration and order",
};

/// The goods' total differs.
pub static GOODS_VALUE_DIFFERS: Rule = Rule {
    code: "match-goods-value",
    official: None,
    zh: "清单商品总价{found}与订单商品价格{expected}不一致",
    en: "the declared goods are worth {found}, the order says {expected}",
};

/// The freight differs.
pub static FREIGHT_DIFFERS: Rule = Rule {
    code: "match-freight",
    official: None,
    zh: "清单运费{found}与订单运杂费{expected}不一致",
    en: "the declared freight is {found}, the order says {expected}",
};

/// Every rule of the match, in order of precedence; those without a customs number are ours.
pub static ALL: &[&Rule] = &[
    &MERCHANT_DIFFERS,
    &BUYER_NAME_DIFFERS,
    &BUYER_NUMBER_DIFFERS,
    &BUYER_TELEPHONE_DIFFERS,
    &INSTITUTION_DIFFERS,
    &TRANSACTION_DIFFERS,
    &AMOUNTS_DIFFER,
    &PAYER_DIFFERS,
    &WAYBILL_OF_OTHER_ORDER,
    &CONSIGNEE_DIFFERS,
    &ADDRESS_DIFFERS,
    &LINE_COUNT_DIFFERS,
    &LINES_DIFFER,
    &GOODS_VALUE_DIFFERS,
    &FREIGHT_DIFFERS,
];

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
    let Documents { order, payment, .. } = documents;
    let head = |name: &str| format!("InventoryHead/{name}");

    differ(declaration.merchant == order.merchant, &MERCHANT_DIFFERS, &head("ebcCode"));
    differ(declaration.buyer.name == order.buyer.name, &BUYER_NAME_DIFFERS, &head("buyerName"));
    differ(
        declaration.buyer.number == order.buyer.number,
        &BUYER_NUMBER_DIFFERS,
        &head("buyerIdNumber"),
    );
    let telephone = order.buyer_telephone.is_none_or(|known| known == declaration.buyer_telephone);
    differ(telephone, &BUYER_TELEPHONE_DIFFERS, &head("buyerTelephone"));
    let institution = order.payment_institution.is_none_or(|named| named == payment.institution);
    differ(institution, &INSTITUTION_DIFFERS, &head("orderNo"));
    let payer = certified
        || (payment.payer.name, payment.payer.number) == (order.buyer.name, order.buyer.number);
    differ(payer, &PAYER_DIFFERS, &head("buyerIdNumber"));
    let address = declaration.consignee_address == order.consignee.address;
    differ(address, &ADDRESS_DIFFERS, &head("consigneeAddress"));

    mismatches.extend(compare_references(declaration, documents, pointer));
    mismatches.extend(compare_amounts(declaration, order, payment, pointer));
    mismatches.extend(compare_lines(declaration, order, pointer));
    mismatches.sort_by_key(|defect| ALL.iter().position(|rule| std::ptr::eq(*rule, defect.rule)));
    mismatches
}

/// What payment and waybill say of the order that they belong to.
fn compare_references(
    declaration: &DeclarationFacts,
    documents: Documents<'_>,
    pointer: &str,
) -> Vec<Defect> {
    let Documents { order, payment, waybill } = documents;
    let mut mismatches = Vec::new();
    if let Some(named) = &order.payment_transaction
        && *named != payment.transaction
    {
        let defect = Defect::at(&TRANSACTION_DIFFERS, format!("{pointer}/InventoryHead/orderNo"))
            .found(format!("PaymentHead.payTransactionId:{}", payment.transaction))
            .expected(format!("OrderHead.payTransactionId:{named}"));
        mismatches.push(defect);
    }
    let at = |rule| Defect::at(rule, format!("{pointer}/InventoryHead/logisticsNo"));
    if waybill.order_no.as_ref().is_some_and(|named| *named != declaration.order_no) {
        mismatches.push(at(&WAYBILL_OF_OTHER_ORDER).with("waybill", &waybill.number));
    }
    let (ours, theirs) = (&order.consignee, &waybill.consignee);
    let differing: Vec<&str> = [
        (ours.name != theirs.name, "姓名"),
        (ours.telephone != theirs.telephone, "电话"),
        (ours.address != theirs.address, "地址"),
    ]
    .into_iter()
    .filter_map(|(differs, what)| differs.then_some(what))
    .collect();
    if !differing.is_empty() {
        mismatches.push(at(&CONSIGNEE_DIFFERS).with("what", differing.join("、")));
    }
    mismatches
}

fn compare_amounts(
    declaration: &DeclarationFacts,
    order: &OrderFacts,
    payment: &PaymentFacts,
    pointer: &str,
) -> Vec<Defect> {
    let goods: Amount = declaration.items.iter().map(|item| item.total_price).sum();
    let at = |rule, name: &str| Defect::at(rule, format!("{pointer}/InventoryHead/{name}"));
    let mut mismatches = Vec::new();
    if payment.amount != order.paid {
        let defect = at(&AMOUNTS_DIFFER, "orderNo")
            .found(format!("PaymentHead.amountPaid:{}", payment.amount))
            .expected(format!("OrderHead.acturalPaid:{}", order.paid));
        mismatches.push(defect);
    }
    for (rule, name, found, expected) in [
        (&GOODS_VALUE_DIFFERS, "orderNo", goods, order.goods_value),
        (&FREIGHT_DIFFERS, "freight", declaration.freight, order.freight),
    ] {
        if found != expected {
            mismatches.push(at(rule, name).found(found).expected(expected));
        }
    }
    mismatches
}

/// Lines pair by number. The seller's name is compared where the declaration gives it; the declared
/// name (`gname`) is customs' language and may differ.
fn compare_lines(declaration: &DeclarationFacts, order: &OrderFacts, pointer: &str) -> Vec<Defect> {
    let pairs = Pairs {
        items: &declaration.items,
        item_number: |item: &ItemFacts| item.number,
        lines: &order.lines,
        line_number: |line: &LineFacts| line.number,
    };
    pairs.compare(differing_element, pointer)
}

/// Declared lines and ordered ones, which pair by number.
struct Pairs<'p, I, L> {
    items: &'p [I],
    item_number: fn(&I) -> i32,
    lines: &'p [L],
    line_number: fn(&L) -> i32,
}

/// An element in which two lines differ: its name, what the declaration says, and what the order says.
type Differing = (&'static str, String, String);

impl<I, L> Pairs<'_, I, L> {
    fn compare(&self, first: fn(&I, &L) -> Option<Differing>, pointer: &str) -> Vec<Defect> {
        let (items, lines) = (self.items.len(), self.lines.len());
        if items != lines {
            let defect = Defect::at(&LINE_COUNT_DIFFERS, format!("{pointer}/InventoryList"));
            let defect = defect.found(format!("InventoryList:{items}"));
            return vec![defect.expected(format!("OrderList:{lines}"))];
        }
        let differing = (1..).zip(self.items).filter_map(|(position, item)| {
            let number = (self.item_number)(item);
            let defect = Defect::at(&LINES_DIFFER, format!("{pointer}/InventoryList[{position}]"));
            let Some(line) = self.lines.iter().find(|line| (self.line_number)(line) == number)
            else {
                return Some(defect.found(format!("gnum:{number}")));
            };
            let (name, found, expected) = first(item, line)?;
            let expected = format!("gnum:{number},OrderList.{name}:{expected}");
            Some(defect.found(format!("InventoryList.{name}:{found}")).expected(expected))
        });
        differing.collect()
    }
}

/// The first element in which a declared line differs from the ordered one.
fn differing_element(item: &ItemFacts, line: &LineFacts) -> Option<Differing> {
    if item.quantity != line.quantity {
        let (found, expected) = (item.quantity.normalize(), line.quantity.normalize());
        return Some(("qty", found.to_string(), expected.to_string()));
    }
    if item.unit != line.unit {
        return Some(("unit", item.unit.to_string(), line.unit.to_string()));
    }
    if item.total_price != line.total_price {
        return Some(("totalPrice", item.total_price.to_string(), line.total_price.to_string()));
    }
    match &item.item_name {
        Some(name) if *name != line.name => {
            Some(("itemName", name.to_string(), line.name.to_string()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
