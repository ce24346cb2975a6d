//! What is relayed, as its parties and its office find it.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use tongguan_application::parcels::ParcelsError;
use tongguan_application::relay::RelayedPage;
use utoipa::IntoParams;

use super::paging::{Listed, PageQuery, Paging};
use super::part::{Asked, Part};
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::problem::{Problem, json_answer};
use crate::views::relayed::RelayedParcelView;

/// Which are listed.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RelayedQuery {
    /// Those of this number alone, on one page: invtNo, preNo, orderNo, copNo, guid, or that of the waybill.
    #[param(min_length = 1, max_length = 80)]
    number: Option<String>,
}

/// List relayed declarations
///
/// What this window hands on and another one decides: an enterprise's own, or an office's. What came last first.
#[utoipa::path(
    get, path = "/api/v1/relayed", tag = "declarations", operation_id = "list_relayed",
    params(RelayedQuery, PageQuery),
    responses((status = 200, description = "The declarations.", body = Listed<RelayedParcelView>)),
)]
pub async fn list(
    State(shared): State<Shared>,
    caller: Caller,
    Asked(asked): Asked<RelayedQuery>,
    paging: Paging,
) -> Result<Response, Problem> {
    let behind = paging.place(|after| after.parse().ok())?;
    let (enquiries, reach, limit) =
        (Arc::clone(&shared.access.enquiries), caller.reach(), paging.limit);
    let listing = move || match asked.number {
        None => enquiries.relayed(reach, behind, limit),
        Some(number) => {
            let rows = enquiries.relayed_named(reach, &number)?;
            Ok::<_, ParcelsError>(RelayedPage { rows, next: None })
        }
    };
    let page = blocking(listing).await?;
    let items: Vec<_> = page.rows.iter().map(RelayedParcelView::of).collect();
    Ok(paging.answer(items, page.next.map(|next| next.to_string())))
}

/// Show a relayed declaration
#[utoipa::path(
    get, path = "/api/v1/relayed/{id}", tag = "declarations", operation_id = "show_relayed",
    params(("id" = String, Path, description = "The message that brought it and its place there: `71-1`.")),
    responses((status = 200, description = "The declaration.", body = RelayedParcelView)),
)]
pub async fn show(
    State(shared): State<Shared>,
    caller: Caller,
    Part(id): Part<String>,
) -> Result<Response, Problem> {
    let id = id.parse().map_err(|_| Problem::NotFound)?;
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let parcel = blocking(move || enquiries.relayed_parcel(reach, id)).await?;
    Ok(json_answer(&RelayedParcelView::of(&parcel.ok_or(Problem::NotFound)?)))
}
