//! What a leaf holds (承诺): a salted hash of what it tells of. Who has salt and content verifies it; who has neither
//! learns nothing, and once the secret is destroyed from which the salt follows, nobody can try what it may have been.

use aws_lc_rs::hmac::{Context, HMAC_SHA256, Key};

use crate::hash::{Hash, sha256};

/// Keeps commitments apart from every other hash of the same bytes.
const PURPOSE: &[u8] = b"tongguan log entry 1\n";

/// What is hashed before a content so that nobody can guess it from its commitment (盐).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Salt(pub [u8; 32]);

/// The salts of what was recorded in one period: they follow from its secret, so none is kept.
pub struct Salts(Key);

impl Salts {
    /// Of a period's secret.
    pub fn new(secret: &[u8; 32]) -> Self {
        Self(Key::new(HMAC_SHA256, secret))
    }

    /// The salt of what stands at a place, which is named in one way only.
    pub fn at(&self, place: &[u8]) -> Salt {
        let mut context = Context::with_key(&self.0);
        context.update(place);
        let mut salt = [0; 32];
        for (to, from) in salt.iter_mut().zip(context.sign().as_ref()) {
            *to = *from;
        }
        Salt(salt)
    }
}

/// The entry of a leaf that commits to `content`.
pub fn entry(salt: &Salt, content: &[u8]) -> [u8; 32] {
    sha256(&[PURPOSE, &salt.0, content]).0
}

/// The leaf that commits to `content`.
pub fn leaf(salt: &Salt, content: &[u8]) -> Hash {
    Hash::of_leaf(&entry(salt, content))
}
