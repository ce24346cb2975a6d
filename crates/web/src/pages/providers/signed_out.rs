//! What a provider tells by itself: that somebody has signed out there (OpenID Connect Back-Channel Logout 1.0 §2.5).

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use tongguan_application::history::Way;
use tongguan_application::people::ProviderError;

use super::{Failed, asked};
use crate::Shared;
use crate::part::Path;
use crate::problem::Problem;
use crate::record::CameFrom;
use crate::refusal::broken;

/// The field of the form.
const FIELD: &str = "logout_token";
/// The longest form, in bytes.
const LONGEST: usize = 16 << 10;

/// Ends the sessions that were begun by the provider, of whoever its token names.
pub async fn take(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let CameFrom(origin) = CameFrom::of(request.extensions(), Way::Interface);
    let people = shared.access.people.asked_from(origin);
    let bytes = to_bytes(request.into_body(), LONGEST).await;
    let bytes = bytes.map_err(|_| Problem::BodyTooLong(LONGEST))?;
    let mut fields = form_urlencoded::parse(&bytes).filter(|(name, _)| name == FIELD);
    let token = fields.next().map(|(_, token)| token.into_owned()).unwrap_or_default();
    let provider = id.clone();
    let taken = asked(&shared, move |providers, now| {
        let out = providers.signed_out(&provider, &token, now)?;
        Ok(people.end_by_provider(&out, now))
    });
    match taken.await? {
        Ok(ended) => {
            ended.map_err(|error| broken(&error))?;
            Ok((StatusCode::OK, [(CACHE_CONTROL, "no-store")]).into_response())
        }
        Err(failed) => refused(&id, failed),
    }
}

/// A refusal as §2.8 has it; why is a line of the log.
fn refused(id: &str, failed: Failed) -> Result<Response, Problem> {
    let Failed::Provider(error) = failed else { return Err(Problem::Internal) };
    tracing::warn!("provider {id}: {error}");
    match error {
        ProviderError::Unknown => Err(Problem::NoSuchPage),
        ProviderError::Busy => Err(Problem::Busy),
        ProviderError::NotReached(_) | ProviderError::Seal(_) => Err(Problem::Unavailable),
        error => {
            let told =
                json!({ "error": "invalid_request", "error_description": error.to_string() });
            let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")];
            Ok((StatusCode::BAD_REQUEST, headers, told.to_string()).into_response())
        }
    }
}
