//! Every message as it is written today, byte for byte. Set `TONGGUAN_GOLDEN=write` to accept a
//! change, and review it as a change of the interface.

use std::path::Path;

use tongguan_messages::ceb::MessageType;
use tongguan_messages::read::{Profile, read};
use tongguan_messages::sample::sample;

use crate::support;

#[test]
fn every_sample_is_the_golden_file() {
    for message in MessageType::ALL {
        is_golden(message.code(), &sample(message).unwrap());
    }
}

/// Fails unless the golden file of that code holds what is written today.
#[expect(
    clippy::disallowed_methods,
    reason = "a test is told by an environment variable to accept a change"
)]
pub fn is_golden(code: &str, written: &str) {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(format!("{code}.xml"));
    if std::env::var("TONGGUAN_GOLDEN").as_deref() == Ok("write") {
        std::fs::write(&path, written).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == golden, "{code} is not {}", path.display());
}

#[test]
fn every_sample_is_valid_under_both_profiles() {
    for message in MessageType::ALL {
        let mut text = sample(message).unwrap();
        if message.is_request() {
            text = support::signed(&text);
        }
        let tree = roxmltree::Document::parse(&text).unwrap();
        for profile in [Profile::Strict, Profile::Tolerant] {
            let reading = read(&tree, profile).unwrap();
            assert_eq!(reading.message, message);
            assert_eq!(reading.defects, []);
            assert_eq!(reading.warnings, []);
            assert_eq!(reading.document_count, 1);
            assert_eq!(reading.documents.len() + reading.answers.len(), 1);
            assert!(reading.documents.iter().all(|document| document.outcome.is_ok()));
            assert!(reading.answers.iter().all(|answer| answer.outcome.is_ok()));
        }
    }
}
