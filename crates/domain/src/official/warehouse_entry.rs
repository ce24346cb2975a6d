//! Faults of warehouse entries (入库明细单; −8000xx).

use super::catalogue;
use crate::defect::{Official, Rule};

catalogue! { Business;
    LINES_MISSING = -800_000, "warehouse-entry-lines-missing", "入库明细单表体信息不存在", "the warehouse entry has no parcels";
    PARAMETER = -800_001, "warehouse-entry-parameter", "校验不通过，[错误信息]：[{found}]不符合[{expected}]", "not valid: [{found}] is not [{expected}]";
    UNREADABLE = -800_002, "warehouse-entry-unreadable", "入库明细单报文解析失败", "the warehouse entry message cannot be parsed";
    DUPLICATE = -800_003, "warehouse-entry-duplicate", "入库明细单报已存在", "the warehouse entry exists already";
    SYSTEM = -800_004, "warehouse-entry-system", "入库明细单报文处理失败，系统异常", "the warehouse entry message could not be processed: system error";
    OUTDATED = -800_005, "warehouse-entry-outdated", "入库明细单报文处理失败，接收报文为旧报文数据，不做处理", "the warehouse entry message is older than what is stored and is ignored";
    TOO_MANY = -800_006, "warehouse-entry-too-many", "入库明细单报文处理失败，报文表头数据超过限制", "the message holds too many warehouse entries";
}
