//! Where months lie: a directory with one for each month, or a bucket with their names before each object's. A file gets
//! there whole or not at all, and the manifest comes last.

mod directory;
mod objects;

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_lc_rs::digest::{Context, SHA256, digest};

use crate::ArchiveError;
use crate::bucket::{Bucket, Remote};
use crate::column::Table;
use crate::file::{TableReader, TableWriter};
use crate::manifest::{FILE, FileEntry, Manifest, NOTE};

/// Bytes that are hashed at a time.
const PIECE: usize = 1 << 16;

/// Where months lie.
#[derive(Debug, Clone)]
pub struct Shelf(Place);

#[derive(Debug, Clone)]
enum Place {
    Directory(PathBuf),
    Bucket(Arc<dyn Bucket>),
}

/// A file that is being written: nothing is there under its name before [`Draft::keep`].
pub struct Draft {
    to: Target,
    table: Table,
    writer: TableWriter,
    ids: Option<(i64, i64)>,
}

enum Target {
    File { place: PathBuf, beside: PathBuf },
    Object { bucket: Arc<dyn Bucket>, name: String },
}

impl Shelf {
    /// The directory of that name, which need not be there yet.
    ///
    /// # Errors
    /// [`ArchiveError::NoShelf`] for what is no directory's name.
    pub fn at(location: &str) -> Result<Self, ArchiveError> {
        match location.is_empty() || location.contains("://") {
            true => Err(ArchiveError::NoShelf(location.to_owned())),
            false => Ok(Self(Place::Directory(location.into()))),
        }
    }

    /// In a bucket.
    pub const fn of(bucket: Arc<dyn Bucket>) -> Self {
        Self(Place::Bucket(bucket))
    }

    /// Where a month lies: its directory, or for people, what stands before the names of its objects.
    pub fn month(&self, month: &str) -> PathBuf {
        match &self.0 {
            Place::Directory(root) => root.join(month),
            Place::Bucket(bucket) => Path::new(&bucket.location()).join(month),
        }
    }

    /// The months that have a manifest, in order.
    ///
    /// # Errors
    /// [`ArchiveError::File`], [`ArchiveError::Bucket`].
    pub fn months(&self) -> Result<Vec<String>, ArchiveError> {
        let mut months = match &self.0 {
            Place::Directory(root) => directory::months(root)?,
            Place::Bucket(bucket) => objects::months(&**bucket)?,
        };
        months.sort();
        Ok(months)
    }

    /// The manifest of a month, and SHA-256 of its bytes; nothing where there is none.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn manifest(&self, month: &str) -> Result<Option<(Manifest, String)>, ArchiveError> {
        let Some(bytes) = self.small(month, FILE)? else { return Ok(None) };
        let path = self.month(month).join(FILE);
        let manifest = Manifest::from_json(&path, &bytes)?;
        if manifest.month != month {
            let what = format!("it is of {}", manifest.month);
            return Err(ArchiveError::Differs { path, what });
        }
        Ok(Some((manifest, hex(digest(&SHA256, &bytes).as_ref()))))
    }

    /// The signature of a month's manifest; nothing where there is none, or no text.
    ///
    /// # Errors
    /// [`ArchiveError::File`], [`ArchiveError::Bucket`].
    pub fn note(&self, month: &str) -> Result<Option<String>, ArchiveError> {
        Ok(self.small(month, NOTE)?.and_then(|bytes| String::from_utf8(bytes).ok()))
    }

    fn small(&self, month: &str, name: &str) -> Result<Option<Vec<u8>>, ArchiveError> {
        match &self.0 {
            Place::Directory(root) => directory::small(&root.join(month).join(name)),
            Place::Bucket(bucket) => objects::small(&**bucket, &format!("{month}/{name}")),
        }
    }

    /// Begins the file of a table.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn draft(&self, month: &str, table: Table) -> Result<Draft, ArchiveError> {
        let place = self.month(month).join(table.file());
        let (writer, to) = match &self.0 {
            Place::Directory(_) => {
                let (file, beside) = directory::begin(&place)?;
                (TableWriter::new(file, &beside, table)?, Target::File { place, beside })
            }
            Place::Bucket(bucket) => {
                let (bucket, name) = (Arc::clone(bucket), format!("{month}/{}", table.file()));
                let writer = TableWriter::new(objects::temporary()?, &place, table)?;
                (writer, Target::Object { bucket, name })
            }
        };
        Ok(Draft { to, table, writer, ids: None })
    }

    /// Writes a small file of a month, whole or not at all.
    ///
    /// # Errors
    /// [`ArchiveError::File`], [`ArchiveError::Bucket`].
    pub fn keep(&self, month: &str, name: &str, bytes: &[u8]) -> Result<(), ArchiveError> {
        match &self.0 {
            Place::Directory(root) => directory::keep(&root.join(month).join(name), bytes),
            Place::Bucket(bucket) => objects::keep(&**bucket, &format!("{month}/{name}"), bytes),
        }
    }

    /// Opens the file of a table, once its bytes are those that its manifest names. What lies in a bucket is fetched
    /// whole.
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
        let failed = |source| cannot(&path, "cannot be read", source);
        let mut file = match &self.0 {
            Place::Directory(_) => File::open(&path).map_err(failed)?,
            Place::Bucket(bucket) => {
                objects::fetched(&**bucket, &path, &format!("{month}/{}", entry.file), entry)?
            }
        };
        let (bytes, sha256) = digest_of(&mut file).map_err(failed)?;
        if (bytes, &*sha256) != (entry.bytes, &*entry.sha256) {
            return Err(differs(&path, &format!("{bytes} bytes with digest {sha256}"), entry));
        }
        TableReader::of(file, &path, table)
    }

    /// Opens the file of a table to look something up in it. In a bucket only its length is held to the manifest, since
    /// no more of it is fetched than is read; in a directory it is [`open`](Self::open).
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn glance(
        &self,
        month: &str,
        table: Table,
        entry: &FileEntry,
    ) -> Result<TableReader, ArchiveError> {
        match &self.0 {
            Place::Directory(_) => self.open(month, table, entry),
            Place::Bucket(bucket) => {
                let name = format!("{month}/{}", entry.file);
                let remote = Remote::new(Arc::clone(bucket), name, entry.bytes);
                TableReader::of(remote, &self.month(month).join(&entry.file), table)
            }
        }
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
        let Self { to, table, writer, ids } = self;
        let rows = writer.rows();
        let file = writer.finish()?;
        let (bytes, sha256) = match to {
            Target::File { place, beside } => {
                directory::put_in_place(file, &beside, &place)?;
                let read = File::open(&place).and_then(|mut file| digest_of(&mut file));
                read.map_err(|source| cannot(&place, "cannot be read", source))?
            }
            Target::Object { bucket, name } => objects::put(&*bucket, &name, file)?,
        };
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

/// How many bytes are left of a file, and their SHA-256.
fn digest_of(file: &mut File) -> io::Result<(u64, String)> {
    let (mut hash, mut length) = (Context::new(&SHA256), 0);
    let mut piece = vec![0; PIECE];
    loop {
        let read = file.read(&mut piece)?;
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

fn differs(path: &Path, found: &str, entry: &FileEntry) -> ArchiveError {
    let what = format!("{found}, and it should have {} with {}", entry.bytes, entry.sha256);
    ArchiveError::Differs { path: path.to_owned(), what }
}
