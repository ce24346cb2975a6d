//! Opening the ring when a process starts, and hearing of its changes while it runs.

use std::path::Path;
use std::sync::Arc;

use tongguan_domain::time::Moment;
use tongguan_storage::seal::{Keyring, Ring, RingKey, SealError};
use tongguan_storage::{Register, StorageError, Store, View};

use super::{Cipher, KeyId, KeysError, SealingKeyRow, row_of, told};
use crate::history::{Cause, ChangeKind, change};

/// Opens the ring of a database with the key file. Where nothing was ever sealed, and there is no file, makes both.
///
/// # Errors
/// [`KeysError`]: the file is missing, lacks the key that seals, or is another installation's.
pub fn open(store: &Store, path: &Path, now: Moment) -> Result<Keyring, KeysError> {
    let (mut rows, mut revision) = store.read(standing)?;
    if rows.is_empty() {
        found(store, path, now)?;
        (rows, revision) = store.read(standing)?;
    }
    let sealing = rows.iter().find(|row| row.seals).ok_or(KeysError::NoRing)?;
    let keyring = Keyring::open(path, sealing.key_id, revision)?;
    if keyring.marks_id() != sealing.marks_id {
        return Err(SealError::OtherMarks { path: path.to_owned() }.into());
    }
    Ok(keyring)
}

/// What a running process hears of the ring.
#[derive(Debug)]
pub struct KeysNews {
    keyring: Arc<Keyring>,
    /// The key that seals elsewhere, and that the key file here lacks.
    lacks: Option<KeyId>,
}

impl KeysNews {
    /// For a process that seals with `keyring`.
    pub const fn new(keyring: Arc<Keyring>) -> Self {
        Self { keyring, lacks: None }
    }

    /// Takes up what was changed of the ring; gives whether anything was. Where the file lacks the key that is to
    /// seal, goes on with the earlier one, says so once, and looks again each time.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn take_up(
        &mut self,
        view: &mut View<'_>,
    ) -> Result<Option<Result<(), SealError>>, StorageError> {
        if self.lacks.is_none() && view.revision(Register::Keys)? == self.keyring.revision() {
            return Ok(None);
        }
        let (rows, revision) = standing(view)?;
        let Some(sealing) = rows.iter().find(|row| row.seals) else { return Ok(None) };
        match self.keyring.take_up(sealing.key_id, revision) {
            Ok(()) => {
                self.lacks = None;
                Ok(Some(Ok(())))
            }
            Err(error) => {
                let is_news = self.lacks.replace(sealing.key_id) != Some(sealing.key_id);
                Ok(is_news.then_some(Err(error)))
            }
        }
    }
}

fn standing(view: &mut View<'_>) -> Result<(Vec<SealingKeyRow>, i64), StorageError> {
    Ok((view.sealing_keys()?, view.revision(Register::Keys)?))
}

/// Begins the ring with the keys of the file, the last of which seals; makes the file where nothing is sealed yet.
fn found(store: &Store, path: &Path, now: Moment) -> Result<(), KeysError> {
    let ring = match Ring::read(path)? {
        Some(ring) => ring,
        None => {
            // A database whose file was lost must not begin anew.
            if let Some(period) = store.read(|view| view.sealed_periods())?.pop() {
                return Err(KeysError::FileLost { path: path.to_owned(), period });
            }
            Ring::create(path, Cipher::Aes256Gcm)?
        }
    };
    let mut writer = store.small_writer()?;
    let cause = Cause::Command("first start".to_owned());
    let begun = change(&mut writer, Register::Keys, &cause, now, |tx| {
        // Another process was faster.
        if !tx.sealing_keys()?.is_empty() {
            return Ok::<_, StorageError>(((), Vec::new()));
        }
        let mut rows: Vec<_> =
            ring.keys().map(|key: &RingKey| row_of(key, ring.marks_id(), now)).collect();
        if let Some(last) = rows.last_mut() {
            (last.seals, last.seals_since) = (true, Some(now));
        }
        tx.insert(&rows)?;
        let seals = |row: &SealingKeyRow| if row.seals { "yes" } else { "no" };
        let entry = |row: &SealingKeyRow| {
            let fields = [("cipher", "", &*row.cipher), ("seals", "", seals(row))];
            told(row.key_id, ChangeKind::Added, fields)
        };
        Ok(((), rows.iter().map(entry).collect()))
    });
    Ok(begun?)
}
