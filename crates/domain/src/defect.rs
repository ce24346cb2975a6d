//! What is wrong with something that was received: every finding, each with a code and a pointer.
//!
//! A [`Rule`] is one line of a catalogue: a stable code, the official number where one exists, and
//! the text in both languages. A [`Defect`] is a rule that was broken at one place.

use std::fmt;

/// Rules that the specification does not number, and `ALL` of a module's.
macro_rules! unnumbered {
    ($( $(#[$doc:meta])* $name:ident $code:literal $zh:literal $en:literal; )*) => {
        $(
            $(#[$doc])*
            pub static $name: $crate::defect::Rule =
                $crate::defect::Rule { code: $code, official: None, zh: $zh, en: $en };
        )*
        /// Every rule of this module.
        pub static ALL: &[&$crate::defect::Rule] = &[$(&$name),*];
    };
}
pub(crate) use unnumbered;

/// The number that the authorities themselves give to a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Official {
    /// An exchange-platform error (spec table 7-1), four digits: `0002`.
    Exchange(u16),
    /// A business error (spec table 7-2), sent as a negative `returnStatus`: `-301010`.
    Business(i32),
    /// A customs code inside `returnInfo` of a refusal: `[Code:1332;Desc:…]`.
    Customs(u32),
}

impl fmt::Display for Official {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exchange(code) => write!(f, "{code:04}"),
            Self::Business(code) => code.fmt(f),
            Self::Customs(code) => code.fmt(f),
        }
    }
}

/// One rule that a message, a document or a declaration can break.
///
/// Texts may contain `{found}`, `{expected}` and further names that [`Defect::with`] fills.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// The stable, published code, in kebab-case: `element-missing`.
    pub code: &'static str,
    /// The official number, where one exists.
    pub official: Option<Official>,
    /// The official Chinese wording where one exists, ours otherwise.
    pub zh: &'static str,
    /// The English wording.
    pub en: &'static str,
}

impl Rule {
    /// The wording in Chinese and English, a `*` for each place that a defect fills, as the specification prints it.
    pub fn wording(&self) -> (String, String) {
        (starred(self.zh), starred(self.en))
    }
}

fn starred(template: &str) -> String {
    let mut parts = template.split('{');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push('*');
        text.push_str(part.split_once('}').map_or(part, |(_, rest)| rest));
    }
    text
}

/// A rule broken at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defect {
    /// Which rule.
    pub rule: &'static Rule,
    /// Where: a path from the message's root, positions counted from 1, such as
    /// `/CEB621Message/Inventory[1]/InventoryHead/orderNo`.
    pub pointer: String,
    /// What stands there, shortened; personal data masked.
    pub found: Option<String>,
    /// What should stand there.
    pub expected: Option<String>,
    /// Further values that the rule's texts name, personal data masked.
    pub details: Vec<(&'static str, String)>,
}

impl Defect {
    /// `rule` broken at `pointer`.
    pub fn at(rule: &'static Rule, pointer: impl Into<String>) -> Self {
        Self { rule, pointer: pointer.into(), found: None, expected: None, details: Vec::new() }
    }

    /// With what was found, shortened to 60 characters.
    #[must_use]
    pub fn found(mut self, found: impl fmt::Display) -> Self {
        self.found = Some(shortened(&found.to_string()));
        self
    }

    /// With what was expected.
    #[must_use]
    pub fn expected(mut self, expected: impl fmt::Display) -> Self {
        self.expected = Some(expected.to_string());
        self
    }

    /// With a further value that the rule's texts name: `{limit}`.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.details.push((name, value.to_string()));
        self
    }

    /// The code that is shown: the official number where there is one, ours otherwise.
    pub fn code(&self) -> String {
        self.rule.official.map_or_else(|| self.rule.code.to_owned(), |number| number.to_string())
    }

    /// The message in Chinese.
    pub fn message_zh(&self) -> String {
        self.filled(self.rule.zh)
    }

    /// The message in English.
    pub fn message_en(&self) -> String {
        self.filled(self.rule.en)
    }

    /// The template with its places filled; a place that nothing fills is left empty. One pass, so
    /// that braces inside a received text stay what they are.
    fn filled(&self, template: &str) -> String {
        let mut text = String::with_capacity(template.len());
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let Some((name, behind)) = after.split_once('}') else {
                text.push('{');
                rest = after;
                continue;
            };
            text.push_str(self.value(name));
            rest = behind;
        }
        text.push_str(rest);
        text
    }

    fn value(&self, name: &str) -> &str {
        match name {
            "found" => self.found.as_deref(),
            "expected" => self.expected.as_deref(),
            _ => {
                self.details.iter().find(|(known, _)| *known == name).map(|(_, text)| text.as_str())
            }
        }
        .unwrap_or_default()
    }
}

fn shortened(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: Rule = Rule {
        code: "amounts-differ",
        official: Some(Official::Customs(1332)),
        zh: "支付单支付金额与订单支付金额不一致：{found}，{expected}",
        en: "the payment is {found}, the order says {expected}",
    };

    #[test]
    fn a_defect_speaks_both_languages() {
        let defect = Defect::at(&RULE, "/x").found(1).expected(2);
        assert_eq!(defect.code(), "1332");
        assert_eq!(defect.message_zh(), "支付单支付金额与订单支付金额不一致：1，2");
        assert_eq!(defect.message_en(), "the payment is 1, the order says 2");
    }

    #[test]
    fn further_values_are_named_and_received_braces_stay() {
        const LIMIT: Rule = Rule {
            code: "limit",
            official: None,
            zh: "{buyer}已用{used}，{missing}限额{expected}",
            en: "{buyer} used {used}",
        };
        let defect = Defect::at(&LIMIT, "/x").expected(2).with("buyer", "{used}").with("used", 1);
        assert_eq!(defect.message_zh(), "{used}已用1，限额2");
        assert_eq!(defect.message_en(), "{used} used 1");
    }

    #[test]
    fn what_was_found_is_shortened() {
        let defect = Defect::at(&RULE, "/x").found("长".repeat(100_000));
        assert_eq!(defect.found.unwrap().chars().count(), 61);
    }
}
