//! Programs (程序): the access keys of the own mailbox.

pub mod rotation;

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::access::{
    AccessError, AccessKey, NewKey, Scopes, Shown, issue, keys_of, withdraw,
};
use tongguan_domain::ids::DxpId;
use tongguan_domain::time::Moment;

use super::form::{Sent, go_to};
use super::mail::{own_mailbox, without_mailbox};
use super::shell::{Visit, nothing, notice, time};
use super::sign_in::Empty;
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::part::Path;
use crate::problem::Problem;

/// For how many days a key may be given.
const DAYS: [i64; 4] = [30, 90, 180, 365];
/// The longest purpose, in characters.
const LONGEST: usize = 100;

/// A key that is asked for.
#[derive(Deserialize)]
pub struct Wanted {
    purpose: String,
    days: i64,
}

/// Lists the keys.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
) -> Result<Response, Problem> {
    shown(&shared, &visit, &caller, StatusCode::OK, &nothing()).await
}

/// Gives a key, and shows it once.
pub async fn give(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Sent(Wanted { purpose, days }): Sent<Wanted>,
) -> Result<Response, Problem> {
    let mailbox = own_mailbox(&shared, &caller).await?.ok_or(Problem::NotFound)?;
    let purpose = purpose.trim().to_owned();
    if purpose.is_empty() || purpose.chars().count() > LONGEST {
        let why =
            visit.say("请填写用途，至多100个字符", "Say what it is for, in at most 100 characters");
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return shown(&shared, &visit, &caller, status, &notice("bad", why)).await;
    }
    if !DAYS.contains(&days) {
        return Err(Problem::Malformed("days"));
    }
    let (people, now) = (Arc::clone(&shared.access.people), shared.access.clock.now());
    let cause = caller.cause();
    let giving = move || {
        let (scopes, expires_at) = (Scopes::default(), now.plus_days(days));
        let new = NewKey { mailbox: &mailbox, purpose: &purpose, scopes: &scopes, expires_at };
        issue(&mut people.writer(), new, &cause, now)
    };
    let (key, secret) = blocking(giving).await?;
    shown(&shared, &visit, &caller, StatusCode::OK, &key_given(&visit, &key, &secret)).await
}

/// Asks whether a key is to be withdrawn.
pub async fn asked(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(number): Path<String>,
) -> Result<Response, Problem> {
    let (_, keys) = own(&shared, &caller).await?.ok_or(Problem::NotFound)?;
    let key = keys.into_iter().find(|key| key.number == number).ok_or(Problem::NotFound)?;
    let title = visit.say("撤销访问密钥", "Withdraw an access key");
    let body = html! {
        h1 { (title) }
        div.notice.warn { p {
            (visit.say(
                "撤销后，使用该密钥的程序立即不能再读取信箱。此操作不可恢复。",
                "Programs that use this key cannot read the mailbox any more, at once. It cannot be undone.",
            ))
        } }
        dl.facts {
            dt { (visit.say("编号", "Number")) } dd { code { (key.number) } }
            dt { (visit.say("用途", "Purpose")) } dd { (key.purpose) }
            dt { (visit.say("发放时间", "Given")) } dd { (time(key.issued_at)) }
        }
        form method="post" action={ "/programs/" (key.number) "/withdraw" } {
            (visit.form_token())
            button.grave { (visit.say("撤销", "Withdraw it")) }
        }
        p { a href="/programs" { (visit.say("返回", "Go back")) } }
    };
    Ok(visit.page(title, &body))
}

/// Withdraws a key.
pub async fn take_back(
    State(shared): State<Shared>,
    caller: Caller,
    Path(number): Path<String>,
    Sent(Empty {}): Sent<Empty>,
) -> Result<Response, Problem> {
    let mailbox = own_mailbox(&shared, &caller).await?.ok_or(Problem::NotFound)?;
    let (people, now) = (Arc::clone(&shared.access.people), shared.access.clock.now());
    let cause = caller.cause();
    let taking = move || match withdraw(&mut people.writer(), &number, Some(&mailbox), &cause, now)
    {
        Err(AccessError::Unknown(_)) => Ok(None),
        settled => settled.map(Some),
    };
    blocking(taking).await?.ok_or(Problem::NotFound)?;
    Ok(go_to("/programs"))
}

/// The own mailbox and the keys that were given for it.
async fn own(shared: &Shared, caller: &Caller) -> Result<Option<(DxpId, Vec<AccessKey>)>, Problem> {
    let Some(mailbox) = own_mailbox(shared, caller).await? else { return Ok(None) };
    let enquiries = Arc::clone(&shared.access.enquiries);
    let of = mailbox.clone();
    let keys = blocking(move || enquiries.store().read(|view| keys_of(view, &of))).await?;
    Ok(Some((mailbox, keys)))
}

async fn shown(
    shared: &Shared,
    visit: &Visit,
    caller: &Caller,
    status: StatusCode,
    told: &Markup,
) -> Result<Response, Problem> {
    let title = visit.say("程序与访问密钥", "Access keys of programs");
    let Some((mailbox, keys)) = own(shared, caller).await? else {
        return Ok(visit.page(title, &without_mailbox(visit, title)));
    };
    let now = shared.access.clock.now();
    let body = html! {
        h1 { (title) }
        (told)
        p {
            (visit.say(
                "贵单位的程序凭访问密钥读取信箱：",
                "Your programs read this mailbox with an access key: ",
            ))
            code { (mailbox) }
        }
        @if keys.is_empty() {
            div.notice { p { (visit.say("还没有发放过密钥。", "No key was given yet.")) } }
        } @else {
            (rows(visit, &keys, now))
        }
        h2 { (visit.say("发放密钥", "Give a key")) }
        (form(visit))
    };
    Ok(visit.page_with(status, title, &body))
}

/// A new key, shown this once.
fn key_given(visit: &Visit, key: &AccessKey, secret: &str) -> Markup {
    html! {
        div.notice.good role="status" {
            p { (visit.say(
                "密钥已生成。它只显示这一次，请立即保存到您的程序中：",
                "Here is the key. It is shown this once: put it into your program now.",
            )) }
            pre { (secret) }
            p { (visit.say("编号", "Number")) " " code { (key.number) } }
        }
    }
}

fn form(visit: &Visit) -> Markup {
    html! {
        form.stacked method="post" action="/programs" {
            (visit.form_token())
            div {
                label for="purpose" { (visit.say("用途", "Purpose")) }
                p.hint #hint { (visit.say("例如使用它的程序名称", "Such as the program that will use it")) }
                input #purpose name="purpose" maxlength=(LONGEST) aria-describedby="hint" required;
            }
            (days_field(visit))
            button { (visit.say("发放", "Give it")) }
        }
    }
}

fn days_field(visit: &Visit) -> Markup {
    html! { div {
        label for="days" { (visit.say("新密钥有效期", "The new key is valid for")) }
        select #days name="days" { @for days in DAYS {
            option value=(days) selected[days == 365] { (days) (visit.say("天", " days")) }
        } }
    } }
}

fn rows(visit: &Visit, keys: &[AccessKey], now: Moment) -> Markup {
    html! {
        div.table tabindex="0" role="region" aria-label=(visit.say("访问密钥", "Access keys")) { table {
            thead { tr {
                th scope="col" { (visit.say("编号", "Number")) }
                th scope="col" { (visit.say("用途", "Purpose")) }
                th scope="col" { (visit.say("发放时间", "Given")) }
                th scope="col" { (visit.say("有效至", "Valid until")) }
                th scope="col" { (visit.say("状态", "Status")) }
            } }
            tbody { @for key in keys.iter().rev() { tr {
                td { code { (key.number) } }
                td {
                    (key.purpose)
                    @if key.shown == Shown::Certificate { " · " (visit.say("证书", "certificate")) }
                }
                td { (time(key.issued_at)) }
                td { (time(key.expires_at)) }
                td { (standing(visit, key, now)) }
            } } }
        } }
    }
}

fn standing(visit: &Visit, key: &AccessKey, now: Moment) -> Markup {
    html! {
        @match key.withdrawn_at {
            Some(at) => { (visit.say("已撤销 ", "Withdrawn ")) (time(at)) }
            None if key.is_valid_at(now) => {
                (visit.say("有效", "Valid")) " "
                @if key.shown == Shown::Secret {
                    a href={ "/programs/" (key.number) "/rotation" } {
                        (visit.say("更换", "Replace")) span.visually-hidden { " " (key.number) }
                    }
                    " "
                }
                a href={ "/programs/" (key.number) "/withdraw" } {
                    (visit.say("撤销", "Withdraw")) span.visually-hidden { " " (key.number) }
                }
            }
            None => { (visit.say("已过期", "Expired")) }
        }
    }
}
