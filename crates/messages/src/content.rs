//! Whether a document came again: digests of content without number and time.

use roxmltree::{Document as Tree, Node};
use sha2::{Digest, Sha256};

use crate::NAMESPACE;
use crate::read::in_namespace;
use crate::table::Layout;

/// What tells two copies of one document apart although nothing in it changed.
const NOT_CONTENT: [&str; 2] = ["guid", "appTime"];

/// The digest of each document of a message, in order: names and trimmed texts of its elements, but
/// for the document's own number and time. Empty elements count as absent.
pub fn digests(tree: &Tree<'_>, layout: &Layout) -> Vec<[u8; 16]> {
    let root = tree.root_element();
    let is_document = |node: &Node<'_, '_>| {
        let name = node.tag_name().name();
        in_namespace(*node, NAMESPACE) && (name == layout.document || layout.is_misprint(name))
    };
    root.children().filter(is_document).map(digest).collect()
}

/// A document's number that derives from what the document says, so that the same one, made again, has
/// the same: a UUID of version 8.
pub fn derived_guid<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    }
    let whole: [u8; 32] = hash.finalize().into();
    let hex: String = whole[..16].iter().map(|byte| format!("{byte:02X}")).collect();
    let [a, b, c, d, e] = [0..8, 8..12, 13..16, 17..20, 20..32].map(|part| &hex[part]);
    format!("{a}-{b}-8{c}-8{d}-{e}")
}

fn digest(document: Node<'_, '_>) -> [u8; 16] {
    let mut hash = Sha256::new();
    for element in document.descendants().filter(Node::is_element) {
        let name = element.tag_name().name();
        let text = element.text().map(str::trim).unwrap_or_default();
        if text.is_empty() && !element.has_children() || NOT_CONTENT.contains(&name) {
            continue;
        }
        for part in [name, text] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
    }
    let whole: [u8; 32] = hash.finalize().into();
    let mut half = [0; 16];
    half.copy_from_slice(&whole[..16]);
    half
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ceb::MessageType;

    fn one(inner: &str) -> [u8; 16] {
        let text = format!(
            "<CEB411Message xmlns=\"{}\"><Payment><PaymentHead>{inner}</PaymentHead></Payment></CEB411Message>",
            NAMESPACE
        );
        let tree = Tree::parse(&text).unwrap();
        digests(&tree, MessageType::Ceb411.layout())[0]
    }

    #[test]
    fn a_number_derives_from_every_text_and_from_where_each_ends() {
        let guid = derived_guid(["ab", "c"]);
        assert_eq!(guid, derived_guid(["ab", "c"]));
        assert_ne!(guid, derived_guid(["a", "bc"]));
        assert_eq!((guid.len(), &guid[14..15], &guid[19..20]), (36, "8", "8"));
    }

    #[test]
    fn a_document_under_its_misprinted_name_has_content_too() {
        let text = format!(
            "<CEB625Message xmlns=\"{NAMESPACE}\"><InvtRefund/><InvtRefound/></CEB625Message>"
        );
        let tree = Tree::parse(&text).unwrap();
        assert_eq!(digests(&tree, MessageType::Ceb625.layout()).len(), 2);
    }

    #[test]
    fn number_and_time_are_not_content_and_everything_else_is() {
        let first = one("<guid>A</guid><appTime>1</appTime><payCode>7</payCode><note></note>");
        assert_eq!(first, one("<guid>B</guid><appTime>2</appTime><payCode> 7 </payCode>"));
        assert_ne!(first, one("<guid>A</guid><appTime>1</appTime><payCode>8</payCode>"));
        assert_ne!(first, one("<guid>A</guid><appTime>1</appTime><payName>7</payName>"));
    }
}
