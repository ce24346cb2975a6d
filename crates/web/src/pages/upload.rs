//! A message, or an archive of messages, uploaded by hand (报文上传): the same as `POST /ceb`.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};

use super::form::uploaded;
use super::mail::own_mailbox;
use super::shell::{Visit, nothing, notice, time};
use super::words::data;
use crate::Shared;
use crate::caller::Caller;
use crate::ceb::many::{Settled, take};
use crate::ceb::{Taken, keep, room_for};
use crate::defect::DefectView;
use crate::problem::Problem;

/// What begins an archive.
const ARCHIVE: [u8; 4] = *b"PK\x03\x04";

/// Asks for the file.
pub async fn page(visit: Visit) -> Response {
    asked(&visit, StatusCode::OK, &nothing())
}

/// Takes it in, and shows what became of it.
pub async fn send(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    request: Request,
) -> Result<Response, Problem> {
    let limit = shared.access.limits.message_bytes;
    let _room = room_for(&shared, limit)?;
    let file = uploaded(request, limit).await?;
    if file.bytes.is_empty() {
        let why = visit.say("请选择一个报文文件", "Choose a file with a message");
        return Ok(asked(&visit, StatusCode::UNPROCESSABLE_ENTITY, &notice("bad", why)));
    }
    let sender = own_mailbox(&shared, &caller).await?;
    if file.bytes.starts_with(&ARCHIVE) {
        // Unpacked, messages stand beside the archive.
        let window = limit.min(shared.access.limits.bytes_in_flight.saturating_sub(limit));
        let _unpacked = room_for(&shared, window)?;
        let settled = take(&shared, file.bytes.into(), sender, window).await?;
        return Ok(each(&visit, &settled));
    }
    match keep(&shared, file.name, sender, file.bytes).await {
        Ok(taken) => {
            let title = visit.say("报文已接收", "The message was received");
            Ok(visit.page(title, &received(&visit, title, &taken)))
        }
        Err(Problem::Unreadable { message, defects }) => {
            let told = html! {
                div.notice.bad role="alert" {
                    p { (visit.say(
                        "报文已接收但无法读取；请按下列错误修改后重新发送。",
                        "The message was received and cannot be read. Mend what is listed and send it again.",
                    )) }
                    p { (visit.say("接收编号：", "Received under: ")) (message) }
                    (listed(&visit, &defects))
                }
            };
            Ok(asked(&visit, StatusCode::UNPROCESSABLE_ENTITY, &told))
        }
        Err(problem) => Err(problem),
    }
}

fn asked(visit: &Visit, status: StatusCode, told: &Markup) -> Response {
    let title = visit.say("上传报文", "Upload a message");
    let body = html! {
        h1 { (title) }
        (told)
        form.stacked method="post" action="/mail/send" enctype="multipart/form-data" {
            (visit.form_token())
            div {
                label for="file" { (visit.say("报文文件", "File with a message")) }
                p.hint #hint {
                    (visit.say(
                        "已签名的业务报文（XML）、DxpMsg信封，或其zip压缩包；与通过/ceb发送相同",
                        "A signed message (XML), a DxpMsg around it, or a zip of such; the same as sending it to /ceb",
                    ))
                }
                input #file name="file" type="file" accept=".xml,.zip,application/xml,text/xml,application/zip"
                    aria-describedby="hint" required;
            }
            button { (visit.say("发送", "Send")) }
        }
    };
    visit.page_with(status, title, &body)
}

fn received(visit: &Visit, title: &str, taken: &Taken) -> Markup {
    html! {
        h1 { (title) }
        dl.facts {
            dt { (visit.say("接收编号", "Received under")) } dd { (taken.message) }
            dt { (visit.say("接收时间", "Received at")) } dd { (time(taken.at)) }
            @if let Some(message) = taken.summary.message {
                dt { (visit.say("报文类型", "Message")) } dd { (message.code()) }
            }
            dt { (visit.say("单证数", "Documents")) } dd { (taken.summary.documents) }
        }
        p { (visit.say("每份单证的回执将送达信箱。", "Each document is answered in the mailbox.")) }
        ul {
            li { a href="/mail" { (visit.say("查看信箱", "Read the mailbox")) } }
            li { a href="/parcels" { (visit.say("查看包裹", "See your parcels")) } }
            li { a href="/mail/send" { (visit.say("再上传一份", "Upload another one")) } }
        }
    }
}

/// What became of each message of an archive.
fn each(visit: &Visit, settled: &[Settled]) -> Response {
    let title = visit.say("压缩包已接收", "The archive was received");
    let taken = settled.iter().filter(|one| one.outcome.is_ok()).count();
    let refused = settled.len() - taken;
    let body = html! {
        h1 { (title) }
        p { (visit.say(
            format!("接收{taken}份报文，{refused}份未接收或无法读取。"),
            format!("Messages taken: {taken}; not taken, or not readable: {refused}."),
        )) }
        div.table tabindex="0" role="region" aria-label=(visit.say("压缩包中的报文", "Messages of the archive")) { table {
            thead { tr {
                th scope="col" { (visit.say("文件名", "File")) }
                th scope="col" { (visit.say("接收编号", "Received under")) }
                th scope="col" { (visit.say("报文类型", "Message")) }
                th scope="col" { (visit.say("结果", "Result")) }
            } }
            tbody { @for one in settled { tr {
                td { (data(&one.name)) }
                @match &one.outcome {
                    Ok(taken) => {
                        td { (taken.message) }
                        td { @if let Some(message) = taken.summary.message { (message.code()) } }
                        td {
                            span.tag.good { (visit.say("已接收", "received")) } " "
                            (visit.say(
                                format!("单证{}份", taken.summary.documents),
                                format!("documents: {}", taken.summary.documents),
                            ))
                        }
                    }
                    Err(problem) => {
                        td { @if let Problem::Unreadable { message, .. } = problem { (message) } }
                        td {}
                        td {
                            span.tag.bad { (visit.say("未处理", "not acted on")) } " " (problem.title(visit.language))
                            @if let Problem::Unreadable { defects, .. } = problem { (listed(visit, defects)) }
                        }
                    }
                }
            } } }
        } }
        p { (visit.say("每份单证的回执将送达信箱。", "Each document is answered in the mailbox.")) }
        ul {
            li { a href="/mail" { (visit.say("查看信箱", "Read the mailbox")) } }
            li { a href="/mail/send" { (visit.say("再上传一份", "Upload another one")) } }
        }
    };
    visit.page(title, &body)
}

fn listed(visit: &Visit, defects: &[DefectView]) -> Markup {
    html! {
        ul { @for defect in defects {
            li { (defect.text(visit.language)) " " code { (defect.pointer()) } }
        } }
    }
}
