//! The law as data (参数查询): code tables, rates and the positive list, looked up by code or word.

pub mod words;

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_codelists::{Row, Table};

use super::shell::{Visit, chinese};
use crate::Shared;
use crate::caller::blocking;
use crate::part::Query;
use crate::problem::Problem;

/// The most rows that are shown.
const MOST: usize = 50;
/// Columns that say how a row is kept: its name at the beginning; validity, source and confidence at the end.
const CLOSING: usize = 4;

/// What is looked for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    table: String,
    #[serde(default)]
    day: String,
}

/// Looks it up.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let mut day = shared.access.clock.now().china_day();
    if !asked.day.is_empty() {
        day = asked.day.parse().map_err(|_| Problem::Malformed("day"))?;
    }
    let table = Table::ALL.iter().copied().find(|table| table.name() == asked.table);
    if table.is_none() && !asked.table.is_empty() {
        return Err(Problem::Malformed("table"));
    }
    let wanted = asked.q.trim().to_lowercase();
    let rows = if wanted.is_empty() {
        Vec::new()
    } else {
        let _turn = shared.checks.try_acquire().map_err(|_| Problem::Busy)?;
        let enquiries = Arc::clone(&shared.access.enquiries);
        let pack = blocking(move || enquiries.pack()).await?;
        let tables = Table::ALL.iter().filter(|of| table.is_none_or(|table| table == **of));
        let rows = tables.flat_map(|table| pack.rows(*table));
        let held = rows.filter(|row| row.validity().covers(day) && says(row, &wanted));
        held.take(MOST + 1).collect()
    };
    let title = visit.say("参数和正面清单查询", "Codes, rates and the positive list");
    let body = html! {
        h1 { (title) }
        p { (visit.say(
            "按代码或名称查询某一天有效的参数：税率、正面清单、关区、计量单位、币制、国别等，连同有效期和出处。",
            "Look up by code or word what holds on a day: rates, the positive list, offices, units, currencies, \
             countries, with the days between which each row holds and its source.",
        )) }
        (form(&visit, &asked, &day.to_string()))
        @if !wanted.is_empty() {
            @if rows.is_empty() {
                div.notice { p { (visit.say(
                    "没有符合的参数。请少写几个字，或换一天。",
                    "Nothing was found. Try a shorter word, or another day.",
                )) } }
            } @else { (found(&visit, &rows)) }
        }
    };
    Ok(visit.page(title, &body))
}

/// Whether a row says that text in a column of its own.
fn says(row: &Row, wanted: &str) -> bool {
    let cells = row.cells();
    let own = cells.get(1..cells.len().saturating_sub(CLOSING)).unwrap_or_default();
    own.iter().any(|cell| cell.to_lowercase().contains(wanted))
}

fn form(visit: &Visit, asked: &Asked, day: &str) -> Markup {
    html! {
        form.row method="get" action="/codes" {
            div {
                label for="q" { (visit.say("代码或名称", "Code or word")) }
                input #q name="q" value=(asked.q) required;
            }
            div {
                label for="table" { (visit.say("参数表", "Table")) }
                select #table name="table" {
                    option value="" { (visit.say("全部", "All")) }
                    @for table in Table::ALL {
                        option value=(table.name()) selected[asked.table == table.name()] { (visit.language.of(words::title(*table))) }
                    }
                }
            }
            div {
                label for="day" { (visit.say("日期", "Day")) }
                input #day .short name="day" type="date" value=(day);
            }
            div { button { (visit.say("查询", "Look up")) } }
        }
    }
}

fn found(visit: &Visit, rows: &[Row]) -> Markup {
    let title = visit.say("查询结果", "What was found");
    html! {
        h2 { (title) }
        @if rows.len() > MOST {
            p.muted { (visit.say(
                "结果较多，以下为前50条。请写得更具体，或选一张表。",
                "There is more; these are the first 50. Be more exact, or choose a table.",
            )) }
        }
        (table(visit, title, rows))
    }
}

/// Rows, each with what it says, when, and where that stands.
pub(super) fn table(visit: &Visit, title: &str, rows: &[Row]) -> Markup {
    html! {
        div.table tabindex="0" role="region" aria-label=(title) { table {
            thead { tr {
                th scope="col" { (visit.say("参数", "Row")) }
                th scope="col" { (visit.say("内容", "What it says")) }
                th scope="col" { (visit.say("有效期", "Holds")) }
                th scope="col" { (visit.say("出处", "Source")) }
            } }
            tbody { @for row in rows.iter().take(MOST) { (line(visit, row)) } }
        } }
    }
}

fn line(visit: &Visit, row: &Row) -> Markup {
    let (columns, cells, validity) = (row.table().columns(), row.cells(), row.validity());
    let last = cells.len().saturating_sub(CLOSING);
    html! { tr {
        th scope="row" { (words::table(visit, row.table())) br; (chinese(&row.key())) }
        td {
            @for (name, cell) in columns.iter().zip(&cells).take(last).skip(1).filter(|(_, cell)| !cell.is_empty()) {
                (words::column(visit, name)) " " (chinese(cell)) br;
            }
        }
        td { (validity.from) "–" @if let Some(to) = validity.to { (to) } }
        td { (chinese(cells.get(last + 2).map(String::as_str).unwrap_or_default())) }
    } }
}
