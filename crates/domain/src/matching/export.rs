//! The match of exports: declaration against order and waybill (两单比对).

use super::{Differing, Pairs};
use crate::defect::{Defect, Rule};
use crate::facts::{
    ExportFacts, ExportItemFacts, ExportLineFacts, ExportOrderFacts, ExportWaybillFacts,
};
use crate::money::Amount;
use crate::official::customs::{LINE_COUNT_DIFFERS, LINES_DIFFER};

/// What an export declaration is matched with.
#[derive(Debug, Clone, Copy)]
pub struct ExportDocuments<'d> {
    /// 订单.
    pub order: &'d ExportOrderFacts,
    /// 运单.
    pub waybill: &'d ExportWaybillFacts,
}

/// The order is of a type that goods of this mode are not sold by.
pub static ORDER_TYPE_DIFFERS: Rule = Rule {
    code: "match-export-order-type",
    official: None,
    zh: "监管方式{mode}的订单类型应为{expected}，实为{found}",
    en: "goods of mode {mode} are sold by an order of type {expected}, not {found}",
};

/// Declaration and order name different platforms.
pub static PLATFORM_DIFFERS: Rule = Rule {
    code: "match-export-platform",
    official: None,
    zh: "清单与订单的电商平台不一致",
    en: "declaration and order name different platforms",
};

/// The waybill names another merchant.
pub static WAYBILL_MERCHANT_DIFFERS: Rule = Rule {
    code: "match-export-waybill-merchant",
    official: None,
    zh: "清单与运单的电商企业不一致",
    en: "declaration and waybill name different merchants",
};

/// The number of packages differs.
pub static PACKAGES_DIFFER: Rule = Rule {
    code: "match-export-packages",
    official: None,
    zh: "清单件数{found}与运单件数{expected}不一致",
    en: "{found} packages are declared, the waybill says {expected}",
};

/// The goods' total differs.
pub static EXPORT_VALUE_DIFFERS: Rule = Rule {
    code: "match-export-goods-value",
    official: None,
    zh: "清单商品总价{found}与订单商品价格{expected}不一致",
    en: "the declared goods are worth {found}, the order says {expected}",
};

/// Every rule of the match of exports, in order of precedence.
pub static EXPORT_RULES: &[&Rule] = &[
    &ORDER_TYPE_DIFFERS,
    &PLATFORM_DIFFERS,
    &WAYBILL_MERCHANT_DIFFERS,
    &PACKAGES_DIFFER,
    &LINE_COUNT_DIFFERS,
    &LINES_DIFFER,
    &EXPORT_VALUE_DIFFERS,
];

/// Every mismatch of an export declaration with its documents, in order of precedence.
pub fn compare_export(
    declaration: &ExportFacts,
    documents: ExportDocuments<'_>,
    pointer: &str,
) -> Vec<Defect> {
    let ExportDocuments { order, waybill } = documents;
    let at = |rule, name: &str| Defect::at(rule, format!("{pointer}/InventoryHead/{name}"));
    let mut mismatches = Vec::new();
    let wanted = declaration.mode.order_type();
    if order.order_type != wanted {
        let defect = at(&ORDER_TYPE_DIFFERS, "tradeMode").with("mode", declaration.mode);
        mismatches.push(defect.found(order.order_type.to_wire()).expected(wanted.to_wire()));
    }
    if order.platform != declaration.parties.platform {
        mismatches.push(at(&PLATFORM_DIFFERS, "ebpCode"));
    }
    if waybill.merchant.is_some_and(|merchant| merchant != declaration.parties.merchant) {
        mismatches.push(at(&WAYBILL_MERCHANT_DIFFERS, "ebcCode"));
    }
    if waybill.packages != declaration.packages {
        let defect = at(&PACKAGES_DIFFER, "packNo");
        mismatches.push(defect.found(declaration.packages).expected(waybill.packages));
    }
    mismatches.extend(compare_lines(declaration, order, pointer));
    let goods: Amount = declaration.items.iter().map(|item| item.total_price).sum();
    if goods != order.goods_value {
        let defect = at(&EXPORT_VALUE_DIFFERS, "orderNo");
        mismatches.push(defect.found(goods).expected(order.goods_value));
    }
    mismatches
}

/// Lines pair by number.
fn compare_lines(
    declaration: &ExportFacts,
    order: &ExportOrderFacts,
    pointer: &str,
) -> Vec<Defect> {
    let pairs = Pairs {
        items: &declaration.items,
        item_number: |item: &ExportItemFacts| item.number,
        lines: &order.lines,
        line_number: |line: &ExportLineFacts| line.number,
    };
    pairs.compare(differing_element, pointer)
}

/// The first element in which a declared line differs from the ordered one.
fn differing_element(item: &ExportItemFacts, line: &ExportLineFacts) -> Option<Differing> {
    if *item.item_no != *listed_item_no(&line.item_no) {
        return Some(("itemNo", item.item_no.to_string(), line.item_no.to_string()));
    }
    if item.quantity != line.quantity {
        let (found, expected) = (item.quantity.normalize(), line.quantity.normalize());
        return Some(("qty", found.to_string(), expected.to_string()));
    }
    if item.unit != line.unit {
        return Some(("unit", item.unit.to_string(), line.unit.to_string()));
    }
    if item.currency != line.currency {
        return Some(("currency", item.currency.to_string(), line.currency.to_string()));
    }
    if item.total_price != line.total_price {
        return Some(("totalPrice", item.total_price.to_string(), line.total_price.to_string()));
    }
    None
}

/// As much of an order's item number as a declaration has room for.
pub fn listed_item_no(item_no: &str) -> &str {
    const ROOM: usize = 20;
    item_no.char_indices().nth(ROOM).map_or(item_no, |(end, _)| &item_no[..end])
}

#[cfg(test)]
mod tests;
