//! Faults of requests to cancel an import declaration (撤销申请单; −623xxx).

use super::catalogue;
use crate::defect::{Official, Rule};

catalogue! { Business;
    REQUESTED = -623_000, "cancellation-requested", "撤单申请", "a cancellation is requested";
    PARAMETER = -623_001, "cancellation-parameter", "报文校验失败，[[{found}]不符合[{expected}]]\"", "the cancellation message is not valid: [{found}] is not [{expected}]";
    RESPONSE_UNREADABLE = -623_002, "cancellation-response-unreadable", "回执解析失败，[{cause}]！", "a response cannot be parsed: [{cause}]";
    DECLARATION_MISSING = -623_003, "cancellation-declaration-missing", "系统中不存在清单编号为[{declaration}]的清单！", "no declaration of number [{declaration}] exists";
    NO_SUCH_ROW = -623_004, "cancellation-no-such-row", "查无此数据", "nothing of the kind is found";
    STATE_NOT_ALLOWED = -623_005, "cancellation-state-not-allowed", "清单的状态不符合撤单申报要求(清单编号[{declaration}])！", "the state of declaration [{declaration}] does not allow a cancellation";
    SENT_STATE_FAILED = -623_006, "cancellation-sent-state-failed", "撤单清单[{declaration}]发送海关成功，更新状态时发生错误", "the cancellation of [{declaration}] was sent to customs, but its state could not be updated";
    UNSENT_STATE_FAILED = -623_007, "cancellation-unsent-state-failed", "撤单清单[{declaration}]发送海关失败，更新状态时发生错误", "the cancellation of [{declaration}] was not sent to customs, and its state could not be updated";
    TOO_MANY = -623_008, "cancellation-too-many", "CEB623Message接收失败[{key}]，数据超过限制！", "CEB623Message not received [{key}]: too many requests";
    DUPLICATE = -623_009, "cancellation-duplicate", "撤单清单[{declaration}]已经申报过", "the cancellation of [{declaration}] has been requested before";
    REQUEST_FAULTY = -623_010, "cancellation-request-faulty", "第{ordinal}条，企业内部编号[{reference}]:[{cause}]", "request {ordinal}, reference [{reference}]: [{cause}]";
    NOT_MADE = -623_011, "cancellation-not-made", "生成失败[主键为空或未找到数据]，请重试", "not made: the key is empty or unknown, try again";
    REASON_MISSING = -623_012, "cancellation-reason-missing", "生成失败[撤单原因为空]，请重试", "not made: no reason is given, try again";
    DELETION_NOT_ALLOWED = -623_013, "cancellation-deletion-not-allowed", "撤单状态[{state}]不符合删除条件", "a cancellation in state [{state}] cannot be deleted";
    INVALID = -623_014, "cancellation-invalid", "校验失败[{cause}]", "not valid [{cause}]";
    SIGNATURE_UNSAVED = -623_016, "cancellation-signature-unsaved", "保存签名信息发生错误！", "the signature could not be saved";
    SIGNATURE_EMPTY = -623_017, "cancellation-signature-empty", "保存签名信息发生错误,签名信息为空！", "the signature could not be saved: it is empty";
    REQUEST_INVALID = -623_018, "cancellation-request-invalid", "请求参数错误，请重试", "the request's parameters are wrong, try again";
    KEY_MISSING = -623_019, "cancellation-key-missing", "申报失败[主键为空或未找到数据]，请重试", "not lodged: the key is empty or unknown, try again";
    LODGING_REFUSED = -623_020, "cancellation-lodging-refused", "申报失败[{cause}]，请重试", "not lodged [{cause}], try again";
    SIGNER_DIFFERS = -623_021, "cancellation-signer-differs", "{role}[{party}]与卡信息[{card}]不匹配，没有权限进行操作", "{role} [{party}] is not the holder [{card}] of the certificate and may not do this";
    SAVING_FAILED = -623_022, "cancellation-saving-failed", "保存失败，请确认状态并刷新重试", "not saved, check the state and try again";
    LODGING_FAILED = -623_023, "cancellation-lodging-failed", "撤单清单申报失败，[{cause}]", "the cancellation could not be lodged: [{cause}]";
    NOT_IN_PROGRESS = -623_024, "cancellation-not-in-progress", "通过界面申报清单[{declaration}]发生错误，状态不是申报中", "declaration [{declaration}] is not being lodged";
    ALLOWANCE_UNCHARGED = -623_025, "cancellation-allowance-uncharged", "清单[{declaration}]，核增个人[{buyer}]消费金额时出错", "declaration [{declaration}]: the allowance of [{buyer}] could not be adjusted";
    NOT_PERMITTED = -623_026, "cancellation-not-permitted", "[{party}]没有权限进行操作", "[{party}] may not do this";
    SYSTEM = -623_027, "cancellation-system", "系统发生异常", "a system error occurred";
    SENDING_FAILED = -623_028, "cancellation-sending-failed", "申报请求发送失败[{cause}]", "the request could not be sent [{cause}]";
    SIGNATURE = -623_029, "cancellation-signature", "验签失败{cause}！", "the signature does not verify{cause}";
}
