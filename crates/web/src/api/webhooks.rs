//! The webhooks of the own mailbox.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use tongguan_application::webhooks::{Owner, WebhookError, WebhookNumber};
use utoipa::ToSchema;

use super::body::{Given, wrong};
use super::keys::mailbox;
use super::part::Part;
use crate::Shared;
use crate::caller::{Caller, aside};
use crate::problem::{Problem, json_answer};
use crate::refusal::broken;
use crate::views::webhook::{ProgressView, SentView, WebhookView};
use crate::wording::Wording;

/// A webhook that is to be added.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookGiven {
    /// The address: `https`, at a public one.
    #[schema(example = "https://erp.example/tongguan", max_length = 2000)]
    url: String,
    /// The messages that it is sent, such as `CEB622`; all where absent.
    messages: Option<Vec<String>>,
    /// Behind which place of the mailbox it begins: 0 for all of it, behind the last one where absent.
    #[schema(minimum = 0)]
    after: Option<i64>,
}

/// Where a webhook goes on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplayGiven {
    /// Behind which place of the mailbox.
    #[schema(minimum = 0)]
    after: i64,
}

/// A webhook and its secret, which is shown this once.
#[derive(Debug, Serialize, ToSchema)]
struct SecretView {
    /// The secret that signs what it is sent.
    secret: String,
    #[serde(flatten)]
    webhook: WebhookView,
}

/// The webhooks of a mailbox.
#[derive(Debug, Serialize, ToSchema)]
struct WebhooksView {
    /// The oldest first.
    webhooks: Vec<WebhookView>,
}

/// What came of a letter that was sent again: of each of its messages, up to the first that was not taken.
#[derive(Debug, Serialize, ToSchema)]
struct SentAgainView {
    /// In the order in which they were sent.
    sent: Vec<SentView>,
}

/// List the webhooks of the own mailbox
#[utoipa::path(
    get, path = "/api/v1/webhooks", tag = "administration", operation_id = "list_webhooks",
    responses((status = 200, description = "The webhooks, without their secrets.", body = WebhooksView)),
)]
pub async fn list(State(shared): State<Shared>, caller: Caller) -> Result<Response, Problem> {
    let all = own(&shared, &caller, |owner| Ok(owner.list()?)).await?;
    Ok(json_answer(&WebhooksView { webhooks: all.iter().map(WebhookView::of).collect() }))
}

/// Add a webhook to the own mailbox
#[utoipa::path(
    post, path = "/api/v1/webhooks", tag = "administration", operation_id = "add_webhook",
    request_body = WebhookGiven,
    responses((status = 201, description = "The webhook; its secret is shown this once.", body = SecretView)),
)]
pub async fn add(
    State(shared): State<Shared>,
    caller: Caller,
    Given(WebhookGiven { url, messages, after }): Given<WebhookGiven>,
) -> Result<Response, Problem> {
    if after.is_some_and(|after| after < 0) {
        return Err(wrong("/after", "0 or more"));
    }
    let messages = messages.unwrap_or_default();
    let (webhook, secret) =
        own(&shared, &caller, move |owner| owner.add(url, messages, after)).await?;
    let view = SecretView { secret, webhook: WebhookView::of(&webhook) };
    Ok((StatusCode::CREATED, json_answer(&view)).into_response())
}

/// Show a webhook with what it did not take
#[utoipa::path(
    get, path = "/api/v1/webhooks/{number}", tag = "administration", operation_id = "show_webhook",
    params(("number" = String, Path, description = "The webhook's number.")),
    responses((status = 200, description = "The webhook.", body = ProgressView)),
)]
pub async fn show(
    State(shared): State<Shared>,
    caller: Caller,
    Part(number): Part<String>,
) -> Result<Response, Problem> {
    let number = read(&number)?;
    let progress = own(&shared, &caller, move |owner| owner.progress(number)).await?;
    Ok(json_answer(&ProgressView::of(&progress)))
}

/// Remove a webhook
///
/// Its dead letters go with it; the mailbox stays as it is.
#[utoipa::path(
    delete, path = "/api/v1/webhooks/{number}", tag = "administration", operation_id = "remove_webhook",
    params(("number" = String, Path, description = "The webhook's number.")),
    responses((status = 200, description = "The webhook that was removed.", body = WebhookView)),
)]
pub async fn remove(
    State(shared): State<Shared>,
    caller: Caller,
    Part(number): Part<String>,
) -> Result<Response, Problem> {
    let number = read(&number)?;
    let webhook = own(&shared, &caller, move |owner| owner.remove(number)).await?;
    Ok(json_answer(&WebhookView::of(&webhook)))
}

/// Deliver nothing to a webhook until it is resumed
#[utoipa::path(
    post, path = "/api/v1/webhooks/{number}/pause", tag = "administration", operation_id = "pause_webhook",
    params(("number" = String, Path, description = "The webhook's number.")),
    responses((status = 200, description = "The webhook.", body = WebhookView)),
)]
pub async fn pause(
    State(shared): State<Shared>,
    caller: Caller,
    Part(number): Part<String>,
) -> Result<Response, Problem> {
    let number = read(&number)?;
    let webhook = own(&shared, &caller, move |owner| owner.pause(number)).await?;
    Ok(json_answer(&WebhookView::of(&webhook)))
}

/// Deliver to a webhook again, at once, where it stopped
#[utoipa::path(
    post, path = "/api/v1/webhooks/{number}/resumption", tag = "administration", operation_id = "resume_webhook",
    params(("number" = String, Path, description = "The webhook's number.")),
    responses((status = 200, description = "The webhook.", body = WebhookView)),
)]
pub async fn resume(
    State(shared): State<Shared>,
    caller: Caller,
    Part(number): Part<String>,
) -> Result<Response, Problem> {
    let number = read(&number)?;
    let webhook = own(&shared, &caller, move |owner| owner.resume(number)).await?;
    Ok(json_answer(&WebhookView::of(&webhook)))
}

/// Give a webhook a new secret
///
/// For a day the one before it signs too.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{number}/secret", tag = "administration", operation_id = "rotate_webhook",
    params(("number" = String, Path, description = "The webhook's number.")),
    responses((status = 200, description = "The webhook; its secret is shown this once.", body = SecretView)),
)]
pub async fn rotate(
    State(shared): State<Shared>,
    caller: Caller,
    Part(number): Part<String>,
) -> Result<Response, Problem> {
    let number = read(&number)?;
    let (webhook, secret) = own(&shared, &caller, move |owner| owner.rotate(number)).await?;
    Ok(json_answer(&SecretView { secret, webhook: WebhookView::of(&webhook) }))
}

/// Deliver again what lies behind a place of the mailbox
///
/// A place further on skips what lies before it.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{number}/replay", tag = "administration", operation_id = "replay_webhook",
    params(("number" = String, Path, description = "The webhook's number.")),
    request_body = ReplayGiven,
    responses((status = 200, description = "The webhook.", body = WebhookView)),
)]
pub async fn replay(
    State(shared): State<Shared>,
    caller: Caller,
    Part(number): Part<String>,
    Given(ReplayGiven { after }): Given<ReplayGiven>,
) -> Result<Response, Problem> {
    let number = read(&number)?;
    let webhook = own(&shared, &caller, move |owner| owner.replay(number, after)).await?;
    Ok(json_answer(&WebhookView::of(&webhook)))
}

/// Send a webhook a test at once
#[utoipa::path(
    post, path = "/api/v1/webhooks/{number}/test", tag = "administration", operation_id = "test_webhook",
    params(("number" = String, Path, description = "The webhook's number.")),
    responses((status = 200, description = "What came of it.", body = SentView)),
)]
pub async fn test(
    State(shared): State<Shared>,
    caller: Caller,
    Part(number): Part<String>,
) -> Result<Response, Problem> {
    let (number, _trial) = (read(&number)?, trial(&shared)?);
    let sent = own(&shared, &caller, move |owner| owner.test(number)).await?;
    Ok(json_answer(&SentView::of(&sent)))
}

/// Send a dead letter again at once
///
/// It is one no longer when all of its messages were taken.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{number}/dead-letters/{n}/sending", tag = "administration",
    operation_id = "send_dead_letter",
    params(
        ("number" = String, Path, description = "The webhook's number."),
        ("n" = i64, Path, description = "The letter's place in the mailbox."),
    ),
    responses((status = 200, description = "What came of it.", body = SentAgainView)),
)]
pub async fn send_dead_letter(
    State(shared): State<Shared>,
    caller: Caller,
    Part((number, n)): Part<(String, i64)>,
) -> Result<Response, Problem> {
    let (number, _trial) = (read(&number)?, trial(&shared)?);
    let sending = own(&shared, &caller, move |owner| match owner.send_dead_letter(number, n) {
        Err(WebhookError::NothingThere(_)) => Ok(None),
        sent => sent.map(Some),
    });
    let sent = sending.await?.ok_or(Problem::NotFound)?;
    Ok(json_answer(&SentAgainView { sent: sent.iter().map(SentView::of).collect() }))
}

impl From<WebhookError> for Problem {
    fn from(error: WebhookError) -> Self {
        match &error {
            WebhookError::Unknown(_) | WebhookError::NoNumber(_) => Self::NotFound,
            WebhookError::NotAdmitted { .. } => wrong("/url", &error.to_string()),
            WebhookError::NoMessage(_) => wrong("/messages", &error.to_string()),
            WebhookError::NothingThere(_) => wrong("/after", &error.to_string()),
            WebhookError::TooMany(_) => Self::Refused(Wording::english(&error)),
            WebhookError::Storage(_) | WebhookError::Seal(_) | WebhookError::Mail(_) => {
                broken(&error)
            }
        }
    }
}

/// A permit to wait for a receiver; those who find none come again.
///
/// # Errors
/// [`Problem::Busy`].
pub fn trial(shared: &Shared) -> Result<tokio::sync::OwnedSemaphorePermit, Problem> {
    Arc::clone(&shared.trials).try_acquire_owned().map_err(|_| Problem::Busy)
}

fn read(number: &str) -> Result<WebhookNumber, Problem> {
    number.parse().map_err(|_: WebhookError| Problem::NotFound)
}

/// Does something with the webhooks of the caller's mailbox.
async fn own<T: Send + 'static>(
    shared: &Shared,
    caller: &Caller,
    work: impl FnOnce(&Owner) -> Result<T, WebhookError> + Send + 'static,
) -> Result<T, Problem> {
    let mailbox = mailbox(shared, caller).await?;
    let owner = Owner::new(Arc::clone(&shared.access.courier), mailbox, caller.cause());
    Ok(aside(move || work(&owner)).await??)
}
