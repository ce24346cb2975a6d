//! Every defect that a registry file can have, in both formats.

use jiff::civil::date;
use tongguan_domain::money::Money;
use tongguan_domain::party::{Role, Standing};

use super::*;
use crate::registry::sample::{certificate, no_files};

/// Where and what, of every defect.
fn defects(text: &str, format: Format) -> Vec<String> {
    let shown = |defect: Defect| format!("{}: {}", defect.pointer, defect.code());
    match read(text, format, &no_files) {
        Ok(_) => Vec::new(),
        Err(defects) => defects.into_iter().map(shown).collect(),
    }
}

fn entries(text: &str, format: Format) -> Vec<Entry> {
    read(text, format, &no_files).unwrap_or_else(|defects| panic!("{defects:?}")).parties
}

#[test]
fn both_formats_tell_the_same_of_a_party() {
    let toml = r#"
        [[party]]
        name = "甲电商平台"
        codes = ["91350100M000100Y43", "1100000002"]
        roles = ["platform", "merchant"]
        standing = "suspended"
        valid_from = 2026-01-01
        valid_to = "2026-12-31"
        mailbox = "DXPENT0000000001"
        [party.guarantee]
        granted = 500000.5
        valid_from = "2026-02-01"
        valid_to = 2026-11-30
        reference = "保函1号"
    "#;
    let csv = "\u{feff}name,codes,roles,standing,valid_from,valid_to,mailbox,guarantee.granted,\
        guarantee.valid_from,guarantee.valid_to,guarantee.reference\n\
        甲电商平台,91350100M000100Y43;1100000002,platform; merchant,suspended,2026-01-01,2026-12-31,\
        DXPENT0000000001,500000.50,2026-02-01,2026-11-30,保函1号\n";
    let [one] = <[Entry; 1]>::try_from(entries(toml, Format::Toml)).unwrap();
    let same = Entry { line: 2, ..one.clone() };
    assert_eq!(entries(csv, Format::Csv), [same]);
    let codes: Vec<&str> = one.codes.iter().map(|code| code.as_str()).collect();
    assert_eq!(codes, ["1100000002", "91350100M000100Y43"], "the customs code first");
    assert_eq!(one.roles.iter().collect::<Vec<_>>(), [Role::Platform, Role::Merchant]);
    assert_eq!(one.standing, Standing::Suspended);
    assert_eq!(one.valid_to, Some(date(2026, 12, 31)));
    let grant = one.grant.unwrap();
    assert_eq!(grant.granted, Money::from_fen(50_000_050));
    assert_eq!(grant.valid_from, Some(date(2026, 2, 1)));
    assert_eq!(grant.reference.as_deref(), Some("保函1号"));
}

#[test]
fn what_is_left_out_is_left_open() {
    let toml = "[[party]]\nname = '甲'\ncodes = ['1100000002']\nroles = ['carrier']\n";
    let csv = "name,codes,roles,valid_to,certificates,guarantee.granted\n\
               甲,1100000002,carrier,9999-12-31,,\n";
    for (text, format) in [(toml, Format::Toml), (csv, Format::Csv)] {
        let [one] = <[Entry; 1]>::try_from(entries(text, format)).unwrap();
        assert_eq!(one.standing, Standing::Active);
        assert_eq!((one.valid_from, one.valid_to, one.mailbox), (None, None, None));
        assert_eq!((one.certificates, one.grant), (None, None));
    }
}

#[test]
fn every_fault_of_a_toml_file_has_its_place_and_its_code() {
    let sound = |field: &str| match field {
        "name" => "name = '甲'",
        "codes" => "codes = ['1100000002']",
        _ => "roles = ['carrier']",
    };
    let with = |line: &str| {
        let field = line.split(' ').next().unwrap();
        let others = ["name", "codes", "roles"].into_iter().filter(|other| *other != field);
        let others: Vec<&str> = others.map(sound).collect();
        format!("[[party]]\n{line}\n{}\n", others.join("\n"))
    };
    for (line, expected) in [
        ("name = ''", "line 2, name: malformed"),
        ("name = 1", "line 2, name: malformed"),
        ("codes = []", "line 1, codes: missing"),
        ("codes = '1100000002'", "line 2, codes: malformed"),
        ("codes = [1100000002]", "line 2, codes: malformed"),
        ("codes = ['']", "line 2, codes: malformed"),
        ("codes = ['P1']", "line 2, codes: malformed"),
        ("codes = ['91350100M000100Y44']", "line 2, codes: malformed"),
        ("codes = ['1234567890123456789']", "line 2, codes: malformed"),
        ("codes = ['1100000002', '1100000002']", "line 2, codes: repeated"),
        ("codes = ['6104w60029', '6104W60029']", "line 2, codes: repeated"),
        ("roles = []", "line 1, roles: missing"),
        ("roles = ['smuggler']", "line 2, roles: malformed"),
        ("standing = 'gone'", "line 2, standing: malformed"),
        ("valid_from = '01.02.2026'", "line 2, valid_from: malformed"),
        ("valid_from = 2026-01-01T00:00:00", "line 2, valid_from: malformed"),
        ("valid_from = 9999-12-31", "line 2, valid_from: malformed"),
        ("valid_to = '2026-02-30'", "line 2, valid_to: malformed"),
        ("valid_to = 20260101", "line 2, valid_to: malformed"),
        ("valid_from = 2026-01-02\nvalid_to = 2026-01-01", "line 3, valid_to: malformed"),
        ("mailbox = ''", "line 2, mailbox: malformed"),
        ("mailbox = 'DXPENT0000000000000000000000001'", "line 2, mailbox: malformed"),
        ("valid_too = 2026-01-01", "line 2, valid_too: unknown-field"),
        ("certificates = 'a.pem'", "line 2, certificates: malformed"),
        ("certificates = ['absent.pem']", "line 2, certificates: certificate-unreadable"),
        ("certificates = ['-----BEGIN X-----']", "line 2, certificates: certificate-unreadable"),
        ("guarantee = 1", "line 2, guarantee: malformed"),
        ("guarantee = {}", "line 2, guarantee.granted: missing"),
        ("guarantee.granted = '1.005'", "line 2, guarantee.granted: malformed"),
        ("guarantee.granted = -1", "line 2, guarantee.granted: malformed"),
        ("guarantee.granted = 0x10", "line 2, guarantee.granted: malformed"),
        ("guarantee.granted = inf", "line 2, guarantee.granted: malformed"),
        ("guarantee.granted = true", "line 2, guarantee.granted: malformed"),
        ("guarantee = { granted = 1, sum = 1 }", "line 2, guarantee.sum: unknown-field"),
        ("guarantee = { granted = 1, reference = '' }", "line 2, guarantee.reference: malformed"),
        (
            "guarantee = { granted = 1, valid_from = 2026-01-02, valid_to = 2026-01-01 }",
            "line 2, guarantee.valid_to: malformed",
        ),
    ] {
        assert_eq!(defects(&with(line), Format::Toml), [expected], "{line}");
    }
}

#[test]
fn a_toml_file_of_another_shape_is_refused() {
    for (text, expected) in [
        ("", "line 1: no-party"),
        ("[party]\nname = 'x'", "line 1, party: malformed"),
        ("party = [1]", "line 1, party: malformed"),
        ("# parties\n[[partys]]\n", "line 2, partys: unknown-field"),
        ("[[party]\n", "line 1: not-toml"),
        ("\nname = 'x\n", "line 2: not-toml"),
    ] {
        assert!(defects(text, Format::Toml).contains(&expected.to_owned()), "{text}");
    }
}

#[test]
fn every_fault_of_a_csv_file_has_its_place_and_its_code() {
    let head = "name,codes,roles";
    for (text, expected) in [
        (String::new(), &["line 1: no-party"][..]),
        (format!("{head}\n"), &["line 1: no-party"]),
        (format!("{head}\n甲,1100000002\n"), &["line 2: malformed"]),
        (format!("{head},rolls\n甲,1100000002,carrier,x\n"), &["line 1, rolls: unknown-field"]),
        (format!("{head},name\n甲,1100000002,carrier,乙\n"), &["line 1, name: repeated"]),
        (format!("{head}\n,1100000002,carrier\n"), &["line 2, name: missing"]),
        (format!("{head}\n甲,,\n"), &["line 2, roles: missing", "line 2, codes: missing"]),
        (format!("{head}\n甲,1100000002;,carrier\n"), &["line 2, codes: malformed"]),
        (
            format!("{head}\n甲,1100000002,carrier\n乙,1100000002,merchant\n"),
            &["line 3, codes: repeated"],
        ),
        (
            format!("{head},guarantee.reference\n甲,1100000002,carrier,1\n"),
            &["line 2, guarantee.granted: missing"],
        ),
        (
            format!("{head},guarantee.granted\n甲,1100000002,carrier,\"500,000\"\n"),
            &["line 2, guarantee.granted: malformed"],
        ),
    ] {
        assert_eq!(defects(&text, Format::Csv), expected, "{text}");
    }
}

#[test]
fn only_a_platform_may_have_a_code_of_another_form() {
    let party = |role: &str, code: &str| format!("name,codes,roles\n甲,{code},{role}\n");
    assert_eq!(defects(&party("platform", "P2026000X"), Format::Csv), [""; 0]);
    assert_eq!(defects(&party("merchant", "P2026000X"), Format::Csv).len(), 1);
    let mistyped = party("platform", "91350100M000100Y44");
    assert_eq!(defects(&mistyped, Format::Csv).len(), 1, "a credit code with a wrong character");
}

#[test]
fn certificates_are_read_from_files_or_from_the_text_itself() {
    let (one, two) = (certificate(1), certificate(2));
    let files = |path: &str| match path {
        "der/one" => Ok(one.der().to_vec()),
        "two.pem" => Ok(two.to_pem().into_bytes()),
        "both.pem" => Ok((one.to_pem() + &two.to_pem()).into_bytes()),
        _ => no_files(path),
    };
    let with = |certificates: &str| {
        let toml = "[[party]]\nname = '甲'\ncodes = ['1100000002']\nroles = ['carrier']\n";
        read(&format!("{toml}certificates = [{certificates}]"), Format::Toml, &files)
            .map(|contents| contents.parties)
    };
    for certificates in
        ["'der/one', 'two.pem'".to_owned(), { format!("'der/one', '''\n{}'''", two.to_pem()) }]
    {
        let entries = with(&certificates).unwrap();
        assert_eq!(entries[0].certificates, Some(vec![one.clone(), two.clone()]));
    }
    let repeated = with("'der/one', 'der/one'").unwrap_err();
    assert_eq!(repeated[0].message_en(), format!("{} stands in line 1 already", one.serial()));
    assert!(with("'both.pem'").unwrap_err()[0].message_en().contains("several certificates"));
    assert_eq!(with("").unwrap()[0].certificates, Some(vec![]), "none any more");
}

#[test]
fn defects_stand_in_the_order_of_the_lines_and_speak_both_languages() {
    let text = "name,codes,roles\n甲,x,carrier\n,1100000002,carrier\n乙,1100000002,courier\n";
    let found = read(text, Format::Csv, &no_files).unwrap_err();
    let pointers: Vec<&str> = found.iter().map(|defect| defect.pointer.as_str()).collect();
    assert_eq!(
        pointers,
        ["line 2, codes", "line 3, name", "line 4, roles", "line 4, codes"],
        "a code is compared with those of faulty parties too"
    );
    assert_eq!(found[3].message_zh(), "1100000002已出现在第3行");
    assert_eq!(found[3].message_en(), "1100000002 stands in line 3 already");
}

#[test]
fn both_formats_tell_the_same_of_a_place() {
    let toml = r#"
        [[place]]
        code = "CNNGB2916"
        name = "某某监管作业场所"
        name_en = "Some Place"
        office = "2916"
        operator = "1100000002"
        valid_from = 2026-01-01
        valid_to = 2026-12-31
    "#;
    let csv = "code,name,name_en,office,operator,valid_from,valid_to\n\
               CNNGB2916,某某监管作业场所,Some Place,2916,1100000002,2026-01-01,2026-12-31\n";
    let of = |text, format| read(text, format, &no_files).unwrap();
    let [one, other] = [of(toml, Format::Toml), of(csv, Format::Csv)];
    assert_eq!(one.parties, other.parties);
    let [one, other] = [one.places, other.places].map(|places| {
        let [place] = <[_; 1]>::try_from(places).unwrap();
        PlaceEntry { line: 0, ..place }
    });
    assert_eq!(one, other);
    assert_eq!((one.office.to_string(), one.operator.as_str()), ("2916".into(), "1100000002"));
    assert_eq!(one.name_en.as_deref(), Some("Some Place"));
}

#[test]
fn every_fault_of_a_place_has_its_line_and_its_code() {
    let head = "code,name,office,operator,valid_from,valid_to";
    for (line, expected) in [
        (",甲,2916,1100000002,,", "line 2, code: missing"),
        ("CNNGB291600,甲,2916,1100000002,,", "line 2, code: malformed"),
        ("C1,,2916,1100000002,,", "line 2, name: missing"),
        ("C1,甲,29,1100000002,,", "line 2, office: malformed"),
        ("C1,甲,2916,,,", "line 2, operator: missing"),
        ("C1,甲,2916,1100000002,2026-02-01,2026-01-01", "line 2, valid_to: malformed"),
        ("C1,甲,2916,1100000002,,\nC1,乙,2916,1100000002,,", "line 3, code: repeated"),
    ] {
        assert_eq!(defects(&format!("{head}\n{line}\n"), Format::Csv), [expected], "{line}");
    }
    let of_party = defects("[[place]]\nroles = ['carrier']\n", Format::Toml);
    assert!(of_party.contains(&"line 2, roles: unknown-field".to_owned()), "{of_party:?}");
    assert_eq!(defects("[place]\ncode = 'x'", Format::Toml), ["line 1, place: malformed"]);
}
