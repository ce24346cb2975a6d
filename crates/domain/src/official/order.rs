//! Faults of orders (订单; −301xxx).

use super::catalogue;
use crate::defect::{Official, Rule};

catalogue! { Business;
    LINES_MISSING = -301_001, "order-lines-missing", "订单商品表体信息不存在", "the order has no goods lines";
    LINE_REPEATED = -301_002, "order-line-repeated", "订单商品信息内有重复商品序号", "a line number stands twice in the order";
    NOT_FOUND = -301_003, "order-not-found", "订单信息查询不存在[{order}]", "no order is found for [{order}]";
    STATUS_NOT_FOUND = -301_004, "order-status-not-found", "订单信息查询不存在[{order}]", "no order with a status is found for [{order}]";
    NONE_FOR = -301_005, "order-none-for", "[{subject}]订单信息查询不存在", "[{subject}] has no order";
    SEVERAL_FOR = -301_006, "order-several-for", "[{subject}]检索到多条订单信息", "[{subject}] has several orders";
    EMPTY = -301_007, "order-message-empty", "订单业务报文信息不能为空", "the order message has no orders";
    PARAMETER = -301_008, "order-parameter", "参数校验不通过，[{found}]不符合[{expected}]", "a parameter is not valid: [{found}] is not [{expected}]";
    ORIGINAL_MISSING = -301_009, "order-original-missing", "订单标识(appType)不正确,未找到操作的订单", "appType is wrong: the order to work on does not exist";
    DUPLICATE = -301_010, "order-duplicate", "已存在相同编号的订单", "an order of the same number exists";
    ALREADY_DECLARED = -301_011, "order-already-declared", "该订单已向海关申报清单，状态不符", "a declaration already rests on the order";
    OPERATION_UNKNOWN = -301_012, "order-operation-unknown", "订单报文处理失败，未找到对应操作", "the order message asks for no known operation";
    SYSTEM = -301_013, "order-system", "订单报文处理失败，系统异常", "the order message could not be processed: system error";
    OUTDATED = -301_014, "order-outdated", "订单报文处理失败，接收报文为旧报文数据，不做处理", "the order message is older than what is stored and is ignored";
    TOO_MANY = -301_015, "order-too-many", "订单报文处理失败，报文表头数据超过限制", "the order message holds too many orders";
    SIGNATURE = -301_020, "order-signature", "验签失败", "the signature of the order message does not verify";
}
