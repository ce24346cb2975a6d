//! What this is, for whoever comes first.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use tongguan_domain::access::Standing;

use super::shell::Visit;
use super::{live, office, overview};
use crate::Shared;
use crate::caller::blocking;
use crate::problem::Problem;

/// Where one goes on from here, and what for.
type Way = ((&'static str, &'static str), (&'static str, &'static str));

const WAYS: [Way; 4] = [
    (
        ("对接报文", "Connect a program"),
        (
            "每种报文的字段、样例与回执代码；粘贴报文即知错在哪一行。",
            "The fields of every message, samples and return codes; paste one and see what is wrong on which line.",
        ),
    ),
    (
        ("计算税费", "Compute tax"),
        (
            "按商品编码、价格与运保费逐项计税，并列出所依据的法规。",
            "Line by line from code, price, freight and insurance, with the law that it follows.",
        ),
    ),
    (
        ("查询参数", "Look codes up"),
        (
            "正面清单与各代码表，及其有效日期与出处。",
            "The positive list and the code tables, with the days on which they hold and their sources.",
        ),
    ),
    (
        ("登录", "Sign in"),
        (
            "企业办理包裹、回执与税单；海关审单、查验与放行。",
            "Enterprises see to parcels, responses and tax bills; customs reviews, examines and releases.",
        ),
    ),
];

/// The first page: an enterprise's own for whoever acts for one.
pub async fn page(State(shared): State<Shared>, visit: Visit) -> Result<Response, Problem> {
    if let Some(caller) = visit.caller.as_ref().filter(|caller| caller.next().is_none()) {
        match caller.standing {
            Standing::Enterprise { .. } => return overview::page(&shared, &visit, caller).await,
            Standing::Customs { office, .. } => return office::page(&shared, &visit, office).await,
            _ => {}
        }
    }
    let (enquiries, now) = (Arc::clone(&shared.access.enquiries), shared.access.clock.now());
    let figures = blocking(move || enquiries.live(None, now)).await?;
    let title = visit.say("跨境电子商务单一窗口", "A single window for cross-border e-commerce");
    let body = html! {
        h1 { (title) }
        p.lead {
            (visit.say(
                "订单、支付单、运单与申报清单，一点接入，一次申报；比对、计税、放行，逐一答复各方。",
                "Order, payment, waybill and declaration go in at one place; they are matched, taxed and \
                 released, and every party is answered.",
            ))
        }
        div.columns {
            (way(&visit, "/developers", WAYS[0]))
            (way(&visit, "/tax", WAYS[1]))
            (way(&visit, "/codes", WAYS[2]))
            @if visit.caller.is_none() { (way(&visit, "/sign-in", WAYS[3])) }
        }
        (live::section(&visit, visit.say("实时数据", "Live figures"), &figures))
    };
    Ok(visit.page(title, &body))
}

fn way(visit: &Visit, address: &str, (title, what): Way) -> Markup {
    html! {
        section.card {
            h2 { a href=(address) { (visit.language.of(title)) } }
            p { (visit.language.of(what)) }
        }
    }
}
