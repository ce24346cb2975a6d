//! Faults of waybill statuses (运单状态; −505xxx).

use super::catalogue;
use crate::defect::{Official, Rule};

catalogue! { Business;
    UNREADABLE = -505_000, "delivery-unreadable", "运单状态报文解析失败！", "the waybill status message cannot be parsed";
    EMPTY = -505_010, "delivery-message-empty", "运单状态业务报文不能为空", "the message has no waybill statuses";
    PARAMETER = -505_011, "delivery-parameter", "参数校验不通过，[{found}]不符合[{expected}]", "a parameter is not valid: [{found}] is not [{expected}]";
    DUPLICATE = -505_012, "delivery-duplicate", "物流运单状态已存在", "the waybill status exists already";
    TOO_MANY = -505_013, "delivery-too-many", "物流运单状态报文数量超过限制", "the message holds too many waybill statuses";
    OPERATION_UNKNOWN = -505_014, "delivery-operation-unknown", "物流运单状态报文处理失败，未找到对应操作", "the waybill status message asks for no known operation";
    SYSTEM = -505_015, "delivery-system", "物流报文处理失败，系统异常", "the waybill status message could not be processed: system error";
    OUTDATED = -505_016, "delivery-outdated", "物流报文处理失败，接收报文为旧报文数据，不做处理", "the waybill status message is older than what is stored and is ignored";
    TOO_MANY_HEADS = -505_017, "delivery-too-many-heads", "报文处理失败，报文表头数据超过限制", "the message could not be processed: too many heads";
}
