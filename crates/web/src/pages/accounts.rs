//! What an enterprise owes (税单与担保): tax bills, and the guarantee behind them.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::guarantees::movements;
use tongguan_application::parcels::{Bill, BillStanding, Billed, ParcelsError, Shortage};
use tongguan_domain::access::Reach;
use tongguan_domain::ids::DeclarationId;
use tongguan_domain::party::Standing;

use super::form;
use super::guarantees::{Officers, movements as moved_of};
use super::shell::{Visit, time};
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::part::Query;
use crate::problem::Problem;
use crate::views::guarantee::{place_text, read_place};

/// Parcels of a page.
const ROWS: usize = 50;
/// Movements that are read for a page: one more tells that there are more.
const MOST: i64 = 51;

/// Behind which parcel the page begins.
#[derive(Debug, Deserialize)]
pub struct Behind {
    behind: Option<i64>,
}

/// Behind which movement of the guarantee.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct After {
    after: String,
}

/// Lists the tax bills.
pub async fn tax_bills(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Query(Behind { behind }): Query<Behind>,
) -> Result<Response, Problem> {
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let listing = move || enquiries.tax_bills(reach, behind.map(DeclarationId), ROWS);
    let page = blocking(listing).await?;
    let title = visit.say("电子税单", "Tax bills");
    let body = html! {
        h1 { (title) }
        p { a href="/guarantee" { (visit.say("查看担保", "See the guarantee")) } }
        @if page.rows.is_empty() {
            div.notice { p { (visit.say(
                "还没有税单。进口包裹放行后，税单会列在这里。",
                "There is no tax bill yet. Imports are listed here once they are released.",
            )) } }
        } @else {
            (rows(&visit, &page.rows))
        }
        @if let Some(next) = page.next {
            (visit.next_page(format_args!("/tax-bills?behind={next}")))
        }
    };
    Ok(visit.page(title, &body))
}

fn rows(visit: &Visit, rows: &[Billed]) -> Markup {
    html! {
        div.table tabindex="0" role="region" aria-label=(visit.say("税单清单", "Tax bills")) { table {
            thead { tr {
                th scope="col" { (visit.say("税单编号", "Tax bill")) }
                th scope="col" { (visit.say("清单", "Declaration")) }
                th scope="col" { (visit.say("状态", "Status")) }
                th.number scope="col" { (visit.say("关税", "Duty")) }
                th.number scope="col" { (visit.say("消费税", "Consumption tax")) }
                th.number scope="col" { (visit.say("增值税", "VAT")) }
                th.number scope="col" { (visit.say("合计（元）", "Total, CNY")) }
                th scope="col" { (visit.say("出税时间", "Made")) }
            } }
            tbody { @for billed in rows { @for bill in &billed.bills { (line(visit, billed, bill)) } } }
        } }
    }
}

fn line(visit: &Visit, billed: &Billed, bill: &Bill) -> Markup {
    let parcel = &billed.parcel;
    let (zh, en) = match bill.standing {
        BillStanding::Issued => ("已生成", "Made"),
        BillStanding::Summed => ("已汇总", "Part of a sum"),
        BillStanding::Void => ("作废", "Void"),
    };
    html! {
        tr {
            td { (bill.number) }
            td { a href={ "/declarations/" (parcel.id) } {
                (parcel.number.as_deref().unwrap_or(&parcel.provisional_no))
            } }
            td { (visit.say(zh, en)) }
            td.number { (bill.duty) }
            td.number { (bill.consumption_tax) }
            td.number { (bill.vat) }
            td.number { @if let Some(total) = bill.total() { (total) } }
            td { (time(bill.at)) }
        }
    }
}

/// Shows the guarantee.
pub async fn guarantee(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Query(After { after }): Query<After>,
) -> Result<Response, Problem> {
    let before = form::place("after", &after, read_place)?;
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let now = shared.access.clock.now();
    let reading = move || {
        let guarantee = enquiries.guarantee(reach)?;
        let moved = match (guarantee, reach) {
            (Some(_), Reach::Party(party)) => {
                enquiries.store().read(|view| movements(view, party, before, MOST))?
            }
            _ => Vec::new(),
        };
        Ok::<_, ParcelsError>((guarantee, moved))
    };
    let (guarantee, mut moved) = blocking(reading).await?;
    let more = moved.len() > ROWS;
    moved.truncate(ROWS);
    let title = visit.say("税款担保", "Guarantee");
    let body = html! {
        h1 { (title) }
        @match guarantee {
            None => { div.notice { p { (visit.say(
                "贵单位没有登记税款担保。为包裹担保的企业在清单中写明。",
                "You have no guarantee. Who guarantees for a parcel stands in its declaration.",
            )) } } }
            Some(guarantee) => {
                @if Shortage::of(guarantee, now).is_some() {
                    div.notice.warn { p { (visit.say(
                        "担保不足、即将用完或不在有效期内；请向主管海关申请提高担保额度。",
                        "It is too small, nearly used up or not valid now. Ask your customs office to raise it.",
                    )) } }
                }
                dl.facts {
                    dt { (visit.say("担保额度", "Granted")) } dd.number { "CNY " (guarantee.granted) }
                    dt { (visit.say("已占用", "Held for released parcels")) } dd.number { "CNY " (guarantee.held) }
                    dt { (visit.say("可用", "Free")) } dd.number { "CNY " (guarantee.free(now)) }
                    dt { (visit.say("等待中", "Parcels wait for")) } dd.number { "CNY " (guarantee.queued) }
                    dt { (visit.say("有效期自", "Valid from")) } dd { (time(guarantee.valid_from)) }
                    @if let Some(end) = guarantee.valid_to {
                        dt { (visit.say("有效期至", "Valid until")) } dd { (time(end)) }
                    }
                }
                @if guarantee.standing == Standing::Suspended {
                    div.notice.bad { p { (visit.say(
                        "担保已被海关暂停：新的清单会被退单，已审结的等待恢复。请联系主管海关。",
                        "Customs has suspended it: new declarations are refused, and reviewed ones wait. Ask your \
                         customs office.",
                    )) } }
                }
                p { a href="/parcels?status=399" { (visit.say("等待担保或入库的包裹", "Parcels that wait for it, or for entry")) } }
                @if !moved.is_empty() {
                    h2 { (visit.say("占用与恢复", "Held and given back")) }
                    (moved_of(&visit, &moved, Officers::Unnamed))
                }
                @if let Some(last) = moved.last().filter(|_| more) {
                    (visit.next_page(format_args!("/guarantee?after={}", place_text(last.place))))
                }
            }
        }
    };
    Ok(visit.page(title, &body))
}
