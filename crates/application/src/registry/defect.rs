//! What can be wrong with a registry file: the catalogue, in the order of the checks.

use tongguan_domain::defect::{Defect, Rule};

macro_rules! rules {
    ($($name:ident, $code:literal, $zh:literal, $en:literal;)*) => {
        $(pub(super) static $name: Rule = Rule { code: $code, official: None, zh: $zh, en: $en };)*
    };
}

rules! {
    NOT_TOML, "not-toml", "不是有效的TOML：{reason}", "this is not TOML: {reason}";
    NOT_CSV, "not-csv", "不是有效的CSV：{reason}", "this is not CSV: {reason}";
    NO_PARTY, "no-party", "文件中没有企业或监管场所", "the file holds no party and no place";
    UNKNOWN_FIELD, "unknown-field", "未知字段{found}，应为{expected}之一",
        "unknown field {found}; known are {expected}";
    MISSING, "missing", "缺少必填项，应为{expected}", "missing; expected {expected}";
    MALFORMED, "malformed", "{found}格式错误，应为{expected}", "found {found}, expected {expected}";
    REPEATED, "repeated", "{found}已出现在第{line}行", "{found} stands in line {line} already";
    CERTIFICATE, "certificate-unreadable", "证书{found}无法读取：{reason}",
        "the certificate {found} cannot be used: {reason}";
    TWO_PARTIES, "codes-of-two-parties", "企业代码分属已备案的不同企业：{parties}",
        "its codes belong to different registered parties: {parties}";
    SAME_PARTY, "same-party", "与第{line}行为同一已备案企业{found}",
        "it is the same registered party as line {line}: {found}";
    CERTIFICATE_TAKEN, "certificate-of-another-party", "证书{found}已登记给{parties}",
        "the certificate {found} is registered for {parties}";
    BELOW_HELD, "guarantee-below-held", "担保额度{found}低于已占用额{expected}",
        "the guarantee of {found} is below the {expected} that is held against it";
    UNKNOWN_OPERATOR, "unknown-operator", "代码{found}没有已备案的企业",
        "no party is registered under {found}";
    NO_OPERATOR, "no-facility-operator", "{party}（{found}）未备案为监管场所经营人",
        "{party} ({found}) is not registered as facility-operator";
}

/// `rule` broken in a field of the party that begins on, or in a text that stands on, `line`.
pub(super) fn at(rule: &'static Rule, line: u64, field: &str) -> Defect {
    Defect::at(rule, format!("line {line}, {field}"))
}
