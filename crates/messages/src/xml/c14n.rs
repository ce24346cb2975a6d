//! Canonical XML 1.0 (W3C, 15 March 2001) of a document or of one element, streamed into a sink.
//!
//! The two departures that signatures of the field need are options: the [`Omission`] of one element
//! together with white space around it, and [`Blanks::Dropped`].

use roxmltree::{Attribute, Document, Node};

use super::{attribute_name, element_name, is_blank};

/// Whether comments are part of the canonical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comments {
    /// Canonical XML.
    Dropped,
    /// Canonical XML with comments.
    Kept,
}

/// Whether text that is nothing but white space is part of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blanks {
    /// As the standard says.
    Kept,
    /// Left out, as if the text had never been indented.
    Dropped,
}

/// An element to leave out of its document.
#[derive(Debug, Clone, Copy)]
pub struct Omission<'a, 'input> {
    /// The element.
    pub element: Node<'a, 'input>,
    /// Whether white space right before it goes with it.
    pub before: Blanks,
    /// Whether white space right after it goes with it.
    pub after: Blanks,
}

/// Writes the canonical form of `tree`, without the omitted element, into `sink`.
pub fn document(
    tree: &Document<'_>,
    comments: Comments,
    omission: Option<Omission<'_, '_>>,
    sink: impl FnMut(&[u8]),
) {
    let mut writer = Writer::new(comments, Blanks::Kept, omission, sink);
    let mut before_root = true;
    for node in tree.root().children() {
        if node.is_element() {
            writer.element(node);
            before_root = false;
        } else if !node.is_text() && !writer.skips(node) {
            if !before_root {
                writer.put("\n");
            }
            writer.leaf(node);
            if before_root {
                writer.put("\n");
            }
        }
    }
    writer.finish();
}

/// Writes the canonical form of `apex` and what it holds into `sink`. The namespaces and the `xml:`
/// attributes of its ancestors appear on it.
pub fn element(apex: Node<'_, '_>, comments: Comments, blanks: Blanks, sink: impl FnMut(&[u8])) {
    let mut writer = Writer::new(comments, blanks, None, sink);
    writer.element(apex);
    writer.finish();
}

/// Bytes are handed to the sink in pieces of about this size.
const PIECE: usize = 8 * 1024;

struct Writer<'a, 'input, S> {
    comments: Comments,
    blanks: Blanks,
    omission: Option<Omission<'a, 'input>>,
    buffer: Vec<u8>,
    sink: S,
}

impl<'a, 'input, S: FnMut(&[u8])> Writer<'a, 'input, S> {
    fn new(
        comments: Comments,
        blanks: Blanks,
        omission: Option<Omission<'a, 'input>>,
        sink: S,
    ) -> Self {
        Self { comments, blanks, omission, buffer: Vec::with_capacity(PIECE + 1024), sink }
    }

    /// Walks the element without recursion, so depth costs no stack.
    fn element(&mut self, apex: Node<'_, '_>) {
        let mut node = apex;
        loop {
            if node.is_element() && !self.skips(node) {
                self.start_tag(node, node == apex);
                if let Some(child) = node.first_child() {
                    node = child;
                    continue;
                }
                self.end_tag(node);
            } else if !self.skips(node) {
                self.leaf(node);
            }
            loop {
                if node == apex {
                    return;
                }
                if let Some(next) = node.next_sibling() {
                    node = next;
                    break;
                }
                let Some(parent) = node.parent() else { return };
                node = parent;
                self.end_tag(node);
            }
        }
    }

    fn skips(&self, node: Node<'_, '_>) -> bool {
        if node.is_comment() {
            return self.comments == Comments::Dropped;
        }
        let blank = || node.is_text() && is_blank(node.text().unwrap_or_default());
        if self.blanks == Blanks::Dropped && blank() {
            return true;
        }
        self.omission.is_some_and(|omission| {
            let omitted = Some(omission.element.id());
            let is_before = || node.next_sibling().map(|next| next.id()) == omitted;
            let is_after = || node.prev_sibling().map(|previous| previous.id()) == omitted;
            omitted == Some(node.id())
                || omission.before == Blanks::Dropped && is_before() && blank()
                || omission.after == Blanks::Dropped && is_after() && blank()
        })
    }

    fn start_tag(&mut self, element: Node<'_, '_>, is_apex: bool) {
        let name = element_name(element);
        self.put("<");
        self.put(name);
        let after_name = element.range().start + 1 + name.len();
        let is_plain = element.document().input_text().as_bytes().get(after_name) == Some(&b'>');
        if is_apex || !is_plain {
            self.namespaces(element, is_apex);
            self.attributes(element, is_apex);
        }
        self.put(">");
    }

    fn end_tag(&mut self, element: Node<'_, '_>) {
        self.put("</");
        self.put(element_name(element));
        self.put(">");
    }

    /// The namespace declarations that differ from what is already in force in the output.
    fn namespaces(&mut self, element: Node<'_, '_>, is_apex: bool) {
        let outer = if is_apex { None } else { element.parent_element() };
        let in_force = |prefix: Option<&str>| {
            outer.and_then(|outer| outer.lookup_namespace_uri(prefix)).unwrap_or_default()
        };
        let mut declared: Vec<_> = element
            .namespaces()
            .filter(|namespace| namespace.uri() != in_force(namespace.name()))
            .map(|namespace| (namespace.name(), namespace.uri()))
            .collect();
        declared.sort_unstable();
        for (prefix, uri) in declared {
            self.put(" xmlns");
            if let Some(prefix) = prefix {
                self.put(":");
                self.put(prefix);
            }
            self.put("=\"");
            self.attribute_value(uri);
            self.put("\"");
        }
    }

    fn attributes(&mut self, element: Node<'_, '_>, is_apex: bool) {
        let mut attributes: Vec<_> =
            element.attributes().map(|attribute| (element, attribute)).collect();
        if is_apex {
            inherit_xml_attributes(element, &mut attributes);
        }
        attributes.sort_unstable_by(|(_, a), (_, b)| {
            (a.namespace(), a.name()).cmp(&(b.namespace(), b.name()))
        });
        for (owner, attribute) in attributes {
            self.put(" ");
            self.put(attribute_name(owner, &attribute));
            self.put("=\"");
            self.attribute_value(attribute.value());
            self.put("\"");
        }
    }

    fn leaf(&mut self, node: Node<'_, '_>) {
        if node.is_text() {
            self.escaped(node.text().unwrap_or_default(), |byte| match byte {
                b'&' => Some("&amp;"),
                b'<' => Some("&lt;"),
                b'>' => Some("&gt;"),
                b'\r' => Some("&#xD;"),
                _ => None,
            });
        } else if node.is_comment() {
            self.put("<!--");
            self.put(node.text().unwrap_or_default());
            self.put("-->");
        } else if let Some(instruction) = node.pi() {
            self.put("<?");
            self.put(instruction.target);
            if let Some(value) = instruction.value {
                self.put(" ");
                self.put(value);
            }
            self.put("?>");
        }
    }

    fn attribute_value(&mut self, value: &str) {
        self.escaped(value, |byte| match byte {
            b'&' => Some("&amp;"),
            b'<' => Some("&lt;"),
            b'"' => Some("&quot;"),
            b'\t' => Some("&#x9;"),
            b'\n' => Some("&#xA;"),
            b'\r' => Some("&#xD;"),
            _ => None,
        });
    }

    fn escaped(&mut self, text: &str, replacement: impl Fn(u8) -> Option<&'static str>) {
        let mut written = 0;
        for (at, byte) in text.bytes().enumerate() {
            if let Some(replacement) = replacement(byte) {
                self.put(&text[written..at]);
                self.put(replacement);
                written = at + 1;
            }
        }
        self.put(&text[written..]);
    }

    fn put(&mut self, text: &str) {
        self.buffer.extend_from_slice(text.as_bytes());
        if self.buffer.len() >= PIECE {
            self.flush();
        }
    }

    fn flush(&mut self) {
        (self.sink)(&self.buffer);
        self.buffer.clear();
    }

    fn finish(mut self) {
        self.flush();
    }
}

/// Canonical XML §2.4: an element whose parent is left out gets the nearest `xml:` attributes of its
/// ancestors that it does not have itself.
fn inherit_xml_attributes<'a, 'input>(
    apex: Node<'a, 'input>,
    attributes: &mut Vec<(Node<'a, 'input>, Attribute<'a, 'input>)>,
) {
    for ancestor in apex.ancestors().skip(1) {
        for attribute in ancestor.attributes() {
            let is_known = || {
                attributes.iter().any(|(_, known)| {
                    known.namespace() == attribute.namespace() && known.name() == attribute.name()
                })
            };
            if attribute.namespace() == Some(roxmltree::NS_XML_URI) && !is_known() {
                attributes.push((ancestor, attribute));
            }
        }
    }
}

#[cfg(test)]
mod tests;
