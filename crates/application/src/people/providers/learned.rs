//! What a provider says of itself: its metadata (OpenID Connect Discovery) and its keys (RFC 7517).

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jsonwebtoken::jwk::Jwk;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tongguan_domain::time::Moment;

use super::{Provider, ProviderError, not_believed};
use crate::ports::ProviderClient;

/// How long metadata and keys are used before they are read again.
const LASTS_MS: i64 = 60 * 60_000;
/// How often keys are read again at most because a token names one that is not known: whoever makes such a token has
/// us ask the provider.
const REREAD_AFTER_MS: i64 = 60_000;
/// Who wait for one provider at a time, at most: one that is slow keeps nobody waiting for anything else.
const MOST_ASKING: usize = 8;
/// Keys of a provider that are kept, at most.
const MOST_KEYS: usize = 50;

/// What is used of a provider's metadata.
#[derive(Debug, Deserialize)]
pub struct Metadata {
    issuer: String,
    /// Where browsers are sent.
    pub authorization_endpoint: String,
    /// Where codes are exchanged.
    pub token_endpoint: String,
    jwks_uri: String,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    /// Whether its answers say whose they are (RFC 9207).
    #[serde(default, rename = "authorization_response_iss_parameter_supported")]
    pub names_itself: bool,
}

/// What was learned of a provider.
#[derive(Default)]
pub struct Learned {
    asking: AtomicUsize,
    metadata: Mutex<Option<(Moment, Arc<Metadata>)>>,
    keys: Mutex<Option<(Moment, Arc<[Jwk]>)>>,
}

/// The same, for one of those who may ask the provider at a time.
pub struct Asking<'l>(&'l Learned);

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.0.asking.fetch_sub(1, Ordering::Relaxed);
    }
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Value>,
}

impl Metadata {
    /// Whether the client's secret is sent in the form rather than in a header, which is what the standard has where
    /// nothing is said.
    pub fn takes_secret_in_form(&self) -> bool {
        let supported = self.token_endpoint_auth_methods_supported.as_deref().unwrap_or_default();
        let has = |name: &str| supported.iter().any(|it| it == name);
        has("client_secret_post") && !has("client_secret_basic")
    }
}

impl Learned {
    /// One more who asks the provider; nothing where as many do already as may.
    pub fn asked(&self) -> Option<Asking<'_>> {
        // Given back when it is dropped, whether or not it is one too many.
        let asking = Asking(self);
        (self.asking.fetch_add(1, Ordering::Relaxed) < MOST_ASKING).then_some(asking)
    }
}

impl Asking<'_> {
    /// The metadata, read again when they are too old.
    pub fn metadata(
        &self,
        provider: &Provider,
        client: &dyn ProviderClient,
        now: Moment,
    ) -> Result<Arc<Metadata>, ProviderError> {
        let mut kept = lock(&self.0.metadata);
        if let Some((_, metadata)) = kept.as_ref().filter(|(at, _)| is_fresh(*at, LASTS_MS, now)) {
            return Ok(metadata.clone());
        }
        let base = provider.issuer().trim_end_matches('/');
        let metadata: Metadata = read(client, &format!("{base}/.well-known/openid-configuration"))?;
        // Discovery §4.3: whoever answers there may not pass for another.
        if metadata.issuer != provider.issuer() {
            return Err(not_believed("its metadata are of another issuer"));
        }
        let named =
            [&metadata.authorization_endpoint, &metadata.token_endpoint, &metadata.jwks_uri];
        if !named.into_iter().all(|url| provider.may_name(url)) {
            return Err(not_believed("its metadata name an address without TLS"));
        }
        let metadata = Arc::new(metadata);
        *kept = Some((now, metadata.clone()));
        Ok(metadata)
    }

    /// The keys, read again when they are too old, or when the one that is looked for is not among them.
    pub fn keys(
        &self,
        metadata: &Metadata,
        client: &dyn ProviderClient,
        wanted: Option<&str>,
        now: Moment,
    ) -> Result<Arc<[Jwk]>, ProviderError> {
        let mut kept = lock(&self.0.keys);
        if let Some((at, keys)) = kept.as_ref() {
            let is_known = wanted.is_none_or(|wanted| {
                keys.iter().any(|key| key.common.key_id.as_deref() == Some(wanted))
            });
            let lasts = if is_known { LASTS_MS } else { REREAD_AFTER_MS };
            if is_fresh(*at, lasts, now) {
                return Ok(keys.clone());
            }
        }
        let set: KeySet = read(client, &metadata.jwks_uri)?;
        let keys = set.keys.into_iter().take(MOST_KEYS);
        // A key of a kind that nobody knows here is another's concern.
        let keys: Arc<[Jwk]> = keys.filter_map(|key| serde_json::from_value(key).ok()).collect();
        *kept = Some((now, keys.clone()));
        Ok(keys)
    }
}

/// Whether something that was read then lasts until now. A clock that was put back does not make it last longer.
fn is_fresh(read_at: Moment, lasts: i64, now: Moment) -> bool {
    read_at <= now && now < read_at.plus_millis(lasts)
}

fn read<T: DeserializeOwned>(client: &dyn ProviderClient, url: &str) -> Result<T, ProviderError> {
    let answer = client.get(url)?;
    if answer.status != 200 {
        return Err(ProviderError::NotReached(format!("answered {}", answer.status)));
    }
    serde_json::from_str(&answer.body).map_err(|_| not_believed("it answers something else"))
}

fn lock<T>(kept: &Mutex<T>) -> MutexGuard<'_, T> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_ask_a_provider_at_a_time_and_others_when_they_are_done() {
        let learned = Learned::default();
        let mut asking: Vec<_> = (0..MOST_ASKING).map_while(|_| learned.asked()).collect();
        assert_eq!(asking.len(), MOST_ASKING);
        assert!(learned.asked().is_none() && learned.asked().is_none());
        asking.pop();
        let next = learned.asked();
        assert!(next.is_some() && learned.asked().is_none());
    }
}
