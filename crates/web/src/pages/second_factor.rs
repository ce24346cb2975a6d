//! The second factor: shown after the password, set up once.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use maud::{Markup, PreEscaped, html};
use qrcode::QrCode;
use qrcode::render::svg;
use serde::Deserialize;
use tongguan_application::people::{Enrolment, NextStep, PeopleError};

use super::form::{Sent, go_to, own};
use super::shell::{Visit, nothing, notice};
use super::sign_in::{Onward, held_off, settled, told, with_session};
use super::{authenticator, passkeys};
use crate::Shared;
use crate::caller::{Caller, Session, blocking};
use crate::part::Query;
use crate::problem::Problem;

/// A code, and the secret that it is to prove where one is set up.
#[derive(Deserialize)]
pub struct Shown {
    code: String,
    #[serde(default)]
    enrolled: String,
    #[serde(default)]
    next: String,
}

/// Asks for a code, or sets a second factor up where there is none.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Query(onward): Query<Onward>,
) -> Result<Response, Problem> {
    let Some(session) = caller.session() else { return Err(Problem::SignInNeeded) };
    asked(&shared, &visit, session, onward.next_address(), None).await
}

/// Takes a code.
pub async fn confirm(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Sent(Shown { code, enrolled, next }): Sent<Shown>,
) -> Result<Response, Problem> {
    let Some(session) = caller.session().cloned() else { return Err(Problem::SignInNeeded) };
    let (people, now) =
        (shared.access.people.asked_from(caller.origin.clone()), shared.access.clock.now());
    let sealed = match enrolled.as_str() {
        "" => None,
        text => Some(URL_SAFE_NO_PAD.decode(text).map_err(|_| Problem::Malformed("enrolled"))?),
    };
    let token = session.token.clone();
    let confirmed = blocking(move || {
        settled(people.confirm_second_factor(&token, sealed.as_deref(), &code, now))
    });
    match confirmed.await? {
        Ok(token) => Ok(with_session(&shared, go_to(&next), Some(token))),
        Err(error) => refused(&shared, &visit, &session, &next, &error).await,
    }
}

/// Asks again, after something was refused.
pub async fn refused(
    shared: &Shared,
    visit: &Visit,
    session: &Session,
    next: &str,
    error: &PeopleError,
) -> Result<Response, Problem> {
    let page = asked(shared, visit, session, next, Some(&told(visit, error))).await?;
    Ok(held_off(page, error, shared.access.clock.now()))
}

async fn asked(
    shared: &Shared,
    visit: &Visit,
    session: &Session,
    next: &str,
    why: Option<&str>,
) -> Result<Response, Problem> {
    let has_one = session.person.next == Some(NextStep::ShowCode);
    let is_asked_for = session.person.next == Some(NextStep::SetUpSecondFactor);
    // Nothing is begun that could not be ended: a second authenticator is no second factor.
    let has_set_up = session.person.next.is_none() && session.person.has_codes;
    let (people, name) = (Arc::clone(&shared.access.people), session.person.sign_in.clone());
    // Each time another secret: what was shown on a page that was left is good for nothing.
    let enrolment = match has_one || has_set_up {
        true => None,
        false => Some(blocking(move || people.begin_second_factor(&name)).await?),
    };
    let by_passkey = match has_one {
        true => passkeys::form_to_confirm(shared, visit, session, next).await?,
        false => match passkeys::relying_party(shared) {
            Some(at) => passkeys::form_to_add(shared, visit, session, &at, next).await?,
            None => nothing(),
        },
    };
    let title = match has_one {
        true if !session.person.has_codes => visit.say("使用通行密钥", "Show your passkey"),
        true => visit.say("输入验证码", "Enter the code"),
        false => visit.say("设置第二因素", "Set up a second factor"),
    };
    let body = html! {
        h1 { (title) }
        @if let Some(why) = why { (notice("bad", why)) }
        @if has_set_up {
            p {
                (visit.say("验证器已设置。", "Your authenticator is set up. "))
                a href=(authenticator::ADDRESS) { (visit.say("更换验证器", "Replace it")) }
            }
        } @else if !has_one || session.person.has_codes {
            (with_code(visit, next, enrolment.as_ref(), is_asked_for))
        }
        (by_passkey)
        @if has_one && !session.person.has_codes {
            p.muted { (visit.say(
                "通行密钥需要JavaScript；如无法使用，请向管理员索取新的邀请。",
                "A passkey needs JavaScript; where yours does not answer, ask your administrator for an invitation.",
            )) }
        }
    };
    let status = if why.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(visit.page_with(status, title, &body))
}

fn with_code(
    visit: &Visit,
    next: &str,
    enrolment: Option<&Enrolment>,
    is_asked_for: bool,
) -> Markup {
    html! {
        form.stacked method="post" action="/second-factor" {
            (visit.form_token())
            input type="hidden" name="next" value=(own(next));
            @if let Some(enrolment) = enrolment { (set_up(visit, enrolment, why_asked(visit, is_asked_for))) }
            div {
                label for="code" { (visit.say("验证器显示的六位数字", "The six digits that your authenticator shows")) }
                input.short #code name="code" inputmode="numeric" autocomplete="one-time-code"
                    pattern="[0-9 ]{6,7}" required autofocus;
            }
            button { (visit.say("继续", "Continue")) }
        }
    }
}

fn why_asked(visit: &Visit, is_asked_for: bool) -> &'static str {
    match is_asked_for {
        true => visit.say(
            "您的职责要求口令之外的第二因素。",
            "Your role asks for a second factor besides the password. ",
        ),
        false => visit.say(
            "设置后，登录时除口令外还须输入验证器显示的数字。",
            "Once it is set up, you sign in with the password and the digits that an authenticator shows. ",
        ),
    }
}

/// The secret of an authenticator that is being set up, below why it is.
pub(super) fn set_up(visit: &Visit, enrolment: &Enrolment, why: &str) -> Markup {
    html! {
        input type="hidden" name="enrolled" value=(URL_SAFE_NO_PAD.encode(&enrolment.sealed));
        p {
            (why)
            (visit.say(
                "请用验证器应用扫描下图，或手工输入密钥，然后输入它显示的数字。",
                "Scan this with an authenticator, or type the key into it; then enter the digits that it shows.",
            ))
        }
        (picture(&enrolment.address, visit.say("二维码，内容与下面的密钥相同", "A QR code of the key below")))
        p { (visit.say("密钥：", "Key: ")) code { (enrolment.typed) } }
    }
}

/// An address to be scanned; nothing where it does not fit into a picture.
fn picture(address: &str, title: &str) -> Markup {
    let Ok(code) = QrCode::new(address) else { return html! {} };
    let drawn = code.render::<svg::Color<'_>>().min_dimensions(180, 180).build();
    // Without the declaration, which has no place inside a page.
    let drawn = drawn.split_once("?>").map_or(drawn.as_str(), |(_, svg)| svg);
    html! { figure role="img" aria-label=(title) { (PreEscaped(drawn)) } }
}
