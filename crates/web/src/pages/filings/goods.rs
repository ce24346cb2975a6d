//! Goods that are registered (已备案商品).

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::html;
use serde::Deserialize;
use tongguan_application::enquiry::EnquiryError;
use tongguan_domain::access::Reach;
use tongguan_domain::ids::PartyId;

use super::{ROWS, address};
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::pages::shell::{Visit, encoded};
use crate::pages::words::{data, party};
use crate::part::Query;
use crate::problem::Problem;

/// From where on.
#[derive(Debug, Default, Deserialize)]
pub struct Behind {
    #[serde(default)]
    after: String,
}

/// Lists them.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Query(Behind { after }): Query<Behind>,
) -> Result<Response, Problem> {
    let place = match after.split_once(':') {
        Some((of, item)) => {
            (PartyId(of.parse().map_err(|_| Problem::Malformed("after"))?), item.to_owned())
        }
        None => (PartyId(i64::MIN), String::new()),
    };
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let most = i64::try_from(ROWS + 1).unwrap_or(i64::MAX);
    let listing = move || {
        let goods = enquiries.registered_goods(reach, (place.0, &place.1), most)?;
        Ok::<_, EnquiryError>((goods, enquiries.registry()?))
    };
    let (mut goods, registry) = blocking(listing).await?;
    let more = goods.len() > ROWS;
    goods.truncate(ROWS);
    let is_own = matches!(reach, Reach::Party(_));
    let today = shared.access.clock.now().china_day();
    let title = visit.say("已备案商品", "Registered goods");
    let body = html! {
        h1 { (title) }
        @if goods.is_empty() {
            div.notice { p { (visit.say(
                "还没有已备案的商品。商品备案经海关审核通过后列在这里。",
                "No goods are registered yet. They are listed here once customs has approved their filing.",
            )) } }
        } @else {
            div.table tabindex="0" role="region" aria-label=(title) { table {
                thead { tr {
                    @if !is_own { th scope="col" { (visit.say("企业", "Enterprise")) } }
                    th scope="col" { (visit.say("货号", "Item number")) }
                    th scope="col" { (visit.say("名称", "Name")) }
                    th scope="col" { (visit.say("商品编码", "Tariff code")) }
                    th scope="col" { (visit.say("状态", "Status")) }
                    th scope="col" { (visit.say("备案申请", "Filing")) }
                } }
                tbody { @for one in &goods { tr {
                    @if !is_own { td { (data(&party(&registry, one.party))) } }
                    td { (one.goods.item_no) }
                    td { (data(&one.goods.goods.name)) }
                    td { (one.goods.goods.hs_code) }
                    td {
                        @if one.is_suspended { span.tag.warn { (visit.say("已暂停", "suspended")) } }
                        @else if one.valid_to.is_some_and(|last| last < today) {
                            span.tag.warn { (visit.say("已到期", "expired")) }
                        } @else { span.tag.good { (visit.say("有效", "stands")) } }
                        @if let Some(day) = one.valid_to { " " (visit.say("至", "to")) " " (day) }
                    }
                    td { @match one.filing {
                        Some(id) => { a href=(address(id)) { (id) } }
                        None => { (visit.say("由运营方导入", "imported")) }
                    } }
                } } }
            } }
        }
        @if let Some(last) = goods.last().filter(|_| more) {
            @let place = format!("{}:{}", last.party, last.goods.item_no);
            (visit.next_page(format_args!("/goods?after={}", encoded(&place))))
        }
        p { a href="/filings" { (visit.say("备案申请", "Filings")) } }
    };
    Ok(visit.page(title, &body))
}
