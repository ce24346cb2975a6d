//! Hostile and damaged input: no panic, bounded findings, no work that grows with the square.

use proptest::prelude::*;
use tongguan_messages::ceb::MessageType;
use tongguan_messages::read::{Profile, read};
use tongguan_messages::sample::sample;
use tongguan_messages::xml::{Limits, Source};

use crate::mutants::{self, Chance};
use crate::support::signed_if_request;

fn read_anyhow(bytes: &[u8]) {
    let Ok(source) = Source::read(bytes, &Limits::default()) else { return };
    let Ok(tree) = source.tree() else { return };
    for profile in [Profile::Strict, Profile::Tolerant] {
        if let Ok(reading) = read(&tree, profile) {
            assert!(reading.documents.len() <= 100);
            for document in &reading.documents {
                assert!(
                    document.outcome.as_ref().err().is_none_or(|findings| !findings.is_empty())
                );
            }
            for answer in &reading.answers {
                assert!(answer.outcome.as_ref().err().is_none_or(|findings| !findings.is_empty()));
            }
        }
    }
    let _ = tongguan_messages::dxp::read(&tree);
}

proptest! {
    #[test]
    fn the_reader_does_not_panic_on_damaged_messages(
        index in 0..MessageType::ALL.len(),
        seed in any::<u64>(),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), "\\PC{0,6}|[<>&/ =\"a-c]{1,4}"), 0..4),
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
    ) {
        let message = MessageType::ALL[index];
        let mut text = signed_if_request(message, sample(message).unwrap());
        for (_, mutant) in mutants::of(&text, seed, 3) {
            read_anyhow(mutant.as_bytes());
            text = mutant;
        }
        for (position, insertion) in cuts {
            let mut at = position.index(text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            text.insert_str(at, &insertion);
        }
        read_anyhow(text.as_bytes());
        let mut bytes = text.into_bytes();
        for (position, byte) in flips {
            let at = position.index(bytes.len());
            bytes[at] = byte;
        }
        read_anyhow(&bytes);
    }

    #[test]
    fn mutants_of_mutants_are_read(seed in any::<u64>()) {
        let mut chance = Chance::seeded(seed);
        let message = chance.pick(&MessageType::ALL);
        let mut text = signed_if_request(message, sample(message).unwrap());
        for _ in 0..8 {
            if text.len() > 200_000 {
                break;
            }
            text = mutants::of(&text, chance.next(), 1).swap_remove(0).1;
            read_anyhow(text.as_bytes());
        }
    }
}

#[test]
fn findings_of_a_hostile_message_are_bounded() {
    let text = sample(MessageType::Ceb311).unwrap();
    let hostile = text.replace("<ceb:guid>", &format!("{}<ceb:guid>", "<x/>".repeat(200_000)));
    let tree = roxmltree::Document::parse(&hostile).unwrap();
    let tolerant = read(&tree, Profile::Tolerant).unwrap();
    assert_eq!((tolerant.warnings.len(), tolerant.kept.len()), (1000, 1000));
    assert_eq!(tolerant.omitted, 199_000);
    assert!(tolerant.is_valid());
    let strict = read(&tree, Profile::Strict).unwrap();
    assert_eq!((strict.defects.len(), strict.omitted), (1000, 199_000));
}

#[test]
fn the_name_of_an_unknown_root_is_shortened() {
    let text = format!("<{}/>", "名".repeat(100_000));
    let tree = roxmltree::Document::parse(&text).unwrap();
    let message = read(&tree, Profile::Tolerant).unwrap_err();
    let envelope = tongguan_messages::dxp::read(&tree).defects.swap_remove(0);
    assert_eq!(message, envelope);
    assert_eq!(message.pointer.chars().count(), 65);
}

#[test]
fn far_too_many_documents_are_counted_and_not_read() {
    let text = sample(MessageType::Ceb513).unwrap();
    let hostile = text.replace(
        "<ceb:BaseTransfer>",
        &format!("{}<ceb:BaseTransfer>", "<ceb:LogisticsStatus/>".repeat(100_000)),
    );
    let tree = roxmltree::Document::parse(&hostile).unwrap();
    let reading = read(&tree, Profile::Tolerant).unwrap();
    assert_eq!(reading.document_count, 100_001);
    assert_eq!(reading.documents.len(), 100);
    assert_eq!(reading.defects.last().unwrap().code(), "-505013");
}

#[test]
fn findings_of_one_document_are_bounded() {
    let text = sample(MessageType::Ceb621).unwrap();
    let start = text.find("<ceb:InventoryList>").unwrap();
    let end = text.find("</ceb:Inventory>").unwrap();
    let hostile =
        format!("{}{}{}", &text[..start], "<ceb:InventoryList/>".repeat(99), &text[end..]);
    let tree = roxmltree::Document::parse(&hostile).unwrap();
    let reading = read(&tree, Profile::Tolerant).unwrap();
    assert_eq!(reading.documents[0].outcome.as_ref().unwrap_err().len(), 100);
}

#[test]
fn a_signature_of_many_references_is_checked_in_one_pass() {
    let text = signed_if_request(MessageType::Ceb311, sample(MessageType::Ceb311).unwrap());
    let start = text.find("<ds:Reference").unwrap();
    let end = text.find("</ds:Reference>").unwrap() + "</ds:Reference>".len();
    let reference = &text[start..end];
    let references: String =
        (0..50_000).map(|n| reference.replacen("URI=", &format!("Id=\"r{n}\" URI="), 1)).collect();
    let hostile = text.replace(reference, &references);
    let tree = roxmltree::Document::parse(&hostile).unwrap();
    assert!(read(&tree, Profile::Strict).unwrap().is_valid());
}
