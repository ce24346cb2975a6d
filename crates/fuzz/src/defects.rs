//! Laws of everything that is found wrong: it says where, and it stays short whatever was sent.

use tongguan_domain::defect::Defect;
use tongguan_messages::xml::Refusal;

/// Every one of `defects` has a well-formed pointer and texts of bounded length.
pub fn hold(defects: &[Defect]) {
    for defect in defects {
        assert!(is_path(&defect.pointer), "no pointer: {defect:?}");
        hold_texts(defect);
    }
}

/// A refusal names a byte of the message or the end of it.
pub fn hold_refusal(refusal: Refusal, length: usize) {
    assert!(refusal.position <= length, "{refusal:?} is beyond {length} bytes");
    hold_texts(&Defect::from(refusal));
}

fn hold_texts(defect: &Defect) {
    assert!(defect.pointer.chars().count() < 600, "a long pointer: {defect:?}");
    for text in [defect.message_zh(), defect.message_en()] {
        assert!(text.chars().count() < 600, "a long message: {defect:?}");
    }
}

/// `/CEB311Message/Order[1]/OrderHead/orderNo` or `/CEB311Message/@guid`.
fn is_path(pointer: &str) -> bool {
    let Some(steps) = pointer.strip_prefix('/') else { return false };
    let (elements, attribute) = match steps.split_once("/@") {
        Some((elements, attribute)) => (elements, Some(attribute)),
        None => (steps, None),
    };
    elements.split('/').all(is_step) && attribute.is_none_or(is_name)
}

/// A name, and perhaps its position from 1.
fn is_step(step: &str) -> bool {
    match step.strip_suffix(']').and_then(|step| step.split_once('[')) {
        Some((name, index)) => is_name(name) && index.parse::<usize>().is_ok_and(|index| index > 0),
        None => is_name(step),
    }
}

fn is_name(name: &str) -> bool {
    let outside = |c: char| c.is_whitespace() || c.is_control() || "/@[]<>&\"'".contains(c);
    !name.is_empty() && !name.contains(outside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_are_told_from_other_texts() {
        for pointer in ["/a", "/a/b[2]/c", "/a/@guid", "/a/ds:Signature", "/a/*"] {
            assert!(is_path(pointer), "{pointer}");
        }
        for other in ["", "a", "/", "/a/", "/a[0]", "/a[x]", "/a b", "/a/@b/c", "//a", "/a]"] {
            assert!(!is_path(other), "{other}");
        }
    }
}
