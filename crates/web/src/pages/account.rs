//! The own account: password, second factor, standing.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;

use super::form::Sent;
use super::shell::{Visit, nothing, notice};
use super::sign_in::{password_fields, settled, told};
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::problem::Problem;

/// The present password and the next one.
#[derive(Deserialize)]
pub struct Change {
    present: String,
    password: String,
    again: String,
}

/// The page.
pub async fn page(visit: Visit, caller: Caller) -> Result<Response, Problem> {
    shown(&visit, &caller, StatusCode::OK, &nothing())
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
        return shown(&visit, &caller, StatusCode::UNPROCESSABLE_ENTITY, &notice("bad", why));
    }
    let (people, now) = (Arc::clone(&shared.access.people), shared.access.clock.now());
    let token = session.token.clone();
    let changed =
        blocking(move || settled(people.change_password(&token, &present, &password, now))).await?;
    match changed {
        Ok(()) => {
            let text = visit.say(
                "口令已更改；其他会话均已结束",
                "The password is changed; all other sessions have ended",
            );
            shown(&visit, &caller, StatusCode::OK, &notice("good", text))
        }
        Err(error) => {
            let why = notice("bad", &told(&visit, &error));
            shown(&visit, &caller, StatusCode::UNPROCESSABLE_ENTITY, &why)
        }
    }
}

fn shown(
    visit: &Visit,
    caller: &Caller,
    status: StatusCode,
    told: &Markup,
) -> Result<Response, Problem> {
    let Some(session) = caller.session() else { return Err(Problem::SignInNeeded) };
    let person = &session.person;
    let title = visit.say("我的账号", "Your account");
    let body = html! {
        h1 { (title) }
        (told)
        dl.facts {
            dt { (visit.say("登录名", "Name to sign in with")) } dd { (person.sign_in) }
            dt { (visit.say("姓名", "Name")) } dd { (person.name) }
            dt { (visit.say("角色", "Role")) } dd { (visit.language.of(person.standing.role().title())) }
            dt { (visit.say("单位", "Organisation")) } dd { (person.standing.organisation()) }
        }
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
    };
    Ok(visit.page_with(status, title, &body))
}
