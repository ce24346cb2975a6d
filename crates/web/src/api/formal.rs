//! Formal declarations that exports were consolidated into.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use tongguan_application::clearing::consolidation::FormalRecord;
use utoipa::ToSchema;

use super::paging::{Listed, PageQuery, Paging};
use super::part::Part;
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::problem::{Problem, json_answer};
use crate::views::formal::{AmendmentView, FormalRowView, FormalView, xml};

/// The most on a page, whatever is asked for: each holds all that it was made of.
const MOST: usize = 100;

/// What has to be amended.
#[derive(Debug, Serialize, ToSchema)]
struct AmendmentsView {
    /// In order of the declarations.
    lines: Vec<AmendmentView>,
}

/// List formal declarations
///
/// Of an enterprise its own as merchant, of an office those declared there; the greatest number first, at most 100
/// on a page.
#[utoipa::path(
    get, path = "/api/v1/formal-declarations", tag = "consolidation", operation_id = "list_formal_declarations",
    params(PageQuery),
    responses((status = 200, description = "The formal declarations.", body = Listed<FormalRowView>)),
)]
pub async fn list(
    State(shared): State<Shared>,
    caller: Caller,
    paging: Paging,
) -> Result<Response, Problem> {
    let before = paging.number()?;
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let limit = paging.limit.min(MOST);
    let listing = move || enquiries.formal_declarations(reach, before.as_deref(), limit);
    let page = blocking(listing).await?;
    let items: Vec<_> = page.rows.iter().map(FormalRowView::of).collect();
    Ok(paging.answer(items, page.next))
}

/// Show a formal declaration
///
/// Its lines, and the lines of declarations that each was made of: the file for the system of general trade, as JSON.
#[utoipa::path(
    get, path = "/api/v1/formal-declarations/{number}", tag = "consolidation",
    operation_id = "show_formal_declaration",
    params(("number" = String, Path, description = "报关单编号.")),
    responses((status = 200, description = "The formal declaration.", body = FormalView)),
)]
pub async fn show(
    State(shared): State<Shared>,
    caller: Caller,
    Part(number): Part<String>,
) -> Result<Response, Problem> {
    Ok(json_answer(&FormalView::of(&found(&shared, &caller, number).await?)))
}

/// Give a formal declaration as XML
///
/// The file for the system of general trade, as docs/reference/formal-declaration.md describes it.
#[utoipa::path(
    get, path = "/api/v1/formal-declarations/{number}/xml", tag = "consolidation",
    operation_id = "export_formal_declaration",
    params(("number" = String, Path, description = "报关单编号.")),
    responses((status = 200, description = "The file.", body = String, content_type = "application/xml")),
)]
pub async fn file(
    State(shared): State<Shared>,
    caller: Caller,
    Part(number): Part<String>,
) -> Result<Response, Problem> {
    let formal = found(&shared, &caller, number).await?;
    let kind = (CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    Ok(([kind], xml(&formal)).into_response())
}

/// List what has to be amended in a formal declaration
///
/// Its lines that hold goods which came back after it was made.
#[utoipa::path(
    get, path = "/api/v1/formal-declarations/{number}/amendments", tag = "consolidation",
    operation_id = "list_amendments",
    params(("number" = String, Path, description = "报关单编号.")),
    responses((status = 200, description = "The lines.", body = AmendmentsView)),
)]
pub async fn amendments(
    State(shared): State<Shared>,
    caller: Caller,
    Part(number): Part<String>,
) -> Result<Response, Problem> {
    let formal = found(&shared, &caller, number).await?;
    let enquiries = Arc::clone(&shared.access.enquiries);
    let lines = blocking(move || enquiries.amendments(&formal)).await?;
    Ok(json_answer(&AmendmentsView { lines: lines.iter().map(AmendmentView::of).collect() }))
}

async fn found(shared: &Shared, caller: &Caller, number: String) -> Result<FormalRecord, Problem> {
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let found = blocking(move || enquiries.formal_declaration(reach, &number)).await?;
    found.ok_or(Problem::NotFound)
}
