//! The own account: password, second factor, passkeys, sessions.
//!
//! A passkey is added in a browser, on the page of the account: only there an authenticator can be asked.

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use tongguan_application::people::{
    NextStep, OpenSession, Passkey, People, PeopleError, Replacing,
};
use tongguan_domain::time::Moment;
use utoipa::ToSchema;

use super::again::ShownOnce;
use super::body::{Given, wrong};
use super::part::Part;
use crate::Shared;
use crate::caller::{Caller, aside};
use crate::pages::sign_in::with_session;
use crate::problem::{Problem, json_answer};

/// The present password and the next one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordGiven {
    /// The present one.
    #[schema(example = "what it is until now")]
    present: String,
    /// The next one.
    #[schema(example = "what it is from now on", min_length = 12, max_length = 128)]
    password: String,
}

/// A code of an authenticator.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CodeGiven {
    /// Its six digits.
    #[schema(example = "123456")]
    code: String,
    /// `enrolled` of the second factor that is being set up; absent to show one that is there.
    enrolled: Option<String>,
    /// A code of the authenticator that is there, where another one is put in its place; absent for whoever has just
    /// signed in by a passkey.
    #[schema(example = "123456")]
    present: Option<String>,
}

/// Another name of a passkey.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NameGiven {
    /// What its owner calls it.
    #[schema(example = "phone", min_length = 1, max_length = 60)]
    name: String,
}

/// A second factor that is being set up: it counts once a code of it was shown.
#[derive(Serialize, ToSchema)]
struct EnrolmentView {
    /// Comes back with the first code.
    enrolled: String,
    /// The key, in base 32, to be typed into an authenticator.
    key: String,
    /// `otpauth://…`, to be scanned by one.
    address: String,
}

/// The own sessions.
#[derive(Debug, Serialize, ToSchema)]
struct SessionsView {
    /// The oldest first.
    sessions: Vec<SessionView>,
}

/// A session (会话).
#[derive(Debug, Serialize, ToSchema)]
struct SessionView {
    /// What it is called.
    number: String,
    /// Whether it is the one that asks.
    is_own: bool,
    /// When it began.
    opened_at: String,
    /// When it was last used, to the minute.
    seen_at: String,
}

/// The own passkeys.
#[derive(Debug, Serialize, ToSchema)]
struct PasskeysView {
    /// The oldest first.
    passkeys: Vec<PasskeyView>,
}

/// A passkey (通行密钥).
#[derive(Debug, Serialize, ToSchema)]
struct PasskeyView {
    /// What it is called here.
    number: String,
    /// What its owner calls it.
    name: String,
    /// When it was added.
    added_at: String,
    /// When it was last used.
    used_at: Option<String>,
}

/// Change the own password
///
/// All other sessions end. A wrong present password counts as a failure to sign in.
#[utoipa::path(
    post, path = "/api/v1/account/password", tag = "account", operation_id = "change_password",
    request_body = PasswordGiven,
    responses((status = 204, description = "It is changed.")),
)]
pub async fn change_password(
    State(shared): State<Shared>,
    caller: Caller,
    Given(given): Given<PasswordGiven>,
) -> Result<StatusCode, Problem> {
    of_session(&shared, &caller, move |people, token, now| {
        people.change_password(token, &given.present, &given.password, now)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Begin to set up a second factor
///
/// Gives a new key each time, which is shown this once and counts once a code of it was shown.
#[utoipa::path(
    post, path = "/api/v1/account/second-factor", tag = "account", operation_id = "begin_second_factor",
    responses((status = 201, description = "The key.", body = EnrolmentView)),
)]
pub async fn begin_second_factor(
    State(shared): State<Shared>,
    caller: Caller,
) -> Result<Response, Problem> {
    let session = caller.session().ok_or(Problem::SignInNeeded)?;
    // Who has another factor shows that one before this one is set up.
    if session.person.next == Some(NextStep::ShowCode) {
        return Err(Problem::CodeNeeded);
    }
    let name = session.person.sign_in.clone();
    let begin = move |people: &People, _: &str, _| people.begin_second_factor(&name);
    let enrolment = of_session(&shared, &caller, begin).await?;
    let view = EnrolmentView {
        enrolled: URL_SAFE_NO_PAD.encode(&enrolment.sealed),
        key: enrolment.typed,
        address: enrolment.address,
    };
    Ok((StatusCode::CREATED, Extension(ShownOnce), json_answer(&view)).into_response())
}

/// Show a code of the second factor
///
/// Of the one that is being set up, which counts from then on, or of the one that is there, after the password. Where
/// one is there and was shown in this session, the one that is being set up replaces it, and all other sessions end.
/// The answer sets another cookie for the session.
#[utoipa::path(
    post, path = "/api/v1/account/second-factor/code", tag = "account", operation_id = "show_code",
    request_body = CodeGiven,
    responses((status = 204, description = "The code fits.")),
)]
pub async fn show_code(
    State(shared): State<Shared>,
    caller: Caller,
    Given(given): Given<CodeGiven>,
) -> Result<Response, Problem> {
    let enrolled = given.enrolled.map(|text| URL_SAFE_NO_PAD.decode(text)).transpose();
    let enrolled = enrolled.map_err(|_| wrong("/enrolled", "as it was given"))?;
    let (code, present) = (given.code, given.present.unwrap_or_default());
    let session = caller.session().ok_or(Problem::SignInNeeded)?;
    let is_complete = session.person.next.is_none() && session.person.has_codes;
    let replacing = enrolled.clone().filter(|_| is_complete);
    let showing = move |people: &People, token: &str, now| match &replacing {
        Some(enrolled) => {
            let replacing = Replacing { present: &present, enrolled, code: &code };
            people.replace_second_factor(token, replacing, now)
        }
        None => people.confirm_second_factor(token, enrolled.as_deref(), &code, now),
    };
    let token = of_session(&shared, &caller, showing).await?;
    Ok(with_session(&shared, StatusCode::NO_CONTENT.into_response(), Some(token)))
}

/// List the own sessions
#[utoipa::path(
    get, path = "/api/v1/account/sessions", tag = "account", operation_id = "list_sessions",
    responses((status = 200, description = "The sessions.", body = SessionsView)),
)]
pub async fn sessions(State(shared): State<Shared>, caller: Caller) -> Result<Response, Problem> {
    let open = of_session(&shared, &caller, |people, token, now| people.sessions(token, now));
    Ok(json_answer(&SessionsView::of(&open.await?)))
}

/// End one of the own sessions
///
/// One that is not there has ended already.
#[utoipa::path(
    delete, path = "/api/v1/account/sessions/{number}", tag = "account", operation_id = "end_session",
    params(("number" = String, Path, description = "The session's number.")),
    responses((status = 204, description = "It has ended.")),
)]
pub async fn end_session(
    State(shared): State<Shared>,
    caller: Caller,
    Part(number): Part<String>,
) -> Result<StatusCode, Problem> {
    of_session(&shared, &caller, move |people, token, now| people.end_session(token, &number, now))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// List the own passkeys
///
/// One is added in a browser, on the page of the account: only a browser can ask an authenticator.
#[utoipa::path(
    get, path = "/api/v1/account/passkeys", tag = "account", operation_id = "list_passkeys",
    responses((status = 200, description = "The passkeys.", body = PasskeysView)),
)]
pub async fn passkeys(State(shared): State<Shared>, caller: Caller) -> Result<Response, Problem> {
    let own = of_session(&shared, &caller, |people, token, now| people.passkeys(token, now));
    Ok(json_answer(&PasskeysView::of(own.await?)))
}

/// Call an own passkey by another name
#[utoipa::path(
    post, path = "/api/v1/account/passkeys/{number}", tag = "account", operation_id = "rename_passkey",
    params(("number" = String, Path, description = "The passkey's number.")),
    request_body = NameGiven,
    responses((status = 200, description = "The passkeys as they are now.", body = PasskeysView)),
)]
pub async fn rename_passkey(
    State(shared): State<Shared>,
    caller: Caller,
    Part(number): Part<String>,
    Given(NameGiven { name }): Given<NameGiven>,
) -> Result<Response, Problem> {
    if name.trim().is_empty() {
        return Err(wrong("/name", "say what you call it"));
    }
    changed(&shared, &caller, number, move |people, token, number, now| {
        people.rename_passkey(token, number, &name, now)
    })
    .await
}

/// Take an own passkey away
///
/// Whoever must have a second factor keeps one.
#[utoipa::path(
    delete, path = "/api/v1/account/passkeys/{number}", tag = "account", operation_id = "remove_passkey",
    params(("number" = String, Path, description = "The passkey's number.")),
    responses((status = 200, description = "The passkeys as they are now.", body = PasskeysView)),
)]
pub async fn remove_passkey(
    State(shared): State<Shared>,
    caller: Caller,
    Part(number): Part<String>,
) -> Result<Response, Problem> {
    changed(&shared, &caller, number, People::remove_passkey).await
}

/// Changes a passkey that is there.
async fn changed(
    shared: &Shared,
    caller: &Caller,
    number: String,
    change: impl FnOnce(&People, &str, &str, Moment) -> Result<(), PeopleError> + Send + 'static,
) -> Result<Response, Problem> {
    let changing = move |people: &People, token: &str, now| {
        if people.passkeys(token, now)?.iter().all(|it| it.number != number) {
            return Ok(None);
        }
        change(people, token, &number, now)?;
        people.passkeys(token, now).map(Some)
    };
    let own = of_session(shared, caller, changing).await?.ok_or(Problem::NotFound)?;
    Ok(json_answer(&PasskeysView::of(own)))
}

/// Does something with the session of whoever has signed in.
async fn of_session<T: Send + 'static>(
    shared: &Shared,
    caller: &Caller,
    work: impl FnOnce(&People, &str, Moment) -> Result<T, PeopleError> + Send + 'static,
) -> Result<T, Problem> {
    // A program has a key, and no account.
    let token = caller.session().ok_or(Problem::SignInNeeded)?.token.clone();
    let (people, now) =
        (shared.access.people.asked_from(caller.origin.clone()), shared.access.clock.now());
    Ok(aside(move || work(&people, &token, now)).await??)
}

impl SessionsView {
    fn of(open: &[OpenSession]) -> Self {
        let sessions = open.iter().map(|session| SessionView {
            number: session.number.clone(),
            is_own: session.is_own,
            opened_at: session.opened_at.to_string(),
            seen_at: session.seen_at.to_string(),
        });
        Self { sessions: sessions.collect() }
    }
}

impl PasskeysView {
    fn of(own: Vec<Passkey>) -> Self {
        let passkeys = own.into_iter().map(|passkey| PasskeyView {
            number: passkey.number,
            name: passkey.name,
            added_at: passkey.added_at.to_string(),
            used_at: passkey.used_at.map(|at| at.to_string()),
        });
        Self { passkeys: passkeys.collect() }
    }
}
