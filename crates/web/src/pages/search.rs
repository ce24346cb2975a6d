//! The search (查询): a declaration by any number that somebody has of it.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::enquiry::EnquiryError;
use tongguan_application::review::AnyDeclaration;

use super::case;
use super::form::go_to;
use super::relayed;
use super::shell::{Visit, encoded};
use super::words::{data, status};
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::problem::Problem;

/// What is looked for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
}

/// The address at which a number is looked for.
pub fn address(number: &str) -> String {
    format!("/search?q={}", encoded(number))
}

/// Looks for a number: goes to the one declaration that it names, lists several.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Query(Asked { q }): Query<Asked>,
) -> Result<Response, Problem> {
    let wanted = q.trim().to_owned();
    if wanted.is_empty() {
        return Ok(shown(&visit, "", &html! {}));
    }
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let (number, now) = (wanted.clone(), shared.access.clock.now());
    let look = move || -> Result<_, EnquiryError> {
        let found = enquiries.search(reach, &number, now)?.all();
        Ok((enquiries.declarations(reach, &found)?, enquiries.relayed_named(reach, &number)?))
    };
    let (found, relayed) = blocking(look).await?;
    let results = match (found.as_slice(), relayed.as_slice()) {
        ([one], []) => return Ok(go_to(&case::address(one.id()))),
        ([], [one]) => return Ok(go_to(&relayed::address(one.id))),
        ([], []) => nothing_found(&visit),
        (found, relayed) => html! {
            @if !found.is_empty() { (list(&visit, found)) }
            @if !relayed.is_empty() {
                h2 { (visit.say("转发的清单", "Relayed declarations")) }
                (relayed::rows(&visit, relayed))
            }
        },
    };
    Ok(shown(&visit, &wanted, &results))
}

fn shown(visit: &Visit, wanted: &str, results: &Markup) -> Response {
    let title = visit.say("查询", "Search");
    let body = html! {
        h1 { (title) }
        form.row method="get" action="/search" role="search" {
            div {
                label for="q" { (visit.say("编号", "Number")) }
                p.hint #q-hint { (visit.say(
                    "清单编号、预录入编号、订单编号、运单编号或封志号",
                    "Of the declaration, the order, the waybill or the seal",
                )) }
                input #q name="q" value=(wanted) maxlength="80" aria-describedby="q-hint" required;
            }
            div { button { (visit.say("查询", "Search")) } }
        }
        (results)
    };
    visit.page(title, &body)
}

fn nothing_found(visit: &Visit) -> Markup {
    html! {
        div.notice.warn role="status" {
            p { (visit.say(
                "您可查看的范围内没有此编号。已按以下方式查找：",
                "There is nothing of that number that you may see. It was looked for as:",
            )) }
            ul {
                li { (visit.say("清单编号（如 29162026I000000256）与预录入编号（B 加 17 位数字）", "number of a declaration (such as 29162026I000000256), or B and 17 digits")) }
                li { (visit.say("订单编号，须与报文中的写法完全一致", "number of an order, exactly as the message has it")) }
                li { (visit.say("出口或进口运单编号", "number of a waybill, import or export")) }
                li { (visit.say("封志号", "number of a seal")) }
            }
        }
    }
}

fn list(visit: &Visit, found: &[AnyDeclaration]) -> Markup {
    html! {
        h2 { (visit.say("找到多份清单", "Several declarations")) }
        div.table tabindex="0" role="region" aria-label=(visit.say("查询结果", "Results")) { table {
            thead { tr {
                th scope="col" { (visit.say("清单", "Declaration")) }
                th scope="col" { (visit.say("订单编号", "Order")) }
                th scope="col" { (visit.say("关区", "Office")) }
                th scope="col" { (visit.say("状态", "Status")) }
            } }
            tbody { @for one in found { tr {
                td { a href=(case::address(one.id())) { (case::number(one)) } }
                td { (data(one.order_no().as_str())) }
                td { (one.office()) }
                td { (status(visit, one.status())) }
            } } }
        } }
    }
}
