//! The sender's envelope.

use proptest::prelude::*;
use tongguan_domain::ids::DxpId;
use tongguan_domain::time::Moment;
use tongguan_messages::dxp::{
    Additions, BusinessKey, DxpHead, DxpMessage, DxpReading, read, write,
};

use crate::mutants;
use crate::official::xmllint;
use crate::support;

const SCHEMA: &str = "official_202205/xsd/海关跨境终端节点报文定义202205.xsd";

pub fn envelope() -> DxpMessage {
    DxpMessage {
        head: DxpHead {
            number: "TG-20260302-0001".into(),
            sender: DxpId::parse("DXPENT0000000001").unwrap(),
            receivers: vec![DxpId::parse("DXPEDCCEB0000002").unwrap()],
            created_at: Moment::parse_wire("20260302100000").unwrap(),
            message_type: "CEB311Message".into(),
        },
        data: "<ceb/>通关".as_bytes().to_vec(),
        additions: Additions {
            file_name: Some("a.xml".into()),
            card: Some("0000000000001".into()),
            keys: vec![
                BusinessKey { name: Some("DealFlag".into()), value: "0".into() },
                BusinessKey { name: None, value: "<&>".into() },
            ],
            character_set: Some("UTF-8".into()),
            conversion: Some("c".into()),
        },
    }
}

fn reading(text: &str) -> DxpReading {
    read(&roxmltree::Document::parse(text).unwrap())
}

#[test]
fn an_envelope_is_read_as_it_was_written() {
    for message in [envelope(), DxpMessage { additions: Additions::default(), ..envelope() }] {
        let text = write(&message).unwrap();
        assert!(text.contains("<dxp:CreatTime>2026-03-02T10:00:00</dxp:CreatTime>"));
        let reading = reading(&text);
        assert_eq!(reading.defects, []);
        assert_eq!(reading.message, Some(message));
    }
}

#[test]
fn white_space_in_the_data_and_any_prefix_are_read() {
    let text = write(&envelope()).unwrap().replace("dxp:", "").replace("xmlns:dxp", "xmlns");
    let text = text.replace("<Data>", "<Data>\r\n ").replace("xmlns:=", "xmlns=");
    let text = text.replace("xmlns:http", "xmlns=http");
    let reading = reading(&text);
    assert_eq!(reading.defects, []);
    assert_eq!(reading.message, Some(envelope()));
}

#[test]
fn every_defect_is_found_and_the_answer_knows_where_to_go() {
    let text = write(&envelope())
        .unwrap()
        .replace("ver=\"1.0\"", "ver=\"2.0\"")
        .replace("2026-03-02T10:00:00", "20260302100000")
        .replace("<dxp:MsgType>CEB311Message</dxp:MsgType>", "")
        .replace("<dxp:Data>", "<dxp:Data>?")
        .replace("<dxp:FileName>a.xml", "<dxp:FileName>");
    let reading = reading(&text);
    let pointers: Vec<_> = reading.defects.iter().map(|defect| defect.pointer.as_str()).collect();
    assert_eq!(
        pointers,
        [
            "/DxpMsg/@ver",
            "/DxpMsg/TransInfo/CreatTime",
            "/DxpMsg/TransInfo/MsgType",
            "/DxpMsg/Data",
            "/DxpMsg/AddInfo/FileName",
        ]
    );
    assert_eq!(reading.message, None);
    assert_eq!(reading.number.as_deref(), Some("TG-20260302-0001"));
    assert_eq!(reading.sender.unwrap().as_str(), "DXPENT0000000001");
}

#[test]
fn what_the_schema_refuses_does_not_go_out() {
    let mut message = envelope();
    message.head.number = "".into();
    message.head.sender = DxpId::parse("DXPENT00000000001").unwrap();
    message.head.receivers.clear();
    message.additions.keys = vec![BusinessKey { name: Some("".into()), value: "v".into() }; 6];
    let defects = write(&message).unwrap_err();
    assert_eq!(defects.len(), 3 + 6 + 1);
}

#[test]
fn another_document_is_no_envelope() {
    let reading = reading("<DxpMsg/>");
    assert_eq!(reading.defects[0].rule.code, "message-unknown");
}

#[test]
fn verdicts_are_those_of_the_official_schema() {
    let Some(directory) = support::reference("envelopes against xmllint") else { return };
    let text = write(&envelope()).unwrap();
    let signed = text.replace("</dxp:DxpMsg>", &format!("{}</dxp:DxpMsg>", support::SIGNATURE));
    let mut cases = vec![("plain".to_owned(), text.clone()), ("signed".to_owned(), signed.clone())];
    cases.extend(mutants::of(&text, 1, 300));
    cases.extend(mutants::of(&signed, 2, 300));
    let Some(verdicts) = xmllint(&directory.join(SCHEMA), &cases) else { return };
    let wrong: Vec<_> = cases
        .iter()
        .zip(&verdicts)
        .filter(|((_, text), valid)| reading(text).defects.is_empty() != **valid)
        .map(|((what, text), valid)| {
            format!("{what}: official {valid}, {:?}", reading(text).defects)
        })
        .collect();
    assert!(verdicts.iter().filter(|valid| !**valid).count() > 200);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

proptest! {
    #[test]
    fn any_data_travels_unharmed(data in prop::collection::vec(any::<u8>(), 0..200), number in "\\PC{1,255}") {
        let mut message = DxpMessage { data, ..envelope() };
        message.head.number = number.into();
        prop_assert_eq!(reading(&write(&message).unwrap()).message, Some(message));
    }
}
