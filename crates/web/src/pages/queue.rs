//! The work queue (待办): what waits for an officer.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::review::{Direction, Filter, Page, Place, QUEUES, Queued, Worth};
use tongguan_domain::ids::DeclarationId;
use tongguan_domain::registry::Registry;
use tongguan_domain::status::ReturnStatus;

use super::shell::{Visit, time};
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::problem::Problem;

/// Rows of a page.
const ROWS: usize = 50;

/// What is listed.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    status: String,
    #[serde(default)]
    direction: String,
    #[serde(default)]
    after: String,
}

/// Lists it.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let filter = asked.filter().ok_or(Problem::Malformed("status, direction"))?;
    let place = asked.place().ok_or(Problem::Malformed("after"))?;
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let listing = move || {
        let page = enquiries.queue(reach, filter, place, ROWS)?;
        Ok::<_, tongguan_application::review::ReviewError>((page, enquiries.registry()?))
    };
    let (page, registry) = blocking(listing).await?;
    let title = visit.say("待办", "Work queue");
    let body = html! {
        h1 { (title) }
        (filters(&visit, &asked))
        @if page.rows.is_empty() {
            div.notice { p {
                (visit.say(
                    "没有符合条件的待办。新的申报清单进入人工审核、查验或扣留后会列在这里。",
                    "Nothing waits here. Declarations are listed once they go to review or examination, or are \
                     detained.",
                ))
            } }
        } @else {
            (rows(&visit, &page, &registry))
        }
        @if let Some(next) = page.next {
            nav.pages { a rel="next" href=(asked.address_behind(next)) { (visit.say("下一页", "Next page")) } }
        }
    };
    Ok(visit.page(title, &body))
}

impl Asked {
    fn filter(&self) -> Option<Filter> {
        let status = match self.status.as_str() {
            "" => None,
            number => Some(queue_of(number)?),
        };
        let direction = match self.direction.as_str() {
            "" => None,
            name => Some(Direction::named(name)?),
        };
        Some(Filter { status, office: None, direction })
    }

    fn place(&self) -> Option<Option<Place>> {
        let Some((queue, after)) = self.after.split_once('.') else {
            return self.after.is_empty().then_some(None);
        };
        let after = DeclarationId(after.parse().ok()?);
        Some(Some(Place { queue: queue_of(queue)?, after }))
    }

    fn address_behind(&self, place: Place) -> String {
        let Self { status, direction, .. } = self;
        let (queue, after) = (place.queue.number(), place.after);
        format!("/queue?status={status}&direction={direction}&after={queue}.{after}")
    }
}

fn queue_of(number: &str) -> Option<ReturnStatus> {
    let number = number.parse::<i32>().ok()?;
    QUEUES.into_iter().find(|queue| queue.number() == number)
}

fn filters(visit: &Visit, asked: &Asked) -> Markup {
    let directions = [("import", ("进口", "Imports")), ("export", ("出口", "Exports"))];
    html! {
        form.row method="get" action="/queue" {
            div {
                label for="status" { (visit.say("状态", "Status")) }
                select #status name="status" {
                    option value="" { (visit.say("全部", "All")) }
                    @for queue in QUEUES {
                        option value=(queue.number()) selected[asked.status == queue.number().to_string()] {
                            (queue.number()) " " (visit.language.of(queue.title()))
                        }
                    }
                }
            }
            div {
                label for="direction" { (visit.say("进出口", "Direction")) }
                select #direction name="direction" {
                    option value="" { (visit.say("全部", "All")) }
                    @for (name, title) in directions {
                        option value=(name) selected[asked.direction == name] { (visit.language.of(title)) }
                    }
                }
            }
            div { button.quiet { (visit.say("筛选", "Show")) } }
        }
    }
}

fn rows(visit: &Visit, page: &Page, registry: &Registry) -> Markup {
    html! {
        div.table tabindex="0" role="region" aria-label=(visit.say("待办清单", "What waits")) { table {
            thead { tr {
                th scope="col" { (visit.say("清单", "Declaration")) }
                th scope="col" { (visit.say("状态", "Status")) }
                th scope="col" { (visit.say("电商企业", "Merchant")) }
                th.number scope="col" { (visit.say("价值", "Value")) }
                th scope="col" { (visit.say("原因", "Reason")) }
                th scope="col" { (visit.say("自", "Since")) }
            } }
            tbody { @for row in &page.rows { (line(visit, row, registry)) } }
        } }
    }
}

fn line(visit: &Visit, row: &Queued, registry: &Registry) -> Markup {
    let number = row.number.as_ref().map_or(row.provisional_no.as_str(), |number| number.as_str());
    html! {
        tr {
            td { a href={ "/declarations/" (row.id) } { (number) } }
            td { (row.status.number()) " " (visit.language.of(row.status.title())) }
            td { (registry.party(row.merchant).map_or("", |party| party.name.as_str())) }
            td.number {
                @match &row.worth {
                    Worth::Dutiable { value, .. } => { "CNY " (value) }
                    Worth::Declared(totals) => {
                        @for (currency, amount) in totals { div { (currency) " " (amount) } }
                    }
                }
            }
            td { (row.reason.as_deref().unwrap_or_default()) }
            td { (time(row.since)) }
        }
    }
}
