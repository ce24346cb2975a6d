//! Who calls: a program with an access key.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use tongguan_application::pipeline::chain;
use tongguan_domain::ids::DxpId;

use crate::Shared;
use crate::problem::Problem;

/// Whose mailbox the request's access key opens now; nothing where it bears none.
pub struct Bearer(pub Option<DxpId>);

/// As [`Bearer`], of a request that must bear one.
pub struct KeyHolder(pub DxpId);

impl FromRequestParts<Shared> for Bearer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Problem> {
        let Some(authorization) = parts.headers.get(AUTHORIZATION) else { return Ok(Self(None)) };
        let bearer = authorization.to_str().ok().and_then(|text| {
            let (scheme, secret) = text.split_once(' ')?;
            scheme.eq_ignore_ascii_case("Bearer").then(|| secret.trim().to_owned())
        });
        let secret = bearer.ok_or(Problem::NoKey)?;
        let mailboxes = Arc::clone(&shared.access.mailboxes);
        let key = blocking(move || mailboxes.key_of(&secret)).await?;
        let now = shared.access.clock.now();
        let key = key.filter(|key| key.is_valid_at(now)).ok_or(Problem::NoKey)?;
        Ok(Self(Some(key.mailbox)))
    }
}

impl FromRequestParts<Shared> for KeyHolder {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Problem> {
        let Bearer(mailbox) = Bearer::from_request_parts(parts, shared).await?;
        mailbox.map(Self).ok_or(Problem::NoKey)
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
    match tokio::task::spawn_blocking(ask).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => {
            eprintln!("a request could not be answered: {}", chain(&error));
            Err(Problem::Unavailable)
        }
        Err(_) => Err(Problem::Unavailable),
    }
}
