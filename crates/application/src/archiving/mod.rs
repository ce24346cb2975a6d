//! Archiving (归档): months that are over and whose parcels are, as Parquet files with a manifest, which statistics,
//! auditors and engines of others read without touching the database that clears.
//!
//! [`archive`] writes a month, reads all of it back and notes that it stands there; [`verify`] holds the files to their
//! manifest, and the manifest to its signature, without any database; [`find`] looks a parcel up in them. See decision
//! 49.

mod decided;
mod find;
mod month;
mod rows;
pub mod tables;
mod told;
mod verify;
mod writing;

use jiff::civil::Date;
use rust_decimal::Decimal;
use tongguan_archive::ArchiveError;
use tongguan_domain::ids::DeclarationId;
use tongguan_storage::StorageError;
use tongguan_storage::stored::StoredError;
use tongguan_transparency::note::NoteError;

use crate::clearing::rows::RowError;
use crate::transparency::LogError;

pub use find::{ArchivedParcel, find};
pub use month::{Archived, Candidate, Refused, archive, candidates};
pub use tongguan_storage::ArchivedMonthRow;
pub use verify::{Verified, verify};

/// A month could not be archived, or its archive not be read.
#[derive(Debug, thiserror::Error)]
pub enum ArchivingError {
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The files.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// A row that does not say what rows of its table say.
    #[error(transparent)]
    Row(#[from] RowError),
    /// A stored form does not decode.
    #[error(transparent)]
    Stored(#[from] StoredError),
    /// The log, which signs the manifest.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The manifest is not signed by the log.
    #[error("the manifest of {month} is not signed by the log")]
    Unsigned {
        /// The month.
        month: String,
        /// Why.
        #[source]
        source: NoteError,
    },
    /// A number has more digits than a column of the archive holds exactly.
    #[error("`{number}` of declaration {declaration} has more digits than the archive holds")]
    Unexact {
        /// The declaration.
        declaration: DeclarationId,
        /// The number.
        number: Decimal,
    },
    /// A day that cannot be counted.
    #[error("{0} cannot be counted from 1970")]
    NoDay(Date),
    /// The month changed while it was written.
    #[error(
        "{month} has {now} declarations that are over, and {written} were written: run it again"
    )]
    Moved {
        /// The month.
        month: String,
        /// How many there are.
        now: i64,
        /// How many were written.
        written: i64,
    },
    /// There is no such month.
    #[error("there is no archive of {month} at {at}")]
    NoMonth {
        /// The month.
        month: String,
        /// Where.
        at: String,
    },
    /// The figures of the manifest are not those of its rows.
    #[error("`{figure}` of {month} is {counted} by the rows, and {stated} by the manifest")]
    Figure {
        /// The month.
        month: String,
        /// Which.
        figure: String,
        /// By the rows.
        counted: i64,
        /// By the manifest.
        stated: i64,
    },
}
