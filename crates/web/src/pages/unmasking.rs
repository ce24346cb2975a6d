//! Lists of declarations whose persons are to be seen (批量查阅个人信息): asked for by one officer, approved by
//! another, shown once.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::clearing::record::DocumentKind;
use tongguan_application::review::Found;
use tongguan_application::unmasking::{
    MOST_AT_ONCE, Persons, REASONS, Reason, Request, UnmaskError,
};
use tongguan_domain::access::Permission;
use tongguan_domain::ids::DeclarationId;

use super::case;
use super::case::persons::{Draft, fields};
use super::form::{Sent, go_to};
use super::not_decided::NotDone;
use super::shell::{Visit, nothing, notice, time};
use super::words::{data, given_reason, reason_fields};
use crate::Shared;
use crate::caller::{Caller, aside, blocking};
use crate::part::{Path, Query};
use crate::problem::Problem;

/// Its address.
const ADDRESS: &str = "/unmaskings";

/// What was just done.
#[derive(Debug, Default, Deserialize)]
pub struct Came {
    #[serde(default)]
    done: String,
}

/// A list that is asked for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    declarations: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    words: String,
}

/// What a supervisor answers.
#[derive(Debug, Deserialize)]
pub struct Answered {
    #[serde(default)]
    answer: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    words: String,
}

/// What is asked and was asked.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Query(came): Query<Came>,
) -> Result<Response, Problem> {
    let told = match came.done.as_str() {
        "asked" => notice(
            "good",
            visit.say(
                "已提交，须由另一名有复核权限的关员批准。",
                "It is asked for. Another officer who may approve has to agree.",
            ),
        ),
        "answered" => notice("good", visit.say("已答复。", "It is answered.")),
        _ => nothing(),
    };
    shown(&shared, &visit, &caller, &told, &Asked::default(), StatusCode::OK).await
}

/// Asks for a list.
pub async fn propose(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Sent(asked): Sent<Asked>,
) -> Result<Response, Problem> {
    let done = match Reason::new(&asked.reason, &asked.words) {
        Err(bad) => Err(NotDone::of(&visit, bad)?),
        Ok(reason) => match listed(&shared, &visit, &caller, &asked.declarations).await? {
            Err(problem) => Err(problem),
            Ok(ids) => {
                let (unmasking, actor) = (Arc::clone(&shared.access.unmasking), caller.actor());
                let (reach, now) = (caller.reach(), shared.access.clock.now());
                let work = move || unmasking.propose(reach, &ids, &reason, &actor, now);
                match aside(work).await? {
                    Ok(_) => Ok(()),
                    Err(error) => Err(NotDone::of(&visit, error)?),
                }
            }
        },
    };
    match done {
        Ok(()) => Ok(go_to(&format!("{ADDRESS}?done=asked"))),
        Err(NotDone { status, text }) => {
            shown(&shared, &visit, &caller, &notice("bad", &text), &asked, status).await
        }
    }
}

/// Approves what a colleague asks for, or turns it down.
pub async fn answer(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(number): Path<i64>,
    Sent(answered): Sent<Answered>,
) -> Result<Response, Problem> {
    let refusal = match answered.answer.as_str() {
        "approve" => None,
        "turn-down" => Some(case::deciding::reason_of(&answered.code, &answered.words).to_owned()),
        _ => return Err(Problem::Malformed("answer")),
    };
    let (unmasking, actor) = (Arc::clone(&shared.access.unmasking), caller.actor());
    let (reach, now) = (caller.reach(), shared.access.clock.now());
    let work = move || unmasking.answer(reach, number, refusal.as_deref(), &actor, now);
    match aside(work).await?.map_err(|error| NotDone::of(&visit, error)) {
        Ok(()) => Ok(go_to(&format!("{ADDRESS}?done=answered"))),
        Err(problem) => {
            let NotDone { status, text } = problem?;
            shown(&shared, &visit, &caller, &notice("bad", &text), &Asked::default(), status).await
        }
    }
}

/// Shows the persons of a list that was approved.
pub async fn show(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(number): Path<i64>,
    Sent(_): Sent<Came>,
) -> Result<Response, Problem> {
    let (unmasking, actor) = (Arc::clone(&shared.access.unmasking), caller.actor());
    let (reach, now) = (caller.reach(), shared.access.clock.now());
    let work = move || unmasking.see_all(reach, number, &actor, now);
    let persons = match aside(work).await?.map_err(|error| NotDone::of(&visit, error)) {
        Ok(persons) => persons,
        Err(problem) => {
            let NotDone { status, text } = problem?;
            let (told, asked) = (notice("bad", &text), Asked::default());
            return shown(&shared, &visit, &caller, &told, &asked, status).await;
        }
    };
    let title = visit.say("个人信息", "Personal data");
    let body = html! {
        h1 { (title) }
        p { a href=(ADDRESS) { (visit.say("返回", "Back")) } }
        (notice("warn", visit.say(
            "只显示这一次，本次查阅已逐份清单记入审计。请勿复制、截图或转告无关人员。",
            "It is shown this once, and recorded for each declaration. Copy nothing and tell nobody who need not know.",
        )))
        @for one in &persons {
            h2 { (visit.say("清单", "Declaration")) " " a href=(case::address(one.declaration)) { (one.declaration) } }
            (documents(&visit, one))
        }
    };
    Ok(visit.page(title, &body))
}

/// The persons of one declaration, document by document.
pub fn documents(visit: &Visit, persons: &Persons) -> Markup {
    html! {
        @for document in &persons.documents {
            h3 { (visit.language.of(title(document.kind))) }
            @match document.fields.as_deref() {
                None => { p.muted { (visit.say("原始报文已超过保存期限。", "The original is kept no longer.")) } }
                Some([]) => { p.muted { (visit.say("没有个人信息。", "There are no personal data in it.")) } }
                Some(fields) => {
                    dl.facts { @for field in fields {
                        dt { (visit.language.of(field.title)) } dd { (data(&field.value)) }
                    } }
                }
            }
        }
        @if persons.documents.is_empty() {
            p { (visit.say("没有单证。", "There is no document.")) }
        }
    }
}

/// What a document is called.
const fn title(kind: DocumentKind) -> (&'static str, &'static str) {
    match kind {
        DocumentKind::Order | DocumentKind::ExportOrder => ("订单", "Order"),
        DocumentKind::Payment => ("支付单", "Payment"),
        DocumentKind::Collection => ("收款单", "Collection"),
        DocumentKind::Waybill | DocumentKind::ExportWaybill => ("运单", "Waybill"),
        _ => ("清单", "Declaration"),
    }
}

/// The declarations within reach that the lines name.
async fn listed(
    shared: &Shared,
    visit: &Visit,
    caller: &Caller,
    lines: &str,
) -> Result<Result<Vec<DeclarationId>, NotDone>, Problem> {
    let lines: Vec<_> = lines.split_whitespace().map(str::to_owned).collect();
    if lines.len() > MOST_AT_ONCE {
        return NotDone::of(visit, UnmaskError::BadList).map(Err);
    }
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let now = shared.access.clock.now();
    let found = blocking(move || {
        let each = lines.into_iter().map(|line| Ok((enquiries.find(reach, &line, now)?, line)));
        each.collect::<Result<Vec<_>, tongguan_application::review::ReviewError>>()
    });
    let mut ids = Vec::new();
    for (found, line) in found.await? {
        match found {
            Found::One(id) => ids.push(id),
            Found::Nothing | Found::Several(_) => {
                return Ok(Err(NotDone::unfit(visit.say(
                    format!("“{line}”不是本关区某一份清单的编号；请用清单编号。"),
                    format!("`{line}` is not the number of one declaration of your office; use its own number."),
                ))));
            }
        }
    }
    Ok(Ok(ids))
}

async fn shown(
    shared: &Shared,
    visit: &Visit,
    caller: &Caller,
    told: &Markup,
    asked: &Asked,
    status: StatusCode,
) -> Result<Response, Problem> {
    let (unmasking, reach) = (Arc::clone(&shared.access.unmasking), caller.reach());
    let requests = blocking(move || unmasking.requests(reach)).await?;
    let (now, me) = (shared.access.clock.now(), caller.audit_name());
    let title = visit.say("批量查阅个人信息", "Personal data of many declarations");
    let draft = Draft { reason: asked.reason.clone(), words: asked.words.clone() };
    let body = html! {
        h1 { (title) }
        (told)
        p { (visit.say(
            "一份清单的个人信息在案件页查阅。多份清单须先由另一名关员批准，批准后24小时内显示一次。",
            "The persons of one declaration are seen on its case page. Those of many are approved by another officer first, \
             and then shown once within 24 hours.",
        )) }
        @if requests.is_empty() {
            div.notice { p { (visit.say("还没有人提出过。可在下方提出。", "Nobody has asked yet. You can ask below.")) } }
        }
        @for request in &requests { (one(visit, request, &me, now)) }
        h2 { (visit.say("提出查阅", "Ask for a list")) }
        form.stacked method="post" action=(ADDRESS) {
            (visit.form_token())
            div {
                label for="declarations" { (visit.say("清单", "Declarations")) }
                p.hint #declarations-hint { (visit.say(
                    format!("每行一个编号，最多{MOST_AT_ONCE}份。"),
                    format!("A number on each line, at most {MOST_AT_ONCE}."),
                )) }
                textarea #declarations name="declarations" rows="6" required
                    aria-describedby="declarations-hint" { (asked.declarations) }
            }
            (fields(visit, &draft))
            button { (visit.say("提交复核", "Send for approval")) }
        }
    };
    Ok(visit.page_with(status, title, &body))
}

fn one(visit: &Visit, request: &Request, me: &str, now: tongguan_domain::time::Moment) -> Markup {
    let action = format!("{ADDRESS}/{}", request.number);
    let known = REASONS.iter().find(|(code, ..)| *code == request.reason.code());
    html! {
        section {
            h2 { (visit.say("请求", "Request")) " " (request.number) }
            dl.facts {
                dt { (visit.say("提出", "Asked by")) } dd { (data(&request.officer)) " · " (time(request.proposed_at)) }
                dt { (visit.say("原因", "Reason")) }
                dd { @if let Some((_, zh, en)) = known { (visit.say(*zh, *en)) ": " } (data(request.reason.words())) }
                dt { (visit.say("清单", "Declarations")) }
                dd { @for id in &request.declarations { a href=(case::address(*id)) { (id) } " " } }
                dt { (visit.say("状态", "State")) } dd { (state(visit, request, now)) }
            }
            @if request.is_open(now) && request.officer == me {
                form method="post" action={ (action) "/persons" } {
                    (visit.form_token())
                    button { (visit.say("显示（仅一次）", "Show them (once)")) }
                }
            }
            @if request.answer.is_none() && visit.may(Permission::Approve) && request.officer != me {
                form method="post" action={ (action) "/answer" } {
                    (visit.form_token())
                    input type="hidden" name="answer" value="approve";
                    button { (visit.say("批准", "Approve")) }
                }
                details {
                    summary { (visit.say("退回", "Turn it down")) }
                    form.stacked method="post" action={ (action) "/answer" } {
                        (visit.form_token())
                        input type="hidden" name="answer" value="turn-down";
                        (reason_fields(visit, "", ""))
                        button.quiet { (visit.say("退回", "Turn it down")) }
                    }
                }
            }
        }
    }
}

fn state(visit: &Visit, request: &Request, now: tongguan_domain::time::Moment) -> Markup {
    let Some(answer) = &request.answer else {
        return html! { span.tag.warn { (visit.say("等待复核", "waits for another officer")) } };
    };
    html! {
        (data(&answer.by)) " · " (time(answer.at)) " "
        @match (&answer.refusal, request.seen_at) {
            (Some(why), _) => { span.tag.bad { (visit.say("已退回", "turned down")) } " " (given_reason(visit, why)) }
            (None, Some(at)) => { span.tag { (visit.say("已显示", "shown")) } " " (time(at)) }
            (None, None) if request.is_open(now) => { span.tag.good { (visit.say("已批准", "approved")) } }
            (None, None) => { span.tag { (visit.say("批准已过期", "approved too long ago")) } }
        }
    }
}
