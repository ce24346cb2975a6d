//! A key is replaced by a new one, and is good a while longer.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::html;
use serde::Deserialize;
use tongguan_application::access::{AccessError, Rotation, Shown, rotate};

use super::{DAYS, days_field, key_given, own, shown};
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::pages::form::Sent;
use crate::pages::mail::own_mailbox;
use crate::pages::shell::{Visit, time};
use crate::part::Path;
use crate::problem::Problem;

/// For how many hours the old key may be good beside the new one, and how that is called.
const OVERLAPS: [(u16, (&str, &str)); 4] = [
    (0, ("立即失效", "It ends at once")),
    (1, ("1小时", "1 hour")),
    (24, ("1天", "1 day")),
    (168, ("7天", "7 days")),
];

/// How a key is to be replaced.
#[derive(Deserialize)]
pub struct Wanted {
    hours: u16,
    days: i64,
}

/// Asks how a key is to be replaced.
pub async fn asked(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(number): Path<String>,
) -> Result<Response, Problem> {
    let (_, keys) = own(&shared, &caller).await?.ok_or(Problem::NotFound)?;
    let now = shared.access.clock.now();
    let mut keys =
        keys.into_iter().filter(|key| key.is_valid_at(now) && key.shown == Shown::Secret);
    let key = keys.find(|key| key.number == number).ok_or(Problem::NotFound)?;
    let title = visit.say("更换访问密钥", "Replace an access key");
    let body = html! {
        h1 { (title) }
        p { (visit.say(
            "新密钥的用途与权限不变。旧密钥在所选时间内仍然有效，便于您逐个更新程序。",
            "The new key has the same purpose and permissions. The old one is good for the time that you choose, so \
             that you can change your programs one by one.",
        )) }
        dl.facts {
            dt { (visit.say("编号", "Number")) } dd { code { (key.number) } }
            dt { (visit.say("用途", "Purpose")) } dd { (key.purpose) }
            dt { (visit.say("有效至", "Valid until")) } dd { (time(key.expires_at)) }
        }
        form.stacked method="post" action={ "/programs/" (key.number) "/rotation" } {
            (visit.form_token())
            div {
                label for="hours" { (visit.say("旧密钥继续有效", "The old key is good for")) }
                select #hours name="hours" { @for (hours, title) in OVERLAPS {
                    option value=(hours) selected[hours == 24] { (visit.language.of(title)) }
                } }
            }
            (days_field(&visit))
            button { (visit.say("更换", "Replace it")) }
        }
        p { a href="/programs" { (visit.say("返回", "Go back")) } }
    };
    Ok(visit.page(title, &body))
}

/// Replaces a key, and shows the new one once.
pub async fn replace(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(number): Path<String>,
    Sent(Wanted { hours, days }): Sent<Wanted>,
) -> Result<Response, Problem> {
    let mailbox = own_mailbox(&shared, &caller).await?.ok_or(Problem::NotFound)?;
    if !DAYS.contains(&days) || OVERLAPS.iter().all(|(known, _)| *known != hours) {
        return Err(Problem::Malformed("hours, days"));
    }
    let (people, now) = (Arc::clone(&shared.access.people), shared.access.clock.now());
    let cause = caller.cause();
    let replacing = move || {
        let rotation = Rotation {
            number: &number,
            of: Some(&mailbox),
            old_until: now.plus_millis(i64::from(hours) * 3_600_000),
            expires_at: now.plus_days(days),
        };
        match rotate(&mut people.writer(), rotation, &cause, now) {
            Err(AccessError::Unknown(_) | AccessError::Over(_) | AccessError::NoSecret(_)) => {
                Ok(None)
            }
            given => given.map(Some),
        }
    };
    let (key, secret) = blocking(replacing).await?.ok_or(Problem::NotFound)?;
    shown(&shared, &visit, &caller, StatusCode::OK, &key_given(&visit, &key, &secret)).await
}
