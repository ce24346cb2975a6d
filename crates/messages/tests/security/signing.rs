//! Signing and verifying: every algorithm in every form, golden files, reference vectors.

use std::path::Path;

use tongguan_messages::ceb::MessageType;
use tongguan_messages::certificate::key::Scheme;
use tongguan_messages::read::{Profile, read};
use tongguan_messages::sample::sample;
use tongguan_messages::signature::{
    DigestMethod, Form, Policy, SignError, SignatureBlock, SignatureDefect, Sm2Encoding, Style,
    sign, verify,
};
use tongguan_messages::xml::{Limits, Source};

use crate::world::{
    MESSAGE, NEW_RSA_PARTY, OLD_RSA_PARTY, SM2_PARTY, party_for, reference, verified,
};

const STYLES: [(&str, Style); 4] = [
    ("sm2", Style::SM2),
    ("sm2_field", Style::SM2_FIELD),
    ("rsa_sha1", Style::RSA_SHA1),
    ("rsa_sha256", Style::RSA_SHA256),
];

pub fn signed(style: Style) -> String {
    let party = party_for(style.method.scheme());
    sign(MESSAGE, &party.key, &party.certificate, style).unwrap()
}

#[test]
fn what_is_signed_verifies_for_every_algorithm_in_every_form() {
    for (name, style) in STYLES {
        for code in 0..8 {
            for sm2 in [Sm2Encoding::Raw, Sm2Encoding::Der] {
                let form = Form::from_code(code).unwrap();
                let message = signed(Style { form, sm2, ..style });
                let verified = verified(&message).unwrap_or_else(|defect| {
                    panic!("{name}, {form:?}: {defect}\n{message}");
                });
                assert_eq!(verified.form, form, "{name}");
                assert_eq!(verified.scheme, style.method.scheme());
            }
        }
    }
}

#[test]
fn the_signature_of_an_export_message_stands_before_its_extension() {
    let party = &*SM2_PARTY;
    let order = sample(MessageType::Ceb303).unwrap();
    let end = order.rfind("</").unwrap();
    let extension = "\t<ceb:ExtendMessage>\n\t\t<ceb:name>n</ceb:name>\n\t\t<ceb:version>1</ceb:version>\
        \n\t\t<ceb:Message/>\n\t</ceb:ExtendMessage>\n";
    let extended = format!("{}{extension}{}", &order[..end], &order[end..]);
    for text in [&order, &extended] {
        for code in 0..8 {
            let style = Style { form: Form::from_code(code).unwrap(), ..Style::SM2 };
            let message = sign(text, &party.key, &party.certificate, style).unwrap();
            verified(&message).unwrap_or_else(|defect| panic!("{code}: {defect}\n{message}"));
            let tree = roxmltree::Document::parse(&message).unwrap();
            assert_eq!(read(&tree, Profile::Strict).unwrap().defects, [], "{code}\n{message}");
            let moved = message.replace("ExtendMessage>", "BaseSubscribe>");
            assert!(text == &order || verified(&moved).is_err(), "it is signed too");
        }
    }
}

#[test]
fn the_form_to_try_first_changes_no_verdict() {
    for code in 0..8 {
        let form = Form::from_code(code).unwrap();
        let message = signed(Style { form, ..Style::SM2 });
        let source = Source::read(message.as_bytes(), &Limits::default()).unwrap();
        let tree = source.tree().unwrap();
        for first in 0..8 {
            let (verified, _) = verify(&tree, &Policy::china(), Form::from_code(first)).unwrap();
            // Forms that mean the same for this text are equal; the first of them is reported.
            assert_eq!(verified.form.name() == "strict", form.name() == "strict", "{code} {first}");
        }
    }
}

#[test]
fn forms_are_named_by_their_widest_departure() {
    let names: Vec<_> = (0..8).map(|code| Form::from_code(code).unwrap().name()).collect();
    assert_eq!(names[0], "strict");
    assert!(names[1..4].iter().all(|name| *name == "whitespace-trimmed"));
    assert!(names[4..].iter().all(|name| *name == "compact-signedinfo"));
}

#[test]
fn golden_messages_stay_the_same_and_verify() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/security/golden");
    let mut different = Vec::new();
    for (name, style) in STYLES {
        let message = signed(style);
        let path = golden.join(format!("{name}.xml"));
        if std::fs::read_to_string(&path).is_ok_and(|golden| golden == message) {
            assert_eq!(verified(&message).map(|verified| verified.form), Ok(style.form));
        } else {
            std::fs::write(path.with_extension("xml.new"), message).unwrap();
            different.push(name);
        }
    }
    assert!(different.is_empty(), "{different:?} differ: compare the `.new` files with the golden");
}

#[test]
fn reference_vectors_verify_through_their_own_form() {
    let Some(directory) = reference("the signature vectors") else { return };
    for (file, form) in [
        ("spec_sm2_sm3.xml", "strict"),
        ("observed_sm2_with_sha1_digest_and_reindented_signedinfo.xml", "compact-signedinfo"),
    ] {
        let bytes = std::fs::read(directory.join("ceb/signature").join(file)).unwrap();
        let source = Source::read(&bytes, &Limits::default()).unwrap();
        let tree = source.tree().unwrap();
        let (verified, certificate) = verify(&tree, &Policy::china(), None).unwrap();
        assert_eq!((verified.form.name(), verified.scheme), (form, Scheme::Sm2Sm3), "{file}");
        let block = SignatureBlock::find(&tree).unwrap();
        assert_eq!(block.key_name(), Some(certificate.serial().as_str()));
    }
}

#[test]
fn only_what_the_policy_lists_counts() {
    let judged = |style: Style, policy: &Policy, old: bool| {
        let party = match (style.method.scheme(), old) {
            (Scheme::Sm2Sm3, _) => &*SM2_PARTY,
            (_, true) => &*OLD_RSA_PARTY,
            (_, false) => &*NEW_RSA_PARTY,
        };
        let message = sign(MESSAGE, &party.key, &party.certificate, style).unwrap();
        let source = Source::read(message.as_bytes(), &Limits::default()).unwrap();
        verify(&source.tree().unwrap(), policy, None).map(|(verified, _)| verified.scheme.name())
    };
    let china = Policy::china();
    let extended = Policy::china().with_rsa_sha256();
    let refused = |name| Err(SignatureDefect::NotAllowed(name));
    let sm2_sha256 = Style { digest: DigestMethod::Sha256, ..Style::SM2 };
    for (style, policy, old, expected) in [
        (Style::SM2, &china, false, Ok("sm2-sm3")),
        (Style::SM2_FIELD, &china, false, Ok("sm2-sm3")),
        (sm2_sha256, &extended, false, refused("sm2-sm3")),
        (Style::RSA_SHA1, &china, true, Ok("rsa-sha1")),
        (Style::RSA_SHA1, &china, false, refused("rsa-sha1")),
        (Style::RSA_SHA256, &china, false, refused("rsa-sha256")),
        (Style::RSA_SHA256, &extended, false, Ok("rsa-sha256")),
        (Style::RSA_SHA256, &extended, true, Ok("rsa-sha256")),
    ] {
        assert_eq!(judged(style, policy, old), expected, "{style:?}, old: {old}");
    }
}

#[test]
fn sha1_ends_with_the_certificates_issued_on_the_first_of_july_2022() {
    use crate::world::{RSA_ROOT, subject, year};
    use tongguan_domain::time::Moment;
    use tongguan_messages::authority::Validity;
    let first_day = Moment::start_of(jiff::civil::date(2022, 7, 1));
    for (from, counts) in [(first_day, false), (first_day.plus_millis(-1000), true)] {
        let validity = Validity { from, until: year(2030) };
        let key = &OLD_RSA_PARTY.key;
        let certificate = RSA_ROOT.issue(&subject("界", None), key, 9, validity).unwrap();
        let message = sign(MESSAGE, key, &certificate, Style::RSA_SHA1).unwrap();
        assert_eq!(verified(&message).is_ok(), counts, "issued {from}");
    }
}

#[test]
fn what_cannot_be_signed_is_refused() {
    let party = &*SM2_PARTY;
    let attempt = |text: &str, style| sign(text, &party.key, &party.certificate, style);
    let again = signed(Style::SM2);
    assert_eq!(attempt(&again, Style::SM2), Err(SignError::NothingToSign));
    assert_eq!(attempt("<a/>", Style::SM2), Err(SignError::NothingToSign));
    assert!(matches!(attempt("<a>", Style::SM2), Err(SignError::Xml(_))));
    assert!(matches!(attempt(MESSAGE, Style::RSA_SHA1), Err(SignError::Key(_))));
}

#[test]
fn line_ends_of_other_systems_do_not_matter() {
    let message = signed(Style::SM2);
    let verdict = verified(&message).unwrap();
    assert_eq!(verified(&message.replace('\n', "\r\n")), Ok(verdict.clone()));
    assert_eq!(verified(&format!("\u{feff}{message}")), Ok(verdict));
}
