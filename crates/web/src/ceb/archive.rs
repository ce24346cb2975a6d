//! An archive of messages (zip), read in memory.
//!
//! What is in it is known to be bounded before any of it is unpacked, and no more is unpacked than was
//! announced. Names are names of messages and never paths of files.

use std::io::{Cursor, Read as _};

use axum::body::Bytes;
use zip::read::ZipReadOptions;
use zip::{CompressionMethod, ZipArchive};

/// The most messages of an archive.
pub const MOST_MESSAGES: usize = 1_000;
/// All messages of an archive are at most so many times as long as the longest may be.
const MOST_LONGEST: usize = 8;
/// A message is at most so many times as long as it is packed: documents that are much alike come to fifty,
/// what is packed to do harm to a thousand.
const MOST_EXPANSION: usize = 250;
/// As long as the number of an envelope may be.
const LONGEST_NAME: usize = 255;
/// What begins an entry of the archive's directory, and what begins an archive.
const DIRECTORY_ENTRY: [u8; 4] = *b"PK\x01\x02";
const ARCHIVE: [u8; 4] = *b"PK\x03\x04";

/// Why an archive, or a message of it, is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// It is no archive, or broken off.
    NoArchive,
    /// It holds no message.
    Empty,
    /// It holds more than [`MOST_MESSAGES`].
    TooMany,
    /// A message, or all of them together, are too long, or far longer than they are packed.
    TooLong,
    /// It is encrypted, or packed in another way than by deflation.
    OtherPacking,
    /// An archive is in it.
    Nested,
    /// Two messages have one name.
    SameName,
    /// A name is none that a message can be called by.
    NoName,
    /// A message does not unpack to what was announced.
    Damaged,
}

/// An archive whose directory is as it should be.
pub struct Archive {
    zip: ZipArchive<Cursor<Bytes>>,
    messages: Vec<Listed>,
}

/// A message that an archive announces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// How long it is, unpacked.
    pub bytes: usize,
    place: usize,
}

impl Archive {
    /// Reads the directory. `longest` is how long a message may be.
    ///
    /// # Errors
    /// Why it is not taken.
    pub fn open(bytes: Bytes, longest: usize) -> Result<Self, Unfit> {
        // Counted before it is read: what is read of an entry takes several times the memory of the entry.
        let entries = bytes.windows(4).filter(|at| **at == DIRECTORY_ENTRY).count();
        if entries > 2 * MOST_MESSAGES {
            return Err(Unfit::TooMany);
        }
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Unfit::NoArchive)?;
        if zip.has_duplicate_names() {
            return Err(Unfit::SameName);
        }
        let messages = (0..zip.len()).filter_map(|place| listed(&zip, place, longest).transpose());
        let messages = messages.collect::<Result<Vec<_>, _>>()?;
        let all = messages.iter().fold(0_usize, |all, listed| all.saturating_add(listed.bytes));
        match messages.len() {
            0 => Err(Unfit::Empty),
            n if n > MOST_MESSAGES => Err(Unfit::TooMany),
            _ if all > longest.saturating_mul(MOST_LONGEST) => Err(Unfit::TooLong),
            _ => Ok(Self { zip, messages }),
        }
    }

    /// The messages, in the order of the archive.
    pub fn messages(&self) -> &[Listed] {
        &self.messages
    }

    /// Unpacks a message: as long as was announced, never longer.
    ///
    /// # Errors
    /// [`Unfit::Damaged`], [`Unfit::Nested`].
    pub fn unpack(&mut self, listed: &Listed) -> Result<Vec<u8>, Unfit> {
        let options = ZipReadOptions::new().enforce_header_consistency(true);
        let entry = self.zip.by_index_with_options(listed.place, options);
        let entry = entry.map_err(|_| Unfit::Damaged)?;
        let mut message = Vec::with_capacity(listed.bytes);
        // One more, which must not be there; with the end its checksum is compared.
        let unpacked = entry.take(listed.bytes as u64 + 1).read_to_end(&mut message);
        match unpacked {
            Ok(length) if length == listed.bytes => {}
            Ok(_) | Err(_) => return Err(Unfit::Damaged),
        }
        if message.starts_with(&ARCHIVE) { Err(Unfit::Nested) } else { Ok(message) }
    }
}

/// The message at a place of the directory; nothing for a folder.
fn listed(
    zip: &ZipArchive<Cursor<Bytes>>,
    place: usize,
    longest: usize,
) -> Result<Option<Listed>, Unfit> {
    let entry = zip.by_index_data(place).map_err(|_| Unfit::NoArchive)?;
    if entry.is_dir() {
        return Ok(None);
    }
    let packing = entry.compression();
    let is_plain = matches!(packing, CompressionMethod::Stored | CompressionMethod::Deflated);
    if entry.encrypted() || !is_plain {
        return Err(Unfit::OtherPacking);
    }
    let name = entry.name().map_err(|_| Unfit::NoName)?.into_owned();
    let goes_up = name.split(['/', '\\']).any(|part| part == "..");
    if goes_up
        || name.is_empty()
        || name.starts_with(['/', '\\'])
        || name.chars().count() > LONGEST_NAME
        || name.contains(char::is_control)
    {
        return Err(Unfit::NoName);
    }
    if name.to_ascii_lowercase().ends_with(".zip") {
        return Err(Unfit::Nested);
    }
    let bytes = usize::try_from(entry.size()).map_err(|_| Unfit::TooLong)?;
    let packed = usize::try_from(entry.compressed_size()).map_err(|_| Unfit::TooLong)?;
    if bytes > longest || bytes > packed.saturating_mul(MOST_EXPANSION) {
        return Err(Unfit::TooLong);
    }
    Ok(Some(Listed { name, bytes, place }))
}

#[cfg(test)]
mod tests;
