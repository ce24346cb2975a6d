//! Documents as they were sent.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use tongguan_application::review::ReviewError;
use utoipa::{IntoParams, ToSchema};

use super::part::Asked;
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::problem::{Problem, json_answer};
use crate::views::documents::{SentDocumentView, kind_named};

/// Which documents.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DocumentQuery {
    /// `order`, `payment`, `waybill`, `delivery`, `declaration`, `export-order`, `collection`, `export-waybill`,
    /// `export-declaration`, `arrival-report`, `departure-report`, `export-return`, `return-tally`,
    /// `cancellation`, `return`, `export-cancellation`, `master-bill-link`, `consolidation-request` or
    /// `warehouse-entry`.
    #[param(example = "waybill")]
    kind: String,
    /// The number of its order, or its own.
    #[param(min_length = 1, max_length = 80, example = "O1")]
    number: String,
}

/// Documents.
#[derive(Debug, Serialize, ToSchema)]
struct SentDocumentsView {
    /// In order of their numbers.
    documents: Vec<SentDocumentView>,
}

/// Find documents that were sent
///
/// Of a kind, by their number or that of their order: those that the enterprise has numbered, as platform,
/// payment institution, carrier or declarant, and those of declarations within reach.
#[utoipa::path(
    get, path = "/api/v1/documents", tag = "declarations", operation_id = "find_documents",
    params(DocumentQuery),
    responses((status = 200, description = "The documents.", body = SentDocumentsView)),
)]
pub async fn list(
    State(shared): State<Shared>,
    caller: Caller,
    Asked(asked): Asked<DocumentQuery>,
) -> Result<Response, Problem> {
    let kind = kind_named(&asked.kind).ok_or(Problem::Malformed("kind"))?;
    if asked.number.chars().any(char::is_control) {
        return Err(Problem::Malformed("number"));
    }
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let finding = move || {
        let found = enquiries.documents(reach, kind, &asked.number)?;
        Ok::<_, ReviewError>((found, enquiries.registry()?))
    };
    let (found, registry) = blocking(finding).await?;
    let documents = found.iter().map(|it| SentDocumentView::of(it, &registry)).collect();
    Ok(json_answer(&SentDocumentsView { documents }))
}
