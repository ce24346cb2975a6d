//! Seeded mutants of a message: well-formed XML, mostly invalid, sometimes valid in an odd way.

use std::ops::Range;

use roxmltree::{Document, Node};

/// A small generator of repeatable numbers (SplitMix64).
pub struct Chance(u64);

impl Chance {
    pub const fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit.max(1) as u64).unwrap()
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// The message with at most two documents, so that a mutation meets every kind of element often.
pub fn shortened(text: &str) -> String {
    let tree = Document::parse(text).unwrap();
    let root = tree.root_element();
    let first = root.first_element_child().unwrap().tag_name().name();
    let documents: Vec<_> =
        root.children().filter(|node| node.tag_name().name() == first).collect();
    match (documents.get(2), documents.last()) {
        (Some(third), Some(last)) => {
            format!("{}{}", &text[..third.range().start], &text[last.range().end..])
        }
        _ => text.to_owned(),
    }
}

/// So many mutants, each with a word on what was done.
pub fn of(text: &str, seed: u64, count: usize) -> Vec<(String, String)> {
    let tree = Document::parse(text).unwrap();
    let elements: Vec<Node<'_, '_>> = tree.descendants().filter(Node::is_element).collect();
    let mut chance = Chance::seeded(seed);
    let mut mutants = Vec::new();
    while mutants.len() < count {
        let node = elements[chance.below(elements.len())];
        let Some((what, mutant)) = mutate(text, node, &mut chance) else { continue };
        if mutant != text && Document::parse(&mutant).is_ok() {
            mutants.push((format!("{what} at {}", node.tag_name().name()), mutant));
        }
    }
    mutants
}

fn mutate(text: &str, node: Node<'_, '_>, chance: &mut Chance) -> Option<(String, String)> {
    match chance.below(16) {
        0..=2 => moved(text, node, chance),
        3..=7 => retold(text, node, chance),
        8 => {
            let attribute = chance.pick(ATTRIBUTES);
            let start = node.range().start;
            let end = start + text[start..].find([' ', '>', '/', '\n', '\t', '\r'])?;
            Some((format!("with {attribute}"), replaced(text, end..end, &format!(" {attribute}"))))
        }
        9 | 10 => with_extra(text, node, chance),
        11 => renamed(text, node, chance),
        12 => repeated(text, node, chance),
        13 => attribute_changed(text, node, chance),
        14 => resized(text, node, chance),
        _ => with_block(text, chance),
    }
}

/// Dropped, doubled, or swapped with the next element.
fn moved(text: &str, node: Node<'_, '_>, chance: &mut Chance) -> Option<(String, String)> {
    node.parent_element()?;
    let whole = node.range();
    let source = &text[whole.clone()];
    Some(match chance.below(3) {
        0 => ("dropped".to_owned(), replaced(text, whole, "")),
        1 => ("doubled".to_owned(), replaced(text, whole, &source.repeat(2))),
        _ => {
            let next = node.next_sibling_element()?.range();
            let swapped =
                format!("{}{}{source}", &text[next.clone()], &text[whole.end..next.start]);
            ("swapped".to_owned(), replaced(text, whole.start..next.end, &swapped))
        }
    })
}

/// Another text in an element.
fn retold(text: &str, node: Node<'_, '_>, chance: &mut Chance) -> Option<(String, String)> {
    let inside = inside(text, node)?;
    if chance.below(5) == 0 {
        return Some(("emptied".to_owned(), replaced(text, inside, "")));
    }
    leaf(node)?;
    if chance.below(2) == 0 {
        let value = chance.pick(NUMBERS);
        let foreign = |c: char| !c.is_ascii_alphanumeric() && !"+/= ".contains(c);
        if is_uncollapsed(node) && value.trim() != value
            || is_base64(node) && value.contains(foreign)
        {
            return None;
        }
        return Some((format!("{value:?}"), replaced(text, inside, value)));
    }
    let length = chance.pick(LENGTHS);
    let letters = ["中", "a", "é", "😀", " ", "&#20013;", "&amp;"];
    let letter = if is_base64(node) { "A" } else { chance.pick(&letters) };
    Some((format!("{length}×{letter}"), replaced(text, inside, &letter.repeat(length))))
}

/// Something before or inside an element.
fn with_extra(text: &str, node: Node<'_, '_>, chance: &mut Chance) -> Option<(String, String)> {
    let extra = chance.pick(EXTRAS);
    if chance.below(2) == 0 {
        node.parent_element()?;
        let at = node.range().start;
        return Some((format!("{extra:?} before"), replaced(text, at..at, extra)));
    }
    if is_uncollapsed(node) || is_base64(node) {
        return None;
    }
    let inside = inside(text, node)?;
    let at = if chance.below(2) == 0 { inside.start } else { inside.end };
    Some((format!("{extra:?} inside"), replaced(text, at..at, extra)))
}

/// An element that holds elements, many times.
fn repeated(text: &str, node: Node<'_, '_>, chance: &mut Chance) -> Option<(String, String)> {
    node.parent_element()?;
    node.first_element_child()?;
    let times = chance.pick(&[4, 5, 97, 98, 99, 100, 101]);
    let whole = node.range();
    let copies = text[whole.clone()].repeat(times);
    Some((format!("{times} more"), replaced(text, whole.end..whole.end, &copies)))
}

/// A text one character shorter or longer.
fn resized(text: &str, node: Node<'_, '_>, chance: &mut Chance) -> Option<(String, String)> {
    let leaf = leaf(node)?;
    let first = leaf.chars().next().map_or(0, char::len_utf8);
    let (what, text_of) = if chance.below(2) == 0 {
        ("shorter", leaf.get(first..)?.to_owned())
    } else {
        ("longer", format!("{leaf}1"))
    };
    Some((what.to_owned(), replaced(text, inside(text, node)?, &escaped(&text_of))))
}

/// A block before the signature, or before the end.
fn with_block(text: &str, chance: &mut Chance) -> Option<(String, String)> {
    let block = chance.pick(BLOCKS);
    let declared = text.contains("xmlns:ceb");
    let namespace = if declared { "" } else { "xmlns:ceb=\"http://www.chinaport.gov.cn/ceb\"" };
    let declaring = block.replacen('>', &format!(" {namespace}>"), 1);
    let end = text.rfind("</")?;
    let signature = text.find("<ds:Signature").unwrap_or(end);
    let at = if chance.below(4) == 0 { end } else { signature };
    Some((format!("{block} before the end"), replaced(text, at..at, &declaring)))
}

/// libxml2 2.9 does not collapse the white space around `xs:int`, `xs:dateTime` and `xs:date`, as XML Schema demands. (For the same
/// reason no mutant has blank character data sections between elements, which it refuses.)
fn is_uncollapsed(node: Node<'_, '_>) -> bool {
    let name = node.tag_name().name();
    matches!(name, "gnum" | "packNo" | "msgCount" | "msgSeqNo" | "gseqno")
        || matches!(name, "CreatTime" | "SendTime" | "NoticeTime")
}

/// libxml2 passes over what is no base64 inside `xs:base64Binary`, which XML Schema refuses.
fn is_base64(node: Node<'_, '_>) -> bool {
    matches!(node.tag_name().name(), "DigestValue" | "SignatureValue" | "X509Certificate" | "Data")
}

const NUMBERS: &[&str] = &[
    "",
    " ",
    "0",
    "-0",
    "+0",
    "-1",
    "+1",
    " 1 ",
    "\n1\t",
    "1.",
    ".5",
    ".",
    "-",
    "+",
    "--1",
    "1.00000",
    "1.000000",
    "1.12345",
    "1.123456",
    "0.00001",
    "0.000001",
    "00000000000000000000007",
    "1 2",
    "1e3",
    "NaN",
    "INF",
    "abc",
    "1,000",
    "１",
    "\u{a0}5",
    "999999999",
    "1000000000",
    "2147483647",
    "2147483648",
    "-2147483648",
    "-2147483649",
    "1234567890123456789",
    "12345678901234567890",
    "12345678901234.12345",
    "123456789012345.12345",
    "99999999999999999999999",
    "0x10",
    "true",
    "142",
    "20260230",
    "99991399",
    "Mon Aug 13 09:25:17 CST 2018",
    "<!-- a -->7<!-- b -->",
    "<![CDATA[8]]>",
    "1<!-- x -->2",
    "&#49;",
    "QQ==",
    "QQ=",
    "QR==",
    "Q Q = =",
    "QUJD QUJD",
    "!!!!",
];

const LENGTHS: &[usize] = &[
    1, 2, 3, 4, 5, 8, 9, 10, 11, 14, 15, 17, 18, 19, 20, 21, 30, 31, 32, 33, 36, 37, 38, 50, 51,
    60, 61, 64, 65, 100, 101, 200, 201, 250, 251, 255, 256, 510, 511, 1000, 1001, 5000, 5001,
];

const ATTRIBUTES: &[&str] = &[
    "foo=\"x\"",
    "guid2=\"\"",
    "xml:lang=\"zh\"",
    "xml:space=\"preserve\"",
    "xmlns:y=\"urn:y\"",
    "xmlns:y=\"urn:y\" y:z=\"\"",
    "xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" i:nil=\"true\"",
    "xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" i:nil=\"false\"",
    "xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" i:noSuchThing=\"x\"",
    "xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\"",
    "Id=\"a1\"",
    "Id=\"1a\"",
];

const EXTRAS: &[&str] = &[
    "x",
    "通关",
    "0",
    "&#160;",
    " ",
    "\r\n\t",
    "&#32;",
    "<![CDATA[x]]>",
    "<!-- x -->",
    "<?x y?>",
    "<x/>",
    "<x xmlns=\"urn:x\"/>",
    "<y:x xmlns:y=\"urn:y\">1</y:x>",
    "<guid xmlns=\"http://www.chinaport.gov.cn/ceb\">x</guid>",
    "<note xmlns=\"http://www.chinaport.gov.cn/ceb\">x</note>",
    "<preNo xmlns=\"http://www.chinaport.gov.cn/ceb\"/>",
    "<d:KeyName xmlns:d=\"http://www.w3.org/2000/09/xmldsig#\">x</d:KeyName>",
    "<d:Signature xmlns:d=\"http://www.w3.org/2000/09/xmldsig#\"/>",
];

const BLOCKS: &[&str] = &[
    "<ceb:BaseSubscribe><ceb:status>ALL</ceb:status><ceb:dxpMode>DXP</ceb:dxpMode><ceb:dxpAddress>DXPENT0000000002</ceb:dxpAddress></ceb:BaseSubscribe>",
    "<ceb:BaseSubscribe><ceb:status/><ceb:dxpMode>DXP</ceb:dxpMode><ceb:dxpAddress/><ceb:note/></ceb:BaseSubscribe>",
    "<ceb:BaseSubscribe><ceb:dxpMode>DXP</ceb:dxpMode></ceb:BaseSubscribe>",
    "<ceb:ExtendMessage><ceb:name>n</ceb:name><ceb:version/><ceb:Message/></ceb:ExtendMessage>",
    "<ceb:ExtendMessage><ceb:name>n</ceb:name><ceb:version/><ceb:Message><any><thing a=\"b\"/>text</any></ceb:Message></ceb:ExtendMessage>",
    "<ceb:ExtendMessage><ceb:name>n</ceb:name><ceb:version/><ceb:Message><a/><b/></ceb:Message></ceb:ExtendMessage>",
    "<ceb:ExtendMessage><ceb:name>n</ceb:name><ceb:version/><ceb:Message>text</ceb:Message></ceb:ExtendMessage>",
    "<ceb:ExtendMessage><ceb:name>n</ceb:name><ceb:Message/><ceb:version/></ceb:ExtendMessage>",
    "<ceb:ExtendMessage><ceb:name>n</ceb:name><ceb:version/></ceb:ExtendMessage>",
    "<ceb:BaseTransfer><ceb:copCode>1</ceb:copCode><ceb:copName/><ceb:dxpMode>DXP</ceb:dxpMode><ceb:dxpId/></ceb:BaseTransfer>",
];

const NAMES: &[&str] = &[
    "unknown",
    "guid",
    "note",
    "orderNo",
    "currency",
    "country",
    "Message",
    "BaseTransfer",
    "KeyName",
];

/// The same element under another name or in another namespace.
fn renamed(text: &str, node: Node<'_, '_>, chance: &mut Chance) -> Option<(String, String)> {
    let inside = inside(text, node)?;
    let content = &text[inside.clone()];
    let range = node.range();
    let original = text[range.start + 1..].split([' ', '>', '\n', '\t']).next()?;
    let (open, name) = match chance.below(3) {
        0 => {
            let prefix =
                original.split_once(':').map_or(String::new(), |(prefix, _)| format!("{prefix}:"));
            let name = format!("{prefix}{}", chance.pick(NAMES));
            (name.clone(), name)
        }
        1 => {
            let local = node.tag_name().name();
            (format!("other:{local} xmlns:other=\"urn:other\""), format!("other:{local}"))
        }
        _ => {
            let local = node.tag_name().name();
            (format!("{local} xmlns=\"\""), local.to_owned())
        }
    };
    node.parent_element()?;
    Some((format!("as {open}"), replaced(text, range, &format!("<{open}>{content}</{name}>"))))
}

fn attribute_changed(
    text: &str,
    node: Node<'_, '_>,
    chance: &mut Chance,
) -> Option<(String, String)> {
    let attributes: Vec<_> = node.attributes().collect();
    if attributes.is_empty() {
        return None;
    }
    let attribute = attributes[chance.below(attributes.len())];
    let name = attribute.name();
    if chance.below(4) == 0 {
        return Some((format!("without @{name}"), replaced(text, attribute.range(), "")));
    }
    let value = chance.pick(&[
        "",
        " ",
        "1.0",
        "v1.0",
        "12345678901",
        "4CDE1CFD-EDED-46B1-946C-B8022E42FC94",
        "4CDE1CFD-EDED-46B1-946C-B8022E42FC9",
        "4CDE1CFD-EDED-46B1-946C-B8022E42FC944",
        "CEB621_示例_FXJK_20220208175054_0034____",
        "CEB621_HNZB_FXJK_20220208175054_0034",
        "http://www.w3.org/2000/09/xmldsig#sha1",
        "a b",
        "%zz",
        "a#b#c",
        "#x",
        "测试",
    ]);
    let range = attribute.range_value();
    Some((format!("@{name}={value:?}"), replaced(text, range, value)))
}

fn replaced(text: &str, range: Range<usize>, by: &str) -> String {
    format!("{}{by}{}", &text[..range.start], &text[range.end..])
}

/// The source between an element's tags; nothing when it is written as an empty tag.
fn inside(text: &str, node: Node<'_, '_>) -> Option<Range<usize>> {
    let range = node.range();
    let source = &text[range.clone()];
    if source.ends_with("/>") && node.first_child().is_none() {
        return None;
    }
    let start = match node.first_child() {
        Some(child) if !child.is_text() => child.range().start,
        _ => range.start + source.find('>')? + 1,
    };
    Some(start..range.start + source.rfind("</")?)
}

/// The text of an element without child elements.
fn leaf<'a>(node: Node<'a, '_>) -> Option<&'a str> {
    (node.first_element_child().is_none()).then(|| node.text().unwrap_or_default())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
