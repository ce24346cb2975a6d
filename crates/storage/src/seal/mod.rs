//! Sealing: raw messages compressed and encrypted, identities looked up by keyed hash.
//!
//! The key file holds the keys of the ring (decision 34), of which one seals and the others open what they sealed
//! before, and the key of the marks. From a key of the ring come a key for small secrets and a wrapping key, which
//! seals one data key a period (a month), so that a period whose legal time is over is forgotten by deleting its
//! rows. Sealed bytes name their key. Everything is bound to its place: a body moved to another message does not
//! open.
//!
//! **Nonces.** A month at the national peak (3,407 parcels a second, four documents each in a message
//! of its own) is 3.5 × 10^10 bodies, and random 96-bit nonces under one AES-GCM key are good for 2^32.
//! A counter would have to survive crashes, fail-over and restored copies. So each body has 28 random
//! bytes: 16 of them derive a key of its own from the data key (HMAC), 12 are the nonce under
//! it. Two bodies share both with a chance of 2^-112 a pair. The derivation costs about a microsecond.

mod body;
mod compression;
mod data_key;
mod declared;
mod key;
mod key_file;
mod keyring;
mod standing;

use std::path::PathBuf;

use aws_lc_rs::rand::{SecureRandom, SystemRandom};

pub use body::sealed_by;
pub use data_key::DataKey;
pub use declared::{DeclaredBody, DeclaredKind};
pub use key::{Cipher, KeyId, RingKey};
pub use key_file::Ring;
pub use keyring::Keyring;
pub use standing::{SealedBundle, SealedSecrets, SealingKeyRow, StaleAnswer, StaleSecret};

/// Sealed bytes, or the means to open them, are not right.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// Altered, or sealed for another place.
    #[error("sealed bytes were altered, or belong elsewhere")]
    Tampered,
    /// Sealed by another version of Tongguan.
    #[error("sealed in form {0}, which this program does not know")]
    UnknownForm(u8),
    /// Sealed with a key that is not there.
    #[error(
        "key `{key}` is not in the key file `{path}`: take its line from the file's backup, or from the \
         machine where it was added, and try again"
    )]
    UnknownKey {
        /// Which.
        key: KeyId,
        /// Where it was looked for.
        path: PathBuf,
    },
    /// A process has not heard that its key is out of use.
    #[error(
        "key `{key}` was retired, and nothing is sealed with it any more: try again, and start the process \
         again if it goes on so"
    )]
    Retired {
        /// Which.
        key: KeyId,
    },
    /// Compression failed; opened bytes do not decompress.
    #[error("compressed bytes could not be used")]
    Compression(#[source] std::io::Error),
    /// The system gave no random bytes.
    #[error("the system gave no random bytes")]
    NoRandomness,
    /// The key file could not be read or written.
    #[error("the key file `{path}` could not be used")]
    KeyFile {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// There is no key file, and what is stored is sealed.
    #[error(
        "there is no key file `{path}`, and what is stored is sealed with key `{key}`: put the file back from \
         its backup, or name it with --key-file"
    )]
    MissingFile {
        /// Where it was looked for.
        path: PathBuf,
        /// The key that seals.
        key: KeyId,
    },
    /// The key file is not one.
    #[error("`{path}` is not a key file: line {line} {why}")]
    NotAKeyFile {
        /// Which.
        path: PathBuf,
        /// Where.
        line: usize,
        /// What is wrong there.
        why: &'static str,
    },
    /// The key file is another installation's.
    #[error(
        "the key of the marks in `{path}` is not the one that this database began with: without that, \
         no person is known again; put the right file in its place, from its backup"
    )]
    OtherMarks {
        /// Which.
        path: PathBuf,
    },
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
mod tests;
