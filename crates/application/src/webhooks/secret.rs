//! Secrets and signatures, as Standard Webhooks has them: HMAC-SHA-256 over id, time and body.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tongguan_domain::time::Moment;
use tongguan_storage::WebhookRow;
use tongguan_storage::seal::{Keyring, SealError, random};

use super::event::Event;

/// What a secret begins with.
const PREFIX: &str = "whsec_";

/// What a webhook signs with.
pub struct Secret([u8; 32]);

impl Secret {
    /// A new one.
    ///
    /// # Errors
    /// [`SealError`] when the system has no random bytes.
    pub fn new() -> Result<Self, SealError> {
        random().map(Self)
    }

    /// As its owner is told it.
    pub fn shown(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(self.0))
    }

    /// Sealed for a webhook.
    ///
    /// # Errors
    /// [`SealError`].
    pub fn sealed(&self, keyring: &Keyring, webhook: i64) -> Result<Vec<u8>, SealError> {
        keyring.seal_secret(&place(webhook), &self.0)
    }

    fn open(keyring: &Keyring, webhook: i64, sealed: &[u8]) -> Result<Self, SealError> {
        let opened = keyring.open_secret(&place(webhook), sealed)?;
        opened.try_into().map(Self).map_err(|_| SealError::Tampered)
    }

    fn sign(&self, event: &Event, seconds: i64) -> String {
        let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, &self.0));
        context.update(format!("{}.{seconds}.", event.id).as_bytes());
        context.update(&event.body);
        format!("v1,{}", STANDARD.encode(context.sign()))
    }
}

/// What the secrets of a webhook are bound to.
pub(super) fn place(webhook: i64) -> String {
    format!("webhook {webhook}")
}

/// The secrets that a webhook signs with.
pub struct Signer {
    current: Secret,
    earlier: Option<(Secret, Moment)>,
}

impl Signer {
    /// Those of a webhook.
    ///
    /// # Errors
    /// [`SealError`] when the secrets do not open.
    pub fn of(keyring: &Keyring, row: &WebhookRow) -> Result<Self, SealError> {
        let current = Secret::open(keyring, row.number, &row.secret)?;
        let earlier = match row.earlier_secret.as_deref().zip(row.earlier_until) {
            Some((sealed, until)) => Some((Secret::open(keyring, row.number, sealed)?, until)),
            None => None,
        };
        Ok(Self { current, earlier })
    }

    /// The headers that sign an event at `now`. For a day after a change both secrets sign.
    pub fn headers(&self, event: &Event, now: Moment) -> [(&'static str, String); 3] {
        let seconds = now.micros().div_euclid(1_000_000);
        let mut signatures = self.current.sign(event, seconds);
        if let Some((earlier, _)) = self.earlier.as_ref().filter(|(_, until)| now < *until) {
            signatures = format!("{signatures} {}", earlier.sign(event, seconds));
        }
        [
            ("webhook-id", event.id.clone()),
            ("webhook-timestamp", seconds.to_string()),
            ("webhook-signature", signatures),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_that_of_the_standard() {
        // Computed with Python's `hmac` over the same bytes.
        let secret = Secret([7; 32]);
        assert_eq!(secret.shown(), "whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=");
        let event = Event { id: "msg_1".to_owned(), body: b"{\"a\": 1}".to_vec() };
        let signed = secret.sign(&event, 1_700_000_000);
        assert_eq!(signed, "v1,6fiZDgMK6I0/8sfWk18FnY2W4ad6GLLZB5ERmeaefJg=");
    }

    #[test]
    fn the_earlier_secret_signs_too_until_its_day_is_over() {
        let at = |seconds: i64| Moment::from_micros(seconds * 1_000_000);
        let signer = Signer { current: Secret([1; 32]), earlier: Some((Secret([2; 32]), at(100))) };
        let event = Event { id: "msg_1".to_owned(), body: Vec::new() };
        let signatures = |seconds| {
            let [_, _, (_, signatures)] = signer.headers(&event, at(seconds));
            signatures.split(' ').map(str::to_owned).collect::<Vec<_>>()
        };
        let [current, earlier] = [Secret([1; 32]), Secret([2; 32])];
        assert_eq!(signatures(99), [current.sign(&event, 99), earlier.sign(&event, 99)]);
        assert_eq!(signatures(100), [current.sign(&event, 100)]);
    }
}
