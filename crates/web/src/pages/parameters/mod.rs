//! Parameters (参数): what an office has settled, the dated rows of the law, and what was proposed to change them.

mod proposal;
mod proposing;
mod table;
pub mod titles;

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::enquiry::Enquiries;
use tongguan_application::parameters::{
    Change, Fate, InForce, Origin, ParameterError, Proposal, in_force, list,
};
use tongguan_codelists::{Pack, Table};
use tongguan_domain::access::{Permission, Standing};
use tongguan_domain::ids::OfficeCode;

use super::shell::{Visit, time};
use super::words::data;
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::pages::codes::words as codes;
use crate::part::Query;
use crate::problem::Problem;
use titles::{FIXED, GROUPS, title};

pub use proposal::{answer, page as proposal};
pub use proposing::{form as setting, propose as propose_setting};
pub use table::{page as table, propose as propose_rows};

/// Proposals of a page.
const MOST: usize = 20;

/// Whose parameters.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// An office, or `all`; the own one where absent.
    #[serde(default)]
    office: String,
}

/// Shows them.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let office = asked.office_of(&caller)?;
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let read = move || -> Result<_, ParameterError> {
        let pack = enquiries.pack()?;
        let (settings, proposals) = enquiries.store().read(|view| {
            let settings = in_force(view, office)?;
            Ok::<_, ParameterError>((settings, list(view, reach, None, MOST)?))
        })?;
        Ok((pack, settings, proposals))
    };
    let (pack, settings, proposals) = blocking(read).await?;
    let heading = visit.say("参数", "Parameters");
    let body = html! {
        h1 { (heading) }
        (proposed(&visit, &proposals))
        h2 { (whose(&visit, office)) }
        (others(&visit, &caller, office))
        @for (group, name) in GROUPS {
            @let of = settings.iter().filter(|it| title(it.name).0 == group);
            (rows(&visit, visit.language.of(name), of, office))
        }
        h2 { (visit.say("代码表与法规参数", "Code tables and the rows of the law")) }
        p { (visit.say(
            "每行都有有效期和出处。打开一张表可查看并提议新行。",
            "Each row has the days between which it holds, and its source. Open a table to see them and to propose \
             rows.",
        )) }
        (tables(&visit, &pack))
        h2 { (visit.say("此处不能更改", "Not changed here")) }
        dl.facts { @for (what, place) in FIXED {
            dt { (visit.language.of(what)) } dd { (visit.language.of(place)) }
        } }
    };
    Ok(visit.page(heading, &body))
}

impl Asked {
    /// The office that is asked for; nothing for what holds for all.
    fn office_of(&self, caller: &Caller) -> Result<Option<OfficeCode>, Problem> {
        match (self.office.as_str(), caller.standing) {
            ("", Standing::Customs { office, .. }) => Ok(Some(office)),
            ("" | "all", _) => Ok(None),
            (code, _) => {
                OfficeCode::parse(code).map(Some).map_err(|_| Problem::Malformed("office"))
            }
        }
    }
}

/// What holds, read again.
async fn settings_of(shared: &Shared, office: Option<OfficeCode>) -> Result<Vec<InForce>, Problem> {
    let enquiries: Arc<Enquiries> = Arc::clone(&shared.access.enquiries);
    blocking(move || enquiries.store().read(|view| in_force(view, office))).await
}

fn whose(visit: &Visit, office: Option<OfficeCode>) -> String {
    match office {
        Some(office) => {
            visit.say(format!("关区{office}的设置"), format!("Settings of office {office}"))
        }
        None => visit
            .say("未自行设置的关区", "Settings of offices that have none of their own")
            .to_owned(),
    }
}

/// In a query: the four digits, or `all`.
fn office_name(office: Option<OfficeCode>) -> String {
    office.map_or_else(|| "all".to_owned(), |office| office.to_string())
}

fn others(visit: &Visit, caller: &Caller, office: Option<OfficeCode>) -> Markup {
    html! { p {
        @if office.is_some() {
            a href="/parameters?office=all" { (visit.say("适用于所有关区的设置", "What holds for all offices")) }
        } @else if let Standing::Customs { office: own, .. } = caller.standing {
            a href={ "/parameters?office=" (own) } { (visit.say("本关区的设置", "The own office")) }
        }
    } }
}

fn rows<'s>(
    visit: &Visit,
    caption: &str,
    settings: impl Iterator<Item = &'s InForce>,
    office: Option<OfficeCode>,
) -> Markup {
    let proposes = visit.may(Permission::ProposeParameters);
    html! {
        div.table tabindex="0" role="region" aria-label=(caption) { table {
            caption { (caption) }
            thead { tr {
                th scope="col" { (visit.say("参数", "Setting")) }
                th.number scope="col" { (visit.say("现值", "Value")) }
                th scope="col" { (visit.say("来源", "Settled by")) }
                @if proposes { th scope="col" { (visit.say("更改", "Change")) } }
            } }
            tbody { @for setting in settings { tr {
                th scope="row" { (visit.language.of(title(setting.name).1)) br; code.muted { (setting.name) } }
                td.number { (value(visit, &setting.value)) }
                td { (origin(visit, setting.origin)) }
                @if proposes { td {
                    a href={ "/parameters/settings/" (setting.name) "?office=" (office_name(office)) } {
                        (visit.say("提议", "Propose"))
                        span.visually-hidden { " " (visit.language.of(title(setting.name).1)) }
                    }
                } }
            } } }
        } }
    }
}

fn value(visit: &Visit, value: &str) -> String {
    match value {
        "true" => visit.say("是", "yes").to_owned(),
        "false" => visit.say("否", "no").to_owned(),
        "law" => visit.say("依法规参数", "as the law says").to_owned(),
        "release" => visit.say("放行之年", "the year of release").to_owned(),
        "off" => visit.say("不比对", "nobody looks").to_owned(),
        "review" => visit.say("人工审核", "an officer reviews it").to_owned(),
        "demand" => visit.say("退单", "it is refused").to_owned(),
        "lodging" => visit.say("申报之年", "the year of lodging").to_owned(),
        other => other.to_owned(),
    }
}

fn origin(visit: &Visit, origin: Origin) -> &'static str {
    match origin {
        Origin::Office => visit.say("本关区", "the office"),
        Origin::Everywhere => visit.say("所有关区", "all offices"),
        Origin::BuiltIn => visit.say("默认", "nobody: built in"),
    }
}

fn tables(visit: &Visit, pack: &Pack) -> Markup {
    let caption = visit.say("代码表", "Code tables");
    html! {
        div.table tabindex="0" role="region" aria-label=(caption) { table {
            thead { tr {
                th scope="col" { (visit.say("表", "Table")) }
                th.number scope="col" { (visit.say("行数", "Rows")) }
            } }
            tbody { @for table in Table::ALL { tr {
                td { a href={ "/parameters/codes/" (table.name()) } { (visit.language.of(codes::title(*table))) } " " code.muted { (table.name()) } }
                td.number { (pack.rows(*table).len()) }
            } } }
        } }
    }
}

/// What was proposed last.
fn proposed(visit: &Visit, proposals: &[Proposal]) -> Markup {
    let caption = visit.say("更改提议", "Proposed changes");
    html! {
        h2 { (caption) }
        @if proposals.is_empty() {
            div.notice { p { (visit.say(
                "还没有提议。风险管理人员或主管在下方提议，另一名主管复核后生效。",
                "Nothing was proposed yet. A risk manager or supervisor proposes a change below; it holds once another \
                 supervisor has approved it.",
            )) } }
        } @else {
            div.table tabindex="0" role="region" aria-label=(caption) { table {
                thead { tr {
                    th.number scope="col" { (visit.say("编号", "Number")) }
                    th scope="col" { (visit.say("更改", "Change")) }
                    th scope="col" { (visit.say("提议人", "By")) }
                    th scope="col" { (visit.say("生效日", "From")) }
                    th scope="col" { (visit.say("状态", "Standing")) }
                } }
                tbody { @for proposal in proposals { tr {
                    td.number { a href={ "/parameters/proposals/" (proposal.n) } { (proposal.n) } }
                    td { (subject(visit, &proposal.change)) }
                    td { (data(&proposal.proposed_by)) }
                    td { (proposal.from) }
                    td { (fate(visit, &proposal.fate)) }
                } } }
            } }
        }
    }
}

/// What a change is about.
fn subject(visit: &Visit, change: &Change) -> String {
    match change {
        Change::Setting { office, name, .. } => {
            let of = visit.language.of(title(name).1);
            match office {
                Some(office) => format!("{office}: {of}"),
                None => format!("{}: {of}", visit.say("所有关区", "all offices")),
            }
        }
        Change::Rows { table, .. } => {
            visit.say(format!("代码表 {}", table.name()), format!("code table {}", table.name()))
        }
    }
}

fn fate(visit: &Visit, fate: &Fate) -> Markup {
    html! {
        @match fate {
            Fate::Waits => { span.tag.warn { (visit.say("待复核", "waits for approval")) } }
            Fate::Approved { by, at } => {
                span.tag.good { (visit.say("已批准，待生效", "approved, not in force yet")) } " " (data(by)) " " (time(*at))
            }
            Fate::Done { by, at } => {
                span.tag.good { (visit.say("已生效", "in force")) } " " (data(by)) " " (time(*at))
            }
            Fate::TurnedDown { by, at, .. } => {
                span.tag.bad { (visit.say("未采纳", "turned down")) } " " (data(by)) " " (time(*at))
            }
        }
    }
}
