//! The outbox to the window upstream.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use tongguan_application::clearing::decide::Undecidable;
use tongguan_application::deciding::Decides;
use tongguan_application::relay::{self, RelayActError};
use tongguan_domain::ids::MessageId;

use super::part::Part;
use crate::Shared;
use crate::acting::{act, actor};
use crate::caller::{Caller, blocking};
use crate::problem::{Problem, json_answer};
use crate::views::relay::RelayView;
use crate::wording::Wording;

/// Show how relaying stands
///
/// What is to be sent to the window upstream, what was given up, and what came from there that answers nothing.
#[utoipa::path(
    get, path = "/api/v1/relay", tag = "administration", operation_id = "show_relay",
    responses((status = 200, description = "How it stands.", body = RelayView)),
)]
pub async fn show(State(shared): State<Shared>) -> Result<Response, Problem> {
    let enquiries = Arc::clone(&shared.access.enquiries);
    let overview = blocking(move || relay::overview(enquiries.store())).await?;
    Ok(json_answer(&RelayView::of(&overview)))
}

/// Send a message upstream again
///
/// One that was given up.
#[utoipa::path(
    post, path = "/api/v1/relay/{message}/retry", tag = "administration", operation_id = "retry_relay",
    params(("message" = String, Path, description = "The number that it was received under.")),
    responses((status = 204, description = "It is to be sent.")),
)]
pub async fn retry(
    State(shared): State<Shared>,
    caller: Caller,
    Part(message): Part<i64>,
) -> Result<StatusCode, Problem> {
    let by = actor(&caller);
    act(&shared, &caller, move |desk: &mut dyn Decides| {
        relay::retry(desk, MessageId(message), &by)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Leave a message unsent
///
/// One that was given up; its sender knows that.
#[utoipa::path(
    post, path = "/api/v1/relay/{message}/dismiss", tag = "administration", operation_id = "dismiss_relay",
    params(("message" = String, Path, description = "The number that it was received under.")),
    responses((status = 204, description = "Nobody has to look at it any more.")),
)]
pub async fn dismiss(
    State(shared): State<Shared>,
    caller: Caller,
    Part(message): Part<i64>,
) -> Result<StatusCode, Problem> {
    let by = actor(&caller);
    let work = move |desk: &mut dyn Decides| relay::dismiss(desk, MessageId(message), &by);
    act(&shared, &caller, work).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<RelayActError> for Problem {
    fn from(error: RelayActError) -> Self {
        match error {
            RelayActError::NotCommitted(error) => error.into(),
            RelayActError::Undecidable(Undecidable::NoSuchRelay(_)) => Self::NotFound,
            RelayActError::Undecidable(why) => Self::Refused(Wording::english(&why)),
        }
    }
}
