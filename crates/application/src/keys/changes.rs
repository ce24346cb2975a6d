//! What is done with the ring: each is one change of the register of keys, with its audit event.

use std::path::Path;

use tongguan_domain::time::Moment;
use tongguan_storage::seal::{Ring, RingKey, SealError};
use tongguan_storage::{Register, StorageError, Tx, View, Writer};

use super::{Cipher, KeyId, KeysError, SealedBy, SealingKeyRow, row_of, sealed_by, told};
use crate::history::{Cause, ChangeKind, Entry, change};

/// Adds a key to key file and ring. It waits: the file can be copied to other machines before it seals. Without a
/// cipher it has that of the key that seals now.
///
/// # Errors
/// [`KeysError`]; in the file there may be a key then that the database does not know, which harms nothing.
pub fn add(
    writer: &mut Writer,
    path: &Path,
    cipher: Option<Cipher>,
    cause: &Cause,
    now: Moment,
) -> Result<KeyId, KeysError> {
    change(writer, Register::Keys, cause, now, |tx| {
        let (ring, rows) = standing(tx, path)?;
        let (row, entry) = added(tx, path, ring, cipher.or_else(|| cipher_of(&rows)), now)?;
        Ok((row.key_id, vec![entry]))
    })
}

/// Lets another key seal from now on: the one that was added last and waits, or a new one. Running processes hear of
/// it within a second.
///
/// # Errors
/// [`KeysError`].
pub fn rotate(
    writer: &mut Writer,
    path: &Path,
    cipher: Option<Cipher>,
    cause: &Cause,
    now: Moment,
) -> Result<KeyId, KeysError> {
    change(writer, Register::Keys, cause, now, |tx| {
        let (ring, rows) = standing(tx, path)?;
        let old = rows.iter().find(|row| row.seals).ok_or(KeysError::NoRing)?;
        let fits = |row: &&SealingKeyRow| {
            let is_wanted = cipher.is_none_or(|cipher| row.cipher == cipher.name());
            let is_free = row.seals_since.is_none() && row.retired_at.is_none();
            is_free && is_wanted && ring.holds(row.key_id)
        };
        let mut entries = Vec::new();
        let new = match rows.iter().rfind(fits) {
            Some(waiting) => waiting.clone(),
            None => {
                let (row, entry) = added(tx, path, ring, cipher.or_else(|| cipher_of(&rows)), now)?;
                entries.push(entry);
                row
            }
        };
        // One after the other: at no time do two seal.
        tx.upsert(&[SealingKeyRow { seals: false, ..old.clone() }])?;
        let new = SealingKeyRow { seals: true, seals_since: Some(now), ..new };
        tx.upsert(std::slice::from_ref(&new))?;
        entries.push(told(old.key_id, ChangeKind::Changed, [("seals", "yes", "no")]));
        entries.push(told(new.key_id, ChangeKind::Changed, [("seals", "no", "yes")]));
        Ok((new.key_id, entries))
    })
}

/// Takes a key out of use for good, where nothing is sealed with it.
///
/// # Errors
/// [`KeysError::StillSeals`] says what is; other [`KeysError`].
pub fn retire(
    writer: &mut Writer,
    id: KeyId,
    cause: &Cause,
    now: Moment,
) -> Result<SealingKeyRow, KeysError> {
    // Looked at first without a lock, because counting may take a while.
    let sealed = sealed_by(writer.store(), id)?;
    if !sealed.is_nothing() {
        let row = writer.store().read(|view| known(view, id))?;
        return Err(if row.seals {
            KeysError::Seals(id)
        } else {
            KeysError::StillSeals { key: id, sealed }
        });
    }
    change(writer, Register::Keys, cause, now, |tx| {
        // Waits for whoever writes what it has sealed; whoever comes later is refused.
        let row = tx.lock_sealing_key(id)?.ok_or(KeysError::Unknown(id))?;
        if row.retired_at.is_some() {
            return Ok((row, Vec::new()));
        }
        if row.seals {
            return Err(KeysError::Seals(id));
        }
        let sealed = sealed_now(tx, id)?;
        if !sealed.is_nothing() {
            return Err(KeysError::StillSeals { key: id, sealed });
        }
        let row = SealingKeyRow { retired_at: Some(now), ..row };
        tx.upsert(std::slice::from_ref(&row))?;
        tx.remove_data_keys(id)?;
        let entry = told(id, ChangeKind::Ended, [("retired", "no", "yes")]);
        Ok((row, vec![entry]))
    })
}

/// Takes a retired key out of the key file at hand; gives whether it was there. Copies of the database from before it
/// was sealed anew can no longer be read with this file.
///
/// # Errors
/// [`KeysError::NotRetired`]; other [`KeysError`].
pub fn destroy(
    writer: &mut Writer,
    path: &Path,
    id: KeyId,
    cause: &Cause,
    now: Moment,
) -> Result<bool, KeysError> {
    change(writer, Register::Keys, cause, now, |tx| {
        let row = tx.lock_sealing_key(id)?.ok_or(KeysError::Unknown(id))?;
        if row.retired_at.is_none() {
            return Err(KeysError::NotRetired(id));
        }
        let (ring, _) = standing(tx, path)?;
        if !ring.holds(id) {
            return Ok((false, Vec::new()));
        }
        ring.without(id).replace(path)?;
        Ok((true, vec![told(id, ChangeKind::Ended, [("in the key file", "yes", "no")])]))
    })
}

/// The key file and the rows of the ring, which agree on the key of the marks.
fn standing(tx: &mut Tx<'_>, path: &Path) -> Result<(Ring, Vec<SealingKeyRow>), KeysError> {
    let rows = tx.sealing_keys()?;
    let sealing = rows.iter().find(|row| row.seals).ok_or(KeysError::NoRing)?;
    let missing = || SealError::MissingFile { path: path.to_owned(), key: sealing.key_id };
    let ring = Ring::read(path)?.ok_or_else(missing)?;
    if ring.marks_id() != sealing.marks_id {
        return Err(SealError::OtherMarks { path: path.to_owned() }.into());
    }
    Ok((ring, rows))
}

/// A new key in file and table. The file comes first: a key that the table knows is there.
fn added(
    tx: &mut Tx<'_>,
    path: &Path,
    ring: Ring,
    cipher: Option<Cipher>,
    now: Moment,
) -> Result<(SealingKeyRow, Entry), KeysError> {
    let key = RingKey::new(cipher.unwrap_or(Cipher::Aes256Gcm))?;
    let row = row_of(&key, ring.marks_id(), now);
    ring.with(key).replace(path)?;
    tx.insert(std::slice::from_ref(&row))?;
    let entry = told(row.key_id, ChangeKind::Added, [("cipher", "", &row.cipher)]);
    Ok((row, entry))
}

fn cipher_of(rows: &[SealingKeyRow]) -> Option<Cipher> {
    rows.iter().find(|row| row.seals).and_then(|row| Cipher::named(&row.cipher))
}

fn known(view: &mut View<'_>, id: KeyId) -> Result<SealingKeyRow, KeysError> {
    let row = view.sealing_keys()?.into_iter().find(|row| row.key_id == id);
    row.ok_or(KeysError::Unknown(id))
}

/// As [`sealed_by`], in the transaction that says it for good; quick where there is nothing.
fn sealed_now(tx: &mut Tx<'_>, id: KeyId) -> Result<SealedBy, StorageError> {
    let mut sealed = SealedBy { secrets: tx.secrets_under(id)?, ..SealedBy::default() };
    for period in tx.periods_under(id)? {
        sealed.add(tx, id, &period)?;
    }
    Ok(sealed)
}
