//! The envelopes of the exchange platform: who sends what to whom.
//!
//! A business message travels as base64 in the sender's envelope (终端传输报文; `DxpMsg`), and that
//! between the platform's nodes in a further one (服务器传输报文; `DxpMsgSv`). The platform itself
//! answers with a reply (交换平台响应报文; `DxpRep`). All three may be signed; nothing checks or makes
//! that signature, because the business message carries its own.

mod model;
mod read;
mod reply;
mod transmission;
mod write;

use tongguan_domain::ids::DxpId;
use tongguan_domain::time::Moment;

pub use read::{DxpReading, read};
pub use reply::{DxpReply, NodeResponse, ReceiverResult, read_reply, write_reply};
pub use transmission::{
    DxpTransmission, NotJoinable, join, read_transmission, split, write_transmission,
};
pub use write::write;

/// The namespace of envelopes.
pub const NAMESPACE: &str = "http://www.chinaport.gov.cn/dxp";

/// An envelope and what is in it (`DxpMsg`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DxpMessage {
    /// Who sends what to whom (`TransInfo`).
    pub head: DxpHead,
    /// The business message (`Data`).
    pub data: Vec<u8>,
    /// What else it says (`AddInfo`).
    pub additions: Additions,
}

/// The head of an envelope (`TransInfo`), which the platform's reply repeats (`OriHead`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DxpHead {
    /// The sender's own number for it (`CopMsgId`): 1 to 255 characters.
    pub number: Box<str>,
    /// Who sends it (`SenderId`): at most 16 characters.
    pub sender: DxpId,
    /// Who is to receive it (`ReceiverIds`): 1 to 5, of at most 16 characters.
    pub receivers: Vec<DxpId>,
    /// When it was made (`CreatTime`); China time where it names no zone.
    pub created_at: Moment,
    /// What is in it (`MsgType`), such as `CEB311Message`; at most 30 characters, may be empty.
    pub message_type: Box<str>,
}

/// What an envelope may also say (`AddInfo`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Additions {
    /// The name of the original file (`FileName`): 1 to 255 characters.
    pub file_name: Option<Box<str>>,
    /// The number of the operator's card (`IcCard`): 1 to 13 characters.
    pub card: Option<Box<str>>,
    /// Keywords of the business (`BizKey`): at most 5.
    pub keys: Vec<BusinessKey>,
    /// The character set when the data is text (`IsText`): at most 50 characters.
    pub character_set: Option<Box<str>>,
    /// How the receiver converts the message (`RecMapId`).
    pub conversion: Option<Box<str>>,
}

/// A keyword of the business (`Key`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BusinessKey {
    /// Its name, such as `DealFlag`: 1 to 32 characters.
    pub name: Option<Box<str>>,
    /// Its value: 1 to 64 characters.
    pub value: Box<str>,
}
