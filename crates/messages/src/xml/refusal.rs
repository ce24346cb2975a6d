//! Why bytes are not taken as a message at all.

use tongguan_domain::defect::{Defect, Official, Rule};

/// Bytes that are refused before anything is read from them (报文格式错误).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("at byte {position}: {reason}")]
pub struct Refusal {
    /// What is wrong.
    pub reason: Reason,
    /// Where, in bytes from the start of the input; the byte-order mark counts.
    pub position: usize,
}

/// What is wrong with the bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// More bytes than allowed.
    #[error("more than {limit} bytes")]
    TooLarge {
        /// The bytes allowed.
        limit: usize,
    },
    /// The XML declaration names an encoding that is not UTF-8; nothing is converted.
    #[error("the declared encoding is `{0}`, not UTF-8")]
    EncodingNotUtf8(String),
    /// The bytes are not UTF-8.
    #[error("not UTF-8")]
    NotUtf8,
    /// A document type or entity declaration.
    #[error("document type declarations are not allowed")]
    Doctype,
    /// Elements nested deeper than allowed.
    #[error("elements nested deeper than {limit}")]
    TooDeep {
        /// The depth allowed.
        limit: usize,
    },
    /// An element with more attributes than allowed.
    #[error("more than {limit} attributes on one element")]
    TooManyAttributes {
        /// The attributes allowed.
        limit: usize,
    },
    /// More namespace declarations in scope than allowed.
    #[error("more than {limit} namespace declarations in scope")]
    TooManyNamespaces {
        /// The declarations allowed.
        limit: usize,
    },
    /// More tags, attributes and other markup than allowed.
    #[error("more than {limit} pieces of markup")]
    TooMuchMarkup {
        /// The pieces allowed.
        limit: usize,
    },
    /// A character that XML 1.0 does not know.
    #[error("an illegal character")]
    IllegalCharacter,
    /// Not well-formed XML 1.0 with namespaces.
    #[error("not well-formed: {0}")]
    NotWellFormed(String),
}

macro_rules! rule {
    ($name:ident, $code:literal, $zh:literal, $en:literal) => {
        static $name: Rule = Rule {
            code: $code,
            official: Some(Official::Exchange(1)),
            zh: concat!("报文格式错误：", $zh),
            en: $en,
        };
    };
}

rule!(TOO_LARGE, "message-too-large", "报文超过{expected}", "the message exceeds {expected}");
rule!(
    ENCODING_NOT_UTF8,
    "encoding-not-utf-8",
    "声明的编码为{found}，应为{expected}",
    "the declared encoding is {found}, expected {expected}"
);
rule!(NOT_UTF8, "not-utf-8", "内容不是UTF-8编码", "the content is not UTF-8");
rule!(DOCTYPE, "dtd-forbidden", "不允许DTD或实体声明", "no DTD or entity declarations are allowed");
rule!(TOO_DEEP, "nesting-too-deep", "嵌套超过{expected}", "nested deeper than {expected}");
rule!(
    TOO_MANY_ATTRIBUTES,
    "too-many-attributes",
    "单个元素的属性超过{expected}",
    "an element has more attributes than {expected}"
);
rule!(
    TOO_MANY_NAMESPACES,
    "too-many-namespaces",
    "命名空间声明超过{expected}",
    "more namespace declarations in scope than {expected}"
);
rule!(TOO_MUCH_MARKUP, "too-much-markup", "标记超过{expected}", "more markup than {expected}");
rule!(ILLEGAL_CHARACTER, "illegal-character", "含有非法字符", "it holds an illegal character");
rule!(
    NOT_WELL_FORMED,
    "not-well-formed",
    "不是格式良好的XML：{found}",
    "not well-formed XML: {found}"
);

/// Every rule of this module, in the order in which they are checked.
pub static RULES: [&Rule; 10] = [
    &TOO_LARGE,
    &ENCODING_NOT_UTF8,
    &NOT_UTF8,
    &DOCTYPE,
    &TOO_DEEP,
    &TOO_MANY_ATTRIBUTES,
    &TOO_MANY_NAMESPACES,
    &TOO_MUCH_MARKUP,
    &ILLEGAL_CHARACTER,
    &NOT_WELL_FORMED,
];

impl Refusal {
    /// The rule that was broken.
    pub fn rule(&self) -> &'static Rule {
        match self.reason {
            Reason::TooLarge { .. } => &TOO_LARGE,
            Reason::EncodingNotUtf8(_) => &ENCODING_NOT_UTF8,
            Reason::NotUtf8 => &NOT_UTF8,
            Reason::Doctype => &DOCTYPE,
            Reason::TooDeep { .. } => &TOO_DEEP,
            Reason::TooManyAttributes { .. } => &TOO_MANY_ATTRIBUTES,
            Reason::TooManyNamespaces { .. } => &TOO_MANY_NAMESPACES,
            Reason::TooMuchMarkup { .. } => &TOO_MUCH_MARKUP,
            Reason::IllegalCharacter => &ILLEGAL_CHARACTER,
            Reason::NotWellFormed(_) => &NOT_WELL_FORMED,
        }
    }
}

impl From<Refusal> for Defect {
    /// The pointer is the position: `byte 1234`.
    fn from(refusal: Refusal) -> Self {
        let defect = Self::at(refusal.rule(), format!("byte {}", refusal.position));
        match refusal.reason {
            Reason::TooLarge { limit }
            | Reason::TooDeep { limit }
            | Reason::TooManyAttributes { limit }
            | Reason::TooManyNamespaces { limit }
            | Reason::TooMuchMarkup { limit } => defect.expected(limit),
            Reason::EncodingNotUtf8(name) => defect.found(name).expected("UTF-8"),
            Reason::NotWellFormed(why) => defect.found(why),
            Reason::NotUtf8 | Reason::Doctype | Reason::IllegalCharacter => defect,
        }
    }
}
