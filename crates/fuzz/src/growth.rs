//! Growth: a message in which one piece stands a great many times.
//!
//! The bytes are a head, a piece and a tail, parted by zeros. Whatever the piece is, a message of
//! half a megabyte takes a fraction of a second and a fixed number of bytes for each of its own. Where
//! the work grows with the square instead, the time limit of the run makes it a finding.

use tongguan_messages::dxp;
use tongguan_messages::read::{Profile, read};
use tongguan_messages::signature::{Policy, verify};
use tongguan_messages::xml::c14n::{self, Comments};
use tongguan_messages::xml::{Limits, Source};
use tongguan_messages::zone;

use crate::{defects, memory};

/// Holds everything that reads a message to work that grows with its length.
///
/// # Panics
/// When too much memory is asked for.
pub fn check(bytes: &[u8]) {
    let message = grown(bytes);
    memory::bounded(message.len(), || use_all(&message));
}

/// Bytes of a grown message, about.
const LENGTH: usize = 1 << 19;

/// The message that the bytes stand for.
fn grown(bytes: &[u8]) -> Vec<u8> {
    let mut parts = bytes.splitn(3, |byte| *byte == 0);
    let mut part = || parts.next().unwrap_or_default();
    let (head, piece, tail) = (part(), part(), part());
    if piece.is_empty() {
        return bytes.to_vec();
    }
    let times = LENGTH.saturating_sub(head.len() + tail.len()).div_ceil(piece.len());
    let mut message = Vec::with_capacity(LENGTH + piece.len());
    message.extend_from_slice(head);
    for number in 0..times {
        extend_numbered(&mut message, piece, number);
    }
    message.extend_from_slice(tail);
    message
}

/// Adds the piece, with its number in place of every `%`, so that names can differ.
fn extend_numbered(message: &mut Vec<u8>, piece: &[u8], number: usize) {
    let mut parts = piece.split(|byte| *byte == b'%');
    message.extend_from_slice(parts.next().unwrap_or_default());
    for part in parts {
        message.extend_from_slice(number.to_string().as_bytes());
        message.extend_from_slice(part);
    }
}

fn use_all(message: &[u8]) {
    let source = match Source::read(message, &Limits::default()) {
        Ok(source) => source,
        Err(refusal) => return defects::hold_refusal(refusal, message.len()),
    };
    let tree = match source.tree() {
        Ok(tree) => tree,
        Err(refusal) => return defects::hold_refusal(refusal, message.len()),
    };
    let _ = verify(&tree, &Policy::china(), None);
    c14n::document(&tree, Comments::Kept, None, |_| {});
    for profile in [Profile::Strict, Profile::Tolerant] {
        if let Ok(reading) = read(&tree, profile) {
            defects::hold(&reading.defects);
        }
    }
    defects::hold(&dxp::read(&tree).defects);
    if zone::is_request(&tree)
        && let Err(found) = zone::read(&tree).outcome
    {
        defects::hold(&found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_is_repeated_and_numbered() {
        let message = String::from_utf8(grown(b"<a>\0<b c='%'/>\0</a>")).unwrap();
        assert!(message.starts_with("<a><b c='0'/><b c='1'/>"));
        assert!(message.ends_with("/></a>"));
        assert!((LENGTH..2 * LENGTH).contains(&message.len()));
        assert_eq!(grown(b"<a/>"), b"<a/>");
    }
}
