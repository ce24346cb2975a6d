//! Who did what to which record.

use axum::extract::State;
use axum::response::Response;

use super::paging::{Listed, PageQuery, Paging};
use super::part::Asked;
use crate::Shared;
use crate::audit::{Wanted, found, place_of, place_text, read_place};
use crate::caller::Caller;
use crate::problem::Problem;
use crate::views::history::EventView;

/// List what was done
///
/// The newest first: what was done to which record, by whom and from where, from what to what. A supervisor lists
/// the events of the own office.
#[utoipa::path(
    get, path = "/api/v1/audit", tag = "administration", operation_id = "list_changes",
    params(Wanted, PageQuery),
    responses((status = 200, description = "The events.", body = Listed<EventView>)),
)]
pub async fn events(
    State(shared): State<Shared>,
    caller: Caller,
    Asked(wanted): Asked<Wanted>,
    paging: Paging,
) -> Result<Response, Problem> {
    let behind = paging.place(read_place)?;
    let filter = wanted.filter(&shared, &caller).await?;
    let found = found(&shared, filter, behind, paging.limit).await?;
    let items = found.iter().map(EventView::of).collect();
    let at =
        |last: usize| found.get(last).map(place_of).as_ref().map_or_else(String::new, place_text);
    Ok(paging.cut(items, at))
}
