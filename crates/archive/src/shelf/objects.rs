//! Months in a bucket: an object is handed over whole, from a temporary file where it is a table.

use std::fs::File;
use std::io::{Seek as _, Write as _};
use std::path::Path;

use super::{cannot, differs};
use crate::ArchiveError;
use crate::bucket::{Bucket, NotKept, Piece};
use crate::manifest::{FILE, FileEntry};

/// Bytes that are fetched at a time of an object that is needed whole.
const FETCHED: u64 = 16 << 20;
/// The longest object that is no table, in bytes.
const SMALL: u64 = 4 << 20;

/// What the table is called that lies in a temporary file, which has no name.
const DRAFT: &str = "the temporary file of a table";

/// The names in it that have a manifest.
pub(super) fn months(bucket: &dyn Bucket) -> Result<Vec<String>, ArchiveError> {
    let names = bucket.list().map_err(failed(bucket, "", "cannot be listed"))?;
    let manifest = format!("/{FILE}");
    let months = names.iter().filter_map(|name| name.strip_suffix(&manifest));
    Ok(months.filter(|month| !month.contains('/')).map(str::to_owned).collect())
}

/// The bytes of a small object; nothing where there is none.
pub(super) fn small(bucket: &dyn Bucket, name: &str) -> Result<Option<Vec<u8>>, ArchiveError> {
    let failed = failed(bucket, name, "cannot be read");
    match bucket.read(name, 0..SMALL).map_err(&failed)? {
        Some(Piece { of, .. }) if of > SMALL => {
            Err(failed(NotKept(format!("it has {of} bytes, which is too much"))))
        }
        read => Ok(read.map(|piece| piece.bytes)),
    }
}

/// Writes a small object.
pub(super) fn keep(bucket: &dyn Bucket, name: &str, bytes: &[u8]) -> Result<(), ArchiveError> {
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let written = bucket.write(name, &mut &*bytes, length);
    written.map_err(failed(bucket, name, "cannot be written"))
}

/// A file for a table on its way there or back, which is gone when it is closed.
pub(super) fn temporary() -> Result<File, ArchiveError> {
    tempfile::tempfile().map_err(|source| cannot(Path::new(DRAFT), "cannot be made", source))
}

/// Hands over a table that lies in a temporary file; gives its length and digest.
pub(super) fn put(
    bucket: &dyn Bucket,
    name: &str,
    mut file: File,
) -> Result<(u64, String), ArchiveError> {
    let unread = |source| cannot(Path::new(DRAFT), "cannot be read", source);
    let read = file.rewind().and_then(|()| super::digest_of(&mut file));
    let (bytes, sha256) = read.map_err(unread)?;
    file.rewind().map_err(unread)?;
    let written = bucket.write(name, &mut file, bytes);
    written.map_err(failed(bucket, name, "cannot be written"))?;
    Ok((bytes, sha256))
}

/// A whole table, in a temporary file.
pub(super) fn fetched(
    bucket: &dyn Bucket,
    path: &Path,
    name: &str,
    entry: &FileEntry,
) -> Result<File, ArchiveError> {
    let mut file = temporary()?;
    let unwritten = |source| cannot(Path::new(DRAFT), "cannot be written", source);
    let failed = failed(bucket, name, "cannot be read");
    let mut at = 0;
    while at < entry.bytes {
        let piece = bucket.read(name, at..entry.bytes.min(at + FETCHED)).map_err(&failed)?;
        let Piece { bytes, of } = piece.ok_or_else(|| failed(NotKept::absent()))?;
        if of != entry.bytes {
            return Err(differs(path, &format!("{of} bytes"), entry));
        }
        if bytes.is_empty() {
            return Err(failed(NotKept("it ends too early".to_owned())));
        }
        file.write_all(&bytes).map_err(unwritten)?;
        at += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    }
    file.rewind().map_err(unwritten)?;
    Ok(file)
}

fn failed(
    bucket: &dyn Bucket,
    name: &str,
    what: &'static str,
) -> impl Fn(NotKept) -> ArchiveError + use<> {
    let path = Path::new(&bucket.location()).join(name);
    move |source| ArchiveError::Bucket { path: path.clone(), what, source }
}
