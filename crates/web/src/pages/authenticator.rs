//! Another authenticator in the place of one's own (更换验证器).

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::people::{Enrolment, Replacing};

use super::form::{Sent, go_to};
use super::second_factor::set_up;
use super::shell::{Visit, nothing, notice};
use super::sign_in::{held_off, settled, told, with_session};
use crate::Shared;
use crate::caller::{Caller, Session, blocking};
use crate::problem::Problem;

/// Where it is replaced.
pub const ADDRESS: &str = "/account/authenticator";

/// A code of the present one, and of the next one with its secret.
#[derive(Deserialize)]
pub struct Replaced {
    #[serde(default)]
    present: String,
    enrolled: String,
    code: String,
}

/// Asks for both.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
) -> Result<Response, Problem> {
    let session = caller.session().ok_or(Problem::SignInNeeded)?;
    if !session.person.has_codes {
        return Ok(go_to("/second-factor?next=/account"));
    }
    asked(&shared, &visit, session, StatusCode::OK, &nothing()).await
}

/// Puts the next one in the place of the present one, or says why not.
pub async fn replace(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Sent(Replaced { present, enrolled, code }): Sent<Replaced>,
) -> Result<Response, Problem> {
    let session = caller.session().cloned().ok_or(Problem::SignInNeeded)?;
    let enrolled = URL_SAFE_NO_PAD.decode(&enrolled).map_err(|_| Problem::Malformed("enrolled"))?;
    let (people, now) =
        (shared.access.people.asked_from(caller.origin.clone()), shared.access.clock.now());
    let token = session.token.clone();
    let replacing = move || {
        let replacing = Replacing { present: &present, enrolled: &enrolled, code: &code };
        settled(people.replace_second_factor(&token, replacing, now))
    };
    match blocking(replacing).await? {
        Ok(token) => Ok(with_session(&shared, go_to("/account?done=authenticator"), Some(token))),
        Err(error) => {
            let told = notice("bad", &told(&visit, &error));
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            let page = asked(&shared, &visit, &session, status, &told).await?;
            Ok(held_off(page, &error, now))
        }
    }
}

async fn asked(
    shared: &Shared,
    visit: &Visit,
    session: &Session,
    status: StatusCode,
    told: &Markup,
) -> Result<Response, Problem> {
    let (people, name) = (Arc::clone(&shared.access.people), session.person.sign_in.clone());
    // Each time another secret: what was shown on a page that was left is good for nothing.
    let enrolment = blocking(move || people.begin_second_factor(&name)).await?;
    let title = visit.say("更换验证器", "Replace your authenticator");
    let body = html! {
        p { a href="/account" { (visit.say("我的账号", "Your account")) } }
        h1 { (title) }
        (told)
        form.stacked method="post" action=(ADDRESS) {
            (visit.form_token())
            (present(visit))
            (next(visit, &enrolment))
            button { (visit.say("更换", "Replace it")) }
        }
        p.muted { (visit.say(
            "更换后，其他会话全部结束，原验证器不再有效。",
            "All other sessions end, and the present authenticator is good for nothing any more.",
        )) }
    };
    Ok(visit.page_with(status, title, &body))
}

fn present(visit: &Visit) -> Markup {
    html! {
        h2 { (visit.say("现有验证器", "The present one")) }
        div {
            label for="present" { (visit.say("现有验证器显示的六位数字", "The six digits that it shows")) }
            p.hint #present-hint { (visit.say(
                "已丢失时：有通行密钥的，请退出后用它登录，五分钟内留空此项；没有的，请向管理员索取新的邀请",
                "If you have lost it: with a passkey, sign out, sign in by that, and leave this empty within five \
                 minutes; without one, ask your administrator for an invitation",
            )) }
            input.short #present name="present" inputmode="numeric" autocomplete="off" pattern="[0-9 ]{6,7}"
                aria-describedby="present-hint" autofocus;
        }
    }
}

fn next(visit: &Visit, enrolment: &Enrolment) -> Markup {
    html! {
        h2 { (visit.say("新验证器", "The next one")) }
        (set_up(visit, enrolment, ""))
        div {
            label for="code" { (visit.say("新验证器显示的六位数字", "The six digits that the next one shows")) }
            input.short #code name="code" inputmode="numeric" autocomplete="one-time-code" pattern="[0-9 ]{6,7}" required;
        }
    }
}
