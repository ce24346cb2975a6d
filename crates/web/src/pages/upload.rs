//! A message, uploaded by hand (报文上传): the same as `POST /ceb`.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};

use super::form::uploaded;
use super::mail::own_mailbox;
use super::shell::{Visit, nothing, notice, time};
use crate::Shared;
use crate::caller::Caller;
use crate::ceb::{Taken, keep, room_for};
use crate::defect::DefectView;
use crate::problem::Problem;

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
                        "已签名的业务报文（XML）或DxpMsg信封；与通过/ceb发送相同",
                        "A signed message (XML), or a DxpMsg around it; the same as sending it to /ceb",
                    ))
                }
                input #file name="file" type="file" accept=".xml,application/xml,text/xml"
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

fn listed(visit: &Visit, defects: &[DefectView]) -> Markup {
    html! {
        ul { @for defect in defects {
            li { (defect.text(visit.language)) " " code { (defect.pointer()) } }
        } }
    }
}
