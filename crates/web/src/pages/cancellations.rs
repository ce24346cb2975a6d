//! Requests to cancel (撤销申请) that wait for an officer.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::html;
use tongguan_application::cancellations::{self, Decision, Pending};
use tongguan_application::deciding::Decides;
use tongguan_application::review::Direction;

use super::form::{Sent, go_to};
use super::not_decided::{NotDone, attempt, choose};
use super::shell::{Visit, time};
use super::waiting::{Answered, Came, Row, Waiting};
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::part::Query;
use crate::problem::Problem;

const LIST: Waiting<'_> = Waiting {
    address: "/cancellations",
    title: ("撤销申请", "Requests to cancel"),
    empty: (
        "没有等待处理的撤销申请。关区设置为人工审核撤销时，申请会列在这里。",
        "No request to cancel waits. They are listed here where the office has officers decide about them.",
    ),
    columns: &[("清单", "Declaration"), ("进出口", "Direction"), ("发送时间", "Sent")],
    answers: &[
        ("approve", ("同意撤销", "Cancel the declaration")),
        ("refuse", ("不同意", "Refuse the request")),
    ],
};

/// Lists them.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Query(came): Query<Came>,
) -> Result<Response, Problem> {
    let waiting = waiting(&shared, &caller).await?;
    Ok(LIST.shown(&visit, &rows(&visit, &waiting), &came, None, &Answered::default()))
}

/// Answers one.
pub async fn answer(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Sent(answered): Sent<Answered>,
) -> Result<Response, Problem> {
    let known = waiting(&shared, &caller).await?;
    let is_there = known.iter().any(|one| one.declaration_no.as_str() == answered.which);
    let done = if is_there && LIST.knows(&answered.answer) {
        decide(&shared, &visit, &caller, &answered).await?
    } else {
        Err(choose(&visit))
    };
    let Err(wrong) = done else { return Ok(go_to(&LIST.done())) };
    let now = waiting(&shared, &caller).await?;
    Ok(LIST.shown(&visit, &rows(&visit, &now), &Came::default(), Some(&wrong), &answered))
}

async fn decide(
    shared: &Shared,
    visit: &Visit,
    caller: &Caller,
    answered: &Answered,
) -> Result<Result<(), NotDone>, Problem> {
    let (number, officer) = (answered.which.clone(), caller.audit_name());
    let (approves, reason) = (answered.answer == "approve", answered.reason().to_owned());
    let work = move |desk: &mut dyn Decides| {
        let decision =
            Decision { declaration_no: &number, approves, officer: &officer, reason: &reason };
        cancellations::decide(desk, &decision).map(drop)
    };
    attempt(shared, visit, caller, work).await
}

async fn waiting(shared: &Shared, caller: &Caller) -> Result<Vec<Pending>, Problem> {
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    blocking(move || enquiries.cancellations(reach)).await
}

fn rows(visit: &Visit, waiting: &[Pending]) -> Vec<Row> {
    let row = |one: &Pending| {
        let number = one.declaration_no.to_string();
        let direction = match one.direction {
            Direction::Import => visit.say("进口", "Import"),
            Direction::Export => visit.say("出口", "Export"),
        };
        let cells = vec![
            html! { a href={ "/declarations/" (number) } { (number) } },
            html! { (direction) },
            time(one.sent_at),
        ];
        Row { key: number.clone(), name: number, cells }
    };
    waiting.iter().map(row).collect()
}
