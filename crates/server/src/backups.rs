//! Backups of an embedded database: where they lie, what they are called, and how one is made.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use tongguan_domain::time::Moment;
use tongguan_storage::Store;

/// Where backups lie, in the directory of the database.
const FOLDER: &str = "backups";
/// What the name of a whole one ends with; one that is being made has another end.
const WHOLE: &str = ".db";

/// What the name of one begins with, before its time.
const NAMED: &str = "tongguan-";

/// The folder in which backups of the database in `directory` lie.
pub fn folder_of(directory: &Path) -> PathBuf {
    directory.join(FOLDER)
}

/// The whole backups in a folder with their bytes, the newest first: they are named by their time.
pub fn made(folder: &Path) -> Vec<(String, u64)> {
    let mut made = lengths(folder);
    made.retain(|(name, _)| name.ends_with(WHOLE));
    made.sort_by(|a, b| b.cmp(a));
    made
}

/// When the backup of that name was made.
pub fn made_at(name: &str) -> Option<Moment> {
    Moment::parse_wire(name.strip_prefix(NAMED)?.strip_suffix(WHOLE)?)
}

/// Copies an embedded database into the folder; the copy gets its name once it is on the disk. `None` with
/// PostgreSQL, which has tools of its own.
///
/// # Errors
/// What stood in the way.
pub fn make(store: &Store, folder: &Path, now: Moment) -> anyhow::Result<Option<PathBuf>> {
    let name = format!("{NAMED}{}", now.to_wire_seconds());
    let part = folder.join(format!("{name}.part"));
    let whole = folder.join(format!("{name}{WHOLE}"));
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    // One that a process left that died.
    let _ = fs::remove_file(&part);
    if !store.back_up(&part)? {
        return Ok(None);
    }
    let keep = || -> io::Result<()> {
        fs::File::open(&part)?.sync_all()?;
        fs::rename(&part, &whole)?;
        fs::File::open(folder)?.sync_all()
    };
    keep().with_context(|| format!("{} could not be put on the disk", whole.display()))?;
    Ok(Some(whole))
}

/// The files of a directory with their bytes.
pub fn lengths(directory: &Path) -> Vec<(String, u64)> {
    let files = fs::read_dir(directory).into_iter().flatten().flatten();
    let known = files.filter_map(|file| {
        let is = file.metadata().ok().filter(fs::Metadata::is_file)?;
        Some((file.file_name().to_string_lossy().into_owned(), is.len()))
    });
    known.collect()
}
