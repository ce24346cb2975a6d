//! What entered supervised places.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use tongguan_application::facility::FacilityError;
use utoipa::ToSchema;

use super::paging::{Listed, PageQuery, Paging};
use super::part::Part;
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::problem::{Problem, json_answer};
use crate::views::facility::{BillView, EnteredView, TalliedView};

/// Parcels that entered.
#[derive(Debug, Serialize, ToSchema)]
struct UndeclaredView {
    /// By bill.
    parcels: Vec<EnteredView>,
}

/// List master bills of which something entered
///
/// At supervised places of the officer's own office, in order of their numbers, with how many parcels are short and
/// over and how many nobody declared.
#[utoipa::path(
    get, path = "/api/v1/bills", tag = "officers", operation_id = "list_bills",
    params(PageQuery),
    responses((status = 200, description = "The bills.", body = Listed<TalliedView>)),
)]
pub async fn bills(
    State(shared): State<Shared>,
    caller: Caller,
    paging: Paging,
) -> Result<Response, Problem> {
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let after = paging.after.clone().unwrap_or_default();
    let most = paging.limit.saturating_add(1);
    let found = blocking(move || enquiries.bills(reach, &after, most)).await?;
    let items: Vec<_> = found.iter().map(TalliedView::of).collect();
    Ok(paging
        .cut(items, |last| found.get(last).map_or_else(String::new, |it| it.number.to_string())))
}

/// Compare a master bill with what entered under it
///
/// What its waybills name and did not enter, and what entered and no waybill names. Of bills of which something
/// entered at the officer's own office.
#[utoipa::path(
    get, path = "/api/v1/bills/{number}", tag = "officers", operation_id = "show_bill",
    params(("number" = String, Path, description = "提运单号.")),
    responses((status = 200, description = "The bill.", body = BillView)),
)]
pub async fn bill(
    State(shared): State<Shared>,
    caller: Caller,
    Part(number): Part<String>,
) -> Result<Response, Problem> {
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let showing = move || {
        let bill = enquiries.bill(reach, &number)?;
        Ok::<_, FacilityError>((bill, enquiries.registry()?))
    };
    let (bill, registry) = blocking(showing).await?;
    Ok(json_answer(&BillView::of(&bill.ok_or(Problem::NotFound)?, &registry)))
}

/// List what entered and nobody declared
///
/// The first 500 at supervised places of the officer's own office, by bill.
#[utoipa::path(
    get, path = "/api/v1/undeclared", tag = "officers", operation_id = "list_undeclared",
    responses((status = 200, description = "The parcels.", body = UndeclaredView)),
)]
pub async fn undeclared(State(shared): State<Shared>, caller: Caller) -> Result<Response, Problem> {
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let listing = move || {
        let parcels = enquiries.undeclared(reach)?;
        Ok::<_, FacilityError>((parcels, enquiries.registry()?))
    };
    let (parcels, registry) = blocking(listing).await?;
    let parcels = parcels.iter().map(|parcel| EnteredView::of(parcel, &registry)).collect();
    Ok(json_answer(&UndeclaredView { parcels }))
}
