//! Returns (退货) that wait for an officer: imported goods that are back, exported goods that came back otherwise
//! than it was asked.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::html;
use tongguan_application::clearing::export_return::ExportReturnRecord;
use tongguan_application::clearing::incoming::ExportReturnRuling;
use tongguan_application::clearing::record::ReturnRecord;
use tongguan_application::deciding::Decides;
use tongguan_application::enquiry::EnquiryError;
use tongguan_application::export_returns::{self, Verdict};
use tongguan_application::returns;
use tongguan_domain::readmission::ExportReturnState;

use super::form::{Sent, go_to};
use super::not_decided::{NotDone, attempt, choose};
use super::shell::{Visit, nothing};
use super::waiting::{Answered, Came, Row, Waiting};
use super::words::{data, status};
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::part::Query;
use crate::problem::Problem;

const LIST: Waiting<'_> = Waiting {
    address: "/returns",
    title: ("退货", "Returns"),
    empty: (
        "没有等待查验的退货。退回货物运抵后会列在这里。",
        "No return waits. They are listed here once the goods are back.",
    ),
    columns: &[
        ("退货申请", "Request"),
        ("清单", "Declaration"),
        ("状态", "Status"),
        ("不符之处", "What differs"),
    ],
    answers: &[
        ("in-order", ("查验无误，准予退货", "In order: let them in")),
        ("refuse", ("不符，退单", "Not in order: refuse")),
    ],
};

/// What waits.
struct Found {
    imports: Vec<ReturnRecord>,
    exports: Vec<ExportReturnRecord>,
}

/// Lists them.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Query(came): Query<Came>,
) -> Result<Response, Problem> {
    let found = waiting(&shared, &caller).await?;
    Ok(LIST.shown(&visit, &rows(&visit, &found), &came, None, &Answered::default()))
}

/// Answers one.
pub async fn answer(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Sent(answered): Sent<Answered>,
) -> Result<Response, Problem> {
    let found = waiting(&shared, &caller).await?;
    let import = found.imports.iter().find(|one| import_key(one) == answered.which);
    let export = found.exports.iter().find(|one| export_key(one) == answered.which);
    let done = match (import, export) {
        _ if !LIST.knows(&answered.answer) => Err(choose(&visit)),
        (Some(record), _) => examine(&shared, &visit, &caller, record, &answered).await?,
        (None, Some(record)) => rule(&shared, &visit, &caller, record, &answered).await?,
        (None, None) => Err(choose(&visit)),
    };
    let Err(wrong) = done else { return Ok(go_to(&LIST.done())) };
    let now = waiting(&shared, &caller).await?;
    Ok(LIST.shown(&visit, &rows(&visit, &now), &Came::default(), Some(&wrong), &answered))
}

async fn examine(
    shared: &Shared,
    visit: &Visit,
    caller: &Caller,
    record: &ReturnRecord,
    answered: &Answered,
) -> Result<Result<(), NotDone>, Problem> {
    let (number, officer) = (record.id.to_string(), caller.audit_name());
    let fault = (answered.answer == "refuse").then(|| answered.reason().to_owned());
    let work = move |desk: &mut dyn Decides| {
        returns::examine(desk, &number, fault.as_deref(), &officer).map(drop)
    };
    attempt(shared, visit, caller, work).await
}

async fn rule(
    shared: &Shared,
    visit: &Visit,
    caller: &Caller,
    record: &ExportReturnRecord,
    answered: &Answered,
) -> Result<Result<(), NotDone>, Problem> {
    let ruling = match answered.answer.as_str() {
        "refuse" => ExportReturnRuling::Refuse,
        _ => ExportReturnRuling::Accept,
    };
    let (officer, reason) = (caller.audit_name(), answered.reason().to_owned());
    let verdict = Verdict::Ruling { ruling, officer, reason };
    let decision = export_returns::Decision { id: record.id, verdict };
    let work = move |desk: &mut dyn Decides| export_returns::decide(desk, &decision).map(drop);
    attempt(shared, visit, caller, work).await
}

async fn waiting(shared: &Shared, caller: &Caller) -> Result<Found, Problem> {
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let imports = {
        let enquiries = Arc::clone(&enquiries);
        blocking(move || enquiries.arrived_returns(reach)).await?
    };
    let work = move || Ok::<_, EnquiryError>(enquiries.examined_returns(reach)?);
    Ok(Found { imports, exports: blocking(work).await? })
}

fn import_key(record: &ReturnRecord) -> String {
    format!("import-{}", record.id)
}

fn export_key(record: &ExportReturnRecord) -> String {
    format!("export-{}-{}", record.id.declaration, record.id.n)
}

fn rows(visit: &Visit, found: &Found) -> Vec<Row> {
    let imports = found.imports.iter().map(|record| Row {
        key: import_key(record),
        name: record.provisional_no.to_string(),
        cells: vec![
            html! { (record.provisional_no) },
            html! { a href={ "/declarations/" (record.declaration) } { (record.declaration) } },
            status(visit, record.state.status()),
            nothing(),
        ],
    });
    let exports = found.exports.iter().map(|record| {
        let differs = match &record.state {
            ExportReturnState::UnderExamination(tallied) => html! {
                @for differs in &tallied.discrepancies { span.tag.warn { (data(differs.zh())) } " " }
            },
            _ => nothing(),
        };
        Row {
            key: export_key(record),
            name: record.provisional_no.to_string(),
            cells: vec![
                html! { (record.provisional_no) },
                html! { a href={ "/declarations/" (record.id.declaration) } { (record.facts.declaration_no) } },
                status(visit, record.state.status()),
                differs,
            ],
        }
    });
    imports.chain(exports).collect()
}
