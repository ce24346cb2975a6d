//! Messages of bonded zones (金关二期): bonded lists (核注清单) and gate passes (核放单).
//!
//! They are not part of CEB. A request stands in an envelope of its own, below a root `Signature` that is
//! in no namespace; answers stand in a `Package`. No specification is public: what is here was learnt from
//! public programs that write and read such messages, and which of them agree is told by
//! docs/decisions/0014-bonded-messages.md. The reader therefore compares names without regard to case and
//! passes over what it does not know.
//!
//! | file | what it holds |
//! |---|---|
//! | `read` | the envelope, and the walk to the document in it |
//! | `list` | bonded lists (INV101): tables, mapping, writing |
//! | `pass` | gate passes (SAS121): tables, mapping, writing |
//! | [`answer`] | what customs answers: INV201, INV202, SAS221, SAS223, and the technical receipt |
//! | [`sample`] | a made-up message of each type |

pub mod answer;
mod list;
mod pass;
mod read;
pub mod sample;
mod write;

use sha2::{Digest as _, Sha256};
use tongguan_domain::bonded::declared::{DeclaredList, DeclaredPass};
use tongguan_domain::commerce::Stage;
use tongguan_domain::defect::Defect;

use crate::table::Entity;
pub use read::{is_request, read};
pub use write::{write_list, write_pass};

/// The messages of bonded zones that Tongguan knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ZoneMessage {
    /// Bonded lists (核注清单).
    Inv101,
    /// What came of the review of a bonded list (核注清单审核回执).
    Inv201,
    /// The formal declaration that follows from a bonded list (核注清单生成报关单回执).
    Inv202,
    /// Gate passes (核放单).
    Sas121,
    /// What came of the review of a gate pass (核放单审核回执).
    Sas221,
    /// That the vehicle of a gate pass passed the gate (核放单过卡回执).
    Sas223,
}

impl ZoneMessage {
    /// Every message.
    pub const ALL: [Self; 6] =
        [Self::Inv101, Self::Inv201, Self::Inv202, Self::Sas121, Self::Sas221, Self::Sas223];

    /// The message of that code, in any case: `INV101`.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|message| message.code().eq_ignore_ascii_case(code))
    }

    /// The code: `INV101`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Inv101 => "INV101",
            Self::Inv201 => "INV201",
            Self::Inv202 => "INV202",
            Self::Sas121 => "SAS121",
            Self::Sas221 => "SAS221",
            Self::Sas223 => "SAS223",
        }
    }

    /// Whether an enterprise sends it.
    pub const fn is_request(self) -> bool {
        matches!(self, Self::Inv101 | Self::Sas121)
    }

    /// The tables of its fields as they are read, the head first; none of what customs sends.
    pub fn entities(self) -> Vec<&'static Entity> {
        let kind = match self {
            Self::Inv101 => &list::DOCUMENT,
            Self::Sas121 => &pass::DOCUMENT,
            Self::Inv201 | Self::Inv202 | Self::Sas221 | Self::Sas223 => return Vec::new(),
        };
        [&[kind.head], kind.lines].concat()
    }
}

/// What the envelope of a request says (`EnvelopInfo`), as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ZoneEnvelope {
    /// The sender's number for the message (`message_id`).
    pub number: Box<str>,
    /// The name of the sender's file (`file_name`).
    pub file: Box<str>,
    /// The mailbox that it comes from (`sender_id`).
    pub sender: Box<str>,
    /// Whom it is for (`receiver_id`).
    pub receiver: Box<str>,
    /// When it was sent (`send_time`).
    pub sent_at: Box<str>,
}

/// What a request of a bonded zone says.
#[derive(Debug)]
pub struct ZoneReading {
    /// Which message it is, if it holds one that is known.
    pub message: Option<ZoneMessage>,
    /// The envelope.
    pub envelope: ZoneEnvelope,
    /// 企业内部编号, as it was written: an answer quotes it even when the rest cannot be used.
    pub reference: Box<str>,
    /// The digest of what is declared: the envelope says nothing that counts.
    pub content: [u8; 16],
    /// Whether it is declared, or only to be stored (`DelcareFlag`).
    pub stage: Stage,
    /// The document, or everything for which it cannot be used: up to a thousand of them.
    pub outcome: Result<ZoneDocument, Vec<Defect>>,
    /// What was passed over or read although it is written otherwise.
    pub warnings: Vec<Defect>,
}

impl ZoneReading {
    /// What a copy of the message has in common with it, and no other message of its sender: the digest of
    /// what is declared and of the sender's number for the message; of when it was sent, where there is none.
    pub fn fingerprint(&self) -> [u8; 16] {
        let ZoneEnvelope { number, sent_at, .. } = &self.envelope;
        let named = if number.is_empty() { sent_at } else { number };
        read::half(Sha256::new().chain_update(self.content).chain_update(&**named))
    }
}

/// A document that an enterprise of a bonded zone sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ZoneDocument {
    /// INV101.
    List(Box<DeclaredList>),
    /// SAS121.
    Pass(Box<DeclaredPass>),
}
