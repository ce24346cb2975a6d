//! The board: what this process has measured of itself, and what the database tells of refusals and mailboxes.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use tongguan_application::board::judged;

use crate::Shared;
use crate::pages::board::told;
use crate::problem::json_answer;
use crate::views::board::BoardView;

/// Show what was measured of late
///
/// Of the process that answers, during its last hour and day; where several serve, ask each. What was refused for what
/// and what nobody fetches is of all processes.
#[utoipa::path(
    get, path = "/api/v1/system/board", tag = "administration", operation_id = "show_board",
    responses((status = 200, description = "What was measured, and which alerts hold.", body = BoardView)),
)]
pub async fn show(State(shared): State<Shared>) -> Response {
    let now = shared.access.clock.now();
    let told = told(Arc::clone(&shared.access.enquiries), now).await;
    let history = shared.access.board.history();
    let verdicts = judged(&history, now);
    let told = told.as_ref().map(|it| (&it.outcome, &*it.registry));
    json_answer(&BoardView::of(&history, &verdicts, told))
}
