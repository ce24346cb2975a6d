//! Providers of identity (身份提供方): signing in, accepting an invitation, and linking an account by OpenID Connect.
//!
//! Browsers are sent to a provider by links, so that it works without JavaScript and no form leads elsewhere.

mod failed;
mod parts;
pub mod signed_out;

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use tongguan_application::people::{Answered, Begun, People, ProviderError, Providers, Purpose};
use tongguan_domain::time::Moment;

use self::failed::Failed;
pub use self::parts::{on_account, to_accept, to_sign_in, without_password};
use super::account;
use super::form::{Sent, go_to, own};
use super::shell::Visit;
use super::sign_in::{Empty, Onward, settled, signed_in};
use crate::Shared;
use crate::caller::{Caller, aside, blocking};
use crate::cookies::{ATTEMPT, SESSION};
use crate::pace::Address;
use crate::part::{Path, Query};
use crate::problem::Problem;
use crate::record::CameFrom;
use crate::refusal::broken;

/// The longest address that is gone on to after signing in: a cookie holds so much.
const LONGEST_NEXT: usize = 1_000;

/// The provider of an account that is to be linked, and what proves who links it.
#[derive(Deserialize)]
pub struct Linking {
    provider: String,
    #[serde(default)]
    present: String,
}

/// Sends somebody who signs in to a provider.
pub async fn begin(
    State(shared): State<Shared>,
    visit: Visit,
    address: Address,
    Path(id): Path<String>,
    Query(onward): Query<Onward>,
) -> Result<Response, Problem> {
    address.may_try_to_sign_in(&shared)?;
    let next = own(onward.next_address());
    let next = if next.len() > LONGEST_NEXT { "/" } else { next }.to_owned();
    sent(&shared, &visit, &id, Purpose::SignIn { next }).await
}

/// Sends somebody who was invited to a provider.
pub async fn begin_accepting(
    State(shared): State<Shared>,
    visit: Visit,
    address: Address,
    Path((code, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    address.may_try_to_sign_in(&shared)?;
    let (people, now, invited) =
        (Arc::clone(&shared.access.people), shared.access.clock.now(), code.clone());
    if let Err(error) = blocking(move || settled(people.invited(&invited, now))).await? {
        return Failed::Person(error).shown(&shared, &visit, &id);
    }
    sent(&shared, &visit, &id, Purpose::Accept { code }).await
}

/// Sends somebody who links an account to its provider.
pub async fn begin_linking(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Sent(Linking { provider: id, present }): Sent<Linking>,
) -> Result<Response, Problem> {
    let session = caller.session().ok_or(Problem::SignInNeeded)?;
    let (people, now) =
        (shared.access.people.asked_from(caller.origin.clone()), shared.access.clock.now());
    let (token, mark) = (session.token.clone(), People::session_mark(&session.token));
    let proving = move || settled(people.may_link(&token, &present, now));
    if let Err(error) = blocking(proving).await? {
        return account::refused(&shared, &visit, &caller, &error).await;
    }
    match begun(&shared, &id, Purpose::Link { session: mark }).await? {
        Ok(begun) => {
            let page = parts::onward(&shared, &visit, &id, &begun);
            Ok(keeping(&shared, page, Some(&begun.kept)))
        }
        Err(failed) => failed.shown(&shared, &visit, &id),
    }
}

/// Takes a provider's answer, as the browser brings it.
pub async fn answer(
    State(shared): State<Shared>,
    visit: Visit,
    address: Address,
    CameFrom(origin): CameFrom,
    Path(id): Path<String>,
    Query(answered): Query<Answered>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    address.may_try_to_sign_in(&shared)?;
    let kept = ATTEMPT.read(&headers, shared.access.is_secure).unwrap_or_default();
    let presented = SESSION.read(&headers, shared.access.is_secure);
    let people = shared.access.people.asked_from(origin);
    let provider = id.clone();
    let taken = asked(&shared, move |providers, now| {
        let (purpose, proven) = providers.answer(&provider, &kept, &answered, now)?;
        Ok(match purpose {
            Purpose::SignIn { next } => people
                .sign_in_by_provider(&proven, presented.as_deref(), now)
                .map(|begun| (Some(begun), next)),
            Purpose::Accept { code } => people
                .accept_by_provider(&code, &proven, presented.as_deref(), now)
                .map(|begun| (Some(begun), "/".to_owned())),
            Purpose::Link { session } => people
                .link_account(presented.as_deref().unwrap_or_default(), &session, &proven, now)
                .map(|()| (None, "/account".to_owned())),
        })
    });
    let response = match taken.await? {
        Ok(outcome) => match settled(outcome).map_err(|error| broken(&error))? {
            Ok((Some(begun), to)) => signed_in(&shared, begun, &to),
            Ok((None, to)) => go_to(&to),
            Err(error) => Failed::Person(error).shown(&shared, &visit, &id)?,
        },
        Err(failed) => failed.shown(&shared, &visit, &id)?,
    };
    Ok(keeping(&shared, response, None))
}

/// Unlinks an own account.
pub async fn unlink(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(number): Path<String>,
    Sent(Empty {}): Sent<Empty>,
) -> Result<Response, Problem> {
    account::changed(&shared, &visit, &caller, move |people, token, now| {
        people.unlink_account(token, &number, now)
    })
    .await
}

/// Sends a browser to a provider for something.
async fn sent(
    shared: &Shared,
    visit: &Visit,
    id: &str,
    purpose: Purpose,
) -> Result<Response, Problem> {
    match begun(shared, id, purpose).await? {
        Ok(Begun { url, kept }) => {
            Ok(keeping(shared, Redirect::to(&url).into_response(), Some(&kept)))
        }
        Err(failed) => failed.shown(shared, visit, id),
    }
}

/// An answer that has the browser keep an attempt, or forget it.
fn keeping(shared: &Shared, mut response: Response, kept: Option<&str>) -> Response {
    if let Ok(value) = HeaderValue::from_str(&ATTEMPT.written(kept, shared.access.is_secure)) {
        response.headers_mut().append(SET_COOKIE, value);
    }
    response
}

async fn begun(
    shared: &Shared,
    id: &str,
    purpose: Purpose,
) -> Result<Result<Begun, Failed>, Problem> {
    let id = id.to_owned();
    asked(shared, move |providers, now| providers.begin(&id, purpose, now)).await
}

/// Asks a provider, without keeping other requests waiting.
async fn asked<T: Send + 'static>(
    shared: &Shared,
    ask: impl FnOnce(&Providers, Moment) -> Result<T, ProviderError> + Send + 'static,
) -> Result<Result<T, Failed>, Problem> {
    let (providers, now) = (Arc::clone(&shared.access.providers), shared.access.clock.now());
    Ok(aside(move || ask(&providers, now)).await?.map_err(Failed::Provider))
}
