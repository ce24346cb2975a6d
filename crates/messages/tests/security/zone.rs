//! Requests of bonded zones: signed around their object, and what does not count as that.

use tongguan_messages::signature::{SignError, SignatureDefect, Sm2Encoding, Style, sign};
use tongguan_messages::zone::ZoneMessage;
use tongguan_messages::zone::sample::sample;

use crate::world::{SM2_PARTY, party_for, verified};

fn signed(style: Style) -> String {
    let party = party_for(style.method.scheme());
    let text = sample(ZoneMessage::Inv101).unwrap();
    sign(&text, &party.key, &party.certificate, style).unwrap()
}

#[test]
fn what_is_signed_verifies_with_every_algorithm() {
    for style in [Style::SM2, Style::SM2_FIELD, Style::RSA_SHA1, Style::RSA_SHA256] {
        for sm2 in [Sm2Encoding::Raw, Sm2Encoding::Der] {
            let message = signed(Style { sm2, ..style });
            let verified =
                verified(&message).unwrap_or_else(|defect| panic!("{defect}\n{message}"));
            assert_eq!(verified.scheme, style.method.scheme());
        }
    }
    let text = sample(ZoneMessage::Sas121).unwrap();
    let text = text.replace("<Object>", "<Object Id=\"String\">");
    let message = sign(&text, &SM2_PARTY.key, &SM2_PARTY.certificate, Style::SM2).unwrap();
    assert!(message.contains("URI=\"#String\""));
    assert!(verified(&message).is_ok());
}

#[test]
fn whatever_is_changed_or_moved_does_not_verify() {
    let message = signed(Style::SM2);
    let object = &message[message.find("<Object").unwrap()..message.rfind("</Signature>").unwrap()];
    let forged = object.replace("<DclQty>100<", "<DclQty>900<");
    for (found, instead, expected) in [
        ("<DclQty>100<", "<DclQty>101<", SignatureDefect::ContentChanged),
        ("<Object Id=\"Package\"", "<Object Id=\"Other\"", SignatureDefect::ReferenceElsewhere),
        ("<Object Id=\"Package\"", "<Object", SignatureDefect::ReferenceElsewhere),
        ("URI=\"#Package\"", "URI=\"\"", SignatureDefect::ReferenceElsewhere),
        ("<DclQty>100<", "<DclQty>10<!---->0<", SignatureDefect::CommentInValue("DclQty".into())),
        ("</Signature>", &format!("{forged}</Signature>"), SignatureDefect::Malformed("Signature")),
        (object, &format!("{forged}{object}"), SignatureDefect::Malformed("Signature")),
        ("<KeyInfo>", "<KeyInfo xmlns=\"urn:x\">", SignatureDefect::Malformed("KeyInfo")),
    ] {
        assert!(message.contains(found), "{found}");
        let changed = message.replacen(found, instead, 1);
        assert_eq!(verified(&changed).unwrap_err(), expected, "{instead}");
    }
    let nameless = message.replacen(" Id=\"Package\"", "", 1).replacen("#Package", "", 1);
    assert_eq!(verified(&nameless).unwrap_err(), SignatureDefect::ReferenceElsewhere);
    let value = |message: &str| {
        let value = message.split_once("<SignatureValue>").unwrap().1;
        value.split_once("</SignatureValue>").unwrap().0.to_owned()
    };
    let text = sample(ZoneMessage::Sas121).unwrap();
    let other = sign(&text, &SM2_PARTY.key, &SM2_PARTY.certificate, Style::SM2).unwrap();
    let exchanged = message.replacen(&value(&message), &value(&other), 1);
    assert_eq!(verified(&exchanged).unwrap_err(), SignatureDefect::ValueWrong);
    let method = message.replacen("xmldsig#sm3", "xmldsig#sm4", 1);
    assert!(matches!(verified(&method).unwrap_err(), SignatureDefect::UnknownAlgorithm(_)));
}

#[test]
fn a_form_that_was_never_filled_in_is_no_signature() {
    let text = sample(ZoneMessage::Inv101).unwrap();
    assert_eq!(verified(&text).unwrap_err(), SignatureDefect::Missing);
    for form in [
        "<SignedInfo><Reference URI=\"String\"><DigestValue/></Reference></SignedInfo>\
         <KeyInfo><KeyName>aa</KeyName></KeyInfo>",
        "<SignedInfo/><SignatureValue/><KeyInfo/>",
        "<SignedInfo/><SignatureValue> </SignatureValue><KeyInfo/>",
    ] {
        let filled = text.replacen("<Object>", &format!("{form}<Object Id=\"String\">"), 1);
        assert_eq!(verified(&filled).unwrap_err(), SignatureDefect::Missing, "{form}");
    }
    let party = &*SM2_PARTY;
    let twice = sign(&signed(Style::SM2), &party.key, &party.certificate, Style::SM2);
    assert_eq!(twice.unwrap_err(), SignError::NothingToSign);
}
