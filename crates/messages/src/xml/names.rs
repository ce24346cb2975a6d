//! Names as they are written: canonical XML keeps the prefix, the tree does not.

use roxmltree::{Attribute, Node};

/// The qualified name in the start tag of `element`, such as `ceb:Order`; empty for other nodes.
pub fn element_name<'a>(element: Node<'a, '_>) -> &'a str {
    if element.is_element() {
        name_at(element.document().input_text(), element.range().start + 1)
    } else {
        ""
    }
}

/// The qualified name of `attribute`, which belongs to `element`.
pub fn attribute_name<'a>(element: Node<'a, '_>, attribute: &Attribute<'_, '_>) -> &'a str {
    name_at(element.document().input_text(), attribute.range().start)
}

/// Whether a character may stand in a name, a colon apart (XML 1.0, production 4a).
pub(super) const fn is_in_names(character: char) -> bool {
    matches!(character,
        'A'..='Z' | 'a'..='z' | '0'..='9' | '_' | '-' | '.'
        | '\u{B7}' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{37D}'
        | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{203F}'..='\u{2040}'
        | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}'
        | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}')
}

fn name_at(text: &str, start: usize) -> &str {
    let rest = text.get(start..).unwrap_or_default();
    let ends = |byte: u8| matches!(byte, b'>' | b'/' | b'=' | b' ' | b'\t' | b'\n' | b'\r');
    let length = rest.bytes().position(ends).unwrap_or(rest.len());
    &rest[..length]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_the_prefix_they_were_written_with() {
        let text =
            "<p:a xmlns:p='u' xmlns:q='u' q:b\n='1' c = '2'><d/><q:e\t/><p:测>x</p:测></p:a>";
        let tree = roxmltree::Document::parse(text).unwrap();
        let names: Vec<_> = tree.descendants().filter(Node::is_element).map(element_name).collect();
        assert_eq!(names, ["p:a", "d", "q:e", "p:测"]);
        let root = tree.root_element();
        let attributes: Vec<_> =
            root.attributes().map(|attribute| attribute_name(root, &attribute)).collect();
        assert_eq!(attributes, ["q:b", "c"]);
        assert_eq!(element_name(tree.root()), "");
    }

    #[test]
    fn names_hold_the_characters_of_the_standard() {
        assert!("aZ0_-.测é·\u{FEFF}".chars().all(is_in_names));
        assert!(!":<>/= \u{D7}\u{37E}\u{2028}\u{3000}\u{E000}\u{F2BF}".chars().any(is_in_names));
    }
}
