//! The markup itself: tags, texts and the white space between elements, without any rule.

use super::{Style, escape};
use crate::NAMESPACE;

/// XML that grows from its beginning to its end.
pub(crate) struct Markup {
    pub(super) out: String,
    prefix: &'static str,
    style: Style,
    depth: usize,
}

impl Markup {
    /// Begins a message: the XML declaration and the start of the root's tag, whose attributes follow.
    /// Elements carry `prefix`; the empty one makes the namespace the default.
    pub(crate) fn begin(root: &str, prefix: &'static str, style: Style) -> Self {
        let mut out = String::with_capacity(4096);
        out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<");
        out.push_str(prefix);
        out.push_str(root);
        out.push_str(if prefix.is_empty() { " xmlns=\"" } else { " xmlns:ceb=\"" });
        out.push_str(NAMESPACE);
        out.push('"');
        Self { out, prefix, style, depth: 1 }
    }

    /// Begins a message whose elements carry no prefix and are in no namespace but one that an attribute of
    /// the root, which follows, makes the default.
    pub(crate) fn plain(root: &str, style: Style) -> Self {
        let mut out = String::with_capacity(4096);
        out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<");
        out.push_str(root);
        Self { out, prefix: "", style, depth: 1 }
    }

    /// Adds an attribute of the root.
    pub(crate) fn attribute(&mut self, name: &str, value: &str) {
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("=\"");
        escape(&mut self.out, value);
        self.out.push('"');
    }

    /// Ends the root's tag.
    pub(crate) fn end_attributes(&mut self) {
        self.out.push('>');
    }

    /// Opens an element that holds elements.
    pub(crate) fn open(&mut self, name: &str) {
        self.line();
        self.tag(name);
        self.depth += 1;
    }

    /// Closes it.
    pub(crate) fn close(&mut self, name: &str) {
        self.depth -= 1;
        self.line();
        self.end_tag(name);
    }

    /// Writes an element that holds text.
    pub(crate) fn text(&mut self, name: &str, text: &str) {
        self.element(name, |out| escape(out, text));
    }

    /// Writes an element whose content `write` appends.
    pub(crate) fn element(&mut self, name: &str, write: impl FnOnce(&mut String)) {
        self.line();
        self.tag(name);
        write(&mut self.out);
        self.end_tag(name);
    }

    /// Writes an element that is written already.
    pub(crate) fn verbatim(&mut self, element: &str) {
        self.line();
        self.out.push_str(element);
    }

    /// Closes the root.
    pub(crate) fn finish(mut self, root: &str) -> String {
        self.close(root);
        if self.style == Style::Indented {
            self.out.push('\n');
        }
        self.out
    }

    pub(super) fn line(&mut self) {
        if self.style == Style::Indented {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n('\t', self.depth));
        }
    }

    pub(super) fn tag(&mut self, name: &str) {
        self.out.push('<');
        self.out.push_str(self.prefix);
        self.out.push_str(name);
        self.out.push('>');
    }

    pub(super) fn end_tag(&mut self, name: &str) {
        self.out.push_str("</");
        self.out.push_str(self.prefix);
        self.out.push_str(name);
        self.out.push('>');
    }
}
