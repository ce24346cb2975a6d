//! Retention (保存期限): what is kept of a month, until when, by which row of law; and what is erased when that is over.
//!
//! What persons there are stand in messages as they were received, under the data key of their month; what leaves of
//! the verifiable log commit to is found by salts that follow from a secret of the month. Destroying key and secret
//! erases both at once and leaves the tree of the log as it is. Nothing is erased of a month while a parcel of it is
//! open, while law wants it kept, or while somebody holds it. See decision 49.

mod erase;
mod hold;
mod plan;
mod settled;
mod statement;

use tongguan_storage::StorageError;

use crate::clearing::rows::RowError;
use crate::codes::CodesError;
use crate::review::ReviewError;
use crate::transparency::LogError;

pub use erase::{Erased, erase};
pub use hold::{Hold, HoldError, hold, holds, lift};
pub use plan::{Item, Stage, outline, plan};
pub(crate) use settled::settled_in;
pub use statement::Statement;
pub(crate) use statement::hold_to_statements;
pub use tongguan_codelists::{KeptUntil, RecordClass};

/// The part of the service that events of erasing are about.
pub(crate) const PART: &str = "retention";

/// What is kept could not be looked at, or not be erased.
#[derive(Debug, thiserror::Error)]
pub enum RetentionError {
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The law.
    #[error(transparent)]
    Codes(#[from] CodesError),
    /// A row that does not say what rows of its table say.
    #[error(transparent)]
    Row(#[from] RowError),
    /// A declaration that is held.
    #[error(transparent)]
    Review(#[from] ReviewError),
    /// The log, which signs what was erased.
    #[error(transparent)]
    Log(#[from] LogError),
}
