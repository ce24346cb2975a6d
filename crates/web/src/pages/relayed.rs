//! What is relayed (转发的清单): as its parties and its office find it, with how far its sending has come and what
//! upstream has said. It is decided upstream.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::clearing::relay::RelayState;
use tongguan_application::parcels::ParcelsError;
use tongguan_application::relay::{RelayedId, RelayedPage, RelayedParcel};
use tongguan_domain::access::{Permission, Reach};
use tongguan_domain::status::ReturnStatus;

use super::form;
use super::shell::{Visit, encoded, nothing, time};
use super::words::{data, status, told_status};
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::parcels::direction_of;
use crate::part::{Path, Query};
use crate::problem::Problem;

/// Rows of a page.
const ROWS: usize = 50;

/// Which are listed.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// Those of this number alone.
    #[serde(default)]
    number: String,
    /// Behind which one.
    #[serde(default)]
    behind: String,
}

/// Those that go by a number, of whom is reached.
pub async fn named(
    shared: &Shared,
    reach: Reach,
    number: &str,
) -> Result<Vec<RelayedParcel>, Problem> {
    let (enquiries, number) = (Arc::clone(&shared.access.enquiries), number.to_owned());
    blocking(move || enquiries.relayed_named(reach, &number)).await
}

/// The address of one.
pub fn address(id: RelayedId) -> String {
    format!("/relayed/{id}")
}

/// Lists them, what came last first.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let number = asked.number.trim().to_owned();
    let behind = form::place("behind", &asked.behind, |text| text.parse().ok())?;
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let wanted = number.clone();
    let listing = move || {
        if wanted.is_empty() {
            return enquiries.relayed(reach, behind, ROWS);
        }
        let rows = enquiries.relayed_named(reach, &wanted)?;
        Ok::<_, ParcelsError>(RelayedPage { rows, next: None })
    };
    let page = blocking(listing).await?;
    let title = visit.say("转发的清单", "Relayed declarations");
    let body = html! {
        h1 { (title) }
        p { (visit.say(
            "这些清单由本窗口检查后转发上级窗口，由上级决定。",
            "This window checks these declarations and hands them on; they are decided upstream.",
        )) }
        form.row method="get" action="/relayed" {
            div {
                label for="number" { (visit.say("编号", "Number")) }
                p.hint #number-hint { (visit.say(
                    "订单、运单、预录入、清单或企业内部编号，须完整",
                    "Of order, waybill, declaration, or the sender's own; all of it",
                )) }
                input #number name="number" value=(number) maxlength="80" aria-describedby="number-hint";
            }
            div { button { (visit.say("查找", "Find")) } }
        }
        @if page.rows.is_empty() {
            div.notice { p {
                @if number.is_empty() {
                    (visit.say(
                        "没有转发的清单。转发由系统管理员按关区设置（relay）。",
                        "Nothing was relayed. Which messages are, is a setting of offices (relay).",
                    ))
                } @else {
                    (visit.say("没有此编号的转发清单；请核对后重试。", "Nothing of that number was relayed; check it and try again."))
                }
            } }
        } @else { (rows(&visit, &page.rows)) }
        @if let Some(next) = page.next {
            (visit.next_page(format_args!("/relayed?behind={}", encoded(&next.to_string()))))
        }
    };
    Ok(visit.page(title, &body))
}

/// One of them.
pub async fn one(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let id = id.parse().map_err(|_| Problem::NotFound)?;
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let parcel = blocking(move || enquiries.relayed_parcel(reach, id)).await?;
    let parcel = parcel.ok_or(Problem::NotFound)?;
    let name = parcel.number().unwrap_or(&parcel.provisional_no);
    let title = visit.say(format!("转发的清单{name}"), format!("Relayed declaration {name}"));
    let body = html! {
        p { a href="/relayed" { (visit.say("全部转发的清单", "All relayed declarations")) } }
        h1 { (title) }
        div.notice { p { (visit.say("由上级窗口决定：本窗口不审核、不计税、不放行。", "Decided upstream: this window does not review, tax or release it.")) } }
        dl.facts {
            dt { (visit.say("订单编号", "Order")) } dd { (data(&parcel.order_no)) }
            dt { (visit.say("运单编号", "Waybill")) } dd { (data(&parcel.waybill_no)) }
            dt { (visit.say("企业内部编号", "The sender's own number")) } dd { (data(&parcel.reference)) }
            dt { (visit.say("本窗口预录入编号", "Provisional number given here")) } dd { (data(&parcel.provisional_no)) }
            dt { (visit.say("上级清单编号", "Number given upstream")) }
            dd { @match parcel.number() {
                Some(number) => { (data(number)) }
                None => { (visit.say("尚无", "none yet")) }
            } }
            dt { (visit.say("进出口", "Direction")) } dd { (direction_of(visit.language, parcel.direction)) }
            dt { (visit.say("关区", "Office")) } dd { (parcel.office) }
            dt { (visit.say("接收时间", "Taken in")) } dd { (time(parcel.taken_at)) }
            dt { (visit.say("转发", "Sending")) } dd { (sending(&visit, &parcel.sending)) }
        }
        h2 { (visit.say("上级的答复", "What upstream has said")) }
        (answers(&visit, &parcel))
    };
    Ok(visit.page(&title, &body))
}

/// A table of them.
pub fn rows(visit: &Visit, parcels: &[RelayedParcel]) -> Markup {
    html! {
        div.table tabindex="0" role="region" aria-label=(visit.say("转发的清单", "Relayed declarations")) { table {
            thead { tr {
                th scope="col" { (visit.say("清单", "Declaration")) }
                th scope="col" { (visit.say("订单编号", "Order")) }
                th scope="col" { (visit.say("运单编号", "Waybill")) }
                th scope="col" { (visit.say("转发", "Sending")) }
                th scope="col" { (visit.say("上级状态", "Stands upstream at")) }
                th scope="col" { (visit.say("接收时间", "Taken in")) }
            } }
            tbody { @for parcel in parcels { tr {
                td { a href=(address(parcel.id)) { (parcel.number().unwrap_or(&parcel.provisional_no)) } }
                td { (data(&parcel.order_no)) }
                td { (data(&parcel.waybill_no)) }
                td { (sending(visit, &parcel.sending)) }
                td { @match parcel.status() {
                    Some(at) => { (told_status(visit, at)) }
                    None => { (visit.say("由上级决定，尚无答复", "decided upstream, nothing heard yet")) }
                } }
                td { (time(parcel.taken_at)) }
            } } }
        } }
    }
}

/// How far its sending has come, as its sender was told.
fn sending(visit: &Visit, state: &RelayState) -> Markup {
    match state {
        RelayState::Waiting => html! { (visit.say("待发送", "to be sent")) },
        RelayState::Sent(at) => html! { (status(visit, ReturnStatus::Sent)) " " (time(*at)) },
        RelayState::GivenUp { at, .. } | RelayState::Dismissed { at, .. } => {
            html! { (status(visit, ReturnStatus::NotSent)) " " (time(*at)) }
        }
    }
}

fn answers(visit: &Visit, parcel: &RelayedParcel) -> Markup {
    if parcel.answers.is_empty() {
        return html! { p { (visit.say("尚无答复。", "Nothing was heard yet.")) } };
    }
    html! {
        ol.timeline { @for said in &parcel.answers { li {
            (time(said.at)) " " (said.kind) " "
            @match said.status {
                Some(at) => { (told_status(visit, at)) }
                None => { (nothing()) }
            }
        } } }
        @if visit.may(Permission::ReadMail) {
            p { a href="/mail" { (visit.say("答复全文在信箱中", "Their words are in the mailbox")) } }
        }
    }
}
