//! What the tests of this crate share: the official reference, and signatures in form alone.

use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The directory of the official reference, or nothing with a loud line: it is not part of the
/// repository.
pub fn reference(what: &str) -> Option<PathBuf> {
    let directory = std::env::var_os("TONGGUAN_REFERENCE").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    if directory.join("ceb").is_dir() {
        return Some(directory.join("ceb"));
    }
    left_out(what, &format!("the official reference is not at {}", directory.display()));
    None
}

/// Says that a comparison was left out, past the test harness, which would swallow it.
pub fn left_out(comparison: &str, why: &str) {
    let line = format!("\n*** LEFT OUT: {comparison}: {why} ***\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
}

/// A signature in form alone, which no verifier accepts.
pub const SIGNATURE: &str = "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">\
    <ds:SignedInfo><ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/TR/2001/REC-xml-c14n-20010315\"/>\
    <ds:SignatureMethod Algorithm=\"http://www.chinaport.gov.cn/2022/04/xmldsig#sm2-sm3\"/>\
    <ds:Reference URI=\"\"><ds:Transforms><ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/></ds:Transforms>\
    <ds:DigestMethod Algorithm=\"http://www.chinaport.gov.cn/2022/04/xmldsig#sm3\"/><ds:DigestValue>QUJD</ds:DigestValue></ds:Reference></ds:SignedInfo>\
    <ds:SignatureValue>QUJD</ds:SignatureValue><ds:KeyInfo><ds:KeyName>01</ds:KeyName><ds:X509Data><ds:X509Certificate>QUJD</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>";

/// The message with the signature in form before its end.
pub fn signed(message: &str) -> String {
    let end = message.rfind("</").expect("a closing tag");
    format!("{}{SIGNATURE}{}", &message[..end], &message[end..])
}

/// The message, signed in form when an enterprise sends it.
pub fn signed_if_request(message: tongguan_messages::ceb::MessageType, text: String) -> String {
    if message.is_request() { signed(&text) } else { text }
}
