//! The parcels of an enterprise (我的包裹): a list whose filter is its address, and the same as CSV.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::parcels::{Parcel, ParcelPage, ParcelsError};
use tongguan_application::review::Direction;
use tongguan_domain::access::{Permission, Reach};
use tongguan_domain::ids::DeclarationId;
use tongguan_domain::registry::Registry;
use tongguan_domain::status::ReturnStatus;

use super::declarations;
use super::form::{self, go_to};
use super::relayed;
use super::sheet::Ways;
use super::shell::{Visit, encoded, time};
use super::views;
use super::words::data;
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::parcels::{Wanted, direction_of, file};
use crate::part::Query;
use crate::problem::Problem;

/// Where it is.
pub const ADDRESS: &str = "/parcels";
/// Rows of a page.
const ROWS: usize = 50;

/// The choices of the filter: statuses, by their numbers.
const CHOICES: [&str; 10] =
    ["1", "2", "100", "300", "399", "500", "501,502,503,599,600", "700", "800", "899"];

/// What is listed, as the address says it.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct Asked {
    #[serde(flatten)]
    wanted: Wanted,
    behind: String,
}

/// Lists it. Whoever acts for no enterprise has a list of declarations.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let title = visit.say("我的包裹", "Your parcels");
    let Reach::Party(_) = caller.reach() else { return Ok(go_to(declarations::ADDRESS)) };
    let filter = asked.wanted.filter()?;
    let behind = asked.behind()?;
    let relayed = match asked.wanted.number.trim() {
        "" => Vec::new(),
        number => relayed::named(&shared, caller.reach(), number).await?,
    };
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let listing = move || {
        let page = enquiries.parcels(reach, &filter, behind, ROWS)?;
        Ok::<_, ParcelsError>((page, enquiries.registry()?))
    };
    let (page, registry) = blocking(listing).await?;
    let saved = views::bar(&shared, &visit, &caller, &asked).await?;
    let ways = Ways {
        first: (!asked.behind.is_empty())
            .then(|| (asked.address(ADDRESS, None), visit.say("最新的包裹", "Newest parcels"))),
        next: page.next.map(|next| asked.address(ADDRESS, Some(next))),
        file: (!page.rows.is_empty()).then(|| (asked.address("/parcels.csv", None), "parcels.csv")),
    };
    let body = html! {
        h1 { (title) }
        (filters(&visit, &asked))
        (saved)
        @if page.is_cut {
            div.notice.warn { p {
                (visit.say(
                    "以此开头的单号太多，仅列出一部分；请输入更完整的单号。",
                    "Too many numbers begin so; some are listed. Enter more of the number.",
                ))
            } }
        }
        @if page.rows.is_empty() { (empty(&visit, &asked)) } @else { (rows(&visit, &page, &registry)) }
        @if !relayed.is_empty() {
            h2 { (visit.say("转发的清单", "Relayed declarations")) }
            (relayed::rows(&visit, &relayed))
        }
        p { a href="/relayed" { (visit.say("转发上级窗口的清单", "Declarations that are relayed and decided upstream")) } }
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
    file(&shared, caller.reach(), asked.wanted.filter()?, visit.language).await
}

/// The address of the list of these statuses, lodged from a day on.
pub fn address(statuses: &[ReturnStatus], from: Option<String>) -> String {
    let numbers: Vec<_> = statuses.iter().map(|status| status.number().to_string()).collect();
    let status = numbers.join(",");
    let wanted = Wanted { status, from: from.unwrap_or_default(), ..Wanted::default() };
    Asked { wanted, behind: String::new() }.address(ADDRESS, None)
}

impl Asked {
    fn behind(&self) -> Result<Option<DeclarationId>, Problem> {
        form::place("behind", &self.behind, |text| text.parse().ok().map(DeclarationId))
    }

    pub(super) fn address(&self, path: &str, behind: Option<DeclarationId>) -> String {
        let behind = behind.map(|id| id.to_string()).unwrap_or_default();
        let fields = self.fields().into_iter().chain([("behind", behind.as_str())]);
        let said = written(fields);
        if said.is_empty() { path.to_owned() } else { format!("{path}?{said}") }
    }

    /// The fields of the filter, by their names.
    pub(super) fn fields(&self) -> [(&'static str, &str); 5] {
        let Wanted { status, direction, from, to, number } = &self.wanted;
        [
            ("status", status),
            ("direction", direction),
            ("from", from),
            ("to", to),
            ("number", number),
        ]
    }

    /// The filter as a query; empty where all is listed.
    ///
    /// # Errors
    /// [`Problem::Malformed`] for one that does not read.
    pub(super) fn filter(&self) -> Result<String, Problem> {
        self.wanted.filter()?;
        Ok(written(self.fields()))
    }

    fn is_anything(&self) -> bool {
        self.address("", None).is_empty()
    }
}

/// What fields say, as a query.
fn written<'f>(fields: impl IntoIterator<Item = (&'static str, &'f str)>) -> String {
    let said = fields.into_iter().filter(|(_, value)| !value.is_empty());
    let said: Vec<_> = said.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    said.join("&")
}

fn choice(visit: &Visit, numbers: &str) -> String {
    let first = numbers.split(',').next().and_then(|number| number.parse().ok());
    match first.and_then(ReturnStatus::from_number) {
        Some(_) if numbers.contains(',') => {
            visit.say("扣留或挂起", "Detained or suspended").to_owned()
        }
        Some(status) => format!("{status} {}", visit.language.of(status.title())),
        None => numbers.to_owned(),
    }
}

fn filters(visit: &Visit, asked: &Asked) -> Markup {
    html! {
        form.row method="get" action=(ADDRESS) {
            div {
                label for="number" { (visit.say("订单或运单编号（开头）", "Order or waybill number (beginning)")) }
                input #number name="number" value=(asked.wanted.number) autocomplete="off";
            }
            (common_filters(visit, &asked.wanted))
            div { button.quiet { (visit.say("筛选", "Show")) } }
        }
    }
}

/// The fields by which any list of declarations is filtered.
pub fn common_filters(visit: &Visit, wanted: &Wanted) -> Markup {
    let is_other = !wanted.status.is_empty() && !CHOICES.contains(&wanted.status.as_str());
    html! {
        div {
            label for="status" { (visit.say("状态", "Status")) }
            select #status name="status" {
                option value="" { (visit.say("全部", "All")) }
                @if is_other { option value=(wanted.status) selected { (wanted.status) } }
                @for numbers in CHOICES {
                    option value=(numbers) selected[wanted.status == numbers] { (choice(visit, numbers)) }
                }
            }
        }
        div {
            label for="direction" { (visit.say("进出口", "Direction")) }
            select #direction name="direction" {
                option value="" { (visit.say("全部", "All")) }
                @for direction in [Direction::Import, Direction::Export] {
                    option value=(direction.name()) selected[wanted.direction == direction.name()] {
                        (direction_of(visit.language, direction))
                    }
                }
            }
        }
        div {
            label for="from" { (visit.say("申报自", "Lodged from")) }
            input #from name="from" type="date" value=(wanted.from);
        }
        div {
            label for="to" { (visit.say("申报至", "Lodged until")) }
            input #to name="to" type="date" value=(wanted.to);
        }
    }
}

fn empty(visit: &Visit, asked: &Asked) -> Markup {
    html! { div.notice {
        @if asked.is_anything() {
            p {
                (visit.say(
                    "还没有包裹。贵单位作为电商平台、电商企业或申报单位的清单申报后会列在这里。",
                    "There are no parcels yet. Declarations in which you are platform, merchant or declarant are \
                     listed here once they are lodged.",
                ))
            }
            @if visit.may(Permission::Declare) {
                p { a href="/mail/send" { (visit.say("上传第一份报文", "Upload a first message")) } }
            }
            p { a href="/developers" { (visit.say("了解如何编制报文", "Learn how messages are made")) } }
        } @else {
            p { (visit.say("没有符合条件的包裹。", "No parcel matches.")) }
            p { a href=(ADDRESS) { (visit.say("显示全部", "Show all")) } }
        }
    } }
}

/// The rows of a list, with a link to each declaration.
pub fn rows(visit: &Visit, page: &ParcelPage, registry: &Registry) -> Markup {
    html! {
        div.table tabindex="0" role="region" aria-label=(visit.say("包裹清单", "Parcels")) { table {
            thead { tr {
                th scope="col" { (visit.say("清单", "Declaration")) }
                th scope="col" { (visit.say("状态", "Status")) }
                th scope="col" { (visit.say("进出口", "Direction")) }
                th scope="col" { (visit.say("订单编号", "Order")) }
                th scope="col" { (visit.say("运单编号", "Waybill")) }
                th scope="col" { (visit.say("电商企业", "Merchant")) }
                th scope="col" { (visit.say("关区", "Office")) }
                th scope="col" { (visit.say("申报时间", "Lodged")) }
                th scope="col" { (visit.say("最近变化", "Last change")) }
            } }
            tbody { @for parcel in &page.rows { (line(visit, parcel, registry)) } }
        } }
    }
}

fn line(visit: &Visit, parcel: &Parcel, registry: &Registry) -> Markup {
    html! {
        tr {
            td { a href={ "/declarations/" (parcel.id) } {
                (parcel.number.as_deref().unwrap_or(&parcel.provisional_no))
            } }
            td { (status(visit, parcel.status)) }
            td { (direction_of(visit.language, parcel.direction)) }
            td { (parcel.order_no) }
            td { (parcel.waybill_no) }
            td { (data(registry.party(parcel.merchant).map_or("", |party| party.name.as_str()))) }
            td { (parcel.office) }
            td { (time(parcel.lodged_at)) }
            td { (time(parcel.changed_at)) }
        }
    }
}

/// A status in words, its colour besides.
pub fn status(visit: &Visit, status: ReturnStatus) -> Markup {
    let kind = match status {
        ReturnStatus::Released | ReturnStatus::Closed => "good",
        ReturnStatus::Refused | ReturnStatus::Error(_) | ReturnStatus::ShippedBack => "bad",
        ReturnStatus::Stored | ReturnStatus::Accepted | ReturnStatus::Sent => "plain",
        _ => "warn",
    };
    html! { span class={ "tag " (kind) } { (status.number()) " " (visit.language.of(status.title())) } }
}
