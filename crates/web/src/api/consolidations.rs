//! Consolidating what was exported in a month, and how far it has come.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use tongguan_application::consolidation::{Prospect, RequestError, request as open_one};
use tongguan_application::deciding::Decides;
use tongguan_domain::access::Reach;
use tongguan_domain::ids::{OfficeCode, PartyId};
use tongguan_domain::month::Month;
use tongguan_domain::party::PartyCode;
use tongguan_domain::registry::Registry;
use utoipa::{IntoParams, ToSchema};

use super::body::{Given, wrong};
use super::paging::{Listed, PageQuery, Paging};
use super::part::{Asked, Part};
use crate::Shared;
use crate::acting::act;
use crate::caller::{Caller, blocking};
use crate::problem::{Problem, json_answer};
use crate::views::code_of;
use crate::views::formal::ConsolidationView;

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

/// What there is of a merchant to consolidate at an office.
#[derive(Debug, Serialize, ToSchema)]
struct ProspectView {
    /// 电商企业: its code.
    merchant: String,
    /// 申报地海关.
    office: String,
    /// How many declarations.
    declarations: u64,
}

/// Which month of which merchant an office has consolidated.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfficeMonthGiven {
    /// The month in which the goods left.
    #[schema(example = "2026-09", pattern = "^[0-9]{4}-[0-9]{2}$")]
    month: String,
    /// Only this merchant's: its code.
    #[schema(example = "3301960001")]
    merchant: Option<String>,
}

/// Show what a month has to consolidate
///
/// Of the own exports, or of those that were declared at the officer's own office, that left and are in no formal
/// declaration yet.
#[utoipa::path(
    get, path = "/api/v1/consolidations/prospects", tag = "consolidation", operation_id = "show_prospects",
    params(OfMonth),
    responses((status = 200, description = "What there is.", body = ProspectsView)),
)]
pub async fn prospects(
    State(shared): State<Shared>,
    caller: Caller,
    Asked(OfMonth { month }): Asked<OfMonth>,
) -> Result<Response, Problem> {
    let month = Month::parse(&month).map_err(|_| Problem::Malformed("month"))?;
    let found = found(&shared, caller.reach(), month, None).await?;
    Ok(json_answer(&ProspectsView::of(&found, &*registry(&shared).await?)))
}

/// List requests to consolidate
///
/// Of an enterprise all of its own, the newest first; of an office those that are under way.
#[utoipa::path(
    get, path = "/api/v1/consolidations", tag = "consolidation", operation_id = "list_consolidations",
    params(PageQuery),
    responses((status = 200, description = "The requests.", body = Listed<ConsolidationView>)),
)]
pub async fn list(
    State(shared): State<Shared>,
    caller: Caller,
    paging: Paging,
) -> Result<Response, Problem> {
    let before = paging.number()?;
    let (enquiries, reach, limit) =
        (Arc::clone(&shared.access.enquiries), caller.reach(), paging.limit);
    let listing = move || enquiries.consolidations(reach, before.as_deref(), limit);
    let page = blocking(listing).await?;
    let items: Vec<_> = page.rows.iter().map(ConsolidationView::of).collect();
    Ok(paging.answer(items, page.next))
}

/// Show how far a request to consolidate has come
///
/// It advances by portions of some thousand declarations; pages follow it at `/consolidations/{number}/progress`.
#[utoipa::path(
    get, path = "/api/v1/consolidations/{number}", tag = "consolidation", operation_id = "show_consolidation",
    params(("number" = String, Path, description = "汇总申请编号.")),
    responses((status = 200, description = "The request.", body = ConsolidationView)),
)]
pub async fn show(
    State(shared): State<Shared>,
    caller: Caller,
    Part(number): Part<String>,
) -> Result<Response, Problem> {
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let found = blocking(move || enquiries.consolidation(reach, &number)).await?;
    Ok(json_answer(&ConsolidationView::of(&found.ok_or(Problem::NotFound)?)))
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
    let mut prospects = found(&shared, caller.reach(), month, None).await?;
    prospects.retain(|prospect| office.is_none_or(|office| prospect.office == office));
    opened(&shared, &caller, month, prospects).await
}

/// Have an office's month consolidated
///
/// Opens a request for each merchant that declared at the officer's own office.
#[utoipa::path(
    post, path = "/api/v1/consolidations/office", tag = "consolidation", operation_id = "consolidate_office",
    request_body = OfficeMonthGiven,
    responses((status = 200, description = "What was requested.", body = ProspectsView)),
)]
pub async fn request_for_office(
    State(shared): State<Shared>,
    caller: Caller,
    Given(given): Given<OfficeMonthGiven>,
) -> Result<Response, Problem> {
    let month = Month::parse(&given.month).map_err(|error| wrong("/month", &error.to_string()))?;
    let code = given.merchant.as_deref().map(PartyCode::parse).transpose();
    let code = code.map_err(|error| wrong("/merchant", &error.to_string()))?;
    let registry = registry(&shared).await?;
    let merchant = match code {
        None => None,
        Some(code) => match registry.named(&code) {
            Some(party) => Some(party.id),
            None => return Err(wrong("/merchant", "no party is registered under this code")),
        },
    };
    let prospects = found(&shared, caller.reach(), month, merchant).await?;
    opened(&shared, &caller, month, prospects).await
}

/// Opens a request for each prospect, and says so.
async fn opened(
    shared: &Shared,
    caller: &Caller,
    month: Month,
    prospects: Vec<Prospect>,
) -> Result<Response, Problem> {
    let view = ProspectsView::of(&prospects, &*registry(shared).await?);
    open(shared, caller, month, prospects).await?;
    Ok(json_answer(&view))
}

/// Opens a request for each prospect.
///
/// # Errors
/// Why one was not opened; those before it were.
pub(crate) async fn open(
    shared: &Shared,
    caller: &Caller,
    month: Month,
    prospects: Vec<Prospect>,
) -> Result<(), Problem> {
    let registry = registry(shared).await?;
    let opening = move |desk: &mut dyn Decides| {
        prospects.into_iter().try_for_each(|prospect| open_one(desk, &registry, month, prospect))
    };
    act::<_, RequestError>(shared, caller, opening).await
}

/// What there is to consolidate within reach.
///
/// # Errors
/// [`Problem::Unavailable`].
pub(crate) async fn found(
    shared: &Shared,
    reach: Reach,
    month: Month,
    merchant: Option<PartyId>,
) -> Result<Vec<Prospect>, Problem> {
    let enquiries = Arc::clone(&shared.access.enquiries);
    blocking(move || enquiries.prospects(reach, month, merchant)).await
}

async fn registry(shared: &Shared) -> Result<Arc<Registry>, Problem> {
    let enquiries = Arc::clone(&shared.access.enquiries);
    blocking(move || enquiries.registry()).await
}

impl ProspectsView {
    fn of(found: &[Prospect], registry: &Registry) -> Self {
        let one = |prospect: &Prospect| ProspectView {
            merchant: code_of(registry, prospect.merchant),
            office: prospect.office.to_string(),
            declarations: prospect.declarations,
        };
        Self { prospects: found.iter().map(one).collect() }
    }
}
