//! What every document that an enterprise sends begins with.

use crate::ids::Guid;
use crate::time::Moment;

/// The first four elements of a document: its number, what it asks for, when, and how far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filing {
    /// The sender's number for it (系统唯一序号; `guid`).
    pub guid: Guid,
    /// What it asks for (报送类型; `appType`).
    pub action: Action,
    /// When the sender says it was sent (报送时间; `appTime`).
    pub sent_at: Moment,
    /// Stored only, or declared (业务状态; `appStatus`).
    pub stage: Stage,
}

/// What a document asks for (报送类型; `appType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// A new document (新增). [1]
    Create,
    /// A change of one that was sent before (变更). [2]
    Change,
    /// The deletion of one that was sent before (删除). [3]
    Delete,
}

impl Action {
    /// From the wire's digit.
    pub fn from_wire(text: &str) -> Option<Self> {
        match text {
            "1" => Some(Self::Create),
            "2" => Some(Self::Change),
            "3" => Some(Self::Delete),
            _ => None,
        }
    }

    /// The wire's digit.
    pub const fn to_wire(self) -> &'static str {
        match self {
            Self::Create => "1",
            Self::Change => "2",
            Self::Delete => "3",
        }
    }
}

/// How far a document is meant to go (业务状态; `appStatus`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Stored only (暂存): editable, not matched. [1]
    Stored,
    /// Declared (申报). [2]
    Declared,
}

impl Stage {
    /// From the wire's digit; leading zeros occur, because the schema allows three characters.
    pub fn from_wire(text: &str) -> Option<Self> {
        match text.trim_start_matches('0') {
            "1" => Some(Self::Stored),
            "2" => Some(Self::Declared),
            _ => None,
        }
    }

    /// The wire's digit.
    pub const fn to_wire(self) -> &'static str {
        match self {
            Self::Stored => "1",
            Self::Declared => "2",
        }
    }
}
