//! What entered supervised places.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use tongguan_application::facility::FacilityError;
use utoipa::ToSchema;

use super::part::Part;
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::problem::{Problem, json_answer};
use crate::views::facility::{BillView, EnteredView};

/// Parcels that entered.
#[derive(Debug, Serialize, ToSchema)]
struct UndeclaredView {
    /// By bill.
    parcels: Vec<EnteredView>,
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
/// The first at supervised places of the officer's own office, by bill.
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
