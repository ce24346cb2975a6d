//! What JSON can get wrong before it is a message; what it says is judged as the message that it makes.

use tongguan_domain::defect::Rule;

macro_rules! rules {
    ($($name:ident = $code:literal, $zh:literal, $en:literal;)+) => {
        $(
            #[doc = concat!($en, " (", $zh, ").")]
            pub static $name: Rule = Rule { code: $code, official: None, zh: $zh, en: $en };
        )+
        /// Every rule of this module.
        pub static RULES: &[&Rule] = &[$(&$name),+];
    };
}

rules! {
    NOT_JSON = "not-json", "不是JSON：{found}", "it is not JSON: {found}";
    NOT_ONE_MESSAGE = "not-one-message", "应为以报文根元素为唯一键的对象，实为[{found}]", "one object with the message's root element as its only key is expected, not [{found}]";
    KEY_UNKNOWN = "key-unknown", "不允许的键", "the key is not known here";
    KEY_REPEATED = "key-repeated", "键重复", "the key stands more often than once";
    VALUE_OF_ANOTHER_TYPE = "value-of-another-type", "应为[{expected}]，实为[{found}]", "{expected} is expected, not {found}";
    CHARACTER_NOT_IN_XML = "character-not-in-xml", "含有XML不允许的字符[{found}]", "XML cannot hold the character {found}";
    KEPT_NOT_XML = "kept-not-xml", "不是单个格式良好的XML元素：{found}", "it is not one well-formed XML element: {found}";
}
