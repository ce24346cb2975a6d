//! Bonded lists and gate passes: as they are written, and what the reader makes of what is written otherwise.

use roxmltree::Document as Tree;
use tongguan_domain::bonded::declared::CarriedGoods;
use tongguan_domain::ids::AccountItemNumber;
use tongguan_messages::write::Style;
use tongguan_messages::xml::{Limits, Reason, Source};
use tongguan_messages::zone::sample::{envelope, list, pass, sample};
use tongguan_messages::zone::{
    ZoneDocument, ZoneMessage, ZoneReading, is_request, read, write_list, write_pass,
};

use crate::golden::is_golden;

fn reading(text: &str) -> ZoneReading {
    read(&Tree::parse(text).unwrap())
}

fn request(message: ZoneMessage) -> String {
    sample(message).unwrap()
}

/// The codes and places of what is wrong with a list in which one text stands instead of another.
fn wrong(found: &str, instead: &str) -> Vec<(&'static str, String)> {
    let text = request(ZoneMessage::Inv101);
    assert!(text.contains(found), "{found}");
    let defects = reading(&text.replacen(found, instead, 1)).outcome.unwrap_err();
    let place = |pointer: &str| pointer.rsplit("InvtMessage/").next().unwrap().to_owned();
    defects.iter().map(|defect| (defect.rule.code, place(&defect.pointer))).collect()
}

#[test]
fn every_sample_is_the_golden_file() {
    for message in ZoneMessage::ALL {
        is_golden(message.code(), &request(message));
    }
}

#[test]
fn what_is_written_is_read_again() {
    for style in [Style::Compact, Style::Indented] {
        let list = list().unwrap();
        let sent = envelope("M", ZoneMessage::Inv101);
        let read = reading(&write_list(&sent, &list, style).unwrap());
        assert_eq!((read.message, &read.envelope), (Some(ZoneMessage::Inv101), &sent));
        assert_eq!((&*read.reference, read.warnings), ("RQ20260302001", vec![]));
        assert_eq!(read.outcome, Ok(ZoneDocument::List(Box::new(list))));
        let mut pass = pass(&["QD1", "QD2"].map(|number| number.parse_list())).unwrap();
        pass.goods = vec![CarriedGoods {
            number: 1,
            item: AccountItemNumber::parse("0001").unwrap(),
            unit: Some("007".into()),
            quantity: 40.into(),
        }];
        let sent = envelope("M", ZoneMessage::Sas121);
        let read = reading(&write_pass(&sent, &pass, style).unwrap());
        assert_eq!((&*read.reference, read.warnings), ("HF20260302001", vec![]));
        assert_eq!(read.outcome, Ok(ZoneDocument::Pass(Box::new(pass))));
    }
}

#[test]
fn public_programs_write_names_in_other_cases_orders_and_namespaces() {
    let text = request(ZoneMessage::Inv101);
    let plain = reading(&text).outcome.unwrap();
    for (found, instead) in [
        ("PutrecNo>", "putrecNo>"),
        ("GdsMtno>", "gdsMtno>"),
        ("DclQty>", "DclQt>"),
        ("<Signature>", "<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\">"),
        ("<ChgTmsCnt>0</ChgTmsCnt>", "<ChgTmsCnt/><Rmk></Rmk><SecdSfVal/>"),
        ("<Object>", "<SignedInfo/><KeyInfo><KeyName>aa</KeyName></KeyInfo><Object Id=\"String\">"),
        ("<OperCusRegCode>", "<SysId>Z7</SysId><OperCusRegCode>"),
        ("<message_type>INV101</message_type>", "<Ic_Card>1</Ic_Card>"),
    ] {
        let read = reading(&text.replace(found, instead));
        assert_eq!(read.outcome.as_ref(), Ok(&plain), "{instead}: {:?}", read.warnings);
    }
    let stranger = reading(&text.replacen("<ChgTmsCnt>0</ChgTmsCnt>", "<Neu>1</Neu>", 1));
    assert_eq!(stranger.outcome, Ok(plain));
    let codes: Vec<_> = stranger.warnings.iter().map(|warning| warning.rule.code).collect();
    assert_eq!(codes, ["element-unknown"]);
}

/// What stands in a list, what stands instead, and what is told of that: the rules, and where.
type Fault = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

const FAULTS: [Fault; 12] = [
    (
        "<PutrecNo>T2916W000001</PutrecNo>",
        "",
        &[
            ("element-missing", "InvtHeadType/PutrecNo"),
            ("value-meaningless", "InvtHeadType/PutrecNo"),
        ],
    ),
    ("<Gdecd>9619001100<", "<Gdecd>961900110<", &[("text-too-short", "InvtListType[1]/Gdecd")]),
    (
        "<DclQty>100<",
        "<DclQty>x<",
        &[
            ("not-a-number", "InvtListType[1]/DclQty"),
            ("value-meaningless", "InvtListType[1]/DclQty"),
        ],
    ),
    (
        "<DclQty>100<",
        "<DclQty>0.000001<",
        &[
            ("too-many-digits", "InvtListType[1]/DclQty"),
            ("value-meaningless", "InvtListType[1]/DclQty"),
        ],
    ),
    ("<DclTypecd>1<", "<DclTypecd>4<", &[("value-meaningless", "InvtHeadType/DclTypecd")]),
    ("<ImpexpMarkcd>I<", "<ImpexpMarkcd>X<", &[("value-meaningless", "InvtHeadType/ImpexpMarkcd")]),
    (
        "<DclPlcCuscd>2916<",
        "<DclPlcCuscd>29x6<",
        &[("value-meaningless", "InvtHeadType/DclPlcCuscd")],
    ),
    (
        "<GdsNm>婴儿纸尿裤</GdsNm>",
        "<GdsNm>a</GdsNm><gdsnm>b</gdsnm>",
        &[("element-repeated", "InvtListType[1]/GdsNm")],
    ),
    (
        "<GdsNm>婴儿纸尿裤</GdsNm>",
        "<GdsNm><b/></GdsNm>",
        &[
            ("child-in-text", "InvtListType[1]/GdsNm"),
            ("value-meaningless", "InvtListType[1]/GdsNm"),
        ],
    ),
    ("<InvtHeadType>", "<InvtHeadType>x", &[("stray-text", "InvtHeadType")]),
    (
        "<message_type>INV101<",
        "<message_type>SAS121<",
        &[("message-unknown", "/Signature/Object/Package/EnvelopInfo/message_type")],
    ),
    (
        "<BussinessData>",
        "<BussinessData><InvtMessage/>",
        &[
            ("element-repeated", "/Signature/Object/Package/DataInfo/BussinessData/InvtMessage"),
            ("element-missing", "InvtHeadType"),
            ("no-lines", "InvtListType"),
            ("value-meaningless", "InvtHeadType/DclTypecd"),
            ("value-meaningless", "InvtHeadType/EtpsInnerInvtNo"),
            ("value-meaningless", "InvtHeadType/PutrecNo"),
            ("value-meaningless", "InvtHeadType/BizopEtpsno"),
            ("value-meaningless", "InvtHeadType/DclEtpsno"),
            ("value-meaningless", "InvtHeadType/DclPlcCuscd"),
            ("value-meaningless", "InvtHeadType/ImpexpPortcd"),
            ("value-meaningless", "InvtHeadType/ImpexpMarkcd"),
            ("value-meaningless", "InvtHeadType/SupvModecd"),
        ],
    ),
];

#[test]
fn every_fault_is_told_with_its_place() {
    for (found, instead, expected) in FAULTS {
        let wrong = wrong(found, instead);
        let told: Vec<_> = wrong.iter().map(|(code, place)| (*code, place.as_str())).collect();
        assert_eq!(told, expected, "{instead}");
    }
}

#[test]
fn what_is_no_document_is_told_so() {
    for (text, expected) in [
        ("<Signature/>", "/Signature/Object"),
        ("<Signature><Object/></Signature>", "/Signature/Object/Package"),
        (
            "<Signature><Object><Package><DataInfo><BussinessData/></DataInfo></Package></Object></Signature>",
            "/Signature/Object/Package/EnvelopInfo",
        ),
        (
            "<Signature><Object><Package/></Object><Object><Package/></Object></Signature>",
            "/Signature/Object",
        ),
    ] {
        let read = reading(text);
        assert!(is_request(&Tree::parse(text).unwrap()));
        assert_eq!(read.message, None);
        assert_eq!(read.outcome.unwrap_err()[0].pointer, expected, "{text}");
    }
    for other in ["<Package/>", "<s:Signature xmlns:s=\"urn:x\"/>", "<CEB311Message/>"] {
        assert!(!is_request(&Tree::parse(other).unwrap()), "{other}");
    }
}

#[test]
fn hostile_input_is_bounded() {
    let deep = format!("<Signature>{}{}</Signature>", "<a>".repeat(70), "</a>".repeat(70));
    let refused = Source::read(deep.as_bytes(), &Limits::default()).unwrap_err();
    assert!(matches!(refused.reason, Reason::TooDeep { .. }), "{refused:?}");
    let entity = "<!DOCTYPE a [<!ENTITY b \"c\">]><Signature>&b;</Signature>";
    assert!(Source::read(entity.as_bytes(), &Limits::default()).is_err());
    let text = request(ZoneMessage::Inv101);
    let many =
        text.replacen("<OperCusRegCode>", &format!("{}<OperCusRegCode>", "<X/>".repeat(5_000)), 1);
    let read = reading(&many);
    assert!(read.outcome.is_ok());
    assert_eq!(read.warnings.len(), 1_000);
    let lines = "<InvtListType/>".repeat(5_000);
    let many = text.replacen("<OperCusRegCode>", &format!("{lines}<OperCusRegCode>"), 1);
    assert!(reading(&many).outcome.unwrap_err().len() <= 1_100, "bounded");
}

/// A gate pass with this kind and these lists on its head, and these elements beside it.
fn pass_naming((kind, lists): (&str, &str), named: &str) -> ZoneReading {
    let text = request(ZoneMessage::Sas121);
    let (head, rest) = text.split_once("<PassportAcmp>").unwrap();
    let (_, tail) = rest.split_once("</PassportAcmp>").unwrap();
    let head = head.replacen("<RltTbTypecd>1<", &format!("<RltTbTypecd>{kind}<"), 1).replacen(
        "<RltNo>QD291626I000000001<",
        &format!("<RltNo>{lists}<"),
        1,
    );
    reading(&format!("{head}{named}{tail}"))
}

fn naming(kind: &str, number: &str) -> String {
    format!(
        "<PassportAcmp><RtlBillTypecd>{kind}</RtlBillTypecd><RtlBillNo>{number}</RtlBillNo></PassportAcmp>"
    )
}

#[test]
fn the_kind_of_what_a_pass_names_stands_on_its_head_or_beside_each_list() {
    let named = naming("1", "QD1") + &naming("1", "QD2");
    for head in [("", ""), ("1", ""), ("1", "QD1\\QD2")] {
        let outcome = pass_naming(head, &named).outcome;
        let Ok(ZoneDocument::Pass(pass)) = outcome else { panic!("{head:?}") };
        let lists: Vec<_> = pass.lists.iter().map(|number| number.as_str()).collect();
        assert_eq!((&*pass.names, lists), ("1", vec!["QD1", "QD2"]));
    }
    let other = naming("1", "QD1") + &naming("2", "QD2");
    for (head, named, n) in [("", &other, 2), ("2", &named, 1)] {
        let defects = pass_naming((head, ""), named).outcome.expect_err("two kinds");
        let place = format!("/PassportAcmp[{n}]/RtlBillTypecd");
        assert!(defects[0].pointer.ends_with(&place), "{defects:?}");
    }
}

#[test]
fn a_pass_names_no_more_lists_than_a_vehicle_carries() {
    let named =
        |count: usize| (0..count).map(|n| naming("1", &format!("QD{n}"))).collect::<String>();
    assert!(pass_naming(("1", ""), &named(1_000)).outcome.is_ok());
    let defects = pass_naming(("1", ""), &named(1_001)).outcome.err().unwrap();
    assert_eq!(defects.len(), 1);
    assert_eq!(defects[0].rule.code, "too-many-elements");
    assert!(defects[0].pointer.ends_with("/PassportAcmp"), "{}", defects[0].pointer);
}

#[test]
fn the_digest_is_of_what_is_declared() {
    let text = request(ZoneMessage::Inv101);
    let of = |text: &str| reading(text).content;
    let same = [
        text.replace("TONGGUAN-SAMPLE-0001", "M2"),
        text.replace("PutrecNo", "putrecNo"),
        text.replace("<ChgTmsCnt>", "<Rmk/><ChgTmsCnt>"),
    ];
    assert!(same.iter().all(|other| of(other) == of(&text)));
    let changed = text.replace("<DclQty>100<", "<DclQty>101<");
    assert_ne!(of(&changed), of(&text));
    let decoy = "<EnvelopInfo><BussinessData><a/></BussinessData>";
    let hidden = changed.replacen("<EnvelopInfo>", decoy, 1);
    assert_eq!(of(&hidden), of(&changed), "of what is read, whatever stands before it");
}

#[test]
fn the_fingerprint_is_of_what_is_declared_and_of_the_message_that_declares_it() {
    let text = request(ZoneMessage::Inv101);
    let of = |text: &str| reading(text).fingerprint();
    let number = "TONGGUAN-SAMPLE-0001";
    let later = |text: &str| text.replace("20260302100000<", "20260302100001<");
    let (changed, renumbered) =
        (text.replace("<DclQty>100<", "<DclQty>101<"), text.replace(number, "M2"));
    assert_ne!(later(&text), text);
    assert_eq!(of(&later(&text)), of(&text), "sent again after a time-out");
    for other in [changed, renumbered] {
        assert_ne!(of(&other), of(&text), "another message");
    }
    let nameless = text.replace(number, "");
    assert_ne!(of(&later(&nameless)), of(&nameless), "it has no number but its time");
}

/// Made-up numbers.
trait Parsed {
    fn parse_list(&self) -> tongguan_domain::ids::BondedListNumber;
}

impl Parsed for str {
    fn parse_list(&self) -> tongguan_domain::ids::BondedListNumber {
        tongguan_domain::ids::BondedListNumber::parse(self).unwrap()
    }
}
