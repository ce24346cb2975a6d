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

mod compression;
mod key_file;

use std::fmt;
use std::path::{Path, PathBuf};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::{SecureRandom, SystemRandom};

use self::compression::{compress, decompress};
use crate::error::StorageError;
use crate::tx::{Tx, View};

/// The first bytes of sealed bytes: which way they were sealed.
const VERSION: u8 = 1;
/// Random bytes that derive a body's own key.
const SALT: usize = 16;
/// Version, salt and nonce.
const HEADER: usize = 1 + SALT + NONCE_LEN;
/// The authentication tag.
const TAG: usize = 16;

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
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The key file is not one.
    #[error("`{path}` is not a key file")]
    NotAKeyFile {
        /// Which.
        path: PathBuf,
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
    secrets: SealingKey,
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
        key_file::read_or_create(path).map(|master| Self::from_master(&master))
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
            secrets: SealingKey(hmac::Key::new(
                hmac::HMAC_SHA256,
                derived("tongguan secrets 1").as_ref(),
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

    /// Seals a small secret for its `place`, such as whose it is and what for.
    ///
    /// # Errors
    /// [`SealError::NoRandomness`].
    pub fn seal_secret(&self, place: &str, secret: &[u8]) -> Result<Vec<u8>, SealError> {
        self.secrets.seal(place.as_bytes(), secret)
    }

    /// Opens what [`Self::seal_secret`] made for the same `place`.
    ///
    /// # Errors
    /// [`SealError::Tampered`], [`SealError::UnknownForm`].
    pub fn open_secret(&self, place: &str, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        self.secrets.open(place.as_bytes(), sealed)
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

impl View<'_> {
    /// The data key of `period`, if it was made and is not forgotten.
    ///
    /// # Errors
    /// [`StorageError`]; [`SealError::Tampered`] inside it when the key file is not the one that the
    /// period's key was sealed with.
    pub fn known_data_key(
        &mut self,
        keyring: &Keyring,
        period: &str,
    ) -> Result<Option<DataKey>, StorageError> {
        let found = self.load::<WrappedKey, _>(&[(period,)])?.pop();
        Ok(found.map(|row| keyring.unwrap(period, &row.wrapped)).transpose()?)
    }
}

impl Tx<'_> {
    /// The data key of `period`, made on first use.
    ///
    /// # Errors
    /// As [`View::known_data_key`].
    pub fn data_key(&mut self, keyring: &Keyring, period: &str) -> Result<DataKey, StorageError> {
        if let Some(key) = self.known_data_key(keyring, period)? {
            return Ok(key);
        }
        let wrapped = keyring.wrap(period, &random()?)?;
        let row = WrappedKey { period: period.to_owned(), wrapped };
        let row = self.lock_or_insert(&[row])?.pop();
        let row = row.ok_or(StorageError::Missing { table: "data_key", missing: 1 })?;
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

/// Random bytes of the system, for keys and numbers that nobody may guess.
///
/// # Errors
/// [`SealError`] when it has none.
pub fn random<const N: usize>() -> Result<[u8; N], SealError> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| SealError::NoRandomness)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::compression::LONGEST_BODY;
    use super::*;

    fn key() -> DataKey {
        let keyring = Keyring::from_master(&[1; 32]);
        let wrapped = keyring.wrap("2026-11", &[2; 32]).unwrap();
        keyring.unwrap("2026-11", &wrapped).unwrap()
    }

    #[test]
    fn what_was_sealed_opens_in_its_place_alone() {
        let body = "<CEB621Message>订单</CEB621Message>".repeat(100);
        let sealed = key().seal(7, body.as_bytes()).unwrap();
        assert!(sealed.len() < body.len() / 10, "compressed first");
        assert_eq!(key().open(7, &sealed).unwrap(), body.as_bytes());
        assert!(matches!(key().open(8, &sealed), Err(SealError::Tampered)));
        assert_eq!(key().open(7, &key().seal(7, b"").unwrap()).unwrap(), b"");
    }

    #[test]
    fn a_changed_or_missing_byte_anywhere_is_noticed() {
        let sealed = key().seal(7, b"a body").unwrap();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            let refused = key().open(7, &changed).unwrap_err();
            match at {
                0 => assert!(matches!(refused, SealError::UnknownForm(0))),
                _ => assert!(matches!(refused, SealError::Tampered), "byte {at}: {refused}"),
            }
            assert!(key().open(7, &sealed[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn the_same_body_is_never_sealed_alike() {
        let key = key();
        assert_ne!(key.seal(7, b"a body").unwrap(), key.seal(7, b"a body").unwrap());
    }

    #[test]
    fn a_bomb_is_not_unpacked() {
        let huge = zstd::bulk::compress(&vec![0; LONGEST_BODY + 1], 1).unwrap();
        let sealed = key().key.seal(&7_i64.to_be_bytes(), &huge).unwrap();
        assert!(matches!(key().open(7, &sealed), Err(SealError::Compression(_))));
    }

    #[test]
    fn a_fingerprint_depends_on_key_kind_and_text() {
        let keyring = Keyring::from_master(&[1; 32]);
        let print = keyring.fingerprint("person", "110101199003070000");
        assert_eq!(print, keyring.fingerprint("person", "110101199003070000"));
        let others = [
            keyring.fingerprint("person", "110101199003070001"),
            keyring.fingerprint("phone", "110101199003070000"),
            keyring.fingerprint("person1", "10101199003070000"),
            Keyring::from_master(&[2; 32]).fingerprint("person", "110101199003070000"),
        ];
        assert!(!others.contains(&print));
    }
}
