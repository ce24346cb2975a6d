//! The system: how the service stands, how much its log tells, backups.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use tongguan_application::operating::{self, condition};
use tongguan_application::ports::{LogLevel, NoBackup};
use utoipa::ToSchema;

use super::body::{Given, wrong};
use crate::Shared;
use crate::caller::{Caller, aside, blocking};
use crate::problem::{Problem, json_answer};
use crate::views::system::{BackupsView, SystemView};
use crate::wording::Wording;

/// How much the log is to tell.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LevelGiven {
    /// `error`, `warn`, `info` or `debug`.
    #[schema(example = "debug")]
    level: String,
}

/// How much the log tells.
#[derive(Debug, Serialize, ToSchema)]
struct LevelView {
    /// `error`, `warn`, `info` or `debug`.
    level: &'static str,
}

/// Show how the service stands
#[utoipa::path(
    get, path = "/api/v1/system", tag = "administration", operation_id = "show_system",
    responses((status = 200, description = "How it stands.", body = SystemView)),
)]
pub async fn show(State(shared): State<Shared>) -> Result<Response, Problem> {
    let (enquiries, now) = (Arc::clone(&shared.access.enquiries), shared.access.clock.now());
    let standbys = enquiries.standbys();
    // How the primary is set, whoever looks.
    let stands =
        blocking(move || enquiries.store().at_primary().read(|view| condition(view, now))).await?;
    let (waiting, machine) =
        (shared.access.reception.waiting(), Arc::clone(&shared.access.machine));
    let view = aside(move || SystemView::of(&stands, &standbys, waiting, &*machine)).await?;
    Ok(json_answer(&view))
}

/// Have the log tell more or less
///
/// Until the service ends; libraries tell warnings at most.
#[utoipa::path(
    post, path = "/api/v1/system/log-level", tag = "administration", operation_id = "set_log_level",
    request_body = LevelGiven,
    responses((status = 200, description = "How much it tells now.", body = LevelView)),
)]
pub async fn set_log_level(
    State(shared): State<Shared>,
    caller: Caller,
    Given(LevelGiven { level }): Given<LevelGiven>,
) -> Result<Response, Problem> {
    let level =
        LogLevel::named(&level).ok_or_else(|| wrong("/level", "error, warn, info, debug"))?;
    tell_so_much(&shared, &caller, level).await?;
    Ok(json_answer(&LevelView { level: shared.access.machine.log_level().name() }))
}

/// Begin a backup of the database
///
/// It is made while the service runs; `GET /api/v1/system` says when it is whole.
#[utoipa::path(
    post, path = "/api/v1/system/backups", tag = "administration", operation_id = "back_up",
    responses((status = 202, description = "It was begun.", body = BackupsView)),
)]
pub async fn back_up(State(shared): State<Shared>, caller: Caller) -> Result<Response, Problem> {
    let (machine, now) = (Arc::clone(&shared.access.machine), shared.access.clock.now());
    let by = caller.audit_name();
    let begun = aside(move || {
        machine.back_up(now)?;
        tracing::info!(by, "a backup was begun");
        Ok::<_, NoBackup>(machine.backups())
    });
    let backups = begun.await?.map_err(|why| Problem::Refused(Wording::english(&why)))?;
    was_done(&shared, &caller, "backup", ("backup", "", "begun".to_owned())).await?;
    Ok((StatusCode::ACCEPTED, json_answer(&BackupsView::of(backups))).into_response())
}

/// Has the log tell so much, and records who wanted that.
///
/// # Errors
/// [`Problem::Unavailable`] where it cannot be recorded; the log tells so much then.
pub(crate) async fn tell_so_much(
    shared: &Shared,
    caller: &Caller,
    level: LogLevel,
) -> Result<(), Problem> {
    let machine = &shared.access.machine;
    let before = machine.log_level();
    machine.set_log_level(level);
    tracing::warn!(by = caller.audit_name(), "the log tells {} from now on", level.name());
    was_done(shared, caller, "log", ("level", before.name(), level.name().to_owned())).await
}

/// Records what was done to the running service.
///
/// # Errors
/// [`Problem::Unavailable`].
pub(crate) async fn was_done(
    shared: &Shared,
    caller: &Caller,
    part: &'static str,
    (name, before, after): (&'static str, &'static str, String),
) -> Result<(), Problem> {
    let (enquiries, now) = (Arc::clone(&shared.access.enquiries), shared.access.clock.now());
    let cause = caller.cause();
    blocking(move || {
        operating::was_done(enquiries.store(), part, (name, before, &after), &cause, now)
    })
    .await
}
