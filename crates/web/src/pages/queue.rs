//! The work queue (待办): what waits for an officer, who works on it, and how long it has waited.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::casework::Assignment;
use tongguan_application::clearing::settings::OfficeSettings;
use tongguan_application::enquiry::{Enquiries, EnquiryError, Waiting};
use tongguan_application::review::{Direction, Filter, Page, Place, QUEUES, Queued, Worth};
use tongguan_domain::access::Permission;
use tongguan_domain::declaration::Ruling;
use tongguan_domain::ids::DeclarationId;
use tongguan_domain::registry::Registry;
use tongguan_domain::status::ReturnStatus;
use tongguan_domain::time::Moment;

use super::form::go_to;
use super::shell::{Visit, nothing, time};
use super::words::{self, data, official, reason_fields, status};
use super::{bulk, case};
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::casework::{self, MOST_AT_ONCE, Only, Queue, Whose};
use crate::part::Query;
use crate::problem::Problem;

/// Rows of a page; as many as are decided at once.
const ROWS: usize = MOST_AT_ONCE;

/// What is listed.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    status: String,
    #[serde(default)]
    direction: String,
    /// Whose: `mine`, `free`, or everybody's.
    #[serde(default)]
    whose: String,
    /// Which: `late`, `licence`, or all.
    #[serde(default)]
    only: String,
    #[serde(default)]
    after: String,
}

/// What was found.
struct Listed {
    page: Page,
    waiting: Vec<Waiting>,
    taken: Vec<Assignment>,
    settings: OfficeSettings,
    registry: Arc<Registry>,
    now: Moment,
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
    let (enquiries, now) = (Arc::clone(&shared.access.enquiries), shared.access.clock.now());
    let (by, wanted) = (caller.clone(), asked.clone());
    let listed = blocking(move || list(&enquiries, &by, &wanted, filter, place, now)).await?;
    let title = visit.say("待办", "Work queue");
    let body = html! {
        h1 { (title) }
        (overview(&visit, &listed))
        (filters(&visit, &asked))
        @if listed.page.rows.is_empty() {
            div.notice { p {
                (visit.say(
                    "没有符合条件的待办。新的申报清单进入人工审核、查验或扣留后会列在这里。",
                    "Nothing waits here. Declarations are listed once they go to review or examination, or are \
                     detained.",
                ))
            } }
        } @else {
            (rows(&visit, &caller, &listed))
        }
        @if let Some(next) = listed.page.next {
            (visit.next_page(asked.address_behind(next)))
        }
    };
    Ok(visit.page(title, &body))
}

/// Goes to the first case that waits for somebody to take it on, or back to the queue where none does.
pub async fn next(State(shared): State<Shared>, caller: Caller) -> Result<Response, Problem> {
    let (enquiries, now) = (Arc::clone(&shared.access.enquiries), shared.access.clock.now());
    let part = (Filter::default(), None, ROWS);
    let free = (Whose::Free, Only::Everything);
    let listing = move || casework::queue(&enquiries, &caller, free, part, now);
    let first = blocking(listing).await?.page.rows.into_iter().next();
    Ok(go_to(&first.map_or_else(|| "/queue".to_owned(), |row| case::address(row.id))))
}

fn list(
    enquiries: &Enquiries,
    caller: &Caller,
    asked: &Asked,
    filter: Filter,
    place: Option<Place>,
    now: Moment,
) -> Result<Listed, EnquiryError> {
    let whose = match asked.whose.as_str() {
        "mine" => Whose::Mine,
        "free" => Whose::Free,
        _ => Whose::Everybody,
    };
    let which = (whose, Only::named(&asked.only));
    let Queue { page, taken, settings } =
        casework::queue(enquiries, caller, which, (filter, place, ROWS), now)?;
    let (waiting, registry) = (enquiries.waiting(caller.reach())?, enquiries.registry()?);
    Ok(Listed { page, waiting, taken, settings, registry, now })
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
        Some(Filter { status, direction, ..Filter::default() })
    }

    fn place(&self) -> Option<Option<Place>> {
        let Some((queue, after)) = self.after.split_once('.') else {
            return self.after.is_empty().then_some(None);
        };
        let after = DeclarationId(after.parse().ok()?);
        Some(Some(Place { queue: queue_of(queue)?, after }))
    }

    fn address_behind(&self, place: Place) -> String {
        let Self { status, direction, whose, only, .. } = self;
        let only = Only::NAMES.into_iter().find(|(known, _)| known == only);
        let only = only.map(|(name, _)| name).unwrap_or_default();
        let whose = ["mine", "free"].into_iter().find(|known| known == whose).unwrap_or_default();
        let (queue, after) = (place.queue.number(), place.after);
        format!(
            "/queue?status={status}&direction={direction}&whose={whose}&only={only}\
             &after={queue}.{after}"
        )
    }
}

impl Listed {
    fn is_late(&self, since: Moment) -> bool {
        since.plus_millis(self.settings.late_after_hours * 3_600_000) <= self.now
    }
}

fn queue_of(number: &str) -> Option<ReturnStatus> {
    let number = number.parse::<i32>().ok()?;
    QUEUES.into_iter().find(|queue| queue.number() == number)
}

/// How much waits in each queue of the office, and since when.
fn overview(visit: &Visit, listed: &Listed) -> Markup {
    if listed.waiting.is_empty() {
        return nothing();
    }
    html! {
        div.columns {
            @for waiting in &listed.waiting {
                div.card {
                    p.figure { (waiting.count) }
                    p { a href={ "/queue?status=" (waiting.queue.number()) } {
                        (waiting.queue.number()) " " (official(visit, waiting.queue.title()))
                    } }
                    p {
                        (visit.say("最早", "oldest")) " " (time(waiting.oldest))
                        @if listed.is_late(waiting.oldest) { " " (late(visit)) }
                    }
                }
            }
        }
    }
}

fn late(visit: &Visit) -> Markup {
    html! { span.tag.bad { (visit.say("等待过久", "waiting too long")) } }
}

fn filters(visit: &Visit, asked: &Asked) -> Markup {
    let directions = [("import", ("进口", "Imports")), ("export", ("出口", "Exports"))];
    let whose = [("mine", ("我的", "Mine")), ("free", ("无人认领", "Nobody’s"))];
    let only = [
        ("late", ("等待过久", "Waiting too long")),
        ("licence", ("待核对许可证件", "Licence to verify")),
    ];
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
            (choice(visit, "direction", ("进出口", "Direction"), &directions, &asked.direction))
            (choice(visit, "whose", ("经办", "Whose"), &whose, &asked.whose))
            (choice(visit, "only", ("其中", "Only"), &only, &asked.only))
            div { button.quiet { (visit.say("筛选", "Show")) } }
        }
    }
}

fn choice(
    visit: &Visit,
    field: &str,
    label: (&str, &str),
    options: &[(&str, (&str, &str))],
    chosen: &str,
) -> Markup {
    html! {
        div {
            label for=(field) { (visit.language.of(label)) }
            select id=(field) name=(field) {
                option value="" { (visit.say("全部", "All")) }
                @for (name, title) in options {
                    option value=(name) selected[chosen == *name] { (visit.language.of(*title)) }
                }
            }
        }
    }
}

/// What waits; who may decide can choose several of them.
fn rows(visit: &Visit, caller: &Caller, listed: &Listed) -> Markup {
    let decides = visit.may(Permission::Decide);
    let table = html! {
        div.table tabindex="0" role="region" aria-label=(visit.say("待办清单", "What waits")) { table {
            thead { tr {
                @if decides { th scope="col" { (visit.say("选择", "Choose")) } }
                th scope="col" { (visit.say("清单", "Declaration")) }
                th scope="col" { (visit.say("状态", "Status")) }
                th scope="col" { (visit.say("电商企业", "Merchant")) }
                th.number scope="col" { (visit.say("价值", "Value")) }
                th scope="col" { (visit.say("原因", "Reason")) }
                th scope="col" { (visit.say("自", "Since")) }
                th scope="col" { (visit.say("经办", "In hand")) }
            } }
            tbody { @for row in &listed.page.rows { (line(visit, caller, listed, row)) } }
        } }
    };
    if !decides {
        return table;
    }
    html! {
        form.stacked method="post" action="/queue/rulings" {
            (visit.form_token())
            (table)
            fieldset {
                legend { (visit.say("对所选清单作同一决定", "Decide the same about those that are chosen")) }
                div {
                    label for="ruling" { (visit.say("决定", "Decision")) }
                    select #ruling name="ruling" {
                        @for (name, ruling) in Ruling::NAMES {
                            option value=(name) { (visit.language.of(words::ruling(ruling))) }
                        }
                    }
                }
                (reason_fields(visit, "", ""))
                button.quiet { (visit.say("列出所选，再确认", "List them, then confirm")) }
            }
        }
    }
}

fn line(visit: &Visit, caller: &Caller, listed: &Listed, row: &Queued) -> Markup {
    let number = row.number.as_ref().map_or(row.provisional_no.as_str(), |number| number.as_str());
    let taken = listed.taken.iter().find(|it| it.declaration == row.id);
    html! {
        tr {
            @if visit.may(Permission::Decide) {
                td {
                    input type="checkbox" name={ (bulk::FIELD) (row.id) } value="chosen"
                        aria-label={ (visit.say("选择", "Choose")) " " (number) };
                }
            }
            td { a href=(case::address(row.id)) { (number) } }
            td { (status(visit, row.status)) }
            td { (data(listed.registry.party(row.merchant).map_or("", |party| party.name.as_str()))) }
            td.number {
                @match &row.worth {
                    Worth::Dutiable { value, .. } => { "CNY " (value) }
                    Worth::Declared(totals) => {
                        @for (currency, amount) in totals { div { (currency) " " (amount) } }
                    }
                }
            }
            td {
                (data(row.reason.as_deref().unwrap_or_default()))
                @if row.licence { " " span.tag { (visit.say("核对许可证件", "verify the licence")) } }
            }
            td { (time(row.since)) @if listed.is_late(row.since) { " " (late(visit)) } }
            td { @match taken {
                Some(it) if it.officer.sign_in == caller.audit_name() => {
                    span.tag.good { (visit.say("我", "me")) } " " (time(it.taken_at))
                }
                Some(it) => { (data(&it.officer.name)) " " (time(it.taken_at)) }
                None => { (visit.say("无", "nobody")) }
            } }
        }
    }
}
