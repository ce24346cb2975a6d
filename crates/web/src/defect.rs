//! A defect as JSON.

use serde::Serialize;
use tongguan_domain::defect::Defect;

/// A defect as JSON; docs/reference/defects.md says what each field is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DefectView {
    code: String,
    rule: &'static str,
    pointer: String,
    found: Option<String>,
    expected: Option<String>,
    message_zh: String,
    message_en: String,
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
