//! Reading an envelope.

use std::collections::HashSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use roxmltree::{Document as Tree, Node};
use tongguan_domain::defect::Defect;
use tongguan_domain::ids::DxpId;

use super::model::DXP_MSG;
use super::{Additions, BusinessKey, DxpMessage, NAMESPACE};
use crate::read::lexical::parse_date_time;
use crate::read::model::{Checker, is_model};
use crate::read::number::is_space;
use crate::read::place::Place;
use crate::read::report::{Profile, Report};
use crate::read::row::text_of;
use crate::read::rules;

/// What an envelope says.
#[derive(Debug)]
pub struct DxpReading {
    /// The sender's own number for it, which an answer quotes even when the rest is unusable.
    pub number: Option<Box<str>>,
    /// Who sent it, to whom an answer goes even when the rest is unusable.
    pub sender: Option<DxpId>,
    /// The envelope, when it is valid.
    pub message: Option<DxpMessage>,
    /// What is wrong with it.
    pub defects: Vec<Defect>,
}

/// Reads an envelope and holds it to the official schema.
pub fn read(tree: &Tree<'_>) -> DxpReading {
    let root = tree.root_element();
    if !is_model(root, &DXP_MSG) {
        let name = root.tag_name().name();
        let pointer = Place::root(name).to_string();
        let defect = Defect::at(&rules::MESSAGE_UNKNOWN, pointer).found(name);
        return DxpReading { number: None, sender: None, message: None, defects: vec![defect] };
    }
    let mut report = Report::new(Profile::Strict);
    let rule = &rules::ENVELOPE_FORM;
    let mut checker = Checker { report: &mut report, rule, tolerable: false, ids: HashSet::new() };
    checker.element(root, &DXP_MSG, &Place::root(DXP_MSG.name));
    let head = child(root, "TransInfo");
    let number = head.and_then(|head| text(head, "CopMsgId"));
    let sender = head.and_then(|head| id(child(head, "SenderId")?));
    let message = if report.defects.is_empty() { extract(root) } else { None };
    if message.is_none() && report.defects.is_empty() {
        let pointer = Place::root(DXP_MSG.name).child("TransInfo").to_string();
        report.refuse(|| Defect::at(rule, pointer).expected("SenderId, ReceiverId, CreatTime"));
    }
    DxpReading { number, sender, message, defects: report.defects }
}

/// The content of an envelope that follows the schema; nothing when a mailbox is blank or the time is
/// out of reach.
fn extract(root: Node<'_, '_>) -> Option<DxpMessage> {
    let head = child(root, "TransInfo")?;
    let receivers = child(head, "ReceiverIds")?;
    let receivers = receivers.children().filter(Node::is_element).map(id).collect::<Option<_>>()?;
    let additions = child(root, "AddInfo").map(additions).unwrap_or_default();
    Some(DxpMessage {
        number: text(head, "CopMsgId")?,
        sender: id(child(head, "SenderId")?)?,
        receivers,
        created_at: parse_date_time(&text(head, "CreatTime")?)?,
        message_type: text(head, "MsgType")?,
        data: decoded(&text_of(child(root, "Data")?))?,
        additions,
    })
}

fn additions(node: Node<'_, '_>) -> Additions {
    let key = |key: Node<'_, '_>| BusinessKey {
        name: key.attribute("name").map(Into::into),
        value: text_of(key).into(),
    };
    let keys = child(node, "BizKey")
        .map(|keys| keys.children().filter(Node::is_element).map(key).collect())
        .unwrap_or_default();
    let character_set = child(node, "IsText").and_then(|node| node.attribute("Encode"));
    Additions {
        file_name: text(node, "FileName"),
        card: text(node, "IcCard"),
        keys,
        character_set: character_set.map(Into::into),
        conversion: text(node, "RecMapId"),
    }
}

fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|child| {
        child.tag_name().name() == name && child.tag_name().namespace() == Some(NAMESPACE)
    })
}

fn text(node: Node<'_, '_>, name: &str) -> Option<Box<str>> {
    child(node, name).map(|child| text_of(child).into())
}

fn id(node: Node<'_, '_>) -> Option<DxpId> {
    DxpId::parse(&text_of(node)).ok()
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    if !text.contains(is_space) {
        return STANDARD.decode(text).ok();
    }
    let dense: Vec<u8> = text.bytes().filter(|b| !is_space(char::from(*b))).collect();
    STANDARD.decode(dense).ok()
}
