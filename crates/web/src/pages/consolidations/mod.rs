//! Consolidation (汇总申报): what there is of a month, requests and how far they have come.

pub mod formal;
pub mod progress;

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::clearing::consolidation::RequestRecord;
use tongguan_application::consolidation::Prospect;
use tongguan_application::enquiry::EnquiryError;
use tongguan_domain::access::Permission;
use tongguan_domain::consolidation::RequestState;
use tongguan_domain::month::Month;
use tongguan_domain::registry::Registry;

use super::assets::PROGRESS_ADDRESS;
use super::form::{Sent, go_to};
use super::shell::{Visit, nothing, notice, time};
use super::words::{data, party};
use crate::Shared;
use crate::api::consolidations::{found, open};
use crate::caller::{Caller, blocking};
use crate::part::{Path, Query};
use crate::problem::Problem;

/// Requests on a page.
const ROWS: usize = 50;

/// What is looked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    month: String,
    behind: String,
    done: String,
}

/// Which month is consolidated.
#[derive(Debug, Deserialize)]
pub struct Begun {
    #[serde(default)]
    month: String,
}

/// Shows what there is of a month, and the requests.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let now = shared.access.clock.now();
    let month = match asked.month.as_str() {
        "" => Month::of(now),
        text => Month::parse(text).map_err(|_| Problem::Malformed("month"))?,
    };
    if !asked.behind.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(Problem::Malformed("behind"));
    }
    let prospects = found(&shared, caller.reach(), month, None).await?;
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let behind = (!asked.behind.is_empty()).then_some(asked.behind);
    let listing = move || enquiries.consolidations(reach, behind.as_deref(), ROWS);
    let page = blocking(listing).await?;
    let enquiries = Arc::clone(&shared.access.enquiries);
    let law = move || Ok::<_, EnquiryError>((enquiries.registry()?, enquiries.pack()?));
    let (registry, pack) = blocking(law).await?;
    let deadline = pack.consolidation_deadline(month.first_day());
    let title = visit.say("汇总申报", "Consolidation");
    let body = html! {
        h1 { (title) }
        @if asked.done == "begun" {
            (notice("good", visit.say(
                "已受理，稍后汇总；进度见下。",
                "It was taken; it is merged soon. See below how far it has come.",
            )))
        }
        p { a href="/formal-declarations" { (visit.say("报关单清单", "Formal declarations")) } }
        h2 { (visit.say("待汇总", "What there is to consolidate")) }
        form.row method="get" action="/consolidations" {
            div {
                label for="month" { (visit.say("货物离境月份", "Month in which the goods left")) }
                input #month name="month" type="month" value=(month) pattern="[0-9]{4}-[0-9]{2}" required;
            }
            div { button.quiet { (visit.say("显示", "Show")) } }
        }
        @if let Some(day) = deadline {
            p { (visit.say(format!("最迟于{day}汇总。"), format!("It is due on {day}."))) }
        }
        (to_consolidate(&visit, month, &prospects, &registry))
        h2 { (visit.say("汇总申请", "Requests")) }
        (requests(&visit, &page.rows))
        @if let Some(next) = page.next {
            (visit.next_page(format_args!("/consolidations?behind={next}")))
        }
    };
    Ok(visit.page(title, &body))
}

/// Has the own exports of a month consolidated, or those of the office.
pub async fn begin(
    State(shared): State<Shared>,
    caller: Caller,
    Sent(Begun { month }): Sent<Begun>,
) -> Result<Response, Problem> {
    let month = Month::parse(&month).map_err(|_| Problem::Malformed("month"))?;
    let prospects = found(&shared, caller.reach(), month, None).await?;
    open(&shared, &caller, month, prospects).await?;
    Ok(go_to(&format!("/consolidations?month={month}&done=begun")))
}

/// Shows a request and how far it has come.
pub async fn one(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(number): Path<String>,
) -> Result<Response, Problem> {
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let request = blocking(move || enquiries.consolidation(reach, &number)).await?;
    let request = request.ok_or(Problem::NotFound)?;
    let title = visit.say("汇总申请", "Request to consolidate");
    let is_open = request.state.is_open();
    let follow = is_open.then(|| format!("/consolidations/{}/progress", request.number));
    let body = html! {
        p { a href="/consolidations" { (visit.say("汇总申报", "Consolidation")) } }
        h1 { (title) " " (request.number) }
        p role="status" data-progress=[follow] { (progress::told(visit.language, request.state)) }
        @if is_open {
            p { a href={ "/consolidations/" (request.number) } { (visit.say("刷新", "Look again")) } }
            script src=(PROGRESS_ADDRESS.as_str()) defer {}
        }
        dl.facts {
            dt { (visit.say("企业内部编号", "Reference")) } dd { (request.key.reference) }
            dt { (visit.say("电商企业", "Merchant")) } dd { (data(&request.terms.merchant.name)) }
            dt { (visit.say("申报单位", "Declarant")) } dd { (data(&request.terms.declarant.name)) }
            dt { (visit.say("关区", "Office")) } dd { (request.terms.office) }
            dt { (visit.say("受理时间", "Accepted")) } dd { (time(request.accepted_at)) }
            dt { (visit.say("已到分报", "Parts that came")) } dd { (request.arrived.len()) " / " (request.parts) }
        }
        p { a href="/formal-declarations" { (visit.say("报关单清单", "Formal declarations")) } }
    };
    Ok(visit.page(title, &body))
}

fn to_consolidate(
    visit: &Visit,
    month: Month,
    prospects: &[Prospect],
    registry: &Registry,
) -> Markup {
    // An enterprise has its own consolidated, an officer what the office has not been asked for.
    let action = if visit.may(Permission::Declare) {
        Some("/consolidations")
    } else {
        visit.may(Permission::Decide).then_some("/consolidations/office")
    };
    html! {
        @if prospects.is_empty() {
            div.notice { p { (visit.say(
                "该月没有待汇总的清单：货物已离境且尚未汇总的出口清单会列在这里。",
                "There is nothing of that month. Export declarations whose goods left and that are in no formal \
                 declaration yet are counted here.",
            )) } }
        } @else {
            div.table tabindex="0" role="region" aria-label=(visit.say("待汇总", "What there is to consolidate")) { table {
                thead { tr {
                    th scope="col" { (visit.say("电商企业", "Merchant")) }
                    th scope="col" { (visit.say("关区", "Office")) }
                    th.number scope="col" { (visit.say("清单", "Declarations")) }
                } }
                tbody { @for one in prospects { tr {
                    td { (data(&party(registry, one.merchant))) }
                    td { (one.office) }
                    td.number { (one.declarations) }
                } } }
            } }
            @if let Some(action) = action {
                form method="post" action=(action) {
                    (visit.form_token())
                    input type="hidden" name="month" value=(month);
                    button { (visit.say("汇总该月", "Consolidate that month")) }
                }
            }
        }
    }
}

fn requests(visit: &Visit, requests: &[RequestRecord]) -> Markup {
    if requests.is_empty() {
        return html! { div.notice { p { (visit.say("没有汇总申请。", "There is no request.")) } } };
    }
    html! {
        div.table tabindex="0" role="region" aria-label=(visit.say("汇总申请", "Requests")) { table {
            thead { tr {
                th scope="col" { (visit.say("汇总申请编号", "Request")) }
                th scope="col" { (visit.say("电商企业", "Merchant")) }
                th scope="col" { (visit.say("关区", "Office")) }
                th scope="col" { (visit.say("进度", "How far it has come")) }
                th scope="col" { (visit.say("受理时间", "Accepted")) }
            } }
            tbody { @for request in requests { tr {
                td { a href={ "/consolidations/" (request.number) } { (request.number) } }
                td { (data(&request.terms.merchant.name)) }
                td { (request.terms.office) }
                td { (stands(visit, request.state)) " " (progress::told(visit.language, request.state)) }
                td { (time(request.accepted_at)) }
            } } }
        } }
    }
}

fn stands(visit: &Visit, state: RequestState) -> Markup {
    match state {
        RequestState::Done(_) => html! { span.tag.good { (visit.say("完成", "done")) } },
        RequestState::Refused(_) => html! { span.tag.bad { (visit.say("退单", "refused")) } },
        _ => nothing(),
    }
}
