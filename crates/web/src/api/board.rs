//! The board: what this process has measured of itself.

use axum::extract::State;
use axum::response::Response;
use tongguan_application::board::judged;

use crate::Shared;
use crate::problem::json_answer;
use crate::views::board::BoardView;

/// Show what was measured of late
///
/// Of the process that answers, during its last hour and day; where several serve, ask each.
#[utoipa::path(
    get, path = "/api/v1/system/board", tag = "administration", operation_id = "show_board",
    responses((status = 200, description = "What was measured, and which alerts hold.", body = BoardView)),
)]
pub async fn show(State(shared): State<Shared>) -> Response {
    let history = shared.access.board.history();
    let verdicts = judged(&history, shared.access.clock.now());
    json_answer(&BoardView::of(&history, &verdicts))
}
