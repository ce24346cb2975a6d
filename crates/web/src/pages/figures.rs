//! Figures of an office (关区数据): for its officers, and of any office for auditors and other authorities.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::enquiry::EnquiryError;
use tongguan_application::figures::{Figure, OfficeDay};
use tongguan_codelists::{Pack, Table};
use tongguan_domain::access::Reach;
use tongguan_domain::ids::OfficeCode;

use super::live;
use super::shell::{Visit, nothing, notice};
use super::words::code;
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::part::Query;
use crate::problem::Problem;

/// Which office and day; all of them and today where nothing is said.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    office: String,
    day: String,
}

/// What stands in the form.
struct Form<'a> {
    office: &'a str,
    day: Date,
    /// The last day that can be chosen.
    today: Date,
}

/// Whether the caller sees what is counted of an office.
pub fn counts(caller: &Caller, office: OfficeCode) -> bool {
    match caller.standing.counts() {
        Reach::Everybody => true,
        Reach::Office(own) => own == office,
        Reach::Party(_) | Reach::Nobody => false,
    }
}

/// Shows each office that the caller may see on a day, and today of the own office or of the one that is asked for.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let (enquiries, now) = (Arc::clone(&shared.access.enquiries), shared.access.clock.now());
    let today = now.china_day();
    let day = match asked.day.trim() {
        "" => today,
        text => text.parse().map_err(|_| Problem::Malformed("day"))?,
    };
    let own = match caller.standing.counts() {
        Reach::Office(own) => Some(own),
        _ => None,
    };
    let wanted = asked.office.trim();
    let form = Form { office: wanted, day, today };
    let office = match wanted {
        "" => own,
        text => match OfficeCode::parse(text) {
            Ok(office) => Some(office),
            Err(_) => return Ok(unknown(&visit, &form)),
        },
    };
    if office.is_some_and(|office| !counts(&caller, office)) {
        return Err(Problem::NotFound);
    }
    let asking = move || {
        let live = office.filter(|_| day == today).map(|office| enquiries.live(Some(office), now));
        let all = enquiries.offices_on(office, day)?;
        Ok::<_, EnquiryError>((live.transpose()?, all, enquiries.pack()?))
    };
    let (live, all, pack) = blocking(asking).await?;
    let body = html! {
        @if let (Some(office), Some(live)) = (office, live) {
            (live::section(&visit, &visit.say(format!("关区{office}今日"), format!("Office {office} today")), &live))
        }
        (overview(&visit, &all, &pack, day))
    };
    Ok(shown(&visit, StatusCode::OK, &form, &nothing(), &body))
}

fn unknown(visit: &Visit, form: &Form<'_>) -> Response {
    let why = visit.say("关区代码为四位数字，例如2916", "An office has four digits, such as 2916");
    shown(visit, StatusCode::UNPROCESSABLE_ENTITY, form, &notice("bad", why), &nothing())
}

fn shown(
    visit: &Visit,
    status: StatusCode,
    form: &Form<'_>,
    told: &Markup,
    figures: &Markup,
) -> Response {
    let title = visit.say("关区数据", "Figures of offices");
    let body = html! {
        h1 { (title) }
        (told)
        form.row method="get" action="/figures" {
            div {
                label for="office" { (visit.say("关区", "Office")) }
                p.hint #office-hint { (visit.say("四位关区代码，不填为全部", "Its four digits; all where you give none")) }
                input.short #office name="office" value=(form.office) maxlength="4" inputmode="numeric"
                    aria-describedby="office-hint";
            }
            div {
                label for="day" { (visit.say("日期", "Day")) }
                p.hint #day-hint { (visit.say("中国时间", "In China’s time")) }
                input.short #day name="day" type="date" value=(form.day) max=(form.today) aria-describedby="day-hint";
            }
            div { button { (visit.say("查看", "Show")) } }
        }
        (figures)
    };
    visit.page_with(status, title, &body)
}

/// Each office in a line, with all of them at the foot.
fn overview(visit: &Visit, all: &[OfficeDay], pack: &Pack, day: Date) -> Markup {
    let columns = [
        (Figure::Entered, ("入库", "Entered")),
        (Figure::Green, ("绿色通道", "Green lane")),
        (Figure::Yellow, ("黄色通道", "Yellow lane")),
        (Figure::Red, ("红色通道", "Red lane")),
        (Figure::Released, ("放行", "Released")),
        (Figure::Refused, ("退单", "Refused")),
    ];
    let title = visit.say(format!("{day}各关区"), format!("Offices on {day}"));
    html! {
        h2 { (title) }
        @if all.is_empty() {
            div.notice { p { (visit.say(
                "该日没有数据。请换一天，或核对关区代码。",
                "Nothing was counted on that day. Choose another, or check the office.",
            )) } }
        } @else {
            div.table tabindex="0" role="region" aria-label=(title) { table {
                thead { tr {
                    th scope="col" { (visit.say("关区", "Office")) }
                    @for (_, words) in columns { th.number scope="col" { (visit.language.of(words)) } }
                } }
                tbody { @for office in all { tr {
                    th scope="row" {
                        a href={ "/figures?office=" (office.office) "&day=" (day) } {
                            (code(visit, pack, Table::Offices, &office.office, day))
                        }
                    }
                    @for (figure, _) in columns { td.number { (office.total(figure)) } }
                } } }
                tfoot { tr {
                    th scope="row" { (visit.say("合计", "In all")) }
                    @for (figure, _) in columns {
                        td.number { (all.iter().map(|office| office.total(figure)).sum::<i64>()) }
                    }
                } }
            } }
        }
    }
}
