//! What was asked about an enterprise's own parcels (退货与撤单): returns of imports and exports, and cancellations.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::clearing::export_return::ExportReturnRecord;
use tongguan_application::clearing::record::{DocumentState, ReturnRecord};
use tongguan_application::parcels::{Cancellation, RequestPlace};
use tongguan_domain::ids::DeclarationId;

use super::form;
use super::shell::{Visit, time};
use super::words::{data, status};
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::part::Query;
use crate::problem::Problem;
use crate::views::export_return::{differences, name};
use crate::views::returns::back_by;

/// Rows of a page.
const ROWS: usize = 50;

/// What is listed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    kind: String,
    behind: String,
}

/// A kind of request: how it is asked for, its name, and what a list of none says.
struct Kind {
    name: &'static str,
    title: (&'static str, &'static str),
    empty: (&'static str, &'static str),
}

const RETURNS: Kind = Kind {
    name: "returns",
    title: ("进口退货", "Returns of imports"),
    empty: ("没有进口退货。", "No imported goods were asked to go back."),
};
const EXPORT_RETURNS: Kind = Kind {
    name: "export-returns",
    title: ("出口退货", "Returns of exports"),
    empty: ("没有出口退货。", "No exported goods were asked to come back."),
};
const CANCELLATIONS: Kind = Kind {
    name: "cancellations",
    title: ("撤单", "Cancellations"),
    empty: ("没有撤单申请。", "Nobody asked to cancel a declaration."),
};
const KINDS: [&Kind; 3] = [&RETURNS, &EXPORT_RETURNS, &CANCELLATIONS];

/// A table: its headings, and the cells of each row.
type Table = (Vec<(&'static str, &'static str)>, Vec<Vec<Markup>>);

/// Lists those of a kind.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let kind = match asked.kind.as_str() {
        "" => &RETURNS,
        name => *KINDS.iter().find(|kind| kind.name == name).ok_or(Problem::Malformed("kind"))?,
    };
    let behind = form::place("behind", &asked.behind, place_of)?;
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let (table, next) = match kind.name {
        "returns" => {
            let page = blocking(move || enquiries.own_returns(reach, behind, ROWS)).await?;
            (returns(&visit, &page.rows), page.next)
        }
        "export-returns" => {
            let page = blocking(move || enquiries.own_export_returns(reach, behind, ROWS)).await?;
            (export_returns(&visit, &page.rows), page.next)
        }
        _ => {
            let page = blocking(move || enquiries.own_cancellations(reach, behind, ROWS)).await?;
            (cancellations(&visit, &page.rows), page.next)
        }
    };
    Ok(shown(&visit, kind, &table, next))
}

fn shown(
    visit: &Visit,
    kind: &Kind,
    (columns, rows): &Table,
    next: Option<RequestPlace>,
) -> Response {
    let title = visit.say("退货与撤单", "Returns and cancellations");
    let body = html! {
        h1 { (title) }
        nav.pages aria-label=(visit.say("种类", "Kinds")) {
            @for one in KINDS {
                a href={ "/requests?kind=" (one.name) } aria-current=[(one.name == kind.name).then_some("page")] {
                    (visit.language.of(one.title))
                }
            }
        }
        h2 { (visit.language.of(kind.title)) }
        @if rows.is_empty() {
            div.notice { p {
                (visit.language.of(kind.empty))
                " "
                (visit.say(
                    "在清单页面生成申请报文，签名后上传；或以报文提出：",
                    "Open a parcel to have the message written that you sign and upload, or send one of your own: ",
                ))
                a href="/developers/messages" { (visit.say("报文一览", "all messages")) }
                (visit.say("。", "."))
            } }
        } @else {
            div.table tabindex="0" role="region" aria-label=(visit.language.of(kind.title)) { table {
                thead { tr { @for column in columns { th scope="col" { (visit.language.of(*column)) } } } }
                tbody { @for row in rows { tr { @for cell in row { td { (cell) } } } } }
            } }
        }
        @if let Some((declaration, n)) = next {
            (visit.next_page(format_args!("/requests?kind={}&behind={declaration}/{n}", kind.name)))
        }
    };
    visit.page(title, &body)
}

fn returns(visit: &Visit, records: &[ReturnRecord]) -> Table {
    let columns = vec![
        ("退货申请", "Request"),
        ("清单", "Declaration"),
        ("状态", "Status"),
        ("最迟退回日", "Back by"),
    ];
    let row = |record: &ReturnRecord| {
        vec![
            html! { (record.provisional_no) },
            declaration(record.declaration, &record.document.dossier.order_no),
            status(visit, record.state.status()),
            html! { @if let Some(day) = back_by(record) { (day) } },
        ]
    };
    (columns, records.iter().map(row).collect())
}

fn export_returns(visit: &Visit, records: &[ExportReturnRecord]) -> Table {
    let columns = vec![
        ("退货申请", "Request"),
        ("清单", "Declaration"),
        ("状态", "Status"),
        ("不符之处", "What differs"),
    ];
    let row = |record: &ExportReturnRecord| {
        vec![
            html! { (record.provisional_no) },
            declaration(record.id.declaration, &name(record)),
            status(visit, record.state.status()),
            html! { @for differs in differences(record) { span.tag.warn { (data(differs)) } " " } },
        ]
    };
    (columns, records.iter().map(row).collect())
}

fn cancellations(visit: &Visit, all: &[Cancellation]) -> Table {
    let columns = vec![("清单", "Declaration"), ("结果", "Outcome"), ("申请时间", "Asked")];
    let row = |one: &Cancellation| {
        let (kind, zh, en) = match one.document.state {
            DocumentState::Pending => ("warn", "待关员审核", "an officer decides"),
            DocumentState::Entered => ("good", "已撤单", "cancelled"),
            DocumentState::Refused => ("bad", "已退单", "refused"),
            DocumentState::Stored | DocumentState::Deleted => ("plain", "未申报", "not declared"),
        };
        vec![
            declaration(one.declaration, one.declaration_no.as_str()),
            html! { span class={ "tag " (kind) } { (visit.say(zh, en)) } },
            time(one.document.sent_at),
        ]
    };
    (columns, all.iter().map(row).collect())
}

fn declaration(id: DeclarationId, number: &str) -> Markup {
    html! { a href={ "/declarations/" (id) } { (number) } }
}

fn place_of(text: &str) -> Option<RequestPlace> {
    let (declaration, n) = text.split_once('/')?;
    Some((DeclarationId(declaration.parse().ok()?), n.parse().ok()?))
}
