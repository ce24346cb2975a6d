//! Where a parcel stands (包裹查询), for whoever knows its number and the end of a telephone number on it: in plain
//! words, and without anything of whose it is.

mod words;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tokio::time::{Instant, sleep_until};
use tongguan_application::tracking::{Followed, Standing, Step, TrackedNumber};
use tongguan_domain::person::TelephoneEnding;

use self::words::of;
use super::form::Sent;
use super::shell::{Visit, chinese, nothing, notice, time};
use crate::Shared;
use crate::caller::blocking;
use crate::looking::looked_up;
use crate::pace::Address;
use crate::part::Query;
use crate::problem::Problem;

/// Nothing found is told no sooner than this after it was asked, so that how long it took tells nothing.
const TOLD_AFTER: Duration = Duration::from_millis(300);

/// What somebody asks.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    number: String,
    #[serde(default)]
    ending: String,
}

/// The number of a link to the page.
#[derive(Debug, Deserialize)]
pub struct Linked {
    #[serde(default)]
    number: String,
}

/// Asks for the number and the digits.
pub async fn page(visit: Visit, Query(Linked { number }): Query<Linked>) -> Response {
    shown(&visit, StatusCode::OK, &nothing(), &number)
}

/// Says where the parcel stands.
pub async fn follow(
    State(shared): State<Shared>,
    visit: Visit,
    address: Address,
    headers: HeaderMap,
    Sent(Wanted { number, ending }): Sent<Wanted>,
) -> Result<Response, Problem> {
    let asked_at = Instant::now();
    let (Some(wanted), Some(ending)) =
        (TrackedNumber::parse(&number), TelephoneEnding::parse(&ending))
    else {
        let why = visit.say(
            "请输入订单号或运单号（最多80个字符），以及收货人或订购人手机号的后四位数字。",
            "Give the number of the order or waybill (at most 80 characters) and the last four digits of the \
             consignee's or buyer's telephone number, digits alone.",
        );
        return Ok(shown(&visit, StatusCode::UNPROCESSABLE_ENTITY, &notice("bad", why), &number));
    };
    address.may_follow(&shared, &wanted)?;
    let (tracking, enquiries) =
        (Arc::clone(&shared.access.tracking), Arc::clone(&shared.access.enquiries));
    let follow = move || tracking.follow(&wanted, &ending);
    let found = looked_up(&shared, &headers, follow).await?;
    let Some(parcel) = found else {
        sleep_until(asked_at + TOLD_AFTER).await;
        return Ok(shown(&visit, StatusCode::NOT_FOUND, &not_found(&visit), &number));
    };
    let pack = blocking(move || enquiries.pack()).await?;
    let day = shared.access.clock.now().china_day();
    let office = parcel.office.map(|office| {
        let known = pack.office(&office.to_string(), day);
        html! { (office) @if let Some(row) = known { " " (chinese(&row.entry.zh)) } }
    });
    Ok(shown(&visit, StatusCode::OK, &told(&visit, &parcel, office), &number))
}

fn shown(visit: &Visit, status: StatusCode, answer: &Markup, number: &str) -> Response {
    let title = visit.say("包裹查询", "Track a parcel");
    let body = html! {
        h1 { (title) }
        p { (visit.say(
            "查询进口包裹的通关进度。只显示进度，不显示姓名、地址和金额。",
            "Where an imported parcel stands at customs. Progress is shown, and no name, address or amount.",
        )) }
        (answer)
        form.stacked method="post" action="/track" {
            (visit.form_token())
            div {
                label for="number" { (visit.say("订单号或运单号", "Number of the order or waybill")) }
                input #number name="number" value=(number) autocomplete="off" maxlength="80" required;
            }
            div {
                label for="ending" { (visit.say("手机号后四位", "Last four digits of the telephone number")) }
                p.hint #ending-hint { (visit.say(
                    "收货人或订购人的手机号。",
                    "Of the consignee or of the buyer, as given with the order.",
                )) }
                input.short #ending name="ending" inputmode="numeric" autocomplete="off" pattern="[0-9]{4}"
                    maxlength="4" aria-describedby="ending-hint" required;
            }
            button { (visit.say("查询", "Track it")) }
        }
    };
    visit.page_with(status, title, &body)
}

/// The same for a number that nobody has and for digits that are wrong.
fn not_found(visit: &Visit) -> Markup {
    html! {
        div.notice.warn role="alert" {
            p { strong { (visit.say(
                "没有符合的包裹。",
                "No parcel has that number and those digits.",
            )) } }
            p { (visit.say(
                "请核对号码与手机尾号。刚下单的包裹，单证可能尚未送达；出口包裹不能在此查询。仍查不到时，请联系卖家。",
                "Check the number and the digits. Soon after an order its documents may not have come yet; exported \
                 parcels are not told of here. If it is still not found, ask the seller.",
            )) }
        }
    }
}

fn told(visit: &Visit, parcel: &Followed, office: Option<Markup>) -> Markup {
    let words = of(&parcel.standing);
    html! {
        section aria-labelledby="standing" {
            div class={ "notice " (words.kind) } role="status" {
                h2 #standing { (visit.language.of(words.now)) }
                @if let Some(since) = parcel.since {
                    p { (visit.say("自", "Since ")) (time(since)) }
                }
                @if let Some(office) = office {
                    p { (visit.say("申报地海关：", "Customs office: ")) (office) }
                }
                @if let Standing::Incomplete(missing) = &parcel.standing {
                    p {
                        (visit.say("还缺：", "Still to come: "))
                        @for (n, step) in missing.iter().enumerate() {
                            @if n > 0 { (visit.say("、", ", ")) }
                            (visit.language.of(document(*step)))
                        }
                    }
                }
            }
            dl.facts {
                dt { (visit.say("接下来", "What comes next")) }
                dd { (visit.language.of(words.next)) }
                dt { (visit.say("您需要做什么", "What you may have to do")) }
                dd { (visit.language.of(words.to_do)) }
            }
            h2 { (visit.say("经过", "So far")) }
            ol.timeline { @for (step, at) in &parcel.steps {
                li { (time(*at)) br; (visit.language.of(happened(*step))) }
            } }
        }
        h2 { (visit.say("再查一件", "Track another")) }
    }
}

const fn happened(step: Step) -> (&'static str, &'static str) {
    match step {
        Step::Ordered => ("收到订单信息", "The order was reported"),
        Step::Paid => ("收到支付信息", "The payment was reported"),
        Step::Shipped => ("收到运单信息", "The shipment was reported"),
        Step::Declared => ("已向海关申报", "It was declared to customs"),
        Step::Released => ("海关放行", "Customs released it"),
        Step::Delivered => ("已签收", "It was delivered"),
    }
}

const fn document(step: Step) -> (&'static str, &'static str) {
    match step {
        Step::Ordered => ("订单", "the order"),
        Step::Paid => ("支付单", "the payment"),
        _ => ("运单", "the waybill"),
    }
}
