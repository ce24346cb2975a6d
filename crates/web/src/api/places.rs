//! Supervised places.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::paging::{Listed, PageQuery, Paging};
use crate::Shared;
use crate::caller::blocking;
use crate::problem::Problem;
use crate::views::registry::PlaceView;

/// List registered supervised places
///
/// By code, with the office that supervises each and the party that runs it, those whose registration is over included.
#[utoipa::path(
    get, path = "/api/v1/places", tag = "registry", operation_id = "list_places",
    params(PageQuery),
    responses((status = 200, description = "The places.", body = Listed<PlaceView>)),
)]
pub async fn list(State(shared): State<Shared>, paging: Paging) -> Result<Response, Problem> {
    let after = paging.place(|after| Some(after.to_owned()))?;
    let enquiries = Arc::clone(&shared.access.enquiries);
    let (mut places, parties) = blocking(move || enquiries.places()).await?;
    places.retain(|place| after.as_deref().is_none_or(|after| place.code.as_str() > after));
    let some = places.iter().take(paging.limit.saturating_add(1));
    let items: Vec<_> = some.map(|place| PlaceView::of(place, &parties)).collect();
    Ok(paging
        .cut(items, |last| places.get(last).map_or_else(String::new, |it| it.code.to_string())))
}
