//! Passing on what upstream answered: its message as it came, or the part of it that one receiver may see.

use roxmltree::Document;
use tongguan_domain::time::Moment;
use tongguan_messages::ceb::MessageType;
use tongguan_storage::Message;
use tongguan_storage::stored::relay::StoredPassedOn;

use super::{Outgoing, RenderError, Rendered};
use crate::intake::envelope::business_message;
use crate::originals::OriginalError;

pub(super) fn answer(
    outgoing: &Outgoing,
    open: &mut dyn FnMut(&Message) -> Result<Vec<u8>, OriginalError>,
) -> Result<Rendered, RenderError> {
    let stored = StoredPassedOn::decode(&outgoing.response.body)?;
    let message = outgoing.message.as_ref().ok_or(RenderError::NoMessage)?;
    let whole = business_message(open(message)?);
    let xml = match &stored.part {
        None => whole,
        Some(part) => part_of(&whole, part).ok_or(RenderError::NoMessage)?,
    };
    let kind = message.kind.as_deref().and_then(MessageType::from_code);
    Ok(Rendered {
        message: kind.map_or("CEB", MessageType::code),
        key: stored.key,
        at: Moment::from_micros(stored.at),
        mailboxes: stored.mailboxes,
        xml,
    })
}

/// A message of responses with these of its documents alone, counted from 1: everything else stays byte for byte.
/// Responses bear no signature.
fn part_of(xml: &[u8], part: &[u16]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(xml).ok()?;
    let document = Document::parse(text).ok()?;
    let documents = document.root_element().children().filter(roxmltree::Node::is_element);
    let (mut kept, mut from) = (String::with_capacity(text.len()), 0);
    for (node, ordinal) in documents.zip(1..) {
        if part.contains(&ordinal) {
            continue;
        }
        kept.push_str(text.get(from..node.range().start)?);
        from = node.range().end;
    }
    kept.push_str(text.get(from..)?);
    Some(kept.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_the_message_without_the_documents_of_others() {
        let whole = b"<?xml version=\"1.0\"?><M guid=\"g\"><R>1</R> <R>2</R><R>3</R></M>";
        let part = |of: &[u16]| String::from_utf8(part_of(whole, of).unwrap()).unwrap();
        assert_eq!(part(&[2]), "<?xml version=\"1.0\"?><M guid=\"g\"> <R>2</R></M>");
        assert_eq!(part(&[1, 3]), "<?xml version=\"1.0\"?><M guid=\"g\"><R>1</R> <R>3</R></M>");
        assert_eq!(part_of(b"\xff", &[1]), None);
    }
}
