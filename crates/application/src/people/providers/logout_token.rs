//! The logout token (登出令牌): a provider tells that somebody has signed out there (OpenID Connect Back-Channel
//! Logout 1.0), and the sessions that were begun by it end here.

use serde::Deserialize;
use serde_json::Value;
use tongguan_domain::time::Moment;
use tongguan_storage::{Backoff, ProviderAnswerRow, Register, StorageError};

use super::accounts::{FORGOTTEN, own_account};
use super::attempt::GOOD_FOR_MS;
use super::id_token::{Audience, SKEW, is_account, seconds, signed};
use super::{ProviderError, Providers, account, not_believed};
use crate::digest::sha256;
use crate::people::session::{number_of, told};
use crate::people::{People, PeopleError};

/// What a logout token tells of (§2.4).
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// A notice that somebody has signed out at a provider, as a verified logout token says.
#[derive(Debug)]
pub struct SignedOut {
    provider: String,
    /// SHA-256 of the issuer and of what it calls the account.
    account: [u8; 32],
    notice: ProviderAnswerRow,
}

/// What a logout token says.
#[derive(Debug, Deserialize)]
struct Claims {
    iss: String,
    /// A provider may name a session of its own instead; none of those is known here.
    sub: Option<String>,
    aud: Audience,
    iat: i64,
    exp: i64,
    jti: String,
    events: Value,
    nonce: Option<Value>,
}

impl Providers {
    /// Takes a notice of a provider that somebody has signed out there. May ask the provider for its keys, and waits
    /// for it.
    ///
    /// # Errors
    /// [`ProviderError`].
    pub fn signed_out(
        &self,
        id: &str,
        token: &str,
        now: Moment,
    ) -> Result<SignedOut, ProviderError> {
        let (provider, learned) = self.asked(id)?;
        let metadata = learned.metadata(provider, &*self.client, now)?;
        let keys = |id: Option<&str>| learned.keys(&metadata, &*self.client, id, now);
        let claims: Claims = signed("logout token", token, keys)?;
        let (issuer, client_id) = (provider.issuer(), provider.client_id());
        let sub = claims.judged(issuer, client_id, now).map_err(not_believed)?;
        let notice = ProviderAnswerRow {
            digest: sha256(format!("logout\n{issuer}\n{}", claims.jti).as_bytes()),
            expires_at: now.plus_millis(2 * GOOD_FOR_MS),
        };
        Ok(SignedOut { provider: id.to_owned(), account: account(issuer, sub), notice })
    }
}

impl Claims {
    /// Of which account it tells, if it is to be believed (§2.6).
    fn judged(&self, issuer: &str, client_id: &str, now: Moment) -> Result<&str, &'static str> {
        let now = seconds(now);
        let oldest = now.saturating_sub(GOOD_FOR_MS / 1000);
        let checks = [
            (self.iss == issuer, "its logout token is of another issuer"),
            (self.aud.is(client_id), "its logout token is for somebody else"),
            (now < self.exp.saturating_add(SKEW), "its logout token is over"),
            (
                (oldest..=now.saturating_add(SKEW)).contains(&self.iat),
                "its logout token is of another time; compare the clocks",
            ),
            (self.events[EVENT].is_object(), "its logout token tells of something else"),
            // Or it would be an ID token.
            (self.nonce.is_none(), "its logout token has a nonce"),
            (!self.jti.is_empty(), "its logout token has no number"),
        ];
        if let Some((_, why)) = checks.into_iter().find(|(holds, _)| !holds) {
            return Err(why);
        }
        self.sub
            .as_deref()
            .filter(|sub| is_account(sub))
            .ok_or("its logout token names no account; sessions of its own are not known here")
    }
}

impl People {
    /// Ends the sessions that somebody has begun by a provider at which that person has signed out; gives how many. A
    /// notice that was taken before ends none, nor does one of nobody here.
    ///
    /// # Errors
    /// [`PeopleError`] of the database.
    pub fn end_by_provider(&self, out: &SignedOut, now: Moment) -> Result<usize, PeopleError> {
        let account = self.store.read(|view| view.provider_account(&out.account))?;
        let Some(name) = account.map(|row| row.sign_in) else { return Ok(0) };
        let words = format!("ended by provider {}", out.provider);
        Ok(self.writer().retried(Backoff::default(), |tx| {
            let revision = tx.bump(Register::People)?;
            let Some(person) = tx.lock_person(&name)? else { return Ok::<_, StorageError>(0) };
            let is_linked = own_account(tx, &name, |it| it.digest == out.account)?.is_some();
            if !is_linked || !tx.take_provider_answer(&out.notice, now, FORGOTTEN)? {
                return Ok(0);
            }
            let mut sessions = tx.sessions_of(&name)?;
            sessions.retain(|session| session.provider.as_deref() == Some(&*out.provider));
            let ended: Vec<_> = sessions.iter().map(|session| session.digest).collect();
            tx.end_sessions(&ended)?;
            let numbers: Vec<_> = ended.iter().map(number_of).collect();
            let fields = numbers.iter().map(|number| ("session", number.as_str(), words.as_str()));
            told(tx, revision, &self.own(&person), &name, fields, now)?;
            Ok(ended.len())
        })?)
    }
}
