//! The access keys of the own mailbox.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use tongguan_application::access::{
    AccessError, AccessKey, LONGEST_OVERLAP_HOURS, NewKey, Rotation, Scopes, issue as give,
    rotate as replace, withdraw as take_back,
};
use tongguan_domain::access::Standing;
use tongguan_domain::ids::DxpId;
use tongguan_domain::time::Moment;
use utoipa::ToSchema;

use super::body::{Given, wrong};
use super::part::Part;
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::problem::{Problem, json_answer};
use crate::views::access::AccessKeyView;
use crate::wording::Wording;

/// A key that is to be given.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyGiven {
    /// What it is for, such as the program that will use it.
    #[schema(example = "our ERP", min_length = 1, max_length = 100)]
    purpose: String,
    /// What it is restricted to: `read-mail`, `read-parcels`, `read-accounts`, `declare`, `file`; all of them where
    /// absent.
    scopes: Option<Vec<String>>,
    /// For how many days it is valid: 365 where absent.
    #[schema(minimum = 1, maximum = 3650)]
    days: Option<u16>,
}

/// How a key is to be replaced.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RotationGiven {
    /// For how many hours the old key is good beside the new one: 24 where absent.
    #[schema(example = 24, maximum = 720)]
    overlap_hours: Option<u16>,
    /// For how many days the new key is valid: 365 where absent.
    #[schema(minimum = 1, maximum = 3650)]
    days: Option<u16>,
}

/// A key and its secret, which is shown this once.
#[derive(Debug, Serialize, ToSchema)]
struct IssuedView {
    /// The secret: what a program sends as `Authorization: Bearer`.
    key: String,
    #[serde(flatten)]
    about: AccessKeyView,
}

/// The keys of a mailbox.
#[derive(Debug, Serialize, ToSchema)]
struct KeysView {
    /// The oldest first, withdrawn ones included.
    keys: Vec<AccessKeyView>,
}

/// List the access keys of the own mailbox
#[utoipa::path(
    get, path = "/api/v1/keys", tag = "administration", operation_id = "list_keys",
    responses((status = 200, description = "The keys, without their secrets.", body = KeysView)),
)]
pub async fn list(State(shared): State<Shared>, caller: Caller) -> Result<Response, Problem> {
    let mailbox = mailbox(&shared, &caller).await?;
    let (enquiries, now) = (Arc::clone(&shared.access.enquiries), shared.access.clock.now());
    let keys = blocking(move || enquiries.keys_of(&mailbox)).await?;
    let keys = keys.iter().map(|key| AccessKeyView::of(key, now)).collect();
    Ok(json_answer(&KeysView { keys }))
}

/// Give an access key for the own mailbox
#[utoipa::path(
    post, path = "/api/v1/keys", tag = "administration", operation_id = "issue_key",
    request_body = KeyGiven,
    responses((status = 201, description = "The key; its secret is shown this once.", body = IssuedView)),
)]
pub async fn issue(
    State(shared): State<Shared>,
    caller: Caller,
    Given(given): Given<KeyGiven>,
) -> Result<Response, Problem> {
    let purpose = given.purpose.trim().to_owned();
    if !(1..=100).contains(&purpose.chars().count()) || purpose.chars().any(char::is_control) {
        return Err(wrong("/purpose", "1 to 100 characters, none of them a control character"));
    }
    let days = days(given.days)?;
    let scopes = given.scopes.unwrap_or_default();
    let scopes = Scopes::parse(scopes.iter().map(String::as_str))?;
    let mailbox = mailbox(&shared, &caller).await?;
    let now = shared.access.clock.now();
    let cause = caller.cause();
    let people = Arc::clone(&shared.access.people);
    let giving = move || {
        let until = now.plus_days(days);
        let new =
            NewKey { mailbox: &mailbox, purpose: &purpose, scopes: &scopes, expires_at: until };
        give(&mut people.writer(), new, &cause, now)
    };
    Ok(shown_once(blocking(giving).await?, now))
}

/// Replace an access key of the own mailbox
///
/// Gives a new key for the same purpose, with the same permissions; the old one is good a while longer, so that no
/// program has to stop.
#[utoipa::path(
    post, path = "/api/v1/keys/{number}/rotation", tag = "administration", operation_id = "rotate_key",
    params(("number" = String, Path, description = "The old key's number.")),
    request_body = RotationGiven,
    responses((status = 201, description = "The new key; its secret is shown this once.", body = IssuedView)),
)]
pub async fn rotate(
    State(shared): State<Shared>,
    caller: Caller,
    Part(number): Part<String>,
    Given(given): Given<RotationGiven>,
) -> Result<Response, Problem> {
    let days = days(given.days)?;
    let hours = given.overlap_hours.unwrap_or(24);
    if hours > LONGEST_OVERLAP_HOURS {
        return Err(wrong("/overlap_hours", "0 to 720"));
    }
    let mailbox = mailbox(&shared, &caller).await?;
    let (people, now) = (Arc::clone(&shared.access.people), shared.access.clock.now());
    let cause = caller.cause();
    let rotating = move || {
        let rotation = Rotation {
            number: &number,
            of: Some(&mailbox),
            old_until: now.plus_millis(i64::from(hours) * 3_600_000),
            expires_at: now.plus_days(days),
        };
        match replace(&mut people.writer(), rotation, &cause, now) {
            Err(
                refused @ (AccessError::Unknown(_)
                | AccessError::Over(_)
                | AccessError::NoSecret(_)),
            ) => Ok(Err(Problem::from(refused))),
            given => given.map(Ok),
        }
    };
    Ok(shown_once(blocking(rotating).await??, now))
}

/// Withdraw an access key of the own mailbox
///
/// It opens nothing from now on.
#[utoipa::path(
    delete, path = "/api/v1/keys/{number}", tag = "administration", operation_id = "withdraw_key",
    params(("number" = String, Path, description = "The key's number.")),
    responses((status = 200, description = "The key, withdrawn.", body = AccessKeyView)),
)]
pub async fn withdraw(
    State(shared): State<Shared>,
    caller: Caller,
    Part(number): Part<String>,
) -> Result<Response, Problem> {
    let mailbox = mailbox(&shared, &caller).await?;
    let (people, now) = (Arc::clone(&shared.access.people), shared.access.clock.now());
    let cause = caller.cause();
    let taking = move || {
        let taken = take_back(&mut people.writer(), &number, Some(&mailbox), &cause, now);
        match taken {
            Err(AccessError::Unknown(_)) => Ok(None),
            taken => taken.map(Some),
        }
    };
    let key = blocking(taking).await?.ok_or(Problem::NotFound)?;
    Ok(json_answer(&AccessKeyView::of(&key, now)))
}

/// For how many days a key is to be valid.
fn days(given: Option<u16>) -> Result<i64, Problem> {
    let days = given.unwrap_or(365);
    if (1..=3_650).contains(&days) { Ok(days.into()) } else { Err(wrong("/days", "1 to 3650")) }
}

/// A key, with its secret.
fn shown_once((key, secret): (AccessKey, String), now: Moment) -> Response {
    let view = IssuedView { key: secret, about: AccessKeyView::of(&key, now) };
    (StatusCode::CREATED, json_answer(&view)).into_response()
}

/// The mailbox of the caller's enterprise.
pub async fn mailbox(shared: &Shared, caller: &Caller) -> Result<DxpId, Problem> {
    let Standing::Enterprise { party, .. } = caller.standing else { return Err(Problem::NotFound) };
    let enquiries = Arc::clone(&shared.access.enquiries);
    let registry = blocking(move || enquiries.registry()).await?;
    let mailbox = registry.party(party).and_then(|party| party.mailbox.clone());
    mailbox.ok_or_else(|| {
        Problem::Refused(Wording::new(
            "贵单位没有信箱；请先登记",
            "your enterprise has no mailbox; have one registered",
        ))
    })
}
