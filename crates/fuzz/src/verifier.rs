//! Signatures: a message that verifies says what the holder of the key signed, and nothing else.
//!
//! The bytes are one of three things. A message with a signature is verified as it is. A message
//! without one is signed first, and must then verify. A [script](edited) begins with a byte that no
//! message begins with, and edits a signed message: text put in, taken out, or copied to another
//! place, which is what attackers do who cannot sign.

use std::sync::LazyLock;

use tongguan_messages::ceb::MessageType;
use tongguan_messages::certificate::judge;
use tongguan_messages::read::{Profile, read};
use tongguan_messages::sample::sample;
use tongguan_messages::signature::{Form, Policy, SignatureDefect, Style, verify};
use tongguan_messages::xml::c14n::{self, Blanks, Comments, Omission};
use tongguan_messages::xml::{Limits, Source};
use tongguan_messages::zone::{self, ZoneMessage};

use crate::memory;
use crate::world::{WORLD, receipt};

/// Holds the verifier to its laws.
///
/// # Panics
/// When one is broken.
pub fn check(bytes: &[u8]) {
    LazyLock::force(&GENUINE);
    if let Some(script) = bytes.strip_prefix(&[SCRIPT]) {
        let message = edited(script);
        hold_verdict(&message);
    } else if hold_verdict(bytes) == Some(SignatureDefect::Missing) {
        hold_signing(bytes);
    }
}

/// The first byte of a script.
pub(crate) const SCRIPT: u8 = 1;

/// The styles in which the genuine messages are signed.
const STYLES: [Style; 4] = [Style::SM2, Style::SM2_FIELD, Style::RSA_SHA1, Style::RSA_SHA256];

/// A message that its party signed, and what it says.
pub(crate) struct Genuine {
    pub(crate) text: String,
    substance: Substance,
}

pub(crate) static GENUINE: LazyLock<Vec<Genuine>> = LazyLock::new(|| {
    let payment = sample(MessageType::Ceb411).unwrap();
    let declaration = sample(MessageType::Ceb621).unwrap();
    let list = zone::sample::sample(ZoneMessage::Inv101).unwrap();
    let short = "<a><b>1</b>\n</a>".to_owned();
    let cases = STYLES.map(|style| (&payment, style)).into_iter().chain([
        (&declaration, Style::SM2),
        (&short, Style::SM2),
        (&short, Style::SM2_FIELD),
        (&list, Style::SM2),
    ]);
    let genuine = cases.map(|(message, style)| {
        let text = WORLD.signed(message, style).unwrap();
        let substance = substance(text.as_bytes()).unwrap();
        Genuine { text, substance }
    });
    genuine.collect()
});

/// What a message says, and who vouches for it: all that a reader may rely on.
#[derive(PartialEq, Eq)]
struct Substance {
    scheme: &'static str,
    signer: Vec<u8>,
    /// The canonical form of everything but the signature.
    content: Vec<u8>,
    /// What the reader reads.
    reading: String,
}

/// Verifies the message and judges its certificate.
fn substance(bytes: &[u8]) -> Result<Substance, Option<SignatureDefect>> {
    let source = Source::read(bytes, &Limits::default()).map_err(|_| None)?;
    let tree = source.tree().map_err(|_| None)?;
    let policy = Policy::china().with_rsa_sha256();
    let verdict = verify(&tree, &policy, None);
    hold_any_first_form(&tree, &policy, verdict.is_ok(), bytes.len());
    let (verified, certificate) = verdict?;
    judge(&certificate, &WORLD.store, receipt()).map_err(SignatureDefect::from)?;
    let signer = certificate.der().to_vec();
    let (content, reading) = (content(&tree), reading(&tree));
    Ok(Substance { scheme: verified.scheme.name(), signer, content, reading })
}

/// What the reader of that kind of message reads.
fn reading(tree: &roxmltree::Document<'_>) -> String {
    if zone::is_request(tree) {
        let read = zone::read(tree);
        return format!("{:?} {:?}", read.envelope, read.outcome);
    }
    read(tree, Profile::Tolerant).map_or_else(
        |defect| format!("{defect:?}"),
        |read| {
            format!(
                "{} {:?} {:?} {:?}",
                read.guid, read.transfer, read.subscriptions, read.documents
            )
        },
    )
}

/// The canonical form of what a signature vouches for: the object that stands in it, or everything but the
/// signature and the blanks beside it.
fn content(tree: &roxmltree::Document<'_>) -> Vec<u8> {
    if let Some(object) = object(tree) {
        return object;
    }
    // Read again without its comments, because one that stands beside the signature parts the
    // blanks there.
    let plain = canonical(tree, None);
    let source = Source::read(&plain, &Limits::default()).unwrap();
    let tree = source.tree().unwrap();
    let is_signature = |child: &roxmltree::Node<'_, '_>| child.has_tag_name((DSIG, "Signature"));
    let signature = tree.root_element().children().find(is_signature).unwrap();
    let omission = Omission { element: signature, before: Blanks::Dropped, after: Blanks::Dropped };
    canonical(&tree, Some(omission))
}

/// The canonical form of what the object holds around which the signature of a bonded zone's request
/// stands. Signing may give the object itself a name.
fn object(tree: &roxmltree::Document<'_>) -> Option<Vec<u8>> {
    let mut children = tree.root_element().children().filter(|_| zone::is_request(tree));
    let object = children.find(|child| child.tag_name().name() == "Object")?;
    let mut content = Vec::new();
    for held in object.children().filter(roxmltree::Node::is_element) {
        c14n::element(held, Comments::Dropped, Blanks::Kept, |piece| content.extend(piece));
    }
    Some(content)
}

fn canonical(tree: &roxmltree::Document<'_>, omission: Option<Omission<'_, '_>>) -> Vec<u8> {
    let mut content = Vec::new();
    c14n::document(tree, Comments::Dropped, omission, |piece| content.extend(piece));
    content
}

const DSIG: &str = tongguan_messages::signature::NAMESPACE;

/// The form that is tried first decides how soon a signature matches, and never whether.
fn hold_any_first_form(
    tree: &roxmltree::Document<'_>,
    policy: &Policy,
    is_valid: bool,
    length: usize,
) {
    let first = u8::try_from(length % 8).ok().and_then(Form::from_code);
    assert_eq!(verify(tree, policy, first).is_ok(), is_valid, "{first:?}");
}

/// Nobody but a party says anything in its name. Gives what is wrong with the signature.
fn hold_verdict(message: &[u8]) -> Option<SignatureDefect> {
    match memory::bounded(message.len(), || substance(message)) {
        Ok(found) => {
            let is_genuine = GENUINE.iter().any(|genuine| genuine.substance == found);
            assert!(is_genuine, "forged: {}", String::from_utf8_lossy(message));
            None
        }
        Err(defect) => defect,
    }
}

/// What is signed verifies, unless a comment stands in a value, which no signature covers.
fn hold_signing(message: &[u8]) {
    let Ok(text) = str::from_utf8(message) else { return };
    let style = STYLES[message.len() % 2];
    let Some(signed) = WORLD.signed(text, style) else { return };
    match substance(signed.as_bytes()) {
        Ok(found) => {
            let source = Source::read(message, &Limits::default()).unwrap();
            let tree = source.tree().unwrap();
            let content = object(&tree).unwrap_or_else(|| canonical(&tree, None));
            // White space beside the signature is content in one form and none in another.
            assert_eq!(without_blanks(&found.content), without_blanks(&content));
        }
        Err(Some(SignatureDefect::CommentInValue(_))) => {}
        Err(defect) => panic!("what was signed does not verify: {defect:?}\n{signed}"),
    }
}

/// A canonical form without white space, which may be a reference.
fn without_blanks(canonical: &[u8]) -> String {
    let text = str::from_utf8(canonical).unwrap().replace("&#xD;", "");
    text.split_ascii_whitespace().collect()
}

/// A genuine message after the edits of a script: first the message, then one edit after the other,
/// each a kind, a place, a length and what they ask for. Any bytes are a script.
pub(crate) fn edited(script: &[u8]) -> Vec<u8> {
    let mut script = Script(script);
    let genuine = &GENUINE[script.below(GENUINE.len())];
    let mut message = genuine.text.clone().into_bytes();
    // Enough for any attack, and a message that stays short.
    for _ in 0..16 {
        if script.0.is_empty() {
            break;
        }
        let kind = script.below(4);
        let start = script.below(message.len() + 1);
        match kind {
            0 => {
                let length = script.below(256);
                let text = script.take(length).to_vec();
                message.splice(start..start, text);
            }
            1 => {
                let end = message.len().min(start + script.below(4096));
                message.drain(start..end);
            }
            2 => {
                let end = message.len().min(start + script.below(4096));
                let piece = message[start..end].to_vec();
                let place = script.below(message.len() + 1);
                message.splice(place..place, piece);
            }
            _ => {
                let changed = script.take(1).to_vec();
                let end = message.len().min(start + changed.len());
                message.splice(start..end, changed);
            }
        }
    }
    message
}

/// What is left of a script; zeros and nothing once it is at its end.
struct Script<'s>(&'s [u8]);

impl<'s> Script<'s> {
    fn take(&mut self, length: usize) -> &'s [u8] {
        let (taken, rest) = self.0.split_at(length.min(self.0.len()));
        self.0 = rest;
        taken
    }

    /// A number below `end`, of one byte where that is enough, else of two.
    fn below(&mut self, end: usize) -> usize {
        let bytes = self.take(if end <= 256 { 1 } else { 2 });
        bytes.iter().fold(0, |number, byte| number << 8 | usize::from(*byte)) % end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_edits_a_genuine_message() {
        let genuine = &GENUINE[5].text;
        assert_eq!(edited(&[5]), genuine.as_bytes());
        assert_eq!(edited(&[5, 0, 0, 3, 2, b'<', b'x'])[..6], *b"<a><x<");
        assert_eq!(edited(&[5, 1, 0, 0, 0, 3])[..3], *b"<b>");
        assert_eq!(edited(&[5, 2, 0, 3, 0, 8, 0, 3])[..19], *b"<a><b>1</b><b>1</b>");
        assert_eq!(edited(&[5, 3, 0, 6, b'2'])[..11], *b"<a><b>2</b>");
    }

    #[test]
    fn a_comment_beside_the_signature_is_no_forgery() {
        let genuine = &GENUINE[5].text;
        for commented in [
            genuine.replace("<ds:Signature ", "<!----><ds:Signature "),
            genuine.replace("<ds:Signature ", "<!---->\n<!---->\n<ds:Signature "),
            genuine.replace("</ds:Signature>", "</ds:Signature>\n<!---->"),
            genuine.replace("<b>", "<!----><b>"),
        ] {
            hold_verdict(commented.as_bytes());
        }
    }

    #[test]
    fn a_forgery_would_be_noticed() {
        let other = WORLD.signed("<a><b>2</b>\n</a>", Style::SM2).unwrap();
        let found = substance(other.as_bytes()).unwrap();
        assert!(!GENUINE.iter().any(|genuine| genuine.substance == found));
    }
}
