//! A text in both languages.

use crate::language::Language;

/// What is said, in Chinese and in English: neither can be missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wording {
    zh: String,
    en: String,
}

impl Wording {
    /// A text in both languages.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    /// What is told in English alone: the words of a library, or of a form that programs fill in.
    pub fn english(text: &(impl ToString + ?Sized)) -> Self {
        Self { zh: text.to_string(), en: text.to_string() }
    }

    /// In one language.
    pub fn of(&self, language: Language) -> &str {
        language.say(&self.zh, &self.en)
    }

    /// In both, Chinese first.
    pub fn both(&self) -> (&str, &str) {
        (&self.zh, &self.en)
    }
}
