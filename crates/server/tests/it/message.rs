//! `tongguan message`: single messages, looked at without a database.

use std::fs;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::civil::date;
use serde_json::{Value, json};
use tempfile::TempDir;
use tongguan_domain::defect::Rule;
use tongguan_domain::time::Moment;
use tongguan_messages::authority::{Authority, SeededChance, Subject, Validity};
use tongguan_messages::ceb::MessageType;
use tongguan_messages::certificate::key::SigningKey;
use tongguan_messages::sample::sample;
use tongguan_testkit::cast::{Cast, Signing};

use crate::run::{Run, reference_file, tongguan};

fn message(arguments: &[&str], input: &str) -> Run {
    let arguments: Vec<&str> = ["message"].into_iter().chain(arguments.iter().copied()).collect();
    tongguan(&arguments, input)
}

/// The lines of standard output, each as JSON.
fn lines(run: &Run) -> Vec<Value> {
    run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn checked(text: &str, profile: &str) -> Value {
    message(&["check", "-", "--profile", profile, "--json"], text).json()
}

/// A folder to write into.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        fs::write(self.path(name), bytes).unwrap();
        self.text(name)
    }
}

#[test]
fn every_sample_is_valid_under_the_strict_profile() {
    for kind in MessageType::ALL {
        let run = message(&["sample", kind.code()], "");
        assert_eq!(run.status, 0, "{}", run.err);
        let verdict = json!({
            "file": "-", "type": kind.code(), "profile": "strict", "valid": true, "documents": 1,
            "defects": [], "warnings": [], "findings": [], "omitted": 0,
        });
        assert_eq!(checked(&run.out, "strict"), verdict);
    }
}

#[test]
fn messages_of_bonded_zones_are_made_checked_signed_and_verified() {
    let folder = Folder::new();
    let (out, trust) = (folder.text("sample.xml"), folder.text("trust"));
    for kind in ["INV101", "sas121"] {
        let signed = ["sample", kind, "--signed", "--out", &out, "--trust-out", &trust];
        assert_eq!(message(&signed, "").status, 0);
        let verified = message(&["verify", &out, "--trust", &trust, "--at", "2026-03-02"], "");
        assert_eq!(verified.status, 0, "{}", verified.out);
        let run = message(&["sample", kind], "");
        let verdict = json!({
            "file": "-", "type": kind.to_uppercase(), "profile": "tolerant", "valid": true,
            "documents": 1, "defects": [], "warnings": [], "findings": [], "omitted": 0,
        });
        assert_eq!(checked(&run.out, "tolerant"), verdict);
        let spoilt = run.out.replacen("<DclTypecd>1<", "<DclTypecd>9<", 1);
        assert_eq!(message(&["check", "-"], &spoilt).status, 1);
    }
    for kind in ["INV201", "INV202", "SAS221", "SAS223"] {
        let run = message(&["sample", kind], "");
        assert!(run.out.contains(&format!("<message_type>{kind}</message_type>")), "{}", run.err);
        assert_ne!(message(&["sample", kind, "--signed"], "").status, 0);
    }
    assert!(message(&["sample", "SAS999"], "").err.contains("CEB900, INV101"));
}

#[test]
fn samples_of_requests_are_signed_by_an_authority_that_can_be_trusted() {
    let folder = Folder::new();
    let (out, trust) = (folder.text("sample.xml"), folder.text("trust"));
    for kind in MessageType::ALL {
        let signed = ["sample", kind.code(), "--signed", "--out", &out, "--trust-out", &trust];
        let run = message(&signed, "");
        if !kind.is_request() {
            assert_eq!(run.status, 1);
            assert!(run.err.contains("not signed"), "{}", run.err);
            continue;
        }
        assert_eq!((run.status, run.out.as_str()), (0, ""), "{}", run.err);
        let verify = ["verify", &out, "--trust", &trust, "--at", "2026-03-02", "--json"];
        let run = message(&verify, "");
        assert_eq!(run.status, 0, "{}", run.out);
        let verdict = run.json();
        assert_eq!(verdict["trusted"], true);
        assert_eq!(verdict["revocation"], "not-checked");
        assert_eq!(verdict["algorithm"], "sm2-sm3");
        assert!(checked(&fs::read_to_string(&out).unwrap(), "strict")["valid"].as_bool().unwrap());
    }
}

#[test]
fn a_declaration_may_be_left_unsigned_and_an_unknown_type_is_not_made() {
    let run = message(&["sample", "621", "--unsigned"], "");
    assert_eq!(run.out, sample(MessageType::Ceb621).unwrap());
    let run = message(&["sample", "CEB999"], "");
    assert_eq!(run.status, 2);
    assert!(run.err.contains("CEB303, CEB304, CEB311, CEB312"), "{}", run.err);
}

#[test]
fn what_is_wrong_is_named_in_both_languages_with_its_place() {
    let order = sample(MessageType::Ceb311).unwrap();
    let without = |text: &str, element: &str| {
        let (before, rest) = text.split_once(&format!("<ceb:{element}>")).unwrap();
        let (_, after) = rest.split_once(&format!("</ceb:{element}>")).unwrap();
        format!("{before}{after}")
    };
    let broken = without(&order, "buyerTelephone").replacen("<ceb:freight>", "<ceb:freight>9", 1);
    let missing = json!({
        "code": "0002", "rule": "element-absent-in-older-layout",
        "pointer": "/CEB311Message/Order[1]/OrderHead/buyerTelephone",
        "found": null, "expected": "C1..30",
        "message_zh": "缺少必填元素[C1..30]，旧版报文没有该元素",
        "message_en": "the required element is missing, as in older layouts; it holds C1..30",
    });
    let sum = json!({
        "code": "-301008", "rule": "order-paid-sum",
        "pointer": "/CEB311Message/Order[1]/OrderHead/acturalPaid",
        "found": "497.5", "expected": "1397.5",
        "message_zh": "参数校验不通过，实际支付金额497.5与商品价格+运杂费+代扣税款-非现金抵扣金额1397.5不符",
        "message_en": "paid 497.5 is not goods + freight + tax - discount = 1397.5",
    });
    let strict = checked(&broken, "strict");
    assert_eq!(strict["valid"], false);
    assert_eq!(strict["defects"], json!([missing]));
    let tolerant = checked(&broken, "tolerant");
    assert_eq!(tolerant["valid"], true);
    assert_eq!(tolerant["warnings"], json!([missing]));
    assert_eq!(tolerant["findings"], json!([sum]));

    let run = message(&["check", "-", "--profile", "strict", "--lang", "zh"], &broken);
    assert_eq!(run.status, 1);
    assert!(run.out.starts_with("-: CEB311, 严格: 无效, 单证数: 1\n"), "{}", run.out);
    let line = "  错误  /CEB311Message/Order[1]/OrderHead/buyerTelephone: \
                缺少必填元素[C1..30]，旧版报文没有该元素 [0002 element-absent-in-older-layout]\n";
    assert!(run.out.contains(line), "{}", run.out);
    let run = message(&["check", "-", "--lang", "en"], &broken);
    assert_eq!(run.status, 0);
    assert!(run.out.starts_with("-: CEB311, tolerant: valid, documents: 1\n"), "{}", run.out);
    assert!(run.out.contains("discount = 1397.5 [-301008 order-paid-sum]\n"), "{}", run.out);
}

#[test]
fn files_that_are_no_messages_are_reported_and_the_rest_is_checked() {
    let folder = Folder::new();
    // Every byte value, over and over, which begins like no text at all.
    let garbage: Vec<u8> =
        (0..1_000_000_u32).map(|n| (n.wrapping_mul(167) >> 2).to_le_bytes()[0] | 0x80).collect();
    // 订单 in GBK.
    let gbk = [b"<?xml version=\"1.0\" encoding=\"GBK\"?><a>".as_slice(), b"\xb6\xa9\xb5\xa5</a>"];
    let cases = [
        (folder.text("missing.xml"), "file-unreadable"),
        (folder.0.path().to_str().unwrap().to_owned(), "file-unreadable"),
        (folder.write("empty.xml", ""), "not-well-formed"),
        (folder.write("garbage.xml", garbage), "not-utf-8"),
        (folder.write("gbk.xml", gbk.concat()), "encoding-not-utf-8"),
        (folder.write("undeclared.xml", b"<a>\xb6\xa9</a>"), "not-utf-8"),
        (folder.write("large.xml", " ".repeat(33 << 20)), "message-too-large"),
        (folder.write("other.xml", "<order/>"), "message-unknown"),
        (folder.write("open.xml", "<CEB311Message>"), "not-well-formed"),
    ];
    let good = folder.write("good.xml", sample(MessageType::Ceb311).unwrap());
    let files: Vec<&str> = cases.iter().map(|(file, _)| &**file).chain([good.as_str()]).collect();
    for action in ["check", "verify"] {
        let run = message(&[&[action, "--json"], &*files].concat(), "");
        assert_eq!(run.status, 1, "{}", run.err);
        let verdicts = lines(&run);
        assert_eq!(verdicts.len(), files.len());
        for ((file, rule), verdict) in cases.iter().zip(&verdicts) {
            assert_eq!(verdict["file"], **file);
            assert_eq!(verdict["valid"], false);
            // Whether the root is a message's is no question of the signature.
            let rule = match (action, *rule) {
                ("verify", "message-unknown") => "signature-invalid",
                (_, rule) => rule,
            };
            assert_eq!(verdict["defects"][0]["rule"], rule, "{file}");
        }
        assert_eq!(verdicts.last().unwrap()["valid"], action == "check");
    }
    assert_eq!(message(&["check", &good], "").status, 0);
    assert_eq!(message(&["check"], "").status, 2);
}

fn envelope(kind: &str, content: &str) -> String {
    format!(
        "<DxpMsg xmlns=\"http://www.chinaport.gov.cn/dxp\" ver=\"1.0\"><TransInfo>\
         <CopMsgId>TG-1</CopMsgId><SenderId>DXPENT0000000002</SenderId>\
         <ReceiverIds><ReceiverId>DXPEDCCEB0000002</ReceiverId></ReceiverIds>\
         <CreatTime>2026-03-02T10:00:00</CreatTime><MsgType>{kind}</MsgType></TransInfo>\
         <Data>{}</Data></DxpMsg>",
        STANDARD.encode(content)
    )
}

#[test]
fn a_message_is_checked_together_with_its_envelope() {
    let order = sample(MessageType::Ceb311).unwrap();
    let verdict = checked(&envelope("CEB311Message", &order), "strict");
    assert_eq!(verdict["valid"], true, "{verdict}");
    assert_eq!(verdict["type"], "CEB311");
    let expected =
        json!({"number": "TG-1", "sender": "DXPENT0000000002", "message_type": "CEB311Message"});
    assert_eq!(verdict["envelope"], expected);

    let first = |text: &str| {
        let verdict = checked(text, "tolerant");
        assert_eq!(verdict["valid"], false, "{verdict}");
        let defect = &verdict["defects"][0];
        (
            defect["rule"].as_str().unwrap().to_owned(),
            defect["pointer"].as_str().unwrap().to_owned(),
        )
    };
    let announced = first(&envelope("CEB411Message", &order));
    assert_eq!(announced, ("envelope-type".into(), "/DxpMsg/TransInfo/MsgType".into()));
    let content = first(&envelope("", "<a>"));
    assert_eq!(content, ("not-well-formed".into(), "/DxpMsg/Data: byte 3".into()));
    let head = first(&envelope("", &order).replace("<CopMsgId>TG-1</CopMsgId>", ""));
    assert_eq!(head.0, "envelope-form");
}

/// Key and certificate of an actor as files.
fn credentials(folder: &Folder, key: &SigningKey, certificate: &str) -> (String, String) {
    let key = folder.write("key.pem", key.to_pem().unwrap());
    (key, folder.write("certificate.pem", certificate))
}

#[test]
fn what_is_signed_is_verified_and_a_changed_byte_is_not() {
    let (folder, cast) = (Folder::new(), Cast::new(3, Signing::Sm2).unwrap());
    let signer = &cast.merchant;
    let (key, certificate) = credentials(&folder, signer.key(), &signer.certificate.to_pem());
    let order = folder.write("order.xml", sample(MessageType::Ceb311).unwrap());
    for (style, form) in
        [(None, "strict"), (Some("sm2"), "strict"), (Some("sm2-field"), "compact-signedinfo")]
    {
        let mut arguments = vec!["sign", &order, "--key", &key, "--certificate", &certificate];
        arguments.extend(style.iter().flat_map(|style| ["--style", style]));
        let run = message(&arguments, "");
        assert_eq!((run.status, run.err.as_str()), (0, ""));
        let signed = run.out;
        let run = message(&["verify", "-", "--json"], &signed);
        assert_eq!(run.status, 0);
        let expected = json!({
            "file": "-", "valid": true, "algorithm": "sm2-sm3", "form": form,
            "signer": "示例进口贸易有限公司",
            "certificate": {
                "serial": "0300000000000002", "common_name": "示例进口贸易有限公司",
                "organisation": "示例进口贸易有限公司",
                "valid_from": "2024-01-01T00:00:00.000+08:00",
                "valid_until": "2044-01-01T00:00:00.000+08:00",
                "sha256": run.json()["certificate"]["sha256"],
            },
            "trusted": null, "revocation": null, "defects": [],
        });
        assert_eq!(run.json(), expected);
        assert_eq!(expected["certificate"]["sha256"].as_str().unwrap().len(), 64);
        assert_eq!(message(&["verify", "-"], &envelope("", &signed)).status, 0);
        let text = message(&["verify", "-", "--lang", "en"], &signed).out;
        assert!(text.contains("the signature alone was judged"), "{text}");

        let changed = signed.replacen("TG", "TH", 1);
        let run = message(&["verify", "-", "--json"], &changed);
        assert_eq!(run.status, 1);
        assert_eq!(run.json()["defects"][0]["code"], "1004");
        assert_eq!(run.json()["signer"], Value::Null);
        let again = message(&["sign", "-", "--key", &key, "--certificate", &certificate], &signed);
        assert!(again.err.contains("signed already"), "{}", again.err);
    }
}

#[test]
fn trust_is_judged_at_the_time_asked_for() {
    let folder = Folder::new();
    let trust = folder.text("trust");
    let signed = message(&["sample", "311", "--signed", "--trust-out", &trust], "").out;
    let rules = |trust: &str, at: &str| -> (i32, String) {
        let run = message(&["verify", "-", "--trust", trust, "--at", at, "--json"], &signed);
        (run.status, run.json()["defects"][0]["code"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(rules(&trust, "2026-03-02T10:00:00+08:00"), (0, String::new()));
    assert_eq!(rules(&trust, "20260302100000"), (0, String::new()));
    assert_eq!(rules(&trust, "2023-12-31"), (1, "1002".into()));
    assert_eq!(rules(&trust, "2044-01-02"), (1, "1002".into()));
    fs::create_dir(folder.path("nobody")).unwrap();
    assert_eq!(rules(&folder.text("nobody"), "2026-03-02"), (1, "1001".into()));

    let run = message(&["verify", "-", "--trust", &folder.text("absent")], &signed);
    assert_eq!((run.status, run.out.as_str()), (1, ""));
    assert!(run.err.contains("no readable directory"), "{}", run.err);
    let run = message(&["verify", "-", "--trust", &trust, "--at", "noon"], &signed);
    assert_eq!(run.status, 2);
    assert!(run.err.contains("not a time"), "{}", run.err);
}

#[test]
fn an_unsigned_message_is_not_valid() {
    let run = message(&["verify", "-", "--json"], &sample(MessageType::Ceb311).unwrap());
    assert_eq!(run.status, 1);
    let expected = json!({
        "file": "-", "valid": false, "algorithm": null, "form": null, "signer": null,
        "certificate": null, "trusted": null, "revocation": null,
        "defects": [{
            "code": "1001", "rule": "signature-invalid", "pointer": "/*/ds:Signature",
            "found": "there is no signature", "expected": null,
            "message_zh": "数字签名无效：there is no signature",
            "message_en": "the signature is invalid: there is no signature",
        }],
    });
    assert_eq!(run.json(), expected);
}

#[test]
fn rsa_counts_by_the_dated_rule_and_the_extension_only_when_asked_for() {
    let folder = Folder::new();
    let mut chance = SeededChance::new(11);
    let subject =
        |name: &str| Subject { organisation: name.into(), code: None, common_name: name.into() };
    let key = SigningKey::generate_rsa(&mut chance, 2048).unwrap();
    let root = SigningKey::generate_sm2(&mut chance);
    let day = Moment::start_of;
    let validity = |from| Validity { from: day(from), until: day(date(2040, 1, 1)) };
    let authority = Authority::root(&subject("root"), root, 1, validity(date(2020, 1, 1))).unwrap();
    let issue =
        |serial, from| authority.issue(&subject("old"), &key, serial, validity(from)).unwrap();
    let order = sample(MessageType::Ceb311).unwrap();
    let old = issue(2, date(2022, 6, 30)).to_pem();
    let new = issue(3, date(2022, 7, 1)).to_pem();
    for (certificate, style, accepted, extension) in [
        (&old, "rsa-sha1", true, true),
        (&new, "rsa-sha1", false, false),
        (&old, "rsa-sha256", false, true),
        (&new, "rsa-sha256", false, true),
    ] {
        let (key, certificate) = credentials(&folder, &key, certificate);
        let sign = ["sign", "-", "--key", &key, "--certificate", &certificate, "--style", style];
        let run = message(&sign, &order);
        assert_eq!(run.status, 0, "{}", run.err);
        assert_eq!(run.err.contains("warning"), !accepted, "{}", run.err);
        let status = |more: &[&str]| message(&[&["verify", "-"], more].concat(), &run.out).status;
        assert_eq!(
            (status(&[]) == 0, status(&["--rsa-sha256"]) == 0),
            (accepted, extension),
            "{style}"
        );
    }
}

#[test]
fn nothing_is_signed_that_nobody_could_verify() {
    let (folder, cast) = (Folder::new(), Cast::new(3, Signing::Sm2).unwrap());
    let signer = &cast.merchant;
    let (key, certificate) = credentials(&folder, signer.key(), &signer.certificate.to_pem());
    let other = folder.write("other.pem", cast.carrier.certificate.to_pem());
    let order = sample(MessageType::Ceb311).unwrap();
    let refused = |key: &str, certificate: &str, more: &[&str], text: &str| {
        let arguments = ["sign", "-", "--key", key, "--certificate", certificate];
        let run = message(&[&arguments, more].concat(), text);
        assert_eq!((run.status, run.out.as_str()), (1, ""));
        run.err
    };
    assert!(refused(&key, &other, &[], &order).contains("does not belong to the key"));
    assert!(
        refused(&key, &certificate, &["--style", "rsa-sha1"], &order).contains("another --style")
    );
    assert!(refused(&certificate, &certificate, &[], &order).contains("cannot use the key"));
    assert!(refused(&key, &key, &[], &order).contains("cannot use the certificate"));
    assert!(refused("absent.pem", &certificate, &[], &order).contains("cannot read absent.pem"));
    assert!(refused(&key, &certificate, &[], "<a>").contains("not-well-formed"));
    let enveloped = envelope("", &order);
    assert!(refused(&key, &certificate, &[], &enveloped).contains("it is an envelope"));
}

#[test]
fn the_official_samples_are_valid_and_the_official_vectors_verify() {
    // The official schema of export refuses ten of its samples.
    const REFUSED: [u16; 10] = [214, 303, 403, 505, 507, 509, 603, 605, 607, 792];
    let mut seen = 0;
    for kind in MessageType::ALL {
        let side = match kind.number() {
            // Tax bills and the refusal of a message have no official sample.
            816.. => continue,
            213..=216 | 303..=304 | 403..=404 | 505..=510 | 603..=608 | 701..=702 | 792 => "export",
            _ => "import",
        };
        let file = format!("ceb/official_202205/{side}/{}.xml", kind.root());
        let Some(text) = reference_file(&file) else { return };
        let verdict = checked(&text, "strict");
        assert_eq!(verdict["valid"], json!(!REFUSED.contains(&kind.number())), "{verdict}");
        seen += 1;
    }
    assert!(seen >= 16, "{seen}");
    for (name, form) in [
        ("observed_sm2_with_sha1_digest_and_reindented_signedinfo", "compact-signedinfo"),
        ("spec_sm2_sm3", "strict"),
    ] {
        let Some(text) = reference_file(&format!("ceb/signature/{name}.xml")) else { return };
        let run = message(&["verify", "-", "--json"], &text);
        assert_eq!(run.status, 0, "{}", run.out);
        assert_eq!(
            (&run.json()["algorithm"], &run.json()["form"]),
            (&json!("sm2-sm3"), &json!(form))
        );
    }
}

/// The tables of the reference page cannot fall behind the code.
#[test]
fn the_reference_page_lists_every_structural_rule_and_every_rule_of_findings() {
    let page = include_str!("../../../../docs/reference/defects.md");
    let row = |rule: &Rule| {
        let number = rule.official.map(|number| format!("{number} ")).unwrap_or_default();
        format!("| `{}` | {number}| {} | {} |\n", rule.code, rule.zh, rule.en)
    };
    let table = |rules: &[&Rule]| rules.iter().map(|rule| row(rule)).collect::<String>();
    for table in [
        table(&tongguan_messages::xml::RULES),
        table(tongguan_messages::read::rules::RULES),
        table(tongguan_domain::check::ALL),
        table(tongguan_domain::check::export::rules::ALL),
        table(tongguan_domain::check::export::return_rules::ALL),
        table(tongguan_domain::readmission::rules::ALL),
        table(tongguan_domain::check::consolidation::RULES),
        table(tongguan_domain::bonded::review::ALL),
    ] {
        assert!(page.contains(&table), "docs/reference/defects.md should hold\n{table}");
    }
    for faults in tongguan_domain::official::export::KINDS {
        let kind = faults.parameter.code.strip_suffix("-parameter").unwrap();
        assert!(page.contains(&format!("| `{kind}` |")), "{kind}");
        for rule in faults.rules() {
            let wrong = rule.code.strip_prefix(kind).unwrap();
            assert!(page.contains(&format!("| `{wrong}` |")), "{}", rule.code);
        }
    }
}
