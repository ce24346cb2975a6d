//! Faults of payments (支付单; −401xxx).

use super::catalogue;
use crate::defect::{Official, Rule};

catalogue! { Business;
    NOT_FOUND = -401_001, "payment-not-found", "支付凭证查询不存在[{payment}]", "no payment is found for [{payment}]";
    STATUS_NOT_FOUND = -401_002, "payment-status-not-found", "支付状态查询不存在[{payment}]", "no payment status is found for [{payment}]";
    SEVERAL_FOR = -401_003, "payment-several-for", "[{subject}]对应多条支付凭证", "[{subject}] has several payments";
    NONE_FOR = -401_004, "payment-none-for", "[{subject}]对应支付凭证查询不存在", "[{subject}] has no payment";
    EMPTY = -401_005, "payment-message-empty", "支付单业务报文不能为空", "the payment message has no payments";
    ORIGINAL_MISSING = -401_006, "payment-original-missing", "支付单标识(appType)不正确,未找到对应操作的支付单", "appType is wrong: the payment to work on does not exist";
    DUPLICATE = -401_007, "payment-duplicate", "已存在相同编号的支付单", "a payment of the same number exists";
    ALREADY_DECLARED = -401_008, "payment-already-declared", "该支付单已向海关申报支付单，状态不符", "a declaration already rests on the payment";
    PARAMETER = -401_009, "payment-parameter", "参数校验不通过，[paymentHead,payment]：[{found}]不符合[{expected}]", "a parameter is not valid [paymentHead,payment]: [{found}] is not [{expected}]";
    OPERATION_UNKNOWN = -401_010, "payment-operation-unknown", "支付单报文处理失败，未找到对应操作", "the payment message asks for no known operation";
    SYSTEM = -401_011, "payment-system", "支付单报文处理失败，系统异常", "the payment message could not be processed: system error";
    OUTDATED = -401_012, "payment-outdated", "支付单报文处理失败，接收报文为旧报文数据，不做处理", "the payment message is older than what is stored and is ignored";
    TOO_MANY = -401_013, "payment-too-many", "支付单报文处理失败，报文表头数据超过限制", "the payment message holds too many payments";
}
