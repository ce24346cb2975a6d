//! The messages: which there are, and of each its fields, a sample, and what answers it.

use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use tongguan_domain::defect::Rule;
use tongguan_domain::official;
use tongguan_domain::status::ReturnStatus;
use tongguan_messages::ceb::{EXPORT_TRANSFER, EXTEND, MessageType, SUBSCRIBE, TRANSFER};
use tongguan_messages::sample::sample;
use tongguan_messages::table::{Entity, Field, Form, Layout, Trailer};
use tongguan_messages::zone::ZoneMessage;

use super::zone;
use crate::language::Language;
use crate::pages::shell::{Visit, chinese};
use crate::part::Path;
use crate::problem::Problem;

/// Lists the messages and the statuses of responses.
pub async fn list(visit: Visit) -> Response {
    let title = visit.say("报文", "Messages");
    let body = html! {
        h1 { (title) }
        p {
            (visit.say(
                "统一版报文规范2022年5月版的全部42种报文。企业发送的，海关逐份答复。",
                "All 42 messages of the unified system's specification of May 2022. Each document that an \
                 enterprise sends is answered.",
            ))
        }
        div.table tabindex="0" role="region" aria-label=(title) { table {
            thead { tr {
                th scope="col" { (visit.say("报文", "Message")) }
                th scope="col" { (visit.say("名称", "Name")) }
                th scope="col" { (visit.say("方向", "Direction")) }
                th scope="col" { (visit.say("答复", "Answer")) }
            } }
            tbody { @for message in MessageType::ALL { tr {
                th scope="row" { (link(message)) }
                td { (name(&visit, message.layout())) }
                td { (direction(&visit, message)) }
                td { (answer(&visit, message)) }
            } } }
        } }
        (zone::list(&visit))
        (statuses(&visit))
    };
    visit.page(title, &body)
}

/// One message.
pub async fn page(visit: Visit, Path(code): Path<String>) -> Result<Response, Problem> {
    if let Some(message) = ZoneMessage::from_code(&code) {
        return zone::page(&visit, message);
    }
    let message = MessageType::from_code(&code).ok_or(Problem::NotFound)?;
    let layout = message.layout();
    let title = format!("{} {}", message.code(), visit.say(layout.zh, layout.en));
    let body = html! {
        h1 { (message.code()) " " (name(&visit, layout)) }
        (facts(&visit, message))
        h2 { (visit.say("字段", "Fields")) }
        p.muted {
            (visit.say(
                "类型按规范的写法：C是文本，N是数字，如N19,5是最多19位、其中小数5位。",
                "Forms are written as the specification does: C is text, N a number; N19,5 has at most 19 digits, \
                 5 of them after the point.",
            ))
        }
        (fields(&visit, layout.body.head()))
        @if let Some(line) = layout.body.line() { (fields(&visit, line)) }
        @for entity in trailer(layout.trailer) { (fields(&visit, entity)) }
        (sampled(&visit, message)?)
        (return_codes(&visit, message))
    };
    Ok(visit.page(&title, &body))
}

/// The sample as a file.
pub async fn download(Path(code): Path<String>) -> Result<Response, Problem> {
    let (code, text) = match ZoneMessage::from_code(&code) {
        Some(message) => (message.code(), zone::text(message)?),
        None => {
            let message = MessageType::from_code(&code).ok_or(Problem::NotFound)?;
            (message.code(), text(message)?)
        }
    };
    let name = format!("attachment; filename=\"{code}.xml\"");
    let headers = [
        (CONTENT_TYPE, "application/xml; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, name),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, text).into_response())
}

fn text(message: MessageType) -> Result<String, Problem> {
    sample(message).map_err(|error| {
        eprintln!("there is no sample of {}: {error}", message.code());
        Problem::NotFound
    })
}

fn link(message: MessageType) -> Markup {
    html! { a href={ "/developers/messages/" (message.code()) } { (message.code()) } }
}

/// The official name, and in English what it means.
fn name(visit: &Visit, layout: &Layout) -> Markup {
    html! {
        (chinese(layout.zh))
        @if visit.language == Language::English { " " (layout.en) }
    }
}

fn direction(visit: &Visit, message: MessageType) -> &'static str {
    match message.is_request() {
        true => visit.say("企业→海关", "enterprise to customs"),
        false => visit.say("海关→企业", "customs to enterprise"),
    }
}

fn answer(visit: &Visit, message: MessageType) -> Markup {
    let answered = MessageType::ALL.into_iter().find(|it| it.response() == Some(message));
    html! {
        @match (message.response(), answered) {
            (Some(response), _) => { (visit.say("由", "answered by ")) (link(response)) (visit.say("答复", "")) }
            (_, Some(request)) => { (visit.say("答复", "answers ")) (link(request)) }
            _ => { (visit.say("海关主动发送", "customs sends it by itself")) }
        }
    }
}

fn facts(visit: &Visit, message: MessageType) -> Markup {
    let layout = message.layout();
    let documents = match layout.documents.max {
        usize::MAX => visit.say("不限", "any number").to_owned(),
        most => format!("{}–{most}", layout.documents.min),
    };
    let signature = match (layout.trailer, layout.trailer.demands_signature()) {
        (Trailer::None, _) => visit.say("无", "none"),
        (_, true) => visit.say("规范要求", "demanded by the schema"),
        (_, false) => visit.say("规范可选，本系统要求", "optional in the schema, demanded here"),
    };
    html! {
        dl.facts {
            dt { (visit.say("方向", "Direction")) } dd { (direction(visit, message)) }
            dt { (visit.say("答复", "Answer")) } dd { (answer(visit, message)) }
            dt { (visit.say("根元素", "Root element")) } dd { code { (layout.root) } }
            dt { (visit.say("单证元素", "Element of a document")) } dd { code { (layout.document) } }
            dt { (visit.say("每报文单证数", "Documents of a message")) } dd { (documents) }
            dt { (visit.say("签名", "Signature")) } dd { (signature) }
        }
    }
}

/// What follows the documents, as tables.
fn trailer(trailer: Trailer) -> &'static [&'static Entity] {
    const IMPORT: &[&Entity] = &[&TRANSFER, &SUBSCRIBE, &EXTEND];
    const EXPORT: &[&Entity] = &[&EXPORT_TRANSFER, &SUBSCRIBE, &EXTEND];
    match trailer {
        Trailer::None => &[],
        Trailer::Import { .. } => IMPORT,
        Trailer::Export { .. } => EXPORT,
    }
}

/// The fields of an entity, as a table.
pub(super) fn fields(visit: &Visit, entity: &Entity) -> Markup {
    let is_english = visit.language == Language::English;
    html! {
        h3 { code { (entity.name) } " " (chinese(entity.zh)) }
        div.table tabindex="0" role="region" aria-label=(entity.name) { table {
            thead { tr {
                th scope="col" { (visit.say("字段", "Field")) }
                th scope="col" { (visit.say("中文名称", "Chinese name")) }
                @if is_english { th scope="col" { "Meaning" } }
                th scope="col" { (visit.say("类型", "Type")) }
                th scope="col" { (visit.say("长度", "Length")) }
                th scope="col" { (visit.say("必填", "Required")) }
                th scope="col" { (visit.say("规则", "Rule")) }
            } }
            tbody { @for field in entity.fields.iter().chain(entity.unofficial) { tr {
                th scope="row" { code { (field.name) } }
                td { (chinese(field.zh)) }
                @if is_english { td.data { (field.en) } }
                td { (kind(visit, field.form)) }
                td.number { (field.form) }
                td { (if field.required { visit.say("是", "yes") } else { visit.say("否", "no") }) }
                td { (rules(visit, entity, field)) }
            } } }
        } }
    }
}

fn kind(visit: &Visit, form: Form) -> &'static str {
    match form {
        Form::Text { .. } => visit.say("文本", "text"),
        Form::Decimal { .. } => visit.say("小数", "decimal"),
        Form::Integer { .. } => visit.say("整数", "whole number"),
    }
}

/// What the table says of a field beyond its form.
fn rules(visit: &Visit, entity: &Entity, field: &Field) -> Markup {
    let leeway = field.leeway;
    let words = [
        field.personal.then(|| visit.say("个人信息", "personal data").to_owned()),
        leeway
            .may_be_absent
            .then(|| visit.say("旧版报文可缺", "may be missing in older layouts").to_owned()),
        leeway.longest.map(|longest| {
            let zh = format!("旧版报文可至{longest}个字符");
            visit.say(zh, format!("up to {longest} characters in older layouts"))
        }),
        leeway
            .misprint
            .map(|name| visit.say(format!("规范印作{name}"), format!("printed as {name} too"))),
        entity
            .unofficial
            .contains(field)
            .then(|| visit.say("规范外，宽松模式接受", "not in the schema, tolerated").to_owned()),
    ];
    let words: Vec<String> = words.into_iter().flatten().collect();
    html! {
        @if let Some(text) = field.fixed {
            (visit.say("固定为", "always ")) code lang="zh-Hans" { (text) } " "
        }
        @if let Some(text) = field.default {
            (visit.say("空元素即", "empty stands for ")) code lang="zh-Hans" { (text) } " "
        }
        (words.join(visit.say("；", "; ")))
    }
}

fn sampled(visit: &Visit, message: MessageType) -> Result<Markup, Problem> {
    let text = text(message)?;
    Ok(html! {
        h2 { (visit.say("样例", "Sample")) }
        p {
            (visit.say("人名、企业和编号均为虚构。", "No person, enterprise or number in it exists. "))
            @if message.layout().trailer.demands_signature() {
                (visit.say("签名后才符合规范。", "It is valid once it is signed. "))
            }
        }
        p { a.button.quiet download href={ "/developers/messages/" (message.code()) "/sample" } {
            (visit.say("下载样例", "Download the sample"))
        } }
        pre tabindex="0" role="region" aria-label=(visit.say("样例", "Sample")) { code lang="zh-Hans" { (text) } }
    })
}

/// The faults that a document of this message may be answered with.
fn return_codes(visit: &Visit, message: MessageType) -> Markup {
    if !message.is_request() {
        return html! {};
    }
    let mut rules = official::beside(message.layout().faults.empty);
    if message == MessageType::Ceb621 {
        rules.extend(official::customs::RULES);
    }
    html! {
        h2 { (visit.say("回执代码", "Return codes")) }
        p {
            (visit.say("单证有误时的代码；其余状态见", "What is answered where something is wrong; otherwise one of the "))
            a href="/developers/messages#statuses" { (visit.say("回执状态", "statuses of responses")) }
            (visit.say("。", "."))
        }
        div.table tabindex="0" role="region" aria-label=(visit.say("回执代码", "Return codes")) { table {
            thead { tr {
                th scope="col" { (visit.say("代码", "Code")) }
                th scope="col" { (visit.say("规则", "Rule")) }
                th scope="col" { (visit.say("回执原文", "Official words")) }
                @if visit.language == Language::English { th scope="col" { "Meaning" } }
            } }
            tbody { @for rule in rules { (return_code(visit, rule)) } }
        } }
    }
}

fn return_code(visit: &Visit, rule: &Rule) -> Markup {
    // A fault without an official number is answered as a refusal.
    let number = rule.official.map_or_else(|| "100".to_owned(), |number| number.to_string());
    html! { tr {
        th.number scope="row" { (number) }
        td { code { (rule.code) } }
        td { (chinese(rule.zh)) }
        @if visit.language == Language::English { td { (rule.en) } }
    } }
}

fn statuses(visit: &Visit) -> Markup {
    let known = (1..1000).filter_map(ReturnStatus::from_number);
    html! {
        h2 #statuses { (visit.say("回执状态", "Statuses of responses")) }
        p {
            (visit.say(
                "returnStatus取下列值，或负数的错误代码，见各报文页。",
                "returnStatus is one of these, or the negative number of a fault, which each message's page lists.",
            ))
        }
        div.table tabindex="0" role="region" aria-label=(visit.say("回执状态", "Statuses of responses")) { table {
            thead { tr {
                th scope="col" { (visit.say("状态", "Status")) }
                th scope="col" { (visit.say("官方名称", "Official words")) }
                @if visit.language == Language::English { th scope="col" { "Meaning" } }
            } }
            tbody { @for status in known {
                @let (zh, en) = status.title();
                tr {
                    th.number scope="row" { (status) }
                    td { (chinese(zh)) }
                    @if visit.language == Language::English { td { (en) } }
                }
            } }
        } }
    }
}
