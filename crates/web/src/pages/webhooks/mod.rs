//! Webhooks (推送): the addresses that the own mailbox is pushed to, and a form that adds one.

pub mod one;

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::webhooks::{
    MOST_OF_A_MAILBOX, Owner, Standing, Webhook, WebhookError, WebhookNumber,
};

use super::form::Sent;
use super::mail::{own_mailbox, without_mailbox};
use super::shell::{Visit, nothing, notice, time};
use crate::Shared;
use crate::caller::{Caller, aside};
use crate::problem::Problem;

/// A webhook that is asked for.
#[derive(Default, Deserialize)]
pub struct Wanted {
    url: String,
    /// Types of messages, with commas or blanks between them; nothing for all.
    messages: String,
    /// Whether it is sent what the mailbox holds already.
    #[serde(default)]
    from_the_first: String,
}

/// Lists them.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
) -> Result<Response, Problem> {
    listed(&shared, &visit, &caller, StatusCode::OK, &nothing(), &Wanted::default()).await
}

/// Adds one, and shows its secret once.
pub async fn add(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Sent(wanted): Sent<Wanted>,
) -> Result<Response, Problem> {
    let owner = own(&shared, &caller).await?.ok_or(Problem::NotFound)?;
    let url = wanted.url.trim().to_owned();
    let messages = wanted.messages.split([',', '，', ' ']).filter(|code| !code.is_empty());
    let messages = messages.map(|code| code.to_ascii_uppercase()).collect();
    let after = (!wanted.from_the_first.is_empty()).then_some(0);
    let adding = aside(move || owner.add(url, messages, after));
    let (status, told, again) = match adding.await? {
        Ok((webhook, secret)) => {
            let told = secret_shown(&visit, webhook.number, &secret);
            (StatusCode::OK, told, Wanted::default())
        }
        Err(error) => {
            let told = refused(&visit, error)?;
            (StatusCode::UNPROCESSABLE_ENTITY, told, wanted)
        }
    };
    listed(&shared, &visit, &caller, status, &told, &again).await
}

/// The webhooks of the caller's enterprise; nothing where it has no mailbox.
async fn own(shared: &Shared, caller: &Caller) -> Result<Option<Owner>, Problem> {
    let mailbox = own_mailbox(shared, caller).await?;
    Ok(mailbox
        .map(|mailbox| Owner::new(Arc::clone(&shared.access.courier), mailbox, caller.cause())))
}

/// A secret that is shown this once.
fn secret_shown(visit: &Visit, number: WebhookNumber, secret: &str) -> Markup {
    html! {
        div.notice.good role="status" {
            p { (visit.say(
                "签名密钥如下。它只显示这一次，请立即保存到接收程序中：",
                "Here is the secret that signs what is sent. It is shown this once: put it into your receiver now.",
            )) }
            pre { (secret) }
            p { a href={ "/webhooks/" (number) } {
                (visit.say("测试推送", "Try the webhook")) span.visually-hidden { " " (number) }
            } }
        }
    }
}

/// Why something was not done, for the head of the page it was asked on.
///
/// # Errors
/// What the page cannot tell.
fn refused(visit: &Visit, error: WebhookError) -> Result<Markup, Problem> {
    let (zh, en) = match &error {
        WebhookError::NotAdmitted { why, .. } => {
            return Ok(html! { div.notice.bad role="alert" { p {
                (visit.say("此地址不能用于推送：", "Nothing is sent to that address: "))
                span lang="en" { (why) }
            } } });
        }
        WebhookError::NoMessage(code) => (
            format!("没有报文{code}；报文类型如CEB622"),
            format!("There is no message {code}; one is named as CEB622."),
        ),
        WebhookError::TooMany(_) => (
            format!("一个信箱最多{MOST_OF_A_MAILBOX}个推送地址；请先删除一个"),
            format!("A mailbox has {MOST_OF_A_MAILBOX} webhooks at most; remove one first."),
        ),
        WebhookError::NothingThere(n) => (
            format!("信箱中没有第{n}封；请填写已有的编号"),
            format!("The mailbox has no letter {n} yet; choose a place that is there."),
        ),
        _ => return Err(error.into()),
    };
    Ok(notice("bad", &visit.say(zh, en)))
}

async fn listed(
    shared: &Shared,
    visit: &Visit,
    caller: &Caller,
    status: StatusCode,
    told: &Markup,
    wanted: &Wanted,
) -> Result<Response, Problem> {
    let title = visit.say("推送回执", "Webhooks");
    let Some(owner) = own(shared, caller).await? else {
        return Ok(visit.page(title, &without_mailbox(visit, title)));
    };
    let all = aside(move || owner.list()).await?.map_err(WebhookError::from)?;
    let body = html! {
        h1 { (title) }
        (told)
        p {
            (visit.say(
                "信箱有新回执时，立即签名发送到贵单位程序的地址；信箱仍可照常读取。",
                "What comes into the mailbox is sent to an address of your program at once, signed. The mailbox can \
                 still be read.",
            ))
        }
        @if all.is_empty() {
            div.notice { p { (visit.say(
                "还没有推送地址。请在下方添加接收程序的地址，然后测试。",
                "There is no webhook yet. Add the address of your receiver below, then try it.",
            )) } }
        } @else {
            (rows(visit, &all))
        }
        @if all.len() < MOST_OF_A_MAILBOX {
            h2 { (visit.say("添加推送地址", "Add a webhook")) }
            (form(visit, wanted))
        }
    };
    Ok(visit.page_with(status, title, &body))
}

fn rows(visit: &Visit, all: &[Webhook]) -> Markup {
    html! {
        div.table tabindex="0" role="region" aria-label=(visit.say("推送地址", "Webhooks")) { table {
            thead { tr {
                th scope="col" { (visit.say("编号", "Number")) }
                th scope="col" { (visit.say("地址", "Address")) }
                th scope="col" { (visit.say("报文", "Messages")) }
                th.number scope="col" { (visit.say("已送至第几封", "Done up to")) }
                th scope="col" { (visit.say("状态", "Standing")) }
            } }
            tbody { @for webhook in all { tr {
                td { a href={ "/webhooks/" (webhook.number) } { (webhook.number) } }
                td { code { (webhook.url) } }
                td { (messages(visit, webhook)) }
                td.number { (webhook.n) }
                td { (standing(visit, webhook)) }
            } } }
        } }
    }
}

fn messages(visit: &Visit, webhook: &Webhook) -> String {
    match &webhook.message_types[..] {
        [] => visit.say("全部", "all").to_owned(),
        types => types.join(" "),
    }
}

fn standing(visit: &Visit, webhook: &Webhook) -> Markup {
    html! {
        @match (webhook.standing, &webhook.failing) {
            (Standing::Paused(at), _) => {
                span.tag { (visit.say("已暂停", "paused")) } " " (time(at))
            }
            (Standing::Gone(at), _) => {
                span.tag.bad { (visit.say("接收方称已停用（410）", "receiver is gone (410)")) } " " (time(at))
            }
            (Standing::Active, Some(failing)) => {
                span.tag.warn { (visit.say("未被接收", "not taken")) } " " (time(failing.since))
            }
            (Standing::Active, None) => { span.tag.good { (visit.say("正常", "active")) } }
        }
    }
}

fn form(visit: &Visit, wanted: &Wanted) -> Markup {
    html! {
        form.stacked method="post" action="/webhooks" {
            (visit.form_token())
            div {
                label for="url" { (visit.say("地址", "Address")) }
                p.hint #url-hint { (visit.say(
                    "公网https地址，端口443或8443，如 https://erp.example/tongguan",
                    "https at a public address, port 443 or 8443, such as https://erp.example/tongguan",
                )) }
                input #url name="url" type="url" maxlength="2000" value=(wanted.url) aria-describedby="url-hint" required;
            }
            div {
                label for="messages" { (visit.say("报文类型", "Messages")) }
                p.hint #messages-hint { (visit.say(
                    "以逗号分隔，如 CEB622, CEB818；不填为全部",
                    "With commas between them, such as CEB622, CEB818; all where you name none",
                )) }
                input #messages name="messages" value=(wanted.messages) maxlength="1000" aria-describedby="messages-hint";
            }
            div {
                label.choice for="from-the-first" {
                    input #from-the-first type="checkbox" name="from_the_first" value="yes"
                        checked[!wanted.from_the_first.is_empty()];
                    (visit.say("信箱中已有的回执也推送", "Send what the mailbox holds already, too"))
                }
            }
            button { (visit.say("添加", "Add it")) }
        }
    }
}
