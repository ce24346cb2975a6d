//! How a command shows what is wrong with its input: for people, and as JSON.

use serde::Serialize;
use tongguan_domain::defect::Defect;

/// A defect as JSON.
#[derive(Debug, Serialize)]
pub struct DefectView {
    code: String,
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
            pointer: defect.pointer.clone(),
            found: defect.found.clone(),
            expected: defect.expected.clone(),
            message_zh: defect.message_zh(),
            message_en: defect.message_en(),
        }
    }
}

/// One line for people: where, what, what was expected.
pub fn line(defect: &Defect) -> String {
    let place = if defect.pointer.is_empty() { "(whole input)" } else { &defect.pointer };
    format!("{place}: {} [{}]", defect.message_en(), defect.code())
}
