//! The folder where messages are dropped.

use std::fs;
use std::path::{Path, PathBuf};

use super::{FolderError, failed};

/// The folder where messages are dropped, with its `done/` and `refused/`.
#[derive(Debug)]
pub struct Inbox {
    folder: PathBuf,
    done: PathBuf,
    refused: PathBuf,
}

/// A file in the inbox.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct InboxFile {
    /// Its name, which stands for the message's `oriCopMsgId` when there is no envelope.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// Its size in bytes.
    pub bytes: u64,
}

impl Inbox {
    /// Opens the inbox; `done/` and `refused/` are made in it.
    ///
    /// # Errors
    /// [`FolderError::File`].
    pub fn open(folder: &Path) -> Result<Self, FolderError> {
        let inbox = Self {
            folder: folder.to_owned(),
            done: folder.join("done"),
            refused: folder.join("refused"),
        };
        for path in [&inbox.folder, &inbox.done, &inbox.refused] {
            fs::create_dir_all(path).map_err(failed(path, "be created"))?;
        }
        Ok(inbox)
    }

    /// The files that lie in it, by name. Hidden ones and those still being written under a name that
    /// ends in `.part` or `.tmp` are left alone.
    ///
    /// # Errors
    /// [`FolderError::File`].
    pub fn files(&self) -> Result<Vec<InboxFile>, FolderError> {
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(failed(&self.folder, "be listed"))? {
            let entry = entry.map_err(failed(&self.folder, "be listed"))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let unfinished = [".part", ".tmp"].iter().any(|ending| name.ends_with(ending));
            if name.starts_with('.') || unfinished {
                continue;
            }
            let metadata = entry.metadata().map_err(failed(&entry.path(), "be read"))?;
            if metadata.is_file() {
                files.push(InboxFile { name, path: entry.path(), bytes: metadata.len() });
            }
        }
        files.sort();
        Ok(files)
    }

    /// Reads a file, at most `limit` bytes and one more, so that what is too long is seen to be so.
    ///
    /// # Errors
    /// [`FolderError::File`].
    pub fn read(&self, file: &InboxFile, limit: u64) -> Result<Vec<u8>, FolderError> {
        use std::io::Read;
        let opened = fs::File::open(&file.path).map_err(failed(&file.path, "be opened"))?;
        let mut bytes = Vec::with_capacity(usize::try_from(file.bytes.min(limit)).unwrap_or(0) + 1);
        opened
            .take(limit.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(failed(&file.path, "be read"))?;
        Ok(bytes)
    }

    /// Puts a file away that was answered: into `done/`, or into `refused/` when its message could not
    /// be read.
    ///
    /// # Errors
    /// [`FolderError::File`].
    pub fn put_away(&self, file: &InboxFile, refused: bool) -> Result<(), FolderError> {
        let folder = if refused { &self.refused } else { &self.done };
        fs::rename(&file.path, folder.join(&file.name)).map_err(failed(&file.path, "be moved"))
    }
}
