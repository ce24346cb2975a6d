//! Declarations, and what officers rule about them.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use tongguan_application::review::{Decision, ReviewError};
use tongguan_domain::ids::DeclarationId;
use utoipa::ToSchema;

use super::body::Given;
use super::cases::{file, place_seen, ruling_named};
use super::part::Part;
use crate::Shared;
use crate::acting::{actor, named};
use crate::caller::{Caller, blocking};
use crate::casework;
use crate::problem::{Problem, json_answer};
use crate::views::declaration::{DecidedView, DeclarationView};

/// What an officer rules.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RulingGiven {
    /// `accept`, `refuse`, `examine`, `detain-clearance`, `detain-investigation`, `detain-legal`, `detain-other`,
    /// `suspend`, `ship-back`; of an export also `withdraw-on-site`, `withdraw-unsealed`.
    #[schema(example = "accept")]
    ruling: String,
    /// Why: a code of docs/reference/review.md, or words that the declarant will read.
    #[schema(example = "in-order", min_length = 1, max_length = 500)]
    reason: String,
    /// `seen` of the case as the officer has read it: where it has gone on since, nothing is decided. Absent to decide
    /// wherever it stands.
    seen: Option<String>,
}

impl RulingGiven {
    /// What the caller decides about a declaration.
    pub(super) fn decision(
        self,
        caller: &Caller,
        declaration: DeclarationId,
    ) -> Result<Decision, Problem> {
        Ok(Decision {
            declaration,
            ruling: ruling_named(&self.ruling)?,
            officer: actor(caller),
            reason: self.reason,
            approver: None,
            seen: place_seen(self.seen.as_deref())?,
        })
    }
}

/// Show a declaration
///
/// Everything that is stored about it: what it says, where it stands, its documents, how they match, its tax and
/// tax bills, and every status that it was given.
#[utoipa::path(
    get, path = "/api/v1/declarations/{number}", tag = "declarations", operation_id = "show_declaration",
    params(("number" = String, Path, description = "invtNo, preNo, orderNo or id.")),
    responses((status = 200, description = "The declaration.", body = DeclarationView)),
)]
pub async fn show(
    State(shared): State<Shared>,
    caller: Caller,
    Part(number): Part<String>,
) -> Result<Response, Problem> {
    let reach = caller.reach();
    let id = named(&shared, reach, number).await?;
    let enquiries = Arc::clone(&shared.access.enquiries);
    let showing = move || {
        let picture = enquiries.picture(reach, id)?;
        Ok::<_, ReviewError>((picture, enquiries.registry()?))
    };
    let (picture, registry) = blocking(showing).await?;
    let picture = picture.ok_or(Problem::NotFound)?;
    Ok(json_answer(&DeclarationView::of(&picture, &registry)))
}

/// Rule about a declaration
///
/// Of the officer's own office. The declarant is answered in its mailbox. What a colleague works on is not decided;
/// what needs two officers is proposed.
#[utoipa::path(
    post, path = "/api/v1/declarations/{number}/ruling", tag = "cases", operation_id = "rule",
    params(("number" = String, Path, description = "invtNo, preNo, orderNo or id.")),
    request_body = RulingGiven,
    responses((status = 200, description = "Where it stands now.", body = DecidedView)),
)]
pub async fn rule(
    State(shared): State<Shared>,
    caller: Caller,
    Part(number): Part<String>,
    Given(given): Given<RulingGiven>,
) -> Result<Response, Problem> {
    let file = file(&shared, &caller, number).await?;
    let id = file.case.declaration.id();
    let decision = given.decision(&caller, id)?;
    casework::free(&shared, &caller, &file)?;
    let decided = casework::decide(&shared, &caller, decision).await?;
    Ok(json_answer(&DecidedView::of(id, &decided)))
}
