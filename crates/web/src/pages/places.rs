//! Supervised places (监管作业场所): which there are, who supervises and who runs each.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::html;

use super::shell::Visit;
use super::words::data;
use crate::Shared;
use crate::caller::blocking;
use crate::language::Language;
use crate::problem::Problem;

/// Lists them.
pub async fn page(State(shared): State<Shared>, visit: Visit) -> Result<Response, Problem> {
    let enquiries = Arc::clone(&shared.access.enquiries);
    let (places, parties) = blocking(move || enquiries.places()).await?;
    let operator = |place: &tongguan_domain::place::SupervisedPlace| {
        let party = parties.iter().find(|one| one.party.id == place.operator);
        party.map_or_else(|| place.operator.to_string(), |one| one.party.name.clone())
    };
    let title = visit.say("监管作业场所", "Supervised places");
    let body = html! {
        h1 { (title) }
        @if places.is_empty() {
            div.notice { p { (visit.say(
                "尚未登记监管作业场所。请由系统运维以tongguan registry import登记。",
                "No supervised place is registered. Whoever runs the service registers them with tongguan registry import.",
            )) } }
        } @else {
            div.table tabindex="0" role="region" aria-label=(title) { table {
                thead { tr {
                    th scope="col" { (visit.say("场所编码", "Code")) }
                    th scope="col" { (visit.say("名称", "Name")) }
                    th scope="col" { (visit.say("主管海关", "Office")) }
                    th scope="col" { (visit.say("经营人", "Operator")) }
                    th scope="col" { (visit.say("有效期", "Valid")) }
                } }
                tbody { @for place in &places { tr {
                    th scope="row" { (place.code) }
                    td {
                        @match (visit.language, &place.name_en) {
                            (Language::English, Some(name)) => { (name) }
                            _ => { (data(&place.name)) }
                        }
                    }
                    td { (place.office) }
                    td { (data(&operator(place))) }
                    td {
                        (place.valid_from) " – "
                        @if let Some(last) = place.valid_to { (last) }
                    }
                } } }
            } }
        }
    };
    Ok(visit.page(title, &body))
}
