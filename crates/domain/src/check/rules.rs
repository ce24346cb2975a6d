//! The rules of the single-document checks, with the official number of each document's group.

use crate::defect::{Official, Rule};

macro_rules! rules {
    ($( $number:literal $prefix:literal { $( $(#[$doc:meta])* $name:ident $code:literal $zh:literal $en:literal; )* } )*) => {
        $( $(
            $(#[$doc])*
            pub static $name: Rule = Rule {
                code: $code,
                official: Some(Official::Business($number)),
                zh: concat!($prefix, $zh),
                en: $en,
            };
        )* )*
        /// Every rule of the single-document checks, in the order of the documents.
        pub static ALL: &[&Rule] = &[ $( $( &$name, )* )* ];
    };
}

rules! {
    -301008 "参数校验不通过，" {
        /// An import order is of type `I`.
        ORDER_TYPE "order-type" "订单类型应为I，实为{found}" "an import order has type I, not {found}";
        /// Only renminbi.
        ORDER_CURRENCY "order-currency" "订单币制应为142，实为{found}" "the order's currency must be 142, not {found}";
        /// Only a resident identity card.
        ORDER_BUYER_ID_TYPE "order-buyer-id-type" "订购人证件类型应为1，实为{found}" "the buyer's identity document must be of type 1, not {found}";
        /// 18 characters with a right check character.
        ORDER_BUYER_ID "order-buyer-id" "订购人证件号码无效" "the buyer's identity number is not valid";
        /// The official order formula.
        ORDER_PAID_SUM "order-paid-sum" "实际支付金额{found}与商品价格+运杂费+代扣税款-非现金抵扣金额{expected}不符" "paid {found} is not goods + freight + tax - discount = {expected}";
        /// None of the amounts is below zero.
        ORDER_NEGATIVE "order-negative-amount" "订单金额不应为负：{found}" "an amount of the order is negative: {found}";
        /// Quantity above zero.
        ORDER_LINE_QUANTITY "order-line-quantity" "订单表体数量应大于0，实为{found}" "a line's quantity must be more than 0, not {found}";
        /// Total = price × quantity.
        ORDER_LINE_TOTAL "order-line-total" "订单表体总价{found}与单价×数量不符" "a line's total {found} is not price × quantity";
        /// Lines are numbered from 1 without gap.
        ORDER_LINE_GAP "order-line-number" "订单商品序号应为{expected}，实为{found}" "the line should be numbered {expected}, not {found}";
    }
    -401009 "参数校验不通过，" {
        /// Only renminbi.
        PAYMENT_CURRENCY "payment-currency" "支付币制应为142，实为{found}" "the payment's currency must be 142, not {found}";
        /// Only a resident identity card.
        PAYMENT_PAYER_ID_TYPE "payment-payer-id-type" "支付人证件类型应为1，实为{found}" "the payer's identity document must be of type 1, not {found}";
        /// 18 characters with a right check character.
        PAYMENT_PAYER_ID "payment-payer-id" "支付人证件号码无效" "the payer's identity number is not valid";
        /// Not below zero; zero when vouchers paid for everything.
        PAYMENT_AMOUNT "payment-amount" "支付金额不应为负：{found}" "the amount paid is negative: {found}";
    }
    -504011 "参数校验不通过，" {
        /// Only renminbi.
        WAYBILL_CURRENCY "waybill-currency" "运单币制应为142，实为{found}" "the waybill's currency must be 142, not {found}";
        /// One parcel.
        WAYBILL_PACKAGES "waybill-packages" "运单件数应为1，实为{found}" "a waybill has exactly one piece, not {found}";
        /// Heavier than nothing.
        WAYBILL_WEIGHT "waybill-weight" "运单毛重应大于0，实为{found}" "the gross weight must be more than 0, not {found}";
        /// Freight and insurance not below zero.
        WAYBILL_NEGATIVE "waybill-negative-amount" "运杂费、保价费不应为负：{found}" "freight or insurance is negative: {found}";
    }
    -505011 "参数校验不通过，" {
        /// Only `S`, signed for.
        DELIVERY_STATUS "delivery-status" "运单状态应为S，实为{found}" "the delivery's status must be S, not {found}";
    }
    -621001 "清单报文校验失败，" {
        /// An import declaration.
        DECLARATION_DIRECTION "declaration-direction" "进出口标记应为I，实为{found}" "the direction must be I, not {found}";
        /// 9610, 1210 or 1239.
        DECLARATION_MODE "declaration-mode" "贸易方式{found}不适用于跨境电商零售进口" "supervision mode {found} does not apply to retail import";
        /// Only renminbi.
        DECLARATION_CURRENCY "declaration-currency" "币制应为142，实为{found}" "the currency must be 142, not {found}";
        /// Only a resident identity card.
        DECLARATION_BUYER_ID_TYPE "declaration-buyer-id-type" "订购人证件类型应为1，实为{found}" "the buyer's identity document must be of type 1, not {found}";
        /// 18 characters with a right check character.
        DECLARATION_BUYER_ID "declaration-buyer-id" "订购人证件号码无效" "the buyer's identity number is not valid";
        /// One parcel.
        DECLARATION_PACKAGES "declaration-packages" "件数应为1，实为{found}" "a declaration covers exactly one parcel, not {found}";
        /// Both weights above zero.
        DECLARATION_WEIGHT "declaration-weight" "毛重、净重应大于0，实为{found}" "gross and net weight must be more than 0, not {found}";
        /// Net ≤ gross.
        DECLARATION_NET_WEIGHT "declaration-net-weight" "净重{found}大于毛重{expected}" "the net weight {found} exceeds the gross weight {expected}";
        /// Freight and insurance not below zero.
        DECLARATION_NEGATIVE "declaration-negative-amount" "运费、保费不应为负：{found}" "freight or insurance is negative: {found}";
        /// Needed for direct purchase.
        DECLARATION_TRANSPORT "declaration-transport" "直购进口应填报运输工具编号、航班航次号、提运单号" "direct purchase needs vehicle, voyage and bill number";
        /// Needed for bonded import.
        DECLARATION_BONDED "declaration-bonded" "保税进口应填报账册编号、区内企业代码和名称" "bonded import needs account book and warehouse enterprise";
        /// Needed on each line for bonded import.
        DECLARATION_ACCOUNT_ITEM "declaration-account-item" "保税进口应填报账册备案料号" "bonded import needs the account book's item number on each line";
        /// A bonded parcel leaves from China.
        DECLARATION_BONDED_COUNTRY "declaration-bonded-country" "保税进口起运国应为142，实为{found}" "a bonded parcel departs from 142, not {found}";
        /// A code that no table holds.
        DECLARATION_CODE "declaration-unknown-code" "代码{found}不在{expected}内" "{found} is not in the table of {expected}";
        /// Ten digits.
        DECLARATION_HS "declaration-hs-code" "商品编码应为10位数字，实为{found}" "an HS code has ten digits, unlike {found}";
        /// Price and total above zero.
        DECLARATION_PRICE "declaration-line-price" "单价、总价应大于0，实为{found}" "a line's price and total must be more than 0, not {found}";
        /// Quantities above zero.
        DECLARATION_QUANTITY "declaration-line-quantity" "数量应大于0，实为{found}" "a line's quantities must be more than 0, not {found}";
        /// Total = price × quantity.
        DECLARATION_LINE_TOTAL "declaration-line-total" "总价{found}与单价×数量不符" "a line's total {found} is not price × quantity";
        /// The same unit has the same quantity.
        DECLARATION_SAME_UNIT "declaration-same-unit" "申报单位与法定单位相同时数量应相同：{found}，{expected}" "declared and statutory unit agree but the quantities do not: {found}, {expected}";
        /// Second unit and second quantity go together.
        DECLARATION_SECOND_UNIT "declaration-second-unit" "第二单位为空时第二数量应为空，有值时第二数量应为正数" "the second unit and a positive second quantity go together";
        /// Lines are numbered from 1 without gap.
        DECLARATION_LINE_GAP "declaration-line-number" "表体序号应为{expected}，实为{found}" "the line should be numbered {expected}, not {found}";
    }
    -800001 "校验不通过，" {
        /// Only imported parcels are entered.
        ENTRY_DIRECTION "warehouse-entry-direction" "进出口标记应为I，实为{found}" "the direction must be I, not {found}";
        /// No line number stands twice.
        ENTRY_LINE_REPEATED "warehouse-entry-line-repeated" "入库明细单序号{found}重复" "line number {found} stands twice";
        /// Lines are numbered from 1 without gap.
        ENTRY_LINE_GAP "warehouse-entry-line-number" "入库明细单序号应为{expected}，实为{found}" "the line should be numbered {expected}, not {found}";
        /// A parcel stands once in an entry.
        ENTRY_PARCEL_REPEATED "warehouse-entry-parcel-repeated" "物流运单编号{found}重复" "waybill {found} stands twice";
    }
}

#[cfg(test)]
mod tests {
    use super::ALL;
    use std::collections::HashSet;

    #[test]
    fn every_rule_has_a_code_of_its_own() {
        let codes: HashSet<_> = ALL.iter().map(|rule| rule.code).collect();
        assert_eq!(codes.len(), ALL.len());
    }
}
