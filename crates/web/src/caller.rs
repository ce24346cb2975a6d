//! Who calls: a person with a session, or a program with an access key, a token for it, or a certificate.

use std::sync::{Arc, OnceLock};

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::header::{AUTHORIZATION, COOKIE, ORIGIN};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};
use tongguan_application::access::{AccessKey, Scopes};
use tongguan_application::history::{Actor, Cause, Origin};
use tongguan_application::people::{self, NextStep, PeopleError};
use tongguan_domain::access::{Permission, Reach, Role, Standing};
use tongguan_domain::ids::DxpId;

use crate::Shared;
use crate::cookies;
use crate::looking::for_looker;
use crate::problem::Problem;
use crate::refusal::broken;
use crate::trace::part;

/// The certificate that the other side of a TLS connection showed, by SHA-256 of its bytes. Whoever serves
/// connections puts it to each request; nothing that a request says of itself is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShownCertificate(pub [u8; 32]);

/// Somebody who is known.
#[derive(Debug, Clone)]
pub struct Caller {
    /// For whom, and as what.
    pub standing: Standing,
    /// Person or program.
    pub who: Who,
    /// From where; the guard says so.
    pub origin: Origin,
}

/// A person or a program.
#[derive(Debug, Clone)]
pub enum Who {
    /// Somebody who signed in.
    Person(Box<Session>),
    /// A program with an access key.
    Program {
        /// The key's number.
        key: String,
        /// What the key is restricted to.
        scopes: Scopes,
    },
}

/// The session of a person.
#[derive(Debug, Clone)]
pub struct Session {
    /// What it is known by.
    pub token: String,
    /// Who has signed in.
    pub person: people::Caller,
}

/// Where it is noted who calls, for whoever writes the page of a problem: a handler that failed takes what it knew with
/// it.
#[derive(Debug, Clone, Default)]
pub struct Noted(Arc<OnceLock<Caller>>);

impl Noted {
    /// Notes it, once.
    pub fn note(&self, caller: Caller) {
        self.0.get_or_init(|| caller);
    }

    /// Who calls, where that is known.
    pub fn caller(&self) -> Option<Caller> {
        self.0.get().cloned()
    }
}

impl Caller {
    /// What audit events call whoever acts.
    pub fn audit_name(&self) -> String {
        match &self.who {
            Who::Person(session) => session.person.sign_in.to_string(),
            Who::Program { key, .. } => format!("key {key}"),
        }
    }

    /// What acts, for audit events.
    pub fn actor(&self) -> Actor {
        Actor {
            name: self.audit_name(),
            standing: self.standing.to_string(),
            origin: self.origin.clone(),
        }
    }

    /// What changes something, for audit events.
    pub fn cause(&self) -> Cause {
        Cause::Person(self.actor())
    }

    /// Whose records are within reach.
    pub const fn reach(&self) -> Reach {
        self.standing.reach()
    }

    /// Whether role and key let the caller do this.
    pub fn may(&self, permission: Permission) -> bool {
        permission.is_of(self.standing.role())
            && match &self.who {
                Who::Person(_) => true,
                Who::Program { scopes, .. } => scopes.allow(permission),
            }
    }

    /// What a person has to do before anything else.
    pub fn next(&self) -> Option<NextStep> {
        match &self.who {
            Who::Person(session) => session.person.next,
            Who::Program { .. } => None,
        }
    }

    /// The session of a person.
    pub fn session(&self) -> Option<&Session> {
        match &self.who {
            Who::Person(session) => Some(session),
            Who::Program { .. } => None,
        }
    }
}

/// Who calls, if anybody who is known does.
///
/// # Errors
/// [`Problem::NoKey`] for a key that opens nothing. A session that has ended is none.
pub async fn identify(
    shared: &Shared,
    headers: &HeaderMap,
    extensions: &Extensions,
) -> Result<Option<Caller>, Problem> {
    if let Some(key) = key_of(shared, headers, extensions).await? {
        let (enquiries, mailbox) = (Arc::clone(&shared.access.enquiries), key.mailbox.clone());
        let owner = blocking(move || enquiries.owner_of(&mailbox)).await?;
        // A mailbox of nobody who is registered has mail and no records.
        return Ok(owner.map(|party| Caller {
            standing: Standing::Enterprise { party, role: Role::Program },
            who: Who::Program { key: key.number, scopes: key.scopes },
            origin: Origin::default(),
        }));
    }
    let Some(token) = cookies::SESSION.read(headers, shared.access.is_secure) else {
        return Ok(None);
    };
    let (people, now) = (Arc::clone(&shared.access.people), shared.access.clock.now());
    let known = blocking(move || match people.caller(&token, now) {
        Ok(person) => Ok(Some(Session { token, person })),
        Err(PeopleError::NoSession) => Ok(None),
        Err(error) => Err(error),
    });
    Ok(known.await?.map(|session| Caller {
        standing: session.person.standing,
        who: Who::Person(Box::new(session)),
        origin: Origin::default(),
    }))
}

/// The valid access key that a request bears, itself or as a token, or that its connection's certificate stands
/// for; nothing where there is none of them.
async fn key_of(
    shared: &Shared,
    headers: &HeaderMap,
    extensions: &Extensions,
) -> Result<Option<AccessKey>, Problem> {
    let (programs, now) = (Arc::clone(&shared.access.programs), shared.access.clock.now());
    if !headers.contains_key(AUTHORIZATION) {
        let shown = extensions.get::<ShownCertificate>().filter(|_| !is_of_browser(headers));
        let Some(ShownCertificate(digest)) = shown.copied() else { return Ok(None) };
        return blocking(move || programs.of_certificate(&digest, now)).await;
    }
    let bearer = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let bearer = bearer.and_then(|text| {
        let (scheme, secret) = text.split_once(' ')?;
        scheme.eq_ignore_ascii_case("Bearer").then(|| secret.trim().to_owned())
    });
    let shown = bearer.ok_or(Problem::NoKey)?;
    blocking(move || programs.of_bearer(&shown, now)).await?.ok_or(Problem::NoKey).map(Some)
}

/// Whether a browser has sent a request. It shows a certificate of its own accord, whichever page had it send the
/// request: that is nobody's will.
fn is_of_browser(headers: &HeaderMap) -> bool {
    headers.contains_key("sec-fetch-site")
        || headers.contains_key(ORIGIN)
        || headers.contains_key(COOKIE)
}

/// Whose mailbox the request's access key opens now; nothing where it bears none.
pub struct Bearer(pub Option<DxpId>);

/// As [`Bearer`], of a request that must bear one.
pub struct KeyHolder(pub DxpId);

impl FromRequestParts<Shared> for Bearer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Problem> {
        let key = key_of(shared, &parts.headers, &parts.extensions).await?;
        Ok(Self(key.map(|key| key.mailbox)))
    }
}

impl FromRequestParts<Shared> for KeyHolder {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Problem> {
        let key = key_of(shared, &parts.headers, &parts.extensions).await?.ok_or(Problem::NoKey)?;
        if key.scopes.allow(Permission::ReadMail) {
            Ok(Self(key.mailbox))
        } else {
            Err(Problem::NotPermitted(Permission::ReadMail))
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    /// Of a route that names what it needs: the guard has put the caller there.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or(Problem::SignInNeeded)
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Problem> {
        Ok(parts.extensions.get::<Self>().cloned())
    }
}

/// Asks the database without keeping other requests waiting. What it says is told to the operator, not to
/// the caller.
pub async fn blocking<T, E>(
    ask: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, Problem>
where
    T: Send + 'static,
    E: std::error::Error + Send + 'static,
{
    aside(ask).await?.map_err(|error| broken(&error))
}

/// Does what takes a while without keeping other requests waiting.
pub async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    let working = tokio::task::spawn_blocking(for_looker(work));
    part("ask the database", working).await.map_err(|_| Problem::Unavailable)
}
