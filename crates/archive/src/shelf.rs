//! Where months lie: a directory with one for each month. A file gets there whole or not at all: it is written beside,
//! made durable and renamed; the manifest comes last.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{Context, SHA256, digest};

use crate::ArchiveError;
use crate::column::Table;
use crate::file::{TableReader, TableWriter};
use crate::manifest::{FILE, FileEntry, Manifest};

/// Bytes that are hashed at a time.
const PIECE: usize = 1 << 16;

/// Where months lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shelf {
    root: PathBuf,
}

/// A file that is being written: nothing is there under its name before [`Draft::keep`].
pub struct Draft {
    place: PathBuf,
    beside: PathBuf,
    table: Table,
    writer: TableWriter,
    ids: Option<(i64, i64)>,
}

impl Shelf {
    /// The directory of that name, which need not be there yet.
    ///
    /// # Errors
    /// [`ArchiveError::NoShelf`] for what is no directory's name.
    pub fn at(location: &str) -> Result<Self, ArchiveError> {
        match location.is_empty() || location.contains("://") {
            true => Err(ArchiveError::NoShelf(location.to_owned())),
            false => Ok(Self { root: location.into() }),
        }
    }

    /// The directory of a month.
    pub fn month(&self, month: &str) -> PathBuf {
        self.root.join(month)
    }

    /// The months that have a manifest, in order.
    ///
    /// # Errors
    /// [`ArchiveError::File`].
    pub fn months(&self) -> Result<Vec<String>, ArchiveError> {
        let cannot = |source| cannot(&self.root, "cannot be listed", source);
        let entries = match fs::read_dir(&self.root) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(cannot)?,
        };
        let mut months = Vec::new();
        for entry in entries {
            let name = entry.map_err(cannot)?.file_name();
            let Some(name) = name.to_str() else { continue };
            if self.month(name).join(FILE).is_file() {
                months.push(name.to_owned());
            }
        }
        months.sort();
        Ok(months)
    }

    /// The manifest of a month, and SHA-256 of its bytes; nothing where there is none.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn manifest(&self, month: &str) -> Result<Option<(Manifest, String)>, ArchiveError> {
        let path = self.month(month).join(FILE);
        match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(cannot(&path, "cannot be read", source)),
            Ok(bytes) => {
                let manifest = Manifest::from_json(&path, &bytes)?;
                if manifest.month != month {
                    let what = format!("it is of {}", manifest.month);
                    return Err(ArchiveError::Differs { path, what });
                }
                Ok(Some((manifest, hex(digest(&SHA256, &bytes).as_ref()))))
            }
        }
    }

    /// Begins the file of a table.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn draft(&self, month: &str, table: Table) -> Result<Draft, ArchiveError> {
        let directory = self.month(month);
        let failed = |source| cannot(&directory, "cannot be made", source);
        fs::create_dir_all(&directory).map_err(failed)?;
        let place = directory.join(table.file());
        let beside = directory.join(format!("{}.part", table.file()));
        let failed = |source| cannot(&beside, "cannot be written", source);
        let file = File::options().write(true).create(true).truncate(true).open(&beside);
        let writer = TableWriter::new(file.map_err(failed)?, &beside, table)?;
        Ok(Draft { place, beside, table, writer, ids: None })
    }

    /// Writes a small file of a month, whole or not at all.
    ///
    /// # Errors
    /// [`ArchiveError::File`].
    pub fn keep(&self, month: &str, name: &str, bytes: &[u8]) -> Result<(), ArchiveError> {
        let place = self.month(month).join(name);
        let beside = self.month(month).join(format!("{name}.part"));
        let failed = |source| cannot(&beside, "cannot be written", source);
        let mut file = File::create(&beside).map_err(failed)?;
        file.write_all(bytes).map_err(failed)?;
        put_in_place(file, &beside, &place)
    }

    /// Opens the file of a table, once its bytes are those that its manifest names.
    ///
    /// # Errors
    /// [`ArchiveError::Differs`]; other [`ArchiveError`].
    pub fn open(
        &self,
        month: &str,
        table: Table,
        entry: &FileEntry,
    ) -> Result<TableReader, ArchiveError> {
        let path = self.month(month).join(&entry.file);
        let (bytes, sha256) = digest_of(&path)?;
        if (bytes, &*sha256) != (entry.bytes, &*entry.sha256) {
            let what = format!(
                "{bytes} bytes with digest {sha256}, and it should have {} with {}",
                entry.bytes, entry.sha256
            );
            return Err(ArchiveError::Differs { path, what });
        }
        TableReader::open(&path, table)
    }
}

impl Draft {
    /// Writes a group of rows; gives which group it is, from 0.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn write(&mut self, rows: &[Vec<crate::column::Value>]) -> Result<usize, ArchiveError> {
        for id in rows.iter().filter_map(|row| row.first()?.number()) {
            let (least, greatest) = self.ids.unwrap_or((id, id));
            self.ids = Some((least.min(id), greatest.max(id)));
        }
        self.writer.write(rows)
    }

    /// Makes the file durable under its name; gives its entry for the manifest.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn keep(self) -> Result<FileEntry, ArchiveError> {
        let Self { place, beside, table, writer, ids } = self;
        let rows = writer.rows();
        put_in_place(writer.finish()?, &beside, &place)?;
        let (bytes, sha256) = digest_of(&place)?;
        Ok(FileEntry {
            table: table.name.to_owned(),
            version: table.version,
            file: table.file(),
            rows,
            bytes,
            sha256,
            first_id: ids.map(|(least, _)| least),
            last_id: ids.map(|(_, greatest)| greatest),
        })
    }
}

fn put_in_place(file: File, beside: &Path, place: &Path) -> Result<(), ArchiveError> {
    file.sync_all().map_err(|source| cannot(beside, "cannot be made durable", source))?;
    drop(file);
    let failed = |source| cannot(place, "cannot be put in its place", source);
    fs::rename(beside, place).map_err(failed)?;
    // The name, too.
    let directory = place.parent().unwrap_or(Path::new("."));
    File::open(directory).and_then(|directory| directory.sync_all()).map_err(failed)
}

/// How many bytes a file has, and their SHA-256.
fn digest_of(path: &Path) -> Result<(u64, String), ArchiveError> {
    let failed = |source| cannot(path, "cannot be read", source);
    let mut file = File::open(path).map_err(failed)?;
    let (mut hash, mut length) = (Context::new(&SHA256), 0);
    let mut piece = vec![0; PIECE];
    loop {
        let read = file.read(&mut piece).map_err(failed)?;
        let Some(bytes) = piece.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
        hash.update(bytes);
        length += u64::try_from(read).unwrap_or_default();
    }
    Ok((length, hex(hash.finish().as_ref())))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn cannot(path: &Path, what: &'static str, source: io::Error) -> ArchiveError {
    ArchiveError::File { path: path.to_owned(), what, source }
}
