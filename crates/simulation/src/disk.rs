//! The disk below the database: what lies on it when the power goes, of which a part may be torn.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tongguan_testkit::traffic::Dice;

/// What a disk writes whole or not at all.
const SECTOR: usize = 512;

/// A directory in memory where there is such a thing: a simulated disk has no need to turn.
#[derive(Debug)]
pub(crate) struct Disk(TempDir);

/// What lay on the disk when the power went.
#[derive(Debug)]
pub(crate) struct Image {
    database: Vec<u8>,
    log: Vec<u8>,
}

impl Disk {
    pub(crate) fn new() -> io::Result<Self> {
        let memory = Path::new("/dev/shm");
        let directory = match memory.is_dir() {
            true => TempDir::new_in(memory),
            false => TempDir::new(),
        };
        directory.map(Self)
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.path().join("tongguan.db")
    }

    /// The write-ahead log as it lies there; nothing where there is none.
    pub(crate) fn log(&self) -> Vec<u8> {
        fs::read(self.path().join("tongguan.db-wal")).unwrap_or_default()
    }

    /// All of it, as it lies there.
    pub(crate) fn image(&self) -> Image {
        let database = fs::read(self.database()).unwrap_or_default();
        Image { database, log: self.log() }
    }

    /// The same, where a commit was under way before which the log was `before`: of what it wrote and nobody has
    /// synced, any sectors may be there and any may not.
    pub(crate) fn torn(&self, before: &[u8], dice: &mut Dice) -> Image {
        let mut image = self.image();
        // Here and there; from some sector on; all of it.
        let (mut is_lost, goes_on) = (dice.one_in(3), dice.one_in(2));
        for (place, sector) in image.log.chunks_mut(SECTOR).enumerate() {
            let old = before.get(place * SECTOR..).unwrap_or_default();
            let is_written = |at: usize, byte: u8| old.get(at).copied().unwrap_or(0) != byte;
            let differs = sector.iter().enumerate().any(|(at, byte)| is_written(at, *byte));
            if differs && (is_lost || dice.one_in(8)) {
                for (at, byte) in sector.iter_mut().enumerate() {
                    *byte = old.get(at).copied().unwrap_or(0);
                }
                is_lost |= goes_on;
            }
        }
        image
    }

    /// Puts back what lay there; nobody may have the database open.
    pub(crate) fn restore(&self, image: &Image) -> io::Result<()> {
        fs::write(self.database(), &image.database)?;
        fs::write(self.path().join("tongguan.db-wal"), &image.log)?;
        match fs::remove_file(self.path().join("tongguan.db-shm")) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}
