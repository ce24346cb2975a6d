//! Organisations (单位): registered parties, for whoever lets people in.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::enquiry::{Organisation, OrganisationPage};
use tongguan_domain::ids::PartyId;
use tongguan_domain::party::Standing;

use super::form;
use super::shell::{Visit, asking};
use super::words::data;
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::part::Query;
use crate::problem::Problem;
use crate::views::people::counted;

/// Rows of a page.
const ROWS: usize = 50;

/// Which organisations.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    after: String,
}

/// Lists them, by number.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Query(Asked { q, after }): Query<Asked>,
) -> Result<Response, Problem> {
    let after = form::place("after", &after, |text| text.parse().ok())?.unwrap_or(i64::MIN);
    let (enquiries, standing, wanted) =
        (Arc::clone(&shared.access.enquiries), caller.standing, q.clone());
    let listing = move || enquiries.organisations(standing, &wanted, PartyId(after), ROWS);
    let OrganisationPage { rows, next } = blocking(listing).await?;
    let title = visit.say("单位", "Organisations");
    let body = html! {
        h1 { (title) }
        p { (visit.say(
            "已备案的单位。人员以单位编号邀请；备案由企业申报或导入，不在此更改。",
            "Registered parties. People are let in by the number of one; what is registered comes by filing or import, and \
             is not changed here.",
        )) }
        form.row method="get" action="/organisations" role="search" {
            div {
                label for="q" { (visit.say("名称、编号、编码或信箱", "Name, number, code or mailbox")) }
                input #q name="q" value=(q) maxlength="80" autocomplete="off";
            }
            div { button.quiet { (visit.say("查找", "Find")) } }
        }
        @if rows.is_empty() {
            div.notice { p {
                (visit.say("没有这样的单位。", "No organisation is like that."))
                " "
                (visit.say(
                    "尚未备案的新企业：在“人员”页邀请其管理员，单位填new，由其自行申报备案。",
                    "For an enterprise that is not registered yet, let its administrator in under People with new as \
                     organisation; the enterprise then files itself.",
                ))
            } }
        } @else {
            (table(&visit, &rows))
        }
        @if let Some(next) = next {
            (visit.next_page(asking("/organisations", &[("q", &q), ("after", &next.to_string())])))
        }
    };
    Ok(visit.page(title, &body))
}

fn table(visit: &Visit, rows: &[Organisation]) -> Markup {
    html! {
        div.table tabindex="0" role="region" aria-label=(visit.say("单位清单", "Organisations")) { table {
            thead { tr {
                th.number scope="col" { (visit.say("编号", "Number")) }
                th scope="col" { (visit.say("名称", "Name")) }
                th scope="col" { (visit.say("编码", "Codes")) }
                th scope="col" { (visit.say("身份", "Acts as")) }
                th scope="col" { (visit.say("信箱", "Mailbox")) }
                th scope="col" { (visit.say("状态", "State")) }
                th scope="col" { (visit.say("人员", "People")) }
            } }
            tbody { @for one in rows { (row(visit, one)) } }
        } }
    }
}

fn row(visit: &Visit, one: &Organisation) -> Markup {
    let party = &one.party;
    html! {
        tr {
            td.number { (party.id) }
            td { (data(&party.name)) }
            td { @for code in &party.codes { code { (code) } " " } }
            td { @for role in party.roles.iter() { (visit.say(role.zh(), role.name())) " " } }
            td { @if let Some(mailbox) = &party.mailbox { code { (mailbox) } } }
            td { @match party.standing {
                Standing::Active => { span.tag.good { (visit.say("有效", "active")) } }
                Standing::Suspended => { span.tag.bad { (visit.say("暂停", "suspended")) } }
            } }
            td { a href={ "/people?organisation=" (party.id) } {
                (visit.say(format!("{}人，邀请", counted(one.people)), format!("{}, invite", counted(one.people))))
            } }
        }
    }
}
