//! Master bills (提运单) compared with what entered supervised places: which are short, which are over, and which
//! parcels nobody declared.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::facility::{Bill, FacilityError, Parcel, Tallied};
use tongguan_domain::facility::EntryRoute;
use tongguan_domain::registry::Registry;

use super::case;
use super::shell::{Visit, asking, time};
use super::words::{data, party};
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::part::Query;
use crate::problem::Problem;

/// Bills of a page.
const ROWS: usize = 25;
/// Parcels of a table; the interface gives all.
const MOST: usize = 100;

/// What is looked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    number: String,
    behind: String,
}

/// Lists the bills of the office, or shows the one that is asked for.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let number = asked.number.trim().to_owned();
    if !number.is_empty() {
        return one(&shared, &visit, &caller, &number).await;
    }
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let listing = move || enquiries.bills(reach, &asked.behind, ROWS.saturating_add(1));
    let mut bills = blocking(listing).await?;
    let has_more = bills.len() > ROWS;
    bills.truncate(ROWS);
    let title = visit.say("提运单", "Master bills");
    let next = bills.last().filter(|_| has_more);
    let body = html! {
        h1 { (title) }
        (look_up(&visit, ""))
        p { a href="/undeclared" { (visit.say("入库未申报的包裹", "Parcels that entered and nobody declared")) } }
        @if bills.is_empty() {
            div.notice { p { (visit.say(
                "没有提运单。经营人以入库明细单（711）报告包裹入库后会列在这里。",
                "There is no master bill. They are listed here once an operator reports (711) that parcels entered.",
            )) } }
        } @else {
            (list(&visit, title, &bills))
        }
        @if let Some(last) = next { (visit.next_page(asking("/bills", &[("behind", &last.number)]))) }
    };
    Ok(visit.page(title, &body))
}

/// Lists what entered and nobody declared.
pub async fn undeclared(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
) -> Result<Response, Problem> {
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let listing = move || {
        let parcels = enquiries.undeclared(reach)?;
        Ok::<_, FacilityError>((parcels, enquiries.registry()?))
    };
    let (parcels, registry) = blocking(listing).await?;
    let title = visit.say("入库未申报的包裹", "Parcels that nobody declared");
    let body = html! {
        (up(&visit))
        h1 { (title) }
        p { (visit.say(
            "这些包裹已入库，但没有有效清单申报。请与经营人核对实货，并通知电商企业或其代理人申报；无人申报的按规定处置。",
            "These entered a supervised place, and no live declaration names them. Have the operator look for them, and \
             have their merchant or declarant declare them, or deal with them as goods that nobody declares.",
        )) }
        @if parcels.is_empty() {
            div.notice.good { p { (visit.say("没有：已入库的包裹都已申报。", "There is none: whatever entered is declared.")) } }
        } @else {
            (table(&visit, title, &parcels.iter().collect::<Vec<_>>(), &registry))
        }
    };
    Ok(visit.page(title, &body))
}

async fn one(
    shared: &Shared,
    visit: &Visit,
    caller: &Caller,
    number: &str,
) -> Result<Response, Problem> {
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let wanted = number.to_owned();
    let showing = move || {
        let bill = enquiries.bill(reach, &wanted)?;
        Ok::<_, FacilityError>((bill, enquiries.registry()?))
    };
    let (bill, registry) = blocking(showing).await?;
    let title = visit.say("提运单", "Master bill");
    let Some(bill) = bill else {
        let body = html! {
            (up(visit))
            h1 { (title) }
            div.notice.warn role="alert" { p { (data(number)) ": " (visit.say(
                "本关区的监管场所没有该提运单的包裹入库。请核对提运单号。",
                "nothing of that bill entered a supervised place of the office. Check its number.",
            )) } }
            (look_up(visit, number))
        };
        return Ok(visit.page_with(StatusCode::NOT_FOUND, title, &body));
    };
    let body = html! {
        (up(visit))
        h1 { (title) " " (data(number)) }
        (summary(visit, &bill))
        (part(visit, SHORT, bill.short(), &registry))
        (part(visit, OVER, bill.over(), &registry))
        (part(visit, UNDECLARED, bill.entered().filter(|it| it.declaration.is_none()), &registry))
        (look_up(visit, ""))
    };
    Ok(visit.page(title, &body))
}

/// A part of a bill that differs: its name, what it is and what to do, and what is said where there is nothing of it.
struct Part {
    title: (&'static str, &'static str),
    about: (&'static str, &'static str),
    none: (&'static str, &'static str),
}

const SHORT: Part = Part {
    title: ("短少", "Short"),
    about: (
        "运单列明该提运单，但未入库。请经营人核对实货，或等待入库明细单（711）。",
        "Waybills name the bill and the parcels did not enter under it. Have the operator look for them, or wait for the \
         report (711).",
    ),
    none: ("没有短少。", "Nothing is short."),
};
const OVER: Part = Part {
    title: ("溢出", "Over"),
    about: (
        "已入库，但没有运单列明该提运单：运单（511）未到，或写的是另一份提运单。请物流企业更正或补传。",
        "They entered under it and no waybill of it names them: none came (511), or it names another bill. Have the \
         carrier correct or send it.",
    ),
    none: ("没有溢出。", "Nothing is over."),
};
const UNDECLARED: Part = Part {
    title: ("未申报", "Not declared"),
    about: (
        "已入库，但没有有效清单申报。",
        "They entered under it, and no live declaration names them.",
    ),
    none: ("已入库的都已申报。", "Whatever entered is declared."),
};

fn summary(visit: &Visit, bill: &Bill) -> Markup {
    let (short, over) = (bill.short().count(), bill.over().count());
    let (kind, words) = if short == 0 && over == 0 {
        ("good", ("运单与入库一致。", "Waybills and entries agree."))
    } else {
        ("warn", ("运单与入库不一致。", "Waybills and entries differ."))
    };
    html! {
        div class={ "notice " (kind) } role="status" { p { (visit.language.of(words)) } }
        dl.facts {
            dt { (visit.say("运单", "Waybills that name it")) } dd.number { (bill.waybills().count()) }
            dt { (visit.say("入库", "Entered under it")) } dd.number { (bill.entered().count()) }
            dt { (visit.language.of(SHORT.title)) } dd.number { (short) }
            dt { (visit.language.of(OVER.title)) } dd.number { (over) }
        }
    }
}

fn part<'p>(
    visit: &Visit,
    part: Part,
    parcels: impl Iterator<Item = &'p Parcel>,
    registry: &Registry,
) -> Markup {
    let parcels: Vec<_> = parcels.collect();
    let title = visit.language.of(part.title);
    html! {
        h2 { (title) " (" (parcels.len()) ")" }
        @if parcels.is_empty() { p { (visit.language.of(part.none)) } } @else {
            p { (visit.language.of(part.about)) }
            (table(visit, title, &parcels, registry))
        }
    }
}

fn table(visit: &Visit, title: &str, parcels: &[&Parcel], registry: &Registry) -> Markup {
    html! {
        div.table tabindex="0" role="region" aria-label=(title) { table {
            thead { tr {
                th scope="col" { (visit.say("运单编号", "Waybill")) }
                th scope="col" { (visit.say("物流企业", "Carrier")) }
                th scope="col" { (visit.say("运单所列提运单", "Bill by its waybill")) }
                th scope="col" { (visit.say("入库提运单", "Entered under")) }
                th scope="col" { (visit.say("入库关区", "At office")) }
                th scope="col" { (visit.say("入库时间", "Entered")) }
                th scope="col" { (visit.say("清单", "Declaration")) }
                th scope="col" { (visit.say("进境方式", "Route")) }
            } }
            tbody { @for parcel in parcels.iter().take(MOST) { (row(visit, parcel, registry)) } }
        } }
        @if parcels.len() > MOST { p { (visit.say(
            "仅列出前100件；全部内容见数据接口。",
            "The first 100 are shown; the JSON interface gives all.",
        )) } }
    }
}

fn row(visit: &Visit, parcel: &Parcel, registry: &Registry) -> Markup {
    let bill = |number: &str| html! { a href=(address(number)) { (data(number)) } };
    html! { tr {
        th scope="row" { (parcel.waybill_no) }
        td { (data(&party(registry, parcel.carrier))) }
        td { @if let Some(number) = &parcel.bill_no { (bill(number)) } }
        td { @if let Some(entry) = &parcel.entry { (bill(&entry.bill_no)) } }
        td { @if let Some(entry) = &parcel.entry { (entry.office) } }
        td { @if let Some(at) = parcel.entered_at { (time(at)) } }
        td { @if let Some(id) = parcel.declaration { a href=(case::address(id)) { (id) } } }
        td { @if let Some(route) = parcel.route { (visit.language.of(called(route))) } }
    } }
}

fn list(visit: &Visit, title: &str, bills: &[Tallied]) -> Markup {
    html! {
        div.table tabindex="0" role="region" aria-label=(title) { table {
            thead { tr {
                th scope="col" { (visit.say("提运单号", "Bill")) }
                th.number scope="col" { (visit.say("运单", "Waybills")) }
                th.number scope="col" { (visit.say("入库", "Entered")) }
                th.number scope="col" { (visit.language.of(SHORT.title)) }
                th.number scope="col" { (visit.language.of(OVER.title)) }
                th.number scope="col" { (visit.language.of(UNDECLARED.title)) }
                th scope="col" { (visit.say("最近入库", "Entered last")) }
            } }
            tbody { @for bill in bills { tr {
                th scope="row" { a href=(address(&bill.number)) { (data(&bill.number)) } }
                td.number { (bill.tally.waybills) }
                td.number { (bill.tally.entered) }
                (differing(bill.tally.short))
                (differing(bill.tally.over))
                (differing(bill.tally.undeclared))
                td { @if let Some(at) = bill.tally.last_entered_at { (time(at)) } }
            } } }
        } }
    }
}

fn differing(count: i64) -> Markup {
    html! { td.number { @if count == 0 { "0" } @else { span.tag.warn { (count) } } } }
}

fn look_up(visit: &Visit, number: &str) -> Markup {
    html! {
        form.row method="get" action="/bills" role="search" {
            div {
                label for="number" { (visit.say("提运单号", "Number of a bill")) }
                input #number name="number" value=(number) maxlength="80" autocomplete="off" required;
            }
            div { button { (visit.say("查看", "Show")) } }
        }
    }
}

fn up(visit: &Visit) -> Markup {
    html! { p { a href="/bills" { (visit.say("提运单", "Master bills")) } } }
}

fn address(number: &str) -> String {
    asking("/bills", &[("number", number)])
}

const fn called(route: EntryRoute) -> (&'static str, &'static str) {
    match route {
        EntryRoute::AtPort => ("口岸申报", "declared at the port"),
        EntryRoute::Transit => ("转关", "in transit"),
        EntryRoute::DeclaredElsewhere => ("属地申报、口岸验放", "declared elsewhere"),
        EntryRoute::Undetermined => ("未入库，待定", "not entered yet"),
    }
}
