//! Live figures: what was counted today.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use tongguan_domain::ids::OfficeCode;

use super::part::Part;
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::pages::figures::counts;
use crate::problem::{Problem, json_answer};
use crate::views::figures::FiguresView;

/// Show the live figures of all offices
#[utoipa::path(
    get, path = "/api/v1/figures", tag = "public", operation_id = "show_figures",
    responses((status = 200, description = "What was counted today.", body = FiguresView)),
)]
pub async fn all(State(shared): State<Shared>) -> Result<Response, Problem> {
    shown(&shared, None).await
}

/// Show the live figures of an office
///
/// Officers those of their own, auditors and other authorities those of every office.
#[utoipa::path(
    get, path = "/api/v1/figures/{office}", tag = "officers", operation_id = "show_figures_of_office",
    params(("office" = String, Path, description = "Its four digits.")),
    responses((status = 200, description = "What was counted today.", body = FiguresView)),
)]
pub async fn of_office(
    State(shared): State<Shared>,
    caller: Caller,
    Part(office): Part<String>,
) -> Result<Response, Problem> {
    let office = OfficeCode::parse(&office).map_err(|_| Problem::NotFound)?;
    if !counts(&caller, office) {
        return Err(Problem::NotFound);
    }
    shown(&shared, Some(office)).await
}

async fn shown(shared: &Shared, office: Option<OfficeCode>) -> Result<Response, Problem> {
    let (enquiries, now) = (Arc::clone(&shared.access.enquiries), shared.access.clock.now());
    let live = blocking(move || enquiries.live(office, now)).await?;
    Ok(json_answer(&FiguresView::of(&live)))
}
