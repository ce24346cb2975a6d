//! An archive held to what it says of itself: files to their manifest, figures to the rows, the manifest to the log.

use std::collections::BTreeMap;

use tongguan_archive::ArchiveError;
use tongguan_archive::column::{Row, Table};
use tongguan_archive::manifest::{self, FileEntry, Manifest};
use tongguan_archive::shelf::Shelf;
use tongguan_transparency::note::{Note, NoteError, Verifier};

use super::ArchivingError;
use super::tables::{PARCELS, TABLES};

/// What was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The manifest.
    pub manifest: Manifest,
    /// SHA-256 of its bytes, in hexadecimal digits.
    pub digest: String,
    /// Whether its signature was verified: only where a key was named.
    pub is_signed: bool,
}

/// Verifies a month: every file's digest and rows, the figures by the rows, and, where the key of a log is named, that
/// it has signed the manifest.
///
/// # Errors
/// [`ArchivingError`] says what differs.
pub fn verify(
    shelf: &Shelf,
    month: &str,
    key: Option<&Verifier>,
    tell: &mut dyn FnMut(&Table),
) -> Result<Verified, ArchivingError> {
    let (manifest, digest) = known(shelf, month)?;
    if let Some(key) = key {
        let unsigned = |source| ArchivingError::Unsigned { month: month.to_owned(), source };
        let note = shelf.note(month)?;
        signed(note.as_deref(), month, &digest, key).map_err(unsigned)?;
    }
    let mut counted = Figures::default();
    for table in TABLES {
        let entry = entry_of(shelf, &manifest, &table)?;
        let reader = shelf.open(month, table, entry)?;
        let mut rows = 0;
        for group in 0..reader.groups() {
            let some = reader.rows(group)?;
            rows += some.len() as u64;
            counted.count(&table, &some);
        }
        if rows != entry.rows {
            let path = shelf.month(month).join(&entry.file);
            let what = format!("{rows} rows, and it should have {}", entry.rows);
            return Err(ArchiveError::Differs { path, what }.into());
        }
        tell(&table);
    }
    for (figure, counted) in counted.0 {
        let stated = manifest.figures.get(&figure).copied().unwrap_or_default();
        if stated != counted {
            let month = month.to_owned();
            return Err(ArchivingError::Figure { month, figure, counted, stated });
        }
    }
    Ok(Verified { manifest, digest, is_signed: key.is_some() })
}

/// The manifest of a month that must be there, and its digest.
pub(super) fn known(shelf: &Shelf, month: &str) -> Result<(Manifest, String), ArchivingError> {
    let none = || ArchivingError::NoMonth {
        month: month.to_owned(),
        at: shelf.month(month).display().to_string(),
    };
    shelf.manifest(month)?.ok_or_else(none)
}

/// What the manifest says of the file of a table.
pub(super) fn entry_of<'m>(
    shelf: &Shelf,
    manifest: &'m Manifest,
    table: &Table,
) -> Result<&'m FileEntry, ArchiveError> {
    let differs = || ArchiveError::Differs {
        path: shelf.month(&manifest.month).join(manifest::FILE),
        what: format!("it names no file of `{}`", table.name),
    };
    manifest.file(table.name).ok_or_else(differs)
}

fn signed(note: Option<&str>, month: &str, digest: &str, key: &Verifier) -> Result<(), NoteError> {
    let note = Note::parse(note.ok_or_else(|| NoteError::NotSigned(key.name().to_owned()))?)?;
    key.verify(&note)?;
    match note.text == manifest::signed_text(month, digest) {
        true => Ok(()),
        false => Err(NoteError::Malformed("it signs another manifest")),
    }
}

/// What is counted over the rows of a month.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Figures(pub(super) BTreeMap<String, i64>);

impl Figures {
    /// Counts rows of a table; of parcels each direction, and the sums of money.
    pub(super) fn count(&mut self, table: &Table, rows: &[Row]) {
        let many = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        *self.0.entry(table.name.to_owned()).or_default() += many;
        if table.name != PARCELS.name {
            return;
        }
        let cell = |row: &Row, column| table.place(column).and_then(|at| row.get(at).cloned());
        for row in rows {
            if let Some(direction) = cell(row, "direction").as_ref().and_then(|it| it.text()) {
                *self.0.entry(format!("{direction}s")).or_default() += 1;
            }
            for sum in ["dutiable", "duty", "vat", "consumption_tax"] {
                let fen = cell(row, sum).and_then(|it| it.number()).unwrap_or_default();
                *self.0.entry(format!("{sum}_fen")).or_default() += fen;
            }
        }
    }
}
