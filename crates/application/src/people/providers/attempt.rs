//! An attempt: what a browser keeps while its person is at a provider.
//!
//! It is sealed, so that nobody reads or changes it, and kept by the browser alone: whoever has not begun has none,
//! and nothing is written down for strangers who begin and do not come back.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use tongguan_domain::time::Moment;
use tongguan_storage::seal::{Keyring, SealError};

use super::unguessable;

/// How long an attempt is good: as long as somebody may take to show two factors elsewhere.
pub const GOOD_FOR_MS: i64 = 10 * 60_000;

/// What a provider is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Purpose {
    /// To begin a session.
    SignIn {
        /// Where to go then.
        next: String,
    },
    /// To accept an invitation.
    Accept {
        /// Its code.
        code: String,
    },
    /// To link an account to whoever has this session.
    Link {
        /// The session's [mark](crate::people::People::session_mark).
        session: String,
    },
}

/// An attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// What the answer comes with: it proves that this browser has asked.
    pub state: String,
    /// What the ID token holds: it proves that it was made for this attempt.
    pub nonce: String,
    /// What the code is exchanged with (RFC 7636): it proves that who asked comes for the token.
    pub verifier: String,
    /// What for.
    pub purpose: Purpose,
    begun: i64,
}

impl Attempt {
    /// One that begins now.
    ///
    /// # Errors
    /// [`SealError::NoRandomness`].
    pub fn new(purpose: Purpose, now: Moment) -> Result<Self, SealError> {
        let (state, nonce, verifier) = (unguessable()?, unguessable()?, unguessable()?);
        Ok(Self { state, nonce, verifier, purpose, begun: now.micros() })
    }

    /// When it began.
    pub fn begun_at(&self) -> Moment {
        Moment::from_micros(self.begun)
    }

    /// What the browser keeps.
    ///
    /// # Errors
    /// [`SealError`].
    pub fn sealed(&self, keyring: &Keyring, provider: &str) -> Result<String, SealError> {
        // What could not be written would not open.
        let written = serde_json::to_vec(self).unwrap_or_default();
        Ok(URL_SAFE_NO_PAD.encode(keyring.seal_secret(&place(provider), &written)?))
    }

    /// What a browser kept of an attempt at this provider, if it did, and not for too long.
    pub fn open(keyring: &Keyring, provider: &str, kept: &str, now: Moment) -> Option<Self> {
        let sealed = URL_SAFE_NO_PAD.decode(kept).ok()?;
        let written = keyring.open_secret(&place(provider), &sealed).ok()?;
        let attempt: Self = serde_json::from_slice(&written).ok()?;
        (now < attempt.begun_at().plus_millis(GOOD_FOR_MS)).then_some(attempt)
    }
}

fn place(provider: &str) -> String {
    format!("provider attempt {provider}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attempt_is_opened_for_its_provider_within_its_time() {
        let keyring = Keyring::from_master(&[7; 32]);
        let now = Moment::parse_wire("20261123120000").unwrap();
        let attempt = Attempt::new(Purpose::SignIn { next: "/queue".to_owned() }, now).unwrap();
        let kept = attempt.sealed(&keyring, "corp").unwrap();
        let last = now.plus_millis(GOOD_FOR_MS - 1);
        assert_eq!(Attempt::open(&keyring, "corp", &kept, last).as_ref(), Some(&attempt));
        assert_eq!(Attempt::open(&keyring, "corp", &kept, last.plus_millis(1)), None);
        assert_eq!(Attempt::open(&keyring, "other", &kept, now), None);
        assert_eq!(Attempt::open(&Keyring::from_master(&[8; 32]), "corp", &kept, now), None);
        assert_eq!(Attempt::open(&keyring, "corp", "", now), None);
        let distinct = [&attempt.state, &attempt.nonce, &attempt.verifier];
        assert!(distinct.iter().all(|it| it.len() == 64), "{distinct:?}");
        assert!(attempt.state != attempt.nonce && attempt.nonce != attempt.verifier);
    }
}
