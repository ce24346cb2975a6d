//! Relaying (转发): what is to be sent to the window upstream, what was given up, and what came that answers
//! nothing.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::relay::{self, Overview, Queued, RelayActError, Standing};
use tongguan_domain::ids::MessageId;

use super::form::{Sent, go_to};
use super::shell::{Visit, nothing, notice, time};
use super::words::data;
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::part::{Path, Query};
use crate::problem::Problem;

/// What was done before.
#[derive(Debug, Default, Deserialize)]
pub struct Came {
    #[serde(default)]
    done: String,
}

/// What is done about a message that was given up.
#[derive(Debug, Deserialize)]
pub struct Act {
    /// `retry` or `dismiss`.
    act: String,
}

/// Shows how it stands.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    Query(came): Query<Came>,
) -> Result<Response, Problem> {
    let enquiries = Arc::clone(&shared.access.enquiries);
    let overview = blocking(move || relay::overview(enquiries.store())).await?;
    let title = visit.say("转发", "Relaying");
    let body = html! {
        h1 { (title) }
        p { (visit.say(
            "按参数 relay 应由上级单一窗口办理的报文在此排队，按顺序发送；上级的回执收到后转给报文发送方。",
            "Messages that the window upstream decides, as the setting relay has it, stand here and are sent in \
             order; what upstream answers is passed on to their senders.",
        )) }
        (done(&visit, &came))
        div.columns {
            (figure(&visit, visit.say("待发送", "to be sent"), overview.waiting))
            (figure(&visit, visit.say("已发送", "sent"), overview.sent))
            (figure(&visit, visit.say("已放弃", "given up"), overview.given_up))
        }
        (queue(&visit, &overview))
        (dead(&visit, &overview))
        (strays(&visit, &overview))
    };
    Ok(visit.page(title, &body))
}

/// Has a message that was given up sent again, or leaves it at that.
pub async fn act(
    State(shared): State<Shared>,
    caller: Caller,
    Path(message): Path<i64>,
    Sent(Act { act }): Sent<Act>,
) -> Result<Response, Problem> {
    let (mut desk, by) = (shared.access.desk(Some(caller.actor())), caller.audit_name());
    let message = MessageId(message);
    let outcome = match act.as_str() {
        "retry" => {
            let work =
                move || Ok::<_, std::convert::Infallible>(relay::retry(&mut desk, message, &by));
            blocking(work).await?
        }
        "dismiss" => {
            let work =
                move || Ok::<_, std::convert::Infallible>(relay::dismiss(&mut desk, message, &by));
            blocking(work).await?
        }
        _ => return Err(Problem::Malformed("act")),
    };
    outcome.map_err(|error: RelayActError| Problem::from(error))?;
    Ok(go_to(&format!("/relay?done={act}")))
}

fn done(visit: &Visit, came: &Came) -> Markup {
    match came.done.as_str() {
        "retry" => notice("good", visit.say("已重新排队发送。", "It is to be sent again.")),
        "dismiss" => notice("good", visit.say("已不再处理。", "It is left at that.")),
        _ => nothing(),
    }
}

fn figure(visit: &Visit, name: &str, standing: Standing) -> Markup {
    html! {
        div.card {
            p.figure { (standing.count) }
            p { (name) }
            @if let Some(oldest) = standing.oldest {
                p { (visit.say("最早", "oldest")) " " (time(oldest)) }
            }
        }
    }
}

fn queue(visit: &Visit, overview: &Overview) -> Markup {
    let title = visit.say("待发送的报文", "Messages to be sent");
    html! {
        h2 { (title) }
        @if overview.next.is_empty() {
            div.notice { p { (visit.say(
                "没有待发送的报文。",
                "Nothing waits. What offices relay, they settle by `office set OFFICE relay TYPES`.",
            )) } }
        } @else {
            div.table tabindex="0" role="region" aria-label=(title) { table {
                thead { tr {
                    (heads(visit))
                    th scope="col" { (visit.say("尝试", "Attempts")) }
                    th scope="col" { (visit.say("下次", "Next")) }
                } }
                tbody {
                    @for queued in &overview.next {
                        tr {
                            (cells(queued))
                            td { (queued.attempts) @if let Some(why) = &queued.failure { ": " (data(why)) } }
                            td { @if let Some(at) = queued.next_attempt_at { (time(at)) } }
                        }
                    }
                }
            } }
        }
    }
}

fn dead(visit: &Visit, overview: &Overview) -> Markup {
    let title = visit.say("已放弃的报文", "Messages that were given up");
    html! {
        @if !overview.dead.is_empty() {
            h2 { (title) }
            p { (visit.say(
                "发送方已收到状态4。排除原因后可重新发送，或不再处理。",
                "Their senders were told so (status 4). Send them again once the cause is gone, or leave them.",
            )) }
            div.table tabindex="0" role="region" aria-label=(title) { table {
                thead { tr {
                    (heads(visit))
                    th scope="col" { (visit.say("原因", "Why")) }
                    th scope="col" { (visit.say("处理", "What to do")) }
                } }
                tbody {
                    @for queued in &overview.dead {
                        tr {
                            (cells(queued))
                            td { (data(queued.failure.as_deref().unwrap_or_default())) }
                            td { (acts(visit, queued)) }
                        }
                    }
                }
            } }
        }
    }
}

fn acts(visit: &Visit, queued: &Queued) -> Markup {
    let number = &queued.number;
    html! {
        form method="post" action={ "/relay/" (queued.message.0) } {
            (visit.form_token())
            button name="act" value="retry" aria-label={ (visit.say("重新发送", "Send again")) " " (number) } {
                (visit.say("重新发送", "Send again"))
            }
            " "
            button name="act" value="dismiss" aria-label={ (visit.say("不再处理", "Leave it")) " " (number) } {
                (visit.say("不再处理", "Leave it"))
            }
        }
    }
}

fn strays(visit: &Visit, overview: &Overview) -> Markup {
    let title = visit.say("无法对应的上级报文", "What came and answers nothing");
    html! {
        @if !overview.strays.is_empty() {
            h2 { (title) }
            div.table tabindex="0" role="region" aria-label=(title) { table {
                thead { tr {
                    th scope="col" { (visit.say("收到", "Came")) }
                    th scope="col" { (visit.say("报文", "Message")) }
                    th scope="col" { (visit.say("编号", "Number")) }
                    th scope="col" { (visit.say("原因", "Why")) }
                } }
                tbody {
                    @for stray in &overview.strays {
                        tr {
                            td { (time(stray.at)) }
                            td { (stray.kind) }
                            td { (stray.message.0) }
                            td { (data(&stray.why)) }
                        }
                    }
                }
            } }
        }
    }
}

fn heads(visit: &Visit) -> Markup {
    html! {
        th scope="col" { (visit.say("编号", "Number")) }
        th scope="col" { (visit.say("报文", "Message")) }
        th scope="col" { (visit.say("单证", "Documents")) }
        th scope="col" { (visit.say("收到", "Taken in")) }
    }
}

fn cells(queued: &Queued) -> Markup {
    html! {
        td { (queued.number) }
        td { (queued.kind) }
        td { (queued.documents) }
        td { (time(queued.taken_at)) }
    }
}
