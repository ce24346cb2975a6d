//! One document within a message as it was received.

use roxmltree::{Document, Node};
use tongguan_messages::ceb::MessageType;
use tongguan_messages::table::Layout;

/// Looks at one document of a message, by its place in it, from 1. Nothing where the bytes hold no such document.
pub(crate) fn within<T>(
    bytes: &[u8],
    ordinal: u16,
    look: impl FnOnce(&'static Layout, Node<'_, '_>) -> T,
) -> Option<T> {
    let place = usize::from(ordinal).saturating_sub(1);
    let tree = Document::parse(std::str::from_utf8(bytes).ok()?).ok()?;
    let root = tree.root_element();
    let layout = MessageType::from_root(root.tag_name().name())?.layout();
    let is_document = |node: &Node<'_, '_>| {
        let name = node.tag_name().name();
        node.is_element() && (name == layout.document || layout.is_misprint(name))
    };
    root.children().filter(is_document).nth(place).map(|document| look(layout, document))
}
