//! Parcels that quarantine has to look at.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use tongguan_application::deciding::Decides;
use tongguan_application::quarantine::{self, Due};
use tongguan_domain::quarantine::Finding;
use utoipa::ToSchema;

use super::body::Given;
use super::part::Part;
use crate::Shared;
use crate::acting::{act, actor, named};
use crate::caller::{Caller, blocking};
use crate::problem::{Problem, json_answer};
use crate::views::declaration::DecidedView;

/// A parcel that is to be looked at.
#[derive(Debug, Serialize, ToSchema)]
struct DueView {
    /// 物流运单编号.
    waybill_no: String,
    /// The number that Tongguan has of its declaration.
    id: String,
    /// 清单编号.
    invt_no: Option<String>,
    /// 申报地海关.
    office: String,
    /// Since when its waybill is known.
    since: String,
}

/// The oldest parcels that are to be looked at.
#[derive(Debug, Serialize, ToSchema)]
struct DuesView {
    /// The parcels.
    parcels: Vec<DueView>,
}

/// What quarantine found.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FindingGiven {
    /// Whether the parcel passed.
    finding: FindingName,
    /// Why: a code of docs/reference/review.md, or words that the declarant will read.
    #[schema(example = "in-order", min_length = 1, max_length = 500)]
    reason: String,
}

/// What was found.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum FindingName {
    /// 合格.
    Passed,
    /// 不合格.
    Failed,
}

/// List what quarantine has to look at
///
/// The oldest of the officer's office.
#[utoipa::path(
    get, path = "/api/v1/quarantine", tag = "cases", operation_id = "list_quarantine",
    responses((status = 200, description = "What is due.", body = DuesView)),
)]
pub async fn due(State(shared): State<Shared>, caller: Caller) -> Result<Response, Problem> {
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let due = blocking(move || enquiries.quarantine_due(reach)).await?;
    Ok(json_answer(&DuesView { parcels: due.iter().map(DueView::of).collect() }))
}

/// Register what quarantine found
///
/// Of the exported parcel of a declaration.
#[utoipa::path(
    post, path = "/api/v1/declarations/{number}/quarantine", tag = "cases",
    operation_id = "register_quarantine",
    params(("number" = String, Path, description = "invtNo, preNo, orderNo or id.")),
    request_body = FindingGiven,
    responses((status = 200, description = "Where the declaration stands now.", body = DecidedView)),
)]
pub async fn register(
    State(shared): State<Shared>,
    caller: Caller,
    Part(number): Part<String>,
    Given(given): Given<FindingGiven>,
) -> Result<Response, Problem> {
    let id = named(&shared, caller.reach(), number).await?;
    let officer = actor(&caller);
    let finding = match given.finding {
        FindingName::Passed => Finding::Passed,
        FindingName::Failed => Finding::Failed,
    };
    let register = move |desk: &mut dyn Decides| {
        quarantine::register(desk, id, finding, &officer, &given.reason)
    };
    let decided = act(&shared, &caller, register).await?;
    Ok(json_answer(&DecidedView::of(id, &decided)))
}

impl DueView {
    fn of(due: &Due) -> Self {
        Self {
            waybill_no: due.waybill_no.clone(),
            id: due.declaration.id().to_string(),
            invt_no: due.declaration.number().map(ToString::to_string),
            office: due.declaration.office().to_string(),
            since: due.since.to_string(),
        }
    }
}
