//! The audit (审计): who did what to which record, from where, with before and after. The search is its address.

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::history::{
    Cause, ChangeKind, Event, Field, Origin, Passed, Register, Subject, Way, names,
};
use tongguan_application::registry::fingerprint;
use tongguan_domain::access::{Permission, Reach};

use super::form;
use super::sheet::Ways;
use super::shell::{Visit, asking, encoded, time};
use super::words::data;
use crate::Shared;
use crate::audit::{Wanted, file, found, place_of, place_text, read_place};
use crate::caller::Caller;
use crate::part::Query;
use crate::problem::Problem;

/// Events of a page.
const ROWS: usize = 50;
/// Fields of an event that are shown at once.
const UNFOLDED: usize = 4;

/// What is searched, as the address says it.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct Asked {
    #[serde(flatten)]
    wanted: Wanted,
    behind: String,
}

/// Shows what is found.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let behind = form::place("behind", &asked.behind, read_place)?;
    let filter = asked.wanted.filter(&shared, &caller).await?;
    let mut events = found(&shared, filter, behind, ROWS).await?;
    let is_cut = events.len() > ROWS;
    events.truncate(ROWS);
    let next = events.last().filter(|_| is_cut).map(|last| place_text(&place_of(last)));
    let title = visit.say("审计", "Audit");
    let to = |path: &str, behind: &str| address(path, &asked.wanted, behind);
    let ways = Ways {
        first: (!asked.behind.is_empty())
            .then(|| (to("/audit", ""), visit.say("最新的事件", "Newest events"))),
        next: next.map(|next| to("/audit", &next)),
        file: (!events.is_empty()).then(|| (to("/audit.csv", ""), "audit.csv")),
    };
    let body = html! {
        h1 { (title) }
        p { (visit.say(
            "谁在何时、从何处、对哪条记录做了什么。事件写入后不能更改或删除；个人信息不在其中。",
            "Who did what to which record, when and from where. Events are never changed or deleted, and hold no \
             personal data.",
        )) }
        @if let Reach::Office(office) = caller.standing.audits() {
            p { (visit.say(
                format!("此处只列出关区{office}的事件：本关区的清单、人员、设置与账册，以及本关区人员所做的操作。"),
                format!(
                    "These are the events of office {office} alone: about its declarations, people, settings and \
                     account books, and what its people did.",
                ),
            )) }
        }
        (filters(&visit, &asked.wanted))
        @if events.is_empty() { (empty(&visit, &asked)) } @else { (rows(&visit, &events)) }
        (ways.links(&visit))
    };
    Ok(visit.page(title, &body))
}

/// Everything that is found, as a file.
pub async fn csv(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    file(&shared, asked.wanted.filter(&shared, &caller).await?, visit.language).await
}

fn address(path: &str, wanted: &Wanted, behind: &str) -> String {
    let Wanted { register, who, record, from, to } = wanted;
    let fields = [
        ("register", register.as_str()),
        ("who", who),
        ("record", record),
        ("from", from),
        ("to", to),
        ("behind", behind),
    ];
    asking(path, &fields)
}

const fn register_title(register: Register) -> (&'static str, &'static str) {
    match register {
        Register::Registry => ("企业与账册登记", "Registered parties and books"),
        Register::Settings => ("关区设置", "Settings of offices"),
        Register::Codes => ("代码表", "Code tables"),
        Register::People => ("人员、登录与密钥", "People, sign-ins and keys"),
        Register::Unmasking => ("查阅个人信息", "Persons seen"),
        Register::Filings => ("备案", "Filings"),
        Register::Evidence => ("支付凭证", "Payment evidence"),
        Register::Pictures => ("查验照片", "Pictures of examinations"),
        Register::Decisions => ("决定与申请", "Decisions and requests"),
        Register::Casework => ("认领与提议", "Cases taken and proposals"),
        Register::Webhooks => ("推送地址", "Webhooks"),
        Register::Bonded => ("保税核注与库存", "Bonded lists and stock"),
        Register::Service => ("系统运行", "The running service"),
        Register::Keys => ("加密密钥", "The keys that seal"),
        Register::Passages => ("卡口通行", "Passages at gates"),
    }
}

fn filters(visit: &Visit, wanted: &Wanted) -> Markup {
    html! {
        form.row method="get" action="/audit" role="search" {
            div {
                label for="register" { (visit.say("登记簿", "Register")) }
                select #register name="register" {
                    option value="" { (visit.say("全部", "All")) }
                    @for register in Register::ALL {
                        option value=(register.name()) selected[wanted.register == register.name()] {
                            (visit.language.of(register_title(register)))
                        }
                    }
                }
            }
            div {
                label for="who" { (visit.say("操作人（登录名）", "By whom (name to sign in)")) }
                input #who name="who" value=(wanted.who) maxlength="80" autocomplete="off";
            }
            div {
                label for="record" { (visit.say("记录（编号）", "Record (its number)")) }
                input #record name="record" value=(wanted.record) maxlength="80" autocomplete="off";
            }
            div {
                label for="from" { (visit.say("自", "From")) }
                input #from name="from" type="date" value=(wanted.from);
            }
            div {
                label for="to" { (visit.say("至", "Until")) }
                input #to name="to" type="date" value=(wanted.to);
            }
            div { button.quiet { (visit.say("查询", "Search")) } }
        }
    }
}

fn empty(visit: &Visit, asked: &Asked) -> Markup {
    html! { div.notice {
        @if address("", &asked.wanted, "").is_empty() {
            p { (visit.say(
                "还没有事件。任何人更改任何记录后，都会列在这里。",
                "There are no events yet. Whoever changes anything is listed here.",
            )) }
        } @else {
            p { (visit.say(
                "没有符合条件的事件。登录名和编号须完整；清单可用任一编号查询。",
                "No event matches. Names and numbers must be whole; any number of a declaration will do.",
            )) }
            p { a href="/audit" { (visit.say("显示全部", "Show all")) } }
        }
    } }
}

fn rows(visit: &Visit, events: &[Event]) -> Markup {
    html! {
        div.table tabindex="0" role="region" aria-label=(visit.say("审计事件", "Audit events")) { table {
            thead { tr {
                th scope="col" { (visit.say("时间", "Time")) }
                th scope="col" { (visit.say("操作人", "Who")) }
                th scope="col" { (visit.say("操作", "What")) }
                th scope="col" { (visit.say("记录", "Record")) }
                th scope="col" { (visit.say("来源", "From where")) }
                th scope="col" { (visit.say("变更前与变更后", "Before and after")) }
            } }
            tbody { @for event in events { tr {
                td { (time(event.at)) }
                td { (who(visit, &event.cause)) }
                td {
                    (visit.language.of(register_title(event.register))) br;
                    (change(visit, event.entry.change))
                }
                td { (record(visit, &event.entry.subject)) }
                td { (origin(visit, &event.cause)) }
                td { (differences(visit, &event.entry.fields)) }
            } } }
        } }
    }
}

fn who(visit: &Visit, cause: &Cause) -> Markup {
    let Cause::Person(actor) = cause else {
        return html! { (visit.say("无人署名", "nobody is named")) };
    };
    let (first, second) = names(&actor.name);
    html! {
        @if first.is_empty() { (visit.say("无人署名", "nobody is named")) } @else { (search_for(first)) }
        @if let Some(second) = second { " + " (search_for(second)) }
        @if !actor.standing.is_empty() { br; span.muted lang="en" { (actor.standing) } }
    }
}

/// A name that leads to everything that was done under it.
fn search_for(name: &str) -> Markup {
    html! { a href={ "/audit?who=" (encoded(name)) } { (name) } }
}

fn change(visit: &Visit, change: ChangeKind) -> &'static str {
    match change {
        ChangeKind::Added => visit.say("新增", "added"),
        ChangeKind::Changed => visit.say("变更", "changed"),
        ChangeKind::Ended => visit.say("终止", "ended"),
        ChangeKind::Shown => visit.say("查阅", "shown"),
        ChangeKind::Refused => visit.say("未准", "refused"),
    }
}

fn origin(visit: &Visit, cause: &Cause) -> Markup {
    match cause {
        Cause::File { name, digest } => html! {
            (visit.say("文件", "file")) " " (data(name)) br;
            span.muted title=(fingerprint(digest)) { "SHA-256" }
        },
        Cause::Command(name) => html! { (visit.say("命令", "command")) " " code { (name) } },
        Cause::Person(actor) => {
            let Origin { address, request, way } = &actor.origin;
            let way = way.map(|way| match way {
                Way::Page => visit.say("页面", "page"),
                Way::Interface => visit.say("接口", "API"),
                Way::Command => visit.say("命令行", "command line"),
            });
            html! {
                @if way.is_none() && address.is_none() { (visit.say("系统自动", "the service itself")) }
                @if let Some(way) = way { (way) " " }
                @if let Some(address) = address { (address) }
                @if let Some(request) = request { br; span.muted { (request) } }
            }
        }
    }
}

/// What a record is, and the way to it where the reader may go there.
fn record(visit: &Visit, subject: &Subject) -> Markup {
    let (zh, en, number) = named(subject);
    html! {
        (visit.say(zh, en)) " "
        @match way_to(subject).filter(|(needs, _)| visit.may(*needs)) {
            Some((_, address)) => { a href=(address) { (number) } }
            None => { (number) }
        }
    }
}

fn named(subject: &Subject) -> (&'static str, &'static str, String) {
    match subject {
        Subject::Party(id) => ("企业", "party", id.to_string()),
        Subject::Guarantee(id) => ("担保", "guarantee of party", id.to_string()),
        Subject::Setting { scope, name } => ("设置", "setting", format!("{scope} {name}")),
        Subject::CodeRow { table, id } => ("代码", "code", format!("{table} {id}")),
        Subject::AccountBook(book) => ("账册", "account book", book.clone()),
        Subject::AccountItem { book, item } => ("料件", "goods of book", format!("{book} {item}")),
        Subject::Person(name) => ("人员", "person", name.clone()),
        Subject::AccessKey(number) => ("访问密钥", "access key", number.clone()),
        Subject::Declaration(id) => ("清单", "declaration", id.to_string()),
        Subject::Unmasking(n) => ("查阅申请", "request to see persons", n.to_string()),
        Subject::Letter { mailbox, n, place } => {
            ("邮件", "letter", format!("{mailbox} {n}/{place}"))
        }
        Subject::Filing { id, .. } => ("备案", "filing", id.to_string()),
        Subject::Goods { party, item } => ("备案商品", "goods of party", format!("{party} {item}")),
        Subject::Webhook { mailbox, number } => {
            ("推送地址", "webhook", format!("{mailbox} {number}"))
        }
        Subject::BondedList { book, number } => {
            ("核注清单", "bonded list", format!("{book} {number}"))
        }
        Subject::GatePass(number) => ("核放单", "gate pass", number.clone()),
        Subject::ParameterProposal(n) => ("参数提议", "proposed parameter", n.to_string()),
        Subject::ExportReturn(id) => ("出口退货", "return of exports", id.to_string()),
        Subject::Document { order_no, number, .. } => {
            ("单证", "document", format!("{order_no} {number}"))
        }
        Subject::Service(part) => ("系统", "service", part.clone()),
        Subject::SealingKey(name) => ("加密密钥", "key that seals", name.clone()),
        Subject::Message(id) => ("报文", "message", id.0.to_string()),
        Subject::Place(code) => ("监管场所", "supervised place", code.to_string()),
        Subject::Passage { what: Passed::Parcel(id), .. } => {
            ("卡口通行的清单", "declaration at the gate", id.to_string())
        }
        Subject::Passage { what: Passed::Vehicle(pass), .. } => {
            ("卡口通行的核放单", "gate pass at the gate", pass.to_string())
        }
    }
}

/// Where a record is shown, and what its reader needs.
fn way_to(subject: &Subject) -> Option<(Permission, String)> {
    Some(match subject {
        Subject::Declaration(id) | Subject::Passage { what: Passed::Parcel(id), .. } => {
            (Permission::ReadParcels, format!("/declarations/{id}"))
        }
        Subject::ExportReturn(id) => {
            (Permission::ReadParcels, format!("/declarations/{}", id.declaration))
        }
        Subject::Filing { id, .. } => (Permission::ReadParcels, format!("/filings/{id}")),
        Subject::Guarantee(party) => (Permission::ReadParameters, format!("/guarantees/{party}")),
        Subject::AccountBook(book) | Subject::BondedList { book, .. } => {
            (Permission::ReadAccounts, format!("/books/{}", encoded(book)))
        }
        Subject::GatePass(number) => {
            (Permission::ReadAccounts, format!("/gate-passes/{}", encoded(number)))
        }
        Subject::Person(name) => (Permission::ManagePeople, format!("/people/{}", encoded(name))),
        Subject::ParameterProposal(n) => {
            (Permission::ReadParameters, format!("/parameters/proposals/{n}"))
        }
        Subject::Service(_) => (Permission::Operate, "/system".to_owned()),
        _ => return None,
    })
}

/// The fields that differ; many of them are folded, so that an event is a line among others.
pub fn differences(visit: &Visit, fields: &[Field]) -> Markup {
    let all = each_difference(visit, fields);
    if fields.len() <= UNFOLDED {
        return all;
    }
    html! {
        details {
            summary { (visit.say(format!("{}个字段", fields.len()), format!("{} fields", fields.len()))) }
            (all)
        }
    }
}

fn each_difference(visit: &Visit, fields: &[Field]) -> Markup {
    html! {
        dl.differences { @for field in fields {
            dt lang="en" { (field.name) }
            dd {
                @if !field.before.is_empty() {
                    span.visually-hidden { (visit.say("变更前：", "before: ")) } del { (data(&field.before)) } " "
                }
                span.visually-hidden { (visit.say("变更后：", "after: ")) }
                @if field.after.is_empty() { (visit.say("（无）", "(nothing)")) } @else { ins { (data(&field.after)) } }
            }
        } }
    }
}
