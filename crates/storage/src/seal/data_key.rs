//! Data keys: one for each period and key of the ring, kept sealed with that key, so that a period whose legal
//! time is over is forgotten by deleting rows.

use std::fmt;

use super::body::SealingKey;
use super::compression::{compress, decompress};
use super::key::KeyId;
use super::keyring::Keyring;
use super::{SealError, random};
use crate::error::StorageError;
use crate::tx::{Tx, View};

row! {
    /// A period's data key, sealed with a key of the ring.
    pub struct WrappedKey in "data_key", key 2 {
        /// The period, such as `2026-11`.
        period: String,
        /// The key of the ring.
        key_id: KeyId,
        /// The data key, sealed.
        wrapped: Vec<u8>,
    }
}

/// The key of one period. Cheap to use from several threads.
pub struct DataKey {
    pub(super) period: String,
    pub(super) id: KeyId,
    pub(super) key: SealingKey,
}

impl DataKey {
    /// The period.
    pub fn period(&self) -> &str {
        &self.period
    }

    /// The key of the ring that it is sealed with, which sealed bodies name.
    pub const fn id(&self) -> KeyId {
        self.id
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

    /// What `old` has sealed for its `place`, sealed with this one; opened once more, because the old bytes are
    /// about to be given up.
    ///
    /// # Errors
    /// As [`Self::open`], of either key.
    pub fn reseal(&self, old: &Self, place: i64, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let place = place.to_be_bytes();
        let compressed = old.key.open(&place, sealed)?;
        let fresh = self.key.seal(&place, &compressed)?;
        if self.key.open(&place, &fresh)? != compressed {
            return Err(SealError::Tampered);
        }
        Ok(fresh)
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DataKey({} under {})", self.period, self.id)
    }
}

impl View<'_> {
    /// The data key of `period` under a key of the ring, if it was made and is not forgotten.
    ///
    /// # Errors
    /// [`StorageError`]; in it [`SealError::UnknownKey`] where the key file lacks the key, and
    /// [`SealError::Tampered`] where what stands in the row was altered.
    pub fn known_data_key(
        &mut self,
        keyring: &Keyring,
        period: &str,
        id: KeyId,
    ) -> Result<Option<DataKey>, StorageError> {
        let found = self.load::<WrappedKey, _>(&[(period, id)])?.pop();
        Ok(found.map(|row| keyring.unwrap(&row)).transpose()?)
    }

    /// The data keys of a period as they are sealed, in order: what is destroyed with it.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn sealed_keys_of(&mut self, period: &str) -> Result<Vec<Vec<u8>>, StorageError> {
        let keys: Vec<WrappedKey> = self.load(&[(period,)])?;
        Ok(keys.into_iter().map(|key| key.wrapped).collect())
    }

    /// The periods that have a data key, in order.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn sealed_periods(&mut self) -> Result<Vec<String>, StorageError> {
        let keys: Vec<WrappedKey> = self.select("ORDER BY period, key_id", &[])?;
        let mut periods: Vec<_> = keys.into_iter().map(|key| key.period).collect();
        periods.dedup();
        Ok(periods)
    }
}

impl Tx<'_> {
    /// The data key of `period` under the key that seals now, made on first use; what it seals may be written in
    /// this transaction.
    ///
    /// # Errors
    /// As [`View::known_data_key`], and [`SealError::Retired`] in it.
    pub fn data_key(&mut self, keyring: &Keyring, period: &str) -> Result<DataKey, StorageError> {
        let id = keyring.sealing();
        self.still_seal(&[id])?;
        if let Some(key) = self.known_data_key(keyring, period, id)? {
            return Ok(key);
        }
        let wrapped = keyring.wrap(id, period, &random()?)?;
        let row = WrappedKey { period: period.to_owned(), key_id: id, wrapped };
        let row = self.lock_or_insert(&[row])?.pop();
        let row = row.ok_or(StorageError::Missing { table: "data_key", missing: 1 })?;
        Ok(keyring.unwrap(&row)?)
    }

    /// The data key of `period` under the key that seals now, for what is sealed under `old`; nothing where the
    /// period was forgotten meanwhile, which must stay so.
    ///
    /// # Errors
    /// As [`Self::data_key`].
    pub fn data_key_instead(
        &mut self,
        keyring: &Keyring,
        period: &str,
        old: KeyId,
    ) -> Result<Option<DataKey>, StorageError> {
        match self.lock_shared::<WrappedKey, _>(&[(period, old)])?.is_empty() {
            true => Ok(None),
            false => self.data_key(keyring, period).map(Some),
        }
    }

    /// Forgets the data keys of these periods, and with them all that was sealed under them.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn forget_periods(&mut self, periods: &[(&str,)]) -> Result<u64, StorageError> {
        self.delete::<WrappedKey, _>(periods)
    }
}
