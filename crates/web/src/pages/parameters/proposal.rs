//! One proposal: what it would change, and the answer to it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use tongguan_application::parameters::{self, Change, Fate, ParameterError, Proposal};
use tongguan_codelists::{Diff, Pack, Row};
use tongguan_domain::access::Permission;

use super::proposing::refused;
use super::{fate, subject, value};
use crate::Shared;
use crate::api::parameters::answered;
use crate::caller::{Caller, aside};
use crate::pages::codes::words as codes;
use crate::pages::form::{Sent, go_to};
use crate::pages::proposals::{Answered, answer_form};
use crate::pages::shell::{Visit, nothing, time};
use crate::pages::words::data;
use crate::part::Path;
use crate::problem::Problem;

/// Shows it.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(n): Path<i64>,
) -> Result<Response, Problem> {
    shown(&shared, &visit, &caller, n, StatusCode::OK, &nothing()).await
}

/// Approves it or turns it down.
pub async fn answer(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(n): Path<i64>,
    Sent(Answered { answer, reason }): Sent<Answered>,
) -> Result<Response, Problem> {
    match answered(&shared, &caller, n, answer, reason).await? {
        Ok(()) => Ok(go_to(&format!("/parameters/proposals/{n}"))),
        Err(error) => {
            let told = refused(&visit, error)?;
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            shown(&shared, &visit, &caller, n, status, &told).await
        }
    }
}

async fn shown(
    shared: &Shared,
    visit: &Visit,
    caller: &Caller,
    n: i64,
    status: StatusCode,
    told: &Markup,
) -> Result<Response, Problem> {
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let reading = aside(move || {
        let proposal = enquiries.store().read(|view| parameters::find(view, n, reach))?;
        Ok::<_, ParameterError>((proposal, enquiries.pack()?))
    });
    let (proposal, pack) = reading.await??;
    let heading = visit.say(format!("更改提议{n}"), format!("Proposed change {n}"));
    let may_answer = proposal.fate == Fate::Waits && visit.may(Permission::Approve);
    let body = html! {
        p { a href="/parameters" { (visit.say("回到参数", "Back to the parameters")) } }
        h1 { (heading) }
        (told)
        dl.facts {
            dt { (visit.say("更改", "Change")) } dd { (subject(visit, &proposal.change)) }
            dt { (visit.say("生效日", "Holds from")) }
            dd { @match proposal.change {
                Change::Setting { .. } => { (proposal.from) }
                Change::Rows { .. } => { (visit.say("按各行有效期", "as each row says")) }
            } }
            dt { (visit.say("原因", "Reason")) } dd { (data(&proposal.reason)) }
            dt { (visit.say("提议人", "Proposed by")) } dd { (data(&proposal.proposed_by)) " " (time(proposal.proposed_at)) }
            dt { (visit.say("状态", "Standing")) } dd { (fate(visit, &proposal.fate)) }
            @if let Fate::TurnedDown { why, .. } = &proposal.fate {
                dt { (visit.say("理由", "Why not")) } dd { (data(why)) }
            }
        }
        (difference(visit, &proposal, &pack))
        @if may_answer {
            (answer_form(visit, caller, &proposal.proposed_by, &format!("/parameters/proposals/{n}")))
        }
    };
    Ok(visit.page_with(status, &heading, &body))
}

/// Before and after.
fn difference(visit: &Visit, proposal: &Proposal, pack: &Pack) -> Markup {
    let caption = visit.say("更改前后", "Before and after");
    match &proposal.change {
        Change::Setting { value: after, .. } => html! {
            h2 { (caption) }
            dl.facts {
                dt { (visit.say("更改前", "Before")) } dd { (value(visit, &proposal.before)) }
                dt { (visit.say("更改后", "After")) }
                dd { strong { @match after {
                    Some(after) => { (value(visit, after)) }
                    None => { (visit.say("取消自有值，按通用规定", "none of its own: as for all")) }
                } } }
            }
        },
        Change::Rows { table, text } => {
            let rows = match proposal.fate {
                Fate::Waits => Change::rows(*table, text).unwrap_or_default(),
                _ => Vec::new(),
            };
            let diff = Diff::between(pack, rows);
            html! {
                @if !diff.is_empty() {
                    h2 { (caption) }
                    @for row in &diff.added { (row_difference(visit, None, row)) }
                    @for change in diff.changed.iter().chain(&diff.ended) {
                        (row_difference(visit, Some(&change.before), &change.after))
                    }
                }
                h2 { (visit.say("提议的行", "The rows as proposed")) }
                pre tabindex="0" { (data(text)) }
            }
        }
    }
}

fn row_difference(visit: &Visit, before: Option<&Row>, after: &Row) -> Markup {
    let earlier = before.map(Row::cells).unwrap_or_default();
    let earlier = earlier.into_iter().chain(std::iter::repeat(String::new()));
    let cells = after.table().columns().into_iter().zip(earlier.zip(after.cells()));
    let name = format!("{} {}", after.table().name(), after.id().as_str());
    html! {
        div.table tabindex="0" role="region" aria-label=(name) { table {
            caption { (name) " " @match before {
                Some(_) => { span.tag.warn { (visit.say("更改", "changed")) } }
                None => { span.tag { (visit.say("新增", "new")) } }
            } }
            thead { tr {
                th scope="col" { (visit.say("列", "Column")) }
                th scope="col" { (visit.say("更改前", "Before")) }
                th scope="col" { (visit.say("更改后", "After")) }
            } }
            tbody { @for (column, (was, is)) in cells.filter(|(_, (was, is))| was != is) { tr {
                th scope="row" { (codes::column(visit, column)) }
                td { (data(&was)) }
                td.differs { (data(&is)) }
            } } }
        } }
    }
}
