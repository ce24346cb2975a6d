//! Reading envelopes.

use std::collections::HashSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use roxmltree::{Document as Tree, Node};
use tongguan_domain::defect::Defect;
use tongguan_domain::ids::DxpId;

use super::model::DXP_MSG;
use super::{Additions, BusinessKey, DxpHead, DxpMessage, NAMESPACE};
use crate::read::lexical::parse_date_time;
use crate::read::model::{Checker, Model, is_model};
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
    let mut report = match held(root, &DXP_MSG) {
        Ok(report) => report,
        Err(defect) => {
            return DxpReading { number: None, sender: None, message: None, defects: vec![defect] };
        }
    };
    let head = child(root, "TransInfo");
    let number = head.and_then(|head| text(head, "CopMsgId"));
    let sender = head.and_then(|head| id(child(head, "SenderId")?));
    let message = extracted(&mut report, "/DxpMsg/TransInfo", HEAD_VALUES, || message(root));
    DxpReading { number, sender, message, defects: report.defects }
}

/// Holds the root to its model.
///
/// # Errors
/// That it is another element.
pub(super) fn held(root: Node<'_, '_>, model: &'static Model) -> Result<Report, Defect> {
    if !is_model(root, model) {
        let name = root.tag_name().name();
        let pointer = Place::root(name).to_string();
        return Err(Defect::at(&rules::MESSAGE_UNKNOWN, pointer).found(name));
    }
    let mut report = Report::new(Profile::Strict);
    let rule = &rules::ENVELOPE_FORM;
    let mut checker = Checker { report: &mut report, rule, tolerable: false, ids: HashSet::new() };
    checker.element(root, model, &Place::root(model.name));
    Ok(report)
}

/// What makes a head unusable although it follows the schema: a blank mailbox, a time out of reach.
pub(super) const HEAD_VALUES: &str = "SenderId, ReceiverId, CreatTime";

/// What `extract` finds in an envelope that follows the schema. When it finds nothing, a defect says
/// which values at `pointer` cannot be used.
pub(super) fn extracted<T>(
    report: &mut Report,
    pointer: &str,
    values: &'static str,
    extract: impl FnOnce() -> Option<T>,
) -> Option<T> {
    if !report.defects.is_empty() {
        return None;
    }
    let extract = extract();
    if extract.is_none() {
        report.refuse(|| Defect::at(&rules::ENVELOPE_FORM, pointer).expected(values));
    }
    extract
}

/// The envelope in `node`, which follows the schema.
pub(super) fn message(node: Node<'_, '_>) -> Option<DxpMessage> {
    Some(DxpMessage {
        head: head(child(node, "TransInfo")?)?,
        data: decoded(&text_of(child(node, "Data")?))?,
        additions: child(node, "AddInfo").map(additions).unwrap_or_default(),
    })
}

/// The head in `node`, which follows the schema.
pub(super) fn head(node: Node<'_, '_>) -> Option<DxpHead> {
    let receivers = child(node, "ReceiverIds")?;
    Some(DxpHead {
        number: text(node, "CopMsgId")?,
        sender: id(child(node, "SenderId")?)?,
        receivers: receivers.children().filter(Node::is_element).map(id).collect::<Option<_>>()?,
        created_at: parse_date_time(&text(node, "CreatTime")?)?,
        message_type: text(node, "MsgType")?,
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

pub(super) fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|child| {
        child.tag_name().name() == name && child.tag_name().namespace() == Some(NAMESPACE)
    })
}

pub(super) fn text(node: Node<'_, '_>, name: &str) -> Option<Box<str>> {
    child(node, name).map(|child| text_of(child).into())
}

pub(super) fn id(node: Node<'_, '_>) -> Option<DxpId> {
    DxpId::parse(&text_of(node)).ok()
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    if !text.contains(is_space) {
        return STANDARD.decode(text).ok();
    }
    let dense: Vec<u8> = text.bytes().filter(|b| !is_space(char::from(*b))).collect();
    STANDARD.decode(dense).ok()
}
