//! Payment evidence that platforms are asked for.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use tongguan_application::evidence::{DemandPlace, Demands, EvidenceError, Wanted};
use tongguan_domain::ids::DeclarationId;
use tongguan_domain::time::Moment;
use utoipa::{IntoParams, ToSchema};

use super::body::Given;
use super::paging::{Listed, PageQuery, Paging};
use super::part::{Asked, Part};
use crate::Shared;
use crate::acting::named;
use crate::caller::{Caller, aside};
use crate::problem::{Problem, json_answer};
use crate::views::evidence::DemandView;

/// Why a platform is to be asked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DemandGiven {
    /// A code of a reason, as a ruling has them, or words. It goes into the audit, not to the platform.
    #[schema(min_length = 1, max_length = 500, example = "price")]
    reason: String,
}

/// Which demands are listed.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Those alone that led to findings.
    #[param(default = false)]
    findings: bool,
}

/// The demands about a declaration.
#[derive(Debug, Serialize, ToSchema)]
struct DemandsView {
    /// In order.
    demands: Vec<DemandView>,
}

/// List demands for payment evidence
///
/// Those of the own office, the newest first: what platforms were asked for, by chance or by an officer, what they
/// handed over and what was found.
#[utoipa::path(
    get, path = "/api/v1/payment-evidence", tag = "payments", operation_id = "list_payment_evidence",
    params(Which, PageQuery),
    responses((status = 200, description = "The demands.", body = Listed<DemandView>)),
)]
pub async fn list(
    State(shared): State<Shared>,
    caller: Caller,
    Asked(which): Asked<Which>,
    paging: Paging,
) -> Result<Response, Problem> {
    let wanted = Wanted { with_findings: which.findings, behind: paging.place(place)? };
    let (reach, limit) = (caller.reach(), paging.limit);
    let page = asked(&shared, move |it| it.list(reach, wanted, limit)).await?;
    let registry = registry(&shared).await?;
    let items: Vec<_> = page.rows.iter().map(|it| DemandView::of(it, &registry)).collect();
    Ok(paging.answer(items, page.next.map(place_text)))
}

/// Show the payment evidence of a declaration
///
/// Every demand about it, in order.
#[utoipa::path(
    get, path = "/api/v1/declarations/{number}/payment-evidence", tag = "payments",
    operation_id = "show_payment_evidence",
    params(("number" = String, Path, description = "invtNo, preNo, orderNo or id.")),
    responses((status = 200, description = "The demands.", body = DemandsView)),
)]
pub async fn show(
    State(shared): State<Shared>,
    caller: Caller,
    Part(number): Part<String>,
) -> Result<Response, Problem> {
    let id = named(&shared, caller.reach(), number).await?;
    shown(&shared, &caller, id).await
}

/// Demand the payment evidence of a declaration
///
/// The platform of an import is asked at the address that it has registered, again and again until its time is over.
#[utoipa::path(
    post, path = "/api/v1/declarations/{number}/payment-evidence", tag = "payments",
    operation_id = "demand_payment_evidence",
    params(("number" = String, Path, description = "invtNo, preNo, orderNo or id.")),
    request_body = DemandGiven,
    responses((status = 200, description = "It is demanded; all demands about it.", body = DemandsView)),
)]
pub async fn demand(
    State(shared): State<Shared>,
    caller: Caller,
    Part(number): Part<String>,
    Given(given): Given<DemandGiven>,
) -> Result<Response, Problem> {
    let id = named(&shared, caller.reach(), number).await?;
    let (reach, actor, now) = (caller.reach(), caller.actor(), shared.access.clock.now());
    asked(&shared, move |it| it.demand(reach, id, &given.reason, &actor, now)).await?;
    shown(&shared, &caller, id).await
}

async fn shown(shared: &Shared, caller: &Caller, id: DeclarationId) -> Result<Response, Problem> {
    let reach = caller.reach();
    let found = asked(shared, move |it| it.of(reach, id)).await?;
    let registry = registry(shared).await?;
    let demands = found.iter().map(|it| DemandView::of(it, &registry)).collect();
    Ok(json_answer(&DemandsView { demands }))
}

async fn registry(shared: &Shared) -> Result<Arc<tongguan_domain::registry::Registry>, Problem> {
    let enquiries = Arc::clone(&shared.access.enquiries);
    crate::caller::blocking(move || enquiries.registry()).await
}

async fn asked<T: Send + 'static>(
    shared: &Shared,
    work: impl FnOnce(&Demands) -> Result<T, EvidenceError> + Send + 'static,
) -> Result<T, Problem> {
    let demands = Arc::clone(&shared.access.evidence);
    aside(move || work(&demands)).await?.map_err(Problem::from)
}

/// A place in the list, as an address has it; and back.
pub fn place_text(place: DemandPlace) -> String {
    format!("{}:{}:{}", place.at.micros(), place.declaration, place.n)
}

/// A place in the list, from an address.
pub fn place(text: &str) -> Option<DemandPlace> {
    let mut parts = text.split(':').map(|part| part.parse::<i64>().ok());
    let (at, declaration, n) = (parts.next()??, parts.next()??, parts.next()??);
    let is_whole = parts.next().is_none();
    let place =
        DemandPlace { at: Moment::from_micros(at), declaration: DeclarationId(declaration), n };
    is_whole.then_some(place)
}
