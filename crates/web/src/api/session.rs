//! Who calls, and what that lets them do.

use axum::response::Response;
use serde::Serialize;
use tongguan_domain::access::Permission;
use utoipa::ToSchema;

use crate::caller::Caller;
use crate::problem::json_answer;

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
}

/// Show who calls
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
    })
}
