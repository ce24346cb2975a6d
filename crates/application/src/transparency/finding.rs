//! What is found where the log is held against what is stored.

use std::fmt;

/// What is not as it was logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which leaf tells of it, where one does.
    pub leaf: Option<u64>,
    /// What.
    pub fault: Fault,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// A record says something else than when it was logged: which.
    Changed(String),
    /// A record is gone: which.
    Missing(String),
    /// A record was put in between others after those were logged: which.
    PutIn(String),
    /// What tells which record a leaf is of was changed.
    Order,
    /// A hash above the leaves is not that of the leaves.
    Tree {
        /// The level of its tile.
        level: u8,
        /// Which tile of the level.
        index: u64,
    },
    /// The tree is not the one whose head was signed, of so many leaves.
    Head(u64),
    /// A head that is kept is not signed by the log's key.
    Unsigned(u64),
    /// The statement of an erasure is not signed, or does not hold: of which month and class, and why.
    Statement {
        /// The month and the class.
        of: String,
        /// Why.
        why: String,
    },
    /// The secret of a month and class was destroyed, and no statement says so.
    Unstated(String),
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(leaf) = self.leaf {
            write!(f, "leaf {leaf}: ")?;
        }
        match &self.fault {
            Fault::Changed(place) => write!(f, "`{place}` was changed since it was logged"),
            Fault::Missing(place) => write!(f, "`{place}` was logged and is gone"),
            Fault::PutIn(place) => {
                write!(f, "`{place}` stands among what was logged, and was put in later")
            }
            Fault::Order => {
                write!(
                    f,
                    "which record it tells of was changed: leaves are left out, doubled or out of order"
                )
            }
            Fault::Tree { level, index } => {
                write!(f, "tile {level}/{index} of the tree does not follow from the leaves")
            }
            Fault::Head(size) => {
                write!(
                    f,
                    "the head of {size} leaves was signed over another tree: it was rewritten"
                )
            }
            Fault::Unsigned(size) => {
                write!(f, "the head of {size} leaves is not signed by the log")
            }
            Fault::Statement { of, why } => {
                write!(f, "the statement that `{of}` was erased does not hold: {why}")
            }
            Fault::Unstated(of) => {
                write!(f, "the secret of `{of}` was destroyed, and no statement says by which law")
            }
        }
    }
}
