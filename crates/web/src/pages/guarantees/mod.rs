//! Guarantees (税款担保) as customs keeps them: who has one, what became of it, and what is proposed of it.

pub mod one;
pub mod proposal;
pub mod proposing;

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::guarantees::{self, Listed, Movement, MovementCause, MovementKind};
use tongguan_domain::guarantee::Terms;
use tongguan_domain::ids::PartyId;
use tongguan_domain::money::Money;
use tongguan_domain::party::Standing;
use tongguan_domain::time::Moment;

use super::form;
use super::shell::{Visit, encoded, time};
use super::words::{data, language_of};
use crate::Shared;
use crate::caller::blocking;
use crate::part::Query;
use crate::problem::Problem;

/// Guarantees, and movements, of a page.
pub const ROWS: usize = 50;

/// Which guarantees.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    after: String,
}

/// Lists them.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    Query(Asked { q, after }): Query<Asked>,
) -> Result<Response, Problem> {
    let after = form::place("after", &after, |text| text.parse().ok().map(PartyId))?;
    let after = after.unwrap_or(PartyId(i64::MIN));
    let (enquiries, now) = (Arc::clone(&shared.access.enquiries), shared.access.clock.now());
    let search = q.clone();
    let listing =
        move || enquiries.store().read(|view| guarantees::list(view, &search, after, ROWS + 1));
    let mut all = blocking(listing).await?;
    let more = all.len() > ROWS;
    all.truncate(ROWS);
    let title = visit.say("税款担保", "Guarantees");
    let body = html! {
        h1 { (title) }
        form.row method="get" action="/guarantees" {
            div {
                label for="q" { (visit.say("企业代码（开头）或名称", "A code’s beginning, or part of a name")) }
                input #q name="q" value=(q) maxlength="100" autocomplete="off" lang=[language_of(&q)];
            }
            div { button.quiet { (visit.say("查找", "Find")) } }
        }
        @if !all.is_empty() {
            (rows(&visit, &all, now))
        } @else if q.trim().is_empty() {
            div.notice { p { (visit.say(
                "还没有担保。企业的首个担保由系统管理员用命令 tongguan registry import 登记，之后会列在这里。",
                "There is no guarantee yet. Whoever runs the system registers a first one with tongguan registry \
                 import; then it is listed here.",
            )) } }
        } @else {
            div.notice { p {
                (visit.say("没有符合条件的担保。", "No guarantee matches.")) " "
                a href="/guarantees" { (visit.say("显示全部", "Show all")) }
            } }
        }
        @if let Some(last) = all.last().filter(|_| more) {
            (visit.next_page(format_args!("/guarantees?q={}&after={}", encoded(&q), last.guarantee.party_id)))
        }
    };
    Ok(visit.page(title, &body))
}

fn rows(visit: &Visit, all: &[Listed], now: Moment) -> Markup {
    html! {
        div.table tabindex="0" role="region" aria-label=(visit.say("担保清单", "Guarantees")) { table {
            thead { tr {
                th scope="col" { (visit.say("担保企业", "Guarantor")) }
                th scope="col" { (visit.say("状态", "State")) }
                th.number scope="col" { (visit.say("额度（元）", "Granted, CNY")) }
                th.number scope="col" { (visit.say("已占用", "Held")) }
                th.number scope="col" { (visit.say("可用", "Free")) }
                th.number scope="col" { (visit.say("等待中", "Queued")) }
                th scope="col" { (visit.say("有效期", "Term")) }
            } }
            tbody { @for one in all {
                @let terms = guarantees::terms(&one.guarantee);
                tr {
                    td { a href=(address(one.guarantee.party_id)) { (data(&one.name)) } br;
                        code.muted { (one.codes.first().map_or("", String::as_str)) } }
                    td { (state(visit, &terms, now)) }
                    td.number { (terms.granted) }
                    td.number { (one.guarantee.held) }
                    td.number { (free(one, now)) }
                    td.number { (one.guarantee.queued) }
                    td { (term(visit, &terms)) }
                }
            } }
        } }
    }
}

/// Where one is shown.
pub fn address(party: PartyId) -> String {
    format!("/guarantees/{party}")
}

/// What is left of it now.
pub fn free(one: &Listed, now: Moment) -> Money {
    guarantees::balance(&one.guarantee).free(now)
}

/// Whether it counts now, and why not.
pub fn state(visit: &Visit, terms: &Terms, now: Moment) -> Markup {
    let today = now.china_day();
    let (kind, zh, en) = match terms.standing {
        Standing::Suspended => ("tag bad", "暂停", "suspended"),
        Standing::Active if today < terms.valid_from => ("tag warn", "未生效", "not yet in force"),
        Standing::Active if terms.valid_to.is_some_and(|to| to < today) => {
            ("tag bad", "已到期", "over")
        }
        Standing::Active => ("tag good", "有效", "in force"),
    };
    html! { span class=(kind) { (visit.say(zh, en)) } }
}

/// From when until when.
pub fn term(visit: &Visit, terms: &Terms) -> Markup {
    html! {
        (terms.valid_from) " – "
        @match terms.valid_to {
            Some(day) => { (day) }
            None => { (visit.say("长期", "open-ended")) }
        }
    }
}

/// What was held and given back, with who decided where the reader may know it.
pub fn movements(visit: &Visit, all: &[Movement], names_officers: Officers) -> Markup {
    html! {
        div.table tabindex="0" role="region" aria-label=(visit.say("占用与恢复", "Held and given back")) { table {
            thead { tr {
                th scope="col" { (visit.say("时间", "At")) }
                th scope="col" { (visit.say("变动", "Movement")) }
                th.number scope="col" { (visit.say("金额（元）", "CNY")) }
                th scope="col" { (visit.say("清单", "Declaration")) }
                th scope="col" { (visit.say("起因", "Because of")) }
            } }
            tbody { @for movement in all { tr {
                td { (time(movement.place.at)) }
                td { (match movement.kind {
                    MovementKind::Held => visit.say("放行占用", "held at release"),
                    MovementKind::GivenBack => visit.say("退货恢复", "given back"),
                }) }
                td.number { (movement.amount) }
                td { a href={ "/declarations/" (movement.place.declaration) } { (movement.number) } }
                td { (because(visit, movement.cause.as_ref(), names_officers)) }
            } } }
        } }
    }
}

/// Whether officers are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Officers {
    /// To those of customs.
    Named,
    /// To enterprises.
    Unnamed,
}

fn because(visit: &Visit, cause: Option<&MovementCause>, officers: Officers) -> Markup {
    html! { @match cause {
        None => { "–" }
        Some(MovementCause::Document) => { (visit.say("单证", "a document")) }
        Some(MovementCause::Officer(name)) => {
            (visit.say("关员", "an officer")) @if officers == Officers::Named { " " (data(name)) }
        }
        Some(MovementCause::Command) => { (visit.say("企业指令", "a command of the enterprise")) }
        Some(MovementCause::Time) => { (visit.say("到期", "time")) }
        Some(MovementCause::Guarantee) => { (visit.say("担保增加或恢复", "the guarantee was raised or reinstated")) }
    } }
}
