//! Why an officer rules so: a code for what happens every day, or the officer's own words.

/// The longest reason in characters; `returnInfo` holds 1,000, with other words around it.
const LONGEST: usize = 500;

/// Code and text of the usual reasons; the text is what the declarant reads.
pub const REASONS: [(&str, &str); 11] = [
    ("classification", "商品归类有误"),
    ("description", "商品名称、规格型号申报不实"),
    ("documents", "单证不齐或不符"),
    ("identity", "订购人身份存疑"),
    ("in-order", "核查无异常"),
    ("infringement", "涉嫌侵犯知识产权"),
    ("personal-use", "超出个人自用合理数量"),
    ("positive-list", "不属于跨境电子商务零售进口商品清单范围"),
    ("price", "价格申报不实"),
    ("prohibited", "禁止或限制进境物品"),
    ("quantity", "数量或重量不符"),
];

/// A reason that cannot be given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadReason {
    /// There is none.
    #[error("the reason is empty")]
    Empty,
    /// It is too long.
    #[error("the reason has {0} characters; 500 is the most")]
    TooLong(usize),
    /// It holds what cannot be written into a response.
    #[error("the reason holds a control character")]
    Control,
}

/// The text of a reason: that of its code, or the words themselves.
///
/// # Errors
/// [`BadReason`].
pub fn reason(code_or_words: &str) -> Result<String, BadReason> {
    let words = code_or_words.trim();
    if let Some((_, text)) = REASONS.iter().find(|(code, _)| *code == words) {
        return Ok((*text).to_owned());
    }
    let length = words.chars().count();
    match words {
        "" => Err(BadReason::Empty),
        _ if length > LONGEST => Err(BadReason::TooLong(length)),
        _ if words.chars().any(char::is_control) => Err(BadReason::Control),
        _ => Ok(words.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_stands_for_its_text_and_words_for_themselves() {
        assert_eq!(reason("price").unwrap(), "价格申报不实");
        assert_eq!(reason(" 外包装破损 ").unwrap(), "外包装破损");
        assert_eq!(reason(" \t"), Err(BadReason::Empty));
        assert_eq!(reason("a\u{7}b"), Err(BadReason::Control));
        assert_eq!(reason(&"长".repeat(501)), Err(BadReason::TooLong(501)));
    }
}
