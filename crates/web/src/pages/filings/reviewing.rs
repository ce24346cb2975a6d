//! What an officer does about one filing: takes it up, looks codes up, decides.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::enquiry::FilingFile;
use tongguan_application::filing::{Decision, FilingError};
use tongguan_codelists::{HsCode, Pack, Row, Table};
use tongguan_domain::filing::{Act, FilingKind, FilingStatus, Taking};

use super::one::{file, number_of, shown};
use super::words::not_done;
use super::{address, review};
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::filings;
use crate::pages::codes;
use crate::pages::form::{Sent, go_to};
use crate::pages::shell::{Visit, nothing, notice};
use crate::pages::words::data;
use crate::part::Path;
use crate::problem::Problem;

/// What an officer has filled in.
#[derive(Debug, Default, Deserialize)]
pub struct Draft {
    #[serde(default)]
    decision: String,
    /// The tariff code that is to count.
    #[serde(default)]
    gcode: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    valid_to: String,
}

/// Who works on it.
#[derive(Debug, Deserialize)]
pub struct Taken {
    /// `take`, `take-over` or `give-back`.
    act: String,
}

/// Decisions by name, each with its words and where it is possible.
const DECISIONS: [(&str, (&str, &str)); 6] = [
    ("approve", ("准予备案", "Approve it")),
    ("return", ("退回补正", "Return it for correction")),
    ("refuse", ("不予备案", "Refuse it")),
    ("suspend", ("暂停", "Suspend it")),
    ("end", ("终止", "End it")),
    ("reopen", ("恢复", "Reopen it")),
];

/// Takes it up, over, or gives it back.
pub async fn assign(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(number): Path<String>,
    Sent(Taken { act }): Sent<Taken>,
) -> Result<Response, Problem> {
    let taking = match act.as_str() {
        "take" => Some(Taking::IfFree),
        "take-over" => Some(Taking::Over),
        "give-back" => None,
        _ => return Err(Problem::Malformed("act")),
    };
    let id = number_of(&number)?;
    let done = if taking.is_some() { "taken" } else { "given-back" };
    match filings::assign(&shared, &caller, id, taking).await? {
        Ok(_) => Ok(go_to(&format!("{}?done={done}", address(id)))),
        Err(why) => refused(&shared, &visit, &caller, &number, why, &Draft::default()).await,
    }
}

/// Decides.
pub async fn decide(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(number): Path<String>,
    Sent(draft): Sent<Draft>,
) -> Result<Response, Problem> {
    let id = number_of(&number)?;
    let act = match draft.act() {
        Ok(act) => act,
        Err(wrong) => {
            let file = file(&shared, &caller, id).await?;
            let told = notice("bad", visit.language.of(wrong));
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return shown(&shared, &visit, &caller, &file, &told, &draft, status).await;
        }
    };
    let decision = Decision {
        filing: id,
        act,
        officer: filings::officer(&caller),
        cause: caller.cause(),
        reason: draft.reason.clone(),
        minutes: filings::minutes(&shared, &caller).await?,
        office: filings::office_of(&caller),
    };
    match filings::decide(&shared, decision).await? {
        Ok(_) => Ok(go_to(&format!("{}?done=decided", address(id)))),
        Err(why) => refused(&shared, &visit, &caller, &number, why, &draft).await,
    }
}

impl Draft {
    /// Of an officer who looks a tariff code up.
    pub(super) fn looking_up(gcode: String) -> Self {
        Self { gcode, ..Self::default() }
    }

    /// What is decided; or what is wrong with it, in Chinese and English.
    pub(super) fn act(&self) -> Result<Act, (&'static str, &'static str)> {
        let valid_to = match self.valid_to.trim() {
            "" => None,
            day => Some(day.parse::<Date>().map_err(|_| {
                (
                    "有效期止须为日期，如2027-12-31。",
                    "The last day has to be a day such as 2027-12-31.",
                )
            })?),
        };
        let hs_code = match self.gcode.trim() {
            "" => None,
            code => Some(
                code.parse::<HsCode>()
                    .map_err(|_| ("商品编码须为10位数字。", "A tariff code has ten digits."))?,
            ),
        };
        let hs_code = hs_code.map(|code| code.to_string().into());
        Ok(match self.decision.as_str() {
            "approve" => Act::Approve { hs_code, valid_to },
            "return" => Act::Return,
            "refuse" => Act::Refuse,
            "suspend" => Act::Suspend,
            "end" => Act::End,
            "reopen" => Act::Reopen { valid_to },
            _ => return Err(("请选择一项决定。", "Choose what you decide.")),
        })
    }
}

async fn refused(
    shared: &Shared,
    visit: &Visit,
    caller: &Caller,
    number: &str,
    why: FilingError,
    draft: &Draft,
) -> Result<Response, Problem> {
    let status = match &why {
        FilingError::BadReason(_) => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::CONFLICT,
    };
    let told = notice("bad", &not_done(visit, why)?);
    let file = file(shared, caller, number_of(number)?).await?;
    shown(shared, visit, caller, &file, &told, draft, status).await
}

/// What an officer can do about a filing where it stands.
pub(super) async fn panel(
    shared: &Shared,
    visit: &Visit,
    caller: &Caller,
    file: &FilingFile,
    draft: &Draft,
) -> Result<Markup, Problem> {
    let (filing, now) = (&file.filing, shared.access.clock.now());
    let possible: &[&str] = match filing.state.status(now.china_day()) {
        FilingStatus::Filed | FilingStatus::TakenUp => &["approve", "return", "refuse"],
        FilingStatus::Approved => &["suspend", "end"],
        FilingStatus::Suspended => &["reopen", "end"],
        FilingStatus::Expired => &["reopen", "end"],
        FilingStatus::Refused | FilingStatus::Ended => &["reopen"],
        FilingStatus::Returned | FilingStatus::Withdrawn | FilingStatus::Replaced => &[],
    };
    let assignment = assignment(shared, visit, caller, file).await?;
    let has_code = filing.matter.kind() == FilingKind::Goods && possible.contains(&"approve");
    let looked_up = if has_code { look_up(shared, visit, file, draft).await? } else { nothing() };
    let proposed = filing.matter.proposed_code().unwrap_or_default();
    let gcode = if draft.gcode.is_empty() { proposed } else { &draft.gcode };
    let is_dated = filing.matter.kind() != FilingKind::Certificate
        && (possible.contains(&"approve") || possible.contains(&"reopen"));
    Ok(html! {
        @if !possible.is_empty() {
            section #review {
                h2 { (visit.say("审核", "Review")) }
                (assignment)
                (looked_up)
                form.stacked method="post" action={ (address(filing.id)) "/decisions" } {
                    (visit.form_token())
                    fieldset {
                        legend { (visit.say("决定", "Decision")) }
                        @for (name, words) in DECISIONS.iter().filter(|(name, _)| possible.contains(name)) {
                            div {
                                input type="radio" name="decision" id={ "decision-" (name) } value=(name)
                                    checked[draft.decision == *name] required;
                                label.choice for={ "decision-" (name) } { (visit.language.of(*words)) }
                            }
                        }
                    }
                    @if has_code {
                        div {
                            label for="gcode" { (visit.say("审定商品编码", "Tariff code that counts")) }
                            p.hint #gcode-hint { (visit.say(
                                format!("申报的是{proposed}；改为其他编码时须写明理由"),
                                format!("{proposed} was proposed; another one needs a reason"),
                            )) }
                            input #gcode name="gcode" value=(gcode) inputmode="numeric" maxlength="10"
                                aria-describedby="gcode-hint";
                        }
                    }
                    @if is_dated {
                        div {
                            label for="valid_to" { (visit.say("有效期止", "Last day")) }
                            p.hint #valid-hint { (visit.say("不填为长期有效", "Without end where it is left empty")) }
                            input #valid_to .short name="valid_to" type="date" value=(draft.valid_to)
                                aria-describedby="valid-hint";
                        }
                    }
                    (review::reason_field(visit, &draft.reason))
                    button { (visit.say("执行", "Carry it out")) }
                }
            }
        }
    })
}

/// Who has it, and what the reader can do about that.
async fn assignment(
    shared: &Shared,
    visit: &Visit,
    caller: &Caller,
    file: &FilingFile,
) -> Result<Markup, Problem> {
    let filing = &file.filing;
    if !filing.state.waits() {
        return Ok(nothing());
    }
    let (minutes, now) = (filings::minutes(shared, caller).await?, shared.access.clock.now());
    let holder = filing.state.holder(minutes, now);
    let is_mine = holder.is_some_and(|it| it.by.sign_in == caller.audit_name());
    let (act, words) = match holder {
        Some(_) if is_mine => ("give-back", ("交回", "Give it back")),
        Some(_) => ("take-over", ("接手", "Take it over")),
        None => ("take", ("认领", "Take it up")),
    };
    Ok(html! {
        div.row {
            p {
                (visit.say("经办：", "In the hands of: "))
                @match holder {
                    Some(holder) => { strong { (data(&holder.by.name)) } }
                    None => { (visit.say("无人认领", "nobody")) }
                }
            }
            form method="post" action={ (address(filing.id)) "/assignment" } {
                (visit.form_token())
                input type="hidden" name="act" value=(act);
                button.quiet { (visit.language.of(words)) }
            }
        }
    })
}

/// What the tables say of the proposed code, and of the one that the officer thinks of.
async fn look_up(
    shared: &Shared,
    visit: &Visit,
    file: &FilingFile,
    draft: &Draft,
) -> Result<Markup, Problem> {
    let enquiries = Arc::clone(&shared.access.enquiries);
    let pack = blocking(move || enquiries.pack()).await?;
    let today = shared.access.clock.now().china_day();
    let proposed = file.filing.matter.proposed_code().unwrap_or_default();
    let mut codes: Vec<&str> = vec![proposed];
    if !draft.gcode.is_empty() && draft.gcode != proposed {
        codes.push(&draft.gcode);
    }
    let rows: Vec<Row> = codes.iter().flat_map(|code| rows_of(&pack, code, today)).collect();
    let title = visit.say("编码与税率", "Codes and rates");
    Ok(html! {
        h3 { (title) }
        form.row method="get" action=(address(file.filing.id)) {
            div {
                label for="code" { (visit.say("另查一个编码", "Look another code up")) }
                input #code name="code" value=(draft.gcode) inputmode="numeric" maxlength="10";
            }
            div { button.quiet { (visit.say("查询", "Look up")) } }
        }
        @if rows.is_empty() {
            p { (visit.say(
                "参数表中没有该编码的名称、税率或正面清单行。",
                "The tables have no name, rate or line of the positive list for this code.",
            )) }
        } @else { (codes::table(visit, title, &rows)) }
        p { a href="/codes" { (visit.say("按名称查询参数", "Look codes up by name")) } }
    })
}

fn rows_of(pack: &Pack, code: &str, day: Date) -> Vec<Row> {
    let line = code.get(..8).unwrap_or(code);
    let tables = [
        (Table::HsCodes, code),
        (Table::Rates, code),
        (Table::ProvisionalDuties, code),
        (Table::PositiveList, line),
    ];
    let of = |(table, key): (Table, &str)| {
        let key = key.to_owned();
        let rows = pack.rows(table).into_iter();
        rows.filter(move |row| row.validity().covers(day) && row.key() == key)
    };
    tables.into_iter().flat_map(of).collect()
}
