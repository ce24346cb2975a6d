//! The ring of keys (密钥环): which keys seal what is stored, which one seals now, and how one is taken out of use.
//!
//! The keys themselves stand in the key file, their names and where they stand in the database. A key goes one way:
//! added, it waits; it seals; another seals in its place, and it opens what it sealed; when nothing is left of that
//! it is retired, and then it may be destroyed. See decision 34.

mod changes;
mod open;
mod reseal;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tongguan_domain::time::Moment;
pub use tongguan_storage::seal::{Cipher, KeyId, SealedSecrets, SealingKeyRow};
use tongguan_storage::seal::{DeclaredKind, Ring, RingKey, SealError};
use tongguan_storage::{StorageError, Store, View};

use crate::history::{ChangeKind, Entry, Field, Subject};

pub use changes::{add, destroy, retire, rotate};
pub use open::{KeysNews, open};
pub use reseal::{Damaged, Progress, Resealed, reseal};

/// A key of the ring, and whether the key file at hand holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// As the database knows it.
    pub row: SealingKeyRow,
    /// Whether the key itself is there.
    pub is_in_file: bool,
}

/// Where a key stands on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// Added, and nothing was sealed with it.
    Waits,
    /// New things are sealed with it.
    Seals,
    /// It opens what it sealed.
    Opens,
    /// Nothing is sealed with it any more.
    Retired,
}

/// What a key seals.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SealedBy {
    /// Bundles of messages, by month.
    pub bundles: BTreeMap<String, i64>,
    /// Pictures of examinations.
    pub pictures: i64,
    /// What platforms uploaded of payments.
    pub evidence: i64,
    /// Small secrets.
    pub secrets: SealedSecrets,
}

/// The ring was not changed.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The key file.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// Nothing was ever sealed here.
    #[error(
        "this database has no ring of keys yet: the first start of a gateway or service makes one"
    )]
    NoRing,
    /// What is stored was sealed, and with what is not known.
    #[error(
        "there is no key file `{path}`, and messages of {period} are sealed: put the file back from its backup, \
         or name it with --key-file"
    )]
    FileLost {
        /// Where it was looked for.
        path: PathBuf,
        /// The last month in which something was sealed.
        period: String,
    },
    /// There is no such key.
    #[error("there is no key `{0}`: `keys list` shows those that there are")]
    Unknown(KeyId),
    /// It seals.
    #[error(
        "key `{0}` seals what is stored now: let another seal with `keys rotate`, then `keys reseal`"
    )]
    Seals(KeyId),
    /// Things are sealed with it.
    #[error("key `{key}` still seals {sealed}: seal that anew with `keys reseal` first")]
    StillSeals {
        /// Which.
        key: KeyId,
        /// What.
        sealed: SealedBy,
    },
    /// It may still be needed.
    #[error(
        "key `{0}` is not retired: without it what it seals could never be read; see `keys retire`"
    )]
    NotRetired(KeyId),
}

impl Listed {
    /// Where it stands.
    pub const fn state(&self) -> KeyState {
        match self.row {
            SealingKeyRow { retired_at: Some(_), .. } => KeyState::Retired,
            SealingKeyRow { seals: true, .. } => KeyState::Seals,
            SealingKeyRow { seals_since: Some(_), .. } => KeyState::Opens,
            SealingKeyRow { .. } => KeyState::Waits,
        }
    }
}

impl KeyState {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waits => "waits",
            Self::Seals => "seals",
            Self::Opens => "opens",
            Self::Retired => "retired",
        }
    }
}

impl SealedBy {
    /// Whether nothing is sealed.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// Adds what a key seals of a month.
    fn add(&mut self, view: &mut View<'_>, id: KeyId, period: &str) -> Result<(), StorageError> {
        let bundles = view.bundles_under(id, period)?;
        if bundles > 0 {
            self.bundles.insert(period.to_owned(), bundles);
        }
        self.pictures += view.declared_under(DeclaredKind::Picture, (id, period))?;
        self.evidence += view.declared_under(DeclaredKind::Evidence, (id, period))?;
        Ok(())
    }

    /// How many bundles of messages.
    pub fn all_bundles(&self) -> i64 {
        self.bundles.values().sum()
    }
}

impl std::fmt::Display for SealedBy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let SealedSecrets { second_factors, webhook_secrets, answers, log_secrets } = self.secrets;
        let bundles = self.bundles.iter().map(|(month, n)| (*n, format!("bundles of {month}")));
        let others = [
            (self.pictures, "pictures".to_owned()),
            (self.evidence, "uploads of payment evidence".to_owned()),
            (second_factors, "second factors".to_owned()),
            (webhook_secrets, "secrets of webhooks".to_owned()),
            (answers, "kept answers".to_owned()),
            (log_secrets, "secrets of the verifiable log".to_owned()),
        ];
        let all = bundles.chain(others).filter(|(n, _)| *n > 0);
        let all: Vec<_> = all.map(|(n, what)| format!("{n} {what}")).collect();
        f.write_str(if all.is_empty() { "nothing" } else { "" })?;
        f.write_str(&all.join(", "))
    }
}

/// The keys of the ring, in the order in which they were added.
///
/// # Errors
/// [`KeysError::Storage`], [`KeysError::Seal`].
pub fn list(store: &Store, path: &Path) -> Result<Vec<Listed>, KeysError> {
    let ring = Ring::read(path)?;
    let holds = |id| ring.as_ref().is_some_and(|ring| ring.holds(id));
    let rows = store.read(|view| view.sealing_keys())?;
    Ok(rows.into_iter().map(|row| Listed { is_in_file: holds(row.key_id), row }).collect())
}

/// What a key seals. Each month is counted by itself, because a reader has little time.
///
/// # Errors
/// [`StorageError`].
pub fn sealed_by(store: &Store, id: KeyId) -> Result<SealedBy, StorageError> {
    let mut sealed =
        SealedBy { secrets: store.read(|view| view.secrets_under(id))?, ..SealedBy::default() };
    for period in store.read(|view| view.periods_under(id))? {
        store.read(|view| sealed.add(view, id, &period))?;
    }
    Ok(sealed)
}

fn row_of(key: &RingKey, marks_id: KeyId, now: Moment) -> SealingKeyRow {
    SealingKeyRow {
        key_id: key.id(),
        cipher: key.cipher().name().to_owned(),
        marks_id,
        added_at: now,
        seals: false,
        seals_since: None,
        retired_at: None,
    }
}

fn told<const N: usize>(id: KeyId, change: ChangeKind, fields: [(&str, &str, &str); N]) -> Entry {
    let fields = fields.into_iter().filter_map(|(name, before, after)| {
        Field::changed(name, before.to_owned(), after.to_owned())
    });
    Entry { subject: Subject::SealingKey(id.to_string()), change, fields: fields.collect() }
}

#[cfg(test)]
mod tests;
