//! Consolidating what an enterprise exported in a month.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use tongguan_application::consolidation::{Prospect, RequestError, request as open};
use tongguan_application::deciding::Decides;
use tongguan_domain::access::Standing;
use tongguan_domain::ids::{OfficeCode, PartyId};
use tongguan_domain::month::Month;
use utoipa::{IntoParams, ToSchema};

use super::acting::act;
use super::body::{Given, wrong};
use super::part::Asked;
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::problem::{Problem, json_answer};

/// Of which month.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OfMonth {
    /// The month in which the goods left.
    #[param(example = "2026-09", pattern = "^[0-9]{4}-[0-9]{2}$")]
    month: String,
}

/// Which month is to be consolidated.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MonthGiven {
    /// The month in which the goods left.
    #[schema(example = "2026-09", pattern = "^[0-9]{4}-[0-9]{2}$")]
    month: String,
    /// Only what was declared at this office.
    #[schema(example = "2916")]
    office: Option<String>,
}

/// What there is to consolidate.
#[derive(Debug, Serialize, ToSchema)]
struct ProspectsView {
    /// Office by office.
    prospects: Vec<ProspectView>,
}

/// What there is to consolidate at an office.
#[derive(Debug, Serialize, ToSchema)]
struct ProspectView {
    /// 申报地海关.
    office: String,
    /// How many declarations.
    declarations: u64,
}

/// Show what a month has to consolidate
///
/// Of the own exports that left and are in no formal declaration yet.
#[utoipa::path(
    get, path = "/api/v1/consolidations", tag = "consolidation", operation_id = "show_consolidation",
    params(OfMonth),
    responses((status = 200, description = "What there is.", body = ProspectsView)),
)]
pub async fn prospects(
    State(shared): State<Shared>,
    caller: Caller,
    Asked(OfMonth { month }): Asked<OfMonth>,
) -> Result<Response, Problem> {
    let month = Month::parse(&month).map_err(|_| Problem::Malformed("month"))?;
    let found = found(&shared, merchant(&caller)?, month).await?;
    Ok(json_answer(&ProspectsView::of(&found)))
}

/// Have a month consolidated
///
/// Opens a request for each office; it is merged into formal declarations soon after, and told in the mailbox.
#[utoipa::path(
    post, path = "/api/v1/consolidations", tag = "consolidation", operation_id = "request_consolidation",
    request_body = MonthGiven,
    responses((status = 200, description = "What was requested.", body = ProspectsView)),
)]
pub async fn request(
    State(shared): State<Shared>,
    caller: Caller,
    Given(given): Given<MonthGiven>,
) -> Result<Response, Problem> {
    let month = Month::parse(&given.month).map_err(|error| wrong("/month", &error.to_string()))?;
    let office = given.office.as_deref().map(OfficeCode::parse).transpose();
    let office = office.map_err(|error| wrong("/office", &error.to_string()))?;
    let mut prospects = found(&shared, merchant(&caller)?, month).await?;
    prospects.retain(|prospect| office.is_none_or(|office| prospect.office == office));
    let enquiries = Arc::clone(&shared.access.enquiries);
    let registry = blocking(move || enquiries.registry()).await?;
    let view = ProspectsView::of(&prospects);
    let opening = move |desk: &mut dyn Decides| {
        prospects.into_iter().try_for_each(|prospect| open(desk, &registry, month, prospect))
    };
    act::<_, RequestError>(&shared, opening).await?;
    Ok(json_answer(&view))
}

impl ProspectsView {
    fn of(found: &[Prospect]) -> Self {
        let one = |prospect: &Prospect| ProspectView {
            office: prospect.office.to_string(),
            declarations: prospect.declarations,
        };
        Self { prospects: found.iter().map(one).collect() }
    }
}

async fn found(shared: &Shared, merchant: PartyId, month: Month) -> Result<Vec<Prospect>, Problem> {
    let enquiries = Arc::clone(&shared.access.enquiries);
    blocking(move || enquiries.to_consolidate(merchant, month)).await
}

fn merchant(caller: &Caller) -> Result<PartyId, Problem> {
    match caller.standing {
        Standing::Enterprise { party, .. } => Ok(party),
        _ => Err(Problem::NotFound),
    }
}
