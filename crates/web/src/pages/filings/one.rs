//! The page of a filing: what was filed, where it stands, what happened, and what the reader can do.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::enquiry::FilingFile;
use tongguan_application::filing::Filing;
use tongguan_application::history::{Cause, Event};
use tongguan_application::registry::fingerprint;
use tongguan_codelists::entries::HsName;
use tongguan_codelists::{Dated, Pack, Table};
use tongguan_domain::access::{Permission, Standing};
use tongguan_domain::filing::{
    FiledCertificate, FilingId, FilingKind, FilingState, FilingStatus, Matter,
};

use super::reviewing::{Draft, panel};
use super::words::{field, made_out_to, role, status, trusted};
use super::{address, done};
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::filings::{self, trust};
use crate::pages::form::{Sent, go_to};
use crate::pages::shell::{Visit, time};
use crate::pages::sign_in::Empty;
use crate::pages::words::{code, data, party};
use crate::part::{Path, Query};
use crate::problem::Problem;
use crate::views::filing::{Beside, facts, last_answer};

/// What was done before, and what is looked up beside it.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    done: String,
    /// A tariff code that an officer looks up.
    #[serde(default)]
    pub code: String,
}

/// Shows it.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(number): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let file = file(&shared, &caller, number_of(&number)?).await?;
    let told = done(&visit, &asked.done);
    let draft = Draft::looking_up(asked.code);
    shown(&shared, &visit, &caller, &file, &told, &draft, StatusCode::OK).await
}

/// Takes it back.
pub async fn withdraw(
    State(shared): State<Shared>,
    caller: Caller,
    Path(number): Path<String>,
    Sent(Empty {}): Sent<Empty>,
) -> Result<Response, Problem> {
    let id = number_of(&number)?;
    filings::withdraw(&shared, &caller, id).await?;
    Ok(go_to(&format!("{}?done=withdrawn", address(id))))
}

pub(super) fn number_of(number: &str) -> Result<FilingId, Problem> {
    number.parse().map(FilingId).map_err(|_| Problem::NotFound)
}

/// A filing within reach.
pub(super) async fn file(
    shared: &Shared,
    caller: &Caller,
    id: FilingId,
) -> Result<FilingFile, Problem> {
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    blocking(move || enquiries.filing(reach, id)).await?.ok_or(Problem::NotFound)
}

/// The whole page, with what is told at its head and what an officer has filled in.
pub(super) async fn shown(
    shared: &Shared,
    visit: &Visit,
    caller: &Caller,
    file: &FilingFile,
    told: &Markup,
    draft: &Draft,
    answered: StatusCode,
) -> Result<Response, Problem> {
    let (filing, now) = (&file.filing, shared.access.clock.now());
    let kind = visit.language.of(filing.matter.kind().title());
    let stands = filing.state.status(now.china_day());
    let title = visit.say(
        format!("{kind}备案申请 {}", filing.id),
        format!("Filing {}: {}", filing.id, kind.to_lowercase()),
    );
    let enquiries = Arc::clone(&shared.access.enquiries);
    let pack = blocking(move || enquiries.pack()).await?;
    let day = now.china_day();
    let trust = trust(shared);
    let beside = Beside { registry: &file.registry, trust: &trust, now };
    let body = html! {
        h1 { (title) }
        (told)
        dl.facts {
            dt { (visit.say("状态", "Status")) } dd { (status(visit, stands)) }
            dt { (visit.say("企业", "Enterprise")) } dd { (data(&party(&file.registry, filing.party))) }
            dt { (visit.say("提交", "Filed")) } dd { (time(filing.filed_at)) " " (filing.filed_by) }
            dt { (visit.say("审核关区", "Reviewed by office")) }
            dd { @match filing.office {
                Some(office) => { (code(visit, &pack, Table::Offices, &office.to_string(), day)) }
                None => { (visit.say("未指定（各关区均可审核）", "none named: any office")) }
            } }
            (answer(visit, filing))
        }
        h2 { (visit.say("申报内容", "What was filed")) }
        @match &filing.matter {
            Matter::Certificate(filed) => { (certificate(visit, filing, filed, beside)) }
            _ => { (contents(visit, file, &pack, day)) }
        }
        @if is_own(caller, filing) { (own(visit, filing, stands)) }
        @if visit.may(Permission::ReviewFilings) {
            (panel(shared, visit, caller, file, draft).await?)
        }
        (history(visit, &file.events))
    };
    Ok(visit.page_with(answered, &title, &body))
}

fn is_own(caller: &Caller, filing: &Filing) -> bool {
    matches!(caller.standing, Standing::Enterprise { party, .. } if party == filing.party)
}

fn answer(visit: &Visit, filing: &Filing) -> Markup {
    let approval = filing.state.approval();
    html! {
        @if let FilingState::TakenUp(taken) = &filing.state {
            dt { (visit.say("经办关员", "Officer")) } dd { (data(&taken.by.name)) " " (time(taken.at)) }
        }
        @if let Some(answer) = last_answer(&filing.state) {
            dt { (visit.say("海关答复", "Customs answered")) }
            dd {
                (time(answer.at)) " " (data(&answer.by.name))
                @if !answer.reason.is_empty() { p { strong { (data(&answer.reason)) } } }
            }
        }
        @if let Some(code) = approval.and_then(|it| it.hs_code.as_deref()) {
            dt { (visit.say("审定商品编码", "Tariff code that counts")) }
            dd {
                strong { (code) }
                @if filing.matter.proposed_code() != Some(code) {
                    " " span.tag.warn { (visit.say("与申报的不同", "other than proposed")) }
                }
            }
        }
        @if let Some(day) = approval.and_then(|it| it.valid_to) {
            dt { (visit.say("有效期止", "Last day")) } dd { (day) }
        }
        @if let FilingState::Replaced { by, .. } = &filing.state {
            dt { (visit.say("变更为", "Replaced by")) } dd { a href=(address(*by)) { (by) } }
        }
    }
}

/// Field by field, beside what is registered where that is other.
fn contents(visit: &Visit, file: &FilingFile, pack: &Pack, day: Date) -> Markup {
    let fields = file.filing.fields();
    let statutory = fields.iter().find(|(name, _)| *name == "gcode");
    let statutory =
        statutory.and_then(|(_, text)| text.parse().ok()).map(|hs| pack.hs_name(hs, day));
    let registered = file.goods.as_ref().map(|goods| goods.goods.texts());
    let was = |name: &str| {
        let texts = registered.as_ref()?;
        texts.iter().find(|(known, _)| *known == name).map(|(_, text)| text.as_str())
    };
    let has_other = file.goods.as_ref().is_some_and(|goods| goods.filing != Some(file.filing.id));
    html! {
        div.table tabindex="0" role="region" aria-label=(visit.say("申报内容", "What was filed")) { table {
            thead { tr {
                th scope="col" { (visit.say("项目", "Field")) }
                th scope="col" { (visit.say("申报", "As filed")) }
                @if has_other { th scope="col" { (visit.say("现备案", "As registered")) } }
            } }
            tbody {
                @for (name, text) in fields {
                    @let other = was(name).filter(|_| has_other);
                    @if !text.is_empty() || other.is_some_and(|other| !other.is_empty()) { tr {
                        th scope="row" { (visit.language.of(field(name))) }
                        td {
                            @if name == "roles" { (roles(visit, &file.filing)) }
                            @else { (coded(visit, pack, name, &text, day)) }
                            (against_the_table(visit, pack, (name, &text, day), statutory))
                            @if other.is_some_and(|other| other != text) {
                                " " span.tag.warn { (visit.say("有变更", "changed")) }
                            }
                        }
                        @if has_other { td { (coded(visit, pack, name, other.unwrap_or_default(), day)) } }
                    } }
                }
            }
        } }
    }
}

/// A field that holds a code, with what the code stands for.
fn coded(visit: &Visit, pack: &Pack, name: &str, text: &str, day: Date) -> Markup {
    let table = match name {
        "unit" | "unit1" | "unit2" => Table::Units,
        "currency" => Table::Currencies,
        "country" => Table::Countries,
        "office" => Table::Offices,
        _ => return data(text),
    };
    code(visit, pack, table, text, day)
}

/// What the table of tariff codes says otherwise: it may lack a code, so that nothing is refused for it, and whoever
/// files and whoever reviews see it alike.
fn against_the_table(
    visit: &Visit,
    pack: &Pack,
    (name, text, day): (&str, &str, Date),
    statutory: Option<Option<&Dated<HsName>>>,
) -> Markup {
    let wanted = match (name, statutory) {
        ("gcode", Some(None)) => {
            return html! { " " span.tag.warn {
                (visit.say("参数表中没有此编码，请核对", "no such code in the tables: check it"))
            } };
        }
        ("unit1", Some(Some(known))) => Some(known.entry.unit1.as_ref()),
        ("unit2", Some(Some(known))) => Some(known.entry.unit2.as_deref().unwrap_or_default()),
        _ => None,
    };
    html! {
        @if let Some(wanted) = wanted.filter(|wanted| *wanted != text) {
            " " span.tag.warn { @match wanted {
                "" => { (visit.say("参数表中没有第二计量单位", "the tables have no second unit")) }
                wanted => {
                    (visit.say("参数表中为", "the tables have "))
                    (code(visit, pack, Table::Units, wanted, day))
                }
            } }
        }
    }
}

fn roles(visit: &Visit, filing: &Filing) -> Markup {
    html! {
        @if let Matter::Enterprise(filed) = &filing.matter {
            @for (n, known) in filed.roles.iter().enumerate() {
                @if n > 0 { ", " }
                (visit.language.of(role(known)))
            }
        }
    }
}

fn certificate(
    visit: &Visit,
    filing: &Filing,
    filed: &FiledCertificate,
    beside: Beside<'_>,
) -> Markup {
    let facts = facts(filing, filed, beside);
    html! {
        dl.facts {
            dt { (visit.say("指纹（SHA-256）", "Fingerprint (SHA-256)")) } dd { code { (fingerprint(&filed.digest)) } }
            dt { (visit.say("有效期", "Valid")) } dd { (time(filed.valid_from)) " – " (time(filed.valid_to)) }
            @if let Some(facts) = &facts {
                dt { (visit.say("密钥", "Key")) } dd { (facts.key) }
                dt { (visit.say("序列号", "Serial number")) } dd { code { (facts.serial) } }
                dt { (visit.say("持有人", "Made out to")) } dd { (made_out_to(visit, facts)) }
                dt { (visit.say("信任", "Trust")) } dd { (trusted(visit, &facts.trust)) }
            }
        }
    }
}

/// What whoever filed can do.
fn own(visit: &Visit, filing: &Filing, stands: FilingStatus) -> Markup {
    if !visit.may(Permission::File) {
        return crate::pages::shell::nothing();
    }
    let kind = filing.matter.kind();
    let form = format!("/filings/new/{}?from={}", kind.name(), filing.id);
    html! {
        @match stands {
            FilingStatus::Returned => {
                p { a.button href=(form) { (visit.say("补正后重新提交", "Correct it and file it again")) } }
            }
            FilingStatus::Approved | FilingStatus::Expired | FilingStatus::Suspended
                if kind != FilingKind::Certificate =>
            {
                p { a href=(form) { (visit.say("申请变更", "File a change")) } }
            }
            FilingStatus::Refused | FilingStatus::Withdrawn | FilingStatus::Ended => {
                p { a href=(form) { (visit.say("重新申请", "File it anew")) } }
            }
            _ => {}
        }
        @if matches!(stands, FilingStatus::Filed | FilingStatus::TakenUp | FilingStatus::Returned) {
            form method="post" action={ (address(filing.id)) "/withdraw" } {
                (visit.form_token())
                button.quiet { (visit.say("撤回申请", "Withdraw it")) }
            }
        }
    }
}

fn history(visit: &Visit, events: &[Event]) -> Markup {
    html! {
        h2 { (visit.say("办理记录", "What happened")) }
        ol.timeline { @for event in events { li {
            (time(event.at)) " "
            @match &event.cause {
                Cause::Person(actor) => { (actor.name) }
                Cause::Command(name) => { (name) }
                Cause::File { name, .. } => { (name) }
            }
            ul { @for change in event.entry.fields.iter().filter(|it| is_told(&it.name)) { li {
                (visit.language.of(field(&change.name))) ": "
                @if !change.before.is_empty() { s { (told(visit, &change.name, &change.before)) } " → " }
                strong { (told(visit, &change.name, &change.after)) }
            } } }
        } } }
    }
}

/// A certificate's facts stand above, and are the same all its life.
fn is_told(field: &str) -> bool {
    !matches!(field, "sha256" | "valid_from")
}

fn told(visit: &Visit, field: &str, text: &str) -> Markup {
    let status = FilingStatus::named(text).filter(|_| field == "state");
    match status {
        Some(status) => html! { (visit.language.of(status.title())) },
        None => data(text),
    }
}
