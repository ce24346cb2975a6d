//! Formal declarations (报关单): a list, one with what it was made of, its file.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::clearing::consolidation::FormalRecord;
use tongguan_application::export_returns::Amendment;
use tongguan_application::review::ReviewError;
use tongguan_domain::formal::{FormalLine, Measured};

use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::pages::shell::{Visit, encoded, time};
use crate::pages::words::data;
use crate::part::{Path, Query};
use crate::problem::Problem;
use crate::views::formal::{FormalView, xml};

/// Rows of a page.
const ROWS: usize = 50;
/// Sources of a line that are shown; the file has all.
const SOURCES: usize = 20;

/// Where the list goes on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Behind {
    behind: String,
}

/// How a file is written.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    format: String,
}

/// Lists them.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Query(Behind { behind }): Query<Behind>,
) -> Result<Response, Problem> {
    if !behind.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(Problem::Malformed("behind"));
    }
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let behind = (!behind.is_empty()).then_some(behind);
    let listing = move || enquiries.formal_declarations(reach, behind.as_deref(), ROWS);
    let page = blocking(listing).await?;
    let title = visit.say("报关单", "Formal declarations");
    let body = html! {
        h1 { (title) }
        @if page.rows.is_empty() {
            div.notice { p {
                (visit.say("还没有报关单。", "There is none yet. "))
                a href="/consolidations" { (visit.say("汇总一个月的出口清单", "Consolidate a month of exports")) }
            } }
        } @else { (rows(&visit, &page.rows)) }
        @if let Some(next) = page.next {
            (visit.next_page(format_args!("/formal-declarations?behind={next}")))
        }
    };
    Ok(visit.page(title, &body))
}

/// Shows one, and what has to be amended in it.
pub async fn one(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(number): Path<String>,
) -> Result<Response, Problem> {
    let formal = found(&shared, &caller, number).await?;
    let enquiries = Arc::clone(&shared.access.enquiries);
    let looking = move || {
        let amendments = enquiries.amendments(&formal)?;
        Ok::<_, ReviewError>((formal, amendments))
    };
    let (formal, amendments) = blocking(looking).await?;
    let title = visit.say("报关单", "Formal declaration");
    let head = &formal.form.head;
    let file = format!("/formal-declarations/{}/file?format=", formal.number);
    let body = html! {
        p { a href="/formal-declarations" { (visit.say("报关单清单", "Formal declarations")) } }
        h1 { (title) " " (formal.number) }
        p {
            a href={ (file) "xml" } download={ (formal.number) ".xml" } { (visit.say("下载XML", "Download as XML")) }
            " "
            a href={ (file) "json" } download={ (formal.number) ".json" } { (visit.say("下载JSON", "Download as JSON")) }
        }
        dl.facts {
            dt { (visit.say("汇总申请编号", "Request")) }
            dd { a href={ "/consolidations/" (formal.request) } { (formal.request) } }
            dt { (visit.say("收发货人", "Merchant")) } dd { (data(&formal.merchant.name)) }
            dt { (visit.say("申报企业", "Declarant")) } dd { (data(&formal.declarant.name)) }
            dt { (visit.say("申报地海关", "Office")) } dd { (formal.office) }
            dt { (visit.say("出境关别", "Leaves at")) } dd { (head.exit_office) }
            dt { (visit.say("运抵国", "Country of arrival")) } dd { (head.arrival_country) }
            dt { (visit.say("运输方式", "Mode of transport")) } dd { (head.transport_mode) }
            dt { (visit.say("毛重（千克）", "Gross weight, kg")) } dd.number { (formal.form.gross_weight_kg) }
            dt { (visit.say("净重（千克）", "Net weight, kg")) } dd.number { (formal.form.net_weight_kg) }
            dt { (visit.say("由清单汇总", "Made of declarations")) } dd { (formal.declarations.len()) }
            dt { (visit.say("生成时间", "Made")) } dd { (time(formal.made_at)) }
        }
        (to_amend(&visit, &amendments))
        h2 { (visit.say("表体", "Lines")) }
        (lines(&visit, &formal.form.lines))
    };
    Ok(visit.page(title, &body))
}

/// Gives one as a file.
pub async fn file(
    State(shared): State<Shared>,
    caller: Caller,
    Path(number): Path<String>,
    Query(Wanted { format }): Query<Wanted>,
) -> Result<Response, Problem> {
    let (kind, ending) = match format.as_str() {
        "xml" => ("application/xml", "xml"),
        "json" => ("application/json", "json"),
        _ => return Err(Problem::Malformed("format")),
    };
    let formal = found(&shared, &caller, number).await?;
    let name = format!("attachment; filename=\"{}.{ending}\"", formal.number);
    let name = HeaderValue::from_str(&name).map_err(|_| Problem::Unavailable)?;
    let text = match ending {
        "xml" => xml(&formal),
        _ => serde_json::to_string_pretty(&FormalView::of(&formal))
            .map_err(|_| Problem::Unavailable)?,
    };
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(kind)),
        (CONTENT_DISPOSITION, name),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, text).into_response())
}

async fn found(shared: &Shared, caller: &Caller, number: String) -> Result<FormalRecord, Problem> {
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let found = blocking(move || enquiries.formal_declaration(reach, &number)).await?;
    found.ok_or(Problem::NotFound)
}

fn rows(visit: &Visit, rows: &[FormalRecord]) -> Markup {
    html! {
        div.table tabindex="0" role="region" aria-label=(visit.say("报关单清单", "Formal declarations")) { table {
            thead { tr {
                th scope="col" { (visit.say("报关单编号", "Number")) }
                th scope="col" { (visit.say("收发货人", "Merchant")) }
                th scope="col" { (visit.say("出境关别", "Leaves at")) }
                th scope="col" { (visit.say("运抵国", "Country of arrival")) }
                th.number scope="col" { (visit.say("商品项", "Lines")) }
                th.number scope="col" { (visit.say("清单", "Declarations")) }
                th scope="col" { (visit.say("生成时间", "Made")) }
            } }
            tbody { @for formal in rows { tr {
                td { a href={ "/formal-declarations/" (formal.number) } { (formal.number) } }
                td { (data(&formal.merchant.name)) }
                td { (formal.form.head.exit_office) }
                td { (formal.form.head.arrival_country) }
                td.number { (formal.form.lines.len()) }
                td.number { (formal.declarations.len()) }
                td { (time(formal.made_at)) }
            } } }
        } }
    }
}

fn to_amend(visit: &Visit, amendments: &[Amendment]) -> Markup {
    if amendments.is_empty() {
        return html! {};
    }
    html! {
        h2 { (visit.say("应修改的商品项", "Lines to amend")) }
        div.notice.warn { p { (visit.say(
            "下列货物在报关单生成后退回，应修改报关单。",
            "These goods came back after it was made; the formal declaration has to be amended.",
        )) } }
        div.table tabindex="0" role="region" aria-label=(visit.say("应修改的商品项", "Lines to amend")) { table {
            thead { tr {
                th.number scope="col" { (visit.say("商品序号", "Line")) }
                th scope="col" { (visit.say("清单", "Declaration")) }
                th.number scope="col" { (visit.say("清单商品序号", "Its line")) }
                th.number scope="col" { (visit.say("退回数量", "Quantity that is back")) }
                th scope="col" { (visit.say("准予退回", "Let in")) }
            } }
            tbody { @for one in amendments { tr {
                td.number { (one.line.formal_line) }
                td { a href={ "/declarations/" (encoded(one.declaration.as_str())) } { (one.declaration) } }
                td.number { (one.line.line) }
                td.number { (one.line.quantity) " (" (one.line.unit) ")" }
                td { (time(one.released_at)) }
            } } }
        } }
    }
}

fn lines(visit: &Visit, lines: &[FormalLine]) -> Markup {
    let measured = |measured: &Measured| format!("{} ({})", measured.quantity, measured.unit);
    html! {
        div.table tabindex="0" role="region" aria-label=(visit.say("表体", "Lines")) { table {
            thead { tr {
                th.number scope="col" { (visit.say("商品序号", "Line")) }
                th scope="col" { (visit.say("商品编码", "Tariff code")) }
                th scope="col" { (visit.say("商品名称", "Goods")) }
                th scope="col" { (visit.say("最终目的国", "Destination")) }
                th.number scope="col" { (visit.say("成交数量", "Quantity")) }
                th.number scope="col" { (visit.say("法定数量", "Statutory quantity")) }
                th.number scope="col" { (visit.say("总价", "Value")) }
                th scope="col" { (visit.say("由清单商品项汇总", "Made of")) }
            } }
            tbody { @for (line, number) in lines.iter().zip(1..) { tr {
                td.number { (number) }
                td { (line.goods.hs_code) }
                td { (data(&line.goods.name)) }
                td { (line.goods.destination) }
                td.number { (measured(&line.declared)) }
                td.number { (measured(&line.statutory)) }
                td.number { (line.value.value()) " (" (line.goods.currency) ")" }
                td {
                    @for source in line.sources.iter().take(SOURCES) {
                        a href={ "/declarations/" (encoded(source.declaration.as_str())) } {
                            (source.declaration) "-" (source.line)
                        }
                        " "
                    }
                    @if line.sources.len() > SOURCES {
                        @let more = line.sources.len().saturating_sub(SOURCES);
                        (visit.say(format!("等另外{more}项（见文件）"), format!("and {more} more, in the file")))
                    }
                }
            } } }
        } }
    }
}
