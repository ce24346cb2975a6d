//! An enterprise's own tax bills and guarantee.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use tongguan_application::guarantees::{Movement, movements};
use tongguan_domain::access::Reach;
use tongguan_domain::ids::{DeclarationId, PartyId};

use super::paging::{Listed, PageQuery, Paging};
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::problem::{Problem, json_answer};
use crate::views::guarantee::{GuaranteeMovementView, place_text, read_place};
use crate::views::parcel::ListedBillView;
use crate::views::registry::GuaranteeView;

/// Show the own tax guarantee
#[utoipa::path(
    get, path = "/api/v1/guarantee", tag = "enterprise", operation_id = "show_guarantee",
    responses((status = 200, description = "The guarantee.", body = GuaranteeView)),
)]
pub async fn guarantee(State(shared): State<Shared>, caller: Caller) -> Result<Response, Problem> {
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    // An office reaches every party; nothing of that is its own.
    let Reach::Party(_) = reach else { return Err(Problem::NotFound) };
    let own = blocking(move || enquiries.parties(reach)).await?;
    let guarantee = own.iter().find_map(|party| party.guarantee.as_ref());
    Ok(json_answer(&GuaranteeView::of(guarantee.ok_or(Problem::NotFound)?)))
}

/// List what was held of the own guarantee and given back
///
/// The newest first; some moments behind what was decided.
#[utoipa::path(
    get, path = "/api/v1/guarantee/movements", tag = "enterprise", operation_id = "list_guarantee_movements",
    params(PageQuery),
    responses((status = 200, description = "The movements.", body = Listed<GuaranteeMovementView>)),
)]
pub async fn guarantee_movements(
    State(shared): State<Shared>,
    caller: Caller,
    paging: Paging,
) -> Result<Response, Problem> {
    let Reach::Party(party) = caller.reach() else { return Err(Problem::NotFound) };
    let movements = moved(&shared, party, &paging).await?;
    let items =
        movements.iter().map(GuaranteeMovementView::of).map(GuaranteeMovementView::without_officer);
    Ok(paging.cut(items.collect(), |at| place_at(&movements, at)))
}

/// A page of movements, and one more.
pub(super) async fn moved(
    shared: &Shared,
    party: PartyId,
    paging: &Paging,
) -> Result<Vec<Movement>, Problem> {
    let before = paging.place(read_place)?;
    let enquiries = Arc::clone(&shared.access.enquiries);
    let most = i64::try_from(paging.limit).unwrap_or(i64::MAX).saturating_add(1);
    blocking(move || enquiries.store().read(|view| movements(view, party, before, most))).await
}

/// Where one of them stands.
pub(super) fn place_at(movements: &[Movement], at: usize) -> String {
    movements.get(at).map_or_else(String::new, |movement| place_text(movement.place))
}

/// List the tax bills of the own released imports
///
/// Those of the parcels lodged last first; a page holds the bills of at most `limit` parcels.
#[utoipa::path(
    get, path = "/api/v1/tax-bills", tag = "enterprise", operation_id = "list_tax_bills",
    params(PageQuery),
    responses((status = 200, description = "The bills.", body = Listed<ListedBillView>)),
)]
pub async fn tax_bills(
    State(shared): State<Shared>,
    caller: Caller,
    paging: Paging,
) -> Result<Response, Problem> {
    let behind = paging.place(|after| after.parse().ok().map(DeclarationId))?;
    let (enquiries, reach, limit) =
        (Arc::clone(&shared.access.enquiries), caller.reach(), paging.limit);
    let page = blocking(move || enquiries.tax_bills(reach, behind, limit)).await?;
    let items: Vec<_> = page.rows.iter().flat_map(ListedBillView::all).collect();
    Ok(paging.answer(items, page.next.map(|next| next.to_string())))
}
