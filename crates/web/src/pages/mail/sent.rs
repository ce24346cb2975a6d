//! What an enterprise has sent (已发报文), and each message as it was received.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use tongguan_application::mailboxes::SentLetter;
use tongguan_application::unmasking::UnmaskError;
use tongguan_domain::access::Permission;
use tongguan_domain::ids::MessageId;
use tongguan_messages::ceb::MessageType;

use super::{Asked, fields, looked, older, own_mailbox, without_mailbox, xml_file};
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::pages::form;
use crate::pages::shell::{Visit, time};
use crate::pages::words::data;
use crate::part::{Path, Query};
use crate::problem::Problem;

/// Messages of a page.
const ROWS: usize = 50;

/// Lists them, the newest first.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Query(Asked { wanted, before }): Query<Asked>,
) -> Result<Response, Problem> {
    let filter = wanted.sent()?;
    let place = form::place("before", &before, |it| it.parse().ok().map(MessageId))?;
    let title = visit.say("已发报文", "Messages sent");
    let Some(mailbox) = own_mailbox(&shared, &caller).await? else {
        return Ok(visit.page(title, &without_mailbox(&visit, title)));
    };
    let (mailboxes, asked) = (Arc::clone(&shared.access.mailboxes), filter.clone());
    let found = blocking(move || mailboxes.sent(&mailbox, &asked, place, ROWS)).await?;
    let last = found.rows.last().map(|row| row.received_at);
    let body = html! {
        p { a href="/mail" { (visit.say("回到信箱", "Back to the mailbox")) } }
        h1 { (title) }
        p.muted { (visit.say(
            "列出以本信箱为传输节点且已答复的报文。单证以其编号在“单证”页查找。",
            "Messages that name this mailbox and were answered. A document in them is found by its number under Documents.",
        )) " " a href="/documents" { (visit.say("单证", "Documents")) } }
        (fields(&visit, "/mail/sent", &wanted))
        @if found.rows.is_empty() && filter.is_anything() {
            div.notice { p { (visit.say(
                "还没有已发报文。发送的报文答复后列在这里。",
                "There is nothing yet. What you send is listed here once it was answered.",
            )) } }
        } @else if !found.rows.is_empty() {
            (rows(&visit, &found.rows))
        }
        @if !filter.is_anything() { (looked(&visit, found.looked_at, last, found.next.is_some())) }
        @if let Some(next) = found.next {
            (older(&visit, wanted.address("/mail/sent", &next.to_string())))
        }
    };
    Ok(visit.page(title, &body))
}

/// A message that was sent, as it was received. One that names persons is for those who declare, and recorded.
pub async fn download(
    State(shared): State<Shared>,
    caller: Caller,
    Path(file): Path<String>,
) -> Result<Response, Problem> {
    let id = file.strip_suffix(".xml").unwrap_or(&file).parse().map(MessageId);
    let id = id.map_err(|_| Problem::NotFound)?;
    let mailbox = own_mailbox(&shared, &caller).await?.ok_or(Problem::NotFound)?;
    let unmasking = Arc::clone(&shared.access.unmasking);
    let found = blocking(move || unmasking.sent(&mailbox, id)).await?;
    let original = found.ok_or(Problem::NotFound)?;
    if original.names_persons {
        if !caller.may(Permission::Declare) {
            return Err(Problem::NotPermitted(Permission::Declare));
        }
        let (unmasking, actor) = (Arc::clone(&shared.access.unmasking), caller.actor());
        let now = shared.access.clock.now();
        blocking(move || unmasking.take_sent(id, &actor, now).map_err(UnmaskError::from)).await?;
    }
    let kind = original.message.kind.as_deref().unwrap_or("message");
    xml_file(&format!("{kind}-{id}.xml"), original.bytes)
}

/// The address of a message that was sent.
pub fn address(id: MessageId) -> String {
    format!("/mail/sent/{id}.xml")
}

fn rows(visit: &Visit, sent: &[SentLetter]) -> Markup {
    html! {
        div.table tabindex="0" role="region" aria-label=(visit.say("已发报文", "Messages sent")) { table {
            thead { tr {
                th scope="col" { (visit.say("接收编号", "Received under")) }
                th scope="col" { (visit.say("类型", "Type")) }
                th scope="col" { (visit.say("文件名", "File")) }
                th.number scope="col" { (visit.say("单证数", "Documents")) }
                th scope="col" { (visit.say("接收时间", "Received")) }
                th scope="col" { (visit.say("原文", "As it was received")) }
            } }
            tbody { @for one in sent { tr {
                td { (one.message) }
                td { (kind(visit, one.kind.as_deref())) }
                td { (data(&one.name)) }
                td.number { (one.documents) }
                td { (time(one.received_at)) }
                td {
                    // Most name persons, and who only reads gets none that does.
                    @if visit.may(Permission::Declare) {
                        a href=(address(one.message)) download { (visit.say("下载XML", "Download as XML")) }
                    } @else {
                        span.muted { (visit.say("可申报的人员可以下载", "for those who may declare")) }
                    }
                }
            } } }
        } }
    }
}

fn kind(visit: &Visit, code: Option<&str>) -> Markup {
    let known = code.and_then(|code| MessageType::ALL.iter().find(|it| it.code() == code));
    html! {
        @match (code, known) {
            (Some(code), Some(known)) => {
                @let layout = known.layout();
                (code) " " (visit.language.of((layout.zh, layout.en)))
            }
            (Some(code), None) => { (code) }
            (None, _) => { span.tag.bad { (visit.say("无法读取", "cannot be read")) } }
        }
    }
}
