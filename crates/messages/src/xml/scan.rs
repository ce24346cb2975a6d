//! The scan before the tree: what bounds the tree's cost, and the few faults its parser lets pass.
//!
//! The scan recognises tags, attributes, comments, CDATA sections and processing instructions in one
//! pass without allocating more than one number per open element. It does not check that the text
//! is well-formed; whatever it misjudges in an ill-formed text, the parser refuses.

use memchr::{memchr, memchr_iter, memchr3, memmem};

use super::names::is_in_names;
use super::refusal::Reason;
use super::source::Limits;

/// A fault, and where in the scanned text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) reason: Reason,
    pub(super) position: usize,
}

/// Checks `text` against `limits`.
pub(super) fn check(text: &str, limits: &Limits) -> Result<(), Fault> {
    // The parser reserves memory for every one of these signs, wherever it stands.
    for sign in [b'<', b'='] {
        let mut signs = memchr_iter(sign, text.as_bytes());
        if signs.clone().count() > limits.markup {
            let position = signs.nth(limits.markup).unwrap_or_default();
            return Err(Fault { reason: Reason::TooMuchMarkup { limit: limits.markup }, position });
        }
    }
    Scan { text, position: 0, limits, open: Vec::new(), namespaces: 0 }.run()
}

struct Scan<'a> {
    text: &'a str,
    position: usize,
    limits: &'a Limits,
    /// The namespace declarations of each open element.
    open: Vec<usize>,
    /// The sum of `open`.
    namespaces: usize,
}

impl<'a> Scan<'a> {
    fn run(mut self) -> Result<(), Fault> {
        while let Some(length) = memchr(b'<', self.rest()) {
            self.references(self.position, length)?;
            self.position += length;
            match self.rest() {
                [b'<', b'/', ..] => self.end_tag()?,
                [b'<', b'!', b'-', b'-', ..] => self.skip_past(b"<!--", b"-->")?,
                [b'<', b'!', b'[', ..] => self.skip_past(b"<![CDATA[", b"]]>")?,
                [b'<', b'!', ..] => return self.fault(Reason::Doctype),
                [b'<', b'?', ..] => self.instruction()?,
                _ => self.start_tag()?,
            }
        }
        self.references(self.position, self.text.len() - self.position)
    }

    fn start_tag(&mut self) -> Result<(), Fault> {
        if self.rest().starts_with(b"<:") {
            return self.empty_prefix();
        }
        let mut attributes = 0;
        let mut declared = 0;
        let mut default_declared = false;
        loop {
            let Some(length) = memchr3(b'"', b'\'', b'>', self.rest()) else {
                return self.ill_formed("an unclosed tag");
            };
            let before = &self.rest()[..length];
            let (start, mark) = (self.position, self.rest()[length]);
            self.position += length + 1;
            if mark == b'>' {
                return self.opened(start, before.ends_with(b"/"), declared);
            }
            attributes += 1;
            if attributes > self.limits.attributes {
                let limit = self.limits.attributes;
                return self.fault(Reason::TooManyAttributes { limit });
            }
            let Some(value) = memchr(mark, self.rest()) else {
                return self.ill_formed("an unclosed attribute value");
            };
            match attribute_name(before) {
                b"xmlns" if std::mem::replace(&mut default_declared, true) => {
                    return self.ill_formed("the default namespace is declared twice");
                }
                b"xmlns" => declared += 1,
                name if name.starts_with(b":") => return self.empty_prefix(),
                // The parser would take it for a default namespace, whatever its prefix.
                name if name.ends_with(b":xmlns") => {
                    return self.ill_formed("an attribute named xmlns with a prefix");
                }
                name if name.starts_with(b"xmlns:") => {
                    if value == 0 {
                        return self.ill_formed("a namespace prefix is undeclared");
                    }
                    declared += 1;
                }
                _ => {}
            }
            self.references(self.position, value)?;
            self.position += value + 1;
        }
    }

    fn opened(&mut self, start: usize, empty: bool, declared: usize) -> Result<(), Fault> {
        let fault = |reason| Err(Fault { reason, position: start });
        if self.open.len() >= self.limits.depth {
            return fault(Reason::TooDeep { limit: self.limits.depth });
        }
        if self.namespaces + declared > self.limits.namespaces {
            return fault(Reason::TooManyNamespaces { limit: self.limits.namespaces });
        }
        if !empty {
            self.open.push(declared);
            self.namespaces += declared;
        }
        Ok(())
    }

    /// An end tag without a start tag is left to the parser, which names the right place.
    fn end_tag(&mut self) -> Result<(), Fault> {
        if self.rest().starts_with(b"</:") {
            return self.empty_prefix();
        }
        let Some(length) = memchr(b'>', self.rest()) else {
            return self.ill_formed("an unclosed tag");
        };
        self.namespaces -= self.open.pop().unwrap_or_default();
        self.position += length + 1;
        Ok(())
    }

    fn instruction(&mut self) -> Result<(), Fault> {
        let start = self.position + b"<?".len();
        self.skip_past(b"<?", b"?>")?;
        let content = &self.text[start..self.position - b"?>".len()];
        let length = content.find(|c: char| c.is_ascii_whitespace()).unwrap_or(content.len());
        let target = &content[..length];
        if target.eq_ignore_ascii_case("xml") || !target.chars().all(is_in_names) {
            self.position = start;
            return self.ill_formed("a malformed processing instruction");
        }
        Ok(())
    }

    fn skip_past(&mut self, start: &'static [u8], end: &'static [u8]) -> Result<(), Fault> {
        let content = self.rest().strip_prefix(start);
        match content.and_then(|content| memmem::find(content, end)) {
            Some(length) => {
                self.position += start.len() + length + end.len();
                Ok(())
            }
            None => self.ill_formed("unclosed markup"),
        }
    }

    /// Every reference in `length` bytes from `start` must be closed, and name a character that
    /// exists: the parser would read a reference to a surrogate as U+FFFD.
    fn references(&self, start: usize, length: usize) -> Result<(), Fault> {
        let bytes = &self.text.as_bytes()[start..start + length];
        for at in memchr_iter(b'&', bytes) {
            let reference = &bytes[at + 1..];
            // The longest legal reference has far fewer characters.
            let window = &reference[..reference.len().min(64)];
            let legal = memchr(b';', window).is_some_and(|end| is_reference(&window[..end]));
            if !legal {
                let reason = Reason::NotWellFormed("a malformed or unknown reference".into());
                return Err(Fault { reason, position: start + at });
            }
        }
        Ok(())
    }

    fn rest(&self) -> &'a [u8] {
        &self.text.as_bytes()[self.position..]
    }

    fn fault(&self, reason: Reason) -> Result<(), Fault> {
        Err(Fault { reason, position: self.position })
    }

    /// The parser would read `:xmlns` as `xmlns`, where other readers see another name or none.
    fn empty_prefix(&self) -> Result<(), Fault> {
        self.ill_formed("a name with an empty prefix")
    }

    fn ill_formed(&self, why: &str) -> Result<(), Fault> {
        self.fault(Reason::NotWellFormed(why.to_owned()))
    }
}

/// The name in `…  name = `, what stands between two attribute values.
fn attribute_name(before: &[u8]) -> &[u8] {
    let before = before.trim_ascii_end();
    let before = before.strip_suffix(b"=").unwrap_or(before).trim_ascii_end();
    let start = before.iter().rposition(u8::is_ascii_whitespace).map_or(0, |at| at + 1);
    &before[start..]
}

fn is_reference(name: &[u8]) -> bool {
    let Some(number) = name.strip_prefix(b"#") else {
        return matches!(name, b"amp" | b"lt" | b"gt" | b"quot" | b"apos");
    };
    let (digits, radix) = match number.strip_prefix(b"x") {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    // `from_str_radix` would take a sign.
    digits.iter().all(u8::is_ascii_hexdigit)
        && str::from_utf8(digits)
            .ok()
            .and_then(|digits| u32::from_str_radix(digits, radix).ok())
            .and_then(char::from_u32)
            .is_some()
}
