//! The own account: password, second factor, standing.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::people::{OpenSession, People, PeopleError};
use tongguan_domain::time::Moment;

use super::authenticator::ADDRESS;
use super::form::{Sent, go_to};
use super::shell::{Visit, nothing, notice, time};
use super::sign_in::{Empty, held_off, password_fields, settled, told};
use super::waiting::Came;
use super::words::data;
use super::{passkeys, providers};
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::part::{Path, Query};
use crate::problem::Problem;

/// The present password and the next one.
#[derive(Deserialize)]
pub struct Change {
    present: String,
    password: String,
    again: String,
}

/// The page.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Query(came): Query<Came>,
) -> Result<Response, Problem> {
    let told = match came.done.as_str() {
        "authenticator" => notice(
            "good",
            visit.say(
                "验证器已更换；其他会话均已结束",
                "Your authenticator is replaced; all other sessions have ended",
            ),
        ),
        _ => nothing(),
    };
    shown(&shared, &visit, &caller, StatusCode::OK, &told).await
}

/// Ends one of the own sessions.
pub async fn end_session(
    State(shared): State<Shared>,
    caller: Caller,
    Path(number): Path<String>,
    Sent(Empty {}): Sent<Empty>,
) -> Result<Response, Problem> {
    let Some(session) = caller.session() else { return Err(Problem::SignInNeeded) };
    let (people, now) =
        (shared.access.people.asked_from(caller.origin.clone()), shared.access.clock.now());
    let token = session.token.clone();
    blocking(move || people.end_session(&token, &number, now)).await?;
    Ok(go_to("/account"))
}

/// Changes the password.
pub async fn change_password(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Sent(Change { present, password, again }): Sent<Change>,
) -> Result<Response, Problem> {
    let Some(session) = caller.session() else { return Err(Problem::SignInNeeded) };
    if password != again {
        let why = visit.say("两次输入的口令不同", "The two passwords differ");
        return shown(
            &shared,
            &visit,
            &caller,
            StatusCode::UNPROCESSABLE_ENTITY,
            &notice("bad", why),
        )
        .await;
    }
    let (people, now) =
        (shared.access.people.asked_from(caller.origin.clone()), shared.access.clock.now());
    let token = session.token.clone();
    let changed =
        blocking(move || settled(people.change_password(&token, &present, &password, now))).await?;
    match changed {
        Ok(()) => {
            let text = visit.say(
                "口令已更改；其他会话均已结束",
                "The password is changed; all other sessions have ended",
            );
            shown(&shared, &visit, &caller, StatusCode::OK, &notice("good", text)).await
        }
        Err(error) => refused(&shared, &visit, &caller, &error).await,
    }
}

/// Changes something of the own account, and leads to its page.
pub async fn changed(
    shared: &Shared,
    visit: &Visit,
    caller: &Caller,
    change: impl FnOnce(&People, &str, Moment) -> Result<(), PeopleError> + Send + 'static,
) -> Result<Response, Problem> {
    let token = caller.session().ok_or(Problem::SignInNeeded)?.token.clone();
    let (people, now) =
        (shared.access.people.asked_from(caller.origin.clone()), shared.access.clock.now());
    match blocking(move || settled(change(&people, &token, now))).await? {
        Ok(()) => Ok(go_to("/account")),
        Err(error) => refused(shared, visit, caller, &error).await,
    }
}

/// The page, after something was refused.
pub async fn refused(
    shared: &Shared,
    visit: &Visit,
    caller: &Caller,
    error: &PeopleError,
) -> Result<Response, Problem> {
    let why = notice("bad", &told(visit, error));
    let page = shown(shared, visit, caller, StatusCode::UNPROCESSABLE_ENTITY, &why).await?;
    Ok(held_off(page, error, shared.access.clock.now()))
}

async fn shown(
    shared: &Shared,
    visit: &Visit,
    caller: &Caller,
    status: StatusCode,
    told: &Markup,
) -> Result<Response, Problem> {
    let Some(session) = caller.session() else { return Err(Problem::SignInNeeded) };
    let person = &session.person;
    let (people, now) = (Arc::clone(&shared.access.people), shared.access.clock.now());
    let token = session.token.clone();
    let sessions = blocking(move || people.sessions(&token, now)).await?;
    let own_passkeys = passkeys::on_account(shared, visit, session).await?;
    let own_accounts = providers::on_account(shared, visit, session).await?;
    let title = visit.say("我的账号", "Your account");
    let body = html! {
        h1 { (title) }
        (told)
        dl.facts {
            dt { (visit.say("登录名", "Name to sign in with")) } dd { (person.sign_in) }
            dt { (visit.say("姓名", "Name")) } dd { (data(&person.name)) }
            dt { (visit.say("角色", "Role")) } dd { (visit.language.of(person.standing.role().title())) }
            dt { (visit.say("单位", "Organisation")) } dd { (data(&person.standing.organisation())) }
        }
        (password(visit, person.has_password))
        (own_accounts)
        (authenticator(visit, person.has_codes))
        (own_passkeys)
        h2 { (visit.say("会话", "Sessions")) }
        (listed(visit, &sessions))
    };
    Ok(visit.page_with(status, title, &body))
}

fn password(visit: &Visit, is_there: bool) -> Markup {
    if !is_there {
        return html! {
            h2 { (visit.say("口令", "Password")) }
            p { (visit.say(
                "您通过身份提供方登录，在此没有口令。如需口令，请向管理员索取新的邀请。",
                "You sign in at a provider and have no password here. For one, ask your administrator for an \
                 invitation.",
            )) }
        };
    }
    html! {
        h2 { (visit.say("更改口令", "Change your password")) }
        form.stacked method="post" action="/account/password" {
            (visit.form_token())
            div {
                label for="present" { (visit.say("现在的口令", "Present password")) }
                input #present name="present" type="password" autocomplete="current-password" required;
            }
            (password_fields(visit))
            button { (visit.say("更改", "Change")) }
        }
    }
}

/// The codes of an authenticator, and the way to them.
fn authenticator(visit: &Visit, has_codes: bool) -> Markup {
    html! {
        h2 { (visit.say("验证器", "Authenticator")) }
        @if has_codes {
            p { (visit.say(
                "已设置：登录时除口令外还须输入它显示的数字。",
                "It is set up: you sign in with the password and the digits that it shows.",
            )) }
            p { a href=(ADDRESS) { (visit.say("更换验证器", "Replace your authenticator")) } }
        } @else {
            p { (visit.say(
                "未设置。设置后，仅凭口令不能登录您的账号。",
                "There is none yet. With one, nobody signs in as you by the password alone.",
            )) }
            p { a href="/second-factor?next=/account" { (visit.say("设置验证器", "Set up an authenticator")) } }
        }
    }
}

fn listed(visit: &Visit, sessions: &[OpenSession]) -> Markup {
    html! {
        p { (visit.say(
            "您在下列浏览器中已登录。不认识的会话请立即结束，并更改口令。",
            "You are signed in here. End what you do not know at once, and change your password.",
        )) }
        div.table tabindex="0" role="region" aria-label=(visit.say("会话清单", "Sessions")) { table {
            thead { tr {
                th scope="col" { (visit.say("登录时间", "Signed in")) }
                th scope="col" { (visit.say("最近使用", "Last used")) }
                th scope="col" { (visit.say("操作", "Action")) }
            } }
            tbody { @for session in sessions { tr {
                td { (time(session.opened_at)) }
                td { (time(session.seen_at)) }
                td { @if session.is_own { (visit.say("本次会话", "This one")) } @else {
                    form method="post" action={ "/account/sessions/" (session.number) } {
                        (visit.form_token())
                        button.quiet { (visit.say("结束", "End it")) }
                    }
                } }
            } } }
        } }
    }
}
