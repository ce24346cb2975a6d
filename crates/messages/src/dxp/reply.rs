//! What the exchange platform itself answers to an envelope (交换平台响应报文; `DxpRep`).

use jiff::civil::Date;
use roxmltree::{Document as Tree, Node};
use tongguan_domain::defect::Defect;
use tongguan_domain::ids::DxpId;

use super::model::{
    AD_NODE_ID, CODE, DXP_REP, INFO, NODE_ID, NOTE, NOTICE_TIME, ORI_HEAD, REC_ID, RECEVIER_ID,
    RESPONSE, RESPONSE_CODE, RESPONSE_INFO, RESULT,
};
use super::read::{child, extracted, head, held, id, text};
use super::write::Out;
use super::{DxpHead, NAMESPACE};
use crate::read::lexical::parse_date;

/// The platform's answer to a sender (`DxpRep`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DxpReply {
    /// To whom it goes (`RecevierId`): at most 16 characters.
    pub receiver: DxpId,
    /// The receiver's own node (`AdNodeId`): 1 to 8 characters.
    pub node: Option<Box<str>>,
    /// What the nodes say: at least one.
    pub responses: Vec<NodeResponse>,
}

/// What one node says of one envelope (`Response`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeResponse {
    /// The node (`NodeId`): 1 to 8 characters.
    pub node: Option<Box<str>>,
    /// 响应码 (`ResponseCode`), such as those of [`tongguan_domain::official::exchange`]: 1 to 9
    /// characters.
    pub code: Box<str>,
    /// What it means in words (`ResponseInfo`): at most 300 characters.
    pub text: Option<Box<str>>,
    /// What became of it at each receiver (`Results`).
    pub results: Vec<ReceiverResult>,
    /// When it was said (`NoticeTime`): the standard has a day here and no time.
    pub noticed_on: Date,
    /// 备注 (`Note`): at most 500 characters.
    pub note: Option<Box<str>>,
    /// The head of the envelope that is answered (`OriHead`).
    pub original: DxpHead,
}

/// What became of an envelope at one receiver (`Result`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiverResult {
    /// The receiver (`RecId`): at most 16 characters.
    pub receiver: DxpId,
    /// 响应码 (`Code`): 1 to 9 characters.
    pub code: Box<str>,
    /// What it means in words (`Info`): at most 300 characters.
    pub text: Option<Box<str>>,
    /// 备注 (`Note`): at most 500 characters.
    pub note: Option<Box<str>>,
}

/// Reads a reply and holds it to the official schema.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read_reply(tree: &Tree<'_>) -> Result<DxpReply, Vec<Defect>> {
    let root = tree.root_element();
    let mut report = held(root, &DXP_REP).map_err(|defect| vec![defect])?;
    let values = "RecevierId, RecId, SenderId, ReceiverId, CreatTime";
    extracted(&mut report, "/DxpRep", values, || reply(root)).ok_or(report.defects)
}

/// Writes a reply, unsigned.
///
/// # Errors
/// Everything that the schema would refuse: a reply without responses, texts that are too long.
pub fn write_reply(reply: &DxpReply) -> Result<String, Vec<Defect>> {
    let mut out = Out::begin(&DXP_REP, 1024);
    out.leaf(&RECEVIER_ID, reply.receiver.as_str());
    out.optional(&AD_NODE_ID, reply.node.as_deref());
    for response in &reply.responses {
        write_response(&mut out, response);
    }
    if reply.responses.is_empty() {
        out.refuse(RESPONSE.name, "1..");
    }
    out.finish()
}

fn write_response(out: &mut Out, response: &NodeResponse) {
    out.open(RESPONSE.name);
    out.optional(&NODE_ID, response.node.as_deref());
    out.leaf(&RESPONSE_CODE, &response.code);
    out.optional(&RESPONSE_INFO, response.text.as_deref());
    if !response.results.is_empty() {
        out.open("Results");
        for result in &response.results {
            out.open(RESULT.name);
            out.leaf(&REC_ID, result.receiver.as_str());
            out.leaf(&CODE, &result.code);
            out.optional(&INFO, result.text.as_deref());
            out.optional(&NOTE, result.note.as_deref());
            out.close(RESULT.name);
        }
        out.close("Results");
    }
    out.leaf(&NOTICE_TIME, &response.noticed_on.to_string());
    out.optional(&NOTE, response.note.as_deref());
    out.head(&ORI_HEAD, &response.original);
    out.close(RESPONSE.name);
}

fn reply(root: Node<'_, '_>) -> Option<DxpReply> {
    Some(DxpReply {
        receiver: id(child(root, RECEVIER_ID.name)?)?,
        node: text(root, AD_NODE_ID.name),
        responses: children(root, RESPONSE.name).map(response).collect::<Option<_>>()?,
    })
}

fn response(node: Node<'_, '_>) -> Option<NodeResponse> {
    let results = match child(node, "Results") {
        Some(results) => children(results, RESULT.name).map(result).collect::<Option<_>>()?,
        None => Vec::new(),
    };
    Some(NodeResponse {
        node: text(node, NODE_ID.name),
        code: text(node, RESPONSE_CODE.name)?,
        text: text(node, RESPONSE_INFO.name),
        results,
        noticed_on: parse_date(&text(node, NOTICE_TIME.name)?)?,
        note: text(node, NOTE.name),
        original: head(child(node, ORI_HEAD.name)?)?,
    })
}

fn result(node: Node<'_, '_>) -> Option<ReceiverResult> {
    Some(ReceiverResult {
        receiver: id(child(node, REC_ID.name)?)?,
        code: text(node, CODE.name)?,
        text: text(node, INFO.name),
        note: text(node, NOTE.name),
    })
}

fn children<'a, 'i>(node: Node<'a, 'i>, name: &'static str) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(move |child| child.has_tag_name((NAMESPACE, name)))
}
