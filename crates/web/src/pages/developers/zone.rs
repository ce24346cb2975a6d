//! The messages of bonded zones (金关二期): which there are, and a sample of each.

use axum::response::Response;
use maud::{Markup, html};
use tongguan_messages::zone::{ZoneMessage, sample};

use super::messages::fields;
use crate::language::Language;
use crate::pages::shell::{Visit, chinese};
use crate::problem::Problem;

/// What a message is called.
const fn title(message: ZoneMessage) -> (&'static str, &'static str) {
    match message {
        ZoneMessage::Inv101 => ("核注清单", "Bonded list"),
        ZoneMessage::Inv201 => ("核注清单审核回执", "Review of a bonded list"),
        ZoneMessage::Inv202 => ("核注清单生成报关单回执", "Formal declaration of a bonded list"),
        ZoneMessage::Sas121 => ("核放单", "Gate pass"),
        ZoneMessage::Sas221 => ("核放单审核回执", "Review of a gate pass"),
        ZoneMessage::Sas223 => ("核放单过卡回执", "A gate pass at the gate"),
    }
}

/// Lists them.
pub fn list(visit: &Visit) -> Markup {
    let caption = visit.say("保税业务报文", "Messages of bonded zones");
    html! {
        h2 { (caption) }
        p { (visit.say(
            "核注清单和核放单不属于统一版报文，规范未公开；此处按公开程序的写法读取。",
            "Bonded lists and gate passes are no part of that specification, and theirs is not public: they are read \
             as public programs write them.",
        )) }
        div.table tabindex="0" role="region" aria-label=(caption) { table {
            thead { tr {
                th scope="col" { (visit.say("报文", "Message")) }
                th scope="col" { (visit.say("名称", "Name")) }
                th scope="col" { (visit.say("方向", "Direction")) }
            } }
            tbody { @for message in ZoneMessage::ALL { tr {
                th scope="row" { a href={ "/developers/messages/" (message.code()) } { (message.code()) } }
                td { (name(visit, message)) }
                td { (direction(visit, message)) }
            } } }
        } }
    }
}

/// One of them.
pub fn page(visit: &Visit, message: ZoneMessage) -> Result<Response, Problem> {
    let title = format!("{} {}", message.code(), visit.language.of(title(message)));
    let text = text(message)?;
    let body = html! {
        h1 { (message.code()) " " (name(visit, message)) }
        dl.facts { dt { (visit.say("方向", "Direction")) } dd { (direction(visit, message)) } }
        @if message.is_request() { (request(visit, message)) } @else {
            p { (visit.say(
                "规范未公开，没有字段表：海关发出的报文与下方样例同形。",
                "There is no public specification and so no table of fields: what customs sends has the form of the \
                 sample below.",
            )) }
        }
        h2 { (visit.say("样例", "Sample")) }
        p { a.button.quiet download href={ "/developers/messages/" (message.code()) "/sample" } {
            (visit.say("下载样例", "Download the sample"))
        } }
        pre tabindex="0" role="region" aria-label=(visit.say("样例", "Sample")) { code lang="zh-Hans" { (text) } }
    };
    Ok(visit.page(&title, &body))
}

/// What an enterprise sends: where to try it, and its fields as they are read here.
fn request(visit: &Visit, message: ZoneMessage) -> Markup {
    html! {
        p {
            (visit.say("登记账册后，与其他报文一样签名发送。先到", "Once there is an account book, it is signed and sent as any other message. Try yours in the "))
            a href="/developers/checker" { (visit.say("报文校验", "checker")) }
            (visit.say("试试。", " first."))
        }
        h2 { (visit.say("字段", "Fields")) }
        p.muted { (visit.say(
            "规范未公开：字段按公开程序的写法读取，名称不分大小写，未知元素略过。",
            "There is no public specification: fields are read as public programs write them, names in any case, and \
             what is not known is passed over.",
        )) }
        @for entity in message.entities() { (fields(visit, entity)) }
    }
}

/// A sample.
pub fn text(message: ZoneMessage) -> Result<String, Problem> {
    sample::sample(message).map_err(|error| {
        tracing::error!("there is no sample of {}: {error}", message.code());
        Problem::NotFound
    })
}

fn name(visit: &Visit, message: ZoneMessage) -> Markup {
    let (zh, en) = title(message);
    html! { (chinese(zh)) @if visit.language == Language::English { " " (en) } }
}

fn direction(visit: &Visit, message: ZoneMessage) -> &'static str {
    match message.is_request() {
        true => visit.say("企业→海关", "enterprise to customs"),
        false => visit.say("海关→企业", "customs to enterprise"),
    }
}
