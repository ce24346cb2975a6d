//! The parcels of an enterprise: what its page lists, and the file of it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use tongguan_application::parcels::{ParcelPage, ParcelsError};
use tongguan_domain::ids::DeclarationId;
use tongguan_domain::registry::Registry;

use super::paging::{Listed, PageQuery, Paging};
use super::part::Asked;
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::language::Language;
use crate::parcels::{Wanted, file};
use crate::problem::Problem;
use crate::views::parcel::ParcelView;

/// List the own parcels
///
/// The declarations in which the enterprise is platform, merchant or declarant, those lodged last first; an office
/// lists its declarations. A search by number gives one page.
#[utoipa::path(
    get, path = "/api/v1/parcels", tag = "enterprise", operation_id = "list_parcels",
    params(Wanted, PageQuery),
    responses((status = 200, description = "The parcels.", body = Listed<ParcelView>)),
)]
pub async fn list(
    State(shared): State<Shared>,
    caller: Caller,
    Asked(wanted): Asked<Wanted>,
    paging: Paging,
) -> Result<Response, Problem> {
    let filter = wanted.filter()?;
    let behind = paging.place(|after| after.parse().ok().map(DeclarationId))?;
    let (enquiries, reach, limit) =
        (Arc::clone(&shared.access.enquiries), caller.reach(), paging.limit);
    let listing = move || {
        let page = enquiries.parcels(reach, &filter, behind, limit)?;
        Ok::<_, ParcelsError>((page, enquiries.registry()?))
    };
    let (page, registry) = blocking(listing).await?;
    Ok(answer(&paging, &page, &registry))
}

/// Answers with a page of a list.
pub(super) fn answer(paging: &Paging, page: &ParcelPage, registry: &Registry) -> Response {
    let items: Vec<_> = page.rows.iter().map(|row| ParcelView::of(row, registry)).collect();
    paging.answer(items, page.next.map(|next| next.to_string()))
}

/// Export the own parcels as CSV
///
/// All that match, for a spreadsheet (RFC 4180, UTF-8 with a mark), with headings in the language that is asked
/// for. A cell that a spreadsheet would calculate is led by an apostrophe. It is written while it is read, and
/// breaks off where it cannot be read further.
#[utoipa::path(
    get, path = "/api/v1/parcels.csv", tag = "enterprise", operation_id = "export_parcels",
    params(Wanted),
    responses((status = 200, description = "The file.", body = String, content_type = "text/csv")),
)]
pub async fn csv(
    State(shared): State<Shared>,
    caller: Caller,
    headers: HeaderMap,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response, Problem> {
    file(&shared, caller.reach(), wanted.filter()?, Language::wanted(&headers)).await
}
