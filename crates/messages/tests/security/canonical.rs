//! Our canonical form equals that of two other implementations.

use std::process::Command;

use bergshamra_c14n::C14nMode;
use tongguan_messages::xml::c14n::{self, Comments};
use tongguan_messages::xml::{Limits, Source};

use crate::documents::{Chance, Spaces, generated};
use crate::tools::{is_installed, piped};

const DOCUMENTS: u64 = 400;

fn canonical(text: &str, comments: Comments) -> String {
    let source = Source::read(text.as_bytes(), &Limits::default()).unwrap_or_else(|refusal| {
        panic!("{refusal}: {text}");
    });
    let mut bytes = Vec::new();
    let tree = source.tree().unwrap_or_else(|refusal| panic!("{refusal}: {text}"));
    c14n::document(&tree, comments, None, |piece| bytes.extend_from_slice(piece));
    String::from_utf8(bytes).unwrap()
}

#[test]
fn generated_documents_are_varied() {
    let all: Vec<_> = (0..DOCUMENTS).map(|seed| generated(seed, Spaces::Any)).collect();
    let share = |needle: &str| all.iter().filter(|text| text.contains(needle)).count();
    for needle in ["xmlns=\"\"", "<![CDATA[", "&#13;", "\r", "<!--", "<?p", "xml:lang", "xmlns:a"] {
        let found = share(needle);
        assert!(found >= 40, "only {found} documents hold {needle:?}");
    }
}

#[test]
fn canonical_xml_equals_a_second_library() {
    for seed in 0..DOCUMENTS {
        // The other library's parser normalises neither line ends nor attribute values fully.
        let text = generated(seed, Spaces::Normal);
        for (comments, mode) in [
            (Comments::Dropped, C14nMode::Inclusive),
            (Comments::Kept, C14nMode::InclusiveWithComments),
        ] {
            let theirs = bergshamra_c14n::canonicalize::<&str>(&text, mode, None, &[]).unwrap();
            let theirs = String::from_utf8(theirs).unwrap();
            assert_eq!(canonical(&text, comments), theirs, "seed {seed}: {text}");
        }
    }
}

#[test]
fn canonical_xml_equals_libxml2() {
    if !is_installed("xmllint", "canonical XML against libxml2") {
        return;
    }
    for seed in 0..DOCUMENTS {
        let text = generated(seed, Spaces::Any);
        let theirs = piped(Command::new("xmllint").args(["--c14n", "-"]), text.as_bytes());
        let theirs = String::from_utf8(theirs.expect("libxml2 should read it")).unwrap();
        assert_eq!(canonical(&text, Comments::Kept), theirs, "seed {seed}: {text}");
    }
}

/// What we take of broken documents, libxml2 takes too, and reads the same.
#[test]
fn nothing_is_taken_that_libxml2_refuses() {
    if !is_installed("xmllint", "well-formedness against libxml2") {
        return;
    }
    let mut taken = 0;
    for seed in 0..DOCUMENTS {
        let text = mutant(seed);
        let source = Source::read(text.as_bytes(), &Limits::default());
        if source.is_ok_and(|source| source.tree().is_ok()) {
            let xmllint =
                |option| piped(Command::new("xmllint").args([option, "-"]), text.as_bytes());
            // libxml2 canonicalises no namespace that is not a valid URI, though it reads them.
            if let Some(theirs) = xmllint("--c14n") {
                assert_eq!(
                    canonical(&text, Comments::Kept).as_bytes(),
                    theirs,
                    "seed {seed}: {text}"
                );
            } else {
                assert!(xmllint("--noout").is_some(), "libxml2 refuses seed {seed}: {text}");
            }
            taken += 1;
        }
    }
    assert!((20..DOCUMENTS).contains(&taken), "{taken} mutants were taken");
}

/// A generated document with a character left out, doubled, or replaced by markup.
fn mutant(seed: u64) -> String {
    let text = generated(seed, Spaces::Any);
    let mut chance = Chance(seed);
    let characters: Vec<char> = text.chars().collect();
    let at = chance.below(characters.len());
    let (before, after) = characters.split_at(at);
    let pieces = ["", "<", ">", "&", "'", "\"", "=", ":", "/", "x", " ", "?", "!", "]", "-", "\r"];
    let piece = pieces[chance.below(pieces.len())];
    let after = &after[chance.below(2)..];
    before.iter().copied().chain(piece.chars()).chain(after.iter().copied()).collect()
}

#[test]
fn canonicalising_twice_changes_nothing() {
    for seed in 0..DOCUMENTS {
        let once = canonical(&generated(seed, Spaces::Any), Comments::Kept);
        assert_eq!(canonical(&once, Comments::Kept), once);
    }
}
