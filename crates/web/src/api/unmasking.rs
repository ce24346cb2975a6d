//! Persons, shown for a stated reason.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use tongguan_application::unmasking::{Reason, UnmaskError, Unmasking};
use utoipa::ToSchema;

use super::again::ShownOnce;
use super::body::Given;
use super::part::Part;
use crate::Shared;
use crate::acting::named;
use crate::caller::{Caller, aside};
use crate::problem::{Problem, json_answer};
use crate::views::unmasking::{PersonsView, UnmaskingView};

/// Why persons are to be seen.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReasonGiven {
    /// `identity`, `contact`, `investigation`, `complaint`, `data-subject` or `assistance`.
    #[schema(example = "identity")]
    reason: String,
    /// What for; goes into the audit and holds no person's number.
    #[schema(example = "the buyer asks what is kept", min_length = 4, max_length = 200)]
    words: String,
}

/// A list of declarations, and why their persons are to be seen.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnmaskingGiven {
    /// invtNo, preNo, orderNo or id of each.
    #[schema(example = json!(["29162026I000000256"]), min_items = 1, max_items = 30)]
    declarations: Vec<String>,
    /// As for one declaration.
    #[schema(example = "identity")]
    reason: String,
    /// As for one declaration.
    #[schema(example = "the buyers ask what is kept", min_length = 4, max_length = 200)]
    words: String,
}

/// What is answered to what somebody has proposed or asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApprovalGiven {
    /// Why it is turned down; absent to approve it.
    #[schema(min_length = 1, max_length = 500)]
    pub(super) refusal: Option<String>,
}

/// A request that was made.
#[derive(Debug, Serialize, ToSchema)]
pub struct AskedView {
    /// Its number.
    number: i64,
}

/// A request that was answered.
#[derive(Debug, Serialize, ToSchema)]
pub struct AnsweredView {
    /// Its number.
    number: i64,
    /// Whether it was approved.
    is_approved: bool,
}

/// Show the persons of a declaration
///
/// Their full data, for a stated reason, which is recorded before they are shown. Under an idempotency key too
/// each request is one showing.
#[utoipa::path(
    post, path = "/api/v1/declarations/{number}/persons", tag = "cases", operation_id = "show_persons",
    params(("number" = String, Path, description = "invtNo, preNo, orderNo or id.")),
    request_body = ReasonGiven,
    responses((status = 200, description = "The persons.", body = PersonsView)),
)]
pub async fn show(
    State(shared): State<Shared>,
    caller: Caller,
    Part(number): Part<String>,
    Given(given): Given<ReasonGiven>,
) -> Result<Response, Problem> {
    let reason = reason(&given.reason, &given.words)?;
    let id = named(&shared, caller.reach(), number).await?;
    let (reach, actor, now) = (caller.reach(), caller.actor(), shared.access.clock.now());
    let persons = asked(&shared, move |it| it.see(reach, id, &reason, &actor, now)).await?;
    Ok(once(&PersonsView::of(persons)))
}

/// List requests to see the persons of many declarations
///
/// Those of the officer's own office, the newest first, at most fifty.
#[utoipa::path(
    get, path = "/api/v1/unmaskings", tag = "cases", operation_id = "list_unmaskings",
    responses((status = 200, description = "The requests.", body = Vec<UnmaskingView>)),
)]
pub async fn list(State(shared): State<Shared>, caller: Caller) -> Result<Response, Problem> {
    let (reach, now) = (caller.reach(), shared.access.clock.now());
    let requests = asked(&shared, move |it| it.requests(reach)).await?;
    let views: Vec<_> = requests.iter().map(|it| UnmaskingView::of(it, now)).collect();
    Ok(json_answer(&views))
}

/// Ask to see the persons of many declarations
///
/// Another officer has to approve it.
#[utoipa::path(
    post, path = "/api/v1/unmaskings", tag = "cases", operation_id = "ask_to_unmask",
    request_body = UnmaskingGiven,
    responses((status = 200, description = "It is asked for.", body = AskedView)),
)]
pub async fn propose(
    State(shared): State<Shared>,
    caller: Caller,
    Given(given): Given<UnmaskingGiven>,
) -> Result<Response, Problem> {
    let reason = reason(&given.reason, &given.words)?;
    if given.declarations.len() > tongguan_application::unmasking::MOST_AT_ONCE {
        return Err(UnmaskError::BadList.into());
    }
    let mut ids = Vec::with_capacity(given.declarations.len());
    for number in given.declarations {
        ids.push(named(&shared, caller.reach(), number).await?);
    }
    let (reach, actor, now) = (caller.reach(), caller.actor(), shared.access.clock.now());
    let asking = move |it: &Unmasking| it.propose(reach, &ids, &reason, &actor, now);
    Ok(json_answer(&AskedView { number: asked(&shared, asking).await? }))
}

/// Answer a request to see the persons of many declarations
///
/// Nobody approves his own.
#[utoipa::path(
    post, path = "/api/v1/unmaskings/{number}/answer", tag = "cases", operation_id = "answer_unmasking",
    params(("number" = i64, Path, description = "The request's number.")),
    request_body = ApprovalGiven,
    responses((status = 200, description = "It is answered.", body = AnsweredView)),
)]
pub async fn answer(
    State(shared): State<Shared>,
    caller: Caller,
    Part(number): Part<i64>,
    Given(given): Given<ApprovalGiven>,
) -> Result<Response, Problem> {
    let is_approved = given.refusal.is_none();
    let (reach, actor, now) = (caller.reach(), caller.actor(), shared.access.clock.now());
    let answering =
        move |it: &Unmasking| it.answer(reach, number, given.refusal.as_deref(), &actor, now);
    asked(&shared, answering).await?;
    Ok(json_answer(&AnsweredView { number, is_approved }))
}

/// Show the persons of an approved request
///
/// Once, within a day of the approval, to whoever has asked.
#[utoipa::path(
    post, path = "/api/v1/unmaskings/{number}/persons", tag = "cases", operation_id = "show_persons_of_many",
    params(("number" = i64, Path, description = "The request's number.")),
    responses((status = 200, description = "The persons.", body = Vec<PersonsView>)),
)]
pub async fn show_all(
    State(shared): State<Shared>,
    caller: Caller,
    Part(number): Part<i64>,
) -> Result<Response, Problem> {
    let (reach, actor, now) = (caller.reach(), caller.actor(), shared.access.clock.now());
    let persons = asked(&shared, move |it| it.see_all(reach, number, &actor, now)).await?;
    Ok(once(&persons.into_iter().map(PersonsView::of).collect::<Vec<_>>()))
}

/// An answer that nobody keeps, not even for the same request again.
fn once(answer: &impl Serialize) -> Response {
    (Extension(ShownOnce), json_answer(answer)).into_response()
}

fn reason(code: &str, words: &str) -> Result<Reason, Problem> {
    Ok(Reason::new(code, words)?)
}

async fn asked<T: Send + 'static>(
    shared: &Shared,
    work: impl FnOnce(&Unmasking) -> Result<T, UnmaskError> + Send + 'static,
) -> Result<T, Problem> {
    let unmasking = Arc::clone(&shared.access.unmasking);
    aside(move || work(&unmasking)).await?.map_err(Problem::from)
}
