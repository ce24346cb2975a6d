//! Access keys (访问密钥): by which programs read a mailbox.
//!
//! A key is a random number that is shown once, when it is given; kept is its digest. A key has 256 random
//! bits, so nobody guesses one, and a plain digest is as good as a slow one.

mod certificates;
mod programs;
mod rotation;
#[cfg(test)]
mod tests;

use tongguan_domain::access::{Permission, Role};
use tongguan_domain::ids::DxpId;
use tongguan_domain::time::Moment;
use tongguan_storage::seal::{SealError, random};
use tongguan_storage::{AccessKeyRow, Register, StorageError, Tx, View, Writer};

use crate::digest::sha256;
use crate::history::{Cause, ChangeKind, Entry, Field, Subject, change};
use crate::registry::fingerprint;

pub use certificates::register;
pub use programs::{Programs, Token};
pub use rotation::{LONGEST_OVERLAP_HOURS, Rotation, rotate};

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
    /// The certificate stands for a program already, or did.
    #[error("that certificate was registered before; register another one")]
    CertificateKnown,
    /// The certificate's time is over.
    #[error("the certificate is not valid any more; register its successor")]
    CertificateOver,
    /// A certificate stands for the key, and has no secret.
    #[error("`{0}` is a certificate; register its successor beside it, then withdraw it")]
    NoSecret(String),
    /// The key has expired or was withdrawn.
    #[error("access key `{0}` opens nothing any more; give a new one")]
    Over(String),
    /// Not what a program may have.
    #[error("`{0}` is no permission of a program; those are {known}", known = program_permissions())]
    BadScope(String),
    /// Not what this key may.
    #[error("the key does not have the permission `{0}`")]
    BeyondKey(&'static str),
}

/// A key that was given, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessKey {
    /// What it is called: the beginning of its digest.
    pub number: String,
    /// What a program shows.
    pub shown: Shown,
    /// The mailbox that it opens.
    pub mailbox: DxpId,
    /// What it is for.
    pub purpose: String,
    /// What it is restricted to.
    pub scopes: Scopes,
    /// When it was given.
    pub issued_at: Moment,
    /// From when on it opens nothing.
    pub expires_at: Moment,
    /// When it was withdrawn, if it was.
    pub withdrawn_at: Option<Moment>,
    /// SHA-256 of what is shown.
    digest: [u8; 32],
}

/// What a program shows to be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// The key itself, or a token for it.
    Secret,
    /// A certificate, to TLS.
    Certificate,
}

/// What a key is restricted to (密钥权限): permissions of a program; everything that a program may where none is
/// named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scopes(Vec<Permission>);

impl Scopes {
    /// Reads the names of permissions.
    ///
    /// # Errors
    /// [`AccessError::BadScope`].
    pub fn parse<'n>(names: impl IntoIterator<Item = &'n str>) -> Result<Self, AccessError> {
        let one = |name: &str| {
            let known = Permission::ALL.into_iter().filter(|it| it.is_of(Role::Program));
            let mut known = known.filter(|it| it.name() == name);
            known.next().ok_or_else(|| AccessError::BadScope(name.to_owned()))
        };
        let mut scopes = names.into_iter().map(one).collect::<Result<Vec<_>, _>>()?;
        scopes.sort_unstable();
        scopes.dedup();
        Ok(Self(scopes))
    }

    /// Whether a key that is so restricted may do this.
    pub fn allow(&self, permission: Permission) -> bool {
        permission.is_of(Role::Program) && (self.0.is_empty() || self.0.contains(&permission))
    }

    /// The permissions by name: all of a program where it is not restricted.
    pub fn names(&self) -> Vec<&'static str> {
        let all = Permission::ALL.into_iter().filter(|it| self.allow(*it));
        all.map(Permission::name).collect()
    }

    /// Some of them, by name.
    ///
    /// # Errors
    /// [`AccessError::BadScope`], [`AccessError::BeyondKey`].
    fn narrowed<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> Result<Self, AccessError> {
        let scopes = Self::parse(names)?;
        match scopes.0.iter().find(|permission| !self.allow(**permission)) {
            Some(beyond) => Err(AccessError::BeyondKey(beyond.name())),
            None if scopes.0.is_empty() => Ok(self.clone()),
            None => Ok(scopes),
        }
    }

    /// As it was stored: a permission that this version does not know allows nothing, and frees nothing.
    fn read(stored: &str) -> Self {
        let known = Permission::ALL.into_iter();
        let scopes: Vec<_> =
            known.filter(|it| stored.split(' ').any(|name| name == it.name())).collect();
        if scopes.is_empty() && !stored.is_empty() {
            // None that a program has.
            return Self(vec![Permission::Operate]);
        }
        Self(scopes)
    }

    fn stored(&self) -> String {
        self.0.iter().map(|it| it.name()).collect::<Vec<_>>().join(" ")
    }
}

/// What a program may have.
fn program_permissions() -> String {
    Scopes::default().names().join(", ")
}

impl AccessKey {
    /// Whether it opens its mailbox at that time.
    pub fn is_valid_at(&self, now: Moment) -> bool {
        self.withdrawn_at.is_none() && self.issued_at <= now && now < self.expires_at
    }
}

/// A key that is to be given.
#[derive(Debug, Clone, Copy)]
pub struct NewKey<'a> {
    /// The mailbox that it will open.
    pub mailbox: &'a DxpId,
    /// What it is for.
    pub purpose: &'a str,
    /// What it is restricted to.
    pub scopes: &'a Scopes,
    /// From when on it opens nothing.
    pub expires_at: Moment,
}

/// Gives a key for a mailbox; gives it, and its secret, which nobody can show again.
///
/// # Errors
/// [`AccessError`].
pub fn issue(
    writer: &mut Writer,
    new: NewKey<'_>,
    cause: &Cause,
    now: Moment,
) -> Result<(AccessKey, String), AccessError> {
    let secret = secret()?;
    let row = new_row(sha256(secret.as_bytes()), new, now);
    change(writer, Register::People, cause, now, |tx| {
        tx.insert(std::slice::from_ref(&row))?;
        Ok::<_, StorageError>(((), vec![added(&row)]))
    })?;
    Ok((row.into(), secret))
}

/// Every key that was ever given for a mailbox, the oldest first.
///
/// # Errors
/// [`StorageError`].
pub fn keys_of(view: &mut View<'_>, mailbox: &DxpId) -> Result<Vec<AccessKey>, StorageError> {
    Ok(view.access_keys_of(mailbox)?.into_iter().map(AccessKey::from).collect())
}

/// Every key that was ever given, by mailbox, the oldest first.
///
/// # Errors
/// [`StorageError`].
pub fn keys(view: &mut View<'_>) -> Result<Vec<AccessKey>, StorageError> {
    Ok(view.all_access_keys()?.into_iter().map(AccessKey::from).collect())
}

/// Withdraws a key, of one mailbox where one is named; one that was withdrawn stays as it is.
///
/// # Errors
/// [`AccessError`].
pub fn withdraw(
    writer: &mut Writer,
    number: &str,
    of: Option<&DxpId>,
    cause: &Cause,
    now: Moment,
) -> Result<AccessKey, AccessError> {
    change(writer, Register::People, cause, now, |tx| {
        let mut row = found(tx, number, of)?;
        if row.withdrawn_at.is_some() {
            return Ok((row.into(), Vec::new()));
        }
        row.withdrawn_at = Some(now);
        tx.upsert(std::slice::from_ref(&row))?;
        let field = Field::changed("withdrawn", String::new(), now.to_string());
        let entry = entry(&row, ChangeKind::Ended, field.into_iter().collect());
        Ok((row.into(), vec![entry]))
    })
}

impl From<AccessKeyRow> for AccessKey {
    fn from(row: AccessKeyRow) -> Self {
        Self {
            number: number_of(&row.digest),
            shown: if row.is_certificate { Shown::Certificate } else { Shown::Secret },
            mailbox: row.mailbox,
            purpose: row.purpose,
            scopes: Scopes::read(&row.scopes),
            issued_at: row.issued_at,
            expires_at: row.expires_at,
            withdrawn_at: row.withdrawn_at,
            digest: row.digest,
        }
    }
}

fn secret() -> Result<String, SealError> {
    Ok(format!("{PREFIX}{}", fingerprint(&random()?)))
}

/// A key that is shown itself.
fn new_row(digest: [u8; 32], new: NewKey<'_>, now: Moment) -> AccessKeyRow {
    AccessKeyRow {
        digest,
        is_certificate: false,
        mailbox: new.mailbox.clone(),
        purpose: new.purpose.to_owned(),
        scopes: new.scopes.stored(),
        issued_at: now,
        expires_at: new.expires_at,
        withdrawn_at: None,
    }
}

/// The key of a number, of one mailbox where one is named.
fn found(tx: &mut Tx<'_>, number: &str, of: Option<&DxpId>) -> Result<AccessKeyRow, AccessError> {
    let rows = match of {
        Some(mailbox) => tx.access_keys_of(mailbox)?,
        None => tx.all_access_keys()?,
    };
    let found = rows.into_iter().find(|row| number_of(&row.digest) == number);
    found.ok_or_else(|| AccessError::Unknown(number.to_owned()))
}

/// That a key was given.
fn added(row: &AccessKeyRow) -> Entry {
    let fields = [
        Field::changed("mailbox", String::new(), row.mailbox.to_string()),
        Field::changed("purpose", String::new(), row.purpose.clone()),
        Field::changed("valid until", String::new(), row.expires_at.to_string()),
    ];
    entry(row, ChangeKind::Added, fields.into_iter().flatten().collect())
}

fn entry(row: &AccessKeyRow, change: ChangeKind, fields: Vec<Field>) -> Entry {
    Entry { subject: Subject::AccessKey(number_of(&row.digest)), change, fields }
}

/// The beginning of the digest: enough to tell keys apart.
fn number_of(digest: &[u8; 32]) -> String {
    let mut number = fingerprint(digest);
    number.truncate(16);
    number
}
