//! Access keys (访问密钥): by which programs read a mailbox.
//!
//! A key is a random number that is shown once, when it is given; kept is its digest. A key has 256 random
//! bits, so nobody guesses one, and a plain digest is as good as a slow one.

use tongguan_domain::ids::DxpId;
use tongguan_domain::time::Moment;
use tongguan_storage::seal::{SealError, random};
use tongguan_storage::{AccessKeyRow, Backoff, StorageError, View, Writer};

use crate::digest::sha256;
use crate::registry::fingerprint;

/// What a key begins with, so that it is known for what it is where it must not be.
const PREFIX: &str = "tongguan_";

/// A key was not given or not withdrawn.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The system gave no random bytes.
    #[error(transparent)]
    Random(#[from] SealError),
    /// No key has that number.
    #[error("no access key `{0}` was given; `access list` shows those that were")]
    Unknown(String),
}

/// A key that was given, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessKey {
    /// What it is called: the beginning of its digest.
    pub number: String,
    /// The mailbox that it opens.
    pub mailbox: DxpId,
    /// What it is for.
    pub purpose: String,
    /// When it was given.
    pub issued_at: Moment,
    /// From when on it opens nothing.
    pub expires_at: Moment,
    /// When it was withdrawn, if it was.
    pub withdrawn_at: Option<Moment>,
}

impl AccessKey {
    /// Whether it opens its mailbox at that time.
    pub fn is_valid_at(&self, now: Moment) -> bool {
        self.withdrawn_at.is_none() && self.issued_at <= now && now < self.expires_at
    }
}

/// Gives a key for a mailbox; gives it, and its secret, which nobody can show again.
///
/// # Errors
/// [`AccessError`].
pub fn issue(
    writer: &mut Writer,
    mailbox: &DxpId,
    purpose: &str,
    now: Moment,
    expires_at: Moment,
) -> Result<(AccessKey, String), AccessError> {
    let secret = format!("{PREFIX}{}", fingerprint(&random()?));
    let row = AccessKeyRow {
        digest: sha256(secret.as_bytes()),
        mailbox: mailbox.clone(),
        purpose: purpose.to_owned(),
        issued_at: now,
        expires_at,
        withdrawn_at: None,
    };
    writer.retried(Backoff::default(), |tx| tx.insert(std::slice::from_ref(&row)))?;
    Ok((row.into(), secret))
}

/// Every key that was ever given, by mailbox, the oldest first.
///
/// # Errors
/// [`StorageError`].
pub fn keys(view: &mut View<'_>) -> Result<Vec<AccessKey>, StorageError> {
    Ok(view.all_access_keys()?.into_iter().map(AccessKey::from).collect())
}

/// Withdraws a key; one that was withdrawn stays as it is.
///
/// # Errors
/// [`AccessError`].
pub fn withdraw(writer: &mut Writer, number: &str, now: Moment) -> Result<AccessKey, AccessError> {
    writer.transaction(|tx| {
        let rows = tx.all_access_keys()?;
        let mut row = rows
            .into_iter()
            .find(|row| number_of(&row.digest) == number)
            .ok_or_else(|| AccessError::Unknown(number.to_owned()))?;
        row.withdrawn_at.get_or_insert(now);
        tx.upsert(std::slice::from_ref(&row))?;
        Ok(row.into())
    })
}

/// The key that a secret belongs to, valid or not.
///
/// # Errors
/// [`StorageError`].
pub fn key_of(view: &mut View<'_>, secret: &str) -> Result<Option<AccessKey>, StorageError> {
    if !secret.starts_with(PREFIX) {
        return Ok(None);
    }
    Ok(view.access_keys(&[sha256(secret.as_bytes())])?.pop().map(AccessKey::from))
}

impl From<AccessKeyRow> for AccessKey {
    fn from(row: AccessKeyRow) -> Self {
        Self {
            number: number_of(&row.digest),
            mailbox: row.mailbox,
            purpose: row.purpose,
            issued_at: row.issued_at,
            expires_at: row.expires_at,
            withdrawn_at: row.withdrawn_at,
        }
    }
}

/// The beginning of the digest: enough to tell keys apart.
fn number_of(digest: &[u8; 32]) -> String {
    let mut number = fingerprint(digest);
    number.truncate(16);
    number
}
