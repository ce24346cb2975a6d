//! The envelope of the exchange platform (终端传输报文; `DxpMsg`), opened before the business message
//! in it is looked at.
//!
//! An envelope is optional: a bare message is taken as it is. Envelopes are stored as they came, so
//! whoever shows or passes on a stored message takes [`business_message`] of it.

use roxmltree::Document as Tree;
use tongguan_domain::defect::{Defect, Official, Rule};
use tongguan_domain::ids::DxpId;
use tongguan_messages::ceb::MessageType;
use tongguan_messages::dxp;
use tongguan_messages::xml::{Limits, Source};

/// The envelope announces another message than the one in it (`MsgType`).
static ENVELOPE_TYPE: Rule = Rule {
    code: "envelope-type",
    official: Some(Official::Exchange(1)),
    zh: "传输报文的报文类型[{found}]与业务报文[{expected}]不一致",
    en: "the envelope announces [{found}], but [{expected}] is in it",
};

/// The root element of envelopes, which tells them from business messages in whatever namespace.
const ROOT: &str = "DxpMsg";
/// The characters of the longest number that the schema allows: a number that breaks it is cut, not
/// stored and quoted whole.
const LONGEST_NUMBER: usize = 255;
/// Where the business message stands.
const DATA: &str = "/DxpMsg/Data";

/// An envelope, opened.
#[derive(Debug)]
pub struct Envelope {
    /// The sender's number for it (`CopMsgId`), known even when the rest is unusable; at most its
    /// first 255 characters, and never empty.
    pub number: Option<Box<str>>,
    /// The mailbox of its sender (`SenderId`), known even when the rest is unusable.
    pub sender: Option<DxpId>,
    /// Which message it announces (`MsgType`); empty when it announces none or is unusable.
    pub message_type: Box<str>,
    /// The business message, or everything that is wrong with the envelope.
    pub content: Result<Vec<u8>, Vec<Defect>>,
}

/// Opens an envelope; `None` when `tree` is something else.
pub fn open(tree: &Tree<'_>) -> Option<Envelope> {
    if tree.root_element().tag_name().name() != ROOT {
        return None;
    }
    let reading = dxp::read(tree);
    let (message_type, content) = match reading.message {
        Some(message) => (message.head.message_type, Ok(message.data)),
        None => ("".into(), Err(reading.defects)),
    };
    let number = reading.number.filter(|number| !number.is_empty());
    let number = number.map(|number| number.chars().take(LONGEST_NUMBER).collect());
    Some(Envelope { number, sender: reading.sender, message_type, content })
}

/// The business message of `bytes` as they were received: what an envelope that can be opened holds,
/// or else the bytes themselves.
pub fn business_message(bytes: Vec<u8>) -> Vec<u8> {
    let opened = Source::read(&bytes, &Limits::default())
        .ok()
        .and_then(|source| source.tree().ok().as_ref().and_then(open));
    opened.and_then(|envelope| envelope.content.ok()).unwrap_or(bytes)
}

impl Envelope {
    /// That the message in it is the one it announces, if it announces one: by its root element or
    /// its code.
    ///
    /// # Errors
    /// Both types, at the envelope's `MsgType`.
    pub fn check_type(&self, message: MessageType) -> Result<(), Defect> {
        let announced = self.message_type.trim();
        if announced.is_empty() || MessageType::from_code(announced) == Some(message) {
            return Ok(());
        }
        let pointer = "/DxpMsg/TransInfo/MsgType";
        Err(Defect::at(&ENVELOPE_TYPE, pointer).found(announced).expected(message.root()))
    }
}

/// A defect of bytes that are no message, placed in the envelope: its pointer counts the bytes of the
/// decoded content.
pub fn placed(defect: Defect) -> Defect {
    Defect { pointer: format!("{DATA}: {}", defect.pointer), ..defect }
}
