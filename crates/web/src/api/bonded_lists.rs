//! Bonded lists (核注清单) and gate passes (核放单), by which goods come into an account book.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use tongguan_application::bonded::{By, ListError, ListRecord, lodge_list, take_list_step};
use tongguan_domain::bonded::list::{BondedList, BondedListStep};
use tongguan_domain::ids::{AccountItemNumber, BondedListNumber, GatePassNumber};
use utoipa::ToSchema;

use super::body::{Given, wrong};
use super::books::{quantity, reached, reason};
use super::part::Part;
use crate::Shared;
use crate::acting::record;
use crate::caller::{Caller, blocking};
use crate::problem::{Problem, json_answer};
use crate::refusal::broken;
use crate::views::bonded::{ListStandingView, ListView, PassView};
use crate::wording::Wording;

/// The bonded lists of an account book.
#[derive(Debug, Serialize, ToSchema)]
struct ListsView {
    /// 账册编号.
    book: String,
    /// Its lists.
    lists: Vec<ListView>,
}

/// A bonded list that is lodged by hand.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListGiven {
    /// 核注清单编号.
    #[schema(example = "QD291626I000000001")]
    number: String,
    /// What comes in.
    #[schema(min_items = 1)]
    lines: Vec<ListLineGiven>,
    /// Why it is lodged by hand.
    #[schema(example = "came on paper", min_length = 1, max_length = 500)]
    reason: String,
}

/// Goods that come in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListLineGiven {
    /// 备案料号.
    #[schema(example = "0001")]
    item: String,
    /// How much, in the item's unit.
    #[schema(example = "100")]
    quantity: String,
}

/// What is done with a bonded list.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListStepGiven {
    /// `approve`, `refuse`, `withdraw`, `pass-gate`, `end-short`, `admit` or `turn-away`.
    #[schema(example = "approve")]
    step: String,
    /// The gate pass (核放单编号) by which it passes the gate.
    gate_pass: Option<String>,
    /// Why.
    #[schema(example = "in order", min_length = 1, max_length = 500)]
    reason: String,
}

/// List the bonded lists of an account book
///
/// With the gate passes that name them, and what was done with each.
#[utoipa::path(
    get, path = "/api/v1/books/{book}/lists", tag = "bonded", operation_id = "list_bonded_lists",
    params(("book" = String, Path, description = "账册编号.")),
    responses((status = 200, description = "The lists.", body = ListsView)),
)]
pub async fn lists(
    State(shared): State<Shared>,
    caller: Caller,
    Part(book): Part<String>,
) -> Result<Response, Problem> {
    let book = reached(&shared, caller.reach(), book).await?;
    let (enquiries, number) = (Arc::clone(&shared.access.enquiries), book.number.to_string());
    let (lists, passes) = blocking(move || enquiries.bonded_lists(&book)).await?;
    let lists = lists.iter().map(|list| ListView::of(list, &passes)).collect();
    Ok(json_answer(&ListsView { book: number, lists }))
}

/// Lodge a bonded list by hand
///
/// Enterprises lodge theirs by message (INV101); of a book of the officer's own office.
#[utoipa::path(
    post, path = "/api/v1/books/{book}/lists", tag = "bonded", operation_id = "lodge_bonded_list",
    params(("book" = String, Path, description = "账册编号.")),
    request_body = ListGiven,
    responses((status = 200, description = "Where it stands now.", body = ListStandingView)),
)]
pub async fn lodge(
    State(shared): State<Shared>,
    caller: Caller,
    Part(book): Part<String>,
    Given(given): Given<ListGiven>,
) -> Result<Response, Problem> {
    let book = reached(&shared, caller.reach(), book).await?.number;
    let number = BondedListNumber::parse(&given.number);
    let number = number.map_err(|error| wrong("/number", &error.to_string()))?;
    let mut lines = Vec::with_capacity(given.lines.len());
    for (place, line) in given.lines.iter().enumerate() {
        let item = AccountItemNumber::parse(&line.item)
            .map_err(|error| wrong(&format!("/lines/{place}/item"), &error.to_string()))?;
        lines.push((item, quantity(&format!("/lines/{place}/quantity"), &line.quantity)?));
    }
    let by = By { officer: caller.audit_name().into(), reason: reason(&given.reason)? };
    let (list, cause) = (BondedList { book, number, lines }, caller.cause());
    let now = shared.access.clock.now();
    let lodged =
        record(&shared, move |at| lodge_list(&mut at.store().writer()?, &list, &by, &cause, now));
    Ok(json_answer(&ListStandingView::of(&lodged.await?)))
}

/// Take a bonded list a step further
///
/// Approve or refuse it, let it pass the gate, end it short, admit its goods or turn them away, withdraw it; of a
/// book of the officer's own office.
#[utoipa::path(
    post, path = "/api/v1/books/{book}/lists/{number}/steps", tag = "bonded", operation_id = "step_bonded_list",
    params(
        ("book" = String, Path, description = "账册编号."),
        ("number" = String, Path, description = "核注清单编号."),
    ),
    request_body = ListStepGiven,
    responses((status = 200, description = "Where it stands now.", body = ListStandingView)),
)]
pub async fn step(
    State(shared): State<Shared>,
    caller: Caller,
    Part((book, number)): Part<(String, String)>,
    Given(given): Given<ListStepGiven>,
) -> Result<Response, Problem> {
    let list = take_step(&shared, &caller, book, &number, &given).await?;
    Ok(json_answer(&ListStandingView::of(&list)))
}

/// Show a gate pass
///
/// That came by message (SAS121) and names a list of a book within reach.
#[utoipa::path(
    get, path = "/api/v1/gate-passes/{number}", tag = "bonded", operation_id = "show_gate_pass",
    params(("number" = String, Path, description = "核放单编号.")),
    responses((status = 200, description = "The gate pass.", body = PassView)),
)]
pub async fn gate_pass(
    State(shared): State<Shared>,
    caller: Caller,
    Part(number): Part<String>,
) -> Result<Response, Problem> {
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let pass = blocking(move || enquiries.gate_pass(reach, &number)).await?;
    Ok(json_answer(&PassView::of(&pass.ok_or(Problem::NotFound)?)))
}

/// Takes a list a step further.
///
/// # Errors
/// What is wrong with what was given, or why it was not done.
pub(crate) async fn take_step(
    shared: &Shared,
    caller: &Caller,
    book: String,
    number: &str,
    given: &ListStepGiven,
) -> Result<ListRecord, Problem> {
    let book = reached(shared, caller.reach(), book).await?.number;
    let number = BondedListNumber::parse(number).map_err(|_| Problem::NotFound)?;
    let names = BondedListStep::ALL.map(BondedListStep::name).join(", ");
    let step = BondedListStep::named(&given.step);
    let step = step.ok_or_else(|| wrong("/step", &format!("one of {names}")))?;
    let pass = given.gate_pass.as_deref().filter(|pass| !pass.is_empty());
    let pass = pass.map(GatePassNumber::parse).transpose();
    let pass = pass.map_err(|error| wrong("/gate_pass", &error.to_string()))?;
    let by = By { officer: caller.audit_name().into(), reason: reason(&given.reason)? };
    let (cause, now) = (caller.cause(), shared.access.clock.now());
    record(shared, move |at| {
        let (mut writer, which) = (at.store().writer()?, (&book, &number));
        take_list_step(&mut writer, which, step, pass.as_ref(), &by, &cause, now)
    })
    .await
}

impl From<ListError> for Problem {
    fn from(error: ListError) -> Self {
        match error {
            ListError::Unknown(..) => Self::NotFound,
            ListError::Move(error) => error.into(),
            ListError::Storage(_) | ListError::Row(_) | ListError::Stored(_) => broken(&error),
            error => Self::Refused(Wording::english(&error)),
        }
    }
}
