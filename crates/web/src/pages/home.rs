//! What this is, for whoever comes first.

use axum::extract::State;
use axum::response::Response;
use maud::html;
use tongguan_domain::access::Standing;

use super::overview;
use super::shell::Visit;
use crate::Shared;
use crate::problem::Problem;

/// The first page: an enterprise's own for whoever acts for one.
pub async fn page(State(shared): State<Shared>, visit: Visit) -> Result<Response, Problem> {
    if let Some(caller) = &visit.caller
        && caller.next().is_none()
        && matches!(caller.standing, Standing::Enterprise { .. })
    {
        return overview::page(&shared, &visit, caller).await;
    }
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
    };
    Ok(visit.page(title, &body))
}
