//! What pages and interface do with pictures of an examination (查验照片) in the same way: take one in, and show
//! it.

use std::sync::Arc;

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use tokio::sync::SemaphorePermit;
use tongguan_application::pictures::PictureError;
use tongguan_domain::ids::DeclarationId;

use crate::Shared;
use crate::caller::{Caller, aside};
use crate::problem::Problem;

/// Room for a picture, which it has before it is read.
///
/// # Errors
/// [`Problem::Busy`].
pub fn room(shared: &Shared) -> Result<SemaphorePermit<'_>, Problem> {
    shared.pictures.try_acquire().map_err(|_| Problem::Busy)
}

/// Keeps a picture of goods that are to be examined; gives its number, or why it was not kept.
///
/// # Errors
/// Whether it was kept is not known.
pub async fn add(
    shared: &Shared,
    caller: &Caller,
    id: DeclarationId,
    bytes: impl AsRef<[u8]> + Send + 'static,
) -> Result<Result<i64, PictureError>, Problem> {
    let (pictures, reach) = (Arc::clone(&shared.access.pictures), caller.reach());
    let (actor, now) = (caller.actor(), shared.access.clock.now());
    aside(move || pictures.add(reach, id, bytes.as_ref(), &actor, now)).await
}

/// Shows a picture to whoever works on the office's declarations.
///
/// # Errors
/// Why it is not shown.
pub async fn show(
    shared: &Shared,
    caller: &Caller,
    id: DeclarationId,
    n: i64,
) -> Result<Response, Problem> {
    let (pictures, reach) = (Arc::clone(&shared.access.pictures), caller.reach());
    let (format, bytes) = aside(move || pictures.show(reach, id, n)).await??;
    let headers = [(CONTENT_TYPE, format.media_type()), (CACHE_CONTROL, "no-store")];
    Ok((headers, bytes).into_response())
}
