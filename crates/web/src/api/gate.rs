//! The gate of a supervised place: whether something may pass, and that it did.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use tongguan_application::gate::Passing;
use tongguan_domain::ids::PlaceCode;
use utoipa::{IntoParams, ToSchema};

use super::body::{Given, wrong};
use super::part::Asked;
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::gate::{LONGEST, MOST_LISTED, operator, own, record};
use crate::problem::{Problem, json_answer};
use crate::views::gate::{CheckedAtGateView, PassageView};

/// What stands at the gate.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AtGateQuery {
    /// The number of a gate pass, a vehicle, a seal, a waybill, an order or a declaration.
    #[param(min_length = 1, max_length = 80)]
    number: String,
}

/// Of which place.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OfPlaceQuery {
    /// The code of a place that the caller's party runs.
    #[param(min_length = 1, max_length = 10)]
    place: String,
}

/// A passage that is to be recorded.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PassageGiven {
    /// The code of the place, which the caller's party runs.
    #[schema(min_length = 1, max_length = 10, example = "CNNGB2916")]
    place: String,
    /// The number that was checked.
    #[schema(example = "FZ000001", min_length = 1, max_length = 80)]
    number: String,
    /// `seen` of the check: it is refused where the check says something else by now.
    #[schema(example = "5f70bf18a086007016e948b04aed3b82", max_length = 80)]
    seen: String,
}

/// The last passages of a place.
#[derive(Debug, Serialize, ToSchema)]
struct PassagesView {
    /// The newest first, at most 100.
    passages: Vec<PassageView>,
}

/// Check what stands at a gate
///
/// Whether it may pass, why, and whether it passed before. No goods, parties or persons are told.
#[utoipa::path(
    get, path = "/api/v1/gate", tag = "facilities", operation_id = "check_at_gate",
    params(AtGateQuery),
    responses((status = 200, description = "What the check says.", body = CheckedAtGateView)),
)]
pub async fn check(
    State(shared): State<Shared>,
    Asked(AtGateQuery { number }): Asked<AtGateQuery>,
) -> Result<Response, Problem> {
    if number.trim().is_empty() || number.chars().count() > LONGEST {
        return Err(Problem::Malformed("number"));
    }
    let (enquiries, now) = (Arc::clone(&shared.access.enquiries), shared.access.clock.now());
    let checked = blocking(move || enquiries.checked_at_gate(&number, now)).await?;
    if checked.found.is_empty() {
        return Err(Problem::NotFound);
    }
    Ok(json_answer(&CheckedAtGateView::of(&checked)))
}

/// List what has passed a gate
///
/// Of a place that the caller's party runs.
#[utoipa::path(
    get, path = "/api/v1/gate/passages", tag = "facilities", operation_id = "list_passages",
    params(OfPlaceQuery),
    responses((status = 200, description = "The passages.", body = PassagesView)),
)]
pub async fn passages(
    State(shared): State<Shared>,
    caller: Caller,
    Asked(OfPlaceQuery { place }): Asked<OfPlaceQuery>,
) -> Result<Response, Problem> {
    let places = own(&shared, operator(&caller)?).await?;
    let place = places.into_iter().find(|one| one.code.as_str() == place);
    let place = place.ok_or(Problem::NotFound)?.code;
    let enquiries = Arc::clone(&shared.access.enquiries);
    let passages = blocking(move || enquiries.passages_at(&place, MOST_LISTED)).await?;
    let passages = passages.iter().map(PassageView::of).collect();
    Ok(json_answer(&PassagesView { passages }))
}

/// Record that something passes a gate
///
/// Where the check lets it through and says what it said to the caller. It moves nothing: what customs is to know
/// comes by signed messages (507, 711).
#[utoipa::path(
    post, path = "/api/v1/gate/passages", tag = "facilities", operation_id = "record_passage",
    request_body = PassageGiven,
    responses((status = 201, description = "It is recorded.", body = PassageView)),
)]
pub async fn pass(
    State(shared): State<Shared>,
    caller: Caller,
    Given(PassageGiven { place, number, seen }): Given<PassageGiven>,
) -> Result<Response, Problem> {
    let place = PlaceCode::parse(&place)
        .map_err(|_| wrong("/place", "the code of a place, at most 10 characters"))?;
    if number.trim().is_empty() || number.chars().count() > LONGEST {
        return Err(wrong("/number", "1 to 80 characters"));
    }
    let passage = record(&shared, &caller, Passing { place, number, seen }).await??;
    Ok((StatusCode::CREATED, json_answer(&PassageView::of(&passage))).into_response())
}
