//! Pictures of an examination: listed, shown and added, as at the terminal.

use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use tokio::time::timeout;
use tongguan_application::pictures::LARGEST;
use tongguan_domain::ids::DeclarationId;
use utoipa::ToSchema;

use super::cases::file;
use super::part::Part;
use crate::Shared;
use crate::acting::named;
use crate::caller::Caller;
use crate::casework;
use crate::pictures::{self, room};
use crate::problem::{Problem, json_answer};
use crate::views::case::PictureView;

/// The pictures of a declaration.
#[derive(Debug, Serialize, ToSchema)]
struct PicturesView {
    /// In the order in which they were added.
    pictures: Vec<PictureView>,
}

/// List the pictures of an examination
///
/// Those that examiners have taken of the goods of a declaration.
#[utoipa::path(
    get, path = "/api/v1/declarations/{number}/pictures", tag = "cases", operation_id = "list_pictures",
    params(("number" = String, Path, description = "invtNo, preNo, orderNo or id.")),
    responses((status = 200, description = "The pictures.", body = PicturesView)),
)]
pub async fn list(
    State(shared): State<Shared>,
    caller: Caller,
    Part(number): Part<String>,
) -> Result<Response, Problem> {
    let file = file(&shared, &caller, number).await?;
    let pictures = file.pictures.iter().map(PictureView::of).collect();
    Ok(json_answer(&PicturesView { pictures }))
}

/// Show a picture of an examination
///
/// Its bytes, without what the camera wrote beside the picture.
#[utoipa::path(
    get, path = "/api/v1/declarations/{number}/pictures/{n}", tag = "cases", operation_id = "show_picture",
    params(
        ("number" = String, Path, description = "invtNo, preNo, orderNo or id."),
        ("n" = i64, Path, description = "Which of its pictures, from 1."),
    ),
    responses((status = 200, description = "The picture.", content(
        (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png"), (Vec<u8> = "image/webp"),
    ))),
)]
pub async fn show(
    State(shared): State<Shared>,
    caller: Caller,
    Part((number, n)): Part<(String, i64)>,
) -> Result<Response, Problem> {
    let id = named(&shared, caller.reach(), number).await?;
    pictures::show(&shared, &caller, id, n).await
}

/// Add a picture to an examination
///
/// Of goods that are to be examined (500): JPEG, PNG or WebP by its bytes, at most 8 MiB, at most 12 of a
/// declaration. What the camera wrote beside the picture is taken away.
#[utoipa::path(
    post, path = "/api/v1/declarations/{number}/pictures", tag = "cases", operation_id = "add_picture",
    params(("number" = String, Path, description = "invtNo, preNo, orderNo or id.")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The picture."),
    responses((status = 201, description = "It is kept; what is known of it.", body = PictureView)),
)]
pub async fn add(
    State(shared): State<Shared>,
    caller: Caller,
    Part(number): Part<String>,
    body: Body,
) -> Result<Response, Problem> {
    let _room = room(&shared)?;
    let id = named(&shared, caller.reach(), number).await?;
    let whole = timeout(shared.access.limits.answer_within, to_bytes(body, LARGEST)).await;
    let bytes = whole.map_err(|_| Problem::BrokenOff)?;
    let bytes = bytes.map_err(|_| Problem::BodyTooLong(LARGEST))?;
    let n = pictures::add(&shared, &caller, id, bytes).await??;
    Ok((StatusCode::CREATED, json_answer(&known(&shared, &caller, id, n).await?)).into_response())
}

/// What is known of a picture.
async fn known(
    shared: &Shared,
    caller: &Caller,
    id: DeclarationId,
    n: i64,
) -> Result<PictureView, Problem> {
    let file = casework::file(shared, caller, id).await?;
    let picture = file.pictures.iter().find(|picture| picture.n == n);
    picture.map(PictureView::of).ok_or(Problem::NotFound)
}
