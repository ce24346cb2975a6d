//! Reconciliation (对账): a database held against itself. What stands as a balance follows from what was posted and
//! from what declarations hold; what was received opens and is what was received; every mailbox is without gaps.
//!
//! It is for a database at rest: one that was restored from a backup, or whose service has ended. It reads some
//! rows after the others, so what changes meanwhile can look like a disagreement.

mod balances;
mod letters;
mod originals;

use std::fmt;
use std::sync::Arc;

use tongguan_storage::seal::Keyring;
use tongguan_storage::{StorageError, Store};

use crate::clearing::rows::RowError;

/// Rows that are read in one view, which must not last.
const PAGE: i64 = 2_000;
/// So many disagreements are named; the others are counted.
const MOST_NAMED: usize = 1_000;

/// A database could not be held against itself.
#[derive(Debug, thiserror::Error)]
pub enum ReconciliationError {
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A row that does not say what a row of its table says.
    #[error(transparent)]
    Row(#[from] RowError),
}

/// What was looked at so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Looked {
    /// So many postings.
    Postings(u64),
    /// So many declarations.
    Declarations(u64),
    /// So many letters in mailboxes.
    Letters(u64),
    /// So many bundles of messages.
    Bundles(u64),
    /// So many messages, of which some were read.
    Messages(u64),
}

/// Two things in one database that do not agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Disagreement {
    /// A balance (余额) is not what its postings or its declarations make it.
    Balance {
        /// Of what: an account's name, without anybody's data.
        of: String,
        /// What stands there, in its least unit.
        stands: i64,
        /// What it should be.
        follows: i128,
    },
    /// Bonded stock (保税库存) is not what its movements explain.
    Stock(String),
    /// A declaration's row is not in the partition that its number names.
    Misplaced(i64),
    /// A mailbox has no letter of this number, and has later ones.
    Gap {
        /// The mailbox.
        mailbox: String,
        /// The number.
        n: i64,
    },
    /// A letter is of a response that is not there.
    NoResponse {
        /// The mailbox.
        mailbox: String,
        /// The letter.
        n: i64,
    },
    /// A message as it was received does not open, or is another.
    Original(String),
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reconciled {
    /// How many postings there are.
    pub postings: u64,
    /// How many import declarations.
    pub declarations: u64,
    /// How many balances of allowances, limited quantities and guarantees.
    pub balances: u64,
    /// How many letters in mailboxes.
    pub letters: u64,
    /// How many bundles of messages open, so that nothing in them was changed.
    pub bundles: u64,
    /// How many messages there are.
    pub messages: u64,
    /// How many of these were read, and are as they were received.
    pub read: u64,
    /// How many bundles and messages are not kept any more.
    pub not_kept: u64,
    /// What does not agree, the first thousand.
    pub disagreements: Vec<Disagreement>,
    /// How much more does not.
    pub more: u64,
}

impl Reconciled {
    /// Whether everything agrees.
    pub fn is_sound(&self) -> bool {
        self.disagreements.is_empty()
    }

    fn note(&mut self, disagreement: Disagreement) {
        match self.disagreements.len() < MOST_NAMED {
            true => self.disagreements.push(disagreement),
            false => self.more += 1,
        }
    }

    /// Notes a balance that is not what it should be.
    fn hold(&mut self, of: impl FnOnce() -> String, stands: i64, follows: i128) {
        if i128::from(stands) != follows {
            self.note(Disagreement::Balance { of: of(), stands, follows });
        }
    }
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Balance { of, stands, follows } => {
                write!(f, "`{of}` stands at {stands} and should be {follows}")
            }
            Self::Misplaced(id) => {
                write!(f, "declaration {id} is not in the partition that its number names")
            }
            Self::Gap { mailbox, n } => write!(f, "mailbox {mailbox} has no letter {n}"),
            Self::NoResponse { mailbox, n } => {
                write!(f, "letter {n} of mailbox {mailbox} is of a response that is not there")
            }
            Self::Stock(why) | Self::Original(why) => f.write_str(why),
        }
    }
}

/// Holds the database against itself; opens messages as they were received with `keyring`, where there is one.
/// `tell` hears how far it is.
///
/// # Errors
/// [`ReconciliationError`].
pub fn reconcile(
    store: &Store,
    keyring: Option<&Arc<Keyring>>,
    tell: &mut dyn FnMut(Looked),
) -> Result<Reconciled, ReconciliationError> {
    let mut done = Reconciled::default();
    balances::look(store, &mut done, tell)?;
    letters::look(store, &mut done, tell)?;
    if let Some(keyring) = keyring {
        originals::look(store, keyring, &mut done, tell)?;
    }
    Ok(done)
}
