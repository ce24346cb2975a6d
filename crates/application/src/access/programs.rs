//! Programs (程序) that call: by a key, by a token that a key was exchanged for, or by a certificate.
//!
//! A token is what a key may, for a quarter of an hour: which key, which permissions and until when, sealed, so
//! that nothing of it is kept and any process opens it. Its key is looked up each time that it is shown: a key
//! that was withdrawn takes its tokens with it at once.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tongguan_domain::time::Moment;
use tongguan_storage::seal::Keyring;
use tongguan_storage::{StorageError, Store};

use super::{AccessError, AccessKey, PREFIX, Scopes, Shown};
use crate::digest::sha256;

/// What a token begins with.
const TOKEN_PREFIX: &str = "tongguan_token_";
/// What tokens are sealed for.
const PLACE: &str = "access token";
/// How long a token is good, in seconds, unless its key ends before.
const GOOD_FOR_SECONDS: i64 = 900;

/// Knows programs by what they show.
pub struct Programs {
    store: Store,
    keyring: Arc<Keyring>,
}

/// A token that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The token.
    pub text: String,
    /// For how many seconds it is good.
    pub seconds: i64,
    /// What it may.
    pub scopes: Scopes,
}

impl Programs {
    /// Those of a store.
    pub const fn new(store: Store, keyring: Arc<Keyring>) -> Self {
        Self { store, keyring }
    }

    /// The valid key that a key's secret or a token stands for, no further than the token goes.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn of_bearer(&self, shown: &str, now: Moment) -> Result<Option<AccessKey>, StorageError> {
        let Some(token) = shown.strip_prefix(TOKEN_PREFIX) else {
            return self.of_secret(shown, now);
        };
        let Some(sealed) = self.opened(token).filter(|sealed| now < sealed.until) else {
            return Ok(None);
        };
        let key = self.valid(&sealed.key, Shown::Secret, now)?;
        Ok(key.map(|key| AccessKey { scopes: sealed.scopes, ..key }))
    }

    /// The valid key that a certificate stands for, by SHA-256 of its bytes.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn of_certificate(
        &self,
        digest: &[u8; 32],
        now: Moment,
    ) -> Result<Option<AccessKey>, StorageError> {
        self.valid(digest, Shown::Certificate, now)
    }

    /// The valid key of a number and its secret.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn of_client(
        &self,
        number: &str,
        secret: &str,
        now: Moment,
    ) -> Result<Option<AccessKey>, StorageError> {
        Ok(self.of_secret(secret, now)?.filter(|key| key.number == number))
    }

    /// A token for a key, with some of its permissions where they are named: by name, with spaces between.
    ///
    /// # Errors
    /// [`AccessError::BadScope`] for what the key may not, or [`AccessError::Random`].
    pub fn token(
        &self,
        key: &AccessKey,
        scopes: Option<&str>,
        now: Moment,
    ) -> Result<Token, AccessError> {
        let scopes = match scopes {
            Some(names) => key.scopes.narrowed(names.split(' ').filter(|name| !name.is_empty()))?,
            None => key.scopes.clone(),
        };
        let until = now.plus_millis(GOOD_FOR_SECONDS * 1_000).min(key.expires_at);
        let content =
            [&key.digest[..], &until.micros().to_be_bytes(), scopes.stored().as_bytes()].concat();
        let sealed = self.keyring.seal_secret(PLACE, &content)?;
        Ok(Token {
            text: format!("{TOKEN_PREFIX}{}", URL_SAFE_NO_PAD.encode(sealed)),
            seconds: (until.micros() - now.micros()).div_euclid(1_000_000),
            scopes,
        })
    }

    fn of_secret(&self, secret: &str, now: Moment) -> Result<Option<AccessKey>, StorageError> {
        if !secret.starts_with(PREFIX) {
            return Ok(None);
        }
        self.valid(&sha256(secret.as_bytes()), Shown::Secret, now)
    }

    fn valid(
        &self,
        digest: &[u8; 32],
        shown: Shown,
        now: Moment,
    ) -> Result<Option<AccessKey>, StorageError> {
        let found =
            self.store.read(|view| view.access_keys(&[*digest]))?.pop().map(AccessKey::from);
        Ok(found.filter(|key| key.shown == shown && key.is_valid_at(now)))
    }

    /// What a token holds, if it is one of ours.
    fn opened(&self, token: &str) -> Option<Sealed> {
        let sealed = URL_SAFE_NO_PAD.decode(token).ok()?;
        let content = self.keyring.open_secret(PLACE, &sealed).ok()?;
        let (key, rest) = content.split_first_chunk()?;
        let (until, scopes) = rest.split_first_chunk()?;
        let scopes = Scopes::read(std::str::from_utf8(scopes).ok()?);
        Some(Sealed { key: *key, until: Moment::from_micros(i64::from_be_bytes(*until)), scopes })
    }
}

/// What is sealed in a token.
struct Sealed {
    /// The digest of its key.
    key: [u8; 32],
    until: Moment,
    scopes: Scopes,
}
