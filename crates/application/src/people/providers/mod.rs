//! Providers of identity (身份提供方): signing in with OpenID Connect 1.0, by the authorization code flow with PKCE.
//!
//! | step | |
//! |---|---|
//! | [`Providers::begin`] | what the browser is to keep, and where it is sent |
//! | [`Providers::answer`] | the provider's answer is held against what the browser kept, and its ID token verified |
//! | [`Providers::signed_out`], [`People::end_by_provider`] | what a provider tells by itself when somebody has signed out there |
//! | [`People::sign_in_by_provider`], [`People::accept_by_provider`], [`People::link_account`] | what follows from it |
//!
//! A provider says which account somebody has there, and nothing else is taken from it: nobody is let in, named or
//! given a role by a provider. Whose account it is stands in a row that its owner has made.

mod accounts;
mod attempt;
mod id_token;
mod learned;
mod logout_token;
mod terms;

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use form_urlencoded::Serializer;
use serde::Deserialize;
use tongguan_domain::time::Moment;
use tongguan_storage::ProviderAnswerRow;
use tongguan_storage::seal::{Keyring, SealError, random};

use self::attempt::{Attempt, GOOD_FOR_MS};
use self::id_token::Expected;
use self::learned::{Asking, Learned, Metadata};
use crate::digest::sha256;
use crate::ports::{Answer, NotSent, Post, ProviderClient};

pub use accounts::ProviderAccount;
pub use attempt::Purpose;
pub use logout_token::SignedOut;
pub use terms::{BadTerms, Provider, SecondFactor, Terms};

/// Which providers there are, and what was learned of each.
pub struct Providers {
    all: Vec<(Provider, Learned)>,
    keyring: Arc<Keyring>,
    client: Arc<dyn ProviderClient>,
    /// Where the pages are reached, as `https://window.example`.
    address: String,
}

/// A browser that is sent to a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// Where to.
    pub url: String,
    /// What it keeps meanwhile.
    pub kept: String,
}

/// What a provider has answered, as the browser brings it (OpenID Connect Core §3.1.2.5 and §3.1.2.6, RFC 9207).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Answered {
    /// What it was asked with.
    pub state: String,
    /// What the ID token is given for.
    pub code: String,
    /// Who answers.
    pub iss: Option<String>,
    /// Why it does not sign anybody in.
    pub error: Option<String>,
}

/// An account that its provider has signed somebody in to, as a verified ID token says.
#[derive(Debug)]
pub struct Proven {
    /// The provider.
    provider: String,
    /// SHA-256 of the issuer and of what it calls the account.
    account: [u8; 32],
    /// Whether the provider's second factor counts, and was shown.
    is_strong: bool,
    answer: ProviderAnswerRow,
}

/// A provider does not sign somebody in.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// There is no such provider.
    #[error("there is no such provider")]
    Unknown,
    /// This browser has not begun that, or too long ago, or has gone on with something else.
    #[error("this browser has not begun to sign in there, or too long ago")]
    NotBegun,
    /// As many ask it already as may at a time.
    #[error("too many ask the provider at a time")]
    Busy,
    /// The provider says no; its word for it.
    #[error("the provider refuses: {0}")]
    Refused(String),
    /// The provider does not answer, or with something else.
    #[error("the provider does not answer: {0}")]
    NotReached(String),
    /// What it says is not to be believed.
    #[error("the provider is not believed: {0}")]
    NotBelieved(String),
    /// The system gave no random bytes.
    #[error(transparent)]
    Seal(#[from] SealError),
}

impl From<NotSent> for ProviderError {
    fn from(error: NotSent) -> Self {
        Self::NotReached(error.0)
    }
}

impl Providers {
    /// Those of a service that is reached at an address, in this order.
    pub fn new(
        all: Vec<Provider>,
        address: String,
        keyring: Arc<Keyring>,
        client: Arc<dyn ProviderClient>,
    ) -> Self {
        let all = all.into_iter().map(|provider| (provider, Learned::default())).collect();
        Self { all, keyring, client, address }
    }

    /// All of them, in order.
    pub fn all(&self) -> impl Iterator<Item = &Provider> {
        self.all.iter().map(|(provider, _)| provider)
    }

    /// Sends a browser to a provider. Asks the provider, and waits for it.
    ///
    /// # Errors
    /// [`ProviderError`].
    pub fn begin(&self, id: &str, purpose: Purpose, now: Moment) -> Result<Begun, ProviderError> {
        let (provider, learned) = self.asked(id)?;
        let metadata = learned.metadata(provider, &*self.client, now)?;
        let attempt = Attempt::new(purpose, now)?;
        let challenge = URL_SAFE_NO_PAD.encode(sha256(attempt.verifier.as_bytes()));
        let mut query = Serializer::new(String::new());
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", provider.client_id())
            .append_pair("redirect_uri", &self.returns_to(id))
            .append_pair("scope", &provider.scopes())
            .append_pair("state", &attempt.state)
            .append_pair("nonce", &attempt.nonce)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        if let Some(classes) = provider.classes() {
            query.append_pair("acr_values", &classes);
        }
        let endpoint = &metadata.authorization_endpoint;
        let separator = if endpoint.contains('?') { '&' } else { '?' };
        let url = format!("{endpoint}{separator}{}", query.finish());
        Ok(Begun { url, kept: attempt.sealed(&self.keyring, id)? })
    }

    /// Takes a provider's answer, with what the browser kept; gives what it was begun for. Asks the provider, and
    /// waits for it.
    ///
    /// # Errors
    /// [`ProviderError`].
    pub fn answer(
        &self,
        id: &str,
        kept: &str,
        answered: &Answered,
        now: Moment,
    ) -> Result<(Purpose, Proven), ProviderError> {
        let (provider, learned) = self.asked(id)?;
        let attempt = Attempt::open(&self.keyring, id, kept, now)
            .filter(|attempt| attempt.state == answered.state)
            .ok_or(ProviderError::NotBegun)?;
        let metadata = learned.metadata(provider, &*self.client, now)?;
        // Before anything else of the answer counts: it may be another's (RFC 9207 §2.4).
        match &answered.iss {
            Some(issuer) if issuer != provider.issuer() => {
                return Err(not_believed("`iss` is another's"));
            }
            None if metadata.names_itself => return Err(not_believed("`iss` is missing")),
            _ => {}
        }
        if let Some(error) = &answered.error {
            return Err(ProviderError::Refused(word(error)));
        }
        let token = self.exchanged(provider, &metadata, &answered.code, &attempt.verifier)?;
        let expected = Expected {
            issuer: provider.issuer(),
            client_id: provider.client_id(),
            nonce: &attempt.nonce,
            begun_at: attempt.begun_at(),
            now,
        };
        let keys = |id: Option<&str>| learned.keys(&metadata, &*self.client, id, now);
        let claims = expected.verified(&token, keys)?;
        let proven = Proven {
            provider: id.to_owned(),
            account: account(provider.issuer(), &claims.sub),
            is_strong: provider.takes_for_two(&claims.methods(), claims.class()),
            answer: ProviderAnswerRow {
                digest: sha256(attempt.state.as_bytes()),
                expires_at: attempt.begun_at().plus_millis(GOOD_FOR_MS),
            },
        };
        Ok((attempt.purpose, proven))
    }

    /// The ID token for a code (OpenID Connect Core §3.1.3.1). The access token that comes with it is for nothing
    /// that is done here, and is dropped.
    fn exchanged(
        &self,
        provider: &Provider,
        metadata: &Metadata,
        code: &str,
        verifier: &str,
    ) -> Result<String, ProviderError> {
        let mut form = Serializer::new(String::new());
        form.append_pair("grant_type", "authorization_code")
            .append_pair("code", code)
            .append_pair("redirect_uri", &self.returns_to(provider.id()))
            .append_pair("code_verifier", verifier);
        let mut headers = vec![
            ("content-type", "application/x-www-form-urlencoded".to_owned()),
            ("accept", "application/json".to_owned()),
        ];
        if metadata.takes_secret_in_form() {
            form.append_pair("client_id", provider.client_id())
                .append_pair("client_secret", provider.client_secret());
        } else {
            headers.push(("authorization", basic(provider)));
        }
        let body = form.finish().into_bytes();
        let Answer { status, body } =
            self.client.post(&Post { url: metadata.token_endpoint.clone(), headers, body })?;
        match status {
            200 => serde_json::from_str::<Tokens>(&body)
                .map(|tokens| tokens.id_token)
                .map_err(|_| not_believed("there is no ID token in its answer")),
            // A code that is no good, or was used.
            400..=499 => {
                let refusal = serde_json::from_str::<Refusal>(&body).unwrap_or_default();
                Err(ProviderError::NotBelieved(format!(
                    "the code was answered with {status} {}",
                    word(&refusal.error)
                )))
            }
            status => {
                Err(ProviderError::NotReached(format!("the code was answered with {status}")))
            }
        }
    }

    /// Where a provider sends browsers back to: each to an address of its own, so that the answer of one is never
    /// taken for another's.
    fn returns_to(&self, id: &str) -> String {
        format!("{}/sign-in/oidc/{id}/answer", self.address)
    }

    /// A provider that is about to be asked, which so many may at a time.
    fn asked(&self, id: &str) -> Result<(&Provider, Asking<'_>), ProviderError> {
        let found = self.all.iter().find(|(provider, _)| provider.id() == id);
        let (provider, learned) = found.ok_or(ProviderError::Unknown)?;
        Ok((provider, learned.asked().ok_or(ProviderError::Busy)?))
    }
}

#[derive(Deserialize)]
struct Tokens {
    id_token: String,
}

#[derive(Default, Deserialize)]
struct Refusal {
    error: String,
}

/// By what an account is known here.
fn account(issuer: &str, sub: &str) -> [u8; 32] {
    sha256(format!("{issuer}\n{sub}").as_bytes())
}

fn not_believed(why: &str) -> ProviderError {
    ProviderError::NotBelieved(why.to_owned())
}

/// The client's credentials as RFC 6749 §2.3.1 has them: written as in forms before they are written as in HTTP.
fn basic(provider: &Provider) -> String {
    let written = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let (id, secret) = (written(provider.client_id()), written(provider.client_secret()));
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

/// An error's name as RFC 6749 allows them, cut to what a line can hold: whoever made the answer chose it.
fn word(error: &str) -> String {
    error.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(40).collect()
}

/// 256 bits that nobody guesses, in letters that addresses hold.
fn unguessable() -> Result<String, SealError> {
    Ok(crate::registry::fingerprint(&random()?))
}
