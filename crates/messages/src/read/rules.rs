//! The catalogue of structural rules: what a message can get wrong before anybody reads its content.
//!
//! Everything that the schema refuses carries the exchange platform's number 0002 (数据包不能通过schema验证);
//! what is not a message at all carries 0001 (报文格式错误).

use tongguan_domain::defect::{Official, Rule};

macro_rules! rules {
    ($($name:ident = $official:expr, $code:literal, $zh:literal, $en:literal;)+) => {
        $(
            #[doc = concat!($en, " (", $zh, ").")]
            pub static $name: Rule = Rule { code: $code, official: $official, zh: $zh, en: $en };
        )+
        /// Every structural rule.
        pub static RULES: &[&Rule] = &[$(&$name),+];
    };
}

const FORMAT: Option<Official> = Some(Official::Exchange(1));
const SCHEMA: Option<Official> = Some(Official::Exchange(2));

rules! {
    MESSAGE_UNKNOWN = FORMAT, "message-unknown", "报文类型未知：[{found}]", "the root element [{found}] is no known message";
    NAMESPACE_WRONG = FORMAT, "namespace-wrong", "根元素的命名空间应为[{expected}]，实为[{found}]", "the root element is in namespace [{found}] instead of [{expected}]";
    ATTRIBUTE_MISSING = SCHEMA, "attribute-missing", "缺少属性", "the attribute is missing";
    ATTRIBUTE_UNKNOWN = SCHEMA, "attribute-unknown", "不允许的属性，值为[{found}]", "the attribute is not allowed here; it says [{found}]";
    ATTRIBUTE_MALFORMED = SCHEMA, "attribute-malformed", "属性值[{found}]不符合[{expected}]", "the attribute's value [{found}] is not {expected}";
    ELEMENT_MISSING = SCHEMA, "element-missing", "缺少必填元素[{expected}]", "the required element is missing; it holds {expected}";
    ELEMENT_ABSENT_IN_OLDER_LAYOUT = SCHEMA, "element-absent-in-older-layout", "缺少必填元素[{expected}]，旧版报文没有该元素", "the required element is missing, as in older layouts; it holds {expected}";
    ELEMENT_EMPTY = SCHEMA, "element-empty", "选填元素为空，应省略或符合[{expected}]", "the optional element is empty; it should hold {expected} or be left out";
    ELEMENT_REPEATED = SCHEMA, "element-repeated", "元素重复", "the element stands more often than once";
    ELEMENT_UNKNOWN = SCHEMA, "element-unknown", "不允许的元素", "the element is not known here";
    ELEMENT_UNOFFICIAL = SCHEMA, "element-unofficial", "规范中没有的元素", "the element is in use, but not in the standard";
    ELEMENT_MISNAMED = SCHEMA, "element-misnamed", "元素名应为[{expected}]", "the element should be named {expected}";
    ELEMENTS_OUT_OF_ORDER = SCHEMA, "elements-out-of-order", "元素顺序不符合规范", "the element does not stand where the standard puts it";
    TOO_MANY_ELEMENTS = SCHEMA, "too-many-elements", "元素出现[{found}]次，最多[{expected}]次", "the element stands {found} times, at most {expected} are allowed";
    TRANSFER_REPEATED = SCHEMA, "transfer-repeated", "BaseTransfer重复，内容相同", "an identical BaseTransfer stands here again";
    SIGNATURE_MISSING = SCHEMA, "signature-missing", "缺少数字签名", "the signature is missing";
    SIGNATURE_FORM = SCHEMA, "signature-form", "签名节点不符合XML签名规范，应为[{expected}]", "this part of the signature does not follow the schema of XML signatures: {expected}";
    ENVELOPE_FORM = FORMAT, "envelope-form", "传输报文不符合规范，应为[{expected}]", "the envelope does not follow its schema here: {expected}";
    STRAY_TEXT = SCHEMA, "stray-text", "元素之间不允许出现文字[{found}]", "text between elements: [{found}]";
    CHILD_IN_TEXT = SCHEMA, "child-in-text", "该元素只能包含文字，不能包含子元素[{found}]", "the element holds text alone, not an element [{found}]";
    TEXT_TOO_SHORT = SCHEMA, "text-too-short", "值[{found}]过短，应为[{expected}]", "[{found}] is too short for {expected}";
    TEXT_TOO_LONG = SCHEMA, "text-too-long", "值[{found}]过长，应为[{expected}]", "[{found}] is too long for {expected}";
    SPACE_AROUND_TEXT = SCHEMA, "space-around-text", "值[{found}]前后有空白，应为[{expected}]", "[{found}] has white space around it; {expected} is expected";
    TEXT_NOT_FIXED = SCHEMA, "text-not-fixed", "值应为[{expected}]，实为[{found}]", "the text must be [{expected}], not [{found}]";
    NOT_A_NUMBER = SCHEMA, "not-a-number", "值[{found}]不是数字，应为[{expected}]", "[{found}] is not a number of the form {expected}";
    TOO_MANY_DIGITS = SCHEMA, "too-many-digits", "值[{found}]的位数过多，应为[{expected}]", "[{found}] has too many digits for {expected}";
    NUMBER_OUT_OF_RANGE = SCHEMA, "number-out-of-range", "值[{found}]超出范围，应为[{expected}]", "[{found}] is out of the range of {expected}";
    NO_RESPONSES = SCHEMA, "no-responses", "回执报文没有内容", "the message holds no response";
    TOO_MANY_RESPONSES = SCHEMA, "too-many-responses", "回执数量[{found}]超过限制[{expected}]", "the message holds {found} responses, at most {expected} are allowed";
    RESPONSE_OF_ANOTHER_KIND = SCHEMA, "response-of-another-kind", "回执[{found}]不属于本报文[{expected}]", "the response belongs into {found}, not into {expected}";
    NO_LINES = SCHEMA, "no-lines", "表体不存在", "there are no lines";
    VALUE_MEANINGLESS = None, "value-meaningless", "值[{found}]不符合[{expected}]", "[{found}] is not {expected}";
}
