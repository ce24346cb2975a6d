//! Whether the process lives, and whether it can take messages.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use serde_json::json;
use tokio::time::timeout;

use crate::Shared;
use crate::caller::blocking;
use crate::problem::{Problem, json_answer};

/// Who asks whether it is ready is answered within this: a load balancer waits no longer.
const SOON: Duration = Duration::from_secs(3);

/// The process answers.
pub async fn health() -> Response {
    json_answer(&json!({ "status": "alive" }))
}

/// The database answers, what comes can be stored, and there is room for messages.
pub async fn ready(State(shared): State<Shared>) -> Result<Response, Problem> {
    timeout(SOON, database_answers(&shared)).await.map_err(|_| Problem::Unavailable)??;
    if !shared.access.storing.works() {
        return Err(Problem::CannotStore);
    }
    if !shared.access.reception.has_room() || shared.in_flight.available_permits() == 0 {
        return Err(Problem::Busy);
    }
    Ok(json_answer(&json!({ "status": "ready" })))
}

async fn database_answers(shared: &Shared) -> Result<(), Problem> {
    let asking = Arc::clone(&shared.probe).acquire_owned().await;
    let asking = asking.map_err(|_| Problem::Unavailable)?;
    let mailboxes = Arc::clone(&shared.access.mailboxes);
    blocking(move || {
        // Held for as long as the database takes, though nobody may be waiting any more.
        let _asking = asking;
        mailboxes.probe()
    })
    .await
}
