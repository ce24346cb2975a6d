//! Declarations, and what officers rule about them.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use tongguan_application::review::{Decision, ReviewError};
use tongguan_domain::ids::DeclarationId;
use utoipa::ToSchema;

use super::body::Given;
use super::cases::{file, place_seen, ruling_named};
use super::paging::{Listed, PageQuery, Paging};
use super::parcels;
use super::part::{Asked, Part};
use crate::Shared;
use crate::acting::{actor, named};
use crate::caller::{Caller, blocking};
use crate::casework;
use crate::declared::{self, Wanted, listed};
use crate::language::Language;
use crate::problem::{Problem, json_answer};
use crate::views::declaration::{DecidedView, DeclarationView};
use crate::views::parcel::ParcelView;

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

/// List declarations
///
/// Those of the officer's own office, an enterprise's own, everybody's for the auditor; those lodged last first. They
/// are listed beside clearing, so one that was lodged just now may be there a moment later.
#[utoipa::path(
    get, path = "/api/v1/declarations", tag = "declarations", operation_id = "list_declarations",
    params(Wanted, PageQuery),
    responses((status = 200, description = "The declarations.", body = Listed<ParcelView>)),
)]
pub async fn list(
    State(shared): State<Shared>,
    caller: Caller,
    Asked(wanted): Asked<Wanted>,
    paging: Paging,
) -> Result<Response, Problem> {
    let sought = wanted.sought(caller.reach())?;
    let behind = paging.place(|after| after.parse().ok().map(DeclarationId))?;
    let (page, registry) = listed(&shared, sought, behind, paging.limit).await?;
    Ok(parcels::answer(&paging, &page, &registry))
}

/// Export declarations as CSV
///
/// All that match, in the form of the file of the own parcels. It is written while it is read, and breaks off where
/// it cannot be read further.
#[utoipa::path(
    get, path = "/api/v1/declarations.csv", tag = "declarations", operation_id = "export_declarations",
    params(Wanted),
    responses((status = 200, description = "The file.", body = String, content_type = "text/csv")),
)]
pub async fn csv(
    State(shared): State<Shared>,
    caller: Caller,
    headers: HeaderMap,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response, Problem> {
    declared::file(&shared, wanted.sought(caller.reach())?, Language::wanted(&headers)).await
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
