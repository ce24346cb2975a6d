//! The XML declaration: read from bytes, because it may say that they are not UTF-8.

use super::refusal::Reason;

/// What an XML declaration leaves to know once it is found acceptable.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Declaration {
    /// Its bytes; zero where there is none.
    pub(super) length: usize,
}

/// Reads `<?xml version="1.0" encoding="UTF-8" standalone="no"?>` at the start of `bytes`.
pub(super) fn read(bytes: &[u8]) -> Result<Declaration, Reason> {
    let Some(rest) = bytes.strip_prefix(b"<?xml") else {
        return Ok(Declaration { length: 0 });
    };
    if !rest.first().is_some_and(|&byte| is_space(byte)) {
        // A processing instruction such as `<?xml-stylesheet …?>`.
        return Ok(Declaration { length: 0 });
    }
    // Far longer than any real declaration; keeps the search short on hostile input.
    let window = &rest[..rest.len().min(1024)];
    let end = memchr::memmem::find(window, b"?>").ok_or_else(malformed)?;
    let mut attributes = Attributes { rest: &window[..end] };
    check(&mut attributes)?;
    Ok(Declaration { length: b"<?xml".len() + end + b"?>".len() })
}

fn check(attributes: &mut Attributes<'_>) -> Result<(), Reason> {
    let mut next = attributes.next()?;
    if !matches!(next, Some((b"version", b"1.0"))) {
        return Err(Reason::NotWellFormed("the XML declaration must say version 1.0".into()));
    }
    next = attributes.next()?;
    if let Some((b"encoding", name)) = next {
        if !name.eq_ignore_ascii_case(b"UTF-8") {
            return Err(Reason::EncodingNotUtf8(String::from_utf8_lossy(name).into_owned()));
        }
        next = attributes.next()?;
    }
    if let Some((b"standalone", b"yes" | b"no")) = next {
        next = attributes.next()?;
    }
    if next.is_some() { Err(malformed()) } else { Ok(()) }
}

type Attribute<'a> = (&'a [u8], &'a [u8]);

struct Attributes<'a> {
    rest: &'a [u8],
}

impl<'a> Attributes<'a> {
    /// The next `S name = "value"`; `None` at the end.
    fn next(&mut self) -> Result<Option<Attribute<'a>>, Reason> {
        let spaced = self.rest.trim_ascii_start();
        if spaced.is_empty() {
            return Ok(None);
        }
        if spaced.len() == self.rest.len() {
            return Err(malformed());
        }
        let equals = spaced.iter().position(|&byte| byte == b'=').ok_or_else(malformed)?;
        let value = spaced[equals + 1..].trim_ascii_start();
        let (&quote, value) = value.split_first().ok_or_else(malformed)?;
        if quote != b'"' && quote != b'\'' {
            return Err(malformed());
        }
        let end = value.iter().position(|&byte| byte == quote).ok_or_else(malformed)?;
        self.rest = &value[end + 1..];
        Ok(Some((spaced[..equals].trim_ascii_end(), &value[..end])))
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

fn malformed() -> Reason {
    Reason::NotWellFormed("a malformed XML declaration".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_declarations_are_read() {
        for text in [
            "<?xml version=\"1.0\"?>",
            "<?xml version='1.0' encoding='utf-8'?>",
            "<?xml\n version = '1.0'\tencoding = \"UTF-8\" standalone='yes' ?>",
        ] {
            let length = text.len();
            assert_eq!(read(format!("{text}<a/>").as_bytes()), Ok(Declaration { length }));
        }
        for none in ["<a/>", "<?xml-stylesheet href='x'?><a/>"] {
            assert_eq!(read(none.as_bytes()), Ok(Declaration { length: 0 }));
        }
    }

    #[test]
    fn a_broken_declaration_is_refused() {
        for text in [
            "<?xml version='1.0'",
            "<?xml version='1.0'encoding='UTF-8'?>",
            "<?xml version='1.0' standalone='maybe'?>",
            "<?xml version='1.0' standalone='no' encoding='UTF-8'?>",
            "<?xml version=1.0?>",
            "<?xml version='1.0?>",
            "<?xml ?>",
        ] {
            assert!(read(text.as_bytes()).is_err(), "{text}");
        }
    }
}
