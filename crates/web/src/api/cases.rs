//! Cases: who works on one, what waits for a second officer, the same decision about several.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use tongguan_application::casework::{Proposal, Taking};
use tongguan_application::enquiry::{CaseFile, EnquiryError};
use tongguan_application::review::{self, AnyDeclaration, Decision};
use tongguan_domain::declaration::Ruling;
use tongguan_domain::ids::DeclarationId;
use tongguan_domain::time::Moment;
use utoipa::ToSchema;

use super::body::{Given, wrong};
use super::declarations::RulingGiven;
use super::filings::{AssignmentGiven, AssignmentName};
use super::paging::{Listed, PageQuery, Paging};
use super::part::Part;
use super::unmasking::ApprovalGiven;
use crate::Shared;
use crate::acting::{actor, named};
use crate::caller::{Caller, blocking};
use crate::casework::{self, MOST_AT_ONCE};
use crate::language::Language;
use crate::problem::{Problem, json_answer};
use crate::views::case::{CaseView, ProposedView, RuledOneView, RuledView};
use crate::views::declaration::DecidedView;
use crate::views::past::PastsView;

/// The same decision about several declarations.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RulingsGiven {
    /// Which, at most 50.
    #[schema(min_items = 1, max_items = 50)]
    declarations: Vec<ChosenGiven>,
    /// As for one declaration.
    #[schema(example = "accept")]
    ruling: String,
    /// As for one declaration.
    #[schema(example = "in-order", min_length = 1, max_length = 500)]
    reason: String,
}

/// One of several declarations.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChosenGiven {
    /// invtNo, preNo, orderNo or id.
    #[schema(example = "29162026I000000256")]
    number: String,
    /// As for one declaration.
    seen: Option<String>,
}

/// Show a case
///
/// What an officer needs beside the declaration: who works on it, what can be decided, what was proposed about it.
#[utoipa::path(
    get, path = "/api/v1/declarations/{number}/case", tag = "cases", operation_id = "show_case",
    params(("number" = String, Path, description = "invtNo, preNo, orderNo or id.")),
    responses((status = 200, description = "The case.", body = CaseView)),
)]
pub async fn show(
    State(shared): State<Shared>,
    caller: Caller,
    Part(number): Part<String>,
) -> Result<Response, Problem> {
    let file = file(&shared, &caller, number).await?;
    Ok(shown(&shared, &file))
}

/// Show what is known from before
///
/// Of the buyer, the merchant and the address of a declaration: how their other declarations of the last twelve
/// months ended at whatever office, and the newest of those that the officer may see. Persons are known by their marks
/// alone. It is kept beside clearing, so what was decided just now may be missing for a moment.
#[utoipa::path(
    get, path = "/api/v1/declarations/{number}/past", tag = "cases", operation_id = "show_past",
    params(("number" = String, Path, description = "invtNo, preNo, orderNo or id.")),
    responses((status = 200, description = "What is known.", body = PastsView)),
)]
pub async fn past(
    State(shared): State<Shared>,
    caller: Caller,
    Part(number): Part<String>,
) -> Result<Response, Problem> {
    let id = named(&shared, caller.reach(), number).await?;
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let now = shared.access.clock.now();
    let looking = move || -> Result<_, EnquiryError> {
        let Some(declaration) = enquiries.declarations(reach, &[id])?.pop() else {
            return Ok(None);
        };
        Ok(Some((enquiries.past(reach, &declaration, now)?, enquiries.registry()?)))
    };
    let (past, registry) = blocking(looking).await?.ok_or(Problem::NotFound)?;
    Ok(json_answer(&PastsView::of(&past, &registry)))
}

/// Take a case on, or give it back
///
/// Whoever has it is the only one who decides about it, until it is taken over, given back, decided, or lapses.
#[utoipa::path(
    post, path = "/api/v1/declarations/{number}/assignment", tag = "cases", operation_id = "assign_case",
    params(("number" = String, Path, description = "invtNo, preNo, orderNo or id.")),
    request_body = AssignmentGiven,
    responses((status = 200, description = "The case as it is now.", body = CaseView)),
)]
pub async fn assign(
    State(shared): State<Shared>,
    caller: Caller,
    Part(number): Part<String>,
    Given(given): Given<AssignmentGiven>,
) -> Result<Response, Problem> {
    let before = file(&shared, &caller, number).await?;
    let taking = match given.act {
        AssignmentName::Take => Some(Taking::IfFree),
        AssignmentName::TakeOver => Some(Taking::Over),
        AssignmentName::GiveBack => None,
    };
    casework::assign(&shared, &caller, &before, taking).await?.map_err(Problem::from)?;
    again(&shared, &caller, &before).await
}

/// Propose a ruling that needs a second officer
///
/// Goods that customs keeps are let go by two. Nothing is decided before another officer approves it.
#[utoipa::path(
    post, path = "/api/v1/declarations/{number}/proposal", tag = "cases", operation_id = "propose_ruling",
    params(("number" = String, Path, description = "invtNo, preNo, orderNo or id.")),
    request_body = RulingGiven,
    responses((status = 201, description = "The case as it is now.", body = CaseView)),
)]
pub async fn propose(
    State(shared): State<Shared>,
    caller: Caller,
    Part(number): Part<String>,
    Given(given): Given<RulingGiven>,
) -> Result<Response, Problem> {
    let before = file(&shared, &caller, number).await?;
    casework::free(&shared, &caller, &before)?;
    let decision = given.decision(&caller, before.case.declaration.id())?;
    casework::propose(&shared, &caller, decision).await?;
    Ok((StatusCode::CREATED, again(&shared, &caller, &before).await?).into_response())
}

/// Answer what was proposed about a declaration
///
/// Approved, it is carried out at once. Neither whoever proposed it nor whoever kept the goods approves it.
#[utoipa::path(
    post, path = "/api/v1/declarations/{number}/proposal/answer", tag = "cases",
    operation_id = "answer_proposal",
    params(("number" = String, Path, description = "invtNo, preNo, orderNo or id.")),
    request_body = ApprovalGiven,
    responses((status = 200, description = "The case as it is now.", body = CaseView)),
)]
pub async fn answer(
    State(shared): State<Shared>,
    caller: Caller,
    Part(number): Part<String>,
    Given(given): Given<ApprovalGiven>,
) -> Result<Response, Problem> {
    let before = file(&shared, &caller, number).await?;
    let id = before.case.declaration.id();
    match given.refusal {
        Some(why) => casework::turn_down(&shared, &caller, id, why).await?,
        None => casework::approve(&shared, &caller, id).await.map(drop)?,
    }
    again(&shared, &caller, &before).await
}

/// List what waits for a second officer
///
/// Rulings that were proposed about declarations of the officer's own office, the oldest first.
#[utoipa::path(
    get, path = "/api/v1/proposals", tag = "cases", operation_id = "list_proposals",
    params(PageQuery),
    responses((status = 200, description = "What was proposed.", body = Listed<ProposedView>)),
)]
pub async fn proposals(
    State(shared): State<Shared>,
    caller: Caller,
    paging: Paging,
) -> Result<Response, Problem> {
    let place = |it: &Proposal| (it.proposed_at, it.declaration);
    let after = paging.place(|text| {
        let (at, id) = text.split_once('.')?;
        Some((Moment::from_micros(at.parse().ok()?), DeclarationId(id.parse().ok()?)))
    })?;
    let (enquiries, reach, most) =
        (Arc::clone(&shared.access.enquiries), caller.reach(), paging.limit + 1);
    let listing = move || -> Result<_, EnquiryError> {
        let mut found = enquiries.proposals(reach)?;
        found.sort_unstable_by_key(place);
        found.retain(|it| after.is_none_or(|after| place(it) > after));
        found.truncate(most);
        let ids: Vec<_> = found.iter().map(|it| it.declaration).collect();
        Ok((enquiries.declarations(reach, &ids)?, found))
    };
    let (declarations, found) = blocking(listing).await?;
    let of = |id| declarations.iter().find(|one: &&AnyDeclaration| one.id() == id);
    let items = found.iter().map(|it| ProposedView::of(it, of(it.declaration))).collect();
    Ok(paging.cut(items, |last| {
        let last = found.get(last).map(place);
        last.map_or_else(String::new, |(at, id)| format!("{}.{id}", at.micros()))
    }))
}

/// Rule the same about several declarations
///
/// Each by itself: what is not possible about one hinders no other.
#[utoipa::path(
    post, path = "/api/v1/queue/rulings", tag = "cases", operation_id = "rule_several",
    request_body = RulingsGiven,
    responses((status = 200, description = "What became of each.", body = RuledView)),
)]
pub async fn rule_several(
    State(shared): State<Shared>,
    caller: Caller,
    headers: HeaderMap,
    Given(given): Given<RulingsGiven>,
) -> Result<Response, Problem> {
    if !(1..=MOST_AT_ONCE).contains(&given.declarations.len()) {
        return Err(wrong("/declarations", "1 to 50 declarations"));
    }
    let ruling = ruling_named(&given.ruling)?;
    review::reason(&given.reason)?;
    let seen = given.declarations.iter().map(|it| place_seen(it.seen.as_deref()));
    let seen = seen.collect::<Result<Vec<_>, _>>();
    let seen =
        seen.map_err(|_| wrong("/declarations", "`seen` is what the case said of itself"))?;
    let language = Language::wanted(&headers);
    let mut outcomes = Vec::with_capacity(given.declarations.len());
    for (ChosenGiven { number, .. }, seen) in given.declarations.into_iter().zip(seen) {
        let of = |declaration| Decision {
            declaration,
            ruling,
            officer: actor(&caller),
            reason: given.reason.clone(),
            approver: None,
            seen,
        };
        let outcome = rule_one(&shared, &caller, &number, of).await;
        outcomes.push(match outcome {
            Ok(decided) => RuledOneView { number, decided: Some(decided), problem: None },
            Err(why) => RuledOneView { number, decided: None, problem: Some(why.told(language)) },
        });
    }
    Ok(json_answer(&RuledView { declarations: outcomes }))
}

async fn rule_one(
    shared: &Shared,
    caller: &Caller,
    number: &str,
    decision: impl FnOnce(DeclarationId) -> Decision,
) -> Result<DecidedView, Problem> {
    let file = file(shared, caller, number.to_owned()).await?;
    casework::free(shared, caller, &file)?;
    let id = file.case.declaration.id();
    let decided = casework::decide(shared, caller, decision(id)).await?;
    Ok(DecidedView::of(id, &decided))
}

/// The ruling of a name.
pub(super) fn ruling_named(name: &str) -> Result<Ruling, Problem> {
    Ruling::named(name).ok_or_else(|| {
        let names = Ruling::NAMES.map(|(name, _)| name).join(", ");
        wrong("/ruling", &format!("the rulings are {names}"))
    })
}

/// The place of the newest response that the caller has seen.
pub(super) fn place_seen(text: Option<&str>) -> Result<Option<i64>, Problem> {
    let read = text.map(str::parse).transpose();
    read.map_err(|_| wrong("/seen", "what the case said of itself"))
}

/// The case of the one declaration within reach that goes by a number.
pub(super) async fn file(
    shared: &Shared,
    caller: &Caller,
    number: String,
) -> Result<CaseFile, Problem> {
    let id = named(shared, caller.reach(), number).await?;
    casework::file(shared, caller, id).await
}

async fn again(shared: &Shared, caller: &Caller, before: &CaseFile) -> Result<Response, Problem> {
    let now = casework::file(shared, caller, before.case.declaration.id()).await?;
    Ok(shown(shared, &now))
}

fn shown(shared: &Shared, file: &CaseFile) -> Response {
    json_answer(&CaseView::of(file, shared.access.clock.now()))
}
