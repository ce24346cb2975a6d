//! Faults of waybills (运单; −504xxx).

use super::catalogue;
use crate::defect::{Official, Rule};

catalogue! { Business;
    UNREADABLE = -504_000, "waybill-unreadable", "运单报文解析失败！", "the waybill message cannot be parsed";
    EMPTY = -504_010, "waybill-message-empty", "运单业务报文不能为空", "the waybill message has no waybills";
    PARAMETER = -504_011, "waybill-parameter", "参数校验不通过，[{found}]不符合[{expected}]", "a parameter is not valid: [{found}] is not [{expected}]";
    NUMBER_IN_USE = -504_012, "waybill-number-in-use", "物流运单已存在", "the waybill exists already";
    TOO_MANY = -504_013, "waybill-too-many", "物流运单报文数量超过限制", "the message holds too many waybills";
    ORIGINAL_MISSING = -504_014, "waybill-original-missing", "运单标识(appType)不正确,未找到操作的运单", "appType is wrong: the waybill to work on does not exist";
    DUPLICATE = -504_015, "waybill-duplicate", "已存在相同编号的运单", "a waybill of the same number exists";
    ALREADY_DECLARED = -504_016, "waybill-already-declared", "该运单已向海关申报运单，状态不符", "a declaration already rests on the waybill";
}
