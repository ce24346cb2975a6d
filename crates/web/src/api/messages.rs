//! What is wrong with a message, without sending it.

use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use tokio::sync::SemaphorePermit;
use tokio::time::timeout;
use tongguan_application::checking;
use tongguan_messages::read::Profile;
use utoipa::{IntoParams, ToSchema};

use super::part::Asked;
use crate::caller::blocking;
use crate::problem::{Problem, json_answer};
use crate::views::check::CheckedView;
use crate::{Shared, kib};

/// The longest message that is checked, in bytes: whoever checks need not be known.
const LONGEST: usize = 1 << 20;

/// How it is checked.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct How {
    /// How strictly: exactly as the official schema, or as real files are taken.
    #[serde(default)]
    #[param(inline)]
    profile: Strictness,
}

/// How strictly.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Strictness {
    /// What the official schema of 2022-05 accepts.
    Strict,
    /// Also what real files do instead.
    #[default]
    Tolerant,
}

/// Check a message
///
/// A business message or an envelope (DxpMsg) around one, at most 1 MiB. Nothing is stored, and no signature is
/// looked at.
#[utoipa::path(
    post, path = "/api/v1/messages/check", tag = "public", operation_id = "check_message",
    params(How),
    request_body(content = String, content_type = "application/xml", description = "The message."),
    responses((status = 200, description = "What was found; also where it is no message.", body = CheckedView)),
)]
pub async fn check(
    State(shared): State<Shared>,
    Asked(How { profile }): Asked<How>,
    body: Body,
) -> Result<Response, Problem> {
    let (_room, bytes) = whole(&shared, body).await?;
    let profile = match profile {
        Strictness::Strict => Profile::Strict,
        Strictness::Tolerant => Profile::Tolerant,
    };
    let enquiries = shared.access.enquiries.clone();
    let checking = move || {
        let pack = enquiries.pack()?;
        Ok::<_, tongguan_application::codes::CodesError>(checking::check(&bytes, profile, &pack))
    };
    let verdict = blocking(checking).await?;
    Ok(json_answer(&CheckedView::of(&verdict, profile)))
}

/// A message that is looked at and not kept, with its room among the messages that are received, which it has before
/// it is read.
///
/// # Errors
/// Why it is not taken.
pub(crate) async fn whole(
    shared: &Shared,
    body: Body,
) -> Result<(SemaphorePermit<'_>, Vec<u8>), Problem> {
    let limits = shared.access.limits;
    let longest = LONGEST.min(limits.message_bytes);
    let room = u32::try_from(kib(longest)).unwrap_or(u32::MAX);
    let room = shared.in_flight.try_acquire_many(room).map_err(|_| Problem::Busy)?;
    let whole = timeout(limits.answer_within, to_bytes(body, longest)).await;
    let bytes = whole.map_err(|_| Problem::BrokenOff)?.map_err(|_| Problem::TooLong(longest))?;
    Ok((room, bytes.into()))
}
