//! Who is registered.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use tongguan_application::registry::Registered;
use tongguan_domain::access::Permission;

use super::paging::{Listed, PageQuery, Paging};
use super::part::Part;
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::problem::{Problem, json_answer};
use crate::views::registry::PartyView;

/// List registered parties
///
/// An enterprise sees itself, an officer and an auditor everybody. Guarantees are shown to those who may see them.
#[utoipa::path(
    get, path = "/api/v1/parties", tag = "registry", operation_id = "list_parties",
    params(PageQuery),
    responses((status = 200, description = "The parties, by number.", body = Listed<PartyView>)),
)]
pub async fn list(
    State(shared): State<Shared>,
    caller: Caller,
    paging: Paging,
) -> Result<Response, Problem> {
    let after = paging.place(|after| after.parse().ok())?.unwrap_or(i64::MIN);
    let mut parties = reached(&shared, &caller).await?;
    parties.retain(|one| one.party.id.0 > after);
    let items = parties.iter().take(paging.limit.saturating_add(1));
    let items: Vec<_> = items.map(|one| shown(&caller, one)).collect();
    let place = |last| {
        parties.get(last).map_or_else(String::new, |it: &Registered| it.party.id.to_string())
    };
    Ok(paging.cut(items, place))
}

/// Show a registered party
#[utoipa::path(
    get, path = "/api/v1/parties/{code}", tag = "registry", operation_id = "show_party",
    params(("code" = String, Path, description = "One of its codes, or its number.")),
    responses((status = 200, description = "The party.", body = PartyView)),
)]
pub async fn show(
    State(shared): State<Shared>,
    caller: Caller,
    Part(code): Part<String>,
) -> Result<Response, Problem> {
    let parties = reached(&shared, &caller).await?;
    let is_named = |one: &&Registered| {
        let party = &one.party;
        party.id.to_string() == code || party.codes.iter().any(|known| known.as_str() == code)
    };
    let found = parties.iter().find(is_named).ok_or(Problem::NotFound)?;
    Ok(json_answer(&shown(&caller, found)))
}

fn shown(caller: &Caller, one: &Registered) -> PartyView {
    let view = PartyView::of(one);
    let may = [Permission::ReadAccounts, Permission::ReadParameters];
    if may.into_iter().any(|permission| caller.may(permission)) {
        return view;
    }
    view.without_guarantee()
}

async fn reached(shared: &Shared, caller: &Caller) -> Result<Vec<Registered>, Problem> {
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    blocking(move || enquiries.parties(reach)).await
}
