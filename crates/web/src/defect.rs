//! A defect as JSON.

use serde::Serialize;
use tongguan_domain::defect::Defect;
use utoipa::ToSchema;

use crate::language::Language;

/// A defect as JSON; docs/reference/defects.md says what each field is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DefectView {
    /// The official number, or else the rule's name.
    code: String,
    /// The rule's name.
    rule: &'static str,
    /// Where: a path into XML or JSON; empty for the whole.
    pointer: String,
    /// What is there.
    found: Option<String>,
    /// What should be.
    expected: Option<String>,
    /// In Chinese.
    message_zh: String,
    /// In English.
    message_en: String,
}

impl DefectView {
    /// What is wrong.
    pub fn text(&self, language: Language) -> &str {
        language.say(&self.message_zh, &self.message_en)
    }

    /// Where.
    pub fn pointer(&self) -> &str {
        &self.pointer
    }
}

impl From<&Defect> for DefectView {
    fn from(defect: &Defect) -> Self {
        Self {
            code: defect.code(),
            rule: defect.rule.code,
            pointer: defect.pointer.clone(),
            found: defect.found.clone(),
            expected: defect.expected.clone(),
            message_zh: defect.message_zh(),
            message_en: defect.message_en(),
        }
    }
}
