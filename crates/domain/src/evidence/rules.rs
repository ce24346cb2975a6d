//! What can be found when a platform is asked for payment evidence: the catalogue.

use crate::defect::{Defect, Rule, unnumbered};

unnumbered! {
    /// The platform has registered no address at which it can be asked.
    NO_ADDRESS "evidence-no-address" "电商平台未备案支付原始数据开放接口地址，无法调取" "the platform has registered no address at which it can be asked for payment evidence";
    /// The platform did not hand anything over in time.
    UNANSWERED "evidence-unanswered" "电商平台未在{expected}前上传支付相关原始数据：{found}" "the platform handed no payment evidence over by {expected}: {found}";
    /// The platform handed over what it was asked for, and too late.
    LATE "evidence-late" "电商平台于{found}上传，超过期限{expected}" "the platform handed it over at {found}, after the deadline {expected}";
    /// There is no document to compare with.
    NOTHING_TO_COMPARE "evidence-nothing-to-compare" "尚无{zh}可供比对" "no {en} has come to compare with";
    /// The order that was asked about is not among those of the payment.
    ORDER_MISSING "evidence-order" "原始数据不含订单[{expected}]" "the payment was not for order [{expected}]";
    /// It names another platform than the order.
    PLATFORM_DIFFERS "evidence-platform" "原始数据的电商平台代码{found}与订单不一致" "the platform {found} is not that of the order";
    /// It names another institution than the payment document.
    INSTITUTION_DIFFERS "evidence-institution" "原始数据的支付企业代码{found}与支付单不一致" "the payment institution {found} is not that of the payment document";
    /// It names another transaction than the payment document.
    TRANSACTION_DIFFERS "evidence-transaction" "原始数据的交易流水号{found}与支付单的支付交易编号{expected}不一致" "transaction {found}, the payment document says {expected}";
    /// The amount is not that of the payment document.
    AMOUNT_DIFFERS_FROM_PAYMENT "evidence-amount-payment" "原始数据的交易金额{found}与支付单的支付金额{expected}不一致" "{found} was paid, the payment document says {expected}";
    /// The amount is not that of the order.
    AMOUNT_DIFFERS_FROM_ORDER "evidence-amount-order" "原始数据的交易金额{found}与订单的实际支付金额{expected}不一致" "{found} was paid, the order says {expected}";
    /// The currency is not that of the payment document.
    CURRENCY_DIFFERS "evidence-currency" "原始数据的币制{found}与支付单的币制{expected}不一致" "paid in currency {found}, the payment document says {expected}";
    /// The original request or response names another person as payer.
    PAYER_DIFFERS "evidence-payer" "原始请求与响应中的证件号码均不是支付单的支付人" "the identity numbers in the original request and response are none of the payer's";
    /// It was paid at another time.
    TIME_DIFFERS "evidence-time" "原始数据的交易成功时间{found}与支付单的支付时间{expected}不一致" "paid at {found}, the payment document says {expected}";
    /// Ordered goods are not among those that were sold.
    GOODS_MISSING "evidence-goods-missing" "订单第{line}项商品“{expected}”不在原始数据中" "line {line} of the order, `{expected}`, is not among what was sold";
    /// Goods were sold that were not ordered.
    GOODS_UNKNOWN "evidence-goods-unknown" "原始数据中的商品“{found}”不在订单中" "`{found}` was sold and is not on the order";
    /// A link leads to no page of goods.
    LINK_UNFIT "evidence-link" "商品“{goods}”的展示链接缺失或不是网址：{found}" "the link to `{goods}` is missing or no web address: {found}";
}

/// The rule of that code.
pub fn named(code: &str) -> Option<&'static Rule> {
    ALL.iter().copied().find(|rule| rule.code == code)
}

/// The name under which a rule's texts know a value that is kept beside its defect.
pub fn detail(name: &str) -> Option<&'static str> {
    ["line", "goods", "zh", "en"].into_iter().find(|known| *known == name)
}

/// Whether a finding says that nothing was handed over, rather than that something differs.
pub fn is_silence(finding: &Defect) -> bool {
    [&NO_ADDRESS, &UNANSWERED].into_iter().any(|rule| std::ptr::eq(rule, finding.rule))
}
