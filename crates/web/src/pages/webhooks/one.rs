//! One webhook: how far it has come, what it did not take, and what can be done with it.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::webhooks::{
    DeadLetter, Owner, Progress, Sent as Delivered, Standing, Webhook, WebhookError, WebhookNumber,
};

use super::super::form::{Sent, go_to};
use super::super::shell::{Visit, nothing, notice, time};
use super::{messages, own, refused, secret_shown, standing};
use crate::Shared;
use crate::api::webhooks::trial;
use crate::caller::{Caller, aside};
use crate::part::Path;
use crate::problem::Problem;

/// What is to be done.
#[derive(Deserialize)]
pub struct Asked {
    act: Act,
    /// A place of the mailbox, where one is needed.
    #[serde(default)]
    place: String,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Act {
    Test,
    Pause,
    Resume,
    Rotate,
    Replay,
    /// Sends a dead letter once more.
    Send,
    /// Asks whether it is to be removed.
    AskRemoval,
    Remove,
}

/// What came of it.
enum Done {
    /// It shows.
    Changed,
    Secret(String),
    Delivered(Vec<Delivered>),
    Removed,
}

/// Shows it.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(number): Path<String>,
) -> Result<Response, Problem> {
    let (owner, number) = found(&shared, &caller, &number).await?;
    shown(&visit, owner, number, (StatusCode::OK, &nothing()), None).await
}

/// Does something with it.
pub async fn act(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(number): Path<String>,
    Sent(Asked { act, place }): Sent<Asked>,
) -> Result<Response, Problem> {
    let (owner, number) = found(&shared, &caller, &number).await?;
    if matches!(act, Act::AskRemoval) {
        let webhook = aside(move || owner.progress(number)).await??.webhook;
        return Ok(question(&visit, &webhook));
    }
    // Whoever waits for a receiver takes a place that others may want.
    let _trial = matches!(act, Act::Test | Act::Send).then(|| trial(&shared)).transpose()?;
    let typed = matches!(act, Act::Replay).then(|| place.clone());
    let place = place.trim().parse().unwrap_or(-1);
    let (owner, done) = aside(move || {
        let done = done(&owner, number, act, place);
        (owner, done)
    })
    .await?;
    let (status, told) = match done {
        Ok(Done::Changed) => return Ok(go_to(&format!("/webhooks/{number}"))),
        Ok(Done::Removed) => return Ok(go_to("/webhooks")),
        Ok(Done::Secret(secret)) => (StatusCode::OK, secret_shown(&visit, number, &secret)),
        Ok(Done::Delivered(sent)) => (StatusCode::OK, delivered(&visit, &sent)),
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, refused(&visit, error)?),
    };
    shown(&visit, owner, number, (status, &told), typed.as_deref()).await
}

fn done(owner: &Owner, number: WebhookNumber, act: Act, place: i64) -> Result<Done, WebhookError> {
    Ok(match act {
        Act::Test => Done::Delivered(vec![owner.test(number)?]),
        Act::Send => Done::Delivered(owner.send_dead_letter(number, place)?),
        Act::Rotate => Done::Secret(owner.rotate(number)?.1),
        Act::Pause => owner.pause(number).map(|_| Done::Changed)?,
        Act::Resume => owner.resume(number).map(|_| Done::Changed)?,
        Act::Replay => owner.replay(number, place).map(|_| Done::Changed)?,
        Act::Remove => owner.remove(number).map(|_| Done::Removed)?,
        Act::AskRemoval => Done::Changed,
    })
}

async fn found(
    shared: &Shared,
    caller: &Caller,
    number: &str,
) -> Result<(Owner, WebhookNumber), Problem> {
    let owner = own(shared, caller).await?.ok_or(Problem::NotFound)?;
    Ok((owner, number.parse()?))
}

/// What a receiver answered. Not more than its status: nobody reads by us what stands at an address.
fn delivered(visit: &Visit, sent: &[Delivered]) -> Markup {
    html! {
        @for sent in sent {
            @match &sent.outcome {
                Ok(answer) if sent.is_taken() => { (notice("good", &visit.say(
                    format!("接收方已接收，应答{}。", answer.status),
                    format!("The receiver took it and answered {}.", answer.status),
                ))) }
                Ok(answer) => { (notice("bad", &visit.say(
                    format!("接收方未接收，应答{}；接收后须应答200至299。", answer.status),
                    format!("The receiver answered {} and did not take it; 200 to 299 says that it did.", answer.status),
                ))) }
                Err(why) => {
                    div.notice.bad role="alert" { p {
                        (visit.say("没有应答：", "There is no answer: ")) span lang="en" { (why) }
                    } }
                }
            }
        }
        @if sent.is_empty() {
            (notice("good", visit.say(
                "该封中没有此地址需要的报文，已从未送达清单中移除。",
                "The letter holds no message that this webhook wants; it is not listed any more.",
            )))
        }
    }
}

fn question(visit: &Visit, webhook: &Webhook) -> Response {
    let title = visit.say("删除推送地址", "Remove a webhook");
    let body = html! {
        h1 { (title) }
        div.notice.warn { p { (visit.say(
            "删除后不再推送，未送达清单一并删除，密钥作废。信箱中的回执不受影响。此操作不可恢复。",
            "Nothing is sent to it any more; its list of what it did not take and its secret are gone. The mailbox \
             stays as it is. It cannot be undone.",
        )) } }
        dl.facts {
            dt { (visit.say("编号", "Number")) } dd { (webhook.number) }
            dt { (visit.say("地址", "Address")) } dd { code { (webhook.url) } }
        }
        (button(visit, webhook.number, "remove", "grave", visit.say("删除", "Remove it")))
        p { a href={ "/webhooks/" (webhook.number) } { (visit.say("返回", "Go back")) } }
    };
    visit.page(title, &body)
}

async fn shown(
    visit: &Visit,
    owner: Owner,
    number: WebhookNumber,
    (status, told): (StatusCode, &Markup),
    typed: Option<&str>,
) -> Result<Response, Problem> {
    let progress = aside(move || owner.progress(number)).await??;
    let title = visit.say(format!("推送地址{number}"), format!("Webhook {number}"));
    let body = html! {
        p { a href="/webhooks" { (visit.say("回到推送地址", "Back to the webhooks")) } }
        h1 { (title) }
        (told)
        (facts(visit, &progress))
        (acts(visit, &progress))
        h2 { (visit.say("未送达的回执", "What was not taken")) }
        @if progress.dead_letters.is_empty() {
            div.notice { p { (visit.say(
                "没有。三天内未被接收的回执会列在这里。",
                "Nothing. What is not taken within three days is listed here.",
            )) } }
        } @else {
            (dead(visit, number, &progress.dead_letters))
        }
        (replay(visit, &progress, typed))
        h2 { (visit.say("删除", "Remove it")) }
        (button(visit, number, "ask-removal", "quiet", visit.say("删除此地址", "Remove this webhook")))
    };
    Ok(visit.page_with(status, &title, &body))
}

fn facts(visit: &Visit, Progress { webhook, last, .. }: &Progress) -> Markup {
    html! {
        dl.facts {
            dt { (visit.say("地址", "Address")) } dd { code { (webhook.url) } }
            dt { (visit.say("报文", "Messages")) } dd { (messages(visit, webhook)) }
            dt { (visit.say("状态", "Standing")) } dd { (standing(visit, webhook)) }
            dt { (visit.say("进度", "Progress")) }
            dd { (visit.say(
                format!("已送至第{}封，信箱共{last}封", webhook.n),
                format!("up to letter {} of {last}", webhook.n),
            )) }
            @if let Some(failing) = &webhook.failing {
                dt { (visit.say("未被接收", "Not taken")) }
                dd {
                    (visit.say(
                        format!("已尝试{}次：", failing.attempts),
                        format!("{} times: ", failing.attempts),
                    ))
                    span lang="en" { (failing.why) }
                    @if let Some(at) = failing.next_attempt_at {
                        (visit.say("；下次 ", "; next at ")) (time(at))
                    }
                }
            }
            @if let Some(until) = webhook.earlier_secret_until {
                dt { (visit.say("原密钥有效至", "The earlier secret signs until")) } dd { (time(until)) }
            }
            dt { (visit.say("添加时间", "Added")) } dd { (time(webhook.created_at)) }
        }
    }
}

fn acts(visit: &Visit, Progress { webhook, .. }: &Progress) -> Markup {
    let number = webhook.number;
    html! {
        div.row {
            (button(visit, number, "test", "", visit.say("发送测试", "Send a test")))
            @match webhook.standing {
                Standing::Active => {
                    (button(visit, number, "pause", "quiet", visit.say("暂停", "Pause")))
                    @if webhook.failing.is_some() {
                        (button(visit, number, "resume", "quiet", visit.say("立即重试", "Try again now")))
                    }
                }
                Standing::Paused(_) | Standing::Gone(_) => {
                    (button(visit, number, "resume", "quiet", visit.say("恢复", "Resume")))
                }
            }
            (button(visit, number, "rotate", "quiet", visit.say("更换密钥", "New secret")))
        }
        p.hint { (visit.say(
            "更换密钥后一天内，新旧密钥同时签名。",
            "For a day after a new secret is given, the earlier one signs too.",
        )) }
    }
}

fn button(visit: &Visit, number: WebhookNumber, act: &str, kind: &str, text: &str) -> Markup {
    html! {
        form method="post" action={ "/webhooks/" (number) } {
            (visit.form_token())
            input type="hidden" name="act" value=(act);
            button class=(kind) { (text) }
        }
    }
}

fn dead(visit: &Visit, number: WebhookNumber, letters: &[DeadLetter]) -> Markup {
    html! {
        div.table tabindex="0" role="region" aria-label=(visit.say("未送达的回执", "What was not taken")) { table {
            thead { tr {
                th.number scope="col" { (visit.say("第几封", "Letter")) }
                th.number scope="col" { (visit.say("尝试次数", "Attempts")) }
                th scope="col" { (visit.say("首次失败", "Failed first")) }
                th scope="col" { (visit.say("放弃时间", "Given up")) }
                th scope="col" { (visit.say("原因", "Why")) }
                th scope="col" { (visit.say("操作", "What to do")) }
            } }
            tbody { @for letter in letters { tr {
                td.number { a href={ "/mail/" (letter.n) } { (letter.n) } }
                td.number { (letter.attempts) }
                td { (time(letter.failing_since)) }
                td { (time(letter.given_up_at)) }
                td lang="en" { (letter.why) }
                td { form method="post" action={ "/webhooks/" (number) } {
                    (visit.form_token())
                    input type="hidden" name="act" value="send";
                    input type="hidden" name="place" value=(letter.n);
                    button.quiet {
                        (visit.say("重新发送", "Send again")) span.visually-hidden { " " (letter.n) }
                    }
                } }
            } } }
        } }
    }
}

fn replay(visit: &Visit, Progress { webhook, last, .. }: &Progress, typed: Option<&str>) -> Markup {
    let done = webhook.n.to_string();
    html! {
        h2 { (visit.say("从某处重新推送", "Replay")) }
        form.stacked method="post" action={ "/webhooks/" (webhook.number) } {
            (visit.form_token())
            input type="hidden" name="act" value="replay";
            div {
                label for="place" { (visit.say("从第几封之后", "Behind letter")) }
                p.hint #place-hint { (visit.say(
                    format!("0至{last}；0为全部重新推送，{last}为跳过其余"),
                    format!("0 to {last}: 0 sends everything again, {last} skips what is left"),
                )) }
                input.short #place name="place" inputmode="numeric" value=(typed.unwrap_or(&done)) aria-describedby="place-hint" required;
            }
            button.quiet { (visit.say("从此处推送", "Go on from there")) }
        }
    }
}
