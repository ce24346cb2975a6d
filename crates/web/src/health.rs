//! Whether the process lives, and whether it can take messages.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde_json::json;

use crate::Shared;
use crate::caller::blocking;
use crate::problem::{Problem, json_answer};

/// The process answers.
pub async fn health() -> Response {
    json_answer(&json!({ "status": "alive" }))
}

/// The database answers, and there is room for messages.
pub async fn ready(State(shared): State<Shared>) -> Result<Response, Problem> {
    let mailboxes = Arc::clone(&shared.access.mailboxes);
    blocking(move || mailboxes.probe()).await?;
    if !shared.access.reception.has_room() || shared.in_flight.available_permits() == 0 {
        return Err(Problem::Busy);
    }
    Ok(json_answer(&json!({ "status": "ready" })))
}
