//! Elements that the standard does not know: the tolerant profile keeps them.

use roxmltree::Node;

use super::place::Place;
use super::report::Report;

/// An element that the standard does not know, as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptElement {
    /// Where it stands.
    pub pointer: String,
    /// The element, as it was written; prefixes are those of the message.
    pub xml: String,
}

impl KeptElement {
    /// Keeps an element, as long as the list is within its bound.
    pub(crate) fn keep(node: Node<'_, '_>, place: &Place<'_>, kept: &mut Vec<Self>) {
        if kept.len() < Report::LIMIT {
            let pointer = place.child(node.tag_name().name()).to_string();
            kept.push(Self { pointer, xml: source(node).to_owned() });
        }
    }
}

/// An element as it was written.
pub(crate) fn source<'t>(node: Node<'t, '_>) -> &'t str {
    node.document().input_text().get(node.range()).unwrap_or_default()
}
