//! The verifiable log (可验证日志): every audit event and every response is a leaf of a tree whose heads are signed and
//! published, so that nothing of it can be changed, left out or put in later without being found.
//!
//! [`Logger`] follows what was decided and appends leaves beside clearing; [`Proofs`] gives heads, tiles and the bundle
//! that proves a response; [`response_in`] holds a response to what a bundle proves, without any database; [`walk`]
//! computes the whole tree anew from what is stored and names what differs. See decisions 41 and 42.

mod append;
mod attesting;
mod finding;
mod founding;
mod logger;
mod made_from;
mod proofs;
mod record;
mod response;
mod salts;
mod source;
mod tiles;
mod walk;
mod witnessing;

pub use attesting::{Attestor, NotAttested};
pub use finding::{Fault, Finding};
pub use founding::{Head, Log, Standing, found, standing};
pub(crate) use founding::{newest_head, unsigned_since};
pub use logger::Logger;
pub use proofs::{NoProof, Proofs, ProvedResponse};
pub use response::{NotTheResponse, response_in};
pub(crate) use salts::{place_of_key, place_of_secret};
pub use source::Class;
pub use walk::{Walked, walk};
pub use witnessing::{Unsigned, Witnessing};

use tongguan_storage::StorageError;
use tongguan_storage::seal::SealError;
use tongguan_storage::stored::StoredError;
use tongguan_transparency::note::NoteError;

use crate::clearing::rows::RowError;
use crate::delivery::RenderError;

/// The log could not be read, continued or founded.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A secret could not be sealed or opened.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// A stored form does not decode.
    #[error(transparent)]
    Stored(#[from] StoredError),
    /// A row does not decode.
    #[error(transparent)]
    Row(#[from] RowError),
    /// Its name or key cannot be used.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// A response could not be made again.
    #[error("the response could not be made again")]
    Render(#[from] RenderError),
    /// It is called otherwise since it was begun.
    #[error(
        "the log is called `{standing}` since it was begun, and the settings call it `{wanted}`: a log keeps its \
         name, because everybody who follows it knows it by that; set `transparency.origin` to it, or leave it out"
    )]
    OtherOrigin {
        /// What it is called.
        standing: String,
        /// What it should be called.
        wanted: String,
    },
    /// Its key does not open as that of its heads.
    #[error("the key of the log is not the one whose public half is `{0}`: the row was altered")]
    OtherKey(String),
    /// The tree lacks hashes, or has too many.
    #[error(
        "the tree of the log is damaged: tile {level}/{index} does not hold what it must; restore it from a backup"
    )]
    Damaged {
        /// The level of the tile.
        level: u8,
        /// Which of its level.
        index: u64,
    },
    /// A bundle could not be written.
    #[error("a bundle could not be written: {0}")]
    Bundle(String),
}

/// A number of leaves, as rows have it.
fn row_number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A number of leaves, from a row.
fn from_row(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}
