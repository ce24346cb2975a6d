//! Demands for payment evidence (支付相关原始数据) of the office, the newest first.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::evidence::{Asker, Demand, EvidenceError, Wanted};
use tongguan_domain::registry::Registry;

use super::case;
use super::case::evidence::{findings, stage};
use super::form;
use super::shell::{Visit, encoded, time};
use super::words::{data, party};
use crate::Shared;
use crate::api::evidence::{place, place_text};
use crate::caller::{Caller, aside};
use crate::part::Query;
use crate::problem::Problem;

/// Demands on a page.
const LISTED: usize = 50;

/// Which demands are looked at.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    findings: String,
    after: String,
}

/// Lists them.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let behind = form::place("after", &asked.after, place)?;
    let with_findings = asked.findings == "only";
    let (demands, enquiries) =
        (Arc::clone(&shared.access.evidence), Arc::clone(&shared.access.enquiries));
    let reach = caller.reach();
    let listing = move || {
        let page = demands.list(reach, Wanted { with_findings, behind }, LISTED)?;
        Ok::<_, EvidenceError>((page, enquiries.registry()?))
    };
    let (page, registry) = aside(listing).await??;
    let title = visit.say("支付相关原始数据", "Payment evidence");
    let body = html! {
        h1 { (title) }
        nav.pages aria-label=(visit.say("筛选", "Filter")) {
            a href="/payment-evidence" aria-current=[(!with_findings).then_some("page")] { (visit.say("全部", "All")) }
            a href="/payment-evidence?findings=only" aria-current=[with_findings.then_some("page")] {
                (visit.say("有发现", "With findings"))
            }
        }
        @if page.rows.is_empty() {
            div.notice { p { (visit.say(
                "没有记录。关员可在案件页向平台调取；按比例抽取由参数“支付原始数据抽取比例”设定。",
                "There is nothing here. Officers have platforms asked on case pages; how many are drawn by chance is a parameter \
                 of the office.",
            )) } }
        } @else {
            (table(&visit, &registry, &page.rows))
        }
        @if let Some(next) = page.next {
            @let only = if with_findings { "findings=only&" } else { "" };
            (visit.next_page(format!("/payment-evidence?{only}after={}", encoded(&place_text(next)))))
        }
    };
    Ok(visit.page(title, &body))
}

fn table(visit: &Visit, registry: &Registry, demands: &[Demand]) -> Markup {
    html! {
        div.table tabindex="0" role="region" aria-label=(visit.say("支付相关原始数据", "Payment evidence")) { table {
            thead { tr {
                th scope="col" { (visit.say("订单编号", "Order")) }
                th scope="col" { (visit.say("平台", "Platform")) }
                th scope="col" { (visit.say("发起", "Wanted by")) }
                th scope="col" { (visit.say("时间", "At")) }
                th scope="col" { (visit.say("状态", "State")) }
                th scope="col" { (visit.say("发现", "Findings")) }
            } }
            tbody { @for demand in demands { tr {
                td { a href={ (case::address(demand.declaration)) "#evidence" } { (data(demand.order_no.as_str())) } }
                td { (data(&party(registry, demand.platform))) }
                td { @match &demand.asker {
                    Asker::Chance => { (visit.say("随机抽取", "chance")) }
                    Asker::Officer { name, .. } => { (data(name)) }
                } }
                td { (time(demand.demanded_at)) }
                td { (stage(visit, demand.stage)) }
                td { (findings(visit, demand)) }
            } } }
        } }
    }
}
