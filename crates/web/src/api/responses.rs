//! Whether a response is one of this service's.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;

use super::describe::ProblemShown;
use super::messages::whole;
use super::part::Part;
use crate::Shared;
use crate::caller::blocking;
use crate::problem::{Problem, json_answer};
use crate::transparency::{bundle_answer, proof_of_shown};
use crate::views::verified::VerifiedView;

/// Check that a response is genuine
///
/// A response, a tax bill or a format response as it was received, in its envelope or not, at most 1 MiB. It is
/// compared with what this service made under its number, byte for byte but for the ends of lines. Nothing is stored.
#[utoipa::path(
    post, path = "/api/v1/responses/check", tag = "public", operation_id = "check_response",
    request_body(content = String, content_type = "application/xml", description = "The response."),
    responses((status = 200, description = "What is known of it.", body = VerifiedView)),
)]
pub async fn check(State(shared): State<Shared>, body: Body) -> Result<Response, Problem> {
    let (_room, bytes) = whole(&shared, body).await?;
    verified(&shared, bytes).await
}

/// Show whether a response was made here
///
/// By its number alone: nothing is said of what it holds. Show all of it to learn whether it was changed.
#[utoipa::path(
    get, path = "/api/v1/responses/{guid}", tag = "public", operation_id = "show_response",
    params(("guid" = String, Path, description = "The number of the message (`guid`).")),
    responses((status = 200, description = "What is known of it.", body = VerifiedView)),
)]
pub async fn show(
    State(shared): State<Shared>,
    Part(guid): Part<String>,
) -> Result<Response, Problem> {
    verified(&shared, guid.into_bytes()).await
}

/// Get the proof that a response was logged
///
/// Of a response that is shown whole, as it was received: its bundle holds no more than the response and how it was
/// recorded, the path from its leaf of the verifiable log, and the signed head. `tongguan verify-log` and the page
/// `/verify` verify it without this service. A response is proved within seconds of being made.
#[utoipa::path(
    post, path = "/api/v1/responses/proof", tag = "public", operation_id = "prove_response",
    request_body(content = String, content_type = "application/xml", description = "The response."),
    responses(
        (status = 200, description = "The bundle.", content_type = "application/json", body = Object),
        (status = 404, description = "This service made no such response.", body = ProblemShown,
            content_type = "application/problem+json"),
    ),
)]
pub async fn prove(State(shared): State<Shared>, body: Body) -> Result<Response, Problem> {
    let (_room, bytes) = whole(&shared, body).await?;
    let _turn = shared.checks.try_acquire().map_err(|_| Problem::Busy)?;
    bundle_answer(&proof_of_shown(&shared, bytes).await?)
}

async fn verified(shared: &Shared, shown: Vec<u8>) -> Result<Response, Problem> {
    let _turn = shared.checks.try_acquire().map_err(|_| Problem::Busy)?;
    let mailboxes = Arc::clone(&shared.access.mailboxes);
    let verdict = blocking(move || mailboxes.verify(shown)).await?;
    Ok(json_answer(&VerifiedView::of(&verdict)))
}
