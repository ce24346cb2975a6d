//! Requests to cancel a declaration.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use tongguan_application::cancellations::{self, Decision};
use tongguan_application::deciding::Decides;
use utoipa::ToSchema;

use super::acting::{act, actor, named};
use super::body::Given;
use super::part::Part;
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::problem::{Problem, json_answer};
use crate::views::cancellation::PendingView;
use crate::views::returns::StepView;

/// The oldest requests.
#[derive(Debug, Serialize, ToSchema)]
struct PendingsView {
    /// The requests.
    requests: Vec<PendingView>,
}

/// What an officer decides about a request.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerdictGiven {
    /// Whether the declaration is cancelled.
    verdict: Verdict,
    /// Why: a code of docs/reference/review.md, or words that the declarant reads where it is refused.
    #[schema(example = "in-order", min_length = 1, max_length = 500)]
    reason: String,
}

/// Whether it is cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    /// The declaration is cancelled.
    Approve,
    /// It goes on as it stands.
    Refuse,
}

/// List requests to cancel a declaration
///
/// The oldest of the officer's own office.
#[utoipa::path(
    get, path = "/api/v1/cancellations", tag = "officers", operation_id = "list_cancellations",
    responses((status = 200, description = "What waits.", body = PendingsView)),
)]
pub async fn list(State(shared): State<Shared>, caller: Caller) -> Result<Response, Problem> {
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let pending = blocking(move || enquiries.cancellations(reach)).await?;
    Ok(json_answer(&PendingsView { requests: pending.iter().map(PendingView::of).collect() }))
}

/// Decide about a request to cancel a declaration
#[utoipa::path(
    post, path = "/api/v1/cancellations/{number}/decision", tag = "officers",
    operation_id = "decide_cancellation",
    params(("number" = String, Path, description = "The declaration's invtNo.")),
    request_body = VerdictGiven,
    responses((status = 200, description = "Where the request stands now.", body = StepView)),
)]
pub async fn decide(
    State(shared): State<Shared>,
    caller: Caller,
    Part(number): Part<String>,
    Given(given): Given<VerdictGiven>,
) -> Result<Response, Problem> {
    // Only of what is within reach.
    named(&shared, caller.reach(), number.clone()).await?;
    let officer = actor(&caller);
    let decide = move |desk: &mut dyn Decides| {
        let decision = Decision {
            declaration_no: &number,
            approves: given.verdict == Verdict::Approve,
            officer: &officer,
            reason: &given.reason,
        };
        cancellations::decide(desk, &decision)
    };
    let decided = act(&shared, decide).await?;
    Ok(json_answer(&StepView::of(decided.status, &decided.told)))
}
