//! Rotation (密钥轮换): a new key in the place of an old one, which is good a while longer, so that no program
//! has to stop.

use tongguan_domain::ids::DxpId;
use tongguan_domain::time::Moment;
use tongguan_storage::{Register, Writer};

use super::{AccessError, AccessKey, NewKey, Scopes, added, entry, found, new_row};
use crate::digest::sha256;
use crate::history::{Cause, ChangeKind, Field, change};

/// The longest that an old key is good beside the new one, in hours.
pub const LONGEST_OVERLAP_HOURS: u16 = 720;

/// A key that is to be replaced.
#[derive(Debug, Clone, Copy)]
pub struct Rotation<'a> {
    /// The old key's number.
    pub number: &'a str,
    /// The mailbox that it must be of, where it is to be of one.
    pub of: Option<&'a DxpId>,
    /// From when on the old key opens nothing, if it is not over before.
    pub old_until: Moment,
    /// From when on the new key opens nothing.
    pub expires_at: Moment,
}

/// Gives a key for the mailbox, the purpose and the permissions of another one, whose end it brings near; gives
/// it, and its secret, which nobody can show again.
///
/// # Errors
/// [`AccessError::Over`] for a key that opens nothing any more, [`AccessError::NoSecret`], or another [`AccessError`].
pub fn rotate(
    writer: &mut Writer,
    rotation: Rotation<'_>,
    cause: &Cause,
    now: Moment,
) -> Result<(AccessKey, String), AccessError> {
    let secret = super::secret()?;
    change(writer, Register::People, cause, now, |tx| {
        let mut old = found(tx, rotation.number, rotation.of)?;
        if old.is_certificate {
            return Err(AccessError::NoSecret(rotation.number.to_owned()));
        }
        if !AccessKey::from(old.clone()).is_valid_at(now) {
            return Err(AccessError::Over(rotation.number.to_owned()));
        }
        let new = NewKey {
            mailbox: &old.mailbox,
            purpose: &old.purpose,
            scopes: &Scopes::read(&old.scopes),
            expires_at: rotation.expires_at,
        };
        let new = new_row(sha256(secret.as_bytes()), new, now);
        let replaces = Field::changed("replaces", String::new(), rotation.number.to_owned());
        let mut told = added(&new);
        told.fields.extend(replaces);
        let until = old.expires_at.min(rotation.old_until);
        let ends = Field::changed("valid until", old.expires_at.to_string(), until.to_string());
        old.expires_at = until;
        tx.upsert(std::slice::from_ref(&old))?;
        tx.insert(std::slice::from_ref(&new))?;
        let ended = entry(&old, ChangeKind::Changed, ends.into_iter().collect());
        Ok(((new.into(), secret), vec![ended, told]))
    })
}
