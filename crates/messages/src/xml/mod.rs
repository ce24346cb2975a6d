//! From bytes to one XML tree, and from that tree to its canonical form.
//!
//! Everything that looks at a message (the signature, canonical XML, the reader) looks at the same
//! tree, so what was signed is what is read. The bytes pass a bounded scan before a tree is built:
//! size, encoding, depth, markup and declarations are limited there, in linear time and constant
//! memory. Nothing here resolves, fetches or expands anything.
//!
//! ```
//! # use tongguan_messages::xml::{Limits, Source};
//! let source = Source::read(b"<a><b/></a>", &Limits::default())?;
//! let tree = source.tree()?;
//! assert_eq!(tree.root_element().tag_name().name(), "a");
//! # Ok::<(), tongguan_messages::xml::Refusal>(())
//! ```

pub mod c14n;
mod declaration;
mod names;
mod refusal;
mod scan;
mod source;

pub use names::{attribute_name, element_name};
pub use refusal::{RULES, Reason, Refusal};
pub use source::{Limits, Source};

/// The start of a text that a stranger chose, for use in an error.
pub(crate) fn excerpt(text: &str) -> String {
    text.chars().take(100).collect()
}

/// Whether `text` is nothing but XML white space (space, tab, line feed, carriage return).
pub fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
}
