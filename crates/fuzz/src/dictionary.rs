//! The words that libFuzzer may put in: it would hardly guess the name of an element.

use std::collections::BTreeSet;
use std::fmt::Write;

use tongguan_messages::ceb::{EXTEND, MessageType, SUBSCRIBE, TRANSFER};
use tongguan_messages::table::Entity;

/// The words of messages, in libFuzzer's form: a line each, in quotes.
pub fn dictionary() -> String {
    let mut words: BTreeSet<String> =
        MARKUP.iter().chain(NAMES).map(|word| (*word).into()).collect();
    for message in MessageType::ALL {
        let layout = message.layout();
        let entities = [Some(layout.body.head()), layout.body.line()].into_iter().flatten();
        for entity in entities.chain([&TRANSFER, &SUBSCRIBE, &EXTEND]) {
            add_entity(entity, &mut words);
        }
        words.extend([element(layout.root), element(layout.document)]);
    }
    let mut text = String::new();
    for word in words {
        text.push('"');
        for byte in word.bytes() {
            match byte {
                b'"' | b'\\' => write!(text, "\\{}", char::from(byte)).unwrap(),
                b' '..=b'~' => text.push(char::from(byte)),
                _ => write!(text, "\\x{byte:02X}").unwrap(),
            }
        }
        text.push_str("\"\n");
    }
    text
}

fn add_entity(entity: &Entity, words: &mut BTreeSet<String>) {
    words.insert(element(entity.name));
    for position in 0..entity.len() {
        let field = entity.field(position);
        words.insert(element(field.name));
        words.extend(field.fixed.map(str::to_owned));
        words.extend(field.leeway.misprint.map(element));
    }
}

fn element(name: &str) -> String {
    format!("<ceb:{name}>")
}

const MARKUP: &[&str] = &[
    "</",
    "/>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<?p ",
    "?>",
    "<!DOCTYPE ",
    "<!ENTITY ",
    "&amp;",
    "&lt;",
    "&#13;",
    "&#x9;",
    "&#xD800;",
    "xmlns=\"\"",
    "xmlns:a=\"u\"",
    "xmlns:ceb=",
    "xml:lang=\"zh\"",
    "xml:space=",
    "xsi:type=",
    "xsi:nil=\"true\"",
    " version=\"1.0\"",
    " guid=\"",
    "encoding=\"GBK\"",
    "\u{feff}",
    "\u{3000}",
    "\u{fffe}",
    "测",
    "\u{1f600}",
    "\r\n",
    "\t",
    "99999999999999.99999",
    "-0.00",
    "20260302101507",
    "20260230",
    "00000000000000000",
    "2026-03-02T10:00:00Z",
    "-2147483648",
];

const NAMES: &[&str] = &[
    "http://www.chinaport.gov.cn/ceb",
    "http://www.chinaport.gov.cn/dxp",
    "http://www.w3.org/2000/09/xmldsig#",
    "http://www.w3.org/2001/XMLSchema-instance",
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments",
    "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
    "http://www.w3.org/2000/09/xmldsig#sha1",
    "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    "http://www.w3.org/2000/09/xmldsig#sm2-sm3",
    "http://www.chinaport.gov.cn/2022/04/xmldsig#sm2-sm3",
    "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">",
    "</ds:Signature>",
    "<ds:SignedInfo>",
    "<ds:Reference URI=\"\">",
    "<ds:Transforms>",
    "<ds:DigestValue>",
    "<ds:SignatureValue>",
    "<ds:KeyInfo>",
    "<ds:KeyName>",
    "<ds:X509Data>",
    "<ds:X509Certificate>",
    "<dxp:TransInfo>",
    "<dxp:ReceiverId>",
    "<dxp:CreatTime>",
    "<dxp:AddInfo>",
    "<dxp:BizKey>",
    "<dxp:Data>",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_every_message_are_there_a_line_each() {
        let text = dictionary();
        for word in ["\"<ceb:CEB621Message>\"", "\"<ceb:orderNo>\"", "\"\\xE6\\xB5\\x8B\""] {
            assert!(text.lines().any(|line| line == word), "{word}");
        }
        assert!(text.lines().all(|line| line.len() > 2 && line.ends_with('"')));
    }
}
