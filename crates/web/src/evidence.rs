//! `POST /ceb2grab/grab/realTimeDataUpload`: payment evidence from platforms, in the announcement's own form. It is
//! believed for its signature alone.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use metrics::counter;
use tongguan_application::pipeline::chain;
use tongguan_messages::evidence::answer::Outcome;
use tongguan_messages::evidence::upload::{FIELD, LONGEST_FORM};

use crate::Shared;
use crate::caller::aside;
use crate::ceb::room_for;
use crate::pace::Address;

const FORM: &str = "application/x-www-form-urlencoded";

/// Takes an upload. Every answer is one of the interface; the status of HTTP says no more than it does.
pub async fn upload(
    State(shared): State<Shared>,
    address: Address,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let (outcome, more) = taken(&shared, &address, &headers, body).await;
    counter!("tongguan_evidence_uploads_total", "code" => outcome.code()).increment(1);
    let status = match outcome {
        Outcome::NotKept => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::OK,
    };
    let told = outcome.answer(&more, shared.access.clock.now());
    let headers = [(CONTENT_TYPE, "application/json;charset=UTF-8"), (CACHE_CONTROL, "no-store")];
    (status, headers, told).into_response()
}

async fn taken(
    shared: &Shared,
    address: &Address,
    headers: &HeaderMap,
    body: Body,
) -> (Outcome, String) {
    let nothing = |outcome| (outcome, String::new());
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case(FORM) {
        return nothing(Outcome::NoForm);
    }
    let Ok(_room) = room_for(shared, LONGEST_FORM) else { return nothing(Outcome::NotKept) };
    let Ok(bytes) = to_bytes(body, LONGEST_FORM).await else { return nothing(Outcome::NoForm) };
    let mut fields = form_urlencoded::parse(&bytes).filter(|(name, _)| name == FIELD);
    let (Some((_, text)), None) = (fields.next(), fields.next()) else {
        return nothing(Outcome::NoForm);
    };
    let (demands, text) = (Arc::clone(&shared.access.evidence), text.into_owned());
    let (trust, now) = (shared.access.trust.borrow().clone(), shared.access.clock.now());
    match aside(move || demands.take(&text, &trust, now)).await {
        // Whoever tries numbers of sessions is held off.
        Ok(Ok((Outcome::UnknownSession, _))) if address.keep(shared).is_err() => {
            nothing(Outcome::NotKept)
        }
        Ok(Ok(told)) => told,
        Ok(Err(error)) => {
            tracing::error!("payment evidence was not kept: {}", chain(&error));
            nothing(Outcome::NotKept)
        }
        Err(_) => nothing(Outcome::NotKept),
    }
}
