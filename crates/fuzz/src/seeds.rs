//! What each target begins with: our golden files, samples of every message, and signed messages.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tongguan_domain::ids::DxpId;
use tongguan_messages::ceb::MessageType;
use tongguan_messages::dxp::{
    self, Additions, BusinessKey, DxpHead, DxpMessage, DxpReply, DxpTransmission, NodeResponse,
    ReceiverResult,
};
use tongguan_messages::sample::sample;
use tongguan_messages::signature::Style;
use tongguan_messages::zone::{self, ZoneMessage};

use crate::verifier::{GENUINE, SCRIPT};
use crate::world::{WORLD, receipt};

/// A target, and what it begins with.
pub struct Target {
    /// Its name on the command line.
    pub name: &'static str,
    /// Its function.
    pub check: fn(&[u8]),
    /// Makes its seeds.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// Every target.
pub const TARGETS: [Target; 6] = [
    Target { name: "reader", check: crate::reader::check, seeds: messages },
    Target { name: "canonical", check: crate::canonical::check, seeds: documents },
    Target { name: "verifier", check: crate::verifier::check, seeds: signed_messages },
    Target { name: "certificate", check: crate::certificate::check, seeds: certificates },
    Target { name: "evidence", check: crate::evidence::check, seeds: uploads },
    Target { name: "growth", check: crate::growth::check, seeds: pieces },
];

fn messages() -> Vec<Vec<u8>> {
    let mut all = golden();
    for message in MessageType::ALL {
        let text = sample(message).unwrap();
        all.push(WORLD.signed(&text, Style::SM2).unwrap().into_bytes());
        all.push(enveloped(message, text.clone()).into_bytes());
        all.push(text.into_bytes());
    }
    let zone = ZoneMessage::ALL.map(|message| zone::sample::sample(message).unwrap());
    all.extend(zone.map(String::into_bytes));
    all.extend(between_nodes().map(String::into_bytes));
    all
}

/// Uploads of payment evidence: with every field and with the least, of several orders, with amounts of other forms,
/// with what is none, and one that broke off.
fn uploads() -> Vec<Vec<u8>> {
    let head = "\"guid\":\"G\",\"initalRequest\":\"a=%22b%22\",\"initalResponse\":\"ok\",\"ebpCode\":\"330196P001\",\
                \"payCode\":\"3301960Y03\",\"payTransactionId\":\"T1\",\"totalAmount\":12.30,\"currency\":\"142\",\
                \"verDept\":\"3\",\"tradingTime\":\"20181212041803\"";
    let order = "\"orderNo\":\"O1\",\"recpAccount\":\"1\",\"recpName\":\"n\",\"goodsInfo\":[{\"gname\":\"g\"";
    let upload = |head: &str, lists: &str| {
        format!(
            "{{\"sessionID\":\"S\",\"payExchangeInfoHead\":{{{head}}},{lists},\"serviceTime\":1,\
             \"certNo\":\"0cde6f\",\"signValue\":\"AA==\"}}"
        )
    };
    let more = format!("{head},\"payType\":\"1\",\"note\":\"\\u8ba2\"");
    let named =
        format!("\"payExchangeInfoLists\":[{{{order},\"itemLink\":\"http://a;http://b\"}}]}}]");
    let printed = format!("\"payExchangeInfoList\": [ {{{order}}}], \"recpCode\":\"c\"}} ]");
    let several =
        format!("\"payExchangeInfoLists\":[{{{order}}}]}},{{{order}}},{{\"gname\":\"h\"}}]}}]");
    let text = head.replace("12.30", "\"12.3\"");
    let large = head.replace("12.30", "-1e400").replace("20181212041803", "20181399999999");
    let mut broken = upload(head, &named);
    broken.truncate(broken.len() / 2);
    let uploads = [
        upload(head, &named),
        upload(&more, &printed),
        upload(head, &several),
        upload(&text, &named),
        upload(&large, "\"payExchangeInfoLists\":[]"),
        upload("", "\"payExchangeInfoLists\":null"),
        broken,
    ];
    uploads.map(String::into_bytes).to_vec()
}

fn enveloped(message: MessageType, text: String) -> String {
    dxp::write(&envelope(message, text)).unwrap()
}

/// An envelope between nodes of the exchange platform, and the platform's reply to it.
fn between_nodes() -> [String; 2] {
    let message = envelope(MessageType::Ceb900, "<a/>".to_owned());
    let result = ReceiverResult {
        receiver: id("DXPEDCCEB0000002"),
        code: "2001".into(),
        text: Some("t".into()),
        note: Some("n".into()),
    };
    let response = NodeResponse {
        node: Some("NODE0001".into()),
        code: "2001".into(),
        text: Some("t".into()),
        results: vec![result],
        noticed_on: receipt().china_day(),
        note: Some("n".into()),
        original: message.head.clone(),
    };
    let reply = DxpReply {
        receiver: id("DXPENT0000000001"),
        node: Some("NODE0001".into()),
        responses: vec![response],
    };
    let transmission = DxpTransmission {
        number: "NODE0001202603021000010000000001".into(),
        part: Some('1'),
        sent_at: receipt(),
        destination: "NODE0002".into(),
        origin: "NODE0001".into(),
        message,
    };
    [dxp::write_transmission(&transmission).unwrap(), dxp::write_reply(&reply).unwrap()]
}

fn id(text: &str) -> DxpId {
    DxpId::parse(text).unwrap()
}

fn envelope(message: MessageType, text: String) -> DxpMessage {
    DxpMessage {
        head: DxpHead {
            number: "TG-20260302-0001".into(),
            sender: id("DXPENT0000000001"),
            receivers: vec![id("DXPEDCCEB0000002"), id("DXPEDCCEB0000003")],
            created_at: receipt(),
            message_type: message.layout().root.into(),
        },
        data: text.into_bytes(),
        additions: Additions {
            file_name: Some("a.xml".into()),
            card: Some("0000000000001".into()),
            keys: vec![BusinessKey { name: Some("DealFlag".into()), value: "0".into() }],
            character_set: Some("UTF-8".into()),
            conversion: Some("c".into()),
        },
    }
}

/// The golden files of the crate that is fuzzed.
fn golden() -> Vec<Vec<u8>> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../messages/tests");
    let directories = ["golden", "security/golden"];
    let mut files: Vec<_> = directories
        .iter()
        .flat_map(|directory| std::fs::read_dir(tests.join(directory)).unwrap())
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files.iter().map(|file| std::fs::read(file).unwrap()).collect()
}

fn documents() -> Vec<Vec<u8>> {
    let mut all: Vec<_> = DOCUMENTS.iter().map(|text| text.as_bytes().to_vec()).collect();
    all.extend(golden());
    all
}

/// What the standard treats in its own way.
const DOCUMENTS: &[&str] = &[
    "\u{feff}<?xml version='1.0' encoding='utf-8'?>\r\n<a  b = '1' />\n",
    "<e b:x='1' a:x='2' z='3' y='4' xmlns:a='urn:2' xmlns:b='urn:1' xmlns='urn:0'/>",
    "<a xmlns='u' xmlns:p='v'><b xmlns='u' xmlns:p='w'><c xmlns=''/></b></a>",
    "<a xml:lang='zh' xml:space='preserve'><b xml:lang='en'><c xmlns:q='w'/></b></a>",
    "<a b='&lt;&gt;&amp;&quot;&apos;&#9;&#10;&#13;&#x4e2d;'>&lt;&gt;&amp;\"'&#13;\t<![CDATA[<&>]]>&#x4e2d;</a>",
    "<a xmlns='urn:a&amp;b&#9;' xmlns:p='urn:中' b='x\n\ty'>\n\t</a>",
    "<?p  q ?><!--c-->\n<a><?r?><!--d--> x <b/> y </a>\n<?s t?>\n<!--e-->",
];

fn signed_messages() -> Vec<Vec<u8>> {
    let mut all: Vec<_> = GENUINE.iter().map(|genuine| genuine.text.clone().into_bytes()).collect();
    all.extend(golden());
    // One script for each message and kind of edit.
    for message in 0..u8::try_from(GENUINE.len()).unwrap() {
        for kind in 0..4 {
            all.push(vec![
                SCRIPT, message, kind, 1, 0, 0, 9, b'<', b'!', b'-', b'-', b'-', b'-', b'>',
            ]);
        }
    }
    all
}

fn certificates() -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for certificate in WORLD.certificates() {
        all.extend([certificate.der().to_vec(), certificate.to_pem().into_bytes()]);
    }
    let pem = WORLD.revocations.to_pem();
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    all.extend([STANDARD.decode(body).unwrap(), pem.into_bytes()]);
    all
}

fn pieces() -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for piece in PIECES {
        all.push(format!("<a>\0{piece}\0</a>").into_bytes());
        all.push(format!("\0{piece}\0<a/>").into_bytes());
        all.push(format!("<a \0{piece}\0/>").into_bytes());
    }
    all.extend(ZoneMessage::ALL.iter().flat_map(|message| repeated_rows(*message)));
    let genuine = &GENUINE[0].text;
    // Each start tag of a signed message many times, and a piece after each.
    let is_start = |start: &usize| {
        !genuine[*start..].starts_with("</") && !genuine[*start..].starts_with("<?")
    };
    let starts = genuine.match_indices('<').map(|(start, _)| start);
    for start in starts.filter(is_start) {
        let length = genuine[start..].find('>').unwrap() + 1;
        let (head, rest) = genuine.split_at(start);
        let (tag, tail) = rest.split_at(length);
        all.push(format!("{head}\0{tag}\0{tail}").into_bytes());
        let piece = PIECES[start % PIECES.len()];
        all.push(format!("{head}{tag}\0{piece}\0{tail}").into_bytes());
    }
    all
}

/// The rows of a request of a bonded zone many times, each with a number of its own.
fn repeated_rows(message: ZoneMessage) -> Vec<Vec<u8>> {
    let text = zone::sample::sample(message).unwrap();
    let grown = |row: &str| {
        let (start, end) = (text.find(&format!("<{row}>"))?, text.find(&format!("</{row}>"))?);
        let (head, rest) = text.split_at(start);
        let (piece, tail) = rest.split_at(end - start);
        let piece = piece.replace("000000001<", "%<");
        Some(format!("{head}\0{piece}</{row}>\0{}", tail.split_once('>')?.1).into_bytes())
    };
    ["InvtListType", "PassportAcmp"].into_iter().filter_map(grown).collect()
}

/// What a hostile sender repeats.
const PIECES: &[&str] = &[
    "<b/>",
    "<b>",
    "</b>",
    "<b></b>",
    "<b>x</b>",
    "x",
    " ",
    "\r\n",
    "&amp;",
    "&#13;",
    "<!---->",
    "<?p?>",
    "<![CDATA[x]]>",
    "<![CDATA[<]]>&lt;",
    "<b c='%'/>",
    "c%='' ",
    "xmlns:c%='u%' ",
    "<b xmlns='u%'/>",
    "<b xmlns:c%='u%'>",
    "<b%/>",
    "<b><c/></b>",
    "<b xml:lang='zh'/>",
    "=",
    "<",
    "&",
    "]]",
    "测",
    "\u{feff}",
];
