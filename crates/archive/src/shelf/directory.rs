//! Months in a directory: a file is written beside, made durable and renamed.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::cannot;
use crate::ArchiveError;
use crate::manifest::FILE;

/// The names in it that have a manifest.
pub(super) fn months(root: &Path) -> Result<Vec<String>, ArchiveError> {
    let cannot = |source| cannot(root, "cannot be listed", source);
    let entries = match fs::read_dir(root) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(cannot)?,
    };
    let mut months = Vec::new();
    for entry in entries {
        let name = entry.map_err(cannot)?.file_name();
        let Some(name) = name.to_str() else { continue };
        if root.join(name).join(FILE).is_file() {
            months.push(name.to_owned());
        }
    }
    Ok(months)
}

/// The bytes of a small file; nothing where there is none.
pub(super) fn small(path: &Path) -> Result<Option<Vec<u8>>, ArchiveError> {
    match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        read => read.map(Some).map_err(|source| cannot(path, "cannot be read", source)),
    }
}

/// Writes a small file, whole or not at all.
pub(super) fn keep(place: &Path, bytes: &[u8]) -> Result<(), ArchiveError> {
    let beside = beside(place);
    let failed = |source| cannot(&beside, "cannot be written", source);
    let mut file = File::create(&beside).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    put_in_place(file, &beside, place)
}

/// Begins a file beside its place, in a directory that is made where there is none; gives it with its path.
pub(super) fn begin(place: &Path) -> Result<(File, PathBuf), ArchiveError> {
    let directory = place.parent().unwrap_or(Path::new("."));
    let failed = |source| cannot(directory, "cannot be made", source);
    fs::create_dir_all(directory).map_err(failed)?;
    let beside = beside(place);
    let file = File::options().write(true).create(true).truncate(true).open(&beside);
    let failed = |source| cannot(&beside, "cannot be written", source);
    Ok((file.map_err(failed)?, beside))
}

/// Makes a file durable under its name.
pub(super) fn put_in_place(file: File, beside: &Path, place: &Path) -> Result<(), ArchiveError> {
    file.sync_all().map_err(|source| cannot(beside, "cannot be made durable", source))?;
    drop(file);
    let failed = |source| cannot(place, "cannot be put in its place", source);
    fs::rename(beside, place).map_err(failed)?;
    // The name, too.
    let directory = place.parent().unwrap_or(Path::new("."));
    File::open(directory).and_then(|directory| directory.sync_all()).map_err(failed)
}

fn beside(place: &Path) -> PathBuf {
    let mut name = place.as_os_str().to_owned();
    name.push(".part");
    name.into()
}
