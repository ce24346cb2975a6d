//! The search (查询): whatever a number leads to.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::enquiry::Searched;
use tongguan_application::review::AnyDeclaration;

use super::case;
use super::form::go_to;
use super::relayed;
use super::shell::{Visit, encoded};
use super::words::{data, status};
use crate::Shared;
use crate::api::within;
use crate::caller::{Caller, blocking};
use crate::part::Query;
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
    let enquiries = Arc::clone(&shared.access.enquiries);
    let (within, now) = (within(&caller), shared.access.clock.now());
    let number = wanted.clone();
    let found = blocking(move || enquiries.look_for(within, &number, now)).await?;
    let others = others(&visit, &found);
    let (declarations, relayed) = (&found.declarations, &found.relayed);
    let results = match (declarations.as_slice(), relayed.as_slice(), others.as_slice()) {
        ([one], [], []) => return Ok(go_to(&case::address(one.id()))),
        ([], [one], []) => return Ok(go_to(&relayed::address(one.id))),
        ([], [], [one]) => return Ok(go_to(&one.address)),
        ([], [], []) => nothing_found(&visit),
        _ => html! {
            @if !declarations.is_empty() { (list(&visit, declarations)) }
            @if !relayed.is_empty() {
                h2 { (visit.say("转发的清单", "Relayed declarations")) }
                (relayed::rows(&visit, relayed))
            }
            @if !others.is_empty() {
                h2 { (visit.say("其他", "Others")) }
                ul { @for one in &others { li { a href=(one.address) { (one.name) } } } }
            }
        },
    };
    Ok(shown(&visit, &wanted, &results))
}

/// Something of many parcels that was found.
struct Other {
    name: String,
    address: String,
}

fn others(visit: &Visit, found: &Searched) -> Vec<Other> {
    let consolidation = found.consolidation.as_ref().map(|it| it.number.to_string());
    let formal = found.formal.as_ref().map(|it| it.number.to_string());
    let pass = found.gate_pass.as_ref().map(|it| it.number.to_string());
    let named = [
        (consolidation, "/consolidations/", visit.say("汇总申请单", "Request to consolidate")),
        (formal, "/formal-declarations/", visit.say("报关单", "Formal declaration")),
        (pass, "/gate-passes/", visit.say("核放单", "Gate pass")),
    ];
    let other = |(number, path, name): (Option<String>, &str, &str)| {
        let number = number?;
        let address = format!("{path}{}", encoded(&number));
        Some(Other { name: format!("{name} {number}"), address })
    };
    named.into_iter().filter_map(other).collect()
}

fn shown(visit: &Visit, wanted: &str, results: &Markup) -> Response {
    let title = visit.say("查询", "Search");
    let body = html! {
        h1 { (title) }
        form.row method="get" action="/search" role="search" {
            div {
                label for="q" { (visit.say("编号", "Number")) }
                p.hint #q-hint { (visit.say(
                    "清单、订单、支付单、运单、退货申请单、汇总申请单、报关单或核放单的编号，封志号或车牌号",
                    "Of a declaration, order, payment, waybill, return, consolidation, formal declaration or gate pass; of a seal or vehicle",
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
                li { (visit.say("订单编号，与报文中的写法一致，或全部大写", "number of an order, as the message has it, or all in capitals")) }
                li { (visit.say("出口或进口运单编号", "number of a waybill, import or export")) }
                li { (visit.say("封志号、车牌号", "number of a seal or a vehicle")) }
                li { (visit.say("支付交易编号、退货申请单编号", "number of a payment or collection, or of a request to return")) }
                li { (visit.say("汇总申请编号、报关单编号、核放单编号", "number of a request to consolidate, a formal declaration or a gate pass")) }
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
