//! The first page of an enterprise (企业首页): what needs attention, and where to do what.

use std::sync::Arc;

use axum::response::Response;
use maud::{Markup, html};
use tongguan_application::parcels::{Concern, ParcelsError, Shortage, Tally};
use tongguan_domain::access::{Permission, Reach};
use tongguan_domain::guarantee::Guarantee;
use tongguan_domain::time::Moment;

use super::parcels;
use super::shell::{Visit, time};
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::problem::Problem;

/// Shows it.
pub async fn page(shared: &Shared, visit: &Visit, caller: &Caller) -> Result<Response, Problem> {
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let now = shared.access.clock.now();
    let asking = move || {
        let name = match reach {
            Reach::Party(party) => enquiries.registry()?.party(party).map(|it| it.name.clone()),
            _ => None,
        };
        Ok::<_, ParcelsError>((name, enquiries.concerns(reach, now)?, enquiries.guarantee(reach)?))
    };
    let (name, tallies, guarantee) = blocking(asking).await?;
    let title = name.as_deref().unwrap_or_else(|| visit.say("企业首页", "Your enterprise"));
    let shortage =
        guarantee.and_then(|guarantee| Shortage::of(guarantee, now).map(|it| (it, guarantee)));
    let body = html! {
        h1 { (title) }
        h2 { (visit.say("需要关注", "What needs attention")) }
        @if tallies.is_empty() && shortage.is_none() {
            div.notice.good { p {
                (visit.say("没有需要处理的事项。", "Nothing needs your attention."))
            } }
        } @else {
            div.columns {
                @if let Some((shortage, guarantee)) = shortage { (short(visit, shortage, guarantee)) }
                @for tally in &tallies { (card(visit, tally, now)) }
            }
        }
        h2 { (visit.say("常用", "Where to go")) }
        ul {
            li { a href="/parcels" { (visit.say("查询包裹", "Find your parcels")) } }
            @if visit.may(Permission::ReadMail) {
                li { a href="/mail" { (visit.say("查看回执与税单", "Read responses and tax bills")) } }
            }
            @if visit.may(Permission::Declare) {
                li { a href="/mail/send" { (visit.say("上传报文", "Upload a message")) } }
            }
            @if visit.may(Permission::ManagePrograms) {
                li { a href="/programs" { (visit.say("管理程序的访问密钥", "Manage the access keys of programs")) } }
            }
            @if visit.may(Permission::ManagePeople) {
                li { a href="/people" { (visit.say("管理本单位人员", "Manage your people")) } }
            }
        }
    };
    Ok(visit.page(title, &body))
}

fn card(visit: &Visit, tally: &Tally, now: Moment) -> Markup {
    let (zh, en) = told(tally.concern);
    let from = tally.concern.from(now).map(|day| day.to_string());
    html! {
        div.card {
            h3 { a href=(parcels::address(tally.concern.statuses(), from)) { (visit.say(zh, en)) } }
            p.figure { (tally.count) @if tally.is_more { "+" } }
            p.muted { (visit.say("最早一件申报于 ", "The first was lodged ")) (time(tally.since)) }
        }
    }
}

const fn told(concern: Concern) -> (&'static str, &'static str) {
    match concern {
        Concern::Refused => ("最近一周退单", "Refused within a week"),
        Concern::Waiting => ("等待订单、支付单或运单", "Waiting for order, payment or waybill"),
        Concern::Detained => ("扣留或挂起", "Detained or suspended"),
        Concern::Stored => ("已暂存，尚未申报", "Stored, not declared"),
        Concern::InReview => ("人工审核中", "In review"),
        Concern::Examined => ("查验中", "Under examination"),
        Concern::Reviewed => ("已审结，等待担保或入库", "Reviewed, waiting for guarantee or entry"),
    }
}

fn short(visit: &Visit, shortage: Shortage, guarantee: Guarantee) -> Markup {
    let (zh, en) = match shortage {
        Shortage::Queued(_) => {
            ("担保不足，有包裹在等待", "The guarantee is too small: parcels wait")
        }
        Shortage::Low(_) => ("担保额度即将用完", "The guarantee is nearly used up"),
        Shortage::NotValid => ("担保不在有效期内", "The guarantee is not valid now"),
    };
    html! {
        div.card {
            h3 { (visit.say(zh, en)) }
            dl.facts {
                dt { (visit.say("担保额度", "Granted")) } dd.number { "CNY " (guarantee.granted) }
                dt { (visit.say("已占用", "Held")) } dd.number { "CNY " (guarantee.held) }
                dt { (visit.say("等待中", "Waiting for it")) } dd.number { "CNY " (guarantee.queued) }
            }
            p { a href="/guarantee" { (visit.say("查看担保", "See the guarantee")) } }
        }
    }
}
