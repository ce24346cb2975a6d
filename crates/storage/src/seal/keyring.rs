//! The ring of keys (密钥环) as a process holds it: several open, one seals, and which one may change while it runs.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::SystemTime;
use std::{fs, io};

use aws_lc_rs::hmac;

use super::SealError;
use super::body::{SealingKey, sealed_by};
use super::data_key::{DataKey, WrappedKey};
use super::key::{Cipher, KeyId, RingKey, derived};
use super::key_file::Ring;

/// The keys of the ring, and the key of the marks, which never changes.
pub struct Keyring {
    file: Option<PathBuf>,
    marks: hmac::Key,
    marks_id: KeyId,
    held: RwLock<Arc<Held>>,
    /// The file as it was when it was last read for a key that it did not hold.
    tried: Mutex<Option<Stamp>>,
}

/// When a file was changed last, and how many bytes it has.
type Stamp = (SystemTime, u64);

/// What was held at one time.
struct Held {
    keys: BTreeMap<KeyId, Derived>,
    sealing: KeyId,
    revision: i64,
}

/// The keys that follow from one of the ring.
struct Derived {
    cipher: Cipher,
    wrapping: SealingKey,
    secrets: SealingKey,
}

impl Keyring {
    /// Reads the key file; `sealing` seals, as it stands at `revision` of the register of keys.
    ///
    /// # Errors
    /// [`SealError::MissingFile`], [`SealError::UnknownKey`], or what is wrong with the file.
    pub fn open(path: &Path, sealing: KeyId, revision: i64) -> Result<Self, SealError> {
        let ring = read(path, sealing)?;
        let held = Held::of(&ring, sealing, revision);
        held.key(sealing, Some(path))?;
        Ok(Self::holding(&ring, Some(path.to_owned()), held))
    }

    /// Of one key, which is that of the marks as well: for trials and tests.
    pub fn from_master(master: &[u8; 32]) -> Self {
        let ring = Ring::from_master(Cipher::Aes256Gcm, master);
        let sealing = KeyId::of(master, Cipher::Aes256Gcm.name());
        Self::holding(&ring, None, Held::of(&ring, sealing, 0))
    }

    fn holding(ring: &Ring, file: Option<PathBuf>, held: Held) -> Self {
        let marks = derived(ring.marks(), "tongguan fingerprint 1");
        Self {
            file,
            marks: hmac::Key::new(hmac::HMAC_SHA256, &marks),
            marks_id: ring.marks_id(),
            held: RwLock::new(Arc::new(held)),
            tried: Mutex::new(None),
        }
    }

    /// Reads the key file again and lets `sealing` seal from now on, as it stands at `revision`.
    ///
    /// # Errors
    /// As [`Self::open`], and [`SealError::OtherMarks`]; then everything stays as it was.
    pub fn take_up(&self, sealing: KeyId, revision: i64) -> Result<(), SealError> {
        self.read_again(sealing, |_| (sealing, revision))
    }

    /// Reads the key file again; `now` says of what is held which key seals then, and since which revision.
    fn read_again(
        &self,
        wanted: KeyId,
        now: impl FnOnce(&Held) -> (KeyId, i64),
    ) -> Result<(), SealError> {
        let unknown = || SealError::UnknownKey { key: wanted, path: PathBuf::new() };
        let path = self.file.as_deref().ok_or_else(unknown)?;
        let ring = read(path, wanted)?;
        if ring.marks_id() != self.marks_id {
            return Err(SealError::OtherMarks { path: path.to_owned() });
        }
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        let (sealing, revision) = now(&held);
        let fresh = Held::of(&ring, sealing, revision);
        fresh.key(sealing, Some(path))?;
        *held = Arc::new(fresh);
        Ok(())
    }

    /// The key that seals.
    pub fn sealing(&self) -> KeyId {
        self.held().sealing
    }

    /// The revision of the register of keys that this was read at.
    pub fn revision(&self) -> i64 {
        self.held().revision
    }

    /// The name of the key of the marks.
    pub const fn marks_id(&self) -> KeyId {
        self.marks_id
    }

    /// A keyed hash under which something personal can be found and not be read. `tag` keeps kinds
    /// apart, so that the same text of two kinds has two fingerprints.
    pub fn fingerprint(&self, tag: &str, text: &str) -> [u8; 16] {
        let mut context = hmac::Context::with_key(&self.marks);
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
        let held = self.held();
        held.key(held.sealing, self.file.as_deref())?.secrets.seal(place.as_bytes(), secret)
    }

    /// Opens what [`Self::seal_secret`] made for the same `place`, with whichever key of the ring.
    ///
    /// # Errors
    /// [`SealError::Tampered`], [`SealError::UnknownForm`], [`SealError::UnknownKey`].
    pub fn open_secret(&self, place: &str, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let id = sealed_by(sealed)?;
        let held = self.held_with(id);
        held.key(id, self.file.as_deref())?.secrets.open(place.as_bytes(), sealed)
    }

    /// A secret sealed with the key that seals now; nothing where it is.
    ///
    /// # Errors
    /// As [`Self::open_secret`].
    pub fn reseal_secret(&self, place: &str, sealed: &[u8]) -> Result<Option<Vec<u8>>, SealError> {
        if sealed_by(sealed)? == self.sealing() {
            return Ok(None);
        }
        let secret = self.open_secret(place, sealed)?;
        let fresh = self.seal_secret(place, &secret)?;
        // The old bytes are about to be given up.
        if self.open_secret(place, &fresh)? != secret {
            return Err(SealError::Tampered);
        }
        Ok(Some(fresh))
    }

    pub(super) fn wrap(
        &self,
        id: KeyId,
        period: &str,
        key: &[u8; 32],
    ) -> Result<Vec<u8>, SealError> {
        self.held_with(id).key(id, self.file.as_deref())?.wrapping.seal(period.as_bytes(), key)
    }

    pub(super) fn unwrap(&self, row: &WrappedKey) -> Result<DataKey, SealError> {
        let WrappedKey { period, key_id: id, wrapped } = row;
        let held = self.held_with(*id);
        let under = held.key(*id, self.file.as_deref())?;
        let secret = under.wrapping.open(period.as_bytes(), wrapped)?;
        let secret = secret.try_into().map_err(|_| SealError::Tampered)?;
        let key = SealingKey::new(*id, under.cipher, &secret);
        Ok(DataKey { period: period.clone(), id: *id, key })
    }

    fn held(&self) -> Arc<Held> {
        self.held.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What is held; with `id`, where another process has just added it to the file: what it seals may be met
    /// before its change is heard of. Whoever makes names up has the file looked at each time, and read once.
    fn held_with(&self, id: KeyId) -> Arc<Held> {
        let held = self.held();
        let Some(path) = self.file.as_deref().filter(|_| !held.keys.contains_key(&id)) else {
            return held;
        };
        // One after the other: who waited for somebody that read it has what was read.
        let mut tried = self.tried.lock().unwrap_or_else(PoisonError::into_inner);
        let held = self.held();
        let now = stamp(path).ok();
        if held.keys.contains_key(&id) || now.is_none() || *tried == now {
            return held;
        }
        *tried = now;
        let read = self.read_again(id, |held| (held.sealing, held.revision));
        if read.is_ok() { self.held() } else { held }
    }
}

/// How a file stands now: what is written to it afterwards makes another stamp.
fn stamp(path: &Path) -> io::Result<Stamp> {
    let is = fs::metadata(path)?;
    Ok((is.modified()?, is.len()))
}

impl Held {
    fn of(ring: &Ring, sealing: KeyId, revision: i64) -> Self {
        let derived = |key: &RingKey| {
            let of = |purpose| SealingKey::new(key.id(), key.cipher(), &key.derived(purpose));
            let (wrapping, secrets) = (of("tongguan wrapping 1"), of("tongguan secrets 1"));
            (key.id(), Derived { cipher: key.cipher(), wrapping, secrets })
        };
        Self { keys: ring.keys().map(derived).collect(), sealing, revision }
    }

    fn key(&self, id: KeyId, file: Option<&Path>) -> Result<&Derived, SealError> {
        self.keys.get(&id).ok_or_else(|| SealError::UnknownKey {
            key: id,
            path: file.unwrap_or(Path::new("")).to_owned(),
        })
    }
}

/// The keys of a file that has to be there.
fn read(path: &Path, wanted: KeyId) -> Result<Ring, SealError> {
    let missing = || SealError::MissingFile { path: path.to_owned(), key: wanted };
    Ring::read(path)?.ok_or_else(missing)
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keyring")
    }
}
