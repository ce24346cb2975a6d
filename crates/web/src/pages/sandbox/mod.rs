//! The sandbox (沙箱): where a newcomer gets a test enterprise, and moves the time.

pub mod enterprise;
pub mod program;

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::sandbox::{Outcome, Sandbox, SandboxError};
use tongguan_domain::access::Permission;

use super::form::{Sent, go_to};
use super::shell::{Visit, time};
use super::sign_in::Empty;
use crate::Shared;
use crate::api::system::was_done;
use crate::caller::{Caller, blocking};
use crate::pace::Address;
use crate::problem::Problem;

/// The most days that the time is moved at once.
const MOST_DAYS: i64 = 400;

/// How far the time is to be moved.
#[derive(Deserialize)]
pub struct Ahead {
    #[serde(default)]
    days: String,
}

/// What the sandbox is, and where to begin.
pub async fn page(State(shared): State<Shared>, visit: Visit) -> Result<Response, Problem> {
    of(&shared)?;
    let title = visit.say("沙箱", "Sandbox");
    let body = html! {
        h1 { (title) }
        p.lead {
            (visit.say(
                "这里的一切都是虚构的。按一下，就有一套试验企业：证书、密钥、登录名和只属于您的关区。",
                "Nothing here is real. One press gives you a test enterprise with certificates, keys, sign-ins and \
                 a customs office of its own.",
            ))
        }
        form method="post" action="/sandbox" {
            (visit.form_token())
            button { (visit.say("建立试验企业", "Get a test enterprise")) }
        }
        (outcomes(&visit))
        h2 { (visit.say("时间", "Time")) }
        (clock(&visit, &shared))
        @if visit.may(Permission::Operate) {
            (moving(&visit, "/sandbox/time"))
        } @else {
            p { (visit.say(
                "只有一套试验企业时，可在其页面拨快时间；有多套时，只有系统管理员可以拨快。",
                "Where yours is the only test enterprise, move it on the page of your enterprise. Where there are \
                 others, only a system administrator does.",
            )) }
        }
    };
    Ok(visit.page(title, &body))
}

/// Gives a test enterprise.
pub async fn found(
    State(shared): State<Shared>,
    address: Address,
    _: Sent<Empty>,
) -> Result<Response, Problem> {
    of(&shared)?;
    address.may_found(&shared)?;
    let (sandbox, now) = (of(&shared)?, shared.access.clock.now());
    let founded = blocking(move || full_or(sandbox.found(now))).await?;
    Ok(go_to(&format!("/sandbox/{}", founded.ok_or(Problem::Busy)?)))
}

/// Moves the time forward for everybody, as whoever runs the sandbox may.
pub async fn forward(
    State(shared): State<Shared>,
    caller: Caller,
    Sent(ahead): Sent<Ahead>,
) -> Result<Response, Problem> {
    let (sandbox, days) = (of(&shared)?, ahead.days()?);
    blocking(move || sandbox.forward(days)).await?;
    was_done(&shared, &caller, "time", ("days forward", "", days.to_string())).await?;
    Ok(go_to("/sandbox"))
}

impl Ahead {
    fn days(&self) -> Result<i64, Problem> {
        let days = self.days.trim().parse().ok().filter(|days| (1..=MOST_DAYS).contains(days));
        days.ok_or(Problem::Malformed("days"))
    }
}

/// The sandbox of a service that is one.
fn of(shared: &Shared) -> Result<Arc<Sandbox>, Problem> {
    shared.access.sandbox.clone().ok_or(Problem::NoSuchPage)
}

/// Nothing where the sandbox has no room.
fn full_or<T>(founded: Result<T, SandboxError>) -> Result<Option<T>, SandboxError> {
    match founded {
        Err(SandboxError::Full) => Ok(None),
        other => other.map(Some),
    }
}

/// What an order number can ask for.
fn outcomes(visit: &Visit) -> Markup {
    let title = visit.say("指定结果", "Asking for an outcome");
    html! {
        h2 { (title) }
        p {
            (visit.say(
                "沙箱的每份清单先到人工审核，再由自动关员按订单编号的结尾处理。",
                "In the sandbox every declaration is reviewed first; automatic officers then do what the end of \
                 its order number asks for.",
            ))
        }
        div.table tabindex="0" role="region" aria-label=(title) { table {
            thead { tr {
                th scope="col" { (visit.say("订单编号的结尾", "The order number ends with")) }
                th scope="col" { (visit.say("结果", "What becomes of the parcel")) }
            } }
            tbody { @for outcome in Outcome::ALL { tr {
                th scope="row" {
                    @if outcome.ending().is_empty() { (visit.say("其他", "anything else")) }
                    @else { code { (outcome.ending()) } }
                }
                td { (visit.language.of(outcome.title())) }
            } } }
        } }
    }
}

fn clock(visit: &Visit, shared: &Shared) -> Markup {
    html! {
        p {
            (visit.say("沙箱的时间是", "It is ")) (time(shared.access.clock.now()))
            (visit.say(
                "。可以拨快，以便看到期限届满；对沙箱中的所有人生效，不能拨回，登录会话也会到期。",
                " in the sandbox. It can be moved forward to see what falls due. It moves for everybody in the \
                 sandbox, never back, and sessions end with it.",
            ))
        }
    }
}

/// The form that moves the time.
fn moving(visit: &Visit, action: &str) -> Markup {
    html! {
        form.row method="post" action=(action) {
            (visit.form_token())
            div {
                label for="days" { (visit.say("天数（1至400）", "Days (1 to 400)")) }
                input #days .short name="days" inputmode="numeric" value="1" required;
            }
            div { button.quiet { (visit.say("拨快", "Move forward")) } }
        }
    }
}
