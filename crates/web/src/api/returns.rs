//! Imported goods that come back.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use tongguan_application::deciding::Decides;
use tongguan_application::parcels::RequestPlace;
use tongguan_application::returns;
use tongguan_domain::access::Reach;
use tongguan_domain::ids::{DeclarationId, ReturnId};
use utoipa::ToSchema;

use super::body::{Given, wrong};
use super::paging::{Listed, PageQuery, Paging};
use super::part::Part;
use crate::Shared;
use crate::acting::{act, actor};
use crate::caller::{Caller, blocking};
use crate::problem::{Problem, json_answer};
use crate::views::returns::{ReturnView, StepView};

/// What came back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ArrivalGiven {
    /// In how many pieces.
    #[schema(example = 1, minimum = 1)]
    packages: u32,
    /// What is damaged, in words that the declarant will read.
    #[schema(max_length = 500)]
    damage: Option<String>,
}

/// What was found.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExaminationGiven {
    /// Why the goods are refused: a code of docs/reference/review.md, or words that the declarant will read.
    /// Absent where they are accepted.
    #[schema(max_length = 500)]
    fault: Option<String>,
}

/// List returns of imported goods
///
/// Of an enterprise all of its own, those of the parcels that were lodged last first; of an office those whose goods
/// are waited for, or wait to be examined, the oldest first.
#[utoipa::path(
    get, path = "/api/v1/returns", tag = "returns", operation_id = "list_returns",
    params(PageQuery),
    responses((status = 200, description = "The returns.", body = Listed<ReturnView>)),
)]
pub async fn list(
    State(shared): State<Shared>,
    caller: Caller,
    paging: Paging,
) -> Result<Response, Problem> {
    let (enquiries, reach, limit) =
        (Arc::clone(&shared.access.enquiries), caller.reach(), paging.limit);
    if let Reach::Party(_) = reach {
        let behind = paging.place(place_of)?;
        let page = blocking(move || enquiries.own_returns(reach, behind, limit)).await?;
        let items: Vec<_> = page.rows.iter().map(ReturnView::of).collect();
        return Ok(paging.answer(items, page.next.map(|(id, n)| format!("{id}/{n}"))));
    }
    let after = paging.place(|after| after.parse().ok())?.unwrap_or(0);
    let most = limit.saturating_add(1);
    let found = blocking(move || enquiries.returns(reach, ReturnId(after), most)).await?;
    let items: Vec<_> = found.iter().map(ReturnView::of).collect();
    Ok(paging.cut(items, |last| found.get(last).map_or_else(String::new, |it| it.id.to_string())))
}

fn place_of(text: &str) -> Option<RequestPlace> {
    let (declaration, n) = text.split_once('/')?;
    Some((DeclarationId(declaration.parse().ok()?), n.parse().ok()?))
}

/// Record that returned goods are back
///
/// At the supervised place, of the officer's own office.
#[utoipa::path(
    post, path = "/api/v1/returns/{number}/arrival", tag = "returns", operation_id = "record_return_arrival",
    params(("number" = String, Path, description = "preNo or id.")),
    request_body = ArrivalGiven,
    responses((status = 200, description = "Where the return stands now.", body = StepView)),
)]
pub async fn arrive(
    State(shared): State<Shared>,
    caller: Caller,
    Part(number): Part<String>,
    Given(given): Given<ArrivalGiven>,
) -> Result<Response, Problem> {
    if given.packages == 0 {
        return Err(wrong("/packages", "at least 1"));
    }
    reached(&shared, &caller, &number).await?;
    let recorder = actor(&caller);
    let arrive = move |desk: &mut dyn Decides| {
        returns::arrive(desk, &number, given.packages, given.damage.as_deref(), &recorder)
    };
    let decided = act(&shared, &caller, arrive).await?;
    Ok(json_answer(&StepView::of(decided.status, &decided.told)))
}

/// Accept or refuse returned goods
///
/// Accepted, their tax is not collected and the buyer's allowance is restored; refused, their tax stays due.
#[utoipa::path(
    post, path = "/api/v1/returns/{number}/examination", tag = "returns", operation_id = "examine_return",
    params(("number" = String, Path, description = "preNo or id.")),
    request_body = ExaminationGiven,
    responses((status = 200, description = "Where the return stands now.", body = StepView)),
)]
pub async fn examine(
    State(shared): State<Shared>,
    caller: Caller,
    Part(number): Part<String>,
    Given(given): Given<ExaminationGiven>,
) -> Result<Response, Problem> {
    reached(&shared, &caller, &number).await?;
    let officer = actor(&caller);
    let examine = move |desk: &mut dyn Decides| {
        returns::examine(desk, &number, given.fault.as_deref(), &officer)
    };
    let decided = act(&shared, &caller, examine).await?;
    Ok(json_answer(&StepView::of(decided.status, &decided.told)))
}

/// Only what is within reach is acted on.
async fn reached(shared: &Shared, caller: &Caller, number: &str) -> Result<(), Problem> {
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let number = number.to_owned();
    let is_reached = blocking(move || enquiries.is_return_reached(reach, &number)).await?;
    if is_reached { Ok(()) } else { Err(Problem::NotFound) }
}
