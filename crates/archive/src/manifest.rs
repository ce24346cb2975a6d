//! What belongs to a month (清单文件): its files with their digests, and its figures, so that whoever holds the files
//! can say whether they are whole, and whether they agree with what was counted elsewhere.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::ArchiveError;

/// What a manifest says that it is.
pub const FORMAT: &str = "tongguan-archive-1";
/// The file that it lies in; written last, so that a month without it is none.
pub const FILE: &str = "manifest.json";
/// The file of its signature.
pub const NOTE: &str = "manifest.note";

/// A manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: String,
    /// The month in China: `2023-05`.
    pub month: String,
    /// When it was written: RFC 3339.
    pub made_at: String,
    /// Its files, in order of their tables' names.
    pub files: Vec<FileEntry>,
    /// What is counted and summed over the rows: whole numbers, money in fen.
    pub figures: BTreeMap<String, i64>,
    /// The head of the verifiable log that was signed last when it was written, where there is a log: a signed note.
    pub log_head: Option<String>,
}

/// A file of a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// The table that it holds.
    pub table: String,
    /// The version of the table's columns.
    pub version: u32,
    /// Its name, in the directory of the manifest.
    pub file: String,
    /// How many rows.
    pub rows: u64,
    /// How many bytes.
    pub bytes: u64,
    /// SHA-256 of the bytes, in hexadecimal digits.
    pub sha256: String,
    /// The least id in its first column, where there are rows.
    pub first_id: Option<i64>,
    /// The greatest.
    pub last_id: Option<i64>,
}

impl Manifest {
    /// Reads what lies in a file.
    ///
    /// # Errors
    /// [`ArchiveError::Manifest`].
    pub fn from_json(path: &Path, bytes: &[u8]) -> Result<Self, ArchiveError> {
        let none = |why: String| ArchiveError::Manifest { path: path.to_owned(), why };
        let read: Self = serde_json::from_slice(bytes).map_err(|error| none(error.to_string()))?;
        if read.format != FORMAT {
            return Err(none(format!("its format is `{}`, not `{FORMAT}`", read.format)));
        }
        let is_outside = |file: &&FileEntry| file.file.contains(['/', '\\']) || file.file == "..";
        match read.files.iter().find(is_outside) {
            Some(file) => Err(none(format!("`{}` is no name of a file beside it", file.file))),
            None => Ok(read),
        }
    }

    /// As it is written.
    ///
    /// # Errors
    /// [`ArchiveError::Manifest`], which cannot be for what has no odd keys.
    pub fn to_json(&self, path: &Path) -> Result<Vec<u8>, ArchiveError> {
        let none = |error: serde_json::Error| ArchiveError::Manifest {
            path: path.to_owned(),
            why: error.to_string(),
        };
        let mut text = serde_json::to_vec_pretty(self).map_err(none)?;
        text.push(b'\n');
        Ok(text)
    }

    /// The entry of a table.
    pub fn file(&self, table: &str) -> Option<&FileEntry> {
        self.files.iter().find(|file| file.table == table)
    }
}

/// What is signed of a manifest: its month and digest. The first line is no name of a log, so nobody can take it for
/// one of the log's heads.
pub fn signed_text(month: &str, digest: &str) -> String {
    format!("{FORMAT}\n{month}\n{digest}\n")
}
