//! The archive (归档): tables of months that are over, as Parquet files with a manifest, which every engine of columns
//! reads.
//!
//! It knows nothing of parcels: what a table is called and holds is said by whoever writes it. Nothing here reads a
//! clock or a database.
//!
//! | module | what it holds |
//! |---|---|
//! | [`bucket`] | what is asked of a store of objects, and a file there that is read where it is needed |
//! | [`column`] | what columns hold, and as which types of Parquet |
//! | [`file`] | one table in one file: written in groups of rows, and read again |
//! | [`manifest`] | what belongs to a month: its files, their digests, and its figures |
//! | [`shelf`] | where months lie, and how a file gets there whole or not at all |

pub mod bucket;
pub mod column;
pub mod file;
pub mod manifest;
pub mod shelf;

use std::io;
use std::path::PathBuf;

/// An archive could not be written, or what lies in it could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// A file or directory.
    #[error("{} {what}", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What could not be done with it.
        what: &'static str,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// What lies there is no Parquet, or damaged.
    #[error("{} is no Parquet file, or damaged", .path.display())]
    Parquet {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: parquet::errors::ParquetError,
    },
    /// A file has other columns than its table.
    #[error("{} does not hold the columns of `{table}`", .path.display())]
    OtherColumns {
        /// Which.
        path: PathBuf,
        /// The table.
        table: &'static str,
    },
    /// A value does not belong into its column.
    #[error("column `{column}` of `{table}` cannot hold `{value}`")]
    Misfit {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The value.
        value: String,
    },
    /// A manifest is none.
    #[error("{} is no manifest of an archive: {why}", .path.display())]
    Manifest {
        /// Which.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// A file is not the one that the manifest names.
    #[error("{} is not what the manifest says: {what}", .path.display())]
    Differs {
        /// Which.
        path: PathBuf,
        /// In what.
        what: String,
    },
    /// What is no place for an archive.
    #[error("an archive cannot lie at `{0}`: name a directory, or `s3://bucket/prefix`")]
    NoShelf(String),
    /// An object in a bucket, or the bucket.
    #[error("{} {what}", .path.display())]
    Bucket {
        /// Which: `s3://bucket/prefix/2026-03/manifest.json`.
        path: PathBuf,
        /// What could not be done with it.
        what: &'static str,
        /// Why.
        #[source]
        source: bucket::NotKept,
    },
}
