//! What this is, for whoever comes first.

use axum::response::Response;
use maud::html;

use super::shell::Visit;

/// The first page.
pub async fn page(visit: Visit) -> Response {
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
    visit.page(title, &body)
}
