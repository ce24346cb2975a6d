//! The declarations of an office (清单), or of every office for the auditor: a list whose filter is its address, and
//! the same as CSV.

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_domain::access::Reach;
use tongguan_domain::ids::DeclarationId;

use super::form::{self, go_to};
use super::parcels;
use super::sheet::Ways;
use super::shell::{Visit, asking};
use crate::Shared;
use crate::caller::Caller;
use crate::declared::{Wanted, file, listed};
use crate::part::Query;
use crate::problem::Problem;

/// Where it is.
pub const ADDRESS: &str = "/declarations";
/// The same as a file.
const FILE: &str = "/declarations.csv";
/// Rows of a page.
const ROWS: usize = 50;

/// What is listed, as the address says it.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct Asked {
    #[serde(flatten)]
    wanted: Wanted,
    behind: String,
}

/// Lists it. An enterprise has a list of its own.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let reach = caller.reach();
    if let Reach::Party(_) = reach {
        return Ok(go_to(parcels::ADDRESS));
    }
    let sought = asked.wanted.sought(reach)?;
    let behind = form::place("behind", &asked.behind, |it| it.parse().ok().map(DeclarationId))?;
    let (page, registry) = listed(&shared, sought, behind, ROWS).await?;
    let title = visit.say("清单", "Declarations");
    let to = |path: &str, behind| address(path, &asked.wanted, behind);
    let ways = Ways {
        first: (!asked.behind.is_empty())
            .then(|| (to(ADDRESS, None), visit.say("最新的清单", "Newest declarations"))),
        next: page.next.map(|next| to(ADDRESS, Some(next))),
        file: (!page.rows.is_empty()).then(|| (to(FILE, None), "declarations.csv")),
    };
    let body = html! {
        h1 { (title) }
        @if let Reach::Office(office) = reach {
            p { (visit.say(
                format!("向关区{office}申报的进出口清单，最近申报的在前。"),
                format!("What was declared at office {office}, in and out, the last first."),
            )) }
        }
        (filters(&visit, reach, &asked.wanted))
        p { a href="/search" { (visit.say("按编号查询", "Search by a number")) } }
        @if page.rows.is_empty() { (empty(&visit, &asked)) } @else {
            (parcels::rows(&visit, &page, &registry))
        }
        (ways.links(&visit))
    };
    Ok(visit.page(title, &body))
}

/// Everything that is listed, as a file.
pub async fn csv(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    file(&shared, asked.wanted.sought(caller.reach())?, visit.language).await
}

fn address(path: &str, wanted: &Wanted, behind: Option<DeclarationId>) -> String {
    let behind = behind.map(|id| id.to_string()).unwrap_or_default();
    let Wanted { status, direction, from, to, office, party } = wanted;
    let fields = [
        ("status", status.as_str()),
        ("direction", direction),
        ("from", from),
        ("to", to),
        ("office", office),
        ("party", party),
        ("behind", &behind),
    ];
    asking(path, &fields)
}

fn filters(visit: &Visit, reach: Reach, wanted: &Wanted) -> Markup {
    html! {
        form.row method="get" action=(ADDRESS) {
            @if reach == Reach::Everybody {
                div {
                    label for="office" { (visit.say("申报地海关（四位代码）", "Office (four digits)")) }
                    input #office name="office" value=(wanted.office) inputmode="numeric" pattern="[0-9]{4}"
                        maxlength="4" autocomplete="off";
                }
            }
            div {
                label for="party" {
                    (visit.say("平台、电商或申报企业（代码）", "Platform, merchant or declarant (code)"))
                }
                input #party name="party" value=(wanted.party) maxlength="60" autocomplete="off";
            }
            (parcels::common_filters(visit, &wanted.parcels()))
            div { button.quiet { (visit.say("筛选", "Show")) } }
        }
    }
}

fn empty(visit: &Visit, asked: &Asked) -> Markup {
    html! { div.notice {
        @if address("", &asked.wanted, None).is_empty() {
            p { (visit.say(
                "还没有清单。企业申报后，会列在这里。",
                "There are no declarations yet. Once an enterprise lodges one, it is listed here.",
            )) }
        } @else {
            p { (visit.say(
                "没有符合条件的清单。企业代码须完整。",
                "No declaration matches. The code of an enterprise must be whole.",
            )) }
            p { a href=(ADDRESS) { (visit.say("显示全部", "Show all")) } }
        }
    } }
}
