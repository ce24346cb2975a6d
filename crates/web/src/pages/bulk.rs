//! Several decisions at once (批量处理): the same ruling and reason for at most 50 declarations, all of them
//! listed before anything is decided.

use std::collections::HashMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use tongguan_application::enquiry::CaseFile;
use tongguan_application::review::{self, Decision};
use tongguan_domain::declaration::Ruling;
use tongguan_domain::ids::DeclarationId;

use super::case;
use super::case::deciding::reason_of;
use super::form::Sent;
use super::not_decided::{NotDone, settled};
use super::shell::{Visit, notice};
use super::words::{self, data, given_reason, official, status};
use crate::Shared;
use crate::caller::Caller;
use crate::casework::{self, MOST_AT_ONCE as MOST, file};
use crate::problem::Problem;

/// What the field of a declaration is called.
pub const FIELD: &str = "case_";

/// A declaration that was chosen, and the newest response that was shown of it, once it was listed.
struct Chosen {
    file: CaseFile,
    seen: Option<i64>,
}

/// Lists what was chosen, and decides it once that is confirmed.
pub async fn decide(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Sent(sent): Sent<HashMap<String, String>>,
) -> Result<Response, Problem> {
    let field = |name: &str| sent.get(name).map(String::as_str).unwrap_or_default();
    let mut ids: Vec<_> = sent
        .iter()
        .filter_map(|(name, seen)| {
            let id = name.strip_prefix(FIELD)?.parse().ok()?;
            Some((DeclarationId(id), seen.parse().ok()))
        })
        .collect();
    ids.sort_unstable();
    if ids.len() > MOST {
        let why = visit.say(
            format!("一次最多处理{MOST}份，您选择了{}份；请分批处理。", ids.len()),
            format!(
                "You chose {} declarations; {MOST} is the most at a time. Do it in parts.",
                ids.len()
            ),
        );
        return Ok(refused(&visit, &why));
    }
    let Some(ruling) = Ruling::named(field("ruling")).filter(|_| !ids.is_empty()) else {
        let why = visit.say("请选择清单和一项决定。", "Choose declarations and what you decide.");
        return Ok(refused(&visit, why));
    };
    let reason = reason_of(field("code"), field("words"));
    if let Err(bad) = review::reason(reason) {
        return Ok(refused(&visit, &NotDone::of(&visit, bad)?.text));
    }
    let (mut chosen, mut beyond) = (Vec::with_capacity(ids.len()), Vec::new());
    for (id, seen) in ids {
        match file(&shared, &caller, id).await {
            Ok(file) => chosen.push(Chosen { file, seen }),
            // One that is not there, or no more, keeps nobody from deciding about the others.
            Err(Problem::NotFound) => beyond.push(id),
            Err(problem) => return Err(problem),
        }
    }
    if chosen.is_empty() {
        return Err(Problem::NotFound);
    }
    if field("confirmed") != "yes" {
        return Ok(confirmation(&visit, &chosen, &beyond, ruling, reason));
    }
    let mut outcomes = Vec::with_capacity(chosen.len());
    for one in &chosen {
        outcomes.push(decide_one(&shared, &visit, &caller, one, ruling, reason).await?);
    }
    Ok(result(&visit, &chosen, &beyond, &outcomes))
}

/// Decides about one, as its own page would; why not, where it could not be decided.
async fn decide_one(
    shared: &Shared,
    visit: &Visit,
    caller: &Caller,
    chosen: &Chosen,
    ruling: Ruling,
    reason: &str,
) -> Result<Result<(), String>, Problem> {
    let decided = match casework::free(shared, caller, &chosen.file) {
        Ok(()) => {
            let decision = Decision {
                declaration: chosen.file.case.declaration.id(),
                ruling,
                officer: caller.audit_name(),
                reason: reason.to_owned(),
                approver: None,
                seen: chosen.seen,
            };
            casework::decide(shared, caller, decision).await.map(drop)
        }
        held => held,
    };
    Ok(settled(visit, decided)?.map_err(|why| why.text))
}

fn refused(visit: &Visit, why: &str) -> Response {
    let title = visit.say("批量处理", "Several at once");
    let body = html! {
        h1 { (title) }
        (notice("bad", why))
        p { a href="/queue" { (visit.say("返回待办", "Back to the queue")) } }
    };
    visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, title, &body)
}

fn confirmation(
    visit: &Visit,
    chosen: &[Chosen],
    beyond: &[DeclarationId],
    ruling: Ruling,
    reason: &str,
) -> Response {
    let title = visit.say("请确认", "Please confirm");
    let body = html! {
        h1 { (title) }
        p {
            (visit.say(format!("将对以下{}份清单作同一决定：", chosen.len()), format!("The same is decided about these {} declarations:", chosen.len())))
            " " strong { (official(visit, words::ruling(ruling))) } " · " (given_reason(visit, reason))
        }
        (table(visit, chosen, &|one| match one.file.case.rulings.contains(&ruling) {
            true if ruling.needs_second(one.file.case.declaration.status()) => {
                html! { span.tag.warn { (visit.say("须逐份复核", "needs a second officer, one by one")) } }
            }
            true => html! { (visit.say("可执行", "possible")) },
            false => html! { span.tag.warn { (visit.say("现状不允许", "not possible where it stands")) } },
        }))
        (left_out(visit, beyond))
        form method="post" action="/queue/rulings" {
            (visit.form_token())
            input type="hidden" name="ruling" value=(ruling.name());
            input type="hidden" name="words" value=(reason);
            input type="hidden" name="confirmed" value="yes";
            @for one in chosen {
                @let seen = one.file.case.version.map(|seen| seen.to_string()).unwrap_or_default();
                input type="hidden" name={ (FIELD) (one.file.case.declaration.id()) } value=(seen);
            }
            button.grave[words::is_grave(ruling)] { (visit.say("确认并执行", "Confirm and carry it out")) }
        }
        p { a href="/queue" { (visit.say("不，返回待办", "No, back to the queue")) } }
    };
    visit.page(title, &body)
}

fn result(
    visit: &Visit,
    chosen: &[Chosen],
    beyond: &[DeclarationId],
    outcomes: &[Result<(), String>],
) -> Response {
    let title = visit.say("批量处理结果", "What was decided");
    let done = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    let left = outcomes.len() - done + beyond.len();
    let summary = visit.say(
        format!("已执行{done}份，未执行{left}份。"),
        format!("{done} were decided, {left} were not."),
    );
    let outcome_of = |one: &Chosen| {
        let id = one.file.case.declaration.id();
        let at = chosen.iter().position(|other| other.file.case.declaration.id() == id);
        match at.and_then(|at| outcomes.get(at)) {
            Some(Err(why)) => {
                html! { span.tag.bad { (visit.say("未执行", "not decided")) } " " (data(why)) }
            }
            _ => html! { span.tag.good { (visit.say("已执行", "decided")) } },
        }
    };
    let body = html! {
        h1 { (title) }
        (notice(if left == 0 { "good" } else { "warn" }, &summary))
        (table(visit, chosen, &outcome_of))
        (left_out(visit, beyond))
        p { a href="/queue" { (visit.say("返回待办", "Back to the queue")) } }
    };
    visit.page(title, &body)
}

/// Those that are not there for the officer.
fn left_out(visit: &Visit, beyond: &[DeclarationId]) -> Markup {
    html! {
        @if !beyond.is_empty() {
            h2 { (visit.say("未找到", "Not found")) }
            p { (visit.say("下列清单不存在或不属于本关区，不作处理：", "There are no such declarations at your office; nothing is decided about them:")) }
            ul { @for id in beyond { li { (id) } } }
        }
    }
}

fn table(visit: &Visit, chosen: &[Chosen], last: &dyn Fn(&Chosen) -> Markup) -> Markup {
    html! {
        div.table tabindex="0" role="region" aria-label=(visit.say("所选清单", "Declarations")) { table {
            thead { tr {
                th scope="col" { (visit.say("清单", "Declaration")) }
                th scope="col" { (visit.say("此前状态", "Stood at")) }
                th scope="col" { (visit.say("结果", "Outcome")) }
            } }
            tbody { @for one in chosen {
                @let declaration = &one.file.case.declaration;
                tr {
                    td { a href=(case::address(declaration.id())) { (case::number(declaration)) } }
                    td { (status(visit, declaration.status())) }
                    td { (last(one)) }
                }
            } }
        } }
    }
}
