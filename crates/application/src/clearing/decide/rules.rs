//! The rules that need what is stored: the same message again, changes, uniqueness, limits.

use tongguan_domain::defect::{Official, Rule};

macro_rules! rules {
    ($( $(#[$doc:meta])* $name:ident $official:expr, $code:literal $zh:literal $en:literal; )*) => {
        $(
            $(#[$doc])*
            pub static $name: Rule = Rule { code: $code, official: $official, zh: $zh, en: $en };
        )*
        /// Every rule that needs what is stored.
        pub static ALL: &[&Rule] = &[ $( &$name, )* ];
    };
}

const fn business(number: i32) -> Option<Official> {
    Some(Official::Business(number))
}

rules! {
    /// An order of that number exists.
    ORDER_EXISTS business(-301010), "order-exists" "已存在相同编号的订单" "an order of this number exists";
    /// Change or deletion of an order that does not exist.
    ORDER_MISSING business(-301009), "order-missing" "订单标识(appType)不正确,未找到操作的订单" "there is no order to change or delete";
    /// The order is already declared.
    ORDER_DECLARED business(-301011), "order-declared" "该订单已向海关申报清单，状态不符" "a declaration already uses the order";
    /// A newer copy of the order is stored.
    ORDER_OLD business(-301014), "order-old" "订单报文处理失败，接收报文为旧报文数据，不做处理" "a newer copy of the order is stored";
    /// The guid of the order came with other content.
    ORDER_GUID business(-301008), "order-guid-reused" "参数校验不通过，相同guid的订单内容不同" "the guid was used for an order with other content";
    /// A payment of that transaction exists.
    PAYMENT_EXISTS business(-401007), "payment-exists" "已存在相同编号的支付单" "a payment of this transaction exists";
    /// Change or deletion of a payment that does not exist.
    PAYMENT_MISSING business(-401006), "payment-missing" "支付单标识(appType)不正确,未找到对应操作的支付单" "there is no payment to change or delete";
    /// The payment is already used by a declaration.
    PAYMENT_DECLARED business(-401008), "payment-declared" "该支付单已向海关申报支付单，状态不符" "a declaration already uses the payment";
    /// A newer copy of the payment is stored.
    PAYMENT_OLD business(-401012), "payment-old" "支付单报文处理失败，接收报文为旧报文数据，不做处理" "a newer copy of the payment is stored";
    /// The guid of the payment came with other content.
    PAYMENT_GUID business(-401009), "payment-guid-reused" "参数校验不通过，相同guid的支付单内容不同" "the guid was used for a payment with other content";
    /// A waybill of that number exists.
    WAYBILL_EXISTS business(-504015), "waybill-exists" "已存在相同编号的运单" "a waybill of this number exists";
    /// The waybill number is used for another order.
    WAYBILL_USED business(-504012), "waybill-used" "物流运单已存在" "the waybill number is in use for another order";
    /// Change or deletion of a waybill that does not exist.
    WAYBILL_MISSING business(-504014), "waybill-missing" "运单标识(appType)不正确,未找到操作的运单" "there is no waybill to change or delete";
    /// The waybill is already used by a declaration.
    WAYBILL_DECLARED business(-504016), "waybill-declared" "该运单已向海关申报运单，状态不符" "a declaration already uses the waybill";
    /// A newer copy of the waybill is stored.
    WAYBILL_OLD business(-505016), "waybill-old" "物流报文处理失败，接收报文为旧报文数据，不做处理" "a newer copy of the waybill is stored";
    /// The guid of the waybill came with other content.
    WAYBILL_GUID business(-504011), "waybill-guid-reused" "参数校验不通过，相同guid的运单内容不同" "the guid was used for a waybill with other content";
    /// The delivery is already reported.
    DELIVERY_EXISTS business(-505012), "delivery-exists" "物流运单状态已存在" "the delivery is already reported";
    /// Change or deletion of a delivery that was not reported.
    DELIVERY_MISSING business(-505014), "delivery-missing" "物流运单状态报文处理失败，未找到对应操作" "there is no delivery to change or delete";
    /// A newer report of the delivery is stored.
    DELIVERY_OLD business(-505016), "delivery-old" "物流报文处理失败，接收报文为旧报文数据，不做处理" "a newer report of the delivery is stored";
    /// The guid of the delivery came with other content.
    DELIVERY_GUID business(-505011), "delivery-guid-reused" "参数校验不通过，相同guid的运单状态内容不同" "the guid was used for a delivery with other content";
    /// The declaration exists.
    DECLARATION_EXISTS business(-621004), "declaration-exists" "清单[{found}]已经申报过，请勿重复申报" "declaration {found} is already lodged";
    /// Change or deletion of a declaration that does not exist.
    DECLARATION_MISSING business(-621011), "declaration-missing" "不存在已申报的清单[{found}]，无法进行改单操作" "there is no declaration {found} to change or delete";
    /// The declaration's state does not allow a change.
    DECLARATION_UNCHANGEABLE business(-621012), "declaration-unchangeable" "清单[{found}]的申报状态不符合改单申报的条件" "declaration {found} can no longer be changed";
    /// A newer copy of the declaration is stored.
    DECLARATION_OLD business(-621003), "declaration-old" "清单申报失败，[接收报文为旧报文数据，不做处理]" "a newer copy of the declaration is stored";
    /// The guid of the declaration came with other content.
    DECLARATION_GUID business(-621001), "declaration-guid-reused" "清单报文校验失败，[相同guid的清单内容不同]" "the guid was used for a declaration with other content";
    /// The waybill of the declaration is used by another declaration.
    DECLARATION_WAYBILL_USED None, "declaration-waybill-used" "运单已被其它清单使用" "another declaration uses the waybill";
    /// The yearly allowance does not suffice.
    ANNUAL_LIMIT Some(Official::Customs(1313)), "annual-limit" "订购人购买超过年度限额,超过个人年度购买额度;totalPrice：{found} > limitPrice: {expected};" "the buyer's yearly allowance is exceeded: {found} > {expected}";
    /// A document did not come in time, or the office does not wait.
    DOCUMENTS_MISSING None, "documents-missing" "{found}" "the declaration's documents are missing: {found}";
}
