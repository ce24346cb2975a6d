//! Figures of an office (关区数据): for its officers, and of any office for auditors and other authorities.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_domain::access::Reach;
use tongguan_domain::ids::OfficeCode;

use super::live;
use super::shell::{Visit, nothing, notice};
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::part::Query;
use crate::problem::Problem;

/// Which office.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    office: String,
}

/// Whether the caller sees what is counted of an office.
pub fn counts(caller: &Caller, office: OfficeCode) -> bool {
    match caller.standing.counts() {
        Reach::Everybody => true,
        Reach::Office(own) => own == office,
        Reach::Party(_) | Reach::Nobody => false,
    }
}

/// Shows those of the own office, or of the one that is asked for.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let asked = asked.office.trim();
    let office = match caller.standing.counts() {
        Reach::Office(own) if asked.is_empty() => Some(own),
        _ if asked.is_empty() => None,
        _ => match OfficeCode::parse(asked) {
            Ok(office) => Some(office),
            Err(_) => return Ok(unknown(&visit, asked)),
        },
    };
    let Some(office) = office else {
        return Ok(shown(&visit, StatusCode::OK, "", &nothing(), &nothing()));
    };
    if !counts(&caller, office) {
        return Err(Problem::NotFound);
    }
    let (enquiries, now) = (Arc::clone(&shared.access.enquiries), shared.access.clock.now());
    let figures = blocking(move || enquiries.live(Some(office), now)).await?;
    let title = visit.say(format!("关区{office}今日"), format!("Office {office} today"));
    let figures = live::section(&visit, &title, &figures);
    let asked = office.to_string();
    let of = if matches!(caller.standing.counts(), Reach::Office(_)) { "" } else { &asked };
    Ok(shown(&visit, StatusCode::OK, of, &nothing(), &figures))
}

fn unknown(visit: &Visit, asked: &str) -> Response {
    let why = visit.say("关区代码为四位数字，例如2916", "An office has four digits, such as 2916");
    shown(visit, StatusCode::UNPROCESSABLE_ENTITY, asked, &notice("bad", why), &nothing())
}

fn shown(
    visit: &Visit,
    status: StatusCode,
    asked: &str,
    told: &Markup,
    figures: &Markup,
) -> Response {
    let title = visit.say("关区数据", "Figures of an office");
    let body = html! {
        h1 { (title) }
        (told)
        form.row method="get" action="/figures" {
            div {
                label for="office" { (visit.say("关区", "Office")) }
                p.hint #office-hint { (visit.say("四位关区代码", "Its four digits")) }
                input.short #office name="office" value=(asked) maxlength="4" inputmode="numeric"
                    aria-describedby="office-hint" required;
            }
            div { button { (visit.say("查看", "Show")) } }
        }
        (figures)
    };
    visit.page_with(status, title, &body)
}
