//! Codes inside `returnInfo` of real customs answers (`[Code:2600;Desc:放行]`).
//!
//! The full list is not public; these are the ones that have been seen.

use super::catalogue;
use crate::defect::{Defect, Official, Rule};

catalogue! { Customs;
    REVIEW = 1200, "customs-review", "待人工审核", "waiting for manual review";
    ANNUAL_LIMIT = 1313, "customs-annual-limit", "订购人购买超过年度限额,超过个人年度购买额度;totalPrice：{found} > limitPrice: {expected};", "the buyer exceeds the annual limit: total {found} > limit {expected}";
    LINE_COUNT_DIFFERS = 1320, "customs-line-count-differs", "清单表体商品项与订单表体商品项的项数不一致", "declaration and order differ in the number of lines";
    LINES_DIFFER = 1322, "customs-lines-differ", "订单清单表体商品项不一致", "the lines of order and declaration differ";
    AMOUNTS_DIFFER = 1332, "customs-amounts-differ", "支付单支付金额与订单支付金额不一致", "the amount of the payment is not the amount of the order";
    LOGIC_PASSED = 1800, "customs-logic-passed", "逻辑校验通过", "the logic checks are passed";
    RELEASED = 2600, "customs-released", "放行", "released";
    INSTITUTION_DIFFERS = 13035, "customs-institution-differs", "支付企业不一致", "order and payment name different payment institutions";
    BUYER_NAME_DIFFERS = 13127, "customs-buyer-name-differs", "清单上的订购人姓名与订单上的订购人姓名不一致", "the buyer's name on the declaration is not the one on the order";
    BUYER_TELEPHONE_DIFFERS = 130_126, "customs-buyer-telephone-differs", "清单上的订购人电话号码与订单上的订购人电话号码不一致", "the buyer's telephone on the declaration is not the one on the order";
}

/// The text that customs puts into `returnInfo`: `[Code:1332;Desc:…]`.
pub fn return_info(defect: &Defect) -> String {
    format!("[Code:{};Desc:{}]", defect.code(), defect.message_zh())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_worded_as_customs_words_it() {
        let limit = Defect::at(&ANNUAL_LIMIT, "/x").found("26,114.44").expected("26,000");
        assert_eq!(return_info(&Defect::at(&RELEASED, "/x")), "[Code:2600;Desc:放行]");
        assert_eq!(
            return_info(&limit),
            "[Code:1313;Desc:订购人购买超过年度限额,超过个人年度购买额度;totalPrice：26,114.44 > \
             limitPrice: 26,000;]"
        );
    }
}
