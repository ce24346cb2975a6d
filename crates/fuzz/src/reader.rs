//! The reader: any bytes, in both profiles, as a message or in an envelope.

use tongguan_domain::defect::Defect;
use tongguan_messages::dxp;
use tongguan_messages::read::{Profile, Reading, read};
use tongguan_messages::xml::{Limits, Source};
use tongguan_messages::zone;

use crate::{defects, memory, rewriting};

/// Holds the reader to its laws.
///
/// # Panics
/// When one is broken.
pub fn check(bytes: &[u8]) {
    memory::bounded(bytes.len(), || check_message(bytes, Nesting::Bare));
}

/// Whether a message came by itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Nesting {
    Bare,
    Enveloped,
}

fn check_message(bytes: &[u8], nesting: Nesting) {
    let source = match Source::read(bytes, &Limits::default()) {
        Ok(source) => source,
        Err(refusal) => return defects::hold_refusal(refusal, bytes.len()),
    };
    let tree = match source.tree() {
        Ok(tree) => tree,
        Err(refusal) => return defects::hold_refusal(refusal, bytes.len()),
    };
    check_reading(&tree);
    check_zone(&tree);
    if nesting == Nesting::Bare {
        check_envelope(&tree);
        check_nodes(&tree);
    }
}

/// A request of a bonded zone is read or refused, for reasons that are bounded.
fn check_zone(tree: &roxmltree::Document<'_>) {
    if !zone::is_request(tree) {
        return;
    }
    let reading = zone::read(tree);
    defects::hold(&reading.warnings);
    if let Err(found) = &reading.outcome {
        assert!(!found.is_empty(), "refused without a reason");
        defects::hold(found);
    }
}

fn check_reading(tree: &roxmltree::Document<'_>) {
    let strict = read(tree, Profile::Strict);
    let tolerant = read(tree, Profile::Tolerant);
    let (strict, tolerant) = match (strict, tolerant) {
        (Ok(strict), Ok(tolerant)) => (strict, tolerant),
        (Err(strict), Err(tolerant)) => {
            assert_eq!(strict, tolerant, "no profile knows another message");
            return defects::hold(&[strict]);
        }
        (strict, tolerant) => panic!("one profile knows the message: {strict:?} {tolerant:?}"),
    };
    for reading in [&strict, &tolerant] {
        hold_bounds(reading);
        hold_findings(reading);
    }
    hold_profiles(&strict, &tolerant);
    for reading in [&strict, &tolerant] {
        rewriting::hold(reading);
    }
}

fn hold_bounds(reading: &Reading) {
    let documents = reading.documents.len() + reading.answers.len();
    let most = reading.message.layout().documents.max;
    assert_eq!(documents, reading.document_count.min(most));
    assert!(reading.subscriptions.len() <= 5);
    for list in [&reading.defects, &reading.warnings] {
        assert!(list.len() <= 1000);
        defects::hold(list);
    }
    assert!(reading.kept.len() <= 1000);
    assert!(reading.profile == Profile::Tolerant || reading.warnings.is_empty());
    assert!(reading.profile == Profile::Tolerant || reading.kept.is_empty());
}

/// A document that cannot be used says why, at a place inside itself.
fn hold_findings(reading: &Reading) {
    let hold = |pointer: &str, findings: Option<&Vec<Defect>>| {
        let Some(findings) = findings else { return };
        assert!((1..=100).contains(&findings.len()), "{} findings", findings.len());
        defects::hold(findings);
        for finding in findings {
            assert!(finding.pointer.starts_with(pointer), "{finding:?} is not in {pointer}");
        }
    };
    for (index, document) in reading.documents.iter().enumerate() {
        assert_eq!(document.ordinal, index + 1);
        assert_eq!(Some(document.quote.answered_by()), reading.message.response());
        hold(&document.pointer, document.outcome.as_ref().err());
    }
    for (index, answer) in reading.answers.iter().enumerate() {
        assert_eq!(answer.ordinal, index + 1);
        hold(&answer.pointer, answer.outcome.as_ref().err());
    }
}

/// What the strict profile accepts needs no tolerance, and what needs none the strict profile accepts;
/// either way both read the same.
fn hold_profiles(strict: &Reading, tolerant: &Reading) {
    let needs_nothing = tolerant.is_valid() && tolerant.warnings.is_empty();
    assert_eq!(strict.is_valid(), needs_nothing, "{strict:?}\n{tolerant:?}");
    assert_eq!(strict.signed, tolerant.signed);
    assert_eq!((&strict.guid, &strict.version), (&tolerant.guid, &tolerant.version));
    assert_eq!(strict.document_count, tolerant.document_count);
    if !strict.is_valid() {
        return;
    }
    assert!(tolerant.kept.is_empty());
    assert_eq!(strict.transfer, tolerant.transfer);
    assert_eq!(strict.subscriptions, tolerant.subscriptions);
    assert_eq!(strict.extension, tolerant.extension);
    for (strict, tolerant) in strict.documents.iter().zip(&tolerant.documents) {
        assert_eq!(strict.quote, tolerant.quote);
        assert_eq!(strict.outcome, tolerant.outcome);
    }
    for (strict, tolerant) in strict.answers.iter().zip(&tolerant.answers) {
        assert_eq!(strict.outcome, tolerant.outcome);
    }
}

fn check_envelope(tree: &roxmltree::Document<'_>) {
    let reading = dxp::read(tree);
    defects::hold(&reading.defects);
    assert_eq!(reading.message.is_none(), !reading.defects.is_empty(), "{:?}", reading.defects);
    let Some(message) = reading.message else { return };
    assert_eq!(reading.number.as_ref(), Some(&message.head.number));
    assert_eq!(reading.sender.as_ref(), Some(&message.head.sender));
    rewriting::hold_envelope(&message);
    check_message(&message.data, Nesting::Enveloped);
}

fn check_nodes(tree: &roxmltree::Document<'_>) {
    match dxp::read_transmission(tree) {
        Ok(transmission) => rewriting::hold_transmission(&transmission),
        Err(found) => defects::hold(&found),
    }
    match dxp::read_reply(tree) {
        Ok(reply) => rewriting::hold_reply(&reply),
        Err(found) => defects::hold(&found),
    }
}
