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
}
