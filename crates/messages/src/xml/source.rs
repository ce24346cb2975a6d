//! Checked text, and the tree over it.

use std::borrow::Cow;

use memchr::memchr;
use roxmltree::{Document, Error, ParsingOptions};

use super::declaration::{self, Declaration};
use super::excerpt;
use super::refusal::{Reason, Refusal};
use super::scan;

/// How much one message may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a message.
    pub bytes: usize,
    /// Elements inside one another; the root counts as one.
    pub depth: usize,
    /// Attributes of one element, namespace declarations included.
    pub attributes: usize,
    /// Namespace declarations on an element and its ancestors together.
    pub namespaces: usize,
    /// `<` signs in all, and `=` signs in all: bounds elements, comments and attributes, and with
    /// them the memory of the tree.
    pub markup: usize,
}

impl Default for Limits {
    /// The legal maximum, 100 documents of 99 lines, is 7 to 20 MB and 600,000 tags.
    fn default() -> Self {
        Self {
            bytes: 32 * 1024 * 1024,
            depth: 64,
            attributes: 64,
            namespaces: 32,
            markup: 2_000_000,
        }
    }
}

/// The checked text of one message: UTF-8, bounded, free of declarations, line ends normalised.
#[derive(Debug)]
pub struct Source<'input> {
    bytes: &'input [u8],
    body: usize,
    text: Cow<'input, str>,
    nodes: u32,
}

impl<'input> Source<'input> {
    /// Checks `bytes` against `limits`, once over.
    ///
    /// A byte-order mark is skipped. An XML declaration may be absent; when present it must say
    /// version 1.0 and, if it names an encoding, UTF-8: a message declared as GBK is refused even if
    /// its bytes happen to be UTF-8, because its sender signed something else than we would read.
    ///
    /// # Errors
    /// A [`Refusal`] at the first fault. That the tags match is checked by [`Self::tree`].
    pub fn read(bytes: &'input [u8], limits: &Limits) -> Result<Self, Refusal> {
        if bytes.len() > limits.bytes {
            let reason = Reason::TooLarge { limit: limits.bytes };
            return Err(Refusal { reason, position: limits.bytes });
        }
        let mark = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        let Declaration { length } = declaration::read(&bytes[mark..])
            .map_err(|reason| Refusal { reason, position: mark })?;
        let body = mark + length;
        let text = str::from_utf8(&bytes[body..]).map_err(|error| Refusal {
            reason: Reason::NotUtf8,
            position: body + error.valid_up_to(),
        })?;
        let source = Self {
            bytes,
            body,
            text: with_line_feeds(text),
            nodes: u32::try_from(limits.markup.saturating_mul(2)).unwrap_or(u32::MAX),
        };
        scan::check(&source.text, limits).map_err(|fault| Refusal {
            reason: fault.reason,
            position: source.original_position(fault.position),
        })?;
        Ok(source)
    }

    /// The tree over the text. It borrows from this source, so it is built in a second step.
    ///
    /// # Errors
    /// A [`Refusal`] when the text is not well-formed XML 1.0 with namespaces.
    pub fn tree(&self) -> Result<Document<'_>, Refusal> {
        let options = ParsingOptions { nodes_limit: self.nodes, ..ParsingOptions::default() };
        Document::parse_with_options(&self.text, options).map_err(|error| self.refusal(&error))
    }

    /// What stands before the text: the byte-order mark and the XML declaration, as received.
    pub fn prologue(&self) -> &'input [u8] {
        &self.bytes[..self.body]
    }

    /// The text after the XML declaration, with line ends normalised: what the tree is built over,
    /// and what the ranges of its nodes refer to.
    pub fn text(&self) -> &str {
        &self.text
    }

    fn refusal(&self, error: &Error) -> Refusal {
        let reason = match error {
            Error::DtdDetected => Reason::Doctype,
            Error::NonXmlChar(..) => Reason::IllegalCharacter,
            other => Reason::NotWellFormed(excerpt(without_position(&other.to_string()))),
        };
        let position = match error {
            Error::UnclosedRootNode | Error::UnexpectedEndOfStream | Error::NoRootNode => {
                self.bytes.len()
            }
            other => self.original_position(offset(&self.text, other.pos())),
        };
        Refusal { reason, position }
    }

    /// The position in the input of a position in the text, whose line ends may be shorter.
    fn original_position(&self, position: usize) -> usize {
        let shortened = match self.text {
            Cow::Borrowed(_) => 0,
            Cow::Owned(_) => self.shortened_before(position),
        };
        self.body + position + shortened
    }

    /// How many carriage returns were dropped before `position`.
    fn shortened_before(&self, position: usize) -> usize {
        let original = &self.bytes[self.body..];
        let mut dropped = 0;
        for at in memchr::memchr_iter(b'\r', original) {
            if at - dropped >= position {
                break;
            }
            dropped += usize::from(original.get(at + 1) == Some(&b'\n'));
        }
        dropped
    }
}

/// XML 1.0 §2.11: every CR LF and every lone CR is read as one LF. Done here, before the parser,
/// because comments, processing instructions and text before a reference need it as well.
fn with_line_feeds(text: &str) -> Cow<'_, str> {
    if memchr(b'\r', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut normalised = String::with_capacity(text.len());
    let mut lines = text.split('\r');
    normalised.push_str(lines.next().unwrap_or_default());
    for line in lines {
        normalised.push('\n');
        normalised.push_str(line.strip_prefix('\n').unwrap_or(line));
    }
    Cow::Owned(normalised)
}

/// The byte offset of a row and column; rows end with LF, columns count characters, both from 1.
fn offset(text: &str, position: roxmltree::TextPos) -> usize {
    let before = text
        .split_inclusive('\n')
        .take(usize::try_from(position.row).unwrap_or(usize::MAX).saturating_sub(1))
        .map(str::len)
        .sum::<usize>();
    let column = usize::try_from(position.col).unwrap_or(usize::MAX).saturating_sub(1);
    let line = text.get(before..).unwrap_or_default();
    before + line.char_indices().nth(column).map_or(line.len(), |(at, _)| at)
}

/// The parser's words without its row and column: we name the byte instead.
fn without_position(message: &str) -> &str {
    match message.rsplit_once(" at ") {
        Some((words, place)) if place.contains(':') => words,
        _ => message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(bytes: &[u8]) -> (Reason, usize) {
        let limits = Limits::default();
        let refusal = match Source::read(bytes, &limits) {
            Ok(source) => source.tree().map(|_| ()).expect_err("it should be refused"),
            Err(refusal) => refusal,
        };
        (refusal.reason, refusal.position)
    }

    #[test]
    fn a_byte_order_mark_and_a_declaration_are_taken_off() {
        let bytes = "\u{feff}<?xml version='1.0' encoding=\"utf-8\" standalone='no'?>\r\n<a/>";
        let source = Source::read(bytes.as_bytes(), &Limits::default()).unwrap();
        assert_eq!(source.text(), "\n<a/>");
        assert_eq!(source.prologue().len(), bytes.len() - "\r\n<a/>".len());
    }

    #[test]
    fn every_line_end_is_read_as_a_line_feed() {
        let text = "<a>1\r\n2\r3\r\r\n4&#13;\r&amp;<!--c\r\nd--><?p e\rf?><![CDATA[\r]]></a>\r";
        let source = Source::read(text.as_bytes(), &Limits::default()).unwrap();
        assert_eq!(
            source.text(),
            "<a>1\n2\n3\n\n4&#13;\n&amp;<!--c\nd--><?p e\nf?><![CDATA[\n]]></a>\n"
        );
    }

    #[test]
    fn a_declared_encoding_other_than_utf8_is_refused_even_if_the_bytes_are() {
        let found = |name: &str| Reason::EncodingNotUtf8(name.into());
        assert_eq!(refused(b"<?xml version='1.0' encoding='GBK'?><a/>"), (found("GBK"), 0));
        assert_eq!(
            refused(b"<?xml version='1.0' encoding='GB18030'?><a>\xb2\xe2</a>"),
            (found("GB18030"), 0)
        );
    }

    #[test]
    fn positions_are_those_of_the_input() {
        assert_eq!(refused(b"<a>\xb2\xe2</a>"), (Reason::NotUtf8, 3));
        assert_eq!(refused(b"\xef\xbb\xbf<a>\r\n\r\n<!DOCTYPE a></a>"), (Reason::Doctype, 10));
        let (_, position) = refused("<a>\r\n\r测\r\n</b></a>".as_bytes());
        assert_eq!(position, 11);
        let (_, position) = refused(b"<a><b></b>");
        assert_eq!(position, 10);
    }

    #[test]
    fn what_is_not_xml_is_refused() {
        for (wrong, why) in [
            ("", "empty"),
            ("  ", "blank"),
            ("<a>", "unclosed"),
            ("<a/><b/>", "two roots"),
            ("<a/>x", "text after the root"),
            ("<a b='1' b='2'/>", "attribute twice"),
            ("<a xmlns='x' xmlns='y'/>", "default namespace twice"),
            ("<a xmlns:p=''/>", "prefix undeclared"),
            ("<p:a/>", "prefix unknown"),
            ("<:a/>", "element with an empty prefix"),
            ("<a></:a>", "end tag with an empty prefix"),
            ("<a :b='1'/>", "attribute with an empty prefix"),
            ("<a xmlns='x'\n:xmlns = 'y'/>", "default namespace with an empty prefix"),
            ("<a xmlns:p='x' p:xmlns='y'/>", "attribute that would pass for a default namespace"),
            ("<a xmlns:xmlns='x'/>", "prefix that is reserved"),
            ("<a b='<'/>", "less-than in an attribute"),
            ("<a>&nbsp;</a>", "unknown entity"),
            ("<a>&#xD800;</a>", "reference to a surrogate"),
            ("<a b='&#x110000;'/>", "reference past the last character"),
            ("<a>&#0;</a>", "reference to NUL"),
            ("<a>]]></a>", "end of CDATA in text"),
            ("<a><!-- -- --></a>", "double hyphen in a comment"),
            ("<a/><?xml version='1.0'?>", "declaration after the root"),
            ("<a><?XML x?></a>", "reserved target"),
            ("<a><?xml\u{F2BF}?></a>", "a target that its parser cuts to the reserved one"),
            ("<?xml version='1.1'?><a/>", "version 1.1"),
            ("<?xml encoding='UTF-8'?><a/>", "no version"),
            ("<a>\u{b}</a>", "control character"),
            ("<a>\u{ffff}</a>", "not a character"),
            ("<a>\0</a>", "NUL"),
        ] {
            let limits = Limits::default();
            let read = Source::read(wrong.as_bytes(), &limits).and_then(|s| s.tree().map(|_| ()));
            assert!(read.is_err(), "{why}");
        }
    }

    #[test]
    fn each_limit_is_the_last_value_allowed() {
        let limits = Limits { bytes: 100, depth: 2, attributes: 2, namespaces: 2, markup: 6 };
        let reason = |text: &str| Source::read(text.as_bytes(), &limits).err().map(|r| r.reason);
        assert_eq!(reason("<a><b/></a>"), None);
        assert_eq!(reason("<a><b><c/></b></a>"), Some(Reason::TooDeep { limit: 2 }));
        assert_eq!(reason("<a b='' c=''/>"), None);
        assert_eq!(reason("<a b='' c='' d=''/>"), Some(Reason::TooManyAttributes { limit: 2 }));
        assert_eq!(reason("<a xmlns='x'><b xmlns='y'/><b xmlns='z'/></a>"), None);
        assert_eq!(
            reason("<a xmlns='x' xmlns:p='x'><b xmlns='y'/></a>"),
            Some(Reason::TooManyNamespaces { limit: 2 })
        );
        assert_eq!(reason("<a><b/><b/><b/><b/></a>"), None);
        assert_eq!(reason("<a><b/><b/><b/><b/><b/></a>"), Some(Reason::TooMuchMarkup { limit: 6 }));
        assert_eq!(reason("<a>=======</a>"), Some(Reason::TooMuchMarkup { limit: 6 }));
        assert_eq!(reason(&"x".repeat(101)), Some(Reason::TooLarge { limit: 100 }));
    }
}
