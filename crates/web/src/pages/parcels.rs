//! The parcels of an enterprise (我的包裹): a list whose filter is its address, and the same as CSV.

use std::io::Error;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use http_body_util::channel::Channel;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::parcels::{Parcel, ParcelFilter, ParcelPage, ParcelsError};
use tongguan_application::review::Direction;
use tongguan_domain::access::{Permission, Reach};
use tongguan_domain::ids::DeclarationId;
use tongguan_domain::registry::Registry;
use tongguan_domain::status::ReturnStatus;
use tongguan_domain::time::parse_day;

use super::sheet;
use super::shell::{Visit, encoded, time, time_of};
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::language::Language;
use crate::problem::Problem;

/// Rows of a page.
const ROWS: usize = 50;
/// Rows of a file that are read at a time.
const ROWS_AT_A_TIME: usize = 500;

/// The choices of the filter: statuses, by their numbers.
const CHOICES: [&str; 10] =
    ["1", "2", "100", "300", "399", "500", "501,502,503,599,600", "700", "800", "899"];

/// What is listed, as the address says it.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct Asked {
    status: String,
    direction: String,
    from: String,
    to: String,
    number: String,
    behind: String,
}

/// Lists it.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let title = visit.say("我的包裹", "Your parcels");
    let Reach::Party(_) = caller.reach() else {
        return Ok(visit.page(title, &for_enterprises(&visit, title)));
    };
    let filter = asked.filter()?;
    let behind = asked.behind()?;
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let listing = move || {
        let page = enquiries.parcels(reach, &filter, behind, ROWS)?;
        Ok::<_, ParcelsError>((page, enquiries.registry()?))
    };
    let (page, registry) = blocking(listing).await?;
    let body = html! {
        h1 { (title) }
        (filters(&visit, &asked))
        @if page.is_cut {
            div.notice.warn { p {
                (visit.say(
                    "以此开头的单号太多，仅列出一部分；请输入更完整的单号。",
                    "Too many numbers begin so; some are listed. Enter more of the number.",
                ))
            } }
        }
        @if page.rows.is_empty() { (empty(&visit, &asked)) } @else { (rows(&visit, &page, &registry)) }
        nav.pages aria-label=(visit.say("分页", "Pages")) {
            @if !asked.behind.is_empty() {
                a href=(asked.address("/parcels", None)) { (visit.say("最新的包裹", "Newest parcels")) }
            }
            @if let Some(next) = page.next {
                a rel="next" href=(asked.address("/parcels", Some(next))) { (visit.say("下一页", "Next page")) }
            }
            @if !page.rows.is_empty() {
                a href=(asked.address("/parcels.csv", None)) download="parcels.csv" {
                    (visit.say("导出CSV（全部符合条件的）", "Export as CSV (all that match)"))
                }
            }
        }
    };
    Ok(visit.page(title, &body))
}

/// Everything that is listed, as a file that is written while it is read.
pub async fn csv(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let filter = asked.filter()?;
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let read = move |behind| {
        let (enquiries, filter) = (Arc::clone(&enquiries), filter.clone());
        blocking(move || {
            let page = enquiries.parcels(reach, &filter, behind, ROWS_AT_A_TIME)?;
            Ok::<_, ParcelsError>((page, enquiries.registry()?))
        })
    };
    // The first part before anything is answered: what cannot be read is a problem, not half a file.
    let mut part = read(None).await?;
    let (mut sender, body) = Channel::<_, Error>::new(2);
    let language = visit.language;
    tokio::spawn(async move {
        let mut written = sheet::written(&[headings(language)], sheet::Place::Beginning);
        loop {
            let (page, registry) = &part;
            let lines: Vec<_> = page.rows.iter().map(|it| cells(language, it, registry)).collect();
            written.extend(sheet::written(&lines, sheet::Place::Further));
            // Nobody reads it any more.
            if sender.send_data(written.into()).await.is_err() {
                return;
            }
            let Some(next) = page.next else { return };
            part = match read(Some(next)).await {
                Ok(part) => part,
                // A file that breaks off is known for one.
                Err(_) => return sender.abort(Error::other("the list cannot be read further")),
            };
            written = Vec::new();
        }
    });
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
        (CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"parcels.csv\"")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, Body::new(body)).into_response())
}

/// The address of the list of these statuses, lodged from a day on.
pub fn address(statuses: &[ReturnStatus], from: Option<String>) -> String {
    let numbers: Vec<_> = statuses.iter().map(|status| status.number().to_string()).collect();
    let status = numbers.join(",");
    Asked { status, from: from.unwrap_or_default(), ..Asked::default() }.address("/parcels", None)
}

impl Asked {
    fn filter(&self) -> Result<ParcelFilter, Problem> {
        let day = |text: &str, what| match text {
            "" => Ok(None),
            text => parse_day(&text.replace('-', "")).map(Some).ok_or(Problem::Malformed(what)),
        };
        let status = |number: &str| number.parse().ok().and_then(ReturnStatus::from_number);
        let numbers = self.status.split(',').filter(|number| !number.is_empty());
        let statuses: Option<Vec<_>> = numbers.map(status).collect();
        let statuses = statuses.filter(|statuses| statuses.len() <= CHOICES.len());
        let direction = match self.direction.as_str() {
            "" => None,
            name => Some(Direction::named(name).ok_or(Problem::Malformed("direction"))?),
        };
        Ok(ParcelFilter {
            statuses: statuses.ok_or(Problem::Malformed("status"))?,
            direction,
            from: day(&self.from, "from")?,
            to: day(&self.to, "to")?,
            number: self.number.clone(),
        })
    }

    fn behind(&self) -> Result<Option<DeclarationId>, Problem> {
        if self.behind.is_empty() {
            return Ok(None);
        }
        let id = self.behind.parse().map_err(|_| Problem::Malformed("behind"))?;
        Ok(Some(DeclarationId(id)))
    }

    fn address(&self, path: &str, behind: Option<DeclarationId>) -> String {
        let behind = behind.map(|id| id.to_string()).unwrap_or_default();
        let Self { status, direction, from, to, number, .. } = self;
        let fields = [
            ("status", status),
            ("direction", direction),
            ("from", from),
            ("to", to),
            ("number", number),
            ("behind", &behind),
        ];
        let said = fields.iter().filter(|(_, value)| !value.is_empty());
        let said: Vec<_> = said.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        if said.is_empty() { path.to_owned() } else { format!("{path}?{}", said.join("&")) }
    }

    fn is_anything(&self) -> bool {
        self.address("", None).is_empty()
    }
}

fn direction_of(language: Language, direction: Direction) -> &'static str {
    match direction {
        Direction::Import => language.say("进口", "Import"),
        Direction::Export => language.say("出口", "Export"),
    }
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
    let is_other = !asked.status.is_empty() && !CHOICES.contains(&asked.status.as_str());
    html! {
        form.row method="get" action="/parcels" {
            div {
                label for="number" { (visit.say("订单或运单编号（开头）", "Order or waybill number (beginning)")) }
                input #number name="number" value=(asked.number) autocomplete="off";
            }
            div {
                label for="status" { (visit.say("状态", "Status")) }
                select #status name="status" {
                    option value="" { (visit.say("全部", "All")) }
                    @if is_other { option value=(asked.status) selected { (asked.status) } }
                    @for numbers in CHOICES {
                        option value=(numbers) selected[asked.status == numbers] { (choice(visit, numbers)) }
                    }
                }
            }
            div {
                label for="direction" { (visit.say("进出口", "Direction")) }
                select #direction name="direction" {
                    option value="" { (visit.say("全部", "All")) }
                    @for direction in [Direction::Import, Direction::Export] {
                        option value=(direction.name()) selected[asked.direction == direction.name()] {
                            (direction_of(visit.language, direction))
                        }
                    }
                }
            }
            div {
                label for="from" { (visit.say("申报自", "Lodged from")) }
                input #from name="from" type="date" value=(asked.from);
            }
            div {
                label for="to" { (visit.say("申报至", "Lodged until")) }
                input #to name="to" type="date" value=(asked.to);
            }
            div { button.quiet { (visit.say("筛选", "Show")) } }
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
            p { a href="/parcels" { (visit.say("显示全部", "Show all")) } }
        }
    } }
}

/// For whom there is no such list.
fn for_enterprises(visit: &Visit, title: &str) -> Markup {
    html! {
        h1 { (title) }
        div.notice { p {
            (visit.say("此清单供企业使用；关员请使用", "This list is for enterprises. Officers use the "))
            a href="/queue" { (visit.say("待办", "work queue")) }
            (visit.say("。", "."))
        } }
    }
}

fn rows(visit: &Visit, page: &ParcelPage, registry: &Registry) -> Markup {
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
            td { (registry.party(parcel.merchant).map_or("", |party| party.name.as_str())) }
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

fn headings(language: Language) -> Vec<String> {
    let texts = match language {
        Language::Chinese => [
            "清单编号",
            "预录入编号",
            "进出口",
            "状态",
            "状态说明",
            "订单编号",
            "运单编号",
            "电商企业",
            "关区",
            "申报时间",
            "最近变化",
        ],
        Language::English => [
            "declaration number",
            "provisional number",
            "direction",
            "status",
            "meaning",
            "order number",
            "waybill number",
            "merchant",
            "office",
            "lodged",
            "last change",
        ],
    };
    texts.map(str::to_owned).to_vec()
}

fn cells(language: Language, parcel: &Parcel, registry: &Registry) -> Vec<String> {
    vec![
        parcel.number.clone().unwrap_or_default(),
        parcel.provisional_no.clone(),
        direction_of(language, parcel.direction).to_owned(),
        parcel.status.number().to_string(),
        language.of(parcel.status.title()).to_owned(),
        parcel.order_no.to_string(),
        parcel.waybill_no.clone(),
        registry.party(parcel.merchant).map(|party| party.name.clone()).unwrap_or_default(),
        parcel.office.clone(),
        time_of(parcel.lodged_at),
        time_of(parcel.changed_at),
    ]
}
