//! What a stranger can do to a signed message.

use std::collections::HashSet;

use proptest::prelude::*;
use tongguan_domain::time::Moment;
use tongguan_messages::certificate::{TrustStore, judge};
use tongguan_messages::signature::{Policy, SignatureBlock, SignatureDefect, Style, verify};
use tongguan_messages::xml::c14n::{self, Blanks, Comments, Omission};
use tongguan_messages::xml::{Limits, Source};

use crate::signing::signed;
use crate::world::{RSA_ROOT, SM2_ROOT, reference, verified, year};

/// What a message says and what vouches for it: all that a reader may rely on. `None` when it is not
/// a verified message.
fn substance(bytes: &[u8], store: &TrustStore, at: Moment) -> Option<Vec<u8>> {
    let source = Source::read(bytes, &Limits::default()).ok()?;
    let tree = source.tree().ok()?;
    let (verified, certificate) = verify(&tree, &Policy::china().with_rsa_sha256(), None).ok()?;
    judge(&certificate, store, at).ok()?;
    let block = SignatureBlock::find(&tree).unwrap();
    let signature = tree
        .root_element()
        .children()
        .find(|child| child.tag_name().name() == "Signature")
        .unwrap();
    let omission = Omission { element: signature, before: Blanks::Dropped, after: Blanks::Dropped };
    let mut all = verified.content_digest;
    all.extend_from_slice(certificate.der());
    all.extend_from_slice(block.key_name().unwrap_or_default().as_bytes());
    c14n::document(&tree, Comments::Dropped, Some(omission), |piece| all.extend_from_slice(piece));
    // Nothing signs what else stands beside the certificate, and nobody relies on it.
    let signed_info = signature.first_element_child().unwrap();
    c14n::element(signed_info, Comments::Dropped, Blanks::Dropped, |piece| {
        all.extend(piece.iter().filter(|byte| !byte.is_ascii_whitespace()));
    });
    Some(all)
}

/// Changes every byte in several ways; a message that still verifies must say the same.
fn assert_every_byte_counts(message: &[u8], store: &TrustStore, at: Moment) {
    let original = substance(message, store, at).unwrap();
    let mut harmless = HashSet::new();
    for position in 0..message.len() {
        for mask in [0x01, 0x20, 0x80] {
            let mut changed = message.to_vec();
            changed[position] ^= mask;
            if let Some(found) = substance(&changed, store, at) {
                assert!(found == original, "byte {position} ^ {mask:#x} changed what is said");
                harmless.insert(position);
            }
        }
    }
    // Quotes, the declaration, and white space that is not content.
    assert!(harmless.len() < 40, "{} bytes do not count", harmless.len());
}

#[test]
fn a_changed_byte_anywhere_fails_or_changes_nothing() {
    for style in [Style::SM2, Style::SM2_FIELD, Style::RSA_SHA1, Style::RSA_SHA256] {
        assert_every_byte_counts(signed(style).as_bytes(), &roots(), year(2026));
    }
}

#[test]
fn a_changed_byte_in_a_reference_vector_fails() {
    let Some(directory) = reference("changed bytes of the signature vectors") else { return };
    for file in ["spec_sm2_sm3.xml", "observed_sm2_with_sha1_digest_and_reindented_signedinfo.xml"]
    {
        let message = std::fs::read(directory.join("ceb/signature").join(file)).unwrap();
        // Its certificate is its own authority, from the day the vectors were made.
        let source = Source::read(&message, &Limits::default()).unwrap();
        let (_, certificate) = verify(&source.tree().unwrap(), &Policy::china(), None).unwrap();
        let at = certificate.valid_from().plus_days(1);
        let store = TrustStore::new(vec![certificate], vec![], vec![]).unwrap();
        assert_every_byte_counts(&message, &store, at);
    }
}

fn roots() -> TrustStore {
    let roots = vec![SM2_ROOT.certificate().clone(), RSA_ROOT.certificate().clone()];
    TrustStore::new(roots, vec![], vec![]).unwrap()
}

/// The signature element of a message.
fn signature_of(message: &str) -> &str {
    let start = message.find("<ds:Signature ").unwrap();
    let end = message.find("</ds:Signature>").unwrap() + "</ds:Signature>".len();
    &message[start..end]
}

#[test]
fn wrapping_and_moving_fails() {
    let message = signed(Style::SM2);
    let signature = signature_of(&message);
    let without = message.replace(signature, "");
    let body = &without[without.find("<ceb:CEB411").unwrap()..];
    let content = &body[body.find("<ceb:Payment>").unwrap()..body.find("</ceb:CEB411").unwrap()];
    let forged = content.replace("100.00", "999.00");
    let root = "ceb:CEB411Message";
    let open = &body[..body.find("<ceb:Payment>").unwrap()];
    use SignatureDefect::{ContentChanged, Misplaced, Missing, NotAlone};
    for (attack, text, expected) in [
        ("no signature", without.clone(), Missing),
        ("a value changed", message.replace("100.00", "999.00"), ContentChanged),
        ("a second signature", message.replace(signature, &signature.repeat(2)), NotAlone),
        (
            "a second signature deeper",
            message.replace("<ceb:note/>", &format!("<ceb:note>{signature}</ceb:note>")),
            NotAlone,
        ),
        ("signature moved down", without.replace("<ceb:note/>", signature), Misplaced),
        (
            "signed content under a new root with forged content beside it",
            format!(
                "{open}{forged}<ceb:ExtendMessage>{content}</ceb:ExtendMessage>{signature}</{root}>"
            ),
            ContentChanged,
        ),
        (
            "signed root inside a new root",
            format!("{open}{forged}{body}{signature}</{root}>"),
            ContentChanged,
        ),
        (
            "signed message whole inside a new root",
            format!("{open}{forged}{}</{root}>", &message[message.find("<ceb:CEB").unwrap()..]),
            Misplaced,
        ),
        (
            "forged content added",
            message.replace(content, &(forged.clone() + content)),
            ContentChanged,
        ),
    ] {
        assert_eq!(verified(&text).map(|verified| verified.form), Err(expected), "{attack}");
    }
}

#[test]
fn a_bent_signature_fails() {
    use SignatureDefect::{CommentInValue, Malformed, ReferenceElsewhere};
    let message = signed(Style::SM2);
    let twice = |from: &str, until: &str| {
        let piece = &message[message.find(from).unwrap()..message.find(until).unwrap()];
        message.replace(piece, &piece.repeat(2))
    };
    let hidden = "</ds:KeyInfo><ds:Object><ceb:Payment/></ds:Object>";
    for (attack, text, expected) in [
        ("two references", twice("<ds:Reference", "</ds:SignedInfo>"), Malformed("SignedInfo")),
        (
            "two certificates",
            twice("<ds:X509Certificate>", "</ds:X509Data>"),
            Malformed("X509Certificate"),
        ),
        (
            "content hidden in the signature",
            message.replace("</ds:KeyInfo>", hidden),
            Malformed("Signature"),
        ),
        (
            "reference by id",
            message
                .replace("URI=\"\"", "URI=\"#body\"")
                .replace("<ceb:Payment>", "<ceb:Payment Id=\"body\">"),
            ReferenceElsewhere,
        ),
        ("no reference", message.replace(" URI=\"\"", ""), ReferenceElsewhere),
        (
            "a comment in the digest value",
            message.replace("</ds:DigestValue>", "<!--x--></ds:DigestValue>"),
            Malformed("DigestValue"),
        ),
        (
            "a comment in the key name",
            message.replace("<ds:KeyName>", "<ds:KeyName><!--x-->"),
            Malformed("KeyName"),
        ),
        (
            "text beside the key name",
            message.replace("</ds:KeyName>", "</ds:KeyName>x"),
            Malformed("KeyInfo"),
        ),
        (
            "text beside the certificate",
            message.replace("<ds:X509Data>", "<ds:X509Data>x"),
            Malformed("X509Data"),
        ),
        (
            "an instruction beside the certificate",
            message.replace("<ds:X509Data>", "<ds:X509Data><?p?>"),
            Malformed("X509Data"),
        ),
        (
            "a comment that splits a value",
            message.replace("100.00", "100<!--x-->.00"),
            CommentInValue("ceb:amountPaid".into()),
        ),
    ] {
        assert_eq!(verified(&text).map(|verified| verified.form), Err(expected), "{attack}");
    }
}

#[test]
fn foreign_transforms_and_algorithms_are_named() {
    let message = signed(Style::SM2);
    let enveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
    let transform = format!("<ds:Transform Algorithm=\"{enveloped}\"></ds:Transform>");
    let xslt = "http://www.w3.org/TR/1999/REC-xslt-19991116";
    let with = |from: &str, to: &str| verified(&message.replace(from, to)).unwrap_err();
    let unknown = |uri: &str| SignatureDefect::UnknownAlgorithm(uri.to_owned());
    let second = transform.replace(enveloped, xslt);
    assert_eq!(with(enveloped, xslt), unknown(xslt));
    assert_eq!(with(&transform, &format!("{transform}{second}")), unknown(xslt));
    assert_eq!(with(&transform, &transform.repeat(2)), unknown(enveloped));
    assert_eq!(with(&transform, ""), SignatureDefect::Malformed("Transform"));
    let exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";
    assert_eq!(
        with("http://www.w3.org/TR/2001/REC-xml-c14n-20010315", exclusive),
        unknown(exclusive)
    );
    let hmac = "http://www.w3.org/2000/09/xmldsig#hmac-sha1";
    assert_eq!(with("http://www.chinaport.gov.cn/2022/04/xmldsig#sm2-sm3", hmac), unknown(hmac));
    let md5 = "http://www.w3.org/2001/04/xmldsig-more#md5";
    assert_eq!(with("http://www.chinaport.gov.cn/2022/04/xmldsig#sm3", md5), unknown(md5));
}

#[test]
fn a_certificate_of_another_key_does_not_verify() {
    use crate::world::{subject, years};
    use base64::Engine;
    use tongguan_messages::authority::SeededChance;
    use tongguan_messages::certificate::key::SigningKey;
    let base64 = |der: &[u8]| base64::engine::general_purpose::STANDARD.encode(der);
    let message = signed(Style::SM2);
    let party = crate::world::SM2_PARTY.certificate.clone();
    let key = SigningKey::generate_sm2(&mut SeededChance::new(77));
    let other = SM2_ROOT
        .issue(&subject("他人", None), &key, 0x0300_0000_000c_de6f, years(2024, 2034))
        .unwrap();
    let swapped = message.replace(&base64(party.der()), &base64(other.der()));
    assert_eq!(verified(&swapped), Err(SignatureDefect::ValueWrong));
    let renamed = message.replace(&party.serial(), "0300");
    assert_eq!(verified(&renamed), Err(SignatureDefect::KeyNameDiffers));
}

#[test]
fn defects_carry_the_official_numbers() {
    use tongguan_domain::defect::Defect;
    let message = signed(Style::SM2);
    let changed = verified(&message.replace("100.00", "100.01")).unwrap_err();
    let defect = Defect::from(&changed);
    assert_eq!((defect.code().as_str(), defect.message_zh().as_str()), ("1004", "签名与数据不符"));
    let missing = Defect::from(&SignatureDefect::Missing);
    assert_eq!(missing.code(), "1001");
}

proptest! {
    #[test]
    fn no_splice_of_a_signed_message_panics_or_forges(
        from in 0.0..1.0f64, length in 0usize..400, to in 0.0..1.0f64,
    ) {
        let message = signed(Style::SM2_FIELD);
        let original = substance(message.as_bytes(), &roots(), year(2026)).unwrap();
        #[expect(
            clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss,
            clippy::float_arithmetic,
            reason = "a share of a length"
        )]
        let place = |share: f64| (share * message.len() as f64) as usize;
        let start = place(from);
        let piece = &message.as_bytes()[start..(start + length).min(message.len())];
        let mut spliced = message.as_bytes().to_vec();
        let at = place(to);
        spliced.splice(at..at, piece.iter().copied());
        if let Some(found) = substance(&spliced, &roots(), year(2026)) {
            prop_assert!(found == original);
        }
    }
}
