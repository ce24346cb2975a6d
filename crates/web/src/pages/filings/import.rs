//! Goods from a file (批量导入), with a report for each row.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use tongguan_application::filing::goods_file::{self, MOST_BYTES, MOST_ROWS};
use tongguan_domain::defect::Defect;

use super::forms::{office_hint, reviewing};
use super::words::{field, told};
use crate::Shared;
use crate::caller::Caller;
use crate::ceb::room_for;
use crate::filings::{self, ImportedView, Take};
use crate::language::Language;
use crate::pages::form::uploaded;
use crate::pages::sheet::{Place, written};
use crate::pages::shell::{Visit, nothing, notice};
use crate::problem::Problem;

/// Rows of a report that are shown; what is wrong comes first.
const ROWS_SHOWN: usize = 200;

/// Asks for the file.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
) -> Result<Response, Problem> {
    let office = reviewing(&shared, &caller).await?;
    Ok(asked(&visit, StatusCode::OK, &office, &nothing()))
}

/// A file to begin with.
pub async fn template(visit: Visit) -> Response {
    let lines = goods_file::template(visit.language == Language::Chinese);
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"goods.csv\""),
        (CACHE_CONTROL, "no-store"),
    ];
    (headers, written(&lines, Place::Beginning)).into_response()
}

/// The same as a workbook.
pub async fn workbook(visit: Visit) -> Result<Response, Problem> {
    let book = goods_file::template_workbook(visit.language == Language::Chinese);
    let headers = [
        (CONTENT_TYPE, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (CONTENT_DISPOSITION, "attachment; filename=\"goods.xlsx\""),
        (CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, book.ok_or(Problem::Internal)?).into_response())
}

/// Reads it, files what is good, and reports every row.
pub async fn import(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    request: Request,
) -> Result<Response, Problem> {
    let _room = room_for(&shared, MOST_BYTES)?;
    let file = uploaded(request, MOST_BYTES).await?;
    let named = file.text("office").unwrap_or_default().to_owned();
    if file.bytes.is_empty() {
        let why = visit.say("请选择一个CSV或XLSX文件", "Choose a CSV or XLSX file");
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(asked(&visit, status, &named, &notice("bad", why)));
    }
    let office = match filings::read_office(&named) {
        Ok(office) => office,
        Err(defect) => {
            return Ok(asked(
                &visit,
                StatusCode::UNPROCESSABLE_ENTITY,
                &named,
                &wrong(&visit, &[defect]),
            ));
        }
    };
    let take = if file.has("take_good") { Take::Good } else { Take::AllOrNothing };
    match filings::import(&shared, &caller, office, file.bytes, take).await? {
        Ok(imported) => Ok(report(&visit, &imported)),
        Err(defects) => {
            let told = wrong(&visit, &defects);
            Ok(asked(&visit, StatusCode::UNPROCESSABLE_ENTITY, &named, &told))
        }
    }
}

fn wrong(visit: &Visit, defects: &[Defect]) -> Markup {
    html! {
        div.notice.bad role="alert" {
            p { (visit.say("文件未导入：", "The file was not imported:")) }
            ul { @for defect in defects { li { (told(visit, defect)) } } }
        }
    }
}

fn asked(visit: &Visit, status: StatusCode, office: &str, told: &Markup) -> Response {
    let title = visit.say("批量导入商品", "Import goods");
    let body = html! {
        h1 { (title) }
        (told)
        p {
            (visit.say("第一行为列名，其后每行一种商品。", "The first row names the columns; every further one is a kind of goods."))
            " "
            a href="/filings/template.csv" download { (visit.say("下载CSV模板", "Download a template as CSV")) }
            " · "
            a href="/filings/template.xlsx" download { (visit.say("下载XLSX模板", "Download a template as XLSX")) }
        }
        form.stacked method="post" action="/filings/import" enctype="multipart/form-data" {
            (visit.form_token())
            div {
                input #take_good type="checkbox" name="take_good" value="yes";
                label.choice for="take_good" {
                    (visit.say("有错误的行不导入，其余照常提交", "File the good rows although others are wrong"))
                }
                p.hint { (visit.say("不选时，只要有一行错误，就一行也不提交。", "Otherwise nothing is filed while a row is wrong.")) }
            }
            div {
                label for="file" { (visit.say("文件", "File")) }
                p.hint #hint { (visit.say(
                    format!("CSV（UTF-8或GB18030）或XLSX，至多{}MiB、{MOST_ROWS}行", MOST_BYTES >> 20),
                    format!("CSV (UTF-8 or GB18030) or XLSX, at most {} MiB and {MOST_ROWS} rows", MOST_BYTES >> 20),
                )) }
                input #file name="file" type="file" accept=".csv,.xlsx,text/csv" aria-describedby="hint" required;
            }
            div {
                label for="office" { (visit.language.of(field("office"))) }
                p.hint #office-hint { (office_hint(visit)) }
                input.short #office name="office" value=(office) maxlength="4" inputmode="numeric"
                    aria-describedby="office-hint";
            }
            button { (visit.say("导入", "Import it")) }
        }
        p { a href="/filings" { (visit.say("返回备案清单", "Back to the filings")) } }
    };
    visit.page_with(status, title, &body)
}

fn report(visit: &Visit, imported: &ImportedView) -> Response {
    let title = visit.say("导入结果", "What was imported");
    let ImportedView { filed, left, rows } = imported;
    let summary = visit.say(
        format!("已提交{filed}行，未提交{left}行。"),
        format!("{filed} rows were filed, {left} were not."),
    );
    let mut rows: Vec<_> = rows.iter().collect();
    rows.sort_by_key(|row| (row.defects.is_empty(), row.row));
    let body = html! {
        h1 { (title) }
        (notice(if *left == 0 { "good" } else { "warn" }, &summary))
        @if *left > 0 && *filed == 0 {
            p { (visit.say(
                "请在文件中更正以下各行后重新导入；或在导入时选择只提交没有错误的行。",
                "Mend these rows in the file and import it again; or choose, when you import it, to file the good rows.",
            )) }
        }
        div.table tabindex="0" role="region" aria-label=(visit.say("逐行结果", "Each row")) { table {
            thead { tr {
                th.number scope="col" { (visit.say("行", "Row")) }
                th scope="col" { (visit.say("货号", "Item number")) }
                th scope="col" { (visit.say("结果", "Outcome")) }
            } }
            tbody { @for row in rows.iter().take(ROWS_SHOWN) { tr {
                td.number { (row.row) }
                td { (row.item_no) }
                td {
                    @match &row.filing {
                        Some(id) => {
                            span.tag.good { (visit.say("已提交", "filed")) } " "
                            a href={ "/filings/" (id) } { (id) }
                        }
                        None if row.defects.is_empty() => {
                            span.tag { (visit.say("无误，未提交", "good, not filed")) }
                        }
                        None => {
                            span.tag.bad { (visit.say("有误", "wrong")) }
                            ul { @for defect in &row.defects { li {
                                @if !defect.pointer().is_empty() {
                                    strong { (visit.language.of(field(defect.pointer()))) " " code { (defect.pointer()) } }
                                    ": "
                                }
                                (defect.text(visit.language))
                            } } }
                        }
                    }
                }
            } } }
        } }
        @if rows.len() > ROWS_SHOWN {
            p { (visit.say(
                format!("只显示前{ROWS_SHOWN}行，有误的在前。"),
                format!("The first {ROWS_SHOWN} rows are shown, those that are wrong before the others."),
            )) }
        }
        ul {
            li { a href="/filings?kind=goods" { (visit.say("查看备案申请", "See the filings")) } }
            li { a href="/filings/import" { (visit.say("再导入一个文件", "Import another file")) } }
        }
    };
    let status = if *left == 0 { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    visit.page_with(status, title, &body)
}
