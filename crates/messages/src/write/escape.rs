//! Text that is safe inside XML.

/// Appends `text`, escaped for element content and for attributes in double quotes. Characters that
/// XML cannot hold become U+FFFD.
pub(crate) fn escape(out: &mut String, text: &str) {
    replace(out, text, |byte| match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'"' => Some("&quot;"),
        b'\r' => Some("&#13;"),
        _ => None,
    });
}

/// Appends `text` as sections of character data: `]]>` is split between two of them, and characters
/// that XML cannot hold become U+FFFD. Readers see line ends as one line feed, as XML prescribes.
pub(crate) fn cdata(out: &mut String, text: &str) {
    out.push_str("<![CDATA[");
    let mut parts = text.split("]]>");
    replace(out, parts.next().unwrap_or_default(), |_| None);
    for part in parts {
        out.push_str("]]]]><![CDATA[>");
        replace(out, part, |_| None);
    }
    out.push_str("]]>");
}

/// Whether a byte may need replacing: a cheap test that lets most texts pass in one go.
pub(crate) const fn is_special(byte: u8) -> bool {
    byte < 0x20 || matches!(byte, b'&' | b'<' | b'>' | b'"' | 0xef)
}

fn replace(out: &mut String, text: &str, entity: impl Fn(u8) -> Option<&'static str>) {
    let bytes = text.as_bytes();
    let mut copied = 0;
    for (index, &byte) in bytes.iter().enumerate() {
        if !is_special(byte) {
            continue;
        }
        let (length, replacement) = match (byte, entity(byte)) {
            (_, Some(entity)) => (1, entity),
            (b'\t' | b'\n' | b'\r', None) => continue,
            (0..0x20, None) => (1, "\u{fffd}"),
            // U+FFFE and U+FFFF.
            (0xef, None)
                if matches!(bytes.get(index + 1..index + 3), Some([0xbf, 0xbe | 0xbf])) =>
            {
                (3, "\u{fffd}")
            }
            _ => continue,
        };
        out.push_str(text.get(copied..index).unwrap_or_default());
        out.push_str(replacement);
        copied = index + length;
    }
    out.push_str(text.get(copied..).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(text: &str) -> String {
        let mut out = String::new();
        escape(&mut out, text);
        out
    }

    #[test]
    fn markup_is_escaped_and_other_text_is_kept() {
        assert_eq!(escaped("a<b>&\"c\"'"), "a&lt;b&gt;&amp;&quot;c&quot;'");
        assert_eq!(escaped("通关\tline\nend\r"), "通关\tline\nend&#13;");
        assert_eq!(escaped("ｆｕｌｌ width"), "ｆｕｌｌ width");
    }

    #[test]
    fn what_xml_cannot_hold_is_replaced() {
        assert_eq!(escaped("\0a\u{1f}\u{fffe}b\u{ffff}"), "\u{fffd}a\u{fffd}\u{fffd}b\u{fffd}");
    }

    #[test]
    fn the_end_of_a_section_is_split() {
        let mut out = String::new();
        cdata(&mut out, "]]>a]]]>\u{8}<b/>&");
        assert_eq!(out, "<![CDATA[]]]]><![CDATA[>a]]]]]><![CDATA[>\u{fffd}<b/>&]]>");
        let document = format!("<x>{out}</x>");
        let tree = roxmltree::Document::parse(&document).unwrap();
        assert_eq!(tree.root_element().text(), Some("]]>a]]]>\u{fffd}<b/>&"));
    }
}
