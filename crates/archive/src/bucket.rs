//! Objects in a bucket (对象存储): what an archive asks of whoever keeps them, and a file among them that is read where
//! it is needed.

use std::fmt;
use std::io::{self, Read};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};

/// So much is fetched at once at least, in bytes: a request costs as much as some hundred KiB.
const BLOCK: u64 = 1 << 20;

/// A bucket, or what lies in one below a prefix. Names are those below it, as `2026-03/manifest.json`.
pub trait Bucket: fmt::Debug + Send + Sync {
    /// Where that is, for people: `s3://bucket/prefix/`.
    fn location(&self) -> String;

    /// The names of all objects, in no order.
    ///
    /// # Errors
    /// Why they cannot be told.
    fn list(&self) -> Result<Vec<String>, NotKept>;

    /// A part of an object, shorter where the object ends before; nothing where there is none.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn read(&self, name: &str, range: Range<u64>) -> Result<Option<Piece>, NotKept>;

    /// Writes so many bytes as an object, whole or not at all; one of that name is replaced.
    ///
    /// # Errors
    /// Why it was not; what was there stays as it was.
    fn write(&self, name: &str, from: &mut dyn Read, length: u64) -> Result<(), NotKept>;
}

/// A part of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// How long the whole object is.
    pub of: u64,
}

/// A bucket did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotKept(pub String);

impl NotKept {
    /// There is no such object.
    pub(crate) fn absent() -> Self {
        Self("there is none of that name".to_owned())
    }
}

/// An object that is read where it is needed.
#[derive(Debug, Clone)]
pub(crate) struct Remote(Arc<Object>);

#[derive(Debug)]
struct Object {
    bucket: Arc<dyn Bucket>,
    name: String,
    length: u64,
    /// What was fetched last, and where it begins: headers and pages follow each other.
    last: Mutex<(u64, Bytes)>,
}

/// Reads an object from a place on.
pub(crate) struct Reading {
    object: Remote,
    at: u64,
}

impl Remote {
    /// An object that should have that length.
    pub(crate) fn new(bucket: Arc<dyn Bucket>, name: String, length: u64) -> Self {
        Self(Arc::new(Object { bucket, name, length, last: Mutex::default() }))
    }

    fn some(&self, at: u64, length: u64) -> Result<Bytes, NotKept> {
        let Object { bucket, name, length: whole, last } = &*self.0;
        if length == 0 {
            return Ok(Bytes::new());
        }
        let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
        let within = |(begin, bytes): &(u64, Bytes)| {
            let from = usize::try_from(at.checked_sub(*begin)?).ok()?;
            let to = from.checked_add(usize::try_from(length).ok()?)?;
            (to <= bytes.len()).then(|| bytes.slice(from..to))
        };
        if let Some(known) = within(&last) {
            return Ok(known);
        }
        let end = at.saturating_add(length.max(BLOCK)).min(*whole);
        let piece = bucket.read(name, at..end)?;
        let piece = piece.ok_or_else(NotKept::absent)?;
        if piece.of != *whole {
            return Err(NotKept(format!("it has {} bytes, and not {whole}", piece.of)));
        }
        *last = (at, piece.bytes.into());
        within(&last).ok_or_else(|| NotKept("it ends too early".to_owned()))
    }
}

impl Length for Remote {
    fn len(&self) -> u64 {
        self.0.length
    }
}

impl ChunkReader for Remote {
    type T = Reading;

    fn get_read(&self, start: u64) -> Result<Reading, ParquetError> {
        Ok(Reading { object: self.clone(), at: start })
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        let length = u64::try_from(length).unwrap_or(u64::MAX);
        self.some(start, length).map_err(|error| ParquetError::External(Box::new(error)))
    }
}

impl Read for Reading {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let left = self.object.len().saturating_sub(self.at);
        let wanted = u64::try_from(into.len()).unwrap_or(u64::MAX).min(left);
        let some = self.object.some(self.at, wanted).map_err(io::Error::other)?;
        self.at += wanted;
        for (to, from) in into.iter_mut().zip(&some) {
            *to = *from;
        }
        Ok(some.len())
    }
}
