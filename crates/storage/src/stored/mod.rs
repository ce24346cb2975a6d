//! Stored forms: what the `body` columns hold, apart from the domain, so that the domain may change.
//!
//! A stored form is a version byte and a [`postcard`] encoding of a struct of this module. To change
//! one, a released struct is never touched:
//!
//! 1. Copy `StoredThingV1` to `StoredThingV2` and change the copy; write `From<StoredThingV1>` for it.
//! 2. Point the alias `StoredThing` at it, and add the version to its `decode`.
//! 3. Keep the test that decodes the bytes of every old version (they are written out in it) and add
//!    one for the new version.
//!
//! [`document`] is the example to follow.

#[cfg(test)]
mod any;
pub mod bonded;
pub mod claim;
pub mod consolidation;
pub mod decimal;
pub mod declaration;
pub mod document;
pub mod event;
pub mod evidence;
pub mod export_declaration;
pub mod export_return;
pub mod export_state;
pub mod facts;
pub mod filing;
pub mod formal;
#[cfg(test)]
mod golden;
pub mod import_return;
pub mod lodged;
pub mod logged;
pub mod movement;
pub mod register;
pub mod relay;
pub mod response;
pub mod state;
pub mod summary;
pub mod tax;
pub mod transit;
pub mod zone;

use serde::{Deserialize, Serialize};

/// Stored bytes do not decode.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoredError {
    /// Written by a newer version of Tongguan.
    #[error("{form} of version {version} is not known to this program")]
    UnknownVersion {
        /// Which form.
        form: &'static str,
        /// The version found.
        version: u8,
    },
    /// Not what the version byte says.
    #[error("{form} does not decode: {reason}")]
    Damaged {
        /// Which form.
        form: &'static str,
        /// Why.
        reason: String,
    },
}

/// Encodes a stored form: its version, then its fields.
///
/// # Errors
/// [`StoredError::Damaged`] for what [`postcard`] cannot encode; the structs here hold no such thing.
pub fn encode<T: Serialize>(
    form: &'static str,
    version: u8,
    value: &T,
) -> Result<Vec<u8>, StoredError> {
    postcard::to_extend(value, vec![version])
        .map_err(|error| StoredError::Damaged { form, reason: error.to_string() })
}

/// Splits stored bytes into their version and the fields.
///
/// # Errors
/// [`StoredError::Damaged`] when there is nothing.
pub fn versioned<'b>(form: &'static str, bytes: &'b [u8]) -> Result<(u8, &'b [u8]), StoredError> {
    match bytes {
        [version, fields @ ..] => Ok((*version, fields)),
        [] => Err(StoredError::Damaged { form, reason: "no bytes".to_owned() }),
    }
}

/// Decodes the fields of a stored form of one version; bytes that are left over are an error. What the
/// form borrows lies in `fields`.
///
/// # Errors
/// [`StoredError::Damaged`].
pub fn decode<'b, T: Deserialize<'b>>(
    form: &'static str,
    fields: &'b [u8],
) -> Result<T, StoredError> {
    let damaged = |reason: String| StoredError::Damaged { form, reason };
    let (value, rest) =
        postcard::take_from_bytes(fields).map_err(|error| damaged(error.to_string()))?;
    if rest.is_empty() { Ok(value) } else { Err(damaged(format!("{} bytes too many", rest.len()))) }
}
