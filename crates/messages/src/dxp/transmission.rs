//! The envelope between two nodes of the exchange platform (服务器传输报文; `DxpMsgSv`).

use roxmltree::{Document as Tree, Node};
use tongguan_domain::defect::Defect;
use tongguan_domain::time::Moment;

use super::DxpMessage;
use super::model::{DXP_MSG_SV, END_NODE, MSG_ID, SEND_TIME, STA_NODE, SUB_MSG_ID};
use super::read::{child, extracted, held, message, text};
use super::write::Out;
use crate::read::lexical::parse_date_time;

/// A sender's envelope on its way between nodes (`DxpMsgSv`).
///
/// The nodes forward to one receiver at a time: a message to several receivers is [`split`], and its
/// parts share the number. The data itself is never cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DxpTransmission {
    /// The platform's number for the message (`MsgId`): by the standard eight characters of a node,
    /// fourteen of a time and ten of a sequence; the schema admits 1 to 32 of any kind.
    pub number: Box<str>,
    /// Which part of a split message it is (`SubMsgId`).
    pub part: Option<char>,
    /// When the node took it on (`SendTime`); China time where it names no zone.
    pub sent_at: Moment,
    /// The node that it goes to (`EndNode`): 1 to 8 characters.
    pub destination: Box<str>,
    /// The node that it came in at (`StaNode`): 1 to 8 characters.
    pub origin: Box<str>,
    /// What travels (`DxpMsg`).
    pub message: DxpMessage,
}

/// Reads an envelope between nodes and holds it to the official schema.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read_transmission(tree: &Tree<'_>) -> Result<DxpTransmission, Vec<Defect>> {
    let root = tree.root_element();
    let mut report = held(root, &DXP_MSG_SV).map_err(|defect| vec![defect])?;
    let values = "SendTime, SenderId, ReceiverId, CreatTime";
    extracted(&mut report, "/DxpMsgSv", values, || transmission(root)).ok_or(report.defects)
}

/// Writes an envelope between nodes, unsigned.
///
/// # Errors
/// Everything that the schema would refuse.
pub fn write_transmission(transmission: &DxpTransmission) -> Result<String, Vec<Defect>> {
    let mut out = Out::begin(&DXP_MSG_SV, transmission.message.data.len() / 3 * 4 + 2048);
    out.raw("<dxp:SvNo Ver=\"1.0\">");
    out.leaf(&MSG_ID, &transmission.number);
    if let Some(part) = transmission.part {
        out.leaf(&SUB_MSG_ID, part.encode_utf8(&mut [0; 4]));
    }
    out.instant(&SEND_TIME, transmission.sent_at);
    out.leaf(&END_NODE, &transmission.destination);
    out.leaf(&STA_NODE, &transmission.origin);
    out.close("SvNo");
    out.message(&transmission.message);
    out.finish()
}

/// One envelope for each receiver, numbered from 1; the same one, without a part, when there is only
/// one receiver. All keep the destination: who knows the receivers' nodes sets it.
pub fn split(transmission: DxpTransmission) -> Vec<DxpTransmission> {
    let receivers = &transmission.message.head.receivers;
    if receivers.len() < 2 {
        return vec![transmission];
    }
    let to = |(part, receiver)| {
        let mut copy = transmission.clone();
        copy.part = Some(part);
        copy.message.head.receivers = vec![receiver];
        copy
    };
    // The schema admits five receivers, so that a digit does.
    ('1'..=char::MAX).zip(receivers.iter().cloned()).map(to).collect()
}

/// Why envelopes are not the parts of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotJoinable {
    /// There is none.
    #[error("there are no parts")]
    Empty,
    /// One of several says no part.
    #[error("an envelope says no part")]
    Whole,
    /// Two say the same part.
    #[error("part `{0}` stands twice")]
    Repeated(char),
    /// One differs from the first in more than its part, its receivers and its destination.
    #[error("part `{0}` belongs to another message")]
    Foreign(char),
}

/// The envelope that was split into these parts, in whatever order they came: its receivers are
/// theirs, by the order of the parts, and its destination is the first part's.
///
/// No part says how many there are, so that what is missing cannot be told.
///
/// # Errors
/// That they are not the parts of one envelope.
pub fn join(mut parts: Vec<DxpTransmission>) -> Result<DxpTransmission, NotJoinable> {
    if let [DxpTransmission { part: None, .. }] = &*parts {
        return parts.pop().ok_or(NotJoinable::Empty);
    }
    let mut numbered = Vec::with_capacity(parts.len());
    for mut part in parts {
        let number = part.part.take().ok_or(NotJoinable::Whole)?;
        numbered.push((number, part));
    }
    numbered.sort_by_key(|(number, _)| *number);
    let mut numbered = numbered.into_iter();
    let (mut last, mut whole) = numbered.next().ok_or(NotJoinable::Empty)?;
    let mut receivers = std::mem::take(&mut whole.message.head.receivers);
    for (number, mut part) in numbered {
        if number == last {
            return Err(NotJoinable::Repeated(number));
        }
        receivers.append(&mut part.message.head.receivers);
        part.destination.clone_from(&whole.destination);
        if part != whole {
            return Err(NotJoinable::Foreign(number));
        }
        last = number;
    }
    whole.message.head.receivers = receivers;
    Ok(whole)
}

fn transmission(root: Node<'_, '_>) -> Option<DxpTransmission> {
    let head = child(root, "SvNo")?;
    let part = match text(head, SUB_MSG_ID.name) {
        Some(part) => Some(part.chars().next()?),
        None => None,
    };
    Some(DxpTransmission {
        number: text(head, MSG_ID.name)?,
        part,
        sent_at: parse_date_time(&text(head, SEND_TIME.name)?)?,
        destination: text(head, END_NODE.name)?,
        origin: text(head, STA_NODE.name)?,
        message: message(child(root, "DxpMsg")?)?,
    })
}
