//! What can be decided about a case, and what becomes of it.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::enquiry::CaseFile;
use tongguan_application::review::{self, AnyDeclaration, Decision};
use tongguan_domain::access::Permission;
use tongguan_domain::declaration::{ExportState, Ruling};
use tongguan_domain::ids::DeclarationId;

use super::{address, number, shown};
use crate::Shared;
use crate::caller::Caller;
use crate::casework::{self, file};
use crate::pages::form::{Sent, go_to};
use crate::pages::not_decided::{NotDone, settled};
use crate::pages::shell::{Visit, nothing, notice, time};
use crate::pages::words::{self, data, given_reason, is_grave, official, reason_fields, status};
use crate::part::Path;
use crate::problem::Problem;

/// What an officer has filled in.
#[derive(Debug, Default, Deserialize)]
pub struct Draft {
    /// The ruling, by name.
    #[serde(default)]
    ruling: String,
    /// The code of a reason.
    #[serde(default)]
    code: String,
    /// Words of the officer's own.
    #[serde(default)]
    words: String,
    /// The place of the newest response that the page showed.
    #[serde(default)]
    seen: String,
    /// Whether a grave ruling was confirmed.
    #[serde(default)]
    confirmed: String,
}

/// What a supervisor answers.
#[derive(Debug, Deserialize)]
pub struct Answer {
    /// `approve` or `turn-down`.
    #[serde(default)]
    answer: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    words: String,
}

/// Decides, proposes, or asks first whether it is meant.
pub async fn decide(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(id): Path<i64>,
    Sent(draft): Sent<Draft>,
) -> Result<Response, Problem> {
    let id = DeclarationId(id);
    let case = file(&shared, &caller, id).await?;
    if let Err(held) = settled(&visit, casework::free(&shared, &caller, &case))? {
        return again(&shared, &visit, &caller, &case, &held, &draft).await;
    }
    let decision = match decision(&visit, &caller, id, &draft) {
        Ok(decision) => decision,
        Err(problem) => return again(&shared, &visit, &caller, &case, &problem, &draft).await,
    };
    let has_gone_on = decision.seen != case.case.version;
    let is_possible = case.case.rulings.contains(&decision.ruling);
    if is_possible && !has_gone_on && is_grave(decision.ruling) && draft.confirmed != "yes" {
        return Ok(confirmation(&visit, &case, &decision, &draft));
    }
    let done = if decision.ruling.needs_second(case.case.declaration.status()) {
        casework::propose(&shared, &caller, decision).await.map(|()| "proposed")
    } else {
        casework::decide(&shared, &caller, decision).await.map(|_| "decided")
    };
    match settled(&visit, done)? {
        Ok(done) => Ok(go_to(&format!("{}?done={done}", address(id)))),
        Err(problem) => {
            let now = file(&shared, &caller, id).await?;
            again(&shared, &visit, &caller, &now, &problem, &draft).await
        }
    }
}

/// Approves what a colleague has proposed, or turns it down.
pub async fn answer(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(id): Path<i64>,
    Sent(answer): Sent<Answer>,
) -> Result<Response, Problem> {
    let id = DeclarationId(id);
    file(&shared, &caller, id).await?;
    let (done, answered) = match answer.answer.as_str() {
        "approve" => ("decided", casework::approve(&shared, &caller, id).await.map(drop)),
        "turn-down" => {
            let why = reason_of(&answer.code, &answer.words).to_owned();
            ("turned-down", casework::turn_down(&shared, &caller, id, why).await)
        }
        _ => return Err(Problem::Malformed("answer")),
    };
    match settled(&visit, answered)? {
        Ok(()) => Ok(go_to(&format!("{}?done={done}", address(id)))),
        Err(problem) => {
            let case = file(&shared, &caller, id).await?;
            let told = notice("bad", &problem.text);
            shown(&shared, &visit, &caller, &case, &told, &Draft::default(), problem.status).await
        }
    }
}

/// The page once more, with why nothing was decided and what was filled in.
async fn again(
    shared: &Shared,
    visit: &Visit,
    caller: &Caller,
    case: &CaseFile,
    problem: &NotDone,
    draft: &Draft,
) -> Result<Response, Problem> {
    let told = notice("bad", &problem.text);
    shown(shared, visit, caller, case, &told, draft, problem.status).await
}

fn decision(
    visit: &Visit,
    caller: &Caller,
    id: DeclarationId,
    draft: &Draft,
) -> Result<Decision, NotDone> {
    let wrong = |zh: &str, en: &str| NotDone {
        status: StatusCode::UNPROCESSABLE_ENTITY,
        text: visit.say(zh, en).to_owned(),
    };
    let ruling = Ruling::named(&draft.ruling)
        .ok_or_else(|| wrong("请选择一项决定。", "Choose what you decide."))?;
    let reason = reason_of(&draft.code, &draft.words);
    review::reason(reason).map_err(|bad| NotDone::bad_reason(visit, &bad))?;
    let seen = draft.seen.parse().ok();
    let (officer, reason) = (caller.audit_name(), reason.to_owned());
    Ok(Decision { declaration: id, ruling, officer, reason, approver: None, seen })
}

/// The words where there are some, the code otherwise.
pub(in crate::pages) fn reason_of<'r>(code: &'r str, words: &'r str) -> &'r str {
    if words.trim().is_empty() { code } else { words }
}

/// Asks whether a grave ruling is meant.
fn confirmation(visit: &Visit, file: &CaseFile, decision: &Decision, draft: &Draft) -> Response {
    let declaration = &file.case.declaration;
    let title = visit.say("请确认", "Please confirm");
    let body = html! {
        h1 { (title) }
        div.notice.warn { p { (visit.say(
            "此决定影响重大，作出后不能自行撤回。",
            "This decision is grave, and you cannot take it back.",
        )) } }
        dl.facts {
            dt { (visit.say("清单", "Declaration")) } dd { (number(declaration)) }
            dt { (visit.say("现状", "Stands at")) } dd { (status(visit, declaration.status())) }
            dt { (visit.say("决定", "Decision")) } dd { strong { (official(visit, words::ruling(decision.ruling))) } }
            dt { (visit.say("原因", "Reason")) }
            dd { (review::reason(&decision.reason).map_or_else(|_| nothing(), |text| given_reason(visit, &text))) }
        }
        form method="post" action={ (address(declaration.id())) "/rulings" } {
            (visit.form_token())
            @for (name, value) in [
                ("ruling", draft.ruling.as_str()),
                ("code", &draft.code),
                ("words", &draft.words),
                ("seen", &draft.seen),
                ("confirmed", "yes"),
            ] {
                input type="hidden" name=(name) value=(value);
            }
            button.grave { (visit.say("确认并执行", "Confirm and carry it out")) }
        }
        p { a href=(address(declaration.id())) { (visit.say("不，返回案件", "No, back to the case")) } }
    };
    visit.page(title, &body)
}

/// What can be decided where the case stands, and what waits for a second officer.
pub(super) fn panel(visit: &Visit, caller: &Caller, file: &CaseFile, draft: &Draft) -> Markup {
    let case = &file.case;
    let at = case.declaration.status();
    let waiting = file.proposals.last().filter(|last| last.waits(at.number()));
    html! {
        h2 #decide { (visit.say("作出决定", "Decide")) }
        @for proposal in &file.proposals {
            @if let Some(answer) = &proposal.answer {
                p.muted {
                    (data(&proposal.officer)) (visit.say("提议", " proposed ")) (official(visit, words::ruling(proposal.ruling)))
                    " · " (time(answer.at)) " · " (data(&answer.by)) " "
                    @match &answer.refusal {
                        None => { (visit.say("批准", "approved it")) }
                        Some(why) => { (visit.say("退回：", "turned it down: ")) (given_reason(visit, why)) }
                    }
                }
            }
        }
        @if let Some(proposal) = waiting {
            div.notice.warn { p {
                (data(&proposal.officer)) (visit.say("已提议", " proposes: ")) (official(visit, words::ruling(proposal.ruling)))
                " · " (given_reason(visit, &proposal.reason)) " · " (time(proposal.proposed_at))
            } }
            @if visit.may(Permission::Approve) { (approval(visit, caller, file, &proposal.officer)) }
            @else { p { (visit.say("等待另一名关员复核。", "It waits for another officer.")) } }
        } @else if case.rulings.is_empty() {
            p { (visit.say("该清单目前不需要也不能作出决定。", "Nothing can be decided about it where it stands.")) }
        } @else {
            (form(visit, file, draft))
        }
    }
}

/// What accepting an export says of its licence.
fn licence(visit: &Visit, declaration: &AnyDeclaration) -> Markup {
    match declaration {
        AnyDeclaration::Export(record) => match (&record.state, &record.facts.licence) {
            (ExportState::InReview { licence: true, .. }, Some(number)) => html! {
                div.notice.warn { p {
                    (visit.say("该货物须许可证。接受即表示已核验许可证件：", "The goods need a licence. Accepting says that you verified it: "))
                    strong { (data(number)) }
                } }
            },
            _ => nothing(),
        },
        AnyDeclaration::Import(_) => nothing(),
    }
}

fn form(visit: &Visit, file: &CaseFile, draft: &Draft) -> Markup {
    let case = &file.case;
    let at = case.declaration.status();
    let seen = case.version.map(|version| version.to_string()).unwrap_or_default();
    html! {
        form.stacked method="post" action={ (address(case.declaration.id())) "/rulings" } {
            (visit.form_token())
            input type="hidden" name="seen" value=(seen);
            (licence(visit, &case.declaration))
            fieldset {
                legend { (visit.say("决定", "Decision")) }
                @for ruling in &case.rulings {
                    label.choice {
                        input type="radio" name="ruling" value=(ruling.name()) required
                            checked[draft.ruling == ruling.name()];
                        span {
                            (official(visit, words::ruling(*ruling)))
                            @if ruling.needs_second(at) {
                                " " span.tag { (visit.say("须复核", "needs a second officer")) }
                            } @else if is_grave(*ruling) {
                                " " span.tag { (visit.say("须确认", "asks you to confirm")) }
                            }
                        }
                    }
                }
            }
            (reason_fields(visit, &draft.code, &draft.words))
            button accesskey="s" { (visit.say("提交", "Send")) }
        }
    }
}

fn approval(visit: &Visit, caller: &Caller, file: &CaseFile, proposer: &str) -> Markup {
    let me = caller.audit_name();
    let has_kept = file.case.kept_by().is_some_and(|act| act.officers().any(|it| it == me));
    if proposer == me || has_kept {
        return html! { p { (visit.say(
            "您提议了此事或扣留了货物，须由他人复核。",
            "You proposed it or kept the goods, so somebody else has to approve it.",
        )) } };
    }
    let action = format!("{}/proposal", address(file.case.declaration.id()));
    html! {
        form method="post" action=(action) {
            (visit.form_token())
            input type="hidden" name="answer" value="approve";
            button { (visit.say("批准并执行", "Approve and carry it out")) }
        }
        form.stacked method="post" action=(action) {
            (visit.form_token())
            input type="hidden" name="answer" value="turn-down";
            (reason_fields(visit, "", ""))
            button.quiet { (visit.say("退回", "Turn it down")) }
        }
    }
}
