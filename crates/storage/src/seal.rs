//! Sealing: raw messages compressed and encrypted, identities looked up by keyed hash.
//!
//! One key file holds the master key. From it come a wrapping key and a fingerprint key; the wrapping
//! key seals one data key a period (a month), so that a period whose legal time is over is forgotten by
//! deleting one row. Everything is bound to its place: a body moved to another message does not open.
//!
//! **Nonces.** A month at the national peak (3,407 parcels a second, four documents each in a message
//! of its own) is 3.5 × 10^10 bodies, and random 96-bit nonces under one AES-GCM key are good for 2^32.
//! A counter would have to survive crashes, fail-over and restored copies. So each body has 28 random
//! bytes: 16 of them derive a key of its own from the data key (HMAC-SHA-256), 12 are the nonce under
//! it. Two bodies share both with a chance of 2^-112 a pair. The derivation costs less than a
//! microsecond.

use std::cell::RefCell;
use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};
use zstd::bulk::{Compressor, Decompressor};

use crate::error::StorageError;
use crate::store::sync_directory;
use crate::tx::Tx;

/// The first bytes of sealed bytes: which way they were sealed.
const VERSION: u8 = 1;
/// Random bytes that derive a body's own key.
const SALT: usize = 16;
/// Version, salt and nonce.
const HEADER: usize = 1 + SALT + NONCE_LEN;
/// The authentication tag.
const TAG: usize = 16;
/// The first line of a key file.
const KEY_FILE: &str = "tongguan master key 1\n";
/// No body is longer, whatever its frame says: a message has at most 32 MiB.
const LONGEST_BODY: usize = 64 << 20;

/// Sealed bytes, or the means to open them, are not right.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// Altered, or sealed for another place or with another key.
    #[error("sealed bytes were altered, or belong elsewhere, or were sealed with another key")]
    Tampered,
    /// Sealed by a newer version of Tongguan.
    #[error("sealed in form {0}, which this program does not know")]
    UnknownForm(u8),
    /// Compression failed; opened bytes do not decompress.
    #[error("compressed bytes could not be used")]
    Compression(#[source] std::io::Error),
    /// The system gave no random bytes.
    #[error("the system gave no random bytes")]
    NoRandomness,
    /// The key file could not be read or made.
    #[error("the key file `{path}` could not be used")]
    KeyFile {
        /// Which.
        path: std::path::PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The key file is not one.
    #[error("`{path}` is not a key file")]
    NotAKeyFile {
        /// Which.
        path: std::path::PathBuf,
    },
}

row! {
    /// A period's data key, sealed with the master key.
    pub struct WrappedKey in "data_key", key 1 {
        /// The period, such as `2026-11`.
        period: String,
        /// The key, sealed.
        wrapped: Vec<u8>,
    }
}

/// The keys that follow from the master key.
pub struct Keyring {
    wrapping: SealingKey,
    fingerprints: hmac::Key,
}

impl Keyring {
    /// Reads the key file, or makes it on first use, readable by its owner alone and durable before
    /// anything is sealed with it. Without this file nothing sealed can ever be read: back it up, apart
    /// from the database.
    ///
    /// # Errors
    /// [`SealError::KeyFile`], [`SealError::NotAKeyFile`], [`SealError::NoRandomness`].
    pub fn open(path: &Path) -> Result<Self, SealError> {
        let failed = |source| SealError::KeyFile { path: path.to_owned(), source };
        let text = match fs::read_to_string(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let text = format!("{KEY_FILE}{}\n", to_hex(&random::<32>()?));
                create_key_file(path, &text).map_err(failed)?;
                text
            }
            read => read.map_err(failed)?,
        };
        text.strip_prefix(KEY_FILE)
            .and_then(|hex| from_hex(hex.trim_end()))
            .map(|master| Self::from_master(&master))
            .ok_or_else(|| SealError::NotAKeyFile { path: path.to_owned() })
    }

    /// From a master key that is kept elsewhere.
    pub fn from_master(master: &[u8; 32]) -> Self {
        let master = hmac::Key::new(hmac::HMAC_SHA256, master);
        let derived = |purpose: &str| hmac::sign(&master, purpose.as_bytes());
        Self {
            wrapping: SealingKey(hmac::Key::new(
                hmac::HMAC_SHA256,
                derived("tongguan wrapping 1").as_ref(),
            )),
            fingerprints: hmac::Key::new(
                hmac::HMAC_SHA256,
                derived("tongguan fingerprint 1").as_ref(),
            ),
        }
    }

    /// A keyed hash under which something personal can be found and not be read. `tag` keeps kinds
    /// apart, so that the same text of two kinds has two fingerprints.
    pub fn fingerprint(&self, tag: &str, text: &str) -> [u8; 16] {
        let mut context = hmac::Context::with_key(&self.fingerprints);
        context.update(&(tag.len() as u64).to_be_bytes());
        context.update(tag.as_bytes());
        context.update(text.as_bytes());
        let mut short = [0; 16];
        for (to, from) in short.iter_mut().zip(context.sign().as_ref()) {
            *to = *from;
        }
        short
    }

    fn wrap(&self, period: &str, key: &[u8; 32]) -> Result<Vec<u8>, SealError> {
        self.wrapping.seal(period.as_bytes(), key)
    }

    fn unwrap(&self, period: &str, wrapped: &[u8]) -> Result<DataKey, SealError> {
        let key = self.wrapping.open(period.as_bytes(), wrapped)?;
        Ok(DataKey {
            period: period.to_owned(),
            key: SealingKey(hmac::Key::new(hmac::HMAC_SHA256, &key)),
        })
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keyring")
    }
}

/// The key of one period. Cheap to use from several threads.
pub struct DataKey {
    period: String,
    key: SealingKey,
}

impl DataKey {
    /// The period.
    pub fn period(&self) -> &str {
        &self.period
    }

    /// Compresses and seals `body` for its `place`, such as a message's id.
    ///
    /// # Errors
    /// [`SealError::Compression`], [`SealError::NoRandomness`].
    pub fn seal(&self, place: i64, body: &[u8]) -> Result<Vec<u8>, SealError> {
        let compressed = compress(body).map_err(SealError::Compression)?;
        self.key.seal(&place.to_be_bytes(), &compressed)
    }

    /// Opens and decompresses what [`Self::seal`] made for the same `place`.
    ///
    /// # Errors
    /// [`SealError::Tampered`], [`SealError::UnknownForm`], [`SealError::Compression`].
    pub fn open(&self, place: i64, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let compressed = self.key.open(&place.to_be_bytes(), sealed)?;
        decompress(&compressed).map_err(SealError::Compression)
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DataKey({})", self.period)
    }
}

impl Tx<'_> {
    /// The data key of `period`, made on first use.
    ///
    /// # Errors
    /// [`StorageError`]; [`SealError::Tampered`] inside it when the key file is not the one that the
    /// period's key was sealed with.
    pub fn data_key(&mut self, keyring: &Keyring, period: &str) -> Result<DataKey, StorageError> {
        let mut found = self.load::<WrappedKey, _>(&[(period,)])?;
        if found.is_empty() {
            let wrapped = keyring.wrap(period, &random()?)?;
            found = self.lock_or_insert(&[WrappedKey { period: period.to_owned(), wrapped }])?;
        }
        let row = found.pop().ok_or(StorageError::Missing { table: "data_key", missing: 1 })?;
        Ok(keyring.unwrap(period, &row.wrapped)?)
    }

    /// Forgets the data keys of these periods, and with them all that was sealed under them.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn forget_periods(&mut self, periods: &[(&str,)]) -> Result<u64, StorageError> {
        self.delete::<WrappedKey, _>(periods)
    }
}

/// A key from which each sealed thing has its own.
struct SealingKey(hmac::Key);

impl SealingKey {
    fn seal(&self, place: &[u8], plain: &[u8]) -> Result<Vec<u8>, SealError> {
        let random: [u8; SALT + NONCE_LEN] = random()?;
        let mut sealed = Vec::with_capacity(HEADER + plain.len() + TAG);
        sealed.push(VERSION);
        sealed.extend_from_slice(&random);
        sealed.extend_from_slice(plain);
        let (header, body) = sealed.split_at_mut(HEADER);
        let (key, nonce) = self.own(header)?;
        let tag = key
            .seal_in_place_separate_tag(nonce, Aad::from(place), body)
            .map_err(|_| SealError::Tampered)?;
        sealed.extend_from_slice(tag.as_ref());
        Ok(sealed)
    }

    fn open(&self, place: &[u8], sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let (header, body) = sealed.split_at_checked(HEADER).ok_or(SealError::Tampered)?;
        match header.first() {
            Some(&VERSION) => {}
            Some(&other) => return Err(SealError::UnknownForm(other)),
            None => return Err(SealError::Tampered),
        }
        let (key, nonce) = self.own(header)?;
        let mut body = body.to_vec();
        let length = key
            .open_in_place(nonce, Aad::from(place), &mut body)
            .map_err(|_| SealError::Tampered)?
            .len();
        body.truncate(length);
        Ok(body)
    }

    /// The key and nonce that a header stands for.
    fn own(&self, header: &[u8]) -> Result<(LessSafeKey, Nonce), SealError> {
        let (salt, nonce) =
            header.get(1..).and_then(|h| h.split_at_checked(SALT)).ok_or(SealError::Tampered)?;
        let derived = hmac::sign(&self.0, salt);
        let key =
            UnboundKey::new(&AES_256_GCM, derived.as_ref()).map_err(|_| SealError::Tampered)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealError::Tampered)?;
        Ok((LessSafeKey::new(key), nonce))
    }
}

thread_local! {
    // A context is some 100 KiB to set up and clear; kept, it saves more than it compresses.
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

fn compress(body: &[u8]) -> std::io::Result<Vec<u8>> {
    COMPRESSOR.with_borrow_mut(|kept| {
        let compressor = match kept {
            Some(compressor) => compressor,
            None => kept.insert(Compressor::new(1)?),
        };
        compressor.compress(body)
    })
}

fn decompress(compressed: &[u8]) -> std::io::Result<Vec<u8>> {
    DECOMPRESSOR.with_borrow_mut(|kept| {
        let decompressor = match kept {
            Some(decompressor) => decompressor,
            None => kept.insert(Decompressor::new()?),
        };
        let length = Decompressor::upper_bound(compressed).unwrap_or(LONGEST_BODY);
        decompressor.decompress(compressed, length.min(LONGEST_BODY))
    })
}

fn random<const N: usize>() -> Result<[u8; N], SealError> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| SealError::NoRandomness)?;
    Ok(bytes)
}

/// Written under another name, synced, then linked to its own: whole or not there, and never over one
/// that another process has just made.
fn create_key_file(path: &Path, text: &str) -> std::io::Result<()> {
    let directory = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let draft = path.with_extension("new");
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    linked?;
    sync_directory(directory)
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(hex: &str) -> Option<[u8; 32]> {
    if hex.len() != 64 || !hex.is_ascii() {
        return None;
    }
    let mut bytes = [0; 32];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hex.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(bytes)
}
