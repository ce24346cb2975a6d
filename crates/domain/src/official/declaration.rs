//! Faults of import declarations (进口清单; −621xxx).

use super::catalogue;
use crate::defect::{Official, Rule};

catalogue! { Business;
    EMPTY = -621_000, "declaration-empty", "CEB621Message接收失败，清单表体为空，报文业务主键[{key}]", "CEB621Message not received: the declaration has no body, business key [{key}]";
    PARAMETER = -621_001, "declaration-parameter", "清单报文校验失败，[[{found}]不符合[{expected}]]", "the declaration message is not valid: [{found}] is not [{expected}]";
    RESPONSE_UNREADABLE = -621_002, "declaration-response-unreadable", "四单回执解析失败，[{cause}]！", "a response of the four documents cannot be parsed: [{cause}]";
    LODGING_FAILED = -621_003, "declaration-lodging-failed", "清单申报失败，[{cause}]", "the declaration could not be lodged: [{cause}]";
    DUPLICATE = -621_004, "declaration-duplicate", "清单[{declaration}]已经申报过，请勿重复申报", "declaration [{declaration}] has been lodged before, do not lodge it again";
    SINGLE_LIMIT = -621_005, "declaration-single-limit", "清单[{declaration}]的购买金额超过单笔限额[[{limit}]]", "declaration [{declaration}] is over the limit of a single transaction [{limit}]";
    GUID_NOT_FOUND = -621_006, "declaration-guid-not-found", "未找到headGuid为[{guid}]的清单", "no declaration of guid [{guid}] is found";
    SENT_STATE_FAILED = -621_008, "declaration-sent-state-failed", "清单[{declaration}]发送海关成功，更新状态时发生错误", "declaration [{declaration}] was sent to customs, but its state could not be updated";
    UNSENT_STATE_FAILED = -621_009, "declaration-unsent-state-failed", "清单[{declaration}]发送海关失败，更新状态时发生错误", "declaration [{declaration}] was not sent to customs, and its state could not be updated";
    NOT_IN_PROGRESS = -621_010, "declaration-not-in-progress", "申报清单[{declaration}]发生错误，状态不是申报中", "declaration [{declaration}] is not being lodged";
    ORIGINAL_MISSING = -621_011, "declaration-original-missing", "不存在已申报的清单[{declaration}]，无法进行改单操作", "no lodged declaration [{declaration}] exists to be changed";
    CHANGE_NOT_ALLOWED = -621_012, "declaration-change-not-allowed", "清单[{declaration}]的申报状态不符合改单申报的条件", "the state of declaration [{declaration}] does not allow a change";
    ALLOWANCE_UNREADABLE = -621_013, "declaration-allowance-unreadable", "清单[{declaration}]，查询个人限额失败", "declaration [{declaration}]: the buyer's allowance could not be read";
    ALLOWANCE_UNCHARGED = -621_014, "declaration-allowance-uncharged", "清单[{declaration}]，核增个人[{buyer}]消费金额时出错", "declaration [{declaration}]: the allowance of [{buyer}] could not be charged";
    SIGNER_DIFFERS = -621_015, "declaration-signer-differs", "{role}[{party}]与卡信息[{card}]不匹配，没有权限进行操作", "{role} [{party}] is not the holder [{card}] of the certificate and may not do this";
    NOT_PERMITTED = -621_016, "declaration-not-permitted", "[{party}]没有权限进行操作", "[{party}] may not do this";
    SYSTEM = -621_017, "declaration-system", "系统发生异常", "a system error occurred";
    ANNUAL_LIMIT = -621_018, "declaration-annual-limit", "清单[{declaration}]中购买人[{buyer}]已用购买额度为[{used}]，本次购买将超过年度限额[{limit}]", "declaration [{declaration}]: buyer [{buyer}] has used [{used}], this purchase would exceed the annual limit [{limit}]";
    NO_SUCH_ROW = -621_019, "declaration-no-such-row", "查无此数据", "nothing of the kind is found";
    REQUEST_INVALID = -621_020, "declaration-request-invalid", "请求参数错误，请重试", "the request's parameters are wrong, try again";
    KEY_MISSING = -621_021, "declaration-key-missing", "申报失败[主键为空或未找到数据]，请重试", "not lodged: the key is empty or unknown, try again";
    LODGING_REFUSED = -621_022, "declaration-lodging-refused", "申报失败[{cause}]，请重试", "not lodged [{cause}], try again";
    CHANGE_FAILED = -621_023, "declaration-change-failed", "执行改单操作时发生错误，请重试", "the change failed, try again";
    ALL_EMPTY = -621_024, "declaration-all-empty", "所有清单的表体均为空，无法完成申报操作", "no declaration has goods lines, nothing can be lodged";
    SIGNATURE_UNSAVED = -621_025, "declaration-signature-unsaved", "保存签名信息发生错误！", "the signature could not be saved";
    SIGNATURE_EMPTY = -621_026, "declaration-signature-empty", "保存签名信息发生错误,签名信息为空！", "the signature could not be saved: it is empty";
    SAVING_FAILED = -621_027, "declaration-saving-failed", "保存失败，请确认状态并刷新重试", "not saved, check the state and try again";
    LINE_REPEATED = -621_027, "declaration-line-repeated", "请确认表体gnum无重复！", "a line number stands twice in the declaration";
    SIGNED_DATA_DIFFERS = -621_028, "declaration-signed-data-differs", "加签数据比对失败！", "what was signed differs from what was sent";
    SIGNATURE = -621_029, "declaration-signature", "验签失败！", "the signature does not verify";
    TOO_MANY = -621_030, "declaration-too-many", "CEB621Message接收失败[{key}]，清单数据超过限制！", "CEB621Message not received [{key}]: too many declarations";
}
