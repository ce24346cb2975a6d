//! A code table: its rows with validity and source, and the form that proposes rows.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::parameters::Change;
use tongguan_codelists::{Row, Table};
use tongguan_domain::access::Permission;

use super::proposing::{proposed, refused, when_and_why};
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::pages::codes::words as codes;
use crate::pages::form::{Sent, go_to};
use crate::pages::shell::{Visit, chinese, nothing};
use crate::part::{Path, Query};
use crate::problem::Problem;

/// Rows of a page.
const ROWS: usize = 50;

/// Which rows.
#[derive(Debug, Default, Deserialize)]
pub struct Which {
    /// How many are before them.
    #[serde(default)]
    after: usize,
}

/// What is proposed.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    rows: String,
    from: String,
    reason: String,
}

/// Shows it.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    Path(name): Path<String>,
    Query(Which { after }): Query<Which>,
) -> Result<Response, Problem> {
    let table = named(&name)?;
    shown(&shared, &visit, table, after, StatusCode::OK, &nothing(), None).await
}

/// Proposes rows.
pub async fn propose(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(name): Path<String>,
    Sent(wanted): Sent<Wanted>,
) -> Result<Response, Problem> {
    let table = named(&name)?;
    let change = Change::Rows { table, text: wanted.rows.clone() };
    match proposed(&shared, &caller, change, &wanted.from, &wanted.reason).await? {
        Ok(n) => Ok(go_to(&format!("/parameters/proposals/{n}"))),
        Err(error) => {
            let told = refused(&visit, error)?;
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            shown(&shared, &visit, table, 0, status, &told, Some(&wanted)).await
        }
    }
}

fn named(name: &str) -> Result<Table, Problem> {
    Table::ALL.iter().copied().find(|table| table.name() == name).ok_or(Problem::NotFound)
}

async fn shown(
    shared: &Shared,
    visit: &Visit,
    table: Table,
    after: usize,
    status: StatusCode,
    told: &Markup,
    wanted: Option<&Wanted>,
) -> Result<Response, Problem> {
    let enquiries = Arc::clone(&shared.access.enquiries);
    let pack = blocking(move || enquiries.pack()).await?;
    let all = pack.rows(table);
    let page: Vec<_> = all.iter().skip(after).take(ROWS).collect();
    let next = after.saturating_add(ROWS);
    let name = visit.language.of(codes::title(table));
    let heading = visit.say(format!("代码表 {name}"), format!("Code table: {name}"));
    let body = html! {
        p { a href="/parameters" { (visit.say("回到参数", "Back to the parameters")) } }
        h1 { (heading) }
        p { (codes::table(visit, table)) }
        (told)
        @if all.is_empty() {
            div.notice { p { (visit.say("此表还没有行。", "The table has no row yet.")) } }
        } @else { (rows(visit, table, &page)) }
        @if next < all.len() {
            (visit.next_page(format_args!("/parameters/codes/{}?after={next}", table.name())))
        }
        @if visit.may(Permission::ProposeParameters) {
            (form(visit, table, wanted, &shared.access.clock.now().china_day().to_string()))
        }
    };
    Ok(visit.page_with(status, &heading, &body))
}

fn rows(visit: &Visit, table: Table, rows: &[&Row]) -> Markup {
    let columns = table.columns();
    html! {
        div.table tabindex="0" role="region" aria-label=(visit.say("各行", "Rows")) { table {
            thead { tr { @for column in &columns { th scope="col" { (codes::column(visit, column)) } } } }
            tbody { @for row in rows { tr { @for cell in row.cells() { td { (chinese(&cell)) } } } } }
        } }
    }
}

fn form(visit: &Visit, table: Table, wanted: Option<&Wanted>, today: &str) -> Markup {
    let header = format!("{}\n", table.columns().join(","));
    let none = Wanted { rows: header, from: today.to_owned(), reason: String::new() };
    let wanted = wanted.unwrap_or(&none);
    html! {
        h2 { (visit.say("提议新行或更改", "Propose rows")) }
        form.stacked method="post" action={ "/parameters/codes/" (table.name()) } {
            (visit.form_token())
            div {
                label for="rows" { (visit.say("CSV格式的行", "Rows as CSV")) }
                p.hint #rows-hint { (visit.say(
                    "首行为列名。已有编号(id)的行被更改，其他为新增；未列出的行不变。有效期写在行内。",
                    "The first line names the columns. A row with a known id changes that one, others are new, and what \
                     is not named stays. The days between which it holds stand in the row.",
                )) }
                textarea #rows name="rows" spellcheck="false" aria-describedby="rows-hint" required { (wanted.rows) }
            }
            (when_and_why(visit, &wanted.from, &wanted.reason))
        }
    }
}
