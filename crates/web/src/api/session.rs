//! Who calls, and what that lets them do.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use tongguan_application::people::NextStep;
use tongguan_domain::access::Permission;
use utoipa::ToSchema;

use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::pages::sign_in::with_session;
use crate::problem::{Problem, json_answer};

/// Who calls.
#[derive(Debug, Serialize, ToSchema)]
struct CallerView {
    /// What audit events call the caller: a sign-in name, or a key's number.
    name: String,
    /// As what.
    role: &'static str,
    /// For whom: the number of a party, the four digits of an office, or the name of an authority.
    organisation: String,
    /// What that allows.
    permissions: Vec<&'static str>,
    /// What a browser sends as `X-Form-Token` with what changes something; of people alone.
    form_token: Option<String>,
    /// What has to be done before anything else, of people alone: `show-code` or `set-up-second-factor`.
    next: Option<&'static str>,
}

/// Show who calls
///
/// Somebody who has signed in by password alone is told here what is missing.
#[utoipa::path(
    get, path = "/api/v1/session", tag = "public", operation_id = "show_session",
    responses((status = 200, description = "The caller.", body = CallerView)),
)]
pub async fn show(caller: Caller) -> Response {
    let permissions = Permission::ALL.into_iter().filter(|it| caller.may(*it));
    json_answer(&CallerView {
        name: caller.audit_name(),
        role: caller.standing.role().name(),
        organisation: caller.standing.organisation(),
        permissions: permissions.map(Permission::name).collect(),
        form_token: caller.session().map(|session| session.person.form_token.clone()),
        next: caller.next().map(|next| match next {
            NextStep::ShowCode => "show-code",
            NextStep::SetUpSecondFactor => "set-up-second-factor",
        }),
    })
}

/// End the own session
///
/// The answer takes its cookie away.
#[utoipa::path(
    delete, path = "/api/v1/session", tag = "account", operation_id = "sign_out",
    responses((status = 204, description = "It has ended.")),
)]
pub async fn end(State(shared): State<Shared>, caller: Caller) -> Result<Response, Problem> {
    let token = caller.session().ok_or(Problem::SignInNeeded)?.token.clone();
    let (people, now) = (shared.access.people.asked_from(caller.origin), shared.access.clock.now());
    blocking(move || people.sign_out(&token, now)).await?;
    Ok(with_session(&shared, StatusCode::NO_CONTENT.into_response(), None))
}
