//! Where in a text a defect is: its pointer is followed through the tree.

use roxmltree::{Document as Tree, Node};
use tongguan_messages::xml::{Limits, Source};

/// The places of a message's text.
pub struct Places<'t> {
    lines: Lines<'t>,
    source: Option<Source<'t>>,
}

/// A place in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// The line, from 1.
    pub line: usize,
    /// The character in it, from 1.
    pub column: usize,
}

impl<'t> Places<'t> {
    /// Of a message that may be unreadable.
    pub fn of(text: &'t str) -> Self {
        let source = Source::read(text.as_bytes(), &Limits::default()).ok();
        Self { lines: Lines::of(text), source }
    }

    /// Where the places are that these pointers name, in the same order. The place of something that is
    /// missing is the element that lacks it; a pointer into something else has none.
    pub fn find(&self, pointers: &[&str]) -> Vec<Option<Spot>> {
        let read = self.source.as_ref().and_then(|source| Some((source, source.tree().ok()?)));
        let read = read.map(|(source, tree)| {
            // The tree is built over what stands behind the XML declaration, with other line ends.
            (Lines::of(source.text()), String::from_utf8_lossy(source.prologue()), tree)
        });
        let find = |pointer: &&str| {
            if let Some(byte) = byte_named(pointer) {
                return self.lines.spot(byte);
            }
            let (lines, prologue, tree) = read.as_ref()?;
            let Spot { line, column } = lines.spot(begin_of(pointer, tree)?)?;
            let Spot { line: above, column: before } = Lines::of(prologue).spot(prologue.len())?;
            let column = if line == 1 { column + before - 1 } else { column };
            Some(Spot { line: line + above - 1, column })
        };
        pointers.iter().map(find).collect()
    }

    /// A line, without its end.
    pub fn line(&self, number: usize) -> Option<&'t str> {
        self.lines.line(number)
    }
}

/// A text and where its lines begin, in bytes.
struct Lines<'t> {
    text: &'t str,
    begins: Vec<usize>,
}

impl<'t> Lines<'t> {
    fn of(text: &'t str) -> Self {
        let begins = text.match_indices('\n').map(|(end, _)| end + 1);
        Self { text, begins: std::iter::once(0).chain(begins).collect() }
    }

    fn line(&self, number: usize) -> Option<&'t str> {
        let begin = *self.begins.get(number.checked_sub(1)?)?;
        let end = self.begins.get(number).copied().unwrap_or(self.text.len());
        Some(self.text.get(begin..end)?.trim_end_matches(['\r', '\n']))
    }

    fn spot(&self, byte: usize) -> Option<Spot> {
        let line = self.begins.partition_point(|begin| *begin <= byte);
        let begin = *self.begins.get(line.checked_sub(1)?)?;
        // A position that was counted in other bytes may fall within a character, or beyond the text.
        let before = self.text.get(begin..byte.min(self.text.len()))?;
        Some(Spot { line, column: before.chars().count() + 1 })
    }
}

/// The byte that a pointer such as `byte 12` names.
fn byte_named(pointer: &str) -> Option<usize> {
    pointer.rsplit_once("byte ")?.1.parse().ok()
}

/// Where the element begins that a pointer leads to, or the last one on the way that is there.
fn begin_of(pointer: &str, tree: &Tree<'_>) -> Option<usize> {
    let mut segments = pointer.split('/').filter(|segment| !segment.is_empty());
    let mut at = tree.root_element();
    if segments.next()? != at.tag_name().name() {
        return None;
    }
    for segment in segments {
        match child(at, segment) {
            Some(child) => at = child,
            None => break,
        }
    }
    Some(at.range().start)
}

/// The child element that a segment such as `Inventory[2]` or `orderNo` names.
fn child<'a, 'input>(parent: Node<'a, 'input>, segment: &str) -> Option<Node<'a, 'input>> {
    let (name, number) = match segment.split_once('[') {
        Some((name, rest)) => (name, rest.trim_end_matches(']').parse::<usize>().ok()?),
        None => (segment, 1),
    };
    let name = name.rsplit(':').next()?;
    let mut named = parent.children().filter(|child| child.tag_name().name() == name);
    named.nth(number.checked_sub(1)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "<a>\n  <b><c>1</c></b>\r\n  <b>\n    钱<c>2</c>\n  </b>\n</a>";

    #[test]
    fn a_pointer_is_followed_as_far_as_there_is_something() {
        let places = Places::of(TEXT);
        let at = |pointer| places.find(&[pointer]).pop().flatten().map(|it| (it.line, it.column));
        assert_eq!(at("/a"), Some((1, 1)));
        assert_eq!(at("/a/b[1]/c"), Some((2, 6)));
        assert_eq!(at("/a/b[2]/c"), Some((4, 6)));
        assert_eq!(at("/a/b[2]/missing"), Some((3, 3)), "where it is missing");
        assert_eq!(at("/other/b"), None);
        assert_eq!(at(""), None);
        assert_eq!(places.line(2), Some("  <b><c>1</c></b>"));
        assert_eq!((places.line(0), places.line(7)), (None, None));
    }

    #[test]
    fn the_declaration_counts() {
        let text = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{TEXT}");
        let places = Places::of(&text);
        assert_eq!(places.find(&["/a/b[2]"]), [Some(Spot { line: 4, column: 3 })]);
    }

    #[test]
    fn a_byte_is_found_in_what_is_no_tree() {
        let places = Places::of("<a>\n<b>\n</a>");
        let spots = places.find(&["byte 8", "byte 9999", "/a/b"]);
        assert_eq!(spots[0], Some(Spot { line: 3, column: 1 }));
        assert!(spots[1].is_some(), "the end");
        assert_eq!(spots[2], None, "there is no tree");
    }
}
