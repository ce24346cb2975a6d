//! Quarantine (检疫): exported parcels that have to be looked at, and what was found.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::html;
use tongguan_application::deciding::Decides;
use tongguan_application::quarantine::{self, Due};
use tongguan_domain::quarantine::Finding;

use super::case;
use super::form::{Sent, go_to};
use super::not_decided::{NotDone, attempt, choose};
use super::shell::{Visit, time};
use super::waiting::{Answered, Came, Row, Waiting};
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::part::Query;
use crate::problem::Problem;

const LIST: Waiting<'_> = Waiting {
    address: "/quarantine",
    title: ("检疫", "Quarantine"),
    empty: (
        "没有待检疫的包裹。被抽中的出口包裹会列在这里。",
        "No parcel waits for quarantine. Exported parcels that were selected are listed here.",
    ),
    columns: &[("运单编号", "Waybill"), ("清单", "Declaration"), ("自", "Since")],
    answers: &[
        ("passed", ("检疫合格", "Passed")),
        ("failed", ("检疫不合格", "Failed: not admitted")),
    ],
};

/// Lists them.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Query(came): Query<Came>,
) -> Result<Response, Problem> {
    let due = waiting(&shared, &caller).await?;
    Ok(LIST.shown(&visit, &rows(&due), &came, None, &Answered::default()))
}

/// Registers what was found of one.
pub async fn answer(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Sent(answered): Sent<Answered>,
) -> Result<Response, Problem> {
    let known = waiting(&shared, &caller).await?;
    let chosen = known.iter().find(|due| due.declaration.id().to_string() == answered.which);
    let done = match (chosen, Finding::named(&answered.answer)) {
        (Some(due), Some(finding)) => {
            register(&shared, &visit, &caller, due, finding, &answered).await?
        }
        _ => Err(choose(&visit)),
    };
    let Err(wrong) = done else { return Ok(go_to(&LIST.done())) };
    let now = waiting(&shared, &caller).await?;
    Ok(LIST.shown(&visit, &rows(&now), &Came::default(), Some(&wrong), &answered))
}

async fn register(
    shared: &Shared,
    visit: &Visit,
    caller: &Caller,
    due: &Due,
    finding: Finding,
    answered: &Answered,
) -> Result<Result<(), NotDone>, Problem> {
    let (id, officer) = (due.declaration.id(), caller.audit_name());
    let reason = answered.reason().to_owned();
    let work = move |desk: &mut dyn Decides| {
        quarantine::register(desk, id, finding, &officer, &reason).map(drop)
    };
    attempt(shared, visit, caller, work).await
}

async fn waiting(shared: &Shared, caller: &Caller) -> Result<Vec<Due>, Problem> {
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    blocking(move || enquiries.quarantine_due(reach)).await
}

fn rows(due: &[Due]) -> Vec<Row> {
    let row = |due: &Due| {
        let number = case::number(&due.declaration);
        Row {
            key: due.declaration.id().to_string(),
            name: due.waybill_no.clone(),
            cells: vec![
                html! { (due.waybill_no) },
                html! { a href=(case::address(due.declaration.id())) { (number) } },
                time(due.since),
            ],
        }
    };
    due.iter().map(row).collect()
}
