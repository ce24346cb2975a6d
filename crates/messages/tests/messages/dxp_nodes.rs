//! What the nodes of the exchange platform send: envelopes between them, and replies.

use std::path::{Path, PathBuf};

use jiff::civil::date;
use proptest::prelude::*;
use tongguan_domain::defect::Defect;
use tongguan_domain::ids::DxpId;
use tongguan_domain::time::Moment;
use tongguan_messages::dxp::{
    DxpReply, DxpTransmission, NodeResponse, NotJoinable, ReceiverResult, join, read_reply,
    read_transmission, split, write_reply, write_transmission,
};

use crate::dxp::envelope;
use crate::mutants;
use crate::official::xmllint;
use crate::support;

const SCHEMAS: &str = "official_202205/xsd";

fn transmission() -> DxpTransmission {
    DxpTransmission {
        number: "NODE0001202603021000010000000001".into(),
        part: Some('2'),
        sent_at: Moment::parse_wire("20260302100001").unwrap(),
        destination: "NODE0002".into(),
        origin: "NODE0001".into(),
        message: envelope(),
    }
}

fn reply() -> DxpReply {
    let response = NodeResponse {
        node: Some("NODE0001".into()),
        code: "2001".into(),
        text: Some("指定的接收方不存在".into()),
        results: vec![
            ReceiverResult {
                receiver: id("DXPEDCCEB0000002"),
                code: "0".into(),
                text: None,
                note: None,
            },
            ReceiverResult {
                receiver: id("DXPEDCCEB0000009"),
                code: "2001".into(),
                text: Some("<不存在>".into()),
                note: Some("n".into()),
            },
        ],
        noticed_on: date(2026, 3, 2),
        note: Some("n".into()),
        original: envelope().head,
    };
    let bare =
        NodeResponse { node: None, text: None, results: vec![], note: None, ..response.clone() };
    let responses = vec![response, bare];
    DxpReply { receiver: id("DXPENT0000000001"), node: Some("NODE0001".into()), responses }
}

fn id(text: &str) -> DxpId {
    DxpId::parse(text).unwrap()
}

fn transmission_in(text: &str) -> Result<DxpTransmission, Vec<Defect>> {
    read_transmission(&roxmltree::Document::parse(text).unwrap())
}

fn reply_in(text: &str) -> Result<DxpReply, Vec<Defect>> {
    read_reply(&roxmltree::Document::parse(text).unwrap())
}

fn pointers<T>(reading: Result<T, Vec<Defect>>) -> Vec<String> {
    let defects = reading.err().unwrap_or_default();
    defects.into_iter().map(|defect| defect.pointer).collect()
}

#[test]
fn an_envelope_between_nodes_is_read_as_it_was_written() {
    for part in [Some('2'), None] {
        let transmission = DxpTransmission { part, ..transmission() };
        let text = write_transmission(&transmission).unwrap();
        assert!(text.contains("<dxp:SendTime>2026-03-02T10:00:01</dxp:SendTime>"), "{text}");
        assert_eq!(transmission_in(&text), Ok(transmission));
    }
}

#[test]
fn a_reply_is_read_as_it_was_written() {
    let text = write_reply(&reply()).unwrap();
    assert!(text.contains("<dxp:RecevierId>DXPENT0000000001</dxp:RecevierId>"), "{text}");
    assert!(text.contains("<dxp:NoticeTime>2026-03-02</dxp:NoticeTime>"), "{text}");
    assert_eq!(reply_in(&text), Ok(reply()));
}

#[test]
fn defects_are_placed_in_the_whole_envelope() {
    let text = write_transmission(&transmission())
        .unwrap()
        .replace("<dxp:SvNo Ver=\"1.0\">", "<dxp:SvNo>")
        .replace("<dxp:EndNode>NODE0002", "<dxp:EndNode>NODE00002")
        .replace("<dxp:CreatTime>2026-03-02T", "<dxp:CreatTime>2026-03-02 ");
    let expected =
        ["/DxpMsgSv/SvNo/@Ver", "/DxpMsgSv/SvNo/EndNode", "/DxpMsgSv/DxpMsg/TransInfo/CreatTime"];
    assert_eq!(pointers(transmission_in(&text)), expected);
    let text = write_reply(&reply()).unwrap().replacen("<dxp:RecId>DXP", "<dxp:RecId>DXP9", 1);
    assert_eq!(pointers(reply_in(&text)), ["/DxpRep/Response/Results/Result/RecId"]);
    assert_eq!(pointers(reply_in("<DxpRep/>")), ["/DxpRep"]);
}

#[test]
fn what_the_schema_refuses_does_not_go_out() {
    let long = DxpTransmission { number: "9".repeat(33).into(), ..transmission() };
    let defects = write_transmission(&long).unwrap_err();
    assert_eq!(defects[0].pointer, "/DxpMsgSv//MsgId");
    let silent = DxpReply { responses: vec![], ..reply() };
    assert_eq!(write_reply(&silent).unwrap_err()[0].pointer, "/DxpRep//Response");
}

#[test]
fn a_message_to_several_receivers_is_split_into_one_for_each() {
    let mut whole = DxpTransmission { part: None, ..transmission() };
    whole.message.head.receivers = vec![id("C"), id("A"), id("B")];
    let parts = split(whole.clone());
    let told: Vec<_> =
        parts.iter().map(|part| (part.part, part.message.head.receivers.clone())).collect();
    assert_eq!(
        told,
        [(Some('1'), vec![id("C")]), (Some('2'), vec![id("A")]), (Some('3'), vec![id("B")])]
    );
    let [first, mut second, third] = <[_; 3]>::try_from(parts).unwrap();
    second.destination = "NODE0003".into();
    assert_eq!(join(vec![third, first, second]), Ok(whole));
}

#[test]
fn a_message_to_one_receiver_is_whole() {
    let whole = DxpTransmission { part: None, ..transmission() };
    assert_eq!(split(whole.clone()), std::slice::from_ref(&whole));
    assert_eq!(join(vec![whole.clone()]), Ok(whole));
}

#[test]
fn envelopes_that_are_no_parts_of_one_are_not_joined() {
    let part = |part| DxpTransmission { part, ..transmission() };
    let mut foreign = part(Some('3'));
    foreign.message.data.push(b' ');
    assert_eq!(join(vec![]), Err(NotJoinable::Empty));
    assert_eq!(join(vec![part(Some('1')), part(None)]), Err(NotJoinable::Whole));
    assert_eq!(join(vec![part(Some('1')), part(Some('1'))]), Err(NotJoinable::Repeated('1')));
    assert_eq!(join(vec![foreign, part(Some('2'))]), Err(NotJoinable::Foreign('3')));
}

#[test]
fn verdicts_are_those_of_the_official_schemas() {
    let Some(directory) = support::reference("envelopes between nodes against xmllint") else {
        return;
    };
    // One schema includes another by a name that the published file does not have and that libxml2
    // does not take.
    let schemas = tempfile::tempdir().unwrap();
    let place = |from: &str, to: &str| -> PathBuf {
        let text = std::fs::read_to_string(directory.join(SCHEMAS).join(from)).unwrap();
        let to = schemas.path().join(to);
        std::fs::write(&to, text.replace("终端节点报文.xsd", "terminal.xsd")).unwrap();
        to
    };
    place("xmldsig-core-schema.xsd", "xmldsig-core-schema.xsd");
    let of_replies = place("海关跨境终端节点报文定义202205.xsd", "terminal.xsd");
    let of_nodes = place("海关跨境传输节点报文定义202205.xsd", "nodes.xsd");
    let sent = write_transmission(&transmission()).unwrap();
    let defects = |text: &str| transmission_in(text).err().unwrap_or_default();
    compare(&of_nodes, &sent, "DxpMsgSv", defects);
    let defects = |text: &str| reply_in(text).err().unwrap_or_default();
    compare(&of_replies, &write_reply(&reply()).unwrap(), "DxpRep", defects);
}

fn compare(schema: &Path, text: &str, root: &str, defects: impl Fn(&str) -> Vec<Defect>) {
    let end = format!("</dxp:{root}>");
    let signed = text.replace(&end, &format!("{}{end}", support::SIGNATURE));
    let mut cases =
        vec![("plain".to_owned(), text.to_owned()), ("signed".to_owned(), signed.clone())];
    cases.extend(mutants::of(text, 1, 300));
    cases.extend(mutants::of(&signed, 2, 300));
    let Some(verdicts) = xmllint(schema, &cases) else { return };
    let wrong: Vec<_> = cases
        .iter()
        .zip(&verdicts)
        .filter(|((_, text), valid)| defects(text).iter().all(is_unusable) != **valid)
        .map(|((what, text), valid)| format!("{what}: official {valid}, {:?}", defects(text)))
        .collect();
    assert!(verdicts[0] && verdicts.iter().filter(|valid| !**valid).count() > 200);
    assert!(wrong.is_empty(), "{root}:\n{}", wrong.join("\n"));
}

/// What the schema admits and nobody can use, such as a blank mailbox.
fn is_unusable(defect: &Defect) -> bool {
    defect.expected.as_ref().is_some_and(|values| values.contains(", "))
}

proptest! {
    #[test]
    fn what_was_split_is_joined_in_any_order(
        receivers in prop::collection::vec("[A-Z]{1,16}", 1..6),
        turn in 0_usize..5,
    ) {
        let mut whole = DxpTransmission { part: None, ..transmission() };
        whole.message.head.receivers = receivers.iter().map(|text| id(text)).collect();
        let mut parts = split(whole.clone());
        prop_assert_eq!(parts.len(), receivers.len());
        parts.rotate_left(turn % receivers.len());
        prop_assert_eq!(join(parts), Ok(whole));
    }
}
