//! The mailbox of an enterprise (报文信箱), as people read it: what came, and what was [`sent`].

pub mod sent;

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS,
};
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::delivery::Rendered;
use tongguan_application::mailboxes::{Letter, Readable, ReadableField, readable};
use tongguan_domain::access::Permission;
use tongguan_domain::ids::DxpId;
use tongguan_domain::status::ReturnStatus;
use tongguan_domain::time::Moment;
use tongguan_messages::ceb::MessageType;

use super::shell::{Visit, time, time_of};
use super::{form, parcels};
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::mail::Wanted;
use crate::part::{Path, Query};
use crate::problem::Problem;
use crate::transparency::{bundle_answer, proof_of_shown};
use crate::views::mail::has_persons;

/// Letters of a page.
const ROWS: usize = 50;
/// XML that is longer is to be downloaded.
const SHOWN: usize = 24 << 10;
/// A message with more parts shows the first ones.
const PARTS: usize = 40;

/// How the file ends that proves a message.
const PROOF: &str = ".proof.json";

/// Which letters, or which messages that were sent.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    #[serde(flatten)]
    wanted: Wanted,
    before: String,
}

/// Lists them, the newest first.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Query(Asked { wanted, before }): Query<Asked>,
) -> Result<Response, Problem> {
    let (filter, place) =
        (wanted.letters()?, form::place("before", &before, |it| it.parse().ok())?);
    let title = visit.say("报文信箱", "Mailbox");
    let Some(mailbox) = own_mailbox(&shared, &caller).await? else {
        return Ok(visit.page(title, &without_mailbox(&visit, title)));
    };
    let (mailboxes, of, asked) =
        (Arc::clone(&shared.access.mailboxes), mailbox.clone(), filter.clone());
    let found = blocking(move || mailboxes.search(&of, &asked, place, ROWS)).await?;
    let body = html! {
        h1 { (title) }
        p { (visit.say("信箱编号：", "Mailbox number: ")) code { (mailbox) } }
        p {
            @if visit.may(Permission::Declare) {
                a.button href="/mail/send" { (visit.say("上传报文", "Upload a message")) } " "
            }
            a href="/mail/sent" { (visit.say("已发报文", "Messages sent")) }
        }
        (fields(&visit, "/mail", &wanted))
        @if found.letters.is_empty() && filter.is_anything() {
            div.notice { p {
                (visit.say(
                    "信箱中还没有回执。发送报文后，回执会出现在这里。",
                    "There is nothing yet. What answers your messages will be here.",
                ))
            } }
        } @else if !found.letters.is_empty() {
            (rows(&visit, &found.letters))
        }
        @if !filter.is_anything() { (looked(&visit, found.looked_at, found.back_to, found.next.is_some())) }
        @if let Some(next) = found.next {
            (older(&visit, wanted.address("/mail", &next.to_string())))
        }
    };
    Ok(visit.page(title, &body))
}

/// The way to those before.
fn older(visit: &Visit, address: String) -> Markup {
    html! {
        nav.pages aria-label=(visit.say("分页", "Pages")) {
            a rel="next" href=(address) { (visit.say("更早的", "Older ones")) }
        }
    }
}

/// What is looked for, as a form.
fn fields(visit: &Visit, address: &str, wanted: &Wanted) -> Markup {
    html! {
        form.row method="get" action=(address) role="search" {
            div {
                label for="number" { (visit.say("编号（开头）", "Number (its beginning)")) }
                input #number name="number" value=(wanted.number) maxlength="80" autocomplete="off";
            }
            div {
                label for="type" { (visit.say("报文类型", "Type")) }
                select #type name="type" {
                    option value="" { (visit.say("全部", "All")) }
                    @for kind in MessageType::ALL {
                        @let layout = kind.layout();
                        option value=(kind.code()) selected[wanted.kind == kind.code()] {
                            (kind.code()) " " (visit.language.of((layout.zh, layout.en)))
                        }
                    }
                }
            }
            div {
                label for="from" { (visit.say("自", "From")) }
                input #from name="from" type="date" value=(wanted.from);
            }
            div {
                label for="to" { (visit.say("至", "Until")) }
                input #to name="to" type="date" value=(wanted.to);
            }
            div { button.quiet { (visit.say("查找", "Find")) } }
        }
    }
}

/// How far was looked, and what to do where nothing was found.
fn looked(visit: &Visit, looked_at: i64, back_to: Option<Moment>, is_more: bool) -> Markup {
    let to = back_to.map(time_of).unwrap_or_default();
    html! {
        p.muted role="status" {
            @if is_more {
                (visit.say(
                    format!("已查看{looked_at}封，至{to}；更早的请继续查找，或填写日期。"),
                    format!("Looked at {looked_at}, back to {to}. Go on to older ones, or name the days."),
                ))
            } @else {
                (visit.say(
                    format!("已查看全部范围（{looked_at}封）。没有要找的，请核对编号和日期。"),
                    format!("Looked at all of it ({looked_at}). If what you look for is not here, check number and days."),
                ))
            }
        }
    }
}

/// One letter.
pub async fn letter(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(n): Path<i64>,
) -> Result<Response, Problem> {
    let letter = find(&shared, &caller, n).await?;
    let title = visit.say(format!("第{n}封"), format!("Letter {n}"));
    let body = html! {
        p { a href="/mail" { (visit.say("回到信箱", "Back to the mailbox")) } }
        h1 { (title) }
        @for (place, message) in (1..).zip(&letter.messages) {
            (written(&visit, n, place, message))
        }
    };
    Ok(visit.page(&title, &body))
}

/// A message of a letter, as it is sent to programs.
pub async fn download(
    State(shared): State<Shared>,
    caller: Caller,
    Path((n, file)): Path<(i64, String)>,
) -> Result<Response, Problem> {
    let place = file.strip_suffix(PROOF).or(file.strip_suffix(".xml")).unwrap_or(&file);
    let place = place.parse::<usize>();
    let place = place.ok().and_then(|place| place.checked_sub(1)).ok_or(Problem::NotFound)?;
    let letter = find(&shared, &caller, n).await?;
    let message = letter.messages.into_iter().nth(place).ok_or(Problem::NotFound)?;
    if has_persons(&readable(&message.xml)) {
        if !caller.may(Permission::Declare) {
            return Err(Problem::NotPermitted(Permission::Declare));
        }
        taken_out(&shared, &caller, n, place).await?;
    }
    if file.ends_with(PROOF) {
        return bundle_answer(&proof_of_shown(&shared, message.xml).await?);
    }
    xml_file(&format!("{}-{n}-{}.xml", message.message, place + 1), message.xml)
}

/// A message as a file to be saved, and kept nowhere on the way.
pub(super) fn xml_file(name: &str, xml: Vec<u8>) -> Result<Response, Problem> {
    let name = format!("attachment; filename=\"{name}\"");
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/xml; charset=utf-8")),
        (CONTENT_DISPOSITION, HeaderValue::try_from(name).map_err(|_| Problem::NotFound)?),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, xml).into_response())
}

/// Records that a message with persons in it leaves the pages.
async fn taken_out(shared: &Shared, caller: &Caller, n: i64, place: usize) -> Result<(), Problem> {
    let mailbox = own_mailbox(shared, caller).await?.ok_or(Problem::NotFound)?;
    let (unmasking, actor) = (Arc::clone(&shared.access.unmasking), caller.actor());
    let (now, place) = (shared.access.clock.now(), i64::try_from(place + 1).unwrap_or(i64::MAX));
    blocking(move || unmasking.take_letter(&mailbox, n, place, &actor, now)).await
}

/// The mailbox of the enterprise that somebody acts for.
pub async fn own_mailbox(shared: &Shared, caller: &Caller) -> Result<Option<DxpId>, Problem> {
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    blocking(move || enquiries.mailbox_of(reach)).await
}

/// What is told where there is no mailbox.
pub fn without_mailbox(visit: &Visit, title: &str) -> Markup {
    html! {
        h1 { (title) }
        div.notice.warn { p {
            (visit.say(
                "贵单位备案中没有专用信箱，或该信箱与其他单位共用；请向主管海关登记本单位的信箱编号。",
                "Your registration names no mailbox, or one that others share. Ask your customs office to register \
                 one of your own.",
            ))
        } }
    }
}

/// A letter of the own mailbox.
pub async fn find(shared: &Shared, caller: &Caller, n: i64) -> Result<Letter, Problem> {
    let mailbox = own_mailbox(shared, caller).await?.ok_or(Problem::NotFound)?;
    let mailboxes = Arc::clone(&shared.access.mailboxes);
    let after = n.checked_sub(1).filter(|after| *after >= 0).ok_or(Problem::NotFound)?;
    let letter = blocking(move || mailboxes.letters(&mailbox, Some(after), 1)).await?.pop();
    letter.filter(|letter| letter.n == n).ok_or(Problem::NotFound)
}

fn rows(visit: &Visit, letters: &[Letter]) -> Markup {
    html! {
        div.table tabindex="0" role="region" aria-label=(visit.say("回执清单", "Responses")) { table {
            thead { tr {
                th scope="col" { (visit.say("序号", "Letter")) }
                th scope="col" { (visit.say("类型", "Type")) }
                th scope="col" { (visit.say("单号", "About")) }
                th scope="col" { (visit.say("状态", "Status")) }
                th scope="col" { (visit.say("时间", "Time")) }
            } }
            tbody {
                @for letter in letters { @for message in &letter.messages {
                    (line(visit, letter.n, message, &readable(&message.xml)))
                } }
            }
        } }
    }
}

fn line(visit: &Visit, n: i64, message: &Rendered, read: &Readable) -> Markup {
    html! {
        tr {
            td.number { a href={ "/mail/" (n) } { (n) } }
            td { (message.message) " " (visit.language.of(read.title)) }
            td { (message.key) }
            td { (status(visit, read)) }
            td { (time(message.at)) }
        }
    }
}

fn status(visit: &Visit, read: &Readable) -> Markup {
    let known = read.status.and_then(ReturnStatus::from_number);
    html! { @if let Some(known) = known { (parcels::status(visit, known)) } }
}

fn written(visit: &Visit, n: i64, place: usize, message: &Rendered) -> Markup {
    let read = readable(&message.xml);
    let file = format!("/mail/{n}/{place}.xml");
    html! {
        section {
            h2 { (message.message) " " (visit.language.of(read.title)) }
            p { (status(visit, &read)) " " (time(message.at)) }
            @for part in read.parts.iter().take(PARTS) {
                h3 { code { (part.name) } }
                dl.facts { @for field in part.fields.iter().filter(|field| !field.value.is_empty()) {
                    dt { (name(visit, field)) }
                    dd lang=[is_chinese(&field.value).then_some("zh-Hans")] { (field.value) }
                } }
            }
            @if read.parts.len() > PARTS {
                p { (visit.say("其余内容请下载查看。", "Download it to see the rest.")) }
            }
            @if has_persons(&read) && !visit.may(Permission::Declare) {
                p.muted { (visit.say(
                    "该报文含个人信息，只有可申报的人员可以下载。",
                    "There are personal data in it: whoever may declare can download it.",
                )) }
            } @else {
                p {
                    a href=(file) download { (visit.say("下载XML", "Download as XML")) }
                    @if is_ours(message) {
                        " " a href={ "/mail/" (n) "/" (place) (PROOF) } download {
                            (visit.say("下载证明包", "Download the proof"))
                        }
                    }
                }
            }
            @if message.xml.len() <= SHOWN && !has_persons(&read) {
                details {
                    summary { "XML" }
                    pre lang="zh-Hans" { (String::from_utf8_lossy(&message.xml)) }
                }
            }
        }
    }
}

/// Whether a message answers, and is no copy of what somebody sent.
fn is_ours(message: &Rendered) -> bool {
    MessageType::from_code(message.message).is_none_or(|kind| kind.response().is_none())
}

/// Whether a text has to be read as Chinese: customs answers in Chinese, whoever reads it.
fn is_chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

fn name(visit: &Visit, field: &ReadableField) -> Markup {
    html! {
        @match field.title {
            Some(title) => { (visit.language.of(title)) " " code { (field.name) } }
            None => { code { (field.name) } }
        }
    }
}
