//! The case page (案件): everything about one declaration, for who decides about it and for whose it is.
//!
//! | file | |
//! |---|---|
//! | `asking` | the requests of whoever declared it |
//! | `beside` | the documents side by side |
//! | `standing` | how they match, tax and bills, what was told, movement, returns |
//! | `deciding` | what can be decided, and what becomes of it |
//! | `taking` | who works on it |
//! | `evidence` | what the platform was asked of the payment, and what it handed over |
//! | `past` | what customs knows from before of buyer, merchant and address |
//! | `persons` | the full data of its persons, for a reason |

pub mod asking;
mod beside;
pub mod deciding;
pub mod evidence;
mod past;
pub mod persons;
mod standing;
pub mod taking;

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::enquiry::{CaseFile, Keeping};
use tongguan_application::review::{AnyDeclaration, Found};
use tongguan_codelists::Table;
use tongguan_domain::access::{Permission, Standing};
use tongguan_domain::ids::{DeclarationId, OfficeCode};

use super::form::go_to;
use super::mail::own_mailbox;
use super::shell::{Visit, nothing, notice, time};
use super::words::{code, data, party, status};
use super::{pictures, relayed, search};
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::casework::file;
use crate::part::{Path, Query};
use crate::problem::Problem;
use deciding::Draft;

/// What led to the page.
#[derive(Debug, Default, Deserialize)]
pub struct Came {
    /// What was just done.
    #[serde(default)]
    done: String,
}

/// The page of a declaration, by whatever number somebody has of it.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(number): Path<String>,
    Query(came): Query<Came>,
) -> Result<Response, Problem> {
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let now = shared.access.clock.now();
    let wanted = number.clone();
    match blocking(move || enquiries.find(reach, &wanted, now)).await? {
        // What is relayed is no case of this window, but it has a page.
        Found::Nothing => match relayed::named(&shared, reach, &number).await?.as_slice() {
            [] => Err(Problem::NotFound),
            [one] => Ok(go_to(&relayed::address(one.id))),
            _ => Ok(go_to(&search::address(&number))),
        },
        Found::Several(_) => Ok(go_to(&search::address(&number))),
        Found::One(id) => {
            let file = file(&shared, &caller, id).await?;
            let told = done(&visit, &file, &came.done);
            let told = html! { (told) (letters(&shared, &visit, &caller, id).await?) };
            let draft = Draft::default();
            shown(&shared, &visit, &caller, &file, &told, &draft, StatusCode::OK).await
        }
    }
}

/// Where what was told of it lies in the mailbox of whoever looks.
async fn letters(
    shared: &Shared,
    visit: &Visit,
    caller: &Caller,
    id: DeclarationId,
) -> Result<Markup, Problem> {
    if !visit.may(Permission::ReadMail) {
        return Ok(nothing());
    }
    let Some(mailbox) = own_mailbox(shared, caller).await? else { return Ok(nothing()) };
    let mailboxes = Arc::clone(&shared.access.mailboxes);
    let letters = blocking(move || mailboxes.about(&mailbox, id)).await?;
    Ok(html! {
        @if !letters.is_empty() {
            p {
                (visit.say("信箱中的回执：", "Responses in your mailbox: "))
                @for (place, n) in letters.iter().enumerate() {
                    @if place > 0 { (visit.say("、", ", ")) }
                    a href={ "/mail/" (n) } { (visit.say(format!("第{n}封"), format!("letter {n}"))) }
                }
            }
        }
    })
}

/// The address of a case.
pub(super) fn address(id: DeclarationId) -> String {
    format!("/declarations/{id}")
}

/// The number by which people know a declaration: 清单编号, or 预录入编号 as long as there is none.
pub(super) fn number(declaration: &AnyDeclaration) -> &str {
    let provisional = declaration.provisional_no().as_str();
    declaration.number().map_or(provisional, |number| number.as_str())
}

/// Writes the page, with something told at its head and what was filled in so far.
///
/// # Errors
/// What is known from before cannot be read.
async fn shown(
    shared: &Shared,
    visit: &Visit,
    caller: &Caller,
    file: &CaseFile,
    told: &Markup,
    draft: &Draft,
    answer: StatusCode,
) -> Result<Response, Problem> {
    let case = &file.case;
    let past = past::known(shared, caller, &case.declaration).await?;
    let (declaration, now) = (&case.declaration, shared.access.clock.now());
    let title = format!("{} {}", visit.say("清单", "Declaration"), number(declaration));
    let is_customs = matches!(caller.standing, Standing::Customs { .. });
    let decides = visit.may(Permission::Decide);
    let body = html! {
        h1 { (title) }
        (told)
        p { (status(visit, declaration.status())) " " (visit.say("自", "since")) " " (time(case.picture.since)) }
        (contents(visit, !past.is_empty(), decides))
        @if is_customs { (taking::panel(visit, caller, file, now)) }
        (head(visit, file))
        (keeping(visit, file, is_customs))
        h2 #compare { (visit.say("单证比对", "Documents side by side")) }
        (standing::matching(visit, &case.picture.matching))
        (beside::comparison(visit, file))
        @if is_customs { (standing::unregistered(visit, &file.unregistered)) }
        @if is_customs { (evidence::section(visit, file)) }
        @if visit.may(Permission::Unmask) {
            (persons::form(visit, declaration.id(), &persons::Draft::default()))
        }
        (past::section(visit, &past, declaration.merchant()))
        (standing::money(visit, case))
        (standing::movement(visit, case))
        (standing::afterwards(visit, case))
        (asking::links(visit, caller, file))
        (pictures::gallery(visit, declaration.id(), &file.pictures))
        (standing::timeline(visit, caller, case, if is_customs { &file.passages } else { &[] }))
        @if decides { (deciding::panel(visit, caller, file, draft)) }
    };
    Ok(visit.page_with(answer, &title, &body))
}

/// Links to the parts of the page, with keys.
fn contents(visit: &Visit, tells_past: bool, decides: bool) -> Markup {
    let parts = [
        ("compare", "1", ("单证比对", "Documents"), true),
        ("past", "5", ("历史情况", "From before"), tells_past),
        ("money", "2", ("税款", "Tax"), true),
        ("told", "3", ("经过", "What happened"), true),
        ("decide", "4", ("作出决定", "Decide"), decides),
    ];
    html! {
        nav.pages aria-label=(visit.say("本页内容", "On this page")) {
            @for (id, key, words, _) in parts.into_iter().filter(|(.., is_there)| *is_there) {
                a href={ "#" (id) } accesskey=(key) { (visit.language.of(words)) " [" (key) "]" }
            }
        }
    }
}

/// By what it is held, and where it is archived, as far as it is.
fn keeping(visit: &Visit, file: &CaseFile, is_customs: bool) -> Markup {
    let Keeping { hold, archived } = &file.keeping;
    html! {
        @if let Some(hold) = hold.as_ref().filter(|_| is_customs) {
            p {
                (visit.say("保全第", "Kept by hold ")) (hold.n) (visit.say("号：", ": ")) (data(&hold.reason))
                " · " (data(&hold.set_by)) " " (time(hold.set_at))
            }
        }
        @if let Some(month) = archived {
            p {
                (visit.say("已归档于 ", "Archived in ")) (month.period) ", " (time(month.archived_at))
                @if is_customs { " · " code { (month.location) } }
            }
        }
    }
}

fn head(visit: &Visit, file: &CaseFile) -> Markup {
    let (case, declaration) = (&file.case, &file.case.declaration);
    let [declarant, merchant] = declaration.declarers();
    let [office, port] = declaration.offices();
    let day = case.picture.lodged_at.china_day();
    let of = |office: OfficeCode| code(visit, &file.pack, Table::Offices, &office.to_string(), day);
    let direction = match declaration {
        AnyDeclaration::Import(record) => {
            format!("{} {}", visit.say("进口", "Import"), record.facts.mode)
        }
        AnyDeclaration::Export(record) => {
            format!("{} {}", visit.say("出口", "Export"), record.facts.mode)
        }
    };
    html! {
        dl.facts {
            dt { (visit.say("进出口及监管方式", "Direction and mode")) } dd { (direction) }
            dt { (visit.say("预录入编号", "Provisional number")) } dd { (declaration.provisional_no()) }
            dt { (visit.say("订单编号", "Order number")) } dd { (data(declaration.order_no().as_str())) }
            dt { (visit.say("申报地海关 / 口岸海关", "Office / port")) } dd { (of(office)) " / " (of(port)) }
            dt { (visit.say("电商企业", "Merchant")) } dd { (data(&party(&file.registry, merchant))) }
            dt { (visit.say("申报企业", "Declarant")) } dd { (data(&party(&file.registry, declarant))) }
            @if let AnyDeclaration::Import(record) = declaration {
                dt { (visit.say("担保企业", "Guarantor")) }
                dd { (data(&party(&file.registry, record.facts.guarantor))) }
                dt { (visit.say("申报日期", "Declared on")) } dd { (record.facts.declared_on) }
            }
            @if let AnyDeclaration::Export(record) = declaration {
                dt { (visit.say("出口日期", "Leaves on")) } dd { (record.facts.exported_on) }
                @if let Some(licence) = &record.facts.licence {
                    dt { (visit.say("许可证件号", "Licence")) } dd { (data(licence)) }
                }
            }
            dt { (visit.say("首次收到", "First seen")) } dd { (time(case.picture.lodged_at)) }
            dt { (visit.say("通道", "Lane")) } dd { (standing::lane(visit, &case.picture.told)) }
        }
    }
}

/// What was just done, from what is stored.
fn done(visit: &Visit, file: &CaseFile, done: &str) -> Markup {
    let text = match done {
        "decided" => {
            let Some(last) = file.case.picture.told.last() else { return nothing() };
            return html! {
                div.notice.good role="status" {
                    p { (visit.say("决定已生效，现告知申报人：", "It is decided. This was told to the declarant:")) }
                    p { (last.status) " " (data(&last.text)) " · " (time(last.at)) }
                    p {
                        a href="/queue/next" { (visit.say("下一件", "The next case")) } " · "
                        a href="/queue" { (visit.say("待办", "Work queue")) }
                    }
                }
            };
        }
        "proposed" => (
            "已提交复核；须由另一名有复核权限的关员批准。",
            "It is proposed. Another officer who may approve has to agree.",
        ),
        "turned-down" => {
            ("已退回该提议；清单状态不变。", "The proposal is turned down; nothing has changed.")
        }
        "demanded" => evidence::DEMANDED,
        "taken" => ("已认领。", "You have taken the case on."),
        "given-back" => {
            ("已交回，其他关员可认领。", "You gave the case back; colleagues can take it on.")
        }
        _ => return nothing(),
    };
    notice("good", visit.language.of(text))
}
