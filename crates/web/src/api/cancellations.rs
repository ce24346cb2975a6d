//! Requests to cancel a declaration.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use tongguan_application::cancellations::{self, Decision, Pending};
use tongguan_application::deciding::Decides;
use tongguan_domain::access::Reach;
use tongguan_domain::ids::DeclarationId;
use utoipa::ToSchema;

use super::body::Given;
use super::paging::{Listed, PageQuery, Paging};
use super::part::Part;
use crate::Shared;
use crate::acting::{act, actor, named};
use crate::caller::{Caller, blocking};
use crate::problem::{Problem, json_answer};
use crate::views::cancellation::CancellationView;
use crate::views::returns::StepView;

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
/// Of an enterprise all of its own, those of the parcels that were lodged last first; of an office those that wait
/// for an officer, the oldest first.
#[utoipa::path(
    get, path = "/api/v1/cancellations", tag = "declarations", operation_id = "list_cancellations",
    params(PageQuery),
    responses((status = 200, description = "The requests.", body = Listed<CancellationView>)),
)]
pub async fn list(
    State(shared): State<Shared>,
    caller: Caller,
    paging: Paging,
) -> Result<Response, Problem> {
    let (enquiries, reach, limit) =
        (Arc::clone(&shared.access.enquiries), caller.reach(), paging.limit);
    if let Reach::Party(_) = reach {
        let behind = paging.place(|after| after.parse().ok().map(DeclarationId))?;
        let behind = behind.map(|declaration| (declaration, 0));
        let page = blocking(move || enquiries.own_cancellations(reach, behind, limit)).await?;
        let items: Vec<_> = page.rows.iter().map(CancellationView::of).collect();
        return Ok(paging.answer(items, page.next.map(|(declaration, _)| declaration.to_string())));
    }
    let after = paging.place(place_of)?;
    let mut pending = blocking(move || enquiries.cancellations(reach)).await?;
    pending.retain(|one| after.as_ref().is_none_or(|after| *after < place(one)));
    pending.truncate(limit.saturating_add(1));
    let items: Vec<_> = pending.iter().map(CancellationView::pending).collect();
    let place = |last: usize| {
        let (sent_at, number) = pending.get(last).map(place).unwrap_or_default();
        format!("{sent_at}.{number}")
    };
    Ok(paging.cut(items, place))
}

/// Where a request stands among those that wait: they are in order of age.
fn place(one: &Pending) -> (i64, String) {
    (one.sent_at.micros(), one.declaration_no.to_string())
}

fn place_of(text: &str) -> Option<(i64, String)> {
    let (sent_at, number) = text.split_once('.')?;
    Some((sent_at.parse().ok()?, number.to_owned()))
}

/// Decide about a request to cancel a declaration
#[utoipa::path(
    post, path = "/api/v1/cancellations/{number}/decision", tag = "cases",
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
    let decided = act(&shared, &caller, decide).await?;
    Ok(json_answer(&StepView::of(decided.status, &decided.told)))
}
