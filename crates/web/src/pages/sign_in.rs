//! Signing in and out, and choosing a password.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{RETRY_AFTER, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::people::{NextStep, PeopleError, SignedIn};
use tongguan_domain::time::Moment;

use super::form::{Sent, go_to, own};
use super::shell::{self, Visit, notice};
use super::{passkeys, providers};
use crate::Shared;
use crate::caller::{Caller, Session, blocking};
use crate::cookies::SESSION;
use crate::pace::Address;
use crate::part::{Path, Query};
use crate::problem::Problem;
use crate::record::CameFrom;
use crate::refusal::people;

/// Where to go after signing in.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Onward {
    next: String,
    /// Whether a session had ended before, and with it a form that was sent: `yes` or `form`.
    ended: String,
}

impl Onward {
    /// The address, as it was given.
    pub fn next_address(&self) -> &str {
        &self.next
    }

    /// What is told of a session that has ended.
    fn why(&self, visit: &Visit) -> Option<(StatusCode, &'static str)> {
        let text = match self.ended.as_str() {
            "form" => visit.say(
                "会话已结束，刚才提交的内容没有办理；请重新登录，回到原页面后再提交一次。",
                "Your session has ended, and what you just sent was not done. Sign in again: you come back to the \
                 page, and can send it anew.",
            ),
            "yes" => visit.say(
                "会话已结束；请重新登录，之后回到原来的页面。",
                "Your session has ended. Sign in again, and you come back to where you were.",
            ),
            _ => return None,
        };
        Some((StatusCode::OK, text))
    }
}

/// Name and password.
#[derive(Deserialize)]
pub struct Credentials {
    sign_in: String,
    password: String,
    #[serde(default)]
    next: String,
}

/// A form without fields.
#[derive(Deserialize)]
pub struct Empty {}

/// A new password, twice.
#[derive(Deserialize)]
pub struct Chosen {
    password: String,
    again: String,
}

/// The page where one signs in.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    Query(onward): Query<Onward>,
) -> Result<Response, Problem> {
    asked(&shared, &visit, &onward.next, "", onward.why(&visit)).await
}

/// The same, after a passkey was refused.
pub async fn refused(
    shared: &Shared,
    visit: &Visit,
    next: &str,
    error: &PeopleError,
) -> Result<Response, Problem> {
    let why = told(visit, error);
    let why = Some((StatusCode::UNPROCESSABLE_ENTITY, why.as_str()));
    let page = asked(shared, visit, next, "", why).await?;
    Ok(held_off(page, error, shared.access.clock.now()))
}

/// Begins a session.
pub async fn sign_in(
    State(shared): State<Shared>,
    visit: Visit,
    address: Address,
    CameFrom(origin): CameFrom,
    headers: HeaderMap,
    Sent(sent): Sent<Credentials>,
) -> Result<Response, Problem> {
    address.may_try_to_sign_in(&shared)?;
    let presented = SESSION.read(&headers, shared.access.is_secure);
    let (people, now) = (shared.access.people.asked_from(origin), shared.access.clock.now());
    let Credentials { sign_in, password, next } = sent;
    let name = sign_in.clone();
    let done =
        blocking(move || settled(people.sign_in(&name, &password, presented.as_deref(), now)));
    match done.await? {
        Ok(begun) => Ok(signed_in(&shared, begun, &next)),
        Err(error) => {
            let why = told(&visit, &error);
            let why = Some((StatusCode::UNPROCESSABLE_ENTITY, why.as_str()));
            let page = asked(&shared, &visit, &next, &sign_in, why).await?;
            Ok(held_off(page, &error, now))
        }
    }
}

/// Ends a session.
pub async fn sign_out(
    State(shared): State<Shared>,
    caller: Caller,
    _: Sent<Empty>,
) -> Result<Response, Problem> {
    if let Some(Session { token, .. }) = caller.session().cloned() {
        let (people, now) =
            (shared.access.people.asked_from(caller.origin), shared.access.clock.now());
        blocking(move || people.sign_out(&token, now)).await?;
    }
    Ok(with_session(&shared, go_to("/"), None))
}

/// The page where somebody who was invited chooses a password.
pub async fn invitation(
    State(shared): State<Shared>,
    visit: Visit,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let (people, now) = (Arc::clone(&shared.access.people), shared.access.clock.now());
    let with = code.clone();
    let invited = blocking(move || settled(people.invited(&code, now))).await?;
    Ok(match invited {
        Ok(person) => choosing(&shared, &visit, &with, (person.sign_in.as_str(), None)),
        Err(error) => {
            let title = visit.say("邀请无效", "The invitation is not good");
            let body = html! { h1 { (title) } (notice("bad", &told(&visit, &error))) };
            visit.page_with(StatusCode::NOT_FOUND, title, &body)
        }
    })
}

/// Takes the password of somebody who was invited.
pub async fn accept(
    State(shared): State<Shared>,
    visit: Visit,
    CameFrom(origin): CameFrom,
    Path(code): Path<String>,
    Sent(Chosen { password, again }): Sent<Chosen>,
) -> Result<Response, Problem> {
    let (people, now) = (shared.access.people.asked_from(origin), shared.access.clock.now());
    let (differs, with) = (password != again, code.clone());
    let accepted = blocking(move || {
        settled(match differs {
            true => people.invited(&code, now).map(|person| (person, false)),
            false => people.accept(&code, &password, now).map(|person| (person, true)),
        })
    });
    Ok(match accepted.await? {
        Ok((_, true)) => go_to("/sign-in"),
        Ok((person, false)) => {
            let why = visit.say("两次输入的口令不同", "The two passwords differ");
            choosing(&shared, &visit, &with, (person.sign_in.as_str(), Some(why)))
        }
        Err(error) => choosing(&shared, &visit, &with, ("", Some(&told(&visit, &error)))),
    })
}

/// What a person is told of what went wrong; what is the operator's to know is an error.
pub fn settled<T>(outcome: Result<T, PeopleError>) -> Result<Result<T, PeopleError>, PeopleError> {
    match outcome {
        Err(
            error @ (PeopleError::Storage(_)
            | PeopleError::Seal(_)
            | PeopleError::Standing(_)
            | PeopleError::Hash(_)),
        ) => Err(error),
        settled => Ok(settled),
    }
}

/// The page of an error; where there were too many attempts, it says when to come again, to programs too.
pub fn held_off(mut page: Response, error: &PeopleError, now: Moment) -> Response {
    if let PeopleError::Locked { until } = error {
        let seconds = until.since(now).as_secs().max(1);
        *page.status_mut() = StatusCode::TOO_MANY_REQUESTS;
        page.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    page
}

/// What went wrong, in the language of the visit.
pub fn told(visit: &Visit, error: &PeopleError) -> String {
    people(error).of(visit.language).to_owned()
}

/// An answer that gives the browser a session which has begun, and leads to what comes next.
pub fn signed_in(shared: &Shared, begun: SignedIn, next: &str) -> Response {
    let to = match begun.next {
        Some(NextStep::ShowCode | NextStep::SetUpSecondFactor) => {
            format!("/second-factor?next={}", shell::encoded(own(next)))
        }
        None => own(next).to_owned(),
    };
    with_session(shared, go_to(&to), Some(begun.token))
}

/// An answer that gives the browser a session, or takes it away.
pub fn with_session(shared: &Shared, mut response: Response, token: Option<String>) -> Response {
    let cookie = SESSION.written(token.as_deref(), shared.access.is_secure);
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        headers.append(SET_COOKIE, value);
    }
    if token.is_none() {
        // What the session was shown is forgotten too; the chosen language is not.
        headers.insert("clear-site-data", HeaderValue::from_static("\"cache\", \"storage\""));
    }
    response
}

async fn asked(
    shared: &Shared,
    visit: &Visit,
    next: &str,
    sign_in: &str,
    why: Option<(StatusCode, &str)>,
) -> Result<Response, Problem> {
    let by_passkey = passkeys::form_to_begin(shared, visit, next).await?;
    let title = visit.say("登录", "Sign in");
    let body = html! {
        h1 { (title) }
        @if let Some((status, why)) = why {
            (notice(if status == StatusCode::OK { "warn" } else { "bad" }, why))
        }
        form.stacked method="post" action="/sign-in" {
            input type="hidden" name="next" value=(own(next));
            (visit.form_token())
            div {
                label for="sign_in" { (visit.say("登录名", "Name")) }
                input #sign_in name="sign_in" value=(sign_in) autocomplete="username" required autofocus;
            }
            div {
                label for="password" { (visit.say("口令", "Password")) }
                input #password name="password" type="password" autocomplete="current-password" required;
            }
            button { (title) }
        }
        (by_passkey)
        (providers::to_sign_in(shared, visit, next))
        p.muted {
            (visit.say(
                "没有账号或忘记口令？请向本单位管理员索取邀请。",
                "No account, or a forgotten password? Ask your organisation's administrator for an invitation.",
            ))
        }
    };
    let status = why.map_or(StatusCode::OK, |(status, _)| status);
    Ok(visit.page_with(status, title, &body))
}

fn choosing(
    shared: &Shared,
    visit: &Visit,
    code: &str,
    (sign_in, why): (&str, Option<&str>),
) -> Response {
    let title = visit.say("设置口令", "Choose a password");
    let body = html! {
        h1 { (title) }
        @if let Some(why) = why { (notice("bad", why)) }
        form.stacked method="post" {
            (visit.form_token())
            input type="hidden" name="sign_in" value=(sign_in) autocomplete="username";
            (password_fields(visit))
            button { (visit.say("保存", "Save")) }
        }
        (providers::to_accept(shared, visit, code))
    };
    let status = if why.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    visit.page_with(status, title, &body)
}

/// A new password, asked for twice.
pub fn password_fields(visit: &Visit) -> Markup {
    html! {
        div {
            label for="password" { (visit.say("新口令", "New password")) }
            p.hint #rule {
                (visit.say(
                    "12至128个字符；不含登录名；长比复杂好",
                    "12 to 128 characters, without your name; long is better than complicated",
                ))
            }
            input #password name="password" type="password" autocomplete="new-password"
                aria-describedby="rule" required;
        }
        div {
            label for="again" { (visit.say("再输入一次", "The same again")) }
            input #again name="again" type="password" autocomplete="new-password" required;
        }
    }
}
